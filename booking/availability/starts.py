"""Sets of moments at which something may start: sorted lists of closed ranges, no two sharing a moment. Pure.

Unlike a span, a range includes its end, and may be a single moment: a free hour has exactly one start for a visit of
an hour.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from clinic.spans import Span

Range = tuple[datetime, datetime]


def fitting(free: Iterable[Span], before: timedelta, after: timedelta) -> list[Range]:
    """Give the moments that have `before` and `after` free around them; `free` is sorted and without touching spans."""
    return [(span.start + before, span.end - after) for span in free if span.start + before <= span.end - after]


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
