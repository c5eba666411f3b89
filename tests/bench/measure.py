"""Taking figures: ours and the limit in turns, many rounds, the best and the median of each."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Scale:
    """How much is measured: appointments in the table, seconds and rounds of one figure, requests of the memory bench.

    `workers` are those of each web server, as `manage.py serve` has them, and `burst` what it is asked in one round.
    """

    sizes: tuple[int, ...] = (1_000, 100_000)
    # Short works get many rounds that way, and their best is steady on a busy machine too.
    seconds: float = 4.0
    rounds: tuple[int, int] = (7, 60)
    requests: int = 10_000
    workers: int = 2
    burst: int = 24


FULL = Scale()


@dataclass(frozen=True)
class Figure:
    """One line of the table. Times are milliseconds for one operation: the best of the rounds, and their median (p50).

    The best, because whatever else the machine does can only make a round longer; the median tells how much it did.
    `cpu` is what the processor worked for one operation in our processes, not in the database's. It does not grow while
    others are at work.
    """

    bench: str
    what: str
    ms: float
    limit: str
    limit_ms: float
    median_ms: float
    median_limit_ms: float
    cpu_ms: float
    cpu_limit_ms: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times as long as the limit."""
        return self.ms / self.limit_ms

    @property
    def median_ratio(self) -> float:
        """The same of the medians."""
        return self.median_ms / self.median_limit_ms

    @property
    def cpu_ratio(self) -> float:
        """The same of the processor's time."""
        return self.cpu_ms / self.cpu_limit_ms if self.cpu_limit_ms else 0.0

    def as_json(self) -> dict[str, Any]:
        """The figure for the file, with the ratios."""
        ratios = {"ratio": self.ratio, "median_ratio": self.median_ratio, "cpu_ratio": self.cpu_ratio}
        return asdict(self) | ratios | {"per_second": 1000 / self.ms}

    def as_row(self) -> tuple[str, ...]:
        """The figure for people."""
        return (
            f"{self.bench}: {self.what}{f' ({self.note})' if self.note else ''}",
            f"{self.ms:.3f}",
            f"{self.median_ms:.3f}",
            f"{1000 / self.ms:,.0f}",
            self.limit,
            f"{self.limit_ms:.3f}",
            f"{self.median_limit_ms:.3f}",
            f"{self.ratio:.2f}",
            f"{self.median_ratio:.2f}",
            f"{self.cpu_ratio:.2f}",
        )


@dataclass(frozen=True)
class Growth:
    """How much memory a process holds, in MiB, after how many requests. The first reading is the one after the warm-up."""

    bench: str
    what: str
    readings: tuple[tuple[int, float], ...]

    @property
    def ratio(self) -> float:
        """The last reading in terms of the first."""
        return self.readings[-1][1] / self.readings[0][1]

    def as_json(self) -> dict[str, Any]:
        """The readings for the file."""
        return asdict(self) | {"ratio": self.ratio}

    def as_line(self) -> str:
        """The readings for people."""
        curve = ", ".join(f"{count:,}: {size:.1f}" for count, size in self.readings)
        return f"{self.bench}: {self.what}, MiB after requests: {curve} (times {self.ratio:.3f})"


class Clock:
    """Adds up the seconds of its `running` blocks, so that a round can leave out what it prepares."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0

    @contextmanager
    def running(self, cpu: Callable[[], float] = time.process_time) -> Iterator[None]:
        """Let it run; `cpu` tells the processor's seconds so far, those of this process unless told otherwise."""
        start, worked = time.perf_counter(), cpu()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - start
            self.cpu += cpu() - worked


Work = Callable[[Clock], int]


@dataclass(frozen=True)
class _Round:
    """Milliseconds for one operation."""

    wall: float
    cpu: float


def compare(
    bench: str,
    what: str,
    ours: Work,
    *,
    limit: str,
    bare: Work,
    note: str = "",
    scale: Scale = FULL,
) -> Figure:
    """Let ours and the bare work take turns. Each runs its clock around what counts and returns how many it did.

    They take at least the first number of `scale.rounds`, and go on to the second while `scale.seconds` are not over.
    """
    _once(ours), _once(bare)  # caches fill, statements compile
    mine: list[_Round] = []
    its: list[_Round] = []
    end = time.monotonic() + scale.seconds
    least, most = scale.rounds
    while len(mine) < least or (len(mine) < most and time.monotonic() < end):
        mine.append(_once(ours))
        its.append(_once(bare))
    return Figure(
        bench=bench,
        what=what,
        ms=min(one.wall for one in mine),
        limit=limit,
        limit_ms=min(one.wall for one in its),
        median_ms=median(one.wall for one in mine),
        median_limit_ms=median(one.wall for one in its),
        cpu_ms=median(one.cpu for one in mine),
        cpu_limit_ms=median(one.cpu for one in its),
        note=note,
    )


def _once(work: Work) -> _Round:
    """Do it once."""
    gc.collect()
    clock = Clock()
    count = work(clock)
    return _Round(clock.seconds * 1000 / count, clock.cpu * 1000 / count)


def table(figures: Sequence[Figure]) -> str:
    """The figures for people: a line each."""
    head = ("what", "best ms", "p50 ms", "per second", "beside", "best ms", "p50 ms", "times", "p50", "CPU")
    rows = [figure.as_row() for figure in figures]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    texts = (0, 4)
    lines = [
        "  ".join(
            cell.ljust(width) if column in texts else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, *rows)
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
