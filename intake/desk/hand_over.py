"""Screen on their phone: the desk gives a short code to somebody who stands there."""

import uuid
from typing import cast
from urllib.parse import urlencode

import segno
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
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
    row, address = handovers.live(patient=patient, now=now), links.absolute(reverse("intake:here"))
    return desk_response(
        request,
        "desk/hand_over.html",
        page="patients",
        title=_("Screen on their phone"),
        crumbs=[(patient.name, reverse("admin:patient", args=[uid])), (_("On their phone"), "")],
        patient=patient,
        row=row,
        address=address.partition("://")[2],
        picture=_picture(f"{address}?{urlencode({'code': row.code})}") if row else "",
    )


def _picture(address: str) -> SafeString:
    """Draw an address for the camera of a phone: black on white in dark mode too, as cameras want it."""
    return SafeString(segno.make_qr(address, error="m").svg_inline(omitsize=True, light="white", svgclass="qr"))
