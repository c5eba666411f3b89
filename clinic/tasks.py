"""Background work, started by beat: each task does what is due in the database and carries no state."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from clinic import alerts, exports, health, merging, outbox


@shared_task(name="clinic.tasks.deliver")
def deliver() -> None:
    """Send what is due, and leave the sign that beat and a worker are alive."""
    now = timezone.now()
    health.beat(now=now)
    outbox.deliver_due(now=now)


@shared_task(name="clinic.tasks.rescue")
def rescue() -> None:
    """Plan again what a dead worker left behind."""
    outbox.requeue_stuck(now=timezone.now())


@shared_task(name="clinic.tasks.escalate")
def escalate() -> None:
    """Pass on the alerts of calls that nobody has in hand."""
    alerts.escalate(now=timezone.now())


@shared_task(name="clinic.tasks.write_exports")
def write_exports() -> None:
    """Write the lists that staff asked for, and delete those of yesterday."""
    exports.write_due(now=timezone.now())
    exports.delete_old(now=timezone.now())


@shared_task(name="clinic.tasks.forget_sessions")
def forget_sessions() -> None:
    """Delete the sessions of staff that have run out: they say which records were opened, and Django keeps them."""
    SessionStore.clear_expired()


@shared_task(name="clinic.tasks.gather")
def gather() -> None:
    """Take along what was written on the record of a patient while it was being merged."""
    merging.gather(now=timezone.now())
