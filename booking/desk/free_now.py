"""Who is free for somebody who walks in: now, or at the next quarter of an hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from booking import verdicts
from booking.availability import Slot
from booking.desk.in_the_way import Way, around
from booking.desk.slots import slot_text
from booking.diary.bookings import WALK_IN_PASSES
from clinic import wording
from clinic.models import Location, Mode, Practitioner, Service

MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
# Whoever was picked this long ago for a time that has passed since sees them now.
JUST = timedelta(minutes=30)


@dataclass(frozen=True)
class Offer:
    """A practitioner at a time: free, or what stands in the way. `slot` is what the form carries."""

    slot: str
    at: datetime
    when: str
    name: str
    rooms: str
    ways: tuple[Way, ...]

    @property
    def free(self) -> bool:
        """Say whether nothing stands in the way of somebody who walks in."""
        return not self.ways


def now_or_next(now: datetime) -> tuple[datetime, datetime]:
    """Return the next whole minute, and the next quarter of an hour after it."""
    whole = now.replace(second=0, microsecond=0)
    minute = whole if whole == now else whole + MINUTE
    over = timedelta(minutes=minute.minute % 15)
    return minute, minute - over + QUARTER


def start_of(start: datetime, now: datetime) -> datetime:
    """Return when a visit starts that was picked a while ago: what has just passed is now."""
    return now_or_next(now)[0] if now - JUST <= start < now else start


def offers(service: Service, location: Location, *, now: datetime) -> list[Offer]:
    """List who could see somebody at a location: those who are free first, the soonest first.

    Between equals the one with the least to do on the day comes first, as everywhere.
    """
    found: list[tuple[tuple[bool, datetime, float, int], Offer]] = []
    people: dict[int, Practitioner] = {}
    for start in now_or_next(now):
        answer = verdicts.ask(service=service, mode=Mode.IN_CLINIC, start=start, location=location, now=now)
        seen = around(answer, start, now=now)
        people = people or _people(verdict.slot for verdict in answer.verdicts)
        for order, verdict in enumerate(answer.verdicts):
            key = verdict.slot.practitioner_id or 0
            ways = tuple(way for way in seen.ways(verdict) if way.code not in WALK_IN_PASSES)
            offer = Offer(
                slot_text(verdict.slot, people[key], location),
                start,
                _when(start, now),
                people[key].name,
                seen.rooms_free(verdict),
                ways,
            )
            found.append(((bool(ways), start, _load(answer, key, start), order), offer))
    found.sort(key=lambda one: one[0])
    free = {offer.name for _key, offer in found if offer.free}
    # Who is free at the quarter need not be named as busy now, nor anybody as busy twice.
    first = now_or_next(now)[0]
    return [offer for _key, offer in found if offer.free or (offer.at == first and offer.name not in free)]


def _people(slots: Iterable[Slot]) -> dict[int, Practitioner]:
    ids = [slot.practitioner_id or 0 for slot in slots]
    return {row.pk: row for row in Practitioner.objects.filter(pk__in=ids)}


def _load(answer: verdicts.Answer, key: int, start: datetime) -> float:
    """Return how many minutes of the local day are taken."""
    person = answer.calendar.person(key) if answer.calendar else None
    day = timezone.localdate(start)
    taken = person.taken if person else ()
    return sum(span.length.total_seconds() / 60 for span in taken if timezone.localdate(span.start) == day)


def _when(start: datetime, now: datetime) -> str:
    clock = wording.clock(timezone.localtime(start))
    return _("Now, %(at)s") % {"at": clock} if start == now_or_next(now)[0] else _("At %(at)s") % {"at": clock}
