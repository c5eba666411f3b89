"""Beat with a file that it can do without."""

import logging
from collections.abc import Callable
from typing import Any

from celery.beat import PersistentScheduler

log = logging.getLogger(__name__)


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
