"""When a place is open: weekly stretches by the clock on its wall, less the days it is closed. Pure.

Due times ("within 2 opening hours") are counted here, so both changes of the clock matter:

* A wall time that the clock jumps over in spring moves forward to the first moment after the jump. A stretch that lies
  wholly in the jump is left out.
* A wall time that comes twice in autumn means the first for a start and the last for an end: the place is open through
  the whole of the repeated hour.

Minutes are always minutes that pass, never differences of wall times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.spans import Span, merge

HORIZON_DAYS = 400
MIDNIGHT = time(0)


class NeverOpen(Exception):
    """The place has no opening within HORIZON_DAYS, so nothing can fall due there."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """An opening on one weekday (0 is Monday) from `opens` to `closes` on the wall clock.

    `closes` at 00:00 means the midnight that ends the day; 00:00 to 00:00 is the whole day. A stretch does not go past
    midnight: use two. Raises ValueError otherwise, and for a weekday or a time that cannot be.
    """

    weekday: int
    opens: time
    closes: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday must be 0 (Monday) to 6 (Sunday), not {self.weekday}")
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("opening times are read from the wall and carry no zone")
        if self.closes != MIDNIGHT and self.closes <= self.opens:
            raise ValueError(f"a stretch must close after it opens, not {self.opens} to {self.closes}")


@dataclass(frozen=True, slots=True)
class Closure:
    """Days without opening, from `first` to `last`, both included. Raises ValueError if `last` is before `first`."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a closure must end on or after its first day, not {self.first} to {self.last}")


@dataclass(frozen=True, slots=True)
class Hours:
    """The opening hours of one place: its IANA zone name, weekly stretches in any order, and closures.

    Raises ValueError (`zoneinfo.ZoneInfoNotFoundError` is a KeyError) early, for a zone that does not exist.
    """

    zone: str
    weekly: tuple[Stretch, ...]
    closures: tuple[Closure, ...] = ()

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (KeyError, OSError, ValueError) as error:
            raise ValueError(f"there is no time zone {self.zone!r}") from error

    def local(self, at: datetime) -> datetime:
        """Give the moment as this place's wall clock shows it."""
        return at.astimezone(ZoneInfo(self.zone))


def from_wall(zone: str, day: date, at: time, *, ending: bool = False) -> datetime:
    """Turn a wall time in a zone into UTC.

    A time the clock jumps over becomes the first moment after the jump. A time that comes twice is taken as the first,
    or as the last if something is `ending` then.
    """
    place = ZoneInfo(zone)
    wall = datetime.combine(day, at)
    # Python reads a skipped time with the offset before the jump (fold 0), which lands after it, and with the offset
    # after the jump (fold 1), which lands before it. For every other time fold picks the first or the last.
    first = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if first.astimezone(place).replace(tzinfo=None, fold=0) != wall:
        return _end_of_jump(place, wall.replace(tzinfo=place, fold=1).astimezone(UTC), first)
    return wall.replace(tzinfo=place, fold=1).astimezone(UTC) if ending else first


def _end_of_jump(place: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Find the moment between the two at which the zone's offset changes, to the second."""
    old = before.astimezone(place).utcoffset()
    seconds = int((after - before).total_seconds())
    low, high = 0, seconds
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(place).utcoffset() == old:
            low = middle
        else:
            high = middle
    return (before + timedelta(seconds=high)).replace(microsecond=0)


def _day(hours: Hours, day: date) -> list[Span]:
    """Give the stretches that begin on one local day, in UTC."""
    if any(closure.first <= day <= closure.last for closure in hours.closures):
        return []
    weekday, spans = day.weekday(), []
    for stretch in hours.weekly:
        if stretch.weekday == weekday:
            last = day if stretch.closes != MIDNIGHT else day + timedelta(days=1)
            start = from_wall(hours.zone, day, stretch.opens)
            end = from_wall(hours.zone, last, stretch.closes, ending=True)
            if start < end:
                spans.append(Span(start, end))
    return merge(spans)


def _stretches(hours: Hours, at: datetime) -> Iterator[Span]:
    """Give the stretches that end after `at`, in order and without end, until none begins for HORIZON_DAYS.

    The walk starts the day before, since a stretch may reach into the next day where clocks change at midnight.
    """
    day = hours.local(at).date() - timedelta(days=1)
    barren = -1
    while barren <= HORIZON_DAYS:
        spans = _day(hours, day)
        yield from (span for span in spans if span.end > at)
        barren = 0 if spans else barren + 1
        day += timedelta(days=1)


def open_spans(hours: Hours, first_date: date, last_date: date) -> list[Span]:
    """Give the open time of the local days from `first_date` to `last_date`, both included, in UTC.

    Days that meet at midnight, both open, come as one span.
    """
    spans: list[Span] = []
    for ordinal in range(first_date.toordinal(), last_date.toordinal() + 1):
        spans += _day(hours, date.fromordinal(ordinal))
    return merge(spans)


def is_open(hours: Hours, at: datetime) -> bool:
    """Tell whether the place is open at a moment; at the moment of closing it is not."""
    today = hours.local(at).date()
    around = open_spans(hours, today - timedelta(days=1), today + timedelta(days=1))
    return any(span.contains(at) for span in around)


def add_open_minutes(hours: Hours, start: datetime, minutes: int) -> datetime:
    """Give the moment at which `minutes` of opening time have passed since `start`, in UTC.

    If the place is closed at `start`, counting begins at the next opening; so 0 minutes give `start` itself or the
    next opening. A count that fills a stretch ends at its closing, not at the next opening.

    Raises NeverOpen if there is no opening within HORIZON_DAYS to count in, ValueError if `minutes` is negative.
    """
    if minutes < 0:
        raise ValueError(f"minutes must not be negative, not {minutes}")
    left, since = timedelta(minutes=minutes), start.astimezone(UTC)
    for span in _stretches(hours, since):
        since = max(since, span.start)
        if since + left <= span.end:
            return since + left
        left -= max(span.end - since, timedelta())
        since = max(since, span.end)
    raise NeverOpen(f"no opening within {HORIZON_DAYS} days after {start.isoformat()}")


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """Give the next moment after `at` at which the place goes from closed to open, in UTC.

    None if that does not happen within HORIZON_DAYS.
    """
    until = at.astimezone(UTC)
    limit = until + timedelta(days=HORIZON_DAYS)
    for span in _stretches(hours, at):
        if span.start > limit:
            return None
        if span.start > until:
            return span.start
        until = max(until, span.end)
    return None


def closes_at(hours: Hours, at: datetime) -> datetime | None:
    """Give the end of the stretch that the place is in at `at`, in UTC; None if it is closed then.

    Stretches that meet at midnight are one. A place that never closes gives a moment about HORIZON_DAYS away.
    """
    end: datetime | None = None
    limit = at + timedelta(days=HORIZON_DAYS)
    for span in _stretches(hours, at):
        if span.start > (end or at) or span.start > limit:
            break
        end = max(end or span.end, span.end)
    return end


def next_open_days(hours: Hours, at: datetime, n: int) -> list[date]:
    """Give the local dates of the next `n` days with opening time still to come, today among them.

    Fewer than `n` if there are no more within HORIZON_DAYS.
    """
    days: list[date] = []
    today = hours.local(at).date().toordinal()
    for ordinal in range(today, today + HORIZON_DAYS + 1):
        if len(days) >= n:
            break
        day = date.fromordinal(ordinal)
        if any(span.end > at for span in _day(hours, day)):
            days.append(day)
    return days


def windows(hours: Hours, date: date, minutes: int = 120) -> list[Span]:
    """Cut the opening time of a local day into windows in which the desk may call, in UTC.

    Each stretch is cut from its start; its last window ends when the place closes and may be shorter. None on a day
    without opening. Raises ValueError unless `minutes` is at least 1.
    """
    if minutes < 1:
        raise ValueError(f"a window needs at least 1 minute, not {minutes}")
    cut: list[Span] = []
    for span in _day(hours, date):
        start = span.start
        while start < span.end:
            end = min(start + timedelta(minutes=minutes), span.end)
            cut.append(Span(start, end))
            start = end
    return cut
