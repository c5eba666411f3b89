"""Somebody runs late: say by how much, see whom it reaches, and tell them with one click."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from booking import diary
from booking.desk.day import day_span
from booking.lateness import CHOICES, MINUTE
from clinic import recipients, texting
from clinic.desk.pages import back, desk_response
from clinic.models import Practitioner, User

WORKS = "booking.work_day"


@require_http_methods(["GET", "HEAD", "POST"])
def running_late(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show whom a practitioner's lateness reaches today, and tell them. PTs say it of themselves, the desk of anybody."""
    now = timezone.now()
    person = Practitioner.objects.filter(uid=uid).first()
    if person is None:
        raise Http404
    user = cast("User", request.user)
    if not user.has_perm(WORKS) and person.user_id != user.pk:
        raise PermissionDenied
    day = day_span(timezone.localdate(now))
    if request.method == "POST":
        minutes = request.POST.get("minutes", "")
        if minutes not in map(str, CHOICES):
            raise Http404
        told = diary.run_late(practitioner=person, day=day, minutes=int(minutes), by=user, now=now)
        (messages.warning if told.to_call else messages.success)(request, _said(told))
        return back(request, "index")
    return desk_response(
        request,
        "desk/running_late.html",
        page="today",
        title=_("%(name)s runs late") % {"name": person.name},
        crumbs=[(_("Today"), reverse("admin:index")), (_("Running late"), "")],
        person=person,
        choices=_choices(person, now),
    )


def _choices(person: Practitioner, now: datetime) -> list[dict[str, Any]]:
    """Return each number of minutes with the visits it reaches: when they start then, and who cannot be written to."""
    day = day_span(timezone.localdate(now))
    reached = {minutes: diary.affected(practitioner=person, day=day, minutes=minutes, now=now) for minutes in CHOICES}
    people = [visit.patient for visit, _late in max(reached.values(), key=len)]
    stopped = texting.stopped_among(patient.phone for patient in people)
    to_call = {patient.pk for patient in people if not recipients.ways_to_write(patient, stopped=stopped)}
    return [
        {
            "minutes": minutes,
            "visits": [
                {"visit": visit, "starts": visit.block.starts_at + late * MINUTE, "call": visit.patient_id in to_call}
                for visit, late in visits
            ],
        }
        for minutes, visits in reached.items()
        if visits
    ]


def _said(told: diary.Told) -> str:
    """Say who was told: "2 patients are told. Call Ana Oquendo: she cannot be written to."."""
    number = len(told.written)
    words = [ngettext("%(number)d patient is told.", "%(number)d patients are told.", number) % {"number": number}]
    if told.known:
        known = len(told.known)
        words.append(ngettext("%(number)d knew already.", "%(number)d knew already.", known) % {"number": known})
    if told.to_call:
        names = ", ".join(visit.patient.name for visit in told.to_call)
        words.append(_("Cannot be written to, a call is open: %(names)s.") % {"names": names})
    return " ".join(words)
