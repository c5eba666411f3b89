"""What staff do with an outcome: read its brief, and follow it by a decision after the call. Clearances: `clearing`."""

from datetime import datetime

from django.db import transaction

from clinic import audit, calls, opening, patients
from clinic.models import Call, Clinic, User
from intake import gate
from intake import screening as rules
from intake.duties import call_due_at
from intake.models import BriefRead, CallDue, Outcome, Screening
from intake.screening.levels import DUTIES, Duty
from intake.workflow import telling
from intake.workflow.errors import NewerOutcome, NotAllowed, NotFinished
from intake.workflow.outcomes import CALLED_BACK, GATES, ORDER, follow_by, tell_followers

# Calls for which a level is the reason.
ABOUT_A_LEVEL = (*CALLED_BACK, Call.Reason.REFER)


def mark_read(*, outcome: Outcome, by: User, now: datetime) -> BriefRead:
    """Note that somebody has read the brief of an outcome; the first time counts."""
    with transaction.atomic():
        read, made = BriefRead.objects.get_or_create(
            outcome=outcome, by=by, defaults={"screening": outcome.screening, "at": now}
        )
        if made:
            audit.record(act="brief.read", subject_uid=outcome.screening.uid, actor=by, now=now)
    return read


def stamp(outcome: Outcome) -> str:
    """Return what a page that shows an outcome sends back with what is decided on it: which one, and the form's state."""
    return f"{outcome.uid}.{outcome.screening.state}"


def decide(
    *,
    screening: Screening,
    level: str,
    reason: str,
    by: User,
    is_pt: bool,
    seen: str | None = None,
    now: datetime,
) -> Outcome:
    """Follow an outcome by what staff decided after a call: anybody may raise the level, only a PT may lower it.

    `seen` is the `stamp` of the outcome that a page showed; None where no page was looked at. What has come since,
    from the patient's second tab perhaps, must be seen first: raises NewerOutcome.

    A PT has spoken to the patient, so the calls for that end. Whoever else raises the level opens the call that the
    new level asks for, due no later than the one that is still to be made, and opens nothing that was held back.
    Visits that are booked follow the level. The patient gets the letter of the new outcome: the one they hold says
    what no longer counts. Raises NotFinished without an outcome, NotAllowed, ValueError without a reason or for a
    level that is none.
    """
    if not reason.strip():
        raise ValueError("A change of level needs a reason.")
    duty = DUTIES[rules.Level(level)]
    with transaction.atomic():
        locked, before = lock_current(screening, seen=seen)
        raised = ORDER.index(level) < ORDER.index(before.staff_level)
        if ORDER.index(level) > ORDER.index(before.staff_level) and not is_pt:
            raise NotAllowed
        booking, due_code, due_at = str(duty.booking), str(CallDue.NONE), None
        if not is_pt:
            # Raising never opens: what the old outcome holds back, a level between may leave open.
            booking = min(booking, before.booking, key=GATES.index)
            due_code, due_at = _soonest_call(before, duty if raised else None, now=now)
        outcome = follow_by(
            before,
            level=level,
            booking=booking,
            call_due=due_code,
            call_due_at=due_at,
            reason=reason,
            by=by,
            by_pt=is_pt,
            now=now,
        )
        if is_pt:
            end_calls(locked, now=now)
        elif raised and due_at:
            telling.call(locked, level=level, due_at=due_at, now=now)
        end_form(locked, now=now)
        tell_patient(locked, outcome, now=now)
        audit.record(
            act="level.decided",
            subject_uid=locked.uid,
            actor=by,
            details={"before": before.staff_level, "after": level},
            now=now,
        )
        tell_followers(locked, decided=is_pt, by=by, now=now)
    return outcome


def _soonest_call(before: Outcome, duty: Duty | None, *, now: datetime) -> tuple[str, datetime | None]:
    """Return code and time of the first due of two calls: what a level newly asks for, and what is still to be made."""
    dues: list[tuple[datetime, str]] = []
    owed = Call.objects.open().filter(subject_uid=before.screening.uid, reason__in=ABOUT_A_LEVEL)
    if before.call_due_at and owed.exists():
        dues.append((before.call_due_at, before.call_due))
    code = str(duty.call_due or "") if duty else ""
    new = call_due_at(code, hours=opening.hours_for(), clinic=Clinic.get(), now=now)
    if new:
        dues.append((new, code))
    due_at, due_code = min(dues, default=(None, str(CallDue.NONE)))
    return due_code, due_at


def lock_current(screening: Screening, *, seen: str | None) -> tuple[Screening, Outcome]:
    """Lock a screening and its patient, and return it anew with the outcome that counts.

    Raises NotFinished without one, NewerOutcome when its `stamp` is not the one that was `seen`.
    """
    rows = Screening.objects.select_for_update(of=("self",), no_key=True).select_related("patient")
    locked = rows.get(pk=screening.pk)
    locked.patient_id = patients.lock(locked.patient_id)
    outcome = Outcome.objects.filter(screening=locked, current=True).first()
    if outcome is None:
        raise NotFinished
    outcome.screening = locked
    if seen is not None and seen != stamp(outcome):
        raise NewerOutcome
    return locked, outcome


def end_calls(screening: Screening, *, now: datetime) -> None:
    """A PT has spoken to the patient: the calls for that are done."""
    for why in ABOUT_A_LEVEL:
        calls.close_for(subject_uid=screening.uid, reason=why, outcome=Call.Outcome.REACHED, now=now)


def tell_patient(screening: Screening, outcome: Outcome, *, now: datetime) -> None:
    """Send the letter of an outcome that staff made, once, unless another check of the patient holds more back.

    Then that one's letter counts, and "You can book now" beside it would be wrong.
    """
    stands = gate.standing(patient=screening.patient)
    if stands is None or GATES.index(stands.booking) >= GATES.index(outcome.booking):
        telling.post_result(screening, outcome, now=now)


def end_form(screening: Screening, *, now: datetime) -> None:
    """A form that was opened again has its outcome now."""
    if screening.state != Screening.State.FINISHED:
        Screening.objects.filter(pk=screening.pk).update(state=Screening.State.FINISHED, finished_at=now)
        telling.drop_way_back(screening, now=now)
