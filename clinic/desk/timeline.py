"""What the clinic package adds to a patient's timeline: calls, letters and consents."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from clinic import registry
from clinic.models import Call, CallNote, Consent, Message, Patient, User

MOST = 100


def calls_of(patient: Patient, user: User, now: datetime) -> list[dict[str, Any]]:
    """Return tries and notes on the patient's calls, and what is still to be called about."""
    may_open = user.has_perm("clinic.work_calls")
    notes = CallNote.objects.filter(call__patient=patient, by__isnull=False).select_related("call", "by")[:MOST]
    rows = [
        {
            "at": note.at,
            "icon": "phone",
            "title": note.get_outcome_display() or _("Note on a call"),
            "text": _("%(reason)s, by %(who)s")
            % {"reason": note.call.get_reason_display(), "who": note.by.display_name if note.by else ""},
            "url": reverse("admin:call", args=[note.call.uid]) if may_open else "",
        }
        for note in notes
    ]
    waiting = [
        {
            "at": call.created_at,
            "icon": "phone",
            "tone": "red" if call.due_at < now else "amber",
            "title": _("To call: %(reason)s") % {"reason": call.get_reason_display()},
            "text": _("For a PT") if call.for_pt else "",
            "url": reverse("admin:call", args=[call.uid]) if may_open else "",
        }
        for call in Call.objects.open().filter(patient=patient)[:MOST]
    ]
    return rows + waiting


def messages_of(patient: Patient, user: User, _now: datetime) -> list[dict[str, Any]]:
    """Return letters and texts that were sent or failed."""
    may_open = user.has_perm("clinic.view_message")
    words = {Message.State.SENT: _("sent"), Message.State.FAILED: _("failed"), Message.State.PLANNED: _("planned")}
    return [
        {
            "at": message.sent_at or message.planned_at,
            "icon": "sms" if message.channel == Message.Channel.SMS else "mail",
            "tone": "red" if message.state == Message.State.FAILED else "",
            "title": f"{message.get_channel_display().capitalize()} {words[Message.State(message.state)]}",
            "text": message.title or registry.letter_names.get(message.kind) or message.kind.replace("_", " "),
            "url": reverse("admin:clinic_message_change", args=[message.pk]) if may_open else "",
        }
        for message in Message.objects.filter(patient=patient, state__in=words)[:MOST]
    ]


def consents_of(patient: Patient, _user: User, _now: datetime) -> list[dict[str, Any]]:
    """Return what was agreed to."""
    return [
        {
            "at": consent.given_at,
            "icon": "yes",
            "title": _("Agreed: %(what)s") % {"what": consent.get_kind_display()},
            "text": _("Version %(version)s") % {"version": consent.text_version},
            "url": "",
        }
        for consent in Consent.objects.filter(patient=patient)[:MOST]
    ]
