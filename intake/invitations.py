"""Asking a patient to fill in the screening before a visit that was booked without it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import NoReverseMatch, reverse

from clinic import audit, links, outbox, recipients, registry
from clinic.letters import Letter, render_for
from clinic.models import Message, Patient, User
from intake.models import Outcome

KIND = "screening_link"
# Clicked twice, or invited at booking and again from the patient's page: one letter.
AGAIN_AFTER = timedelta(minutes=30)
KEPT_FOR = timedelta(days=14)


def invite(*, patient: Patient, by: User | None = None, now: datetime) -> list[Message]:
    """Send the patient the way to the screening, by e-mail and by text where that is fine; return the messages.

    Nothing when neither way is open: then somebody has to ask the questions on the phone. Within half an hour the same
    messages come back.
    """
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient.pk)
        before = Message.objects.filter(kind=KIND, subject_uid=patient.uid)
        lately = list(before.filter(planned_at__gt=now - AGAIN_AFTER))
        if lately:
            return lately
        sequence = before.values("sequence").distinct().count()
        messages = [
            outbox.post(
                kind=KIND,
                channel=channel,
                subject_uid=patient.uid,
                sequence=sequence,
                to=to,
                language=patient.language,
                patient=patient,
                planned_at=now,
                not_after=now + KEPT_FOR,
            )
            for channel, to in recipients.ways_to_write(patient)
        ]
        if messages:
            audit.record(act="screening.invited", subject_uid=patient.uid, actor=by, now=now)
        return messages


@registry.letter(KIND)
def screening_link(message: Message, _now: datetime) -> Letter | None:
    """Say why we ask, and lead to the form; nothing once the patient has answered it."""
    patient = message.patient
    if patient is None:
        return None
    if Outcome.objects.filter(screening__patient=patient, created_at__gt=message.planned_at).exists():
        return None
    try:
        start = reverse(registry.site_links["check"])
    except (KeyError, NoReverseMatch):
        return None  # a site without the form has nothing to ask for
    context = {"hello": patient.called, "patient": patient, "button_url": links.absolute(start)}
    return render_for(message, KIND, context)
