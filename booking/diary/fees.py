"""Fees for visits cancelled late or missed: recorded as the patient accepted them, waived with a reason, never charged.

Nothing is owed that was not accepted at booking, for a visit that we held back or cancelled ourselves, or where the
payer is known to forbid it.
"""

from datetime import datetime
from decimal import Decimal

from booking.diary.locks import act, lock_appointment
from booking.diary.records import record
from booking.errors import WrongState
from booking.models import Appointment, Block, Fee
from booking.terms import GRACE, GRACE_FOR_OURS, free_until
from clinic.models import Payer, User
from intake.models import Request

NOTHING = Decimal(0)
# Characters of a reason that are kept.
LONGEST_REASON = 240


def late_fee(visit: Appointment, *, now: datetime) -> Decimal:
    """Return what the patient would owe for cancelling a visit now, in its currency; 0 for nothing."""
    late = visit.free_until is not None and visit.free_until <= now
    if not late or visit.hold or visit.block.state not in (Block.State.BOOKED, Block.State.ARRIVED):
        return NOTHING
    return NOTHING if _forbidden(visit) else visit.late_fee


def no_show_fee(visit: Appointment) -> Decimal:
    """Return what the patient owes who does not come to a visit, in its currency; 0 for nothing."""
    return NOTHING if visit.hold or not visit.no_show_fee or _forbidden(visit) else visit.no_show_fee


def follow_move(visit: Appointment, *, by: User | None, now: datetime) -> None:
    """Set until when a visit with a new time can be cancelled at no cost; the caller saves `free_until`.

    Call it with the block at its new time, in the act's transaction. What the patient moves late stays late: else a
    late cancel would be free by way of a move to next month. A time that staff chose is free again for a day.
    """
    if visit.free_until is None or (by is None and visit.free_until <= now):
        return
    grace = GRACE_FOR_OURS if by else GRACE
    visit.free_until = free_until(visit.block.starts_at, hours=visit.late_hours, grace=grace, now=now)


def owe(visit: Appointment, kind: str, amount: Decimal, *, by: User | None, now: datetime) -> Fee | None:
    """Record a fee of a locked visit, in the caller's transaction; None for nothing."""
    if not amount:
        return None
    fee = Fee.objects.create(appointment=visit, kind=kind, amount=amount, currency=visit.currency, at=now)
    record(visit, "fee_recorded", by=by, details={"fee": kind, "amount": str(amount)}, now=now)
    return fee


def take_back(visit: Appointment, *, by: User | None, now: datetime) -> int:
    """Take back the fee of a locked visit that takes place after all; return how many there were."""
    gone = Fee.objects.filter(appointment=visit).standing().update(taken_back_at=now)
    if gone:
        record(visit, "fee_taken_back", by=by, now=now)
    return gone


def waive(*, fee: Fee, by: User, reason: str, now: datetime) -> Fee:
    """Waive a fee, with a reason of at most 240 characters; return it.

    Raises WrongState for one that is waived or taken back already, TryAgain; ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("a fee is waived for a reason")
    with act():
        visit = lock_appointment(fee.appointment_id)
        row = Fee.objects.get(pk=fee.pk)
        if not row.is_owed:
            raise WrongState
        row.waived_at, row.waived_by = now, by
        row.waive_reason = reason.strip()[:LONGEST_REASON]
        row.save(update_fields=["waived_at", "waived_by", "waive_reason"])
        details = {"fee": row.kind, "amount": str(row.amount), "why": row.waive_reason}
        record(visit, "fee_waived", by=by, details=details, now=now)
        return row


def _forbidden(visit: Appointment) -> bool:
    """Say whether the visit's payer is known and forbids such fees: known is what came with the request it was booked from."""
    if visit.request_id is None:
        return False
    request = Request.objects.filter(pk=visit.request_id).first()
    payer = str(request.details.get("payer", "")) if request else ""
    return bool(payer) and Payer.objects.filter(name=payer, no_fees=True).exists()
