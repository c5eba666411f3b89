"""The Celery application, in a hurry: the same number of tries, with waits of seconds instead of minutes and hours."""

from datetime import timedelta

from celery.signals import worker_init

from clinic.celery import app

RETRIES = tuple(timedelta(seconds=seconds) for seconds in (0.5, 1, 2, 4, 8))
STUCK_AFTER = timedelta(seconds=8)  # longer than a mail server may stall (EMAIL_TIMEOUT), as in the product
TIMEOUT_SECONDS = 2

__all__ = ["app"]


@worker_init.connect
def hurry(**_known: object) -> None:
    """Shorten the waits, before the worker makes its children."""
    from clinic import outbox, sms  # only now Django is set up

    assert len(RETRIES) == len(outbox.RETRIES)
    vars(outbox).update(RETRIES=RETRIES, STUCK_AFTER=STUCK_AFTER)
    vars(sms).update(TIMEOUT_SECONDS=TIMEOUT_SECONDS)
