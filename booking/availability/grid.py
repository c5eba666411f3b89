"""A shift on one day: its span, and the moments at which visits may start. Pure.

Starts are `grid` apart on the clock on the wall, counted from the start of the shift, on the days of a change of the
clock too. A wall time that the clock jumps over is no start. Of a wall time that comes twice only the first is one: so
each start has one wall time, and each wall time means one start. Visits may run through either change.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from clinic.hours import from_wall
from clinic.spans import Span


@dataclass(frozen=True, slots=True)
class Worked:
    """The span of a shift on one day and its starts in order, all in UTC. The span is None if the clock jumps over it."""

    span: Span | None
    starts: tuple[datetime, ...]


@lru_cache(maxsize=8192)
def worked(zone: str, day: date, starts: time, ends: time, grid: timedelta) -> Worked:
    """Lay a shift on a local day. Kept, because many people share their hours and every search asks again."""
    opens, closes = from_wall(zone, day, starts), from_wall(zone, day, ends, ending=True)
    if closes <= opens:
        return Worked(None, ())
    place = ZoneInfo(zone)
    first, last = datetime.combine(day, starts), datetime.combine(day, ends)
    if closes - opens == last - first:  # the clock does not change within the shift
        marks = [opens + step * grid for step in range(-(-(closes - opens) // grid))]
    else:
        marks = []
        for step in range(-(-(last - first) // grid)):
            wall = first + step * grid
            at = from_wall(zone, day, wall.time())
            if at.astimezone(place).replace(tzinfo=None, fold=0) == wall:
                marks.append(at.astimezone(UTC))
    return Worked(Span(opens, closes), tuple(marks))
