"""What staff do with an outcome: read its brief, and follow it by a decision after the call."""

from datetime import datetime

from django.db import transaction

from clinic import audit, calls, opening
from clinic.models import Call, Clinic, User
from intake import screening as rules
from intake.duties import call_due_at
from intake.models import BriefRead, CallDue, Finding, Outcome, Screening
from intake.screening.levels import DUTIES
from intake.workflow import telling
from intake.workflow.errors import NotAllowed, NotFinished
from intake.workflow.outcomes import CALLED_BACK, ORDER


def mark_read(*, outcome: Outcome, by: User, now: datetime) -> BriefRead:
    """Note that somebody has read the brief of an outcome; the first time counts."""
    with transaction.atomic():
        read, made = BriefRead.objects.get_or_create(
            outcome=outcome, by=by, defaults={"screening": outcome.screening, "at": now}
        )
        if made:
            audit.record(act="brief.read", subject_uid=outcome.screening.uid, actor=by, now=now)
    return read


def decide(*, screening: Screening, level: str, reason: str, by: User, is_pt: bool, now: datetime) -> Outcome:
    """Follow an outcome by what staff decided after a call: anybody may raise the level, only a PT may lower it.

    A PT has spoken to the patient, so the calls for that end. Whoever else raises the level opens the call that the
    new level asks for. Raises NotFinished without an outcome, NotAllowed, ValueError without a reason or for a level
    that is none.
    """
    if not reason.strip():
        raise ValueError("A change of level needs a reason.")
    duty = DUTIES[rules.Level(level)]
    with transaction.atomic():
        locked = Screening.objects.select_for_update(of=("self",)).select_related("patient").get(pk=screening.pk)
        before = Outcome.objects.filter(screening=locked, current=True).first()
        if before is None:
            raise NotFinished
        raised = ORDER.index(level) < ORDER.index(before.staff_level)
        if ORDER.index(level) > ORDER.index(before.staff_level) and not is_pt:
            raise NotAllowed
        due_code, due_at = CallDue.NONE, None
        if raised and not is_pt:
            due_code = CallDue(duty.call_due or CallDue.NONE)
            due_at = call_due_at(due_code, hours=opening.hours_for(), clinic=Clinic.get(), now=now)
        Outcome.objects.filter(pk=before.pk).update(current=False)
        outcome = Outcome.objects.create(
            screening=locked,
            level=level,
            staff_level=level,
            klass=before.klass,
            booking=str(duty.booking),
            call_due=due_code,
            call_due_at=due_at,
            first_contact=before.first_contact,
            ruleset=before.ruleset,
            questionnaire=before.questionnaire,
            missing=before.missing,
            not_sure=before.not_sure,
            factors=before.factors,
            flags=before.flags,
            contradictions=before.contradictions,
            answers=before.answers,
            decided_by=by,
            reason=reason,
            created_at=now,
        )
        _copy_findings(before, outcome)
        if locked.state != Screening.State.FINISHED:
            Screening.objects.filter(pk=locked.pk).update(state=Screening.State.FINISHED, finished_at=now)
            telling.drop_way_back(locked, now=now)
        if is_pt:
            for why in (*CALLED_BACK, Call.Reason.REFER):
                calls.close_for(subject_uid=locked.uid, reason=why, outcome=Call.Outcome.REACHED, now=now)
        elif due_at:
            telling.call(locked, level=level, due_at=due_at, now=now)
        audit.record(
            act="level.decided",
            subject_uid=locked.uid,
            actor=by,
            details={"before": before.staff_level, "after": level},
            now=now,
        )
    return outcome


def _copy_findings(before: Outcome, after: Outcome) -> None:
    """Let the findings stand under the outcome that staff decided: the evidence does not change."""
    Finding.objects.bulk_create(
        Finding(
            outcome=after,
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
