"""A clearance: somebody who may say so has seen the patient, and what an outcome held back opens (clinical.md 10)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from clinic import audit
from clinic.models import Clinic, User
from intake.models import BookingGate, Clearance, Level, Outcome, Screening
from intake.workflow.deciding import end_calls, end_form, lock_current, tell_patient
from intake.workflow.errors import NotAllowed, NothingToClear, WrongDay
from intake.workflow.outcomes import follow_by, tell_followers


def clear(
    *,
    screening: Screening,
    cleared_by: str,
    cleared_on: date,
    letter: str,
    by: User,
    is_pt: bool,
    seen: str | None = None,
    now: datetime,
) -> Clearance:
    """Record that `cleared_by` (name and role) has cleared the patient, and open booking; return the clearance.

    The outcome is followed by one that keeps class and findings, opens every mode, and carries the clearance. The
    calls about the old one end, visits on hold go on, and the patient is told that the page has changed.
    `cleared_on` is a day at the clinic: not in the future, not before the check that it answers. `seen` is the stamp
    of the outcome that a page showed, as for `decide`.

    Raises NotFinished without an outcome, NewerOutcome, NothingToClear for one that holds nothing back, NotAllowed for anybody but a
    PT, WrongDay, ValueError without a name or a letter.
    """
    if not is_pt:
        raise NotAllowed
    if not cleared_by.strip() or not letter.strip():
        raise ValueError("A clearance needs a name and what the letter says.")
    with transaction.atomic():
        locked, before = lock_current(screening, seen=seen)
        if before.booking == BookingGate.OPEN:
            raise NothingToClear
        if not earliest_day(before) <= cleared_on <= day_at_clinic(now):
            raise WrongDay
        outcome = follow_by(before, level=Level.MECHANICAL, booking=BookingGate.OPEN, by=by, by_pt=True, now=now)
        clearance = Clearance.objects.create(
            outcome=outcome,
            cleared_by=cleared_by.strip(),
            cleared_on=cleared_on,
            letter=letter.strip(),
            recorded_by=by,
            created_at=now,
        )
        end_calls(locked, now=now)
        end_form(locked, now=now)
        audit.record(
            act="level.cleared",
            subject_uid=locked.uid,
            actor=by,
            details={"before": before.staff_level, "clearance": str(clearance.uid)},
            now=now,
        )
        tell_patient(locked, outcome, now=now)
        tell_followers(locked, decided=True, by=by, now=now)
    return clearance


def earliest_day(outcome: Outcome) -> date:
    """Return the day, at the clinic, of the check whose outcome is to be cleared: staff may have changed its level since."""
    judged = Outcome.objects.filter(screening=outcome.screening_id, decided_by__isnull=True, pk__lte=outcome.pk)
    newest = judged.order_by("-pk").first() or outcome
    return day_at_clinic(newest.created_at)


def day_at_clinic(at: datetime) -> date:
    """Return the date at the clinic."""
    return at.astimezone(ZoneInfo(Clinic.get().time_zone)).date()
