"""What the worker does for the diary; beat runs it. The tasks carry no state: each does what is due."""

from celery import shared_task
from django.utils import timezone

from booking import diary, follow_ups, recheck, reminders
from booking.busy import acts as busy


@shared_task(name="booking.tasks.expire_holds")
def expire_holds() -> None:
    """Delete the holds that have run out; acts also pass them over and delete those in their way."""
    diary.expire_holds(now=timezone.now())


@shared_task(name="booking.tasks.recheck")
def look_over_diary() -> None:
    """Tell the managers of times that are not as told, and of overlaps without a reason."""
    recheck.tell_managers(now=timezone.now())


@shared_task(name="booking.tasks.plan_reminders")
def plan_reminders() -> None:
    """Plan the reminders of visits that have none, after an upgrade for example; acts plan them otherwise."""
    reminders.plan_missing(now=timezone.now())


@shared_task(name="booking.tasks.plan_follow_ups")
def plan_follow_ups() -> None:
    """Plan our thanks for visits, and the questions again where answers are old."""
    follow_ups.plan(now=timezone.now())


@shared_task(name="booking.tasks.read_own_calendars")
def read_own_calendars() -> None:
    """Read the practitioners' own calendars that are due."""
    busy.read_due(now=timezone.now())
