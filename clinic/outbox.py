"""The outbox: every letter is a row first, and what is due is sent by a worker.

1. An act writes the row with `post` in its own transaction. Writing it again finds the first.
2. After the commit the worker is nudged; a nudge that gets lost is harmless, because beat sweeps.
3. `deliver_due` claims a row by a conditional UPDATE, so that of any number of workers one gets it.
4. It renders and stores the text, and only then talks to SMTP or the SMS gateway, outside any transaction.
   Do not move this into one: a slow mail server would hold locks, and a rollback would forget what was sent.
5. `requeue_stuck` gives back rows whose worker died. Delivery is therefore at least once, with a Message-ID that stays
   the same, so that mailboxes can drop the second copy.
"""

import logging
import time
import traceback
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from clinic import calls, mail, opening, registry, sms, texting
from clinic.inserting import insert_all
from clinic.models import Call, Clinic, Message, Patient
from clinic.nudging import Nudge
from clinic.recipients import check_recipient

logger = logging.getLogger(__name__)

# Waits after the first, second, ... failure; after one more failure the desk is asked to call.
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
STUCK_AFTER = timedelta(minutes=10)
# A run takes no new row after this, so that it ends well before Celery's time limit; beat starts the next.
LONGEST_RUN = timedelta(minutes=2)
# The kind of letter that alerts staff to a call. When one fails, that call is in the queue already.
ALERT = "call_alert"
# A message that could not be delivered: the desk calls within this much opening time.
CALL_MINUTES = 120
_OPEN = (Message.State.PLANNED, Message.State.SENDING)
_LOST = frozenset({"undelivered", "failed", "bounced", "rejected"})  # as gateways and mail providers say it
# Tells a worker that something is due, once however much is booked within a second. Alerts leave without a broker, too.
nudge = Nudge("clinic.tasks.deliver", every=1.0, instead=lambda: deliver_due(now=timezone.now(), only_alerts=True))


def post(
    *,
    kind: str,
    channel: str,
    subject_uid: uuid.UUID,
    sequence: int = 0,
    to: str,
    language: str = "en",
    patient: Patient | None = None,
    planned_at: datetime,
    not_after: datetime | None = None,
    context: Mapping[str, Any] | None = None,
) -> Message:
    """Write a message to be sent at `planned_at`, in the caller's transaction, and return it.

    There is one message for each subject, sequence, kind and channel: a second post returns the first unchanged.
    After `not_after` it is dropped instead of sent. `context` is kept encrypted, for the renderer of the kind.
    Raises BadRecipient.
    """
    check_recipient(channel, to)
    message, written = Message.objects.get_or_create(
        subject_uid=subject_uid,
        sequence=sequence,
        kind=kind,
        channel=channel,
        again=0,
        defaults={
            "to": to,
            "language": language,
            "patient": patient,
            "planned_at": planned_at,
            "not_after": not_after,
            "context": dict(context or {}),
        },
    )
    if written:
        _nudge_for([message])
    return message


def post_first(rows: Sequence[Message]) -> None:
    """Write the first messages about a subject, not saved yet, in one statement and in the caller's transaction.

    There can be none of them yet: the subject was made a moment ago. The addresses are of `ways_to_write`.
    """
    _nudge_for(insert_all(rows))


def drop(*, subject_uid: uuid.UUID, kinds: Iterable[str] | None = None, now: datetime) -> int:
    """Drop the messages about a subject that are not on their way yet, of some kinds or all; return how many."""
    planned = Message.objects.filter(subject_uid=subject_uid, state=Message.State.PLANNED)
    if kinds is not None:
        planned = planned.filter(kind__in=list(kinds))
    # The column says when a row was taken out of the queue, by a worker or by an act.
    return planned.update(state=Message.State.DROPPED, claimed_at=now)


def replan(
    *,
    subject_uid: uuid.UUID,
    kind: str,
    sequence: int = 0,
    planned_at: datetime,
    not_after: datetime | None = None,
) -> int:
    """Give planned messages of a kind another time, when a visit has moved for example; return how many.

    What was sent stays sent: a later reminder of a moved visit is a new sequence.
    """
    planned = Message.objects.filter(subject_uid=subject_uid, kind=kind, sequence=sequence, state=Message.State.PLANNED)
    return planned.update(planned_at=planned_at, not_after=not_after)


def plan(rows: Sequence[Message]) -> None:
    """Write the messages of one subject and sequence that leave later, not saved yet, in one statement.

    As with `post`, what is there stays as it is, but for what was dropped before anybody tried to send it: that is
    planned again. The addresses are of `ways_to_write`.
    """
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if not rows:
        return
    again = {(row.kind, row.channel): row for row in rows}
    same = Message.objects.filter(subject_uid=rows[0].subject_uid, sequence=rows[0].sequence, again=0)
    for old in same.filter(state=Message.State.DROPPED, attempts=0).only("kind", "channel"):
        if new := again.get((old.kind, old.channel)):
            same.filter(pk=old.pk, state=Message.State.DROPPED).update(
                state=Message.State.PLANNED, planned_at=new.planned_at, not_after=new.not_after, claimed_at=None
            )


def _nudge_for(written: Iterable[Message]) -> None:
    """Nudge a worker after the commit if something that was written is due."""
    soon = timezone.now() + timedelta(seconds=5)
    if any(message.planned_at <= soon for message in written):
        transaction.on_commit(nudge, robust=True)


def deliver_due(*, now: datetime, limit: int = 50, only_alerts: bool = False) -> int:
    """Send what is due, at most `limit` messages; return how many this call has dealt with.

    Alerts to staff go first, then the longest due. While the manager holds all sending, nothing but alerts leaves.
    """
    started, handled = time.monotonic(), 0
    due = Message.objects.filter(state=Message.State.PLANNED, planned_at__lte=now).order_by("planned_at", "id")
    if only_alerts or Clinic.objects.filter(sending_on_hold=True).exists():
        due = due.filter(kind=ALERT)
    keys = due.values_list("pk", flat=True)
    for pk in [*keys.filter(kind=ALERT)[:limit], *keys.exclude(kind=ALERT)[:limit]][:limit]:
        # A slow mail server makes a run long: what is written about a row must not be dated before it was claimed.
        at = now + timedelta(seconds=time.monotonic() - started)
        if at - now > LONGEST_RUN:
            break
        message = claim(pk, now=at)
        if message is not None:
            deliver(message, now=at)
            handled += 1
    return handled


def claim(pk: int, *, now: datetime) -> Message | None:
    """Take one planned message for this worker and return it, or None if another was faster."""
    mark = Message.new_claim()
    taken = Message.objects.filter(pk=pk, state=Message.State.PLANNED, planned_at__lte=now).update(
        state=Message.State.SENDING, claim=mark, claimed_at=now, attempts=F("attempts") + 1
    )
    return Message.objects.select_related("patient").get(pk=pk) if taken else None


def deliver(message: Message, *, now: datetime) -> None:
    """Render, store and send a message that this worker has claimed, and write down how it ended."""
    if message.not_after is not None and now > message.not_after:
        _finish(message, state=Message.State.DROPPED)
        return
    try:
        if message.channel == Message.Channel.SMS and texting.is_unwanted(message):
            _unwanted(message, now=now)
            return
        if message.patient is not None and message.patient.no_contact:
            _forbidden(message, now=now)
            return
        with translation.override(message.language):
            letter = registry.letters[message.kind](message, now)
        if letter is None:
            _finish(message, state=Message.State.DROPPED)
            return
        name = mail.message_id(message)
        texts = {"title": letter.subject, "text": letter.text, "html": letter.html}
        if not _finish(message, state=Message.State.SENDING, message_id=name, **texts):
            return  # rendering took so long that the row was rescued and claimed by another worker
        if message.channel == Message.Channel.EMAIL:
            mail.send(to=message.to, letter=letter, message_id=name, uid=message.uid)
        else:
            sms.send(to=message.to, text=letter.text, uid=message.uid)
    except Exception as error:  # noqa: BLE001  (a renderer's bug or a gateway's whim must not stop the others)
        _fail(message, error, now=now)
        return
    _finish(message, state=Message.State.SENT, sent_at=now, error="")


def report(*, uid: uuid.UUID, status: str, now: datetime) -> None:
    """Take down what the gateway or a mail provider says became of a message: delivered, or never to be.

    What could not be delivered is a call for the desk, as when it could not be sent. Other words change nothing, and
    neither does a second report.
    """
    rows = Message.objects.filter(uid=uid)
    if status == "delivered":
        rows.filter(state__in=(*_OPEN, Message.State.SENT), delivered_at=None).update(delivered_at=now)
    elif status in _LOST:
        with transaction.atomic():
            gone = rows.filter(state__in=(Message.State.SENDING, Message.State.SENT), delivered_at=None)
            if gone.update(state=Message.State.FAILED, error=f"not delivered: {status}"):
                message = Message.objects.select_related("patient").get(uid=uid)
                if message.kind != ALERT:
                    _ask_desk(message, now=now)


def requeue_stuck(*, now: datetime) -> int:
    """Plan again the messages whose worker died between claim and end; return how many.

    One that has used up its tries that way (it may be what kills the workers) becomes failed, and a call.
    """
    stuck = Message.objects.filter(state=Message.State.SENDING, claimed_at__lt=now - STUCK_AFTER)
    for message in stuck.filter(attempts__gt=len(RETRIES)).select_related("patient"):
        _give_up(message, "worker lost", now=now)
    # The claim stays: if that worker lives after all, its "sent" still counts, unless another has claimed the row.
    return stuck.update(state=Message.State.PLANNED, planned_at=now)


def _finish(message: Message, **values: Any) -> bool:
    """Write what became of a claimed message; False if another worker has claimed it since."""
    return bool(Message.objects.filter(pk=message.pk, claim=message.claim, state__in=_OPEN).update(**values))


def _unwanted(message: Message, *, now: datetime) -> None:
    """Drop a text that is not wanted any more (STOP, leave taken back); who cannot be written to otherwise is called.

    Anybody may type any number where links are asked for: nobody is called about a text that would say nothing.
    """
    by_mail = message.patient is not None and message.patient.email
    empty = message.patient is None and registry.letters[message.kind](message, now) is None
    with transaction.atomic():
        dropped = _finish(message, state=Message.State.DROPPED, error="stopped")
        if dropped and not by_mail and not empty and message.kind != ALERT:
            _ask_desk(message, now=now)


def _forbidden(message: Message, *, now: datetime) -> None:
    """Drop a message to somebody whom nobody may contact; what must reach them is for a person to settle."""
    with transaction.atomic():
        dropped = _finish(message, state=Message.State.DROPPED, error="do not contact")
        if dropped and message.kind in registry.must_reach_letters:
            _ask_desk(message, now=now)


def _fail(message: Message, error: Exception, *, now: datetime) -> None:
    """Plan the next try, or give up and ask the desk to reach the person in another way."""
    where = "".join(traceback.format_tb(error.__traceback__)[-4:])  # the places, not the error's own words
    logger.warning("message %s (%s) failed: %s\n%s", message.uid, message.kind, _describe(error), where)
    told = _describe(error)
    again = now + RETRIES[message.attempts - 1] if message.attempts <= len(RETRIES) else None
    hopeless = isinstance(error, mail.Refused | sms.Refused | sms.NoGateway)
    if again is not None and not hopeless and (message.not_after is None or again <= message.not_after):
        _finish(message, state=Message.State.PLANNED, planned_at=again, error=told)
        return
    _give_up(message, told, now=now)


def _give_up(message: Message, error: str, *, now: datetime) -> None:
    with transaction.atomic():
        if _finish(message, state=Message.State.FAILED, error=error) and message.kind != ALERT:
            _ask_desk(message, now=now)


def _ask_desk(message: Message, *, now: datetime) -> None:
    """Open a call about a person whom a message could not reach."""
    patient = message.patient
    phone = message.to if message.channel == Message.Channel.SMS else ""
    calls.open_call(
        reason=Call.Reason.MESSAGE,
        subject_uid=message.subject_uid,
        due_at=opening.due_after(minutes=CALL_MINUTES, now=now),
        name=patient.name if patient else message.to,
        phone=(patient.phone if patient else "") or phone,
        patient=patient,
        now=now,
    )


def _describe(error: Exception) -> str:
    """Say what went wrong by kind and code only: the text of such errors names addresses."""
    code = getattr(error, "smtp_code", None) or getattr(error, "code", None) or ""
    return f"{type(error).__name__} {code if isinstance(code, int) else ''}".strip()
