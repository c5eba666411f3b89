"""What the desk may do about contact with a patient: stop it and allow it, take back a consent, see the emergency contact."""

import uuid
from datetime import datetime
from typing import cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clinic import audit, patients
from clinic.desk.access import must_say_why
from clinic.desk.pages import desk_response, posted
from clinic.models import Consent, Patient, User

PERMISSION = "clinic.change_patient"


class NoContactForm(forms.Form):
    """Asks why nobody may contact a patient."""

    why = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        choices=Patient.NoContact.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Say why."),
            "invalid_choice": gettext_lazy("Pick one of the reasons."),
        },
    )


def contact(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Ask why nobody may contact a patient, and note it; or note that they may be contacted again."""
    now, by = timezone.now(), cast("User", request.user)
    patient = _patient(uid)
    if must_say_why(request, patient, now=now):
        return redirect("admin:patient", uid=uid)
    if request.method == "POST" and "allow" in request.POST:
        patients.allow_contact(patient=patient, by=by, now=now)
        messages.success(request, _("%(name)s may be contacted again.") % {"name": patient.name})
        return redirect("admin:patient", uid=uid)
    form = NoContactForm(posted(request), initial={"why": patient.no_contact})
    if request.method == "POST" and form.is_valid():
        patients.stop_contact(patient=patient, why=form.cleaned_data["why"], by=by, now=now)
        messages.success(request, _("Noted: do not contact. No message leaves any more."))
        return redirect("admin:patient", uid=uid)
    return desk_response(
        request,
        "desk/contact.html",
        page="patients",
        title=_("Do not contact %(name)s") % {"name": patient.name},
        crumbs=[(_("Patients"), reverse("admin:patients")), (patient.name, reverse("admin:patient", args=[uid]))],
        patient=patient,
        form=form,
    )


@require_POST
def withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Take back a consent, found by its key on the patient's page."""
    now = timezone.now()
    patient = _patient(uid)
    if must_say_why(request, patient, now=now):
        return redirect("admin:patient", uid=uid)
    key = request.POST.get("consent", "")
    rows = Consent.objects.filter(patient=patient)
    consent = rows.filter(pk=int(key)).first() if key.isascii() and key.isdecimal() and len(key) < 18 else None
    if consent is None or not (consent.may_be_withdrawn or consent.withdrawn_at):
        raise Http404
    patients.withdraw_consent(consent=consent, by=cast("User", request.user), now=now)
    messages.success(request, _("Taken back: %(what)s.") % {"what": consent.get_kind_display()})
    return redirect("admin:patient", uid=uid)


@require_POST
def emergency(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show whom to call in an emergency, to who asks for it; each look is in the audit."""
    now = timezone.now()
    patient = _patient(uid)
    if must_say_why(request, patient, now=now):
        return redirect("admin:patient", uid=uid)
    audit.record(act="patient.emergency_seen", subject_uid=patient.uid, request=request, now=now)
    return desk_response(
        request,
        "desk/emergency.html",
        page="patients",
        title=_("In an emergency: %(name)s") % {"name": patient.name},
        crumbs=[(_("Patients"), reverse("admin:patients")), (patient.name, reverse("admin:patient", args=[uid]))],
        patient=patient,
    )


def consents_panel(request: HttpRequest, patient: Patient, _now: datetime) -> str:
    """Show what a patient has agreed to: which text, when, by whom; each kind's newest."""
    newest: dict[str, Consent] = {}
    for row in Consent.objects.filter(patient=patient).order_by("-given_at", "-pk")[:100]:
        newest.setdefault(row.kind, row)
    return render_to_string(
        "desk/_consents.html",
        {"patient": patient, "consents": list(newest.values()), "may_change": request.user.has_perm(PERMISSION)},
        request,
    )


def _patient(uid: uuid.UUID) -> Patient:
    row = Patient.objects.filter(uid=uid, merged_into=None).first()
    if row is None:
        raise Http404
    return row
