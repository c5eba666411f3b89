"""Confirming: the patient has said that they come; and taking that back."""

from datetime import datetime

from booking.diary.locks import act, lock_appointment
from booking.diary.records import record
from booking.errors import WrongState
from booking.models import Appointment, Block
from clinic.models import User


def confirm(*, appointment: Appointment, by: User | None, now: datetime) -> Appointment:
    """Write that the patient comes to a visit, as they said by link (`by` None) or to the desk; return it.

    Confirmed twice is confirmed once, at the first time. A move takes it back (`move`).
    Raises WrongState unless the visit is booked, still ahead and not on hold; TryAgain.
    """
    with act():
        visit = lock_appointment(appointment.pk)
        if visit.block.state != Block.State.BOOKED or visit.block.starts_at <= now or visit.hold:
            raise WrongState
        if visit.confirmed_at is None:
            visit.confirmed_at, visit.confirmed_by = now, "staff" if by else "patient"
            visit.save(update_fields=["confirmed_at", "confirmed_by"])
            record(visit, "confirmed", by=by, now=now)
        return visit


def unconfirm(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """Take back what staff wrote by `confirm`, as with a slip of the hand; return the visit.

    What the patient said by link stays. Raises WrongState for that, and unless the visit is booked and still ahead; TryAgain.
    """
    with act():
        visit = lock_appointment(appointment.pk)
        if visit.block.state != Block.State.BOOKED or visit.block.starts_at <= now or visit.confirmed_by != "staff":
            raise WrongState
        visit.confirmed_at, visit.confirmed_by = None, ""
        visit.save(update_fields=["confirmed_at", "confirmed_by"])
        record(visit, "unconfirmed", by=by, now=now)
        return visit
