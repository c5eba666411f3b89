"""A patient's own visit, by link: see it, put it in a calendar, and what it costs. `moving` and `cancelling` change it."""

from collections.abc import Iterable
from functools import cache

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking import costs, ical, told, watched, ways
from booking.models import Appointment
from clinic import links, sms, wording
from clinic.link_gate import by_link
from intake import afterwards
from intake.gate import PURPOSE, current_screening


@require_safe
@by_link("visit")
def booked(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Say that it is booked, and what happens next."""
    if visit.hold:
        return redirect("booking:visit")
    contact = visit.screening.contact if visit.screening else {}
    # What was typed decides what is promised; what the records hold would tell whether we knew the patient.
    reached = bool(contact.get("email") or (contact.get("phone") and contact.get("texts_ok") and sms.has_route()))
    now = timezone.now()
    context = {
        "reached": reached,
        "more_url": _more(visit),
        **told.facts(visit, now=now),
        **costs.facts(visit, now=now),
    }
    return render(request, "booking/booked.html", context)


@require_safe
@by_link("visit")
def visit(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Show the visit and what can be done with it; on hold, what to do first."""
    screening = current_screening(request)
    mine = screening is not None and screening.patient_id == visit.patient_id and screening.outcome is not None
    now = timezone.now()
    context = {
        "has_result": mine,
        "more_url": _more(visit),
        **told.facts(visit, now=now),
        **costs.facts(visit, now=now),
    }
    if context["changeable"] and not visit.hold:
        context["ways"] = wording.either(told.how(offer.mode) for offer in ways.offered(visit))
    return render(request, "booking/visit.html", context)


@require_safe
@by_link("visit")
def read_first(request: HttpRequest, _visit: Appointment) -> HttpResponse:
    """Say what cannot wait, before anything about the visit, to whoever has just typed words that worry us."""
    shown = watched.read_number(request.GET.get("n", ""))
    return render(request, "booking/read_first.html", {"watch": shown}) if shown else redirect("booking:visit")


@require_safe
@by_link("visit")
def calendar(_request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Give the calendar file."""
    file = ical.calendar_file(visit, now=timezone.now())
    response = HttpResponse(file, content_type=f"{ical.content_type(visit)}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{ical.NAME}"'
    return response


def to_visit(name: str, *, words: Iterable[str]) -> HttpResponseRedirect:
    """Lead to a page of the visit, or first to what cannot wait if the words typed with it worry us."""
    number = watched.number_of(watched.scan(words))
    return HttpResponseRedirect(f"{_path('booking:read_first')}?n={number}" if number else _path(name))


@cache
def _path(name: str) -> str:
    return reverse(name)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Take the visit away from this browser, which may be somebody else's."""
    messages.success(request, _("Done. This browser no longer shows the visit."))
    response = redirect("home")
    links.forget(response, "visit")
    links.forget(response, "joined")
    return response


def _more(visit: Appointment) -> str:
    """Return the way to the questions that help the PT, by the link that asks for the date of birth; "" without any."""
    row = visit.screening
    return links.make(row=row, purpose=PURPOSE) if row and afterwards.is_open(row) else ""
