"""Sending a message once more, when it failed or somebody lost it: a new row beside the first, written anew.

It goes to the patient's address of today, in their language of today, and says what holds today. What was sent stays.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from clinic import audit, outbox, recipients, registry
from clinic.models import Message, Patient, User

# Nobody gets one and the same message more often by a button.
MOST = 3
KEPT_FOR = timedelta(hours=24)
_AGAIN = (Message.State.SENT, Message.State.FAILED)
_UNDER_WAY = (Message.State.PLANNED, Message.State.SENDING)


class NotAgain(ValueError):
    """A message may not, or need not, be sent again; the text says why, in words for staff."""


def send_again(*, message: Message, by: User | None, now: datetime) -> Message:
    """Write a message anew, to leave now, and return its row; asked twice, the first is returned.

    Raises NotAgain.
    """
    with transaction.atomic():
        if message.patient_id:
            Patient.objects.select_for_update(no_key=True).get(pk=message.patient_id)
        first = Message.objects.select_related("patient").get(pk=message.again_of_id or message.pk)
        waiting = first.sent_again.filter(state__in=_UNDER_WAY).first()
        if waiting is not None:
            return waiting
        if why := why_not(first, now=now):
            raise NotAgain(why)
        row = _new(first, now=now)
        row.save()
        details = {"kind": row.kind, "channel": row.channel, "of": str(first.uid)}
        about = first.patient.uid if first.patient else first.subject_uid
        audit.record(act="message.sent_again", subject_uid=about, actor=by, details=details, now=now)
        transaction.on_commit(outbox.nudge, robust=True)
        return row


def why_not(message: Message, *, now: datetime) -> str:
    """Say why a message cannot be sent again, or "". It is asked for the first of a row of them."""
    patient = message.patient
    if patient is None:
        return _("It belongs to no patient.")
    if message.state not in _AGAIN:
        return _("Only what was sent, or has failed, can be sent again.")
    if message.not_after is not None and now > message.not_after:
        return _("It is too late for it now.")
    if message.sent_again.count() >= MOST:
        return _("It was sent again %(most)d times already. Call the patient.") % {"most": MOST}
    if message.channel not in dict(recipients.ways_to_write(patient)):
        if message.channel == Message.Channel.SMS:
            return _("This patient gets no texts: no number, no leave, or they answered STOP.")
        return _("This patient gets no e-mail, or has no address.")
    return "" if _holds(message, now=now) else _("What it says no longer holds.")


def _new(first: Message, *, now: datetime) -> Message:
    patient = first.patient
    if patient is None:
        raise NotAgain(_("It belongs to no patient."))
    return Message(
        kind=first.kind,
        channel=first.channel,
        subject_uid=first.subject_uid,
        sequence=first.sequence,
        again=first.sent_again.count() + 1,
        again_of=first,
        patient=patient,
        to=dict(recipients.ways_to_write(patient))[first.channel],
        language=patient.language,
        context=first.context,
        planned_at=now,
        not_after=first.not_after or now + KEPT_FOR,
    )


def _holds(first: Message, *, now: datetime) -> bool:
    """Say whether there is still something to say: a letter that can be written now."""
    try:
        with translation.override(first.language):
            return registry.letters[first.kind](first, now) is not None
    except Exception:  # noqa: BLE001  (whatever keeps it from being written would keep it from being sent)
        return False
