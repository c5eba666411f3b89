"""The only writer of screenings: start, save a page, finish, mend a mistaken tap, read, decide.

A screening is saved after each page, and the emergency rules run on what was answered, valid or not complete, before
anything else is looked at. An emergency ends the form at once. What the rules make of the answers is written once, as
an `Outcome` with its `Finding`s, and never worked out again.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from clinic import alerts, audit, calls, opening, outbox, patients
from clinic.models import Call, Clinic, Consent, Message, User
from intake import questionnaire as questionnaires
from intake import screening as rules
from intake.duties import call_due_at
from intake.models import BookingGate, BriefRead, CallDue, Finding, Level, Outcome, Screening
from intake.questionnaire import CleanedPage, Questionnaire
from intake.screening import Result
from intake.screening.levels import DUTIES

CHECK_SAVED = "check_saved"
CHECK_RESULT = "check_result"
# Who leaves in the middle gets the way back after this long without a page.
REMIND_AFTER = timedelta(minutes=20)
# A call for one of these reasons means that a PT has still to speak to the patient.
REASONS = {Level.EMERGENCY: Call.Reason.EMERGENCY, Level.URGENT: Call.Reason.URGENT, Level.REFER: Call.Reason.REFER}
# Calls that end when a PT decides the level: the PT has spoken to the patient.
CALLED_BACK = (Call.Reason.EMERGENCY, Call.Reason.URGENT, Call.Reason.UNSURE)
ORDER = [str(level) for level in Level.values]
GATES = [str(gate) for gate in BookingGate.values]


class AlreadyFinished(Exception):
    """The screening has its outcome; nothing is saved any more."""


class NotFinished(Exception):
    """Questions are still open, or there is no outcome yet."""


class NotAllowed(Exception):
    """This person may not do that: only a PT lowers a level."""


@dataclass(frozen=True)
class Contact:
    """What page P0 gives: who the patient is, who answers, and where the patient is now."""

    given_name: str
    family_name: str
    birth_date: date
    phone: str
    email: str
    preferred_name: str = ""
    texts_ok: bool = False
    language: str = "en"
    spoken_language: str = ""
    interpreter: bool = False
    city: str = ""
    state: str = ""
    time_zone: str = ""
    respondent: str = Screening.Respondent.SELF
    respondent_name: str = ""
    respondent_relation: str = ""


def age_on(birth_date: date, day: date) -> int:
    """Return the age in whole years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def start(
    *, submission: uuid.UUID, contact: Contact, visit_reason: str, disclaimer_version: str, now: datetime
) -> Screening:
    """Begin a screening after page P0 and return it; the same submission gives the same screening.

    The patient is found silently or made. The way back (a link) is planned, and dropped again when the form is done.
    """
    with transaction.atomic():
        before = Screening.objects.filter(submission=submission).select_related("patient").first()
        if before:
            return before
        minor_guardian = contact.respondent == Screening.Respondent.GUARDIAN
        patient = patients.attach(
            given_name=contact.given_name,
            family_name=contact.family_name,
            preferred_name=contact.preferred_name,
            birth_date=contact.birth_date,
            phone=contact.phone,
            email=contact.email,
            texts_ok=contact.texts_ok,
            language=contact.language,
            spoken_language=contact.spoken_language,
            interpreter=contact.interpreter,
            time_zone=contact.time_zone,
            city=contact.city,
            state=contact.state,
            guardian_name=contact.respondent_name if minor_guardian else "",
            guardian_relation=contact.respondent_relation if minor_guardian else "",
            now=now,
        )
        age = age_on(contact.birth_date, opening.hours_for().local(now).date())
        screening, made = Screening.objects.get_or_create(
            submission=submission,
            defaults={
                "patient": patient,
                "questionnaire": questionnaires.current().id,
                "respondent": contact.respondent,
                "respondent_name": contact.respondent_name,
                "language": contact.language,
                "city": contact.city,
                "place_state": contact.state,
                "time_zone": contact.time_zone,
                "contact": _as_typed(contact),
                "answers": {
                    "visit_reason": visit_reason,
                    "answered_by": contact.respondent,
                    "age_years": age,
                    "place": contact.city,
                    "state": contact.state,
                    "language": contact.spoken_language or contact.language,
                },
                "pages_done": [questionnaires.current().pages[0].id],
                "started_at": now,
                "saved_at": now,
            },
        )
        if not made:
            return screening
        patients.record_consents(
            subject_uid=screening.uid,
            texts={Consent.Kind.DISCLAIMER: disclaimer_version, Consent.Kind.CONTACT: disclaimer_version},
            language=contact.language,
            patient=patient,
            given_by=contact.respondent,
            now=now,
        )
        _plan_way_back(screening, now=now)
        audit.record(act="screening.started", subject_uid=screening.uid, now=now)
    return screening


def save_page(*, screening: Screening, page_id: str, cleaned: CleanedPage, now: datetime) -> Screening:
    """Keep what a page gave, also when some of it was refused, and stop the form if it holds an emergency.

    Look at `screening.state` afterwards: finished means that an emergency ended it. Raises AlreadyFinished.
    """
    with transaction.atomic():
        locked = _lock(screening)
        form = questionnaires.get(locked.questionnaire)
        merged = {**locked.answers, **cleaned.answers}
        locked.answers = merged
        if not cleaned.errors and page_id not in locked.pages_done:
            locked.pages_done = [*locked.pages_done, page_id]
        locked.saved_at = now
        locked.revision += 1
        locked.save(update_fields=["answers", "pages_done", "saved_at", "revision"])
        outbox.replan(subject_uid=locked.uid, kind=CHECK_SAVED, planned_at=now + REMIND_AFTER)
        if rules.emergency_now(merged, questionnaire=form):
            result = rules.evaluate(merged, questionnaire=form, upto=_last_page(form, locked.pages_done, page_id))
            _write_outcome(locked, result, now=now)
    return locked


def finish(*, screening: Screening, now: datetime) -> Outcome:
    """Judge a filled-in screening and return its outcome; a second call returns the same.

    Raises NotFinished while a page that is shown was never asked.
    """
    with transaction.atomic():
        try:
            locked = _lock(screening)
        except AlreadyFinished:
            return Outcome.objects.get(screening=screening, current=True)
        form = questionnaires.get(locked.questionnaire)
        if form.first_page(locked.answers) is not None:
            raise NotFinished
        return _write_outcome(locked, rules.evaluate(locked.answers, questionnaire=form), now=now)


def reopen(*, screening: Screening, question_id: str, now: datetime) -> Screening:
    """Take back one answer of an emergency that was tapped by mistake, so that it is asked again.

    The outcome and the staff's alarm stay until a newer outcome; that one never falls below unsure (clinical.md 10).
    Raises NotFinished without an emergency, KeyError for an answer that did not lead to it.
    """
    with transaction.atomic():
        locked = Screening.objects.select_for_update().get(pk=screening.pk)
        outcome = Outcome.objects.filter(screening=locked, current=True, level=Level.EMERGENCY).first()
        if outcome is None or locked.state != Screening.State.FINISHED:
            raise NotFinished
        if not any(question_id in finding.answers for finding in outcome.findings.all()):
            raise KeyError(question_id)
        form = questionnaires.get(locked.questionnaire)
        page_id = form.question(question_id).page_id
        locked.answers = {key: value for key, value in locked.answers.items() if key != question_id}
        locked.pages_done = [page for page in locked.pages_done if page != page_id]
        locked.state = Screening.State.STARTED
        locked.finished_at = None
        locked.saved_at = now
        locked.revision += 1
        locked.save(update_fields=["answers", "pages_done", "state", "finished_at", "saved_at", "revision"])
        audit.record(act="screening.reopened", subject_uid=locked.uid, details={"question": question_id}, now=now)
    return locked


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

    Raises NotFinished without an outcome, NotAllowed, ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("A change of level needs a reason.")
    with transaction.atomic():
        locked = Screening.objects.select_for_update().get(pk=screening.pk)
        before = Outcome.objects.filter(screening=locked, current=True).first()
        if before is None:
            raise NotFinished
        if ORDER.index(level) > ORDER.index(before.staff_level) and not is_pt:
            raise NotAllowed
        duty = DUTIES[rules.Level(level)]
        Outcome.objects.filter(pk=before.pk).update(current=False)
        outcome = Outcome.objects.create(
            screening=locked,
            level=level,
            staff_level=level,
            klass=before.klass,
            booking=str(duty.booking),
            call_due=CallDue.NONE,
            first_contact=before.first_contact,
            ruleset=before.ruleset,
            questionnaire=before.questionnaire,
            missing=before.missing,
            not_sure=before.not_sure,
            answers=before.answers,
            decided_by=by,
            reason=reason,
            created_at=now,
        )
        _copy_findings(before, outcome)
        if locked.state != Screening.State.FINISHED:
            Screening.objects.filter(pk=locked.pk).update(state=Screening.State.FINISHED, finished_at=now)
        if is_pt:
            for why in CALLED_BACK:
                calls.close_for(subject_uid=locked.uid, reason=why, outcome=Call.Outcome.REACHED, now=now)
        audit.record(
            act="level.decided",
            subject_uid=locked.uid,
            actor=by,
            details={"before": before.staff_level, "after": level},
            now=now,
        )
    return outcome


def _as_typed(contact: Contact) -> dict[str, Any]:
    """Return what page P0 was given, ready for the encrypted column."""
    return {
        "name": f"{contact.given_name} {contact.family_name}",
        "preferred_name": contact.preferred_name,
        "birth_date": contact.birth_date.isoformat(),
        "phone": contact.phone,
        "email": contact.email,
        "texts_ok": contact.texts_ok,
        "interpreter": contact.interpreter,
        "spoken_language": contact.spoken_language,
    }


def _lock(screening: Screening) -> Screening:
    """Read the row anew under a lock; raise AlreadyFinished when it has its outcome."""
    locked = Screening.objects.select_for_update(of=("self",)).select_related("patient").get(pk=screening.pk)
    if locked.state != Screening.State.STARTED:
        raise AlreadyFinished
    return locked


def _last_page(form: Questionnaire, done: list[str], page_id: str) -> str:
    """Return the furthest page that was shown: later questions were not asked yet, which is no skip."""
    return max([page_id, *done], key=lambda page: form.page_order[page])


def _write_outcome(screening: Screening, result: Result, *, now: datetime) -> Outcome:
    """Write what the rules found, and set off all that follows from it: call, alert, letters."""
    before = Outcome.objects.filter(screening=screening, current=True).first()
    level, booking, staff_level = str(result.level), str(result.booking), str(result.level)
    waiting = _waits_for_call(screening)
    if before or waiting:
        # Something graver was said before and no PT has called yet: never below unsure, never bookable.
        level = min(level, Level.UNSURE, key=ORDER.index)
        booking = min(booking, BookingGate.HELD, key=GATES.index)
        staff_level = min(level, *([before.staff_level] if before else []), *waiting, key=ORDER.index)
    clinic, hours = Clinic.get(), opening.hours_for()
    due_code = str(result.call_due or (CallDue.SAME_WORKING_DAY if level != result.level else CallDue.NONE))
    due_at = call_due_at(due_code, hours=hours, clinic=clinic, now=now)
    Outcome.objects.filter(screening=screening, current=True).update(current=False)
    outcome = Outcome.objects.create(
        screening=screening,
        level=level,
        staff_level=staff_level,
        klass=str(result.klass),
        booking=booking,
        call_due=due_code,
        call_due_at=due_at,
        first_contact=str(result.first_contact or ""),
        ruleset=result.ruleset,
        questionnaire=result.questionnaire,
        missing=list(result.missing),
        not_sure=list(result.not_sure),
        answers=dict(screening.answers),
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
            answers=found.answers,
        )
        for found in result.findings
    )
    screening.state = Screening.State.FINISHED
    screening.finished_at = now
    screening.save(update_fields=["state", "finished_at"])
    outbox.drop(subject_uid=screening.uid, kinds=[CHECK_SAVED], now=now)
    if due_at:
        _open_call(screening, outcome, due_at, now=now)
    if result.alerts:
        _alert_words(screening, now=now)
    _post(
        screening,
        CHECK_RESULT,
        sequence=screening.outcomes.count(),
        planned_at=now,
        context={"outcome": str(outcome.uid)},
    )
    audit.record(
        act="screening.finished",
        subject_uid=screening.uid,
        details={"level": level, "ruleset": result.ruleset},
        now=now,
    )
    return outcome


def _waits_for_call(screening: Screening) -> list[str]:
    """Return the levels of this patient's other outcomes about which a PT has still to call.

    Filling in the form anew, all no, must not open what a PT has not cleared.
    """
    waiting = Call.objects.filter(
        patient=screening.patient,
        state=Call.State.OPEN,
        reason__in=CALLED_BACK,
    ).exclude(subject_uid=screening.uid)
    return [str(reason) for reason in waiting.values_list("reason", flat=True)]


def _open_call(screening: Screening, outcome: Outcome, due_at: datetime, *, now: datetime) -> None:
    """Open the call that the staff's level asks for, and alert those on duty of an emergency or an urgent case."""
    patient = screening.patient
    call = calls.open_call(
        reason=REASONS.get(Level(outcome.staff_level), Call.Reason.UNSURE),
        subject_uid=screening.uid,
        due_at=due_at,
        name=patient.name,
        phone=patient.phone,
        patient=patient,
        for_pt=True,
        now=now,
    )
    if call.reason in alerts.ALERTED:
        alerts.alert(call=call, now=now)


def _alert_words(screening: Screening, *, now: datetime) -> None:
    """Somebody wrote words that must be read now: a call of its own, at once."""
    clinic, hours = Clinic.get(), opening.hours_for()
    call = calls.open_call(
        reason=Call.Reason.ALERT,
        subject_uid=screening.uid,
        due_at=opening.due_after(minutes=clinic.emergency_call_minutes, now=now, hours=hours),
        name=screening.patient.name,
        phone=screening.patient.phone,
        patient=screening.patient,
        for_pt=True,
        now=now,
    )
    alerts.alert(call=call, now=now)


def _plan_way_back(screening: Screening, *, now: datetime) -> None:
    """Plan the link back to a form that is left in the middle. It goes to the patient's own addresses only."""
    _post(screening, CHECK_SAVED, sequence=0, planned_at=now + REMIND_AFTER, not_after=now + timedelta(days=2))


def _post(
    screening: Screening,
    kind: str,
    *,
    sequence: int,
    planned_at: datetime,
    not_after: datetime | None = None,
    context: Mapping[str, Any] | None = None,
) -> None:
    """Write a message to the patient: by e-mail, else by text where that is allowed."""
    patient = screening.patient
    routes = [(Message.Channel.EMAIL, patient.email)]
    if patient.texts_ok:
        routes.append((Message.Channel.SMS, patient.phone))
    for channel, to in routes:
        if to:
            outbox.post(
                kind=kind,
                channel=channel,
                subject_uid=screening.uid,
                sequence=sequence,
                to=to,
                language=screening.language,
                patient=patient,
                planned_at=planned_at,
                not_after=not_after,
                context=context,
            )


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
            answers=row.answers,
        )
        for row in before.findings.all()
    )
