"""How far into a day somebody's lateness reaches. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from clinic.spans import Span

MINUTE = timedelta(minutes=1)
# What the desk may say; more is no lateness but a day to be moved.
CHOICES = (10, 15, 20, 30, 45, 60)
# Nobody is told of less, and nobody of odd minutes.
STEP = 5


def delays(spans: Iterable[Span], minutes: int) -> list[int]:
    """Return by how many minutes each visit to come starts late, in their order.

    The first starts `minutes` late. Time between two visits takes some of it up; what is left is rounded up to STEP, and 0
    says on time. `spans` are when the practitioner is taken, in order.
    """
    late, found, before = minutes * MINUTE, [], None
    for span in spans:
        if before is not None:
            late = max(late - max(span.start - before, timedelta()), timedelta())
        found.append(-(-(late // MINUTE) // STEP) * STEP)
        before = span.end
    return found
