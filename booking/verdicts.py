"""Why a time is not offered, asked of each who might give the visit: by the one slot engine, from one calendar."""

from dataclasses import dataclass, replace
from datetime import datetime

from booking import availability, schedule, taken
from booking.availability import HARD, Calendar, Reason, Slot
from booking.calendars import calendar_around
from booking.models import Appointment, Block
from clinic.models import Location, Mode, Practitioner, Service, TravelZone


@dataclass(frozen=True)
class Verdict:
    """What stands against a time with one person: for the desk, and for patients online. Nothing: it is offered."""

    slot: Slot
    desk: tuple[Reason, ...]
    online: tuple[Reason, ...]

    @property
    def free(self) -> bool:
        """Say whether the desk is offered the time."""
        return not self.desk

    @property
    def hard(self) -> bool:
        """Say whether nobody may book it, whatever their reason."""
        return not HARD.isdisjoint(self.desk)


@dataclass(frozen=True)
class Answer:
    """What was found: a verdict for each person, in the order in which they are shown.

    `never` is the reason why nobody can be booked then at all; there is no calendar then.
    """

    verdicts: tuple[Verdict, ...] = ()
    calendar: Calendar | None = None
    never: Reason | None = None

    @property
    def barred(self) -> tuple[Reason, ...]:
        """Return the reasons that hold at every time, whoever gives the visit."""
        return self.calendar.barred if self.calendar else ()


def ask(
    *,
    service: Service,
    mode: str,
    start: datetime,
    practitioner: Practitioner | None = None,
    location: Location | None = None,
    state: str = "",
    zone: TravelZone | None = None,
    new_patient: bool = False,
    except_block: Block | None = None,
    now: datetime,
) -> Answer:
    """Judge a start with a practitioner, or with each who gives the service; `except_block` is a visit to be moved.

    `zone` is where a visit at home would be, else that of the visit to be moved; without either it is not known. A visit
    at the clinic without a `location` is judged at each; then each person's answer is that of where they work at that
    time, else the kindest.
    """
    offer = schedule.offer_of(service, mode)
    if offer is None:
        return Answer(never=Reason.MODE)
    if schedule.far_off(start, now):
        return Answer(never=Reason.PAST if start < now else Reason.HORIZON)
    calendar = calendar_around(
        offer,
        start,
        now=now,
        asked=practitioner.pk if practitioner else None,
        state=state,
        home=zone.pk if zone else except_block.zone_id if except_block else None,
        barred=schedule.barred(offer, new_patient, staff=True),
        except_block=except_block.pk if except_block else None,
    )
    online = replace(calendar, barred=schedule.barred(offer, new_patient, staff=False))
    people = [person.id for person in calendar.people if practitioner is None or person.id == practitioner.pk]
    places = [location.pk] if location else list(calendar.places)
    found = []
    for pk in people:
        slots = [Slot(start, pk, place, mode) for place in (places if mode == Mode.IN_CLINIC else [None])]
        judged = [
            Verdict(
                slot,
                tuple(availability.refusal(calendar, slot, now=now)),
                tuple(availability.refusal(online, slot, now=now)),
            )
            for slot in slots
        ]
        found += sorted(judged, key=lambda verdict: (Reason.NOT_WORKING in verdict.desk, len(verdict.desk)))[:1]
    return Answer(tuple(found), calendar)


def given_away(visit: Appointment, *, now: datetime) -> Answer:
    """Say what stands in the way of a visit's own time once that was given up: what others have taken since.

    Rules about booking, and hours that were changed, do not: the visit was booked. Nor does who shares the time on
    purpose. A room of its own that is taken is no matter while another of its kind is free.
    """
    block = visit.block
    offer = block.offer or schedule.offer_of(visit.service, visit.mode)
    if offer is None:
        return Answer(never=Reason.MODE)
    calendar = calendar_around(
        offer,
        block.starts_at,
        now=now,
        asked=block.practitioner_id,
        state=visit.state_then,
        home=block.zone_id,
        except_block=block.pk,
    )
    rules = replace(
        calendar.rules,
        duration=block.ends_at - block.starts_at,
        before=block.starts_at - block.busy_from,
        after=block.busy_until - block.ends_at,
    )
    calendar = replace(calendar, rules=rules)
    at = visit.location_id if visit.mode == Mode.IN_CLINIC else None
    slot = Slot(block.starts_at, block.practitioner_id, at, visit.mode)
    found = set(availability.refusal(calendar, slot, now=now)) & {Reason.DAY_FULL, Reason.ROAD}
    if not block.overlap:
        if taken.time_of(block, now=now).exists():
            found.add(Reason.TAKEN)
        free = availability.free_rooms(calendar, start=slot.start, location_id=at)
        if not free and taken.room_of(block, now=now).exists():
            found.add(Reason.NO_ROOM)
    reasons = tuple(reason for reason in Reason if reason in found)
    return Answer((Verdict(slot, reasons, reasons),), calendar)
