"""Sets of moments at which something may start: sorted lists of closed ranges, no two sharing a moment. Pure.

Unlike a span, a range includes its end, and may be a single moment: a free hour has exactly one start for a visit of
an hour.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import attrgetter

from clinic.spans import Span

Range = tuple[datetime, datetime]
_start = attrgetter("start")


def fitting(free: Iterable[Span], before: timedelta, after: timedelta) -> list[Range]:
    """Give the moments that have `before` and `after` free around them; `free` is sorted and without touching spans."""
    return [(span.start + before, span.end - after) for span in free if span.start + before <= span.end - after]


def clear_of(taken: Iterable[Span], window: Span, before: timedelta, after: timedelta) -> list[Range]:
    """Give the moments of a window that have `before` and `after` around them in it, and nothing that is taken."""
    ranges: list[Range] = []
    length, since = before + after, window.start
    for span in sorted(taken, key=_start):
        until = min(span.start, window.end)
        if until - since >= length and until > since:
            ranges.append((since + before, until - after))
        since = max(since, span.end)
    if window.end - since >= length and window.end > since:
        ranges.append((since + before, window.end - after))
    return ranges


def either(sets: Iterable[list[Range]]) -> list[Range]:
    """Give the moments that lie in any of the sets."""
    joined: list[Range] = []
    for first, last in sorted(part for ranges in sets for part in ranges):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def both(left: list[Range], right: list[Range]) -> list[Range]:
    """Give the moments that lie in the one set and in the other."""
    shared: list[Range] = []
    a = b = 0
    while a < len(left) and b < len(right):
        first, last = max(left[a][0], right[b][0]), min(left[a][1], right[b][1])
        if first <= last:
            shared.append((first, last))
        if left[a][1] < right[b][1]:
            a += 1
        else:
            b += 1
    return shared
