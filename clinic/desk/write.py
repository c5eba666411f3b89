"""Write to a patient from the board or their page: a few words of one's own, by e-mail and text."""

import uuid
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic import phones, recipients, writing
from clinic.desk.access import must_say_why
from clinic.desk.pages import back, desk_response, posted
from clinic.desk.write_form import WriteForm
from clinic.models import Message, Patient, User
from clinic.patients import survivor


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Ask what to write and how, and send it. A record marked staff or VIP asks why first."""
    now = timezone.now()
    found = Patient.objects.filter(uid=uid).first()
    if found is None:
        raise Http404
    patient = survivor(found)
    if must_say_why(request, patient, now=now):
        return redirect("admin:patient", uid=patient.uid)
    ways = dict(recipients.ways_to_write(patient))
    form = WriteForm(posted(request), ways=_shown(ways), language=patient.language)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            writing.write(
                submission=given["submission"],
                patient=patient,
                words=given["words"],
                channels=given["channels"],
                by=cast("User", request.user),
                now=now,
            )
        except writing.NoWay:
            form.add_error("channels", _("They cannot be written to that way any more."))
        else:
            messages.success(request, _("On its way to %(name)s.") % {"name": patient.name})
            return back(request, "patient", patient.uid)
    return desk_response(
        request,
        "desk/write.html",
        page="patients",
        title=_("Write to %(name)s") % {"name": patient.name},
        crumbs=[(patient.name, reverse("admin:patient", args=[patient.uid])), (_("Write"), "")],
        patient=patient,
        ways=ways,
        form=form,
        next=request.POST.get("next") or request.GET.get("next", ""),
        status=422 if form.is_bound else 200,
    )


def _shown(ways: dict[str, str]) -> dict[str, str]:
    return {channel: phones.show(to) if channel == Message.Channel.SMS else to for channel, to in ways.items()}
