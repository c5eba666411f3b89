"""The terms of each rule, as both the search and the reasons ask them: so neither says other than the other. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from booking.availability.grid import Worked, worked
from booking.availability.starts import Range
from booking.availability.values import IN_CLINIC, TELEHEALTH, Calendar, Person, Place, RoomUse, Rules, Shift
from clinic.hours import from_wall
from clinic.spans import Span

ALWAYS: Range = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def places_of(calendar: Calendar, person: Person) -> list[Place]:
    """Give the places where a person works in the mode, in the order of their shifts."""
    mode = calendar.rules.mode
    ids = dict.fromkeys(shift.place_id for shift in person.shifts if mode in shift.modes)
    return [calendar.places[place_id] for place_id in ids if place_id in calendar.places]


def shifts_at(calendar: Calendar, person: Person, place: Place) -> list[Shift]:
    """Give the shifts that a person works at a place in the mode."""
    mode = calendar.rules.mode
    return [shift for shift in person.shifts if shift.place_id == place.id and mode in shift.modes]


def by_weekday(shifts: list[Shift]) -> dict[int | None, list[Shift]]:
    """Sort shifts by the only weekday on which each may be worked."""
    sorted_in: dict[int | None, list[Shift]] = defaultdict(list)
    for shift in shifts:
        sorted_in[shift.weekday if shift.on is None else shift.on.weekday()].append(shift)
    return sorted_in


def laid_on(shifts: list[Shift], place: Place, day: date, grid: timedelta) -> list[Worked]:
    """Lay the shifts that are worked on a local day."""
    return [
        worked(place.zone, day, shift.starts, shift.ends, grid, shift.pause) for shift in shifts if shift.holds_on(day)
    ]


def lawful_starts(calendar: Calendar, person: Person, place: Place) -> list[Range]:
    """Give the starts at which a visit is within the law: by video it must end before the licence for the state does.

    A licence ends with its last day in that state, which may be another day at the clinic.
    """
    if calendar.rules.mode != TELEHEALTH:
        return [ALWAYS]
    if calendar.state not in person.licensed_until:
        return []
    until = person.licensed_until[calendar.state]
    if until is None or until == date.max:
        return [ALWAYS]
    over = from_wall(calendar.state_zone or place.zone, until + timedelta(days=1), time())
    return [(ALWAYS[0], over - calendar.rules.duration)]


def is_full(rules: Rules, person: Person, place: Place, day: date) -> bool:
    """Tell whether a person gives as many visits of this offer on a local day as they may."""
    if rules.limit_a_day is None:
        return False
    return sum(place.day_of(start) == day for start in person.given) >= rules.limit_a_day


def walk_ins_on(rules: Rules, place: Place, day: date) -> list[Span]:
    """Give when, on a local day, nobody is booked at the place because people walk in."""
    return place.walk_ins(day) if rules.mode == IN_CLINIC else []


def rooms_at(calendar: Calendar, place_id: int | None) -> list[RoomUse]:
    """Give the rooms of the right kind at a place, the first choice first."""
    return [room for room in calendar.rooms if room.place_id == place_id]


def clashes(span: Span, others: Iterable[Span]) -> bool:
    """Tell whether a span shares time with any of the others."""
    return any(span.overlaps(other) for other in others)
