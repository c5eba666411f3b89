"""Free times as a page shows them: texts made once, grouped by local day, the first of each person on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking import availability, schedule
from booking.availability import Slot
from booking.choices import Choice, write_start
from clinic import wording
from clinic.models import Clinic, Closure, Location, Mode, Practitioner

WEEK = 7
# The first free times are looked for so far ahead.
SEARCH_DAYS = 28


@dataclass(frozen=True)
class Row:
    """One free time, in words."""

    value: str
    day: date
    day_words: str
    clock: str
    person: str
    given_name: str
    initials: str
    focus: str
    place: str
    slot: Slot


@dataclass(frozen=True)
class Day:
    """A day with its free times, or the reason why it has none."""

    day: date
    words: str
    weekday: str
    rows: tuple[Row, ...]
    closed: str = ""


@dataclass(frozen=True)
class Listing:
    """What the page of free times shows."""

    firsts: tuple[Row, ...]
    days: tuple[Day, ...]
    first_day: date
    last_day: date
    earlier: date | None
    later: date | None
    zone: str

    @property
    def empty(self) -> bool:
        """Say whether there is nothing to pick in these days."""
        return not any(day.rows for day in self.days)


def zone_of(choice: Choice) -> str:
    """Return the zone in which times are told: the place's, or for visits by video the patient's."""
    if choice.mode == Mode.TELEHEALTH and choice.zone:
        return choice.zone
    if choice.mode == Mode.IN_CLINIC and choice.location:
        return choice.location.time_zone
    return Clinic.get().time_zone


def listing(choice: Choice, *, now: datetime, new_patient: bool) -> Listing:
    """List the free times of a complete choice. Raises OutsideArea for a postal code where we do not go."""
    zone = zone_of(choice)
    today = now.astimezone(ZoneInfo(zone)).date()
    offer = schedule.offer_of(choice.service, choice.mode)
    horizon = today + timedelta(days=offer.horizon_days if offer else 0)
    first = min(max(choice.first_day or today, today), horizon)
    slots = find(choice, first_day=first, days=SEARCH_DAYS, now=now, new_patient=new_patient)
    rows = in_words(slots, zone)
    last = first + timedelta(days=WEEK - 1)
    firsts = in_words(availability.first_free(slots), zone)
    closed = _closures(choice, first, last)
    days = []
    for offset in range(WEEK):
        day = first + timedelta(days=offset)
        found = tuple(row for row in rows if row.day == day)
        if found or day in closed:
            days.append(Day(day, wording.day(day), wording.weekdays([day.weekday()]), found, closed.get(day, "")))
    return Listing(
        firsts=tuple(firsts),
        days=tuple(days),
        first_day=first,
        last_day=last,
        earlier=max(first - timedelta(days=WEEK), today) if first > today else None,
        later=last + timedelta(days=1) if last < horizon else None,
        zone=wording.zone_words(zone),
    )


def around(choice: Choice, start: datetime, *, now: datetime, new_patient: bool) -> list[Row]:
    """Return the three free times before and after one that has gone, in the same mode, with anybody, anywhere."""
    anybody = choice.at(None, None)
    zone = zone_of(choice)
    day = start.astimezone(ZoneInfo(zone)).date()
    first = day - timedelta(days=WEEK)
    slots = find(anybody, first_day=first, days=WEEK + SEARCH_DAYS, now=now, new_patient=new_patient)
    return in_words(availability.nearest(slots, start=start), zone)


def find(choice: Choice, *, first_day: date, days: int, now: datetime, new_patient: bool) -> list[Slot]:
    """Ask the schedule for the free times of a choice."""
    return schedule.find(
        service=choice.service,
        mode=choice.mode,
        location=choice.location if choice.mode == Mode.IN_CLINIC else None,
        practitioner=choice.practitioner,
        state=choice.state,
        postal_code=choice.postal_code,
        first_day=first_day,
        days=days,
        now=now,
        new_patient=new_patient,
    )


def in_words(slots: Sequence[Slot], zone: str) -> list[Row]:
    """Put slots into words, in a zone. Two queries, whatever their number."""
    if not slots:
        return []
    people = {row.pk: row for row in Practitioner.objects.filter(pk__in={slot.practitioner_id for slot in slots})}
    places = {row.pk: row for row in Location.objects.filter(pk__in={slot.location_id for slot in slots} - {None})}
    place_zone = ZoneInfo(zone)
    days: dict[date, str] = {}
    clocks: dict[tuple[int, int], str] = {}
    rows = []
    for slot in slots:
        local = slot.start.astimezone(place_zone)
        person = people[slot.practitioner_id or 0]
        place = places.get(slot.location_id or 0)
        day, at = local.date(), (local.hour, local.minute)
        rows.append(
            Row(
                value=f"{write_start(slot.start)}|{person.slug}|{place.slug if place else ''}",
                day=day,
                day_words=days.setdefault(day, days.get(day) or wording.day(day)),
                clock=clocks.setdefault(at, clocks.get(at) or wording.clock(local)),
                person=person.name,
                given_name=person.given_name,
                initials=person.initials,
                focus=person.focus,
                place=place.name if place else "",
                slot=slot,
            )
        )
    return rows


def _closures(choice: Choice, first: date, last: date) -> dict[date, str]:
    """Return the closed days between two dates, with the reason that patients may read."""
    closed: dict[date, str] = {}
    rows = Closure.objects.filter(first_day__lte=last, last_day__gte=first)
    for row in rows:
        if row.location_id is None or (choice.location and row.location_id == choice.location.pk):
            day = max(row.first_day, first)
            while day <= min(row.last_day, last):
                closed[day] = row.reason
                day += timedelta(days=1)
    return closed
