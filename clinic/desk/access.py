"""Opening the record of a patient marked staff or VIP, or of somebody else's patient: one tap, a reason, and on record.

An opening lasts for SHIFT in the session of the person who opened it, so that a day's work asks once.
"""

import uuid
from datetime import datetime, timedelta

from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinic import audit
from clinic.models import Patient

SHIFT = timedelta(hours=10)
_KEY = "opened"


class Why(models.TextChoices):
    """Why a record is opened. A list, because words of one's own could say what nobody should read in a log."""

    VISIT = "visit", _("I see this patient, or book for them")
    COVERING = "covering", _("I cover for a colleague")
    CALL = "call", _("A call is due, or they are on the phone")
    ASKED = "asked", _("The patient asked me to")
    DUTY = "duty", _("A duty of the clinic: complaint, request for records, quality")


class WhyForm(forms.Form):
    """Asks why a record is opened."""

    why = forms.ChoiceField(
        label=_("Why do you open it?"),
        choices=Why.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say why you open it."), "invalid_choice": _("Pick one of the reasons.")},
    )


def is_opened(request: HttpRequest, subject_uid: uuid.UUID, *, now: datetime) -> bool:
    """Say whether this person has opened the record lately and said why."""
    until = request.session.get(_KEY, {}).get(str(subject_uid), 0)
    return bool(until > now.timestamp())


def open_record(request: HttpRequest, *, act: str, subject_uid: uuid.UUID, why: str, now: datetime) -> None:
    """Note that this person opens a record and why, in the audit and for the rest of the shift."""
    audit.record(act=act, subject_uid=subject_uid, request=request, details={"why": why}, now=now)
    current = {uid: until for uid, until in request.session.get(_KEY, {}).items() if until > now.timestamp()}
    request.session[_KEY] = {**current, str(subject_uid): (now + SHIFT).timestamp()}


def must_say_why(request: HttpRequest, patient: Patient, *, now: datetime) -> bool:
    """Say whether the patient's record asks for a reason that was not given yet."""
    return patient.sensitive and not is_opened(request, patient.uid, now=now)
