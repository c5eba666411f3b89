"""Free slots, and why a time is not one. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import cast

from booking.availability.grid import Worked
from booking.availability.reach import no_road
from booking.availability.reasons import Reason
from booking.availability.search import Search
from booking.availability.terms import (
    clashes,
    is_full,
    laid_on,
    lawful_starts,
    places_of,
    rooms_at,
    shifts_at,
    walk_ins_on,
)
from booking.availability.values import IN_CLINIC, Calendar, Elsewhere, Person, Place, Slot
from clinic.spans import intersect, merge, total_minutes


def free_slots(
    calendar: Calendar,
    *,
    first_day: date,
    days: int,
    now: datetime,
    practitioner_id: int | None = None,
    location_id: int | None = None,
) -> list[Slot]:
    """List the slots of `days` local days from `first_day`, by time and then in the order of the people.

    The calendar must hold what is taken, and the time off, of all those days and of the buffers at their ends.
    `location_id` chooses among locations where there is a choice: for visits at the clinic.
    """
    if calendar.barred:
        return []
    at_clinic = calendar.rules.mode == IN_CLINIC
    search = Search(calendar, first_day, days, now)
    found: list[tuple[datetime, int, Slot]] = []
    for order, person in enumerate(calendar.people):
        if not person.offers or practitioner_id not in (None, person.id):
            continue
        seen: set[datetime] = set()
        for place in places_of(calendar, person):
            if at_clinic and location_id not in (None, place.id):
                continue
            where = place.id if at_clinic else None
            for start in search.starts(person, place):
                # Somebody who works at two places at once is still one person for a visit by video or at home.
                if at_clinic or start not in seen:
                    seen.add(start)
                    found.append((start, order, Slot(start, person.id, where, calendar.rules.mode)))
    found.sort(key=lambda one: one[:2])
    return [slot for _, _, slot in found]


def refusal(calendar: Calendar, slot: Slot, *, now: datetime) -> list[Reason]:
    """Say why a time is not offered: empty if, and only if, `free_slots` lists it.

    A visit that is at no location is judged at each place from where the practitioner works, and the kindest answer is
    given.
    """
    person = calendar.person(slot.practitioner_id)
    if person is None or not well_formed(slot) or slot.mode != calendar.rules.mode:
        return [Reason.MODE]
    at = slot.location_id
    works = [place for place in places_of(calendar, person) if at in (None, place.id)]
    for place in works:
        day = place.day_of(slot.start)
        if slot in free_slots(calendar, first_day=day, days=1, now=now, practitioner_id=person.id, location_id=at):
            return []
    # Who never works there is told so, and whatever else stands in the way.
    asked = works or [place for place in calendar.places.values() if at in (None, place.id)]
    answers = [_why(calendar, person, place, slot.start, now) for place in asked]
    return min(answers, key=len, default=[Reason.NOT_WORKING])


def fallen_out(calendar: Calendar, slot: Slot) -> list[Reason]:
    """Say why a visit that is in the diary would not be put there by the hours of today; empty if all is well.

    Judged is what may have changed since it was booked: who gives the service, licences, closures, working hours and
    time off. That it is too late to book it, off the grid or one too many for the day does not matter any more. The
    calendar's rules give the visit's own length.
    """
    person = calendar.person(slot.practitioner_id)
    if person is None:
        return [Reason.MODE]
    at = slot.location_id
    works = [place for place in places_of(calendar, person) if at in (None, place.id)]
    asked = works or [place for place in calendar.places.values() if at in (None, place.id)]
    answers = []
    for place in asked:
        laid = laid_on(shifts_at(calendar, person, place), place, place.day_of(slot.start), calendar.rules.grid)
        answers.append(_outside(calendar, person, place, slot.start, laid))
    return min(answers, key=len, default=[Reason.NOT_WORKING])


def place_of(calendar: Calendar, slot: Slot, *, now: datetime) -> int | None:
    """Tell at which location a practitioner is for a visit, one by video too: where the slot says, or is listed from.

    For a time that is not listed it is the place of the shift around it, else the first where the practitioner works.
    """
    person = calendar.person(slot.practitioner_id)
    if slot.location_id is not None or person is None:
        return slot.location_id
    works = places_of(calendar, person)
    for place in works if len(works) > 1 else ():
        if not calendar.barred and slot.start in Search(calendar, place.day_of(slot.start), 1, now).starts(
            person, place
        ):
            return place.id
    visit = calendar.rules.visit(slot.start)
    for place in works:
        laid = laid_on(shifts_at(calendar, person, place), place, place.day_of(slot.start), calendar.rules.grid)
        if any(one.span and one.span.contains(visit) for one in laid):
            return place.id
    return works[0].id if works else None


def well_formed(slot: Slot) -> bool:
    """Tell whether a slot names a location if, and only if, its mode takes place at one."""
    return (slot.location_id is not None) == (slot.mode == IN_CLINIC)


def free_rooms(calendar: Calendar, *, start: datetime, location_id: int | None) -> list[int]:
    """List the rooms of the right kind at a location that are free for a visit, the first choice first."""
    busy = calendar.rules.busy(start)
    return [room.id for room in rooms_at(calendar, location_id) if not clashes(busy, room.taken)]


def first_free(slots: Iterable[Slot]) -> list[Slot]:
    """Give the first slot of each practitioner, in the order of the slots."""
    firsts: dict[int | None, Slot] = {}
    for slot in slots:
        firsts.setdefault(slot.practitioner_id, slot)
    return list(firsts.values())


def nearest(slots: Iterable[Slot], *, start: datetime, count: int = 3) -> list[Slot]:
    """Give the last `count` slots before a time and the first `count` from it on, by time; `slots` are sorted."""
    slots = list(slots)
    at = bisect_left(slots, start, key=lambda slot: slot.start)
    return slots[max(at - count, 0) : at + count]


def lightest(calendar: Calendar, *, start: datetime, location_id: int | None, now: datetime) -> Slot | None:
    """Choose for a patient who takes anybody: the one who is free and has the least to do on that local day.

    Between equals the first of the people is chosen. None if nobody is free.
    """
    slots = (Slot(start, person.id, location_id, calendar.rules.mode) for person in calendar.people)
    return least_to_do(calendar, [slot for slot in slots if not refusal(calendar, slot, now=now)])


def least_to_do(calendar: Calendar, slots: Iterable[Slot]) -> Slot | None:
    """Choose of slots that are free, each with somebody, that of who has least to do on its local day; the first of equals."""
    people = {person.id: person for person in calendar.people}

    def minutes(slot: Slot) -> int:
        person = people[cast("int", slot.practitioner_id)]
        place = calendar.places[slot.location_id] if slot.location_id is not None else places_of(calendar, person)[0]
        return total_minutes(intersect([place.whole(place.day_of(slot.start))], person.taken))

    return min(slots, key=minutes, default=None)


def _why(calendar: Calendar, person: Person, place: Place, start: datetime, now: datetime) -> list[Reason]:
    """Name every rule that a start breaks, each asked for itself in the same terms as in `search`."""
    rules = calendar.rules
    busy, day = rules.busy(start), place.day_of(start)
    laid = laid_on(shifts_at(calendar, person, place), place, day, rules.grid)
    reasons = [*calendar.barred, *_outside(calendar, person, place, start, laid)]
    on_grid = any(start in one.starts for one in laid)
    if not on_grid and Reason.NOT_WORKING not in reasons and Reason.BREAK not in reasons:
        reasons.append(Reason.OFF_GRID)
    if start < now:
        reasons.append(Reason.PAST)
    elif start < now + rules.notice:
        reasons.append(Reason.NOTICE)
    if day > place.day_of(now) + timedelta(days=rules.horizon_days):
        reasons.append(Reason.HORIZON)
    if is_full(rules, person, place, day):
        reasons.append(Reason.DAY_FULL)
    if clashes(busy, person.taken):
        reasons.append(Reason.TAKEN)
    if rules.needs_room and not free_rooms(calendar, start=start, location_id=place.id):
        reasons.append(Reason.NO_ROOM)
    if no_road(calendar, person, place, start, works=Reason.NOT_WORKING not in reasons):
        reasons.append(Reason.ROAD)
    return reasons


def _outside(calendar: Calendar, person: Person, place: Place, start: datetime, laid: list[Worked]) -> list[Reason]:
    """Name the rules that a start breaks about who may give the visit, and about the hours; `laid` is its day's work."""
    rules = calendar.rules
    visit, day = rules.visit(start), place.day_of(start)
    reasons = []
    if not person.offers:
        reasons.append(Reason.MODE)
    if not any(first <= start <= last for first, last in lawful_starts(calendar, person, place)):
        reasons.append(Reason.LICENCE)
    if place.closed_on(day):
        reasons.append(Reason.CLOSED)
    if not any(span.contains(visit) for span in merge(one.span for one in laid if one.span)):
        reasons.append(Reason.NOT_WORKING)
    elif clashes(visit, [one.pause for one in laid if one.pause]):
        reasons.append(Reason.BREAK)
    if clashes(visit, walk_ins_on(rules, place, day)):
        reasons.append(Reason.WALK_IN)
    if clashes(visit, [span for span in person.away if not isinstance(span, Elsewhere)]):
        reasons.append(Reason.AWAY)
    if clashes(visit, [span for span in person.away if isinstance(span, Elsewhere)]):
        reasons.append(Reason.BUSY_ELSEWHERE)
    return reasons
