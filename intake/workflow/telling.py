"""Whom a screening makes us tell: the PT who calls, whoever is on duty, and the patient by letter."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q

from clinic import alerts, calls, opening, outbox, phones, recipients
from clinic.models import Call, Clinic, Message
from intake.models import Level, Outcome, Screening
from intake.screening.levels import VisitWithin

CHECK_SAVED = "check_saved"
CHECK_RESULT = "check_result"
CHECK_AGAIN = "check_again"
# Who leaves in the middle gets the way back after this long without a page.
REMIND_AFTER = timedelta(minutes=20)
# More checks than this within an hour for one address or number get no way back by message: a family has fewer.
MOST_BEGUN_AN_HOUR = 6
# What is typed on the phone and lies still for this long was left: the call about it is due.
LEFT_AFTER = timedelta(minutes=30)
# After this long the answers are of another day.
NO_REMINDER_AFTER = timedelta(days=2)
# A sciatica pattern is asked about again each week, until a PT has seen it through (clinical.md 10 and 11, M03).
RECHECK_EVERY = timedelta(weeks=1)
RECHECKS = 6
# A weekly question that could not be sent for this long is left to the next one.
NO_RECHECK_AFTER = timedelta(days=3)
# A call for one of these reasons means that a PT has still to speak to the patient.
REASONS = {Level.EMERGENCY: Call.Reason.EMERGENCY, Level.URGENT: Call.Reason.URGENT, Level.REFER: Call.Reason.REFER}


def call(screening: Screening, *, level: str, due_at: datetime, now: datetime) -> Call:
    """Open the call that a level asks for, and alert those on duty of an emergency or an urgent case; return it."""
    row = _open(screening, REASONS.get(Level(level), Call.Reason.UNSURE), due_at, now=now)
    if row.reason in alerts.ALERTED:
        alerts.alert(call=row, now=now)
    return row


def alert_words(screening: Screening, *, now: datetime) -> None:
    """Somebody wrote words that must be read now: a call of its own, at once."""
    minutes, hours = Clinic.get().emergency_call_minutes, opening.hours_for()
    due_at = opening.due_after(minutes=minutes, now=now, hours=hours)
    alerts.alert(call=_open(screening, Call.Reason.ALERT, due_at, now=now), now=now)


def _open(screening: Screening, reason: str, due_at: datetime, *, now: datetime) -> Call:
    """Open a call to the number that was typed with the check; another one we have goes into the note."""
    patient, note = screening.patient, []
    if patient.phone and patient.phone != screening.phone:
        note.append(f"On file: {phones.show(patient.phone)}")
    if screening.typed_by:
        note.append(f"Typed by {screening.typed_by.display_name}, on the phone")
    if screening.respondent_name:
        note.append(f"Answered by {screening.respondent_name} ({screening.respondent})")
    if screening.contact.get("interpreter"):
        note.append(f"Interpreter: {screening.contact.get('spoken_language') or screening.language}")
    if not screening.phone:
        note.append(f"No phone number. E-mail: {screening.contact.get('email') or patient.email}")
    return calls.open_call(
        reason=reason,
        subject_uid=screening.uid,
        due_at=due_at,
        name=patient.name,
        phone=screening.phone,
        patient=patient,
        for_pt=True,
        note="\n".join(note),
        now=now,
    )


def call_if_left(screening: Screening, *, now: datetime) -> None:
    """Put a check that is typed on the phone into the hands of who types it, until it is done or left off."""
    if screening.typed_by is None:
        return
    opened = calls.open_call(
        reason=Call.Reason.UNFINISHED,
        subject_uid=screening.uid,
        due_at=now + LEFT_AFTER,
        name=screening.patient.name,
        phone=screening.phone,
        patient=screening.patient,
        now=now,
    )
    calls.claim(call=opened, user=screening.typed_by, now=now)


def put_off_call_if_left(screening: Screening, *, now: datetime, due_at: datetime | None = None) -> None:
    """Somebody is at work on the form: the call about it waits."""
    due_at = due_at or now + LEFT_AFTER
    if screening.typed_by_id:
        calls.put_off(subject_uid=screening.uid, reason=Call.Reason.UNFINISHED, due_at=due_at, now=now)


def end_call_if_left(screening: Screening, *, outcome: str = Call.Outcome.ANSWERED, now: datetime) -> None:
    """Close the call about a form left in the middle: it is done, or a PT calls."""
    if screening.typed_by_id:
        calls.close_for(subject_uid=screening.uid, reason=Call.Reason.UNFINISHED, outcome=outcome, now=now)


def plan_way_back(screening: Screening, *, now: datetime) -> None:
    """Plan the link back to a form that is left in the middle, in place of one planned before.

    None to a form that is read out on the phone: they began nothing on our site, and a call to go on is in the queue.
    """
    drop_way_back(screening, now=now)
    if screening.typed_by_id is not None or _are_many(screening, now):
        return
    last = _last_way_back(screening)
    _post(
        screening,
        CHECK_SAVED,
        sequence=0 if last is None else last + 1,
        planned_at=now + REMIND_AFTER,
        not_after=now + NO_REMINDER_AFTER,
    )


def _are_many(screening: Screening, now: datetime) -> bool:
    """Say whether so many checks were begun lately for one address or number that somebody plays with it."""
    patient, reach = screening.patient, Q()
    if patient.email:
        reach |= Q(patient__email__iexact=patient.email)
    if patient.phone:
        reach |= Q(patient__phone=patient.phone)
    lately = Screening.objects.filter(reach, started_at__gt=now - timedelta(hours=1))
    return lately.count() > MOST_BEGUN_AN_HOUR


def put_off_way_back(screening: Screening, *, now: datetime) -> None:
    """Somebody is at work on the form: the reminder waits for a pause."""
    last = _last_way_back(screening)
    if last is not None:
        outbox.replan(
            subject_uid=screening.uid,
            kind=CHECK_SAVED,
            sequence=last,
            planned_at=now + REMIND_AFTER,
            not_after=now + NO_REMINDER_AFTER,
        )


def drop_way_back(screening: Screening, *, now: datetime) -> None:
    """Take back the reminder that was not sent yet."""
    outbox.drop(subject_uid=screening.uid, kinds=[CHECK_SAVED], now=now)


def post_result(screening: Screening, outcome: Outcome, *, now: datetime) -> None:
    """Send what to do and by when, one letter for each outcome."""
    context = {"outcome": str(outcome.uid)}
    _post(screening, CHECK_RESULT, sequence=screening.outcomes.count(), planned_at=now, context=context)


def plan_rechecks(screening: Screening, outcome: Outcome, *, now: datetime) -> None:
    """Plan the weekly questions that an outcome asks for; those of the patient's earlier checks are over."""
    earlier = Message.objects.filter(patient=screening.patient, kind=CHECK_AGAIN, state=Message.State.PLANNED)
    for uid in set(earlier.values_list("subject_uid", flat=True)):
        outbox.drop(subject_uid=uid, kinds=[CHECK_AGAIN], now=now)
    if outcome.level != Level.MECHANICAL or outcome.visit_within != VisitWithin.WEEK_1:
        return
    for week in range(1, RECHECKS + 1):
        at = now + week * RECHECK_EVERY
        context = {"outcome": str(outcome.uid)}
        _post(screening, CHECK_AGAIN, sequence=week, planned_at=at, not_after=at + NO_RECHECK_AFTER, context=context)


def _last_way_back(screening: Screening) -> int | None:
    planned = Message.objects.filter(subject_uid=screening.uid, kind=CHECK_SAVED)
    last: int | None = planned.aggregate(last=Max("sequence"))["last"]
    return last


def _post(
    screening: Screening,
    kind: str,
    *,
    sequence: int,
    planned_at: datetime,
    not_after: datetime | None = None,
    context: Mapping[str, Any] | None = None,
) -> None:
    """Write a message to the patient: by e-mail, and by text where that is allowed.

    It goes to the addresses that we have of the patient: whoever types somebody's name and date of birth with an
    address of their own must not get that person's letters.
    """
    for channel, to in recipients.ways_to_write(screening.patient):
        outbox.post(
            kind=kind,
            channel=channel,
            subject_uid=screening.uid,
            sequence=sequence,
            to=to,
            language=screening.language,
            patient=screening.patient,
            planned_at=planned_at,
            not_after=not_after,
            context=context,
        )
