"""What staff write to a patient in their own words: by e-mail and by text, kept on the timeline."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic import audit, letters, outbox, recipients, registry
from clinic.letters import Letter, render_for
from clinic.models import Message, Patient, User

KIND = "staff_note"
# Then what was written is no news any more.
NOT_AFTER = timedelta(hours=24)


class NoWay(ValueError):
    """The patient may not, or not any more, be written to in a way that was asked for."""


def write(
    *, submission: uuid.UUID, patient: Patient, words: str, channels: Collection[str], by: User, now: datetime
) -> list[Message]:
    """Send a patient `words` by some channels, and return the messages; the same submission sends nothing more.

    Raises NoWay if one of the channels is not open to them (no leave for texts, STOP, no address), and for none at all.
    """
    with transaction.atomic():
        ways = dict(recipients.ways_to_write(patient))
        if not channels or not set(channels) <= ways.keys():
            raise NoWay
        known = Message.objects.filter(subject_uid=submission, kind=KIND).exists()
        sent = [
            outbox.post(
                kind=KIND,
                channel=channel,
                subject_uid=submission,
                to=to,
                language=patient.language,
                patient=patient,
                planned_at=now,
                not_after=now + NOT_AFTER,
                context={"words": words, "by": by.display_name},
            )
            for channel, to in ways.items()
            if channel in channels
        ]
        if not known:
            details = {"ways": sorted(channels)}
            audit.record(act="patient.written_to", subject_uid=patient.uid, actor=by, details=details, now=now)
        return sent


def fits_a_text(words: str, language: str) -> bool:
    """Say whether words are short enough for a text message."""
    try:
        letters.render_sms(KIND, {"words": words}, language)
    except letters.TextTooLong:
        return False
    return True


@registry.letter(KIND, name=_("Written by staff"))
def note(message: Message, _now: datetime) -> Letter | None:
    """Write out what somebody here has written to a patient."""
    patient = message.patient
    words = message.context["words"]
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    context = {"hello": patient.called if patient else "", "words": words, "lines": lines, "by": message.context["by"]}
    return render_for(message, KIND, context)
