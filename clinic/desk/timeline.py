"""What the clinic package adds to a patient's timeline: calls, letters, consents, and what was done with the record."""

from datetime import datetime
from typing import Any

from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic import registry, writing
from clinic.models import AuditEvent, Call, CallNote, Consent, Message, Patient, User
from clinic.window import Window

# What was done with the record itself; looks at it are in the audit alone.
RECORD = {
    "patient.created": gettext_lazy("Record begun"),
    "patient.corrected": gettext_lazy("Record changed"),
    "record.changed": gettext_lazy("Record changed"),
    "patient.merged": gettext_lazy("Another record was merged into this one"),
    "patient.unmerged": gettext_lazy("Merge taken back"),
    "patient.contact_stopped": gettext_lazy("Do not contact"),
    "patient.contact_allowed": gettext_lazy("May be contacted again"),
}
_WRITTEN = (Message.State.PLANNED, Message.State.SENDING, Message.State.SENT, Message.State.FAILED)


def calls_of(patient: Patient, user: User, now: datetime, window: Window) -> list[dict[str, Any]]:
    """Return tries and notes on the patient's calls, and what is still to be called about."""
    may_open = user.has_perm("clinic.work_calls")
    notes = CallNote.objects.filter(call__patient=patient, by__isnull=False).select_related("call", "by")
    rows = [
        {
            "at": note.at,
            "icon": "phone",
            "title": note.get_outcome_display() or _("Note on a call"),
            "text": _("%(reason)s, by %(who)s")
            % {"reason": note.call.get_reason_display(), "who": note.by.display_name if note.by else ""},
            "url": reverse("admin:call", args=[note.call.uid]) if may_open else "",
        }
        for note in window.of(notes, "at")
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
        for call in window.of(Call.objects.open().filter(patient=patient), "created_at")
    ]
    return rows + waiting


def messages_of(patient: Patient, user: User, _now: datetime, window: Window) -> list[dict[str, Any]]:
    """Return letters and texts: planned, on their way, sent, delivered or failed."""
    may_open = user.has_perm("clinic.view_message")
    rows = Message.objects.filter(patient=patient, state__in=_WRITTEN).defer("text", "html", "to")
    return [
        {
            "at": message.sent_at or message.planned_at,
            "icon": "sms" if message.channel == Message.Channel.SMS else "mail",
            "tone": "red" if message.state == Message.State.FAILED else "",
            "title": f"{message.get_channel_display().capitalize()} {_became(message)}",
            "text": _words(message),
            "url": reverse("admin:clinic_message_change", args=[message.pk]) if may_open else "",
        }
        for message in window.of(rows.annotate(at=Coalesce("sent_at", "planned_at")), "at")
    ]


def _became(message: Message) -> str:
    if message.state == Message.State.SENT and message.delivered_at:
        return _("delivered")
    return str(message.get_state_display())


def _words(message: Message) -> str:
    """Return what staff wrote in their own words, else the subject, else what kind of message it is."""
    written = str(message.context.get("words", "")) if message.kind == writing.KIND else ""
    return written or message.title or str(registry.letter_names.get(message.kind) or message.kind.replace("_", " "))


def consents_of(patient: Patient, _user: User, _now: datetime, window: Window) -> list[dict[str, Any]]:
    """Return what was agreed to, and what of it was taken back."""
    rows = Consent.objects.filter(patient=patient)
    return [
        {
            "at": consent.withdrawn_at if back else consent.given_at,
            "icon": "no" if back else "yes",
            "title": (_("No longer agreed: %(what)s") if back else _("Agreed: %(what)s"))
            % {"what": consent.get_kind_display()},
            "text": _("Version %(version)s") % {"version": consent.text_version},
            "url": "",
        }
        for back, at in ((False, "given_at"), (True, "withdrawn_at"))
        for consent in window.of(rows.filter(**{f"{at}__isnull": False}), at)
    ]


def record_of(patient: Patient, _user: User, _now: datetime, window: Window) -> list[dict[str, Any]]:
    """Return what was done with the record: begun, changed (which fields, never what they say), merged; and who did it."""
    events = AuditEvent.objects.filter(subject_uid=patient.uid, act__in=list(RECORD)).select_related("actor")
    return [
        {
            "at": event.at,
            "icon": "people",
            "title": str(RECORD[event.act]),
            "text": ". ".join(part for part in (_fields(event), _who(event)) if part),
            "url": "",
        }
        for event in window.of(events, "at")
    ]


def _fields(event: AuditEvent) -> str:
    names = event.details.get("fields") or []
    known = {field.name: str(getattr(field, "verbose_name", field.name)) for field in Patient._meta.get_fields()}
    return ", ".join(known.get(str(name), str(name)) for name in names)


def _who(event: AuditEvent) -> str:
    if event.actor:
        return _("By %(who)s") % {"who": event.actor.display_name}
    return _("By the patient") if event.actor_label == "patient" else ""
