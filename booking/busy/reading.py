"""Reads a calendar file (RFC 5545) for when somebody is busy, and for nothing else: no title, no place. Pure.

Its writer is a stranger. What a single event gets wrong costs that event, which is counted; what no calendar of a person
needs (ten thousand events a day, rules by the second) ends the reading.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from booking.busy.recurring import Budget, TooMuch, end_of, starts, wall_of
from clinic.spans import Span, merge

MOST_EVENTS = 20_000
MOST_SPANS = 5_000
# Somebody who is "busy" for longer at a stretch has not typed a time.
LONGEST = timedelta(days=400)
DAY = timedelta(days=1)
# Of the library's own types each value could be any of thirty.
Event = Any


class NotACalendar(Exception):
    """What came is no calendar file."""


@dataclass(frozen=True, slots=True)
class Reading:
    """When somebody is busy, and how many events could not be read: they may be busy then, too."""

    spans: tuple[Span, ...]
    unread: int = 0


def read(
    data: bytes, *, window: Span, zone: ZoneInfo, ours: Callable[[set[str]], Collection[str]] = lambda _uids: ()
) -> Reading:
    """Return the busy times that touch a window.

    `zone` is what times and days without a zone are taken for, unless the file says another; `ours` is asked which of the
    uids in it are of our own visits. Raises NotACalendar, TooMuch.
    """
    calendars = _calendars(data)
    own = set(ours({_text(event, "uid") for calendar in calendars for event in _events(calendar)} - {""}))
    spans: list[Span] = []
    unread, budget = 0, Budget()
    for calendar in calendars:
        floats_in = _zone_of(calendar) or zone
        for series in _series(calendar, own):
            try:
                # "This one and all that follow" is kept as this one: of those that follow we are not sure.
                unread += sum("RANGE" in event["recurrence-id"].params for event in series.moved)
                spans += series.spans(window, floats_in, budget)
            except TooMuch:
                if budget.is_spent:
                    raise
                unread += 1
            except Exception:  # noqa: BLE001  (the two libraries raise whatever hostile values lead them to)
                unread += 1
            if len(spans) > 4 * MOST_SPANS:
                spans = merge(spans)
                if len(spans) > MOST_SPANS:
                    raise TooMuch
    merged = merge(spans)
    if len(merged) > MOST_SPANS:
        raise TooMuch
    return Reading(tuple(merged), unread)


@dataclass
class _Series:
    """The events of one uid: those that stand for themselves, and those that stand for one time of a recurring one."""

    masters: list[Event]
    moved: list[Event]

    def spans(self, window: Span, zone: tzinfo, budget: Budget) -> list[Span]:
        instead = {_moment(event["recurrence-id"].dt, zone) for event in self.moved}
        found: list[Span] = []
        for event in self.masters:
            if _is_busy(event):
                found += _times(event, window, zone, instead, budget)
        for event in self.moved:
            if _is_busy(event):
                found += _times(event, window, zone, set(), budget, once=True)
        return found


def _times(
    event: Event, window: Span, zone: tzinfo, instead: set[datetime], budget: Budget, *, once: bool = False
) -> Iterator[Span]:
    """Give the spans of an event that touch the window."""
    first = event["dtstart"].dt
    length = _length(event, first, zone)
    if not timedelta() < length <= LONGEST:
        return
    whole_days = not isinstance(first, datetime)
    own = zone if whole_days or first.tzinfo is None else first.tzinfo
    wall = wall_of(first).replace(tzinfo=None)
    since = window.start.astimezone(own).replace(tzinfo=None) - length - DAY
    until = window.end.astimezone(own).replace(tzinfo=None) + DAY
    begins = [wall] if once else _walls(event, own, since, until, budget)
    without = set() if once else instead | {_moment(day, zone) for day in _listed(event, "exdate")}
    for start in begins:
        at = start.replace(tzinfo=own).astimezone(UTC)
        # Days are as long as they are; hours pass.
        end = (start + length).replace(tzinfo=own).astimezone(UTC) if whole_days else at + length
        if at not in without and at < window.end and end > window.start and end > at:
            yield Span(max(at, window.start), min(end, window.end))


def _walls(event: Event, own: tzinfo, since: datetime, until: datetime, budget: Budget) -> Iterable[datetime]:
    """Give when the event begins, by its first time, its rules and its list of dates, on the wall of its own zone."""
    whole_days = not isinstance(event["dtstart"].dt, datetime)
    first = wall_of(event["dtstart"].dt).replace(tzinfo=None)
    found = {first}
    for rule in _many(event, "rrule"):
        parts = rule.copy()
        if "UNTIL" in parts:
            parts["UNTIL"] = [end_of(one, own, whole_days=whole_days) for one in parts["UNTIL"]]
            if all(one < since for one in parts["UNTIL"]):
                continue  # over for good: most series of an old calendar are
        text = parts.to_ical().decode()
        for start in starts(text, first, after=since, before=until, budget=budget):
            found.add(start)
            if len(found) > MOST_SPANS:
                raise TooMuch
    for value in _listed(event, "rdate"):
        begin = value[0] if isinstance(value, tuple) else value
        has_zone = isinstance(begin, datetime) and begin.tzinfo is not None
        found.add((begin.astimezone(own) if has_zone else wall_of(begin)).replace(tzinfo=None))
    return found


def _length(event: Event, first: date, zone: tzinfo) -> timedelta:
    if "dtend" in event:
        end = event["dtend"].dt
        if isinstance(first, datetime) and isinstance(end, datetime):
            return _moment(end, zone) - _moment(first, zone)
        return wall_of(end).replace(tzinfo=None) - wall_of(first).replace(tzinfo=None)
    if "duration" in event:
        length: timedelta = event["duration"].dt
        return length
    return timedelta() if isinstance(first, datetime) else DAY


def _moment(value: Any, zone: tzinfo) -> datetime:
    """Give a date or a time in UTC; without a zone it is taken for one in `zone`."""
    wall = wall_of(value)
    return (wall if wall.tzinfo is not None else wall.replace(tzinfo=zone)).astimezone(UTC)


def _is_busy(event: Event) -> bool:
    """Say whether the event takes time: not one that was cancelled, or is shown as free."""
    free = (_text(event, "transp"), _text(event, "x-microsoft-cdo-busystatus"))
    return _text(event, "status").upper() != "CANCELLED" and not {"TRANSPARENT", "FREE"} & {one.upper() for one in free}


def _calendars(data: bytes) -> list[Any]:
    try:
        found = [one for one in Calendar.from_ical(data, multiple=True) if one.name == "VCALENDAR"]
    except Exception:  # noqa: BLE001  (the library raises whatever hostile text leads it to)
        raise NotACalendar from None
    if not found:
        raise NotACalendar
    return found


def _events(calendar: Any) -> list[Event]:
    events = [part for part in calendar.subcomponents if part.name == "VEVENT"]
    if len(events) > MOST_EVENTS:
        raise TooMuch
    return events


def _series(calendar: Any, ours: set[str]) -> list[_Series]:
    by_uid: dict[str, _Series] = defaultdict(lambda: _Series([], []))
    for place, event in enumerate(_events(calendar)):
        uid = _text(event, "uid")
        if uid not in ours:
            series = by_uid[uid or f"without {place}"]
            (series.moved if "recurrence-id" in event else series.masters).append(event)
    return list(by_uid.values())


def _zone_of(calendar: Any) -> ZoneInfo | None:
    try:
        return ZoneInfo(_text(calendar, "x-wr-timezone"))
    except Exception:  # noqa: BLE001  (a name that is a path, too long, no name: each has an error of its own)
        return None


def _many(event: Event, name: str) -> list[Any]:
    value = event.get(name, [])
    return value if isinstance(value, list) else [value]


def _listed(event: Event, name: str) -> Iterator[Any]:
    for one in _many(event, name):
        for value in one.dts:
            yield value.dt


def _text(part: Any, name: str) -> str:
    value = part.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value).strip()
