"""The Celery application: `celery -A clinic worker --beat`."""

import logging.config
import os
from typing import Any

from celery import Celery, signals
from django.conf import settings

from clinic import clock, environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
environment.load()
app = Celery("stridewell")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["clinic", "intake", "booking"])


@signals.setup_logging.connect
def keep_our_log(*, loglevel: int, **_more: Any) -> None:
    """Write the worker's log as the web's is written: Celery would put handlers of its own in place of ours.

    Those cut out neither tokens nor rows (`clinic.logs`).
    """
    logging.config.dictConfig(settings.LOGGING)
    logging.getLogger().setLevel(loglevel)


@signals.worker_ready.connect
def watch_the_clock(*, sender: Any, **_more: Any) -> None:
    """Do not go on without the clock."""
    clock.watch(sender)
