"""Somebody needs an interpreter: a call in the queue, once for each form sent."""

import uuid
from datetime import datetime, timedelta

from clinic.calls import open_call
from clinic.models import Call, Clinic
from clinic.opening import due_after

# Sent again in another tab, or with another id: the same words within this time are the same wish.
SAME_WITHIN = timedelta(hours=1)


def ask(*, name: str, phone: str, language: str, submission: uuid.UUID, now: datetime) -> Call:
    """Put a call with an interpreter into the queue and return it; the same submission changes nothing, nor do the same words.

    It is due as soon as an urgent call: nobody knows yet what it is about.
    """
    note = f"Language: {language}"
    earlier = Call.objects.filter(reason=Call.Reason.INTERPRETER, subject_uid=submission).first()
    earlier = earlier or _twin(name=name, phone=phone, note=note, now=now)
    if earlier:
        return earlier
    return open_call(
        reason=Call.Reason.INTERPRETER,
        subject_uid=submission,
        due_at=due_after(minutes=Clinic.get().urgent_call_minutes, now=now),
        name=name,
        phone=phone,
        note=note,
        now=now,
    )


def _twin(*, name: str, phone: str, note: str, now: datetime) -> Call | None:
    """Return the call that is still to be made for the same wish, if one was asked for lately."""
    lately = Call.objects.open().filter(reason=Call.Reason.INTERPRETER, name=name, phone=phone)
    lately = lately.filter(created_at__gt=now - SAME_WITHIN).prefetch_related("notes")
    return next((call for call in lately if any(row.note == note for row in call.notes.all())), None)
