"""Beat with a file that it can do without, and a worker that does not go on without its beat."""

import logging
from collections.abc import Callable
from typing import Any, Protocol

from celery.beat import PersistentScheduler
from celery.worker import state

log = logging.getLogger(__name__)
# Longer than a program may live that counts as failed to start: a clock that never starts does not end the web server.
LOOK_EVERY = 15.0


class Clock(PersistentScheduler):
    """Remembers in a file when each task ran last, and begins that file anew where it cannot be read.

    Celery does so for some of the errors a broken file gives; after any other beat ends, and ends again at each start.
    A machine that loses its power while the file is written is enough. The tasks ask the database what is due, so all
    that is lost with the file is when they ran.
    """

    _store: Any
    _remove_db: Callable[[], None]

    def setup_schedule(self) -> None:
        """Read the file, or remove it and begin a new one."""
        try:
            super().setup_schedule()
        except Exception as error:  # noqa: BLE001  (a broken file raises whatever its bytes happen to mean)
            log.warning("The file of when tasks ran last cannot be read (%s); it is begun anew.", type(error).__name__)
            self._remove_db()
            super().setup_schedule()


class Lives(Protocol):
    """A process, or a thread."""

    def is_alive(self) -> bool:
        """Say whether it has not ended yet."""


def watch(consumer: Any) -> None:
    """Look every few seconds whether the clock that a worker carries still runs; `consumer` is Celery's."""
    if (clock := getattr(consumer.controller, "beat", None)) is not None:
        consumer.timer.call_repeatedly(LOOK_EVERY, end_without, (clock,))


def end_without(clock: Lives) -> None:
    """Let the worker finish what it has and end once its clock has ended, so that both are started again.

    Celery goes on without: nobody would be reminded, and no alert passed on, until somebody looked at the health page.
    """
    if not clock.is_alive():
        log.critical("The clock has ended. The worker ends with it, to be started again.")
        state.should_stop = 1  # type: ignore[assignment]  # a code, as `maybe_shutdown` reads it
