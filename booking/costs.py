"""What a patient is told of late fees: before the tap that costs one, and after it."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from booking import diary, told
from booking.models import Appointment, Block
from clinic import wording
from clinic.models import Mode


def facts(visit: Appointment, *, now: datetime) -> dict[str, Any]:
    """Give what a page says of the rule that the patient accepted, of what a cancel costs now, and of a fee that is owed."""
    cost = diary.late_fee(visit, now=now)
    return {
        "rule": told.rule(visit),
        "accepted": told.accepted(visit),
        "cost": wording.money(cost, visit.currency) if cost else "",
        "agreed": cost,
        "late_fee": wording.money(visit.late_fee, visit.currency) if visit.late_fee else "",
        "free_until": _free_until(visit, now=now),
        "fee": _fee(visit),
        "undo_until": _undo_until(visit, now=now),
    }


def read_agreed(text: str) -> Decimal:
    """Read the sum that the page says it showed; what is none is nothing."""
    try:
        sum_shown = Decimal(text[:12])
    except InvalidOperation:
        return Decimal(0)
    return sum_shown if sum_shown.is_finite() else Decimal(0)


def _free_until(visit: Appointment, *, now: datetime) -> str:
    """Say until when a cancel costs nothing: "Tue 24 Nov, 9:40 am"; "" where it never costs, and once it does."""
    if visit.free_until is None or visit.free_until <= now:
        return ""
    return wording.moment(visit.free_until.astimezone(ZoneInfo(visit.time_zone)))


def _fee(visit: Appointment) -> dict[str, Any] | None:
    """Return the fee of a visit that was cancelled or missed; visits to come have none."""
    if visit.block.state not in (Block.State.CANCELLED, Block.State.NO_SHOW) or not visit.terms_at:
        return None
    fee = visit.fees.standing().first()
    return {"amount": wording.money(fee.amount, fee.currency), "waived": not fee.is_owed} if fee else None


def _undo_until(visit: Appointment, *, now: datetime) -> str:
    """Say until when the cancel can be taken back: "9:42 am", with the zone for a visit by video; "" when it cannot."""
    until = visit.undo_until
    if until is None or until <= now or visit.block.starts_at <= now:
        return ""
    at = until.astimezone(ZoneInfo(visit.time_zone))
    # Of a visit by video that is the clock of where they will be then, and they may be elsewhere now.
    return f"{wording.clock(at)}, {told.zone_at(at)}" if visit.mode == Mode.TELEHEALTH else wording.clock(at)
