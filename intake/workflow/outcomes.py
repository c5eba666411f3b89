"""From what the rules found to an outcome that counts, with the call, the alert and the letter that follow from it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from clinic import audit, calls, opening, patients, registry
from clinic.models import Call, Clinic, User
from intake import gate, safety_pages
from intake import questionnaire as questionnaires
from intake.duties import call_due_at
from intake.models import BookingGate, CallDue, Finding, Level, Outcome, Screening
from intake.screening import Result
from intake.screening.what_if import what_if
from intake.workflow import telling

ORDER = [str(level) for level in Level.values]
GATES = [str(gate) for gate in BookingGate.values]
# Calls by which a PT has still to speak to the patient; they end when a PT decides the level.
CALLED_BACK = (Call.Reason.EMERGENCY, Call.Reason.URGENT, Call.Reason.UNSURE)


def write_outcome(screening: Screening, result: Result, *, left: bool = False, now: datetime) -> Outcome:
    """Write what the rules found, and set off all that follows from it. Call it in the transaction of the act.

    `left`: the form was left in the middle, and what was answered by then asks for a call. All follows as from a
    finished one, but the form stays open to whoever goes on with it, and whoever was on the phone gets no letter:
    they were told that somebody calls.
    """
    screening.patient_id = patients.lock(screening.patient_id)
    before = Outcome.objects.filter(screening=screening, current=True).first()
    level, booking, due_code = str(result.level), str(result.booking), str(result.call_due or CallDue.NONE)
    waiting = _waits_for_call(screening)
    if (before and before.booking in gate.CLOSED) or waiting:
        # Something graver was said before and no PT has called yet: never below unsure, never bookable.
        level = graver(level, Level.UNSURE)
        booking = min(booking, str(BookingGate.HELD), key=GATES.index)
        if due_code == CallDue.NONE:
            due_code = str(CallDue.SAME_WORKING_DAY)
    # For staff the gravest of this check counts until a PT has called; another check has a call of its own.
    own = graver(level, *([before.staff_level] if before else []))
    due_at = call_due_at(due_code, hours=opening.hours_for(), clinic=Clinic.get(), now=now)
    Outcome.objects.filter(screening=screening, current=True).update(current=False)
    outcome = Outcome.objects.create(
        screening=screening,
        level=level,
        staff_level=graver(own, *waiting),
        klass=str(result.klass),
        booking=booking,
        call_due=due_code,
        call_due_at=due_at,
        first_contact=str(result.first_contact or ""),
        ruleset=result.ruleset,
        questionnaire=result.questionnaire,
        missing=list(result.missing),
        not_sure=list(result.not_sure),
        visit_within=str(result.visit_within or ""),
        factors=list(result.factors),
        flags=asdict(result.flags),
        contradictions=[asdict(found) for found in result.contradictions],
        changes=_changes(screening, result),
        answers=dict(screening.answers),
        full_at=None
        if left or safety_pages.are_all(screening.answers)
        else screening.carried_from or screening.started_at,
        left=left,
        created_at=now,
    )
    Finding.objects.bulk_create(
        Finding(
            outcome=outcome,
            rule=found.rule_id,
            level=str(found.level),
            klass=str(found.klass),
            strength=found.strength,
            points_to=found.points_to,
            plain=found.plain,
            answers=found.answers,
        )
        for found in result.findings
    )
    if not left:
        screening.state = Screening.State.FINISHED
        screening.finished_at = now
        screening.save(update_fields=["state", "finished_at"])
        telling.drop_way_back(screening, now=now)
        telling.end_call_if_left(screening, now=now)
    if due_at:
        telling.call(screening, level=own, due_at=due_at, now=now)
    if result.alerts:
        telling.alert_words(screening, now=now)
    if not left or screening.typed_by_id is None:
        telling.post_result(screening, outcome, now=now)
    telling.plan_rechecks(screening, outcome, now=now)
    details = {"level": level, "ruleset": result.ruleset}
    act = "screening.judged" if left else "screening.finished"
    audit.record(act=act, subject_uid=screening.uid, details=details, now=now)
    tell_followers(screening, now=now)
    return outcome


def follow_call(*, call: Call, now: datetime) -> None:  # noqa: ARG001  (each follower is told the time)
    """Keep a call about a level open until a PT has decided: that ends it, and no talk, try or voicemail does.

    A call about a plain refer is a review, which ends without a decision. Raises calls.NotDecided.
    """
    if call.reason not in (*CALLED_BACK, Call.Reason.REFER):
        return
    open_still = Outcome.objects.filter(screening__uid=call.subject_uid, current=True, by_pt=False)
    if call.reason == Call.Reason.REFER:
        open_still = open_still.exclude(booking__in=(BookingGate.CONSULT_FLAGGED, BookingGate.OPEN))
    if open_still.exists():
        raise calls.NotDecided


def tell_followers(screening: Screening, *, decided: bool = False, by: User | None = None, now: datetime) -> None:
    """Let whatever hangs on the patient's level follow it: visits that are booked already."""
    for follow in registry.outcome_followers.values():
        follow(patient=screening.patient, decided=decided, by=by, now=now)


def follow_by(
    before: Outcome, *, level: str, booking: str, by: User, by_pt: bool, now: datetime, **values: Any
) -> Outcome:
    """Write the outcome that staff put in the place of another: the evidence stays; a PT's word makes it fresh again."""
    Outcome.objects.filter(pk=before.pk).update(current=False)
    outcome = Outcome.objects.create(
        screening=before.screening,
        level=level,
        staff_level=level,
        klass=before.klass,
        booking=booking,
        first_contact=before.first_contact,
        ruleset=before.ruleset,
        questionnaire=before.questionnaire,
        missing=before.missing,
        not_sure=before.not_sure,
        visit_within=before.visit_within,
        factors=before.factors,
        flags=before.flags,
        contradictions=before.contradictions,
        changes=before.changes,
        answers=before.answers,
        full_at=now if before.full_at and by_pt else before.full_at,
        left=before.left,
        decided_by=by,
        by_pt=by_pt,
        created_at=now,
        **values,
    )
    Finding.objects.bulk_create(
        Finding(
            outcome=outcome,
            rule=row.rule,
            level=row.level,
            klass=row.klass,
            strength=row.strength,
            points_to=row.points_to,
            plain=row.plain,
            answers=row.answers,
        )
        for row in before.findings.all()
    )
    return outcome


def _changes(screening: Screening, result: Result) -> dict[str, list[dict[str, Any]]]:
    """Return the single answers that would raise or lower the level, as they are stored.

    Nothing raises an emergency, and what made it one stands in its findings: the form may have ended on its first page.
    """
    if result.is_emergency:
        return {}
    found = what_if(screening.answers, questionnaire=questionnaires.get(screening.questionnaire))
    return {
        "raising": [asdict(change) for change in found.raising],
        "lowering": [asdict(change) for change in found.lowering],
    }


def graver(*levels: str) -> str:
    """Return the gravest of some levels."""
    return str(min(levels, key=ORDER.index))


def _waits_for_call(screening: Screening) -> list[str]:
    """Return the levels of this patient's other checks about which a PT has still to call, or which none has decided.

    Filling in the form anew, all no, must not open what a PT has not cleared.
    """
    waiting = Call.objects.filter(patient=screening.patient, state=Call.State.OPEN, reason__in=CALLED_BACK)
    called = waiting.exclude(subject_uid=screening.uid).values_list("reason", flat=True)
    rows = gate.undecided(patient_id=screening.patient_id, besides=screening.pk)
    return [*(str(reason) for reason in called), *(row.staff_level for row in rows)]
