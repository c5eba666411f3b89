"""Somebody needs an interpreter: a call in the queue, once for each form sent."""

import uuid
from datetime import datetime

from clinic.calls import open_call
from clinic.models import Call, Clinic
from clinic.opening import due_after


def ask(*, name: str, phone: str, language: str, submission: uuid.UUID, now: datetime) -> Call:
    """Put a call with an interpreter into the queue and return it; the same submission again changes nothing.

    It is due as soon as an urgent call: nobody knows yet what it is about.
    """
    earlier = Call.objects.filter(reason=Call.Reason.INTERPRETER, subject_uid=submission).first()
    if earlier:
        return earlier
    return open_call(
        reason=Call.Reason.INTERPRETER,
        subject_uid=submission,
        due_at=due_after(minutes=Clinic.get().urgent_call_minutes, now=now),
        name=name,
        phone=phone,
        note=f"Language: {language}",
        now=now,
    )
