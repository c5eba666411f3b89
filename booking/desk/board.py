"""Where things stand on the day board: rows of five minutes, lanes for what overlaps, gaps to book. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from clinic.spans import Span, merge, subtract

STEP = timedelta(minutes=5)
HOUR = timedelta(hours=1)
# Shorter gaps fit no visit worth offering.
LEAST_GAP = timedelta(minutes=20)
MOST_LANES = 3
# The style sheet has this many rows: 17 hours.
MOST_ROWS = 204


@dataclass(frozen=True)
class Item:
    """Something in a column: a visit, a gap, a band, or the line of now. `what` is what the template draws."""

    kind: str
    span: Span
    what: Any = None
    words: str = ""
    more: str = ""
    row: int = 0
    length: int = 0
    lane: int = 0


@dataclass
class Column:
    """A practitioner's day."""

    key: str
    uid: str
    name: str
    place: str
    left: str
    on_the_road: str = ""
    may_be_late: bool = False
    items: list[Item] = field(default_factory=list)
    lanes: int = 1


def frame(spans: Iterable[Span], *, usual: Span) -> Span:
    """Return the hours the board shows: the usual ones, widened to whole hours around all that happens."""
    spans = [usual, *spans]
    first, last = min(span.start for span in spans), max(span.end for span in spans)
    start = first.replace(minute=0, second=0, microsecond=0)
    end = last if last == last.replace(minute=0, second=0, microsecond=0) else last + HOUR
    return Span(start, min(end.replace(minute=0, second=0, microsecond=0), start + STEP * MOST_ROWS))


def row_of(board: Span, at: datetime) -> int:
    """Return the row of a moment, counted from 1; those outside stand at the edge."""
    return min(max((at - board.start) // STEP, 0), MOST_ROWS - 1) + 1


def placed(board: Span, item: Item) -> Item:
    """Give an item its row and length."""
    start = row_of(board, item.span.start)
    end = -((board.start - min(item.span.end, board.end)) // STEP)
    return replace(item, row=start, length=max(end - start + 1, 1))


def gaps(worked: Iterable[Span], taken: Iterable[Span], *, now: datetime) -> list[Span]:
    """Return the stretches of work that nothing takes and that are still ahead."""
    ahead = [Span(max(span.start, _next_step(now)), span.end) for span in worked if span.end > _next_step(now)]
    return [span for span in subtract(ahead, taken) if span.length >= LEAST_GAP]


def breaks(worked: Iterable[Span]) -> list[Span]:
    """Return the stretches between the first and the last work of a day."""
    merged = merge(worked)
    return [Span(one.end, other.start) for one, other in pairwise(merged) if one.end < other.start]


def in_lanes(items: Sequence[Item]) -> tuple[list[Item], int]:
    """Put visits that overlap side by side; return the items in time order and how many lanes there are."""
    ordered = sorted(items, key=lambda item: (item.span.start, item.span.end))
    ends: list[datetime] = []
    lane_of: dict[int, int] = {}
    for index, item in enumerate(ordered):
        if item.kind == "now":
            continue
        free = next((lane for lane, end in enumerate(ends) if end <= item.span.start), None)
        if free is None:
            free = len(ends)
            ends.append(item.span.end)
        else:
            ends[free] = item.span.end
        lane_of[index] = free
    lanes = min(max(len(ends), 1), MOST_LANES)
    if lanes == 1:
        return ordered, 1
    crowded = [
        any(other is not item and other.kind != "now" and other.span.overlaps(item.span) for other in ordered)
        for item in ordered
    ]
    return [
        replace(item, lane=min(lane_of[index], MOST_LANES - 1) + 1) if crowded[index] and index in lane_of else item
        for index, item in enumerate(ordered)
    ], lanes


def _next_step(at: datetime) -> datetime:
    """Return the next multiple of five minutes."""
    whole = at.replace(second=0, microsecond=0)
    over = timedelta(minutes=whole.minute % 5)
    return whole if not over and whole == at else whole - over + STEP
