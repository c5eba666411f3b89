"""Threads that start at once, for races; and the end of those that an act leaves behind."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

# Only what hangs takes as long: a busy machine may need seconds to bring two threads to one place.
PATIENCE = 60.0


class RunAtOnce:
    """Run a function in several threads that begin together; return the results, or raise what one of them raised.

    Inside the function, `run_at_once.meet()` waits until all of them are there: that is how a race is made to happen
    every time. Where a lock may keep the others from coming, say how many seconds are enough: then who waits goes on.
    """

    barrier: threading.Barrier

    def __call__(self, work: Callable[[int], Any], count: int) -> list[Any]:
        self.barrier = threading.Barrier(count)

        def run(number: int) -> Any:
            try:
                self.meet()
                return work(number)
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(run, range(count)))

    def meet(self, *, seconds: float = PATIENCE) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            self.barrier.wait(timeout=seconds)


run_at_once = RunAtOnce()


def settle_nudges() -> None:
    """Wait until no nudge is under way (`clinic.nudging`): while one is, another of its kind is left out."""
    for thread in threading.enumerate():
        if thread.name == "nudge":
            thread.join(PATIENCE)
