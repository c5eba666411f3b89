"""Screen on their phone: the desk gives a short code to somebody who stands there."""

import uuid
from typing import cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import links
from clinic.desk.access import must_say_why
from clinic.desk.pages import desk_response
from clinic.models import Patient, User
from intake import handovers


def hand_over(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show the address and the code that is good now, or make a new one."""
    now = timezone.now()
    patient = Patient.objects.current().filter(uid=uid).first()
    if patient is None:
        raise Http404
    if must_say_why(request, patient, now=now):
        return redirect("admin:patient", uid=uid)
    if request.method == "POST":
        handovers.hand_over(patient=patient, by=cast("User", request.user), now=now)
        return redirect("admin:hand-over", uid=uid)
    return desk_response(
        request,
        "desk/hand_over.html",
        page="patients",
        title=_("Screen on their phone"),
        crumbs=[(patient.name, reverse("admin:patient", args=[uid])), (_("On their phone"), "")],
        patient=patient,
        row=handovers.live(patient=patient, now=now),
        address=links.absolute(reverse("intake:here")).partition("://")[2],
    )
