"""A shift on one day: its span, its break, and the moments at which visits may start. Pure.

Starts are `grid` apart on the clock on the wall, counted from the start of the shift and anew from the end of its break,
on the days of a change of the clock too. A wall time that the clock jumps over is no start. Of a wall time that comes
twice only the first is one: so each start has one wall time, and each wall time means one start. Visits may run through
either change.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from clinic.hours import from_wall
from clinic.spans import Span


@dataclass(frozen=True, slots=True)
class Worked:
    """The span of a shift on one day, its starts in order, and its break, all in UTC; None for what the clock jumps over.

    Visits that begin before the break may run into it by their length: the break is for the caller to keep free.
    """

    span: Span | None
    starts: tuple[datetime, ...]
    pause: Span | None = None


@lru_cache(maxsize=8192)
def worked(  # noqa: PLR0917  (kept by place: keywords would make each look dearer)
    zone: str, day: date, starts: time, ends: time, grid: timedelta, pause: tuple[time, time] | None = None
) -> Worked:
    """Lay a shift with its break on a local day. Kept, because many people share their hours and every search asks again.

    A break with a wall time that comes twice begins with the first and ends with the last.
    """
    opens, closes = from_wall(zone, day, starts), from_wall(zone, day, ends, ending=True)
    if closes <= opens:
        return Worked(None, ())
    marks = _marks(zone, day, starts, ends, grid)
    if pause is None:
        return Worked(Span(opens, closes), tuple(marks))
    rests, resumes = from_wall(zone, day, pause[0]), from_wall(zone, day, pause[1], ending=True)
    if resumes <= rests:
        return Worked(Span(opens, closes), tuple(marks))
    marks = [mark for mark in marks if mark < rests]
    marks += [mark for mark in _marks(zone, day, pause[1], ends, grid) if mark >= resumes]
    return Worked(Span(opens, closes), tuple(marks), Span(rests, resumes))


def _marks(zone: str, day: date, starts: time, ends: time, grid: timedelta) -> list[datetime]:
    opens, closes = from_wall(zone, day, starts), from_wall(zone, day, ends, ending=True)
    place = ZoneInfo(zone)
    first, last = datetime.combine(day, starts), datetime.combine(day, ends)
    if closes - opens == last - first:  # the clock does not change within the shift
        return [opens + step * grid for step in range(-(-(closes - opens) // grid))]
    marks = []
    for step in range(-(-(last - first) // grid)):
        wall = first + step * grid
        at = from_wall(zone, day, wall.time())
        if at.astimezone(place).replace(tzinfo=None, fold=0) == wall:
            marks.append(at.astimezone(UTC))
    return marks
