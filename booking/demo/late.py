"""Who has said that they come, and who cancelled too late: some fees are owed, some were waived."""

from datetime import datetime, timedelta

from booking import diary
from booking.demo.house import House
from booking.models import Appointment, Block, Fee
from clinic.models import Mode

SOON = timedelta(days=2)
# One visit at the clinic of so many is cancelled two hours before.
ONE_IN = 4
REASONS = ("My car does not start", "My daughter has a fever", "A meeting came up")


def is_cancelled(visit: Appointment, made: House) -> bool:
    """Let a visit of days gone by be cancelled late by its patient, now and then; say whether it was."""
    if visit.mode != Mode.IN_CLINIC or not visit.late_fee or visit.patient.sensitive or visit.submission.int % ONE_IN:
        return False
    if not Appointment.objects.filter(patient=visit.patient, block__state=Block.State.SEEN).exists():
        return False  # who is new has to have been here once, or could book no later visit
    at = visit.block.starts_at - timedelta(hours=2)
    count = Fee.objects.filter(kind=Fee.Kind.LATE_CANCEL).count()
    diary.cancel(appointment=visit, by=None, reason=REASONS[count % 3], agreed=visit.late_fee, now=at)
    if count % 2:
        fee = Fee.objects.get(appointment=visit)
        diary.waive(fee=fee, by=made.users["jo"], reason="The first time, and they rang at once", now=at)
    return True


def confirm(made: House, *, now: datetime) -> None:
    """Every second visit of the next two days is confirmed: by its patient, or to the desk on the phone."""
    at = now - timedelta(minutes=70)
    coming = Appointment.objects.filter(
        block__state=Block.State.BOOKED, block__starts_at__gt=now, hold="", created_at__lt=at
    )
    for place, visit in enumerate(coming.filter(block__starts_at__lt=now + SOON).order_by("block__starts_at")):
        if place % 2:
            by = made.users["jo"] if place % 3 else None
            diary.confirm(appointment=visit, by=by, now=at)
