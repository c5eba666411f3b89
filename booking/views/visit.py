"""A patient's own visit, by link: see it, put it in a calendar, move it, cancel it."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import diary, ical, listing, told
from booking.choices import Choice, read
from booking.forms import CancelForm, MoveForm
from booking.models import Appointment, Block
from booking.views.choosing import picked_slot, week_of
from clinic.link_gate import by_link
from clinic.models import Mode
from clinic.wording import clock, day, zone_words
from intake.gate import Answer, gate_for_patient

# A level that was given since closes moving too; that a check is old does not.
_STOPS = {Answer.NO_BOOKING, Answer.DOCTOR_FIRST, Answer.PT_CALLS_FIRST}


@require_safe
@by_link("visit")
def booked(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Say that it is booked, and what happens next."""
    return render(request, "booking/booked.html", _facts(visit, now=timezone.now()))


@require_safe
@by_link("visit")
def visit(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Show the visit and what can be done with it."""
    return render(request, "booking/visit.html", _facts(visit, now=timezone.now()))


@require_safe
@by_link("visit")
def calendar(_request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Give the calendar file."""
    file = ical.calendar_file(visit, now=timezone.now())
    response = HttpResponse(file, content_type=f"{ical.content_type(visit)}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{ical.NAME}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@by_link("visit")
def move(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """List other times for the visit; show the picked one; move to it once that is confirmed."""
    now = timezone.now()
    if not _changeable(visit, now):
        return redirect("booking:visit")
    gate = gate_for_patient(patient=visit.patient, service=visit.service, mode=visit.mode, now=now)
    if gate.answer in _STOPS:
        return render(request, "booking/gate.html", {"gate": gate, "service": visit.service})
    choice = _choice_of(request, visit)
    if request.method != "POST":
        return _show_moves(request, visit, choice, now=now)
    picked = picked_slot(choice, request.POST)
    if picked is None:
        return _show_moves(request, visit, choice, now=now, trouble="not_offered", status=400)
    start, choice = picked
    if "confirm" not in request.POST:
        return _show_move(request, visit, choice, start, now=now)
    try:
        diary.move(appointment=visit, start=start, practitioner=choice.practitioner, location=choice.location, now=now)
    except diary.SlotTaken:
        near = listing.around(choice, start, now=now, new_patient=False)
        return _show_moves(request, visit, choice.at(None, None), now=now, trouble="gone", near=near, status=409)
    except diary.TryAgain:
        return _show_moves(request, visit, choice, now=now, trouble="busy", status=503)
    except diary.DiaryError:
        return _show_moves(request, visit, choice.at(None, None), now=now, trouble="not_offered", status=400)
    return redirect(f"{reverse('booking:visit')}?moved=1")


@require_http_methods(["GET", "HEAD", "POST"])
@by_link("visit")
def cancel(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Ask whether the visit is to be cancelled, and cancel it."""
    now = timezone.now()
    if not _changeable(visit, now):
        return redirect("booking:visit")
    form = CancelForm(request.POST if request.method == "POST" else None, now=now)
    if form.is_bound and form.is_valid():
        with suppress(diary.WrongState):  # cancelled in another tab: the page says so
            diary.cancel(appointment=visit, by=None, reason=form.cleaned_data["reason"], now=now)
        return redirect("booking:visit")
    return render(request, "booking/cancel.html", {"form": form, **_facts(visit, now=now)})


def _facts(visit: Appointment, *, now: datetime) -> dict[str, Any]:
    starts = told.starts(visit)
    return {
        "visit": visit,
        "person": visit.block.practitioner,
        "day": day(starts.date()),
        "clock": clock(starts),
        "hours": told.hours(visit),
        "zone": told.zone(visit),
        "where": told.where(visit),
        "changeable": _changeable(visit, now),
        "cancelled": visit.block.state == Block.State.CANCELLED,
        "past": visit.block.starts_at <= now,
        "in_clinic": visit.mode == Mode.IN_CLINIC,
        "mobile": visit.mode == Mode.MOBILE,
        "telehealth": visit.mode == Mode.TELEHEALTH,
    }


def _changeable(visit: Appointment, now: datetime) -> bool:
    return visit.block.state == Block.State.BOOKED and visit.block.starts_at > now


def _choice_of(request: HttpRequest, visit: Appointment) -> Choice:
    """Return what the visit's other times are looked for with: its own service, mode and place in the world."""
    asked = read(visit.service, request.GET)
    return Choice(
        service=visit.service,
        mode=visit.mode,
        postal_code=_postal_code(visit),
        state=visit.state_then,
        zone=visit.time_zone,
        first_day=asked.first_day,
    )


def _postal_code(visit: Appointment) -> str:
    """Return the postal code at the end of the address of a home visit."""
    return visit.address.rpartition(" ")[2] if visit.mode == Mode.MOBILE else ""


def _show_moves(
    request: HttpRequest, visit: Appointment, choice: Choice, *, now: datetime, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"choice": choice, **_facts(visit, now=now), **more}
    with suppress(diary.OutsideArea):  # the clinic has given up the area since: the page asks to call
        context |= week_of(choice, listing.listing(choice, now=now, new_patient=False))
    return render(request, "booking/move.html", context, status=status)


def _show_move(
    request: HttpRequest, visit: Appointment, choice: Choice, start: datetime, *, now: datetime
) -> HttpResponse:
    rows = listing.in_words([choice.slot(start)], listing.zone_of(choice))
    zone = zone_words(listing.zone_of(choice))
    context = {"row": rows[0], "new_zone": zone, "form": MoveForm(now=now), **_facts(visit, now=now)}
    return render(request, "booking/move_check.html", context)
