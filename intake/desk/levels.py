"""Raising a level from the patient's page, which anybody may; and recording a clearance, which is a PT's."""

import uuid
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import recipients
from clinic.desk.access import must_say_why
from clinic.desk.pages import Crumbs, desk_response, posted
from clinic.models import Patient, User
from intake import workflow
from intake.desk.brief_access import current_outcome, is_outdated, must_ask, say_newer, screening_of
from intake.desk.level_forms import GRAVER, ClearForm, RaiseForm
from intake.gate import standing
from intake.models import BookingGate, Level, Outcome, Screening
from intake.workflow.clearing import day_at_clinic, earliest_day


def raise_level(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Raise the level of a patient's newest check, without a look at its answers."""
    now = timezone.now()
    patient = Patient.objects.current().filter(uid=uid).first()
    if patient is None:
        raise Http404
    if must_say_why(request, patient, now=now):
        return redirect("admin:patient", uid=uid)
    outcome, form = _to_raise(request, patient)
    if request.method == "POST" and outcome and form and form.is_valid():
        user = cast("User", request.user)
        try:
            workflow.decide(
                screening=outcome.screening,
                level=form.cleaned_data["level"],
                reason=form.cleaned_data["reason"],
                by=user,
                # A PT who raises from here has not talked to the patient: the call that it asks for is opened.
                is_pt=False,
                seen=request.POST.get("seen", ""),
                now=now,
            )
        except workflow.NewerOutcome:
            outcome, form = _to_raise(request, patient)
        else:
            words = {"name": patient.name, "level": Level(form.cleaned_data["level"]).label}
            messages.success(request, _("%(name)s is now at: %(level)s. A PT is told to call.") % words)
            return redirect("admin:patient", uid=uid)
    return desk_response(
        request,
        "desk/raise_level.html",
        page="patients",
        title=_("Raise the level of %(name)s") % {"name": patient.name},
        crumbs=_crumbs(patient, _("Raise the level")),
        patient=patient,
        outcome=outcome,
        form=form,
        # Somebody else has raised it to the gravest meanwhile: what was typed here may say more than is known.
        typed=request.POST.get("reason", "")[:1000],
        seen=workflow.stamp(outcome) if outcome else "",
        status=409 if outcome and is_outdated(request, outcome) else 200,
    )


def _to_raise(request: HttpRequest, patient: Patient) -> tuple[Outcome | None, RaiseForm | None]:
    """Return the outcome to raise, and the form for that; none where there is nothing, or nothing graver."""
    outcome = standing(patient=patient)
    if outcome is None or outcome.staff_level == GRAVER[0]:
        return outcome, None
    form = RaiseForm(posted(request), current=outcome.staff_level)
    if is_outdated(request, outcome):
        say_newer(form)
    return outcome, form


def clear(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Record that somebody has cleared what a check held back."""
    now = timezone.now()
    screening = screening_of(uid)
    if must_ask(request, screening, now):
        return redirect("admin:brief", uid=uid)
    patient = screening.patient
    outcome, form = _to_clear(request, screening, now)
    if request.method == "POST" and form and form.is_valid():
        user = cast("User", request.user)
        try:
            workflow.clear(
                screening=screening,
                **form.cleaned_data,
                by=user,
                is_pt=user.has_perm("intake.read_briefs"),
                seen=request.POST.get("seen", ""),
                now=now,
            )
        except workflow.NewerOutcome:
            outcome, form = _to_clear(request, screening_of(uid), now)
        else:
            told = _("Recorded. %(name)s can book now, and is told.")
            untold = _("Recorded. %(name)s can book now, and cannot be written to: tell them on the phone.")
            held = _("Recorded. Another check still holds booking back for %(name)s: see to that one, too.")
            stands = standing(patient=patient)
            if stands is not None and stands.booking != BookingGate.OPEN:
                told = untold = held
            messages.success(request, (told if recipients.ways_to_write(patient) else untold) % {"name": patient.name})
            return redirect("admin:patient", uid=patient.uid)
    return desk_response(
        request,
        "desk/clear.html",
        page="briefs",
        title=_("Record a clearance for %(name)s") % {"name": patient.name},
        crumbs=_crumbs(patient, _("Clearance")),
        patient=patient,
        screening=screening,
        outcome=outcome,
        form=form,
        seen=workflow.stamp(outcome),
        status=409 if form and is_outdated(request, outcome) else 200,
    )


def _to_clear(request: HttpRequest, screening: Screening, now: datetime) -> tuple[Outcome, ClearForm | None]:
    """Return the outcome to clear, and the form for that; none where nothing is held back. Raises Http404."""
    outcome = current_outcome(screening)
    if outcome is None:
        raise Http404
    if outcome.booking == BookingGate.OPEN:
        return outcome, None
    form = ClearForm(posted(request), first_day=earliest_day(outcome), last_day=day_at_clinic(now))
    if is_outdated(request, outcome):
        say_newer(form)
    return outcome, form


def _crumbs(patient: Patient, here: str) -> Crumbs:
    return [
        (_("Patients"), reverse("admin:patients")),
        (patient.name, reverse("admin:patient", args=[patient.uid])),
        (here, ""),
    ]
