"""What the worker does for the diary; beat runs it. The tasks carry no state: each does what is due."""

from celery import shared_task
from django.utils import timezone

from booking import diary


@shared_task(name="booking.tasks.expire_holds")
def expire_holds() -> None:
    """Delete the holds that have run out; acts also pass them over and delete those in their way."""
    diary.expire_holds(now=timezone.now())
