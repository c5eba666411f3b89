"""Cancelling a visit."""

from datetime import datetime

from booking import watched
from booking.diary.holding import close_call
from booking.diary.locks import act, lock_appointment
from booking.diary.records import CANCELLED, record, tell
from booking.errors import WrongState
from booking.models import Appointment, Block
from clinic import calls
from clinic.models import Call, User

# Characters of a reason that are kept.
LONGEST_REASON = 120


def cancel(*, appointment: Appointment, by: User | None, reason: str = "", now: datetime) -> Appointment:
    """Cancel a visit, free its time, and tell the patient; `by` None means the patient did it. Return it.

    A cancelled visit stays cancelled, whoever cancels it again. `reason` is cut to 120 characters.
    Raises WrongState for a visit that has begun (for staff: that was seen or missed), TryAgain.
    """
    with act():
        visit = lock_appointment(appointment.pk)
        if visit.block.state == Block.State.CANCELLED:
            return visit
        _check(visit, by=by, now=now)
        on_hold, visit.hold, visit.held_at = bool(visit.hold), "", None
        visit.block.state = Block.State.CANCELLED
        visit.block.save(update_fields=["state"])
        visit.cancelled_at = now
        visit.cancelled_by = "staff" if by else "patient"
        visit.cancel_reason = reason.strip()[:LONGEST_REASON]
        visit.sequence += 1
        visit.save(update_fields=["hold", "held_at", "cancelled_at", "cancelled_by", "cancel_reason", "sequence"])
        # A visit that we held back costs nothing, however late it is cancelled: fees look here.
        details = {"why": visit.cancel_reason} | ({"on_hold": True} if on_hold else {})
        record(visit, "cancelled", by=by, details=details, now=now)
        # Nobody need ask about a visit that does not take place.
        calls.close_for(subject_uid=visit.uid, reason=Call.Reason.UNSCREENED, outcome=Call.Outcome.DECLINED, now=now)
        close_call(visit.patient, now=now)
        tell(visit, CANCELLED, now=now)
        if by is None:
            watched.watch(words=[reason], patient=visit.patient, subject_uid=visit.uid, now=now)
        return visit


def _check(visit: Appointment, *, by: User | None, now: datetime) -> None:
    may = [Block.State.BOOKED, Block.State.ARRIVED] if by else [Block.State.BOOKED]
    if visit.block.state not in may:
        raise WrongState
    if by is None and visit.block.starts_at <= now:
        raise WrongState
