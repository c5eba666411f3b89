"""Cancelling a visit."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from booking import watched
from booking.diary.fees import NOTHING, late_fee, owe
from booking.diary.holding import close_call
from booking.diary.locks import act, lock_appointment
from booking.diary.records import CANCELLED, record, tell
from booking.diary.undoing import keep_time
from booking.errors import Costs, WrongState
from booking.models import Appointment, Block, Fee
from booking.models.appointments import UNDO_WITHIN
from clinic import calls
from clinic.models import Call, User

# Characters of a reason that are kept.
LONGEST_REASON = 120


def cancel(
    *,
    appointment: Appointment,
    by: User | None,
    reason: str = "",
    asked_by_patient: bool = False,
    agreed: Decimal = NOTHING,
    now: datetime,
) -> Appointment:
    """Cancel a visit, free its time, and tell the patient; `by` None means the patient did it. Return it.

    A cancelled visit stays cancelled, whoever cancels it again. `reason` is cut to 120 characters. Late, it costs what
    the patient accepted at booking, if it is they who want it: by link, or asking the desk (`asked_by_patient`).
    `agreed` is the sum that the patient was shown before the tap. A patient's time is kept for two minutes, and the
    message waits as long, so that they can take it back (`undo_cancel`).

    Raises Costs if it costs the patient more than was shown, WrongState for a visit that has begun (for staff: that was
    seen or missed), TryAgain.
    """
    with act():
        visit = lock_appointment(appointment.pk)
        if visit.block.state == Block.State.CANCELLED:
            return visit
        _check(visit, by=by, now=now)
        fee = late_fee(visit, now=now) if by is None or asked_by_patient else NOTHING
        if by is None and fee > agreed:
            raise Costs(fee)
        details = _end(visit, by=by, asked=asked_by_patient, reason=reason, now=now)
        record(visit, "cancelled", by=by, details=details, now=now)
        owe(visit, Fee.Kind.LATE_CANCEL, fee, by=by, now=now)
        close_call(visit.patient, now=now)
        if by is None:
            keep_time(visit, now=now)
            tell(visit, CANCELLED, after=UNDO_WITHIN, now=now)
            watched.watch(words=[reason], patient=visit.patient, subject_uid=visit.uid, now=now)
        else:
            tell(visit, CANCELLED, now=now)
        return visit


def _end(visit: Appointment, *, by: User | None, asked: bool, reason: str, now: datetime) -> dict[str, Any]:
    """Write the visit as cancelled; return what the event keeps, by which it could be taken back."""
    # A visit that we held back costs nothing, however late it is cancelled: fees look here.
    details = {"on_hold": True, "hold": visit.hold} if visit.hold else {}
    visit.block.state = Block.State.CANCELLED
    visit.block.save(update_fields=["state"])
    visit.hold, visit.held_at = "", None
    visit.cancelled_at = now
    visit.cancelled_by = "desk" if by and asked else "staff" if by else "patient"
    visit.cancel_reason = reason.strip()[:LONGEST_REASON]
    visit.sequence += 1
    visit.save(update_fields=["hold", "held_at", "cancelled_at", "cancelled_by", "cancel_reason", "sequence"])
    # Nobody need ask about a visit that does not take place.
    closed = calls.close_for(
        subject_uid=visit.uid, reason=Call.Reason.UNSCREENED, outcome=Call.Outcome.DECLINED, now=now
    )
    return details | {"why": visit.cancel_reason} | ({"call_closed": True} if closed else {})


def _check(visit: Appointment, *, by: User | None, now: datetime) -> None:
    may = [Block.State.BOOKED, Block.State.ARRIVED] if by else [Block.State.BOOKED]
    if visit.block.state not in may:
        raise WrongState
    if by is None and visit.block.starts_at <= now:
        raise WrongState
