"""What the worker does for checks; beat runs it. The tasks carry no state: each does what is due."""

from celery import shared_task
from django.utils import timezone

from intake import unfinished


@shared_task(name="intake.tasks.ask_unfinished")
def ask_unfinished() -> None:
    """Ask once to finish the checks that were begun and left."""
    unfinished.ask(now=timezone.now())


@shared_task(name="intake.tasks.leave_silent")
def leave_silent() -> None:
    """Judge the checks that lie still."""
    unfinished.leave_silent(now=timezone.now())
