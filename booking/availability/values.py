"""What the slot engine works on: plain frozen values. Times are aware UTC; shifts are wall-clock times. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.availability.reasons import Reason
from booking.availability.roads import Roads, Site
from clinic.hours import Closure, Hours, Stretch, from_wall, open_spans
from clinic.spans import Span

IN_CLINIC = "in_clinic"
MOBILE = "mobile"
TELEHEALTH = "telehealth"


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked: when (UTC), with whom, where and how.

    `location_id` is None for visits that do not take place at a location; `practitioner_id` is None where a caller asks
    for anybody, never in a list of free slots.
    """

    start: datetime
    practitioner_id: int | None
    location_id: int | None
    mode: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What a service asks of a time in one mode.

    `before` and `after` are kept free around a visit, for the practitioner and the room. A visit must lie in the
    working hours; what is kept free around it may reach out of them. A start is at most `horizon_days` local days
    ahead. `room_kind` is empty where no room is needed. `limit_a_day` is how many visits one practitioner gives on one
    local day, None for any number.
    """

    mode: str
    duration: timedelta
    before: timedelta
    after: timedelta
    notice: timedelta
    horizon_days: int
    grid: timedelta
    room_kind: str = ""
    limit_a_day: int | None = None

    @property
    def length(self) -> timedelta:
        """Tell how much of a practitioner's time a visit takes in all."""
        return self.before + self.duration + self.after

    @property
    def needs_room(self) -> bool:
        """Tell whether a visit takes a room: only those at the clinic do."""
        return self.mode == IN_CLINIC and self.room_kind != ""

    def visit(self, start: datetime) -> Span:
        """Give the time of the visit itself."""
        return Span(start, start + self.duration)

    def busy(self, start: datetime) -> Span:
        """Give the time that the visit takes from its practitioner and its room."""
        return Span(start - self.before, start + self.duration + self.after)


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of work at a place, by the clock on its wall, with its break, and in which modes.

    It is worked each week on a weekday, between its dates and but for some; or, where `on` is set, on that date alone.
    """

    place_id: int
    weekday: int | None
    starts: time
    ends: time
    modes: frozenset[str]
    valid_from: date | None = None
    valid_until: date | None = None
    pause: tuple[time, time] | None = None
    on: date | None = None
    but: frozenset[date] = frozenset()

    def holds_on(self, day: date) -> bool:
        """Tell whether the shift is worked on a local day, closures and time off aside."""
        if self.on is not None:
            return self.on == day
        return (
            day.weekday() == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
            and day not in self.but
        )

    def comes_between(self, first: date, last: date) -> bool:
        """Tell whether it may be worked on one of the days from `first` to `last`: on its date, or between its dates."""
        if self.on is not None:
            return first <= self.on <= last
        return (self.valid_from is None or self.valid_from <= last) and (
            self.valid_until is None or first <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A location: its zone, closed days, the weekly hours for people who walk in, and the travel zone it lies in."""

    id: int
    zone: str
    closures: tuple[Closure, ...] = ()
    walk_in: tuple[Stretch, ...] = ()
    travel_zone: int | None = None

    @property
    def site(self) -> Site:
        """Give it as the end of a road."""
        return Site(self.id, self.travel_zone)

    def day_of(self, at: datetime) -> date:
        """Give the local date of a moment."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def closed_on(self, day: date) -> bool:
        """Tell whether the place is closed on a local day."""
        return any(closure.first <= day <= closure.last for closure in self.closures)

    def walk_ins(self, day: date) -> list[Span]:
        """Give when, on a local day, nobody is booked at the place because people walk in."""
        return open_spans(Hours(self.zone, self.walk_in), day, day) if self.walk_in else []

    def whole(self, day: date) -> Span:
        """Give the whole of a local day."""
        return Span(from_wall(self.zone, day, time()), from_wall(self.zone, day + timedelta(days=1), time()))


class Elsewhere(Span):
    """Time off that a practitioner's own calendar says; it counts as all time off, and has a reason of its own."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Person:
    """A practitioner: shifts, time off, what is taken of their time, and the starts of visits of this offer among that.

    `offers` is False for somebody who does not give the service in the mode, and is asked about all the same.
    `licensed_until` maps a state to the last day of the licence there, None for a licence without an end.
    `day_starts` and `day_ends` are travel zones; None where the day starts and ends at the location of the shift.
    """

    id: int
    offers: bool = True
    shifts: tuple[Shift, ...] = ()
    away: tuple[Span, ...] = ()
    taken: tuple[Span, ...] = ()
    licensed_until: dict[str, date | None] = field(default_factory=dict)
    given: tuple[datetime, ...] = ()
    day_starts: int | None = None
    day_ends: int | None = None


@dataclass(frozen=True, slots=True)
class RoomUse:
    """A room of the kind that the service needs, and when it is taken."""

    id: int
    place_id: int
    taken: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything that decides about the times of one service in one mode, over some days.

    `people` stand in the order in which they are shown; `rooms` are those of the kind that is needed, the first choice
    first; `state` is where a telehealth patient will be, and `state_zone` that state's zone, if it is known; `home` is
    the travel zone of a visit at home, None if that is not known; `barred` are reasons that hold for every time.
    """

    rules: Rules
    people: tuple[Person, ...]
    places: dict[int, Place]
    rooms: tuple[RoomUse, ...] = ()
    state: str = ""
    state_zone: str = ""
    barred: tuple[Reason, ...] = ()
    roads: Roads = field(default_factory=Roads)
    home: int | None = None

    def site(self, place: Place) -> Site:
        """Tell where a visit is for which somebody works at a place; by video they are at the place themselves."""
        return Site(None, self.home, home=True) if self.rules.mode == MOBILE else place.site

    def person(self, practitioner_id: int | None) -> Person | None:
        """Give one of the people, or None."""
        return next((person for person in self.people if person.id == practitioner_id), None)


def in_utc(at: datetime) -> datetime:
    """Give a moment in UTC; raises ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"a time needs a zone: {at}")
    return at.astimezone(UTC)
