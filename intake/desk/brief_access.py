"""Who may open a brief, and the question to whoever may only after saying why."""

import uuid
from datetime import datetime
from typing import cast

from django.forms import BaseForm
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic import registry
from clinic.desk.access import Why, WhyForm, is_opened, open_record
from clinic.desk.pages import desk_response, posted
from clinic.models import User
from intake import workflow
from intake.models import Outcome, Screening


def screening_of(uid: uuid.UUID) -> Screening:
    """Return the screening of an address, with its patient. Raises Http404."""
    screening = Screening.objects.select_related("patient").filter(uid=uid).first()
    if screening is None:
        raise Http404
    return screening


def current_outcome(screening: Screening) -> Outcome | None:
    """Return the outcome that counts now, if there is one, with the screening as it was loaded."""
    outcome = screening.outcomes.filter(current=True).select_related("decided_by", "clearance").first()
    if outcome is not None:
        outcome.screening = screening
    return outcome


def is_outdated(request: HttpRequest, outcome: Outcome) -> bool:
    """Say whether a form was sent from a page that did not show this outcome as it is now."""
    return request.method == "POST" and request.POST.get("seen", "") != workflow.stamp(outcome)


def say_newer(form: BaseForm) -> None:
    """Say on a form that was sent from an older page what has happened; what was typed stays in it."""
    form.add_error(None, _("There is a newer outcome. Read this one."))


def must_ask(request: HttpRequest, screening: Screening, now: datetime) -> bool:
    """Say whether somebody has to say why before they see answers: who does not look after the patient, and for VIPs all."""
    patient, user = screening.patient, cast("User", request.user)
    covering = not any(looks_after(patient, user, now) for looks_after in registry.carers.values())
    return (covering or patient.sensitive) and not is_opened(request, patient.uid, now=now)


def ask(request: HttpRequest, screening: Screening, now: datetime) -> HttpResponseBase:
    """Ask who opens a brief: a reason for staff and VIPs, one tap from a colleague for all others."""
    patient = screening.patient
    form = WhyForm(posted(request)) if patient.sensitive else None
    if request.method == "POST" and (form is None or form.is_valid()):
        why = form.cleaned_data["why"] if form else Why.COVERING.value
        open_record(request, act="brief.opened", subject_uid=patient.uid, why=why, now=now)
        return redirect("admin:brief", uid=screening.uid)
    if patient.sensitive:
        lead = _("This record is marked staff or VIP. Say why you open it; your name and the reason are kept.")
    else:
        lead = _("%(name)s is not on your list. Open the brief if you cover for a colleague; that is kept.")
    return desk_response(
        request,
        "desk/why.html",
        page="briefs",
        title=_("Open as a covering PT?") if form is None else _("Why do you open this brief?"),
        crumbs=crumbs(screening),
        form=form,
        button=_("I am covering: open the brief") if form is None else _("Open the brief"),
        lead=lead % {"name": patient.name} if form is None else lead,
    )


def crumbs(screening: Screening) -> list[tuple[str, str]]:
    """Return the way back from a brief."""
    patient = screening.patient
    return [
        (_("Screenings"), reverse("admin:briefs")),
        (patient.name, reverse("admin:patient", args=[patient.uid])),
        (_("Brief"), ""),
    ]
