"""Taking figures: ours and the limit in turns, many rounds, the best of each."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of the table. Times are milliseconds for one operation, the best of the rounds.

    The best, because whatever else the machine does can only make a round longer; the median tells how much it did.
    """

    bench: str
    what: str
    ms: float
    limit: str
    limit_ms: float
    median_ms: float
    median_limit_ms: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times as long as the limit."""
        return self.ms / self.limit_ms

    def as_json(self) -> dict[str, Any]:
        """The figure for the file, with the ratio."""
        return asdict(self) | {"ratio": self.ratio, "per_second": 1000 / self.ms}


class Clock:
    """Adds up the seconds of its `running` blocks, so that a round can leave out what it prepares."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - start


Work = Callable[[Clock], int]
# Seconds for one figure. Short works get many rounds that way, and their best is steady on a busy machine too.
LONG_ENOUGH = 4.0


def compare(
    bench: str,
    what: str,
    ours: Work,
    *,
    limit: str,
    bare: Work,
    note: str = "",
    rounds: tuple[int, int] = (7, 60),
) -> Figure:
    """Let ours and the bare work take turns. Each runs its clock around what counts and returns how many it did.

    They take at least the first number of `rounds`, and go on to the second while LONG_ENOUGH is not over.
    """
    _once(ours), _once(bare)  # caches fill, statements compile
    pairs: list[tuple[float, float]] = []
    end = time.monotonic() + LONG_ENOUGH
    while len(pairs) < rounds[0] or (len(pairs) < rounds[1] and time.monotonic() < end):
        pairs.append((_once(ours), _once(bare)))
    return Figure(
        bench=bench,
        what=what,
        ms=min(mine for mine, _ in pairs),
        limit=limit,
        limit_ms=min(its for _, its in pairs),
        median_ms=median(mine for mine, _ in pairs),
        median_limit_ms=median(its for _, its in pairs),
        note=note,
    )


def _once(work: Work) -> float:
    """Do it once, and return the milliseconds for one operation."""
    gc.collect()
    clock = Clock()
    count = work(clock)
    return clock.seconds * 1000 / count


def table(figures: list[Figure]) -> str:
    """The figures for people: a line each."""
    head = ("what", "ms each", "per second", "beside", "ms each", "times", "median")
    rows = [
        (
            f"{figure.bench}: {figure.what}{f' ({figure.note})' if figure.note else ''}",
            f"{figure.ms:.3f}",
            f"{1000 / figure.ms:,.0f}",
            figure.limit,
            f"{figure.limit_ms:.3f}",
            f"{figure.ratio:.2f}",
            f"{figure.median_ms / figure.median_limit_ms:.2f}",
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    texts = (0, 3)
    lines = [
        "  ".join(
            cell.ljust(width) if column in texts else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, *rows)
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
