"""Stretches of time, and the few sums the diary needs with them. Pure: no database, no clock, no zones.

A list of spans stands for a set of moments, so every function here gives back the one plain form of that set: sorted,
and with a gap between each span and the next. Spans may come in any order and may overlap; a list that is sorted
already costs least (Timsort sees it in one pass), and all else is linear.

Spans are half open: a visit that ends at 10:00 leaves 10:00 free for the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter

_start = attrgetter("start")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The time from `start` up to, not including, `end`, both in UTC; spans sort by start, then end.

    A time in another zone is turned into UTC, because Python compares and adds times of one zone by the clock on the
    wall, which is wrong twice a year. Raises ValueError for a time without a zone and unless `end` is after `start`.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC:
            object.__setattr__(self, "start", _utc(self.start))
        if self.end.tzinfo is not UTC:
            object.__setattr__(self, "end", _utc(self.end))
        if self.end <= self.start:
            raise ValueError(f"a span must end after it starts, not {self.start} to {self.end}")

    @property
    def length(self) -> timedelta:
        """Tell how long the span is."""
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two share time; meeting end to end is not sharing."""
        return self.start < other.end and other.start < self.end

    def overlap(self, other: Span) -> Span | None:
        """Give the time the two share, or None."""
        if not self.overlaps(other):
            return None
        return Span(max(self.start, other.start), min(self.end, other.end))

    def contains(self, other: datetime | Span) -> bool:
        """Tell whether a moment, or the whole of another span, lies in this one (the moment of its end does not)."""
        if isinstance(other, Span):
            return self.start <= other.start and other.end <= self.end
        return self.start <= other < self.end

    def touching(self, other: Span) -> bool:
        """Tell whether the two meet end to end, with neither gap nor shared time."""
        return self.end == other.start or other.end == self.start


def merge(spans: Iterable[Span]) -> list[Span]:
    """Give the time that lies in any of the spans; those that overlap or touch become one."""
    merged: list[Span] = []
    for span in sorted(spans, key=_start):
        if merged and span.start <= merged[-1].end:
            if span.end > merged[-1].end:
                merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return merged


def subtract(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Give the time that lies in `spans` and in none of `taken`."""
    free: list[Span] = []
    busy = merge(taken)
    first = 0
    for span in merge(spans):
        while first < len(busy) and busy[first].end <= span.start:
            first += 1
        since, at = span.start, first
        while at < len(busy) and busy[at].start < span.end:
            if since < busy[at].start:
                free.append(Span(since, busy[at].start))
            since = busy[at].end
            at += 1
        if since == span.start:
            free.append(span)
        elif since < span.end:
            free.append(Span(since, span.end))
    return free


def intersect(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Give the time that lies both in `spans` and in `others`."""
    shared: list[Span] = []
    left, right = merge(spans), merge(others)
    a = b = 0
    while a < len(left) and b < len(right):
        both = left[a].overlap(right[b])
        if both:
            shared.append(both)
        if left[a].end <= right[b].end:
            a += 1
        else:
            b += 1
    return shared


def total_minutes(spans: Iterable[Span]) -> int:
    """Count the whole minutes in the spans together; time that two of them share counts once."""
    return sum((span.length for span in merge(spans)), timedelta()) // timedelta(minutes=1)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"a span needs times with a zone, not {at}")
    return at.astimezone(UTC)
