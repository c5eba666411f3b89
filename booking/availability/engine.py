"""Free slots, and why a time is not one. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from booking.availability.grid import Worked, worked
from booking.availability.reach import away_from, day_at_homes, kept_clear, no_road
from booking.availability.reasons import Reason
from booking.availability.starts import Range, both, either, fitting
from booking.availability.values import (
    IN_CLINIC,
    MOBILE,
    TELEHEALTH,
    Calendar,
    Person,
    Place,
    RoomUse,
    Rules,
    Shift,
    Slot,
)
from clinic.hours import from_wall
from clinic.spans import Span, intersect, merge, subtract, total_minutes

NOTHING = timedelta()
ALWAYS: Range = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


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
    search = _Search(calendar, first_day, days, now)
    found: list[tuple[datetime, int, Slot]] = []
    for order, person in enumerate(calendar.people):
        if not person.offers or practitioner_id not in (None, person.id):
            continue
        seen: set[datetime] = set()
        for place in _places(calendar, person):
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
    works = [place for place in _places(calendar, person) if at in (None, place.id)]
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
    works = [place for place in _places(calendar, person) if at in (None, place.id)]
    asked = works or [place for place in calendar.places.values() if at in (None, place.id)]
    answers = []
    for place in asked:
        laid = _laid(_shifts(calendar, person, place), place, place.day_of(slot.start), calendar.rules.grid)
        answers.append(_outside(calendar, person, place, slot.start, laid))
    return min(answers, key=len, default=[Reason.NOT_WORKING])


def place_of(calendar: Calendar, slot: Slot, *, now: datetime) -> int | None:
    """Tell at which location a practitioner is for a visit, one by video too: where the slot says, or is listed from.

    For a time that is not listed it is the place of the shift around it, else the first where the practitioner works.
    """
    person = calendar.person(slot.practitioner_id)
    if slot.location_id is not None or person is None:
        return slot.location_id
    works = _places(calendar, person)
    for place in works if len(works) > 1 else ():
        if not calendar.barred and slot.start in _Search(calendar, place.day_of(slot.start), 1, now).starts(
            person, place
        ):
            return place.id
    visit = calendar.rules.visit(slot.start)
    for place in works:
        laid = _laid(_shifts(calendar, person, place), place, place.day_of(slot.start), calendar.rules.grid)
        if any(one.span and one.span.contains(visit) for one in laid):
            return place.id
    return works[0].id if works else None


def well_formed(slot: Slot) -> bool:
    """Tell whether a slot names a location if, and only if, its mode takes place at one."""
    return (slot.location_id is not None) == (slot.mode == IN_CLINIC)


def free_rooms(calendar: Calendar, *, start: datetime, location_id: int | None) -> list[int]:
    """List the rooms of the right kind at a location that are free for a visit, the first choice first."""
    busy = calendar.rules.busy(start)
    return [room.id for room in _rooms_at(calendar, location_id) if not _clashes(busy, room.taken)]


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
    best: tuple[int, Slot] | None = None
    for person in calendar.people:
        slot = Slot(start, person.id, location_id, calendar.rules.mode)
        if refusal(calendar, slot, now=now):
            continue
        place = calendar.places[location_id] if location_id is not None else _places(calendar, person)[0]
        minutes = total_minutes(intersect([place.whole(place.day_of(start))], person.taken))
        if best is None or minutes < best[0]:
            best = (minutes, slot)
    return best[1] if best else None


# ------------------------------------------------------------------ the core: where each rule leaves starts


class _Search:
    """Where each rule leaves starts on `days` local days from `first_day`."""

    def __init__(self, calendar: Calendar, first_day: date, days: int, now: datetime) -> None:
        self.calendar, self.rules, self.now = calendar, calendar.rules, now
        self.first, self.after_last = first_day.toordinal(), first_day.toordinal() + days
        # Wide enough for each zone's idea of these days; what is taken outside does not matter.
        midnight = datetime.combine(first_day, time(), UTC)
        self.window = Span(midnight - timedelta(days=2), midnight + timedelta(days=days + 3))
        self._rooms: dict[int, list[Range]] = {}

    def starts(self, person: Person, place: Place) -> Iterator[datetime]:
        """Give the starts that a person has free at a place, in order."""
        shifts = _shifts(self.calendar, person, place)
        horizon = place.day_of(self.now).toordinal() + self.rules.horizon_days
        shut: list[Span] = away_from(self.calendar, person, place)
        laid: list[Worked] = []
        marks: set[datetime] = set()
        for ordinal in range(self.first, min(self.after_last, horizon + 1)):
            day = date.fromordinal(ordinal)
            if not place.closed_on(day) and not _is_full(self.rules, person, place, day):
                today = _laid(shifts, place, day, self.rules.grid)
                laid += today
                marks.update(self._marks(person, place, day, today))
                shut += _walk_ins(self.rules, place, day)
        shut += [one.pause for one in laid if one.pause]
        working = subtract([one.span for one in laid if one.span], shut)
        free = self._with_buffers(kept_clear(self.calendar, person, place))
        allowed = both(fitting(working, NOTHING, self.rules.duration), free)
        if self.rules.mode == TELEHEALTH:
            allowed = both(allowed, _lawful(self.calendar, person, place))
        if self.rules.needs_room:
            allowed = both(allowed, self._with_room(place))
        ordered = sorted(marks)
        earliest = self.now + self.rules.notice
        for first, last in allowed:
            yield from ordered[bisect_left(ordered, max(first, earliest)) : bisect_right(ordered, last)]

    def _marks(self, person: Person, place: Place, day: date, laid: list[Worked]) -> Iterable[datetime]:
        """Give the starts of a day; for visits at home those that leave time for the first road and the last."""
        starts = (mark for one in laid for mark in one.starts)
        if self.rules.mode != MOBILE:
            return starts
        left = day_at_homes(self.calendar, person, place, day)
        return [mark for mark in starts if left and left.contains(self.rules.visit(mark))]

    def _with_room(self, place: Place) -> list[Range]:
        """Give the starts for which one room is free throughout.

        Two rooms that are free by halves do not make one: so rooms are not counted but joined.
        """
        if place.id not in self._rooms:
            rooms = _rooms_at(self.calendar, place.id)
            self._rooms[place.id] = either(self._with_buffers(room.taken) for room in rooms)
        return self._rooms[place.id]

    def _with_buffers(self, taken: Iterable[Span]) -> list[Range]:
        return fitting(subtract([self.window], taken), self.rules.before, self.rules.duration + self.rules.after)


def _why(calendar: Calendar, person: Person, place: Place, start: datetime, now: datetime) -> list[Reason]:
    """Name every rule that a start breaks, each asked for itself in the same terms as in `_Search`."""
    rules = calendar.rules
    busy, day = rules.busy(start), place.day_of(start)
    laid = _laid(_shifts(calendar, person, place), place, day, rules.grid)
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
    if _is_full(rules, person, place, day):
        reasons.append(Reason.DAY_FULL)
    if _clashes(busy, person.taken):
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
    if not any(first <= start <= last for first, last in _lawful(calendar, person, place)):
        reasons.append(Reason.LICENCE)
    if place.closed_on(day):
        reasons.append(Reason.CLOSED)
    if not any(span.contains(visit) for span in merge(one.span for one in laid if one.span)):
        reasons.append(Reason.NOT_WORKING)
    elif _clashes(visit, [one.pause for one in laid if one.pause]):
        reasons.append(Reason.BREAK)
    if _clashes(visit, _walk_ins(rules, place, day)):
        reasons.append(Reason.WALK_IN)
    if _clashes(visit, person.away):
        reasons.append(Reason.AWAY)
    return reasons


def _places(calendar: Calendar, person: Person) -> list[Place]:
    """Give the places where a person works in the mode, in the order of their shifts."""
    mode = calendar.rules.mode
    ids = dict.fromkeys(shift.place_id for shift in person.shifts if mode in shift.modes)
    return [calendar.places[place_id] for place_id in ids if place_id in calendar.places]


def _shifts(calendar: Calendar, person: Person, place: Place) -> list[Shift]:
    mode = calendar.rules.mode
    return [shift for shift in person.shifts if shift.place_id == place.id and mode in shift.modes]


def _laid(shifts: list[Shift], place: Place, day: date, grid: timedelta) -> list[Worked]:
    return [
        worked(place.zone, day, shift.starts, shift.ends, grid, shift.pause) for shift in shifts if shift.holds_on(day)
    ]


def _lawful(calendar: Calendar, person: Person, place: Place) -> list[Range]:
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


def _is_full(rules: Rules, person: Person, place: Place, day: date) -> bool:
    """Tell whether a person gives as many visits of this offer on a local day as they may."""
    if rules.limit_a_day is None:
        return False
    return sum(place.day_of(start) == day for start in person.given) >= rules.limit_a_day


def _walk_ins(rules: Rules, place: Place, day: date) -> list[Span]:
    return place.walk_ins(day) if rules.mode == IN_CLINIC else []


def _rooms_at(calendar: Calendar, place_id: int | None) -> list[RoomUse]:
    return [room for room in calendar.rooms if room.place_id == place_id]


def _clashes(span: Span, others: Iterable[Span]) -> bool:
    return any(span.overlaps(other) for other in others)
