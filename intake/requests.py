"""What becomes of a request: received once, watched for words that cannot wait, promised a time, answered, closed.

The free text of a request is health data. It stays in the encrypted columns: no message, log or audit event has it.

`Request.details` holds what a form asks beside the text, by kind:
    discovery  how_long (code), windows (list of [start, end], ISO times in UTC)
    question   answer_by ("email" or "phone")
    cost       service (slug or ""), mode (code or ""), payer (the payer's name, "self" or ""), days (weekday numbers)
    team       group, dates, size (number), ages
and what this module adds: `watch` (the watch lists that were hit), `estimate` (a cost request is a request for a Good
Faith Estimate: when it was asked for and is due), `follows` (uid of the version of this request sent before).
"""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from clinic import alerts, audit, calls, opening, outbox, patients, recipients
from clinic.hours import Hours
from clinic.models import Call, Clinic, Consent, Message, Patient, User
from clinic.spans import Span
from intake import promises
from intake.gate import Answer, Gate
from intake.models import Request
from intake.screening import watchlist

# Two tabs, or the form filled in anew after "did it arrive?": the same words within this time are the same request.
SAME_WITHIN = timedelta(hours=1)
# More letters than this to one address within an hour, and somebody plays with our form: the desk still gets the call.
MOST_LETTERS_AN_HOUR = 5
# A question about cost, in business days: 45 CFR 149.610.
ESTIMATE_BUSINESS_DAYS = 3
_ADDED = frozenset({"watch", "estimate", "follows"})
# Which of the lists that were hit counts for the row, the most pressing first.
_ALERTS = ("emergency", "crisis", "health")


class NotWaiting(Exception):
    """The request was answered or closed before."""


def receive(
    *,
    kind: str,
    submission: uuid.UUID,
    name: str,
    phone: str,
    email: str,
    language: str,
    interpreter: str,
    texts_ok: bool,
    text: str,
    details: Mapping[str, Any],
    consent_version: str,
    now: datetime,
) -> Request:
    """Keep a request, promise an answer, call for a person, and alert whoever is on duty if its words cannot wait.

    The same submission, or the same words within an hour, gives the first request back. A submission that comes again
    with other words is a request of its own: the words may be what matters.
    """
    asked = {
        "kind": Request.Kind(kind),
        "name": name,
        "phone": phone,
        "email": email,
        "language": language,
        "interpreter": interpreter,
        "texts_ok": texts_ok,
        "text": text,
        "details": dict(details),
    }
    try:
        with transaction.atomic():
            before = Request.objects.filter(submission=submission).first()
            same = before if before and _says(before, asked) else _twin(asked, now)
            if same:
                return same
            return _write(asked, submission, before, consent_version=consent_version, now=now)
    except IntegrityError:
        # Two equal submissions at the same moment: the other one was first.
        first = Request.objects.filter(submission=submission).first()
        if first is None:
            raise
        return first


def answer(*, request: Request, text: str, by: User, now: datetime) -> Request:
    """Keep our answer, tell the person that it is there to read, and end the call for it.

    The message has a link, not the answer; who cannot be written to is called (`recipients.ways_to_write` is empty).
    Raises NotWaiting.
    """
    with transaction.atomic():
        row = _lock_waiting(request)
        row.answer, row.answered_at, row.answered_by, row.state = text, now, by, Request.State.ANSWERED
        row.save(update_fields=["answer", "answered_at", "answered_by", "state"])
        for channel, to in recipients.ways_to_write(row):
            _post("request_answered", row, channel, to, now=now)
        calls.close_for(subject_uid=row.uid, reason=row.kind, outcome=Call.Outcome.ANSWERED, now=now)
        audit.record(act="request.answered", subject_uid=row.uid, actor=by, now=now)
    return row


def close(*, request: Request, by: User, outcome: str = Call.Outcome.REACHED, note: str = "", now: datetime) -> Request:
    """Say that nothing is left to do, and end the call for it with the outcome (a `Call.Outcome`) and the note.

    Raises NotWaiting, and from `clinic.calls` AlreadyClaimed when somebody else is on that call.
    """
    with transaction.atomic():
        row = _lock_waiting(request)
        row.state = Request.State.CLOSED
        row.save(update_fields=["state"])
        for call in Call.objects.open().filter(subject_uid=row.uid, reason=row.kind):
            calls.finish(call=call, user=by, outcome=outcome, note=note, now=now)
        audit.record(act="request.closed", subject_uid=row.uid, actor=by, now=now)
    return row


def belongs_to(*, request: Request, patient: Patient, now: datetime) -> Request:
    """Note which patient a request came from, once the desk knows; one that has a patient keeps it."""
    with transaction.atomic():
        row = Request.objects.select_for_update(of=("self",)).get(pk=request.pk)
        if row.patient_id is None:
            row.patient = patient
            row.save(update_fields=["patient"])
            calls.belong_to(subject_uid=row.uid, patient=patient)
            audit.record(act="request.attached", subject_uid=row.uid, now=now)
    return row


def follow_call(*, call: Call, now: datetime) -> None:
    """Close the request whose call was finished in the queue; a request that was answered stays answered."""
    closed = Request.objects.unanswered().filter(uid=call.subject_uid, kind=call.reason)
    if closed.update(state=Request.State.CLOSED):
        audit.record(act="request.closed", subject_uid=call.subject_uid, actor=call.closed_by, now=now)


def gate_for_words(*, request: Request) -> Gate | None:
    """Return the gate that the words of a request shut at the desk until a PT has called (clinical.md 11, N04), or None.

    Whoever wrote them may be nobody we know yet, so no level holds anything back.
    """
    owed = Call.objects.open().filter(subject_uid=request.uid, reason__in=(Call.Reason.ALERT, Call.Reason.UNSURE))
    return Gate(Answer.PT_CALLS_FIRST) if owed.exists() else None


def wished(details: Mapping[str, Any]) -> list[Span]:
    """Return the windows in which the person wishes to be called, the first one first."""
    spans = (
        Span(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in details.get("windows", [])
    )
    return sorted(spans, key=lambda span: span.start)


def _write(
    asked: dict[str, Any], submission: uuid.UUID, before: Request | None, *, consent_version: str, now: datetime
) -> Request:
    clinic, hours = Clinic.get(), opening.hours_for()
    hits = _hits(asked)
    details = asked["details"] | ({"watch": hits} if hits else {}) | ({"follows": str(before.uid)} if before else {})
    if asked["kind"] == Request.Kind.COST:
        due = promises.after_business_days(hours, now, ESTIMATE_BUSINESS_DAYS)
        details["estimate"] = {"asked_at": now.isoformat(), "due_at": due.isoformat()}
    row = Request.objects.create(
        **(asked | {"details": details}),
        submission=uuid.uuid4() if before else submission,
        alert=next((alert for alert in _ALERTS if alert in hits), ""),
        due_at=_due(asked, hits, clinic, hours, now=now),
        created_at=now,
    )
    kinds = [Consent.Kind.CONTACT, *([Consent.Kind.TEXTS] if row.texts_ok else [])]
    agreed = {kind.value: consent_version for kind in kinds}
    patients.record_consents(subject_uid=row.uid, texts=agreed, language=row.language, now=now)
    _call_for_people(row, clinic, hours, now=now)
    _confirm(row, now=now)
    audit.record(act="request.received", subject_uid=row.uid, details={"kind": row.kind}, now=now)
    return row


def _due(asked: dict[str, Any], hits: list[str], clinic: Clinic, hours: Hours, *, now: datetime) -> datetime:
    """Return when the answer is due by the clinic's promise and the person's windows; the same day for health words."""
    minutes: int = getattr(clinic, f"{asked['kind']}_due_minutes")
    promised = opening.due_after(minutes=minutes, now=now, hours=hours)
    due = promises.due(promised, wished(asked["details"]))
    return min(due, promises.end_of_working_day(hours, now)) if "health" in hits else due


def _call_for_people(row: Request, clinic: Clinic, hours: Hours, *, now: datetime) -> None:
    """Open the call that the request is, and another when its words worry us (clinical.md, N04): at once, or today."""
    about: dict[str, Any] = {"subject_uid": row.uid, "name": row.name, "phone": row.phone, "now": now}
    for_pt = row.kind in {Request.Kind.DISCOVERY, Request.Kind.QUESTION}
    calls.open_call(reason=row.kind, due_at=row.due_at, for_pt=for_pt, note=_note(row, hours), **about)
    if row.alert in {"emergency", "crisis"}:
        due = opening.due_after(minutes=clinic.emergency_call_minutes, now=now, hours=hours)
        call = calls.open_call(reason=Call.Reason.ALERT, due_at=due, for_pt=True, **about)
        alerts.alert(call=call, now=now)
        if row.alert == "emergency":
            # Once the desk knows whose it is, this holds that patient's booking, which an alert does not.
            calls.open_call(reason=Call.Reason.UNSURE, due_at=due, for_pt=True, **about)
    elif row.alert:
        calls.open_call(reason=Call.Reason.UNSURE, due_at=row.due_at, for_pt=True, **about)


def alert_due_at(row: Request) -> datetime | None:
    """Return by when a PT calls because of what a person wrote, or None if nothing in it could not wait."""
    if row.alert not in {"emergency", "crisis"}:
        return None
    call = Call.objects.filter(subject_uid=row.uid, reason=Call.Reason.ALERT).order_by("id").first()
    return call.due_at if call else None


def _note(row: Request, hours: Hours) -> str:
    """Say for the queue when the person can be called and in which language; nothing of why."""
    lines = [f"{hours.local(span.start):%a %d %b %H:%M}-{hours.local(span.end):%H:%M}" for span in wished(row.details)]
    if row.interpreter:
        lines.append(f"Interpreter: {row.interpreter}")
    return "\n".join(lines)


def _confirm(row: Request, *, now: datetime) -> None:
    lately = Request.objects.filter(created_at__gt=now - timedelta(hours=1))
    for channel, to in recipients.ways_to_write(row):
        if channel == Message.Channel.EMAIL:
            # By the host: which mailbox it is only we can say.
            near = lately.filter(email__iendswith=f"@{to.rpartition('@')[2]}").values_list("email", flat=True)
            number = sum(recipients.mailbox(one) == recipients.mailbox(to) for one in near)
        else:
            number = lately.filter(phone=to).count()
        if number <= MOST_LETTERS_AN_HOUR:
            _post("request_received", row, channel, to, now=now)


def _post(kind: str, row: Request, channel: str, to: str, *, now: datetime) -> None:
    outbox.post(
        kind=kind,
        channel=channel,
        subject_uid=row.uid,
        to=to,
        language=row.language,
        patient=row.patient,
        planned_at=now,
    )


def _hits(asked: dict[str, Any]) -> list[str]:
    """Return the watch lists that anything typed in the form hits, the most pressing first."""
    hits = watchlist.scan("\n".join(_words([asked["name"], asked["text"], asked["interpreter"], asked["details"]])))
    return [alert for alert in _ALERTS if getattr(hits, alert)]


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _words(inner)


def _says(row: Request, asked: dict[str, Any]) -> bool:
    """Say whether a request is what was asked now, word for word."""
    details = {key: value for key, value in row.details.items() if key not in _ADDED}
    return details == asked["details"] and all(
        getattr(row, field) == value for field, value in asked.items() if field != "details"
    )


def _twin(asked: dict[str, Any], now: datetime) -> Request | None:
    lately = Request.objects.unanswered().filter(
        kind=asked["kind"],
        name=asked["name"],
        phone=asked["phone"],
        email=asked["email"],
        created_at__gt=now - SAME_WITHIN,
    )
    return next((row for row in lately if _says(row, asked)), None)


def _lock_waiting(request: Request) -> Request:
    row = Request.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if row.state != Request.State.NEW:
        raise NotWaiting
    return row
