"""Telling a worker that something is due, without waiting for the broker. A nudge that gets lost is harmless: beat sweeps."""

import logging
import threading
import time
from collections.abc import Callable

from django.db import connection

from clinic.celery import app

logger = logging.getLogger(__name__)


class Nudge:
    """Starts a task when called. Never waits, and never fails.

    The broker is spoken to on a thread of its own, one at a time: a dead one would hold up a patient's request for as
    long as its time-outs last. Who finds another nudge under way leaves it at that: mostly it still waits for its turn,
    because two are sent at least `every` seconds apart. Where the broker does not take it, `instead` runs on that thread.
    """

    def __init__(self, task: str, *, every: float, instead: Callable[[], object] | None = None) -> None:
        self.task, self.every, self.instead = task, every, instead
        self._under_way = threading.Lock()
        self._sent_at = -every

    def __call__(self) -> None:
        """Have the task started soon."""
        if self._under_way.acquire(blocking=False):
            threading.Thread(target=self._send, name="nudge", daemon=True).start()

    def _send(self) -> None:
        try:
            time.sleep(max(0.0, self._sent_at + self.every - time.monotonic()))
            self._sent_at = time.monotonic()
            app.send_task(self.task, expires=20, retry=False)
        except Exception as error:  # noqa: BLE001  (whatever a broker's client raises: beat sweeps)
            logger.warning("the worker could not be nudged: %s", type(error).__name__)
            self._do_it_here()
        finally:
            self._under_way.release()

    def _do_it_here(self) -> None:
        if self.instead is None:
            return
        try:
            self.instead()
        except Exception as error:  # noqa: BLE001  (the worker finds it when the broker is back)
            logger.warning("nor could it be done without the worker: %s", type(error).__name__)
        finally:
            connection.close()  # this thread's own
