"""Threads that start at once, for races."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


class RunAtOnce:
    """Run a function in several threads that begin together; return the results, or raise what one of them raised.

    Inside the function, `run_at_once.meet()` waits until all of them are there (at most two seconds): that is how a
    race is made to happen every time.
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

    def meet(self) -> None:
        # A database that lets only one in keeps the others from coming.
        with contextlib.suppress(threading.BrokenBarrierError):
            self.barrier.wait(timeout=2)


run_at_once = RunAtOnce()
