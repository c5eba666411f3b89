"""Answering a request in writing, and sending the screening to a patient."""

import uuid
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clinic import audit, recipients
from clinic.desk.pages import back, desk_response, posted
from clinic.forms import PlainTextField
from clinic.models import Patient, User
from intake import requests
from intake.desk.request_words import facts_of
from intake.invitations import invite
from intake.models import Request


class AnswerForm(forms.Form):
    """Our answer."""

    use_required_attribute = False
    text = PlainTextField(
        label=gettext_lazy("Our answer"),
        max_length=5000,
        rows=6,
        help_text=gettext_lazy("They get a link to it, not the words themselves. Plain words, no diagnosis."),
        error_messages={"required": gettext_lazy("Write the answer.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


def may_answer(user: Any, row: Request) -> bool:
    """Say whether a person may answer a request: questions for a PT are a PT's."""
    return user.has_perm("intake.answer_requests") and (
        row.kind != Request.Kind.QUESTION or user.has_perm("intake.read_briefs")
    )


def answer(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show a request with its form, or send the answer."""
    now = timezone.now()
    row = Request.objects.filter(uid=uid).first()
    if row is None:
        raise Http404
    if not may_answer(request.user, row):
        raise PermissionDenied
    form = AnswerForm(posted(request))
    ways = recipients.ways_to_write(row)
    if request.method == "POST" and not ways:
        messages.error(request, _("%(name)s cannot be written to: answer on the phone.") % {"name": row.name})
    elif request.method == "POST" and form.is_valid():
        try:
            requests.answer(request=row, text=form.cleaned_data["text"], by=cast("User", request.user), now=now)
        except requests.NotWaiting:
            messages.error(request, _("Somebody has answered or closed this request meanwhile. Nothing was sent."))
        else:
            messages.success(request, _("Answered. %(name)s gets a link to it.") % {"name": row.name})
        return redirect("admin:calls")
    audit.record(act="request.seen", subject_uid=row.uid, request=request, now=now)
    return desk_response(
        request,
        "desk/answer.html",
        page="calls",
        title=_("Answer %(name)s") % {"name": row.name},
        crumbs=[(_("Calls"), reverse("admin:calls")), (_("Answer"), "")],
        row=row,
        facts=facts_of(row),
        ways=ways,
        waiting=row.state == Request.State.NEW,
        form=form,
    )


@require_POST
def send_screening(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Send a patient the way to the screening."""
    patient = Patient.objects.current().filter(uid=uid).first()
    if patient is None:
        raise Http404
    if invite(patient=patient, by=cast("User", request.user), now=timezone.now()):
        messages.success(request, _("The questions are on their way to %(name)s.") % {"name": patient.name})
    else:
        messages.warning(
            request,
            _("No e-mail address, and no texts wished: %(name)s cannot be written to.") % {"name": patient.name},
        )
    return back(request, "patient", uid)
