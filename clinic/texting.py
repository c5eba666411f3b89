"""Whether a number may be texted: who answers STOP gets no more until they answer START (47 CFR 64.1200(a)(10)).

Nor does who takes their leave for texts back in another way.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from clinic import audit
from clinic.models import Consent, Message, Patient, TextStop


def stop(*, number: str, now: datetime) -> None:
    """Send a number nothing more. What is planned is dropped when its time comes."""
    with transaction.atomic():
        _stop, made = TextStop.objects.get_or_create(number=number, defaults={"at": now})
        if made:
            _note("texts.stopped", number, now=now)


def start(*, number: str, now: datetime) -> bool:
    """Take a STOP back; return whether there was one. The leave that was given before counts again."""
    with transaction.atomic():
        gone, _rows = TextStop.objects.filter(number=number).delete()
        if gone:
            _note("texts.started", number, now=now)
    return bool(gone)


def is_stopped(number: str) -> bool:
    """Say whether a number wants no texts."""
    return TextStop.objects.filter(number=number).exists()


def stopped_among(numbers: Iterable[str]) -> set[str]:
    """Return which of these numbers want no texts. One query, however many there are."""
    return set(TextStop.objects.filter(number__in=set(numbers)).values_list("number", flat=True))


def is_unwanted(message: Message) -> bool:
    """Say whether a text that was planned may not leave any more: its number answered STOP, or the leave was taken back.

    The newest leave counts: who ticks it in a request of today is answered by text, whatever they took back before.
    """
    patient = message.patient
    if is_stopped(message.to):
        return True
    if patient is None or patient.texts_ok:
        return False
    leave = Consent.objects.filter(patient=patient, kind=Consent.Kind.TEXTS).order_by("-given_at", "-pk").first()
    return leave is not None and leave.withdrawn_at is not None


def note_answer(*, number: str, now: datetime) -> None:
    """Write on the last text that left for a number that somebody has answered."""
    to_them = Message.objects.filter(patient__phone=number, channel=Message.Channel.SMS, state=Message.State.SENT)
    last = to_them.filter(sent_at__lte=now).order_by("-sent_at").only("pk").first()
    if last is not None:
        Message.objects.filter(pk=last.pk, replied_at=None).update(replied_at=now)


def _note(act: str, number: str, *, now: datetime) -> None:
    for uid in Patient.objects.filter(phone=number).values_list("uid", flat=True):
        audit.record(act=act, subject_uid=uid, now=now)
