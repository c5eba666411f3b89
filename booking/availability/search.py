"""The search: where each rule leaves starts, joined. Pure.

A search of four weeks for ten people walks through hundreds of days and a thousand stays. So what is the same for all
people is worked out once, and free time is never cut into spans: ranges of starts are enough.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from booking.availability.grid import Worked
from booking.availability.reach import away_from, day_at_homes, kept_clear
from booking.availability.starts import Range, both, clear_of, either, fitting
from booking.availability.terms import by_weekday, is_full, laid_on, lawful_starts, rooms_at, shifts_at, walk_ins_on
from booking.availability.values import MOBILE, TELEHEALTH, Calendar, Person, Place
from clinic.spans import Span, subtract

NOTHING = timedelta()


class Search:
    """Where each rule leaves starts on `days` local days from `first_day`."""

    def __init__(self, calendar: Calendar, first_day: date, days: int, now: datetime) -> None:
        self.calendar, self.rules, self.now = calendar, calendar.rules, now
        self.first, self.after_last = first_day.toordinal(), first_day.toordinal() + days
        # Wide enough for each zone's idea of these days; what is taken outside does not matter.
        midnight = datetime.combine(first_day, time(), UTC)
        self.window = Span(midnight - timedelta(days=2), midnight + timedelta(days=days + 3))
        # What is the same for all people.
        self._rooms: dict[int, list[Range]] = {}
        self._days: dict[int, list[tuple[date, list[Span]]]] = {}

    def starts(self, person: Person, place: Place) -> Iterator[datetime]:
        """Give the starts that a person has free at a place, in order."""
        shifts = by_weekday(shifts_at(self.calendar, person, place))
        shut: list[Span] = away_from(self.calendar, person, place)
        laid: list[Worked] = []
        marks: list[datetime] = []
        for day, walk_ins in self._open_days(place):
            today = laid_on(shifts[day.weekday()], place, day, self.rules.grid)
            if today and not is_full(self.rules, person, place, day):
                laid += today
                marks += self._marks(person, place, day, today)
                shut += walk_ins
        shut += [one.pause for one in laid if one.pause]
        working = subtract([one.span for one in laid if one.span], shut)
        free = self._with_buffers(kept_clear(self.calendar, person, place))
        allowed = both(fitting(working, NOTHING, self.rules.duration), free)
        if self.rules.mode == TELEHEALTH:
            allowed = both(allowed, lawful_starts(self.calendar, person, place))
        if self.rules.needs_room:
            allowed = both(allowed, self._with_room(place))
        ordered = list(dict.fromkeys(sorted(marks)))  # shifts may overlap
        earliest = self.now + self.rules.notice
        for first, last in allowed:
            yield from ordered[bisect_left(ordered, max(first, earliest)) : bisect_right(ordered, last)]

    def _open_days(self, place: Place) -> list[tuple[date, list[Span]]]:
        """Give the days that are searched and on which a place is open, each with the hours for who walks in."""
        if place.id not in self._days:
            horizon = place.day_of(self.now).toordinal() + self.rules.horizon_days
            days = (date.fromordinal(one) for one in range(self.first, min(self.after_last, horizon + 1)))
            self._days[place.id] = [
                (day, walk_ins_on(self.rules, place, day)) for day in days if not place.closed_on(day)
            ]
        return self._days[place.id]

    def _marks(self, person: Person, place: Place, day: date, laid: list[Worked]) -> list[datetime]:
        """Give the starts of a day; for visits at home those that leave time for the first road and the last."""
        starts = [mark for one in laid for mark in one.starts]
        if self.rules.mode != MOBILE:
            return starts
        left = day_at_homes(self.calendar, person, place, day)
        if left is None:
            return []
        first, last = left.start, left.end - self.rules.duration
        return [mark for mark in starts if first <= mark <= last]

    def _with_room(self, place: Place) -> list[Range]:
        """Give the starts for which one room is free throughout.

        Two rooms that are free by halves do not make one: so rooms are not counted but joined.
        """
        if place.id not in self._rooms:
            rooms = rooms_at(self.calendar, place.id)
            self._rooms[place.id] = either(self._with_buffers(room.taken) for room in rooms)
        return self._rooms[place.id]

    def _with_buffers(self, taken: Iterable[Span]) -> list[Range]:
        return clear_of(taken, self.window, self.rules.before, self.rules.duration + self.rules.after)
