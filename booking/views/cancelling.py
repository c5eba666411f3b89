"""A patient's own visit, by link: cancel it, take that back for two minutes, or say that one comes."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking import costs, diary, told, watched
from booking.forms import CancelForm
from booking.models import Appointment
from booking.picked import Picked
from booking.views.gates import show_talk, shut
from booking.views.moving import choice_of
from booking.views.times_page import show_gone
from booking.views.visit import to_visit
from booking.visitors import visitor_of
from clinic.link_gate import by_link
from intake.gate import gate_for_patient


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@by_link("visit")
def cancel(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Ask whether the visit is to be cancelled, saying what that costs, and cancel it."""
    now = timezone.now()
    if not told.may_change(visit, now=now):
        return redirect("booking:visit")
    form = CancelForm(request.POST if request.method == "POST" else None, now=now)
    dearer = False
    if form.is_bound and form.is_valid():
        reason, agreed = form.cleaned_data["reason"], costs.read_agreed(request.POST.get("agreed", ""))
        try:
            diary.cancel(appointment=visit, by=None, reason=reason, agreed=agreed, now=now)
        except diary.Costs:  # it has become late since the page was shown
            dearer = True
        except diary.DiaryError as error:  # it has begun since, and the page says so, or the diary is busy
            watched.watch_lost(request.POST, ["reason"], patient=visit.patient, subject_uid=visit.uid, now=now)
            if not isinstance(error, diary.WrongState):
                messages.error(request, str(error))
        if not dearer:
            return to_visit("booking:visit", words=[reason])
    if shown := watched.watch_lost(request.POST, ["reason"], patient=visit.patient, subject_uid=visit.uid, now=now):
        return render(request, "booking/read_first.html", {"watch": shown}, status=422)
    context = {"form": form, "dearer": dearer, **told.facts(visit, now=now), **costs.facts(visit, now=now)}
    return render(request, "booking/cancel.html", context, status=409 if dearer else 422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@by_link("visit")
def undo(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Take a cancel back; a look leads to the visit, where the button is."""
    now = timezone.now()
    if request.method == "POST":
        try:
            diary.undo_cancel(appointment=visit, now=now)
        except diary.SlotTaken as error:
            return _show_gone(request, visit, error, now=now)
        except diary.WrongState:
            messages.error(request, _("It is too late to take that back. You can book another visit."))
        except diary.TryAgain as error:
            messages.error(request, str(error))
        except diary.DiaryError:  # they have another visit then, which this browser may not know of
            messages.error(request, _("We cannot book that time for you here any more. Please call us."))
        else:
            messages.success(request, _("Done. You are booked as before."))
    return redirect("booking:visit")


@require_http_methods(["GET", "HEAD", "POST"])
@by_link("visit")
def confirm(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Write that the patient comes; a look leads to the visit, where the button is."""
    if request.method == "POST":
        try:
            diary.confirm(appointment=visit, by=None, now=timezone.now())
        except diary.TryAgain as error:
            messages.error(request, str(error))
        except diary.WrongState:  # cancelled in another tab, on hold, or begun: the page says so
            pass
        else:
            messages.success(request, _("Thank you. We know that you come."))
    return redirect("booking:visit")


def _show_gone(request: HttpRequest, visit: Appointment, error: diary.SlotTaken, *, now: datetime) -> HttpResponse:
    """Say that somebody else has the time now, with the nearest others where no postal code is needed for them."""
    gate = gate_for_patient(patient=visit.patient, service=visit.service, mode=visit.mode, now=now)
    if shut(gate):
        return show_talk(request, visit.service)
    choice = choice_of(visit).at(visit.location, visit.block.practitioner)
    if not choice.complete:
        messages.error(request, str(error))
        return redirect("booking:visit")
    gone = Picked(choice, visit.block.starts_at, visit.block.practitioner)
    return show_gone(request, gone, visitor_of(request), now=now)
