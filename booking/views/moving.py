"""Giving a visit another time, by its link."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking import costs, diary, listing, told
from booking.choices import Choice, read_day
from booking.models import Appointment
from booking.picked import CLASH, GONE, LONGEST, NOT_OFFERED, Picked, PickedTime, read_time
from booking.views.gates import show_talk, shut
from booking.views.times_page import BUSY, NOT_ONLINE, STATUS, week_context
from booking.views.whom import links, looked_at, named, picked_for, tell_another, times_of, with_whom
from booking.visitors import Visitor
from clinic.link_gate import by_link
from clinic.models import ANYBODY, Clinic
from clinic.spans import Span
from intake.gate import current_screening, gate_for_patient


@require_safe
@by_link("visit")
def move(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """List other times for the visit: with its own practitioner, with each person, or with anybody."""
    now = timezone.now()
    choice = with_whom(choice_of(visit, request.GET.get("from", "")), visit, request.GET.get("with", ""))
    return _stop(request, visit, now=now) or _show_times(request, visit, choice, now=now)


@require_http_methods(["GET", "HEAD", "POST"])
@by_link("visit")
def check(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Show the time that was picked, and move the visit there once that is confirmed."""
    now = timezone.now()
    if stop := _stop(request, visit, now=now):
        return stop
    posted = request.method == "POST"
    given, choice = request.POST if posted else request.GET, choice_of(visit)
    anybody = given.get("any") == "1" or f"|{ANYBODY}|" in given.get("slot", "")[:LONGEST]
    time = read_time(given, replace(choice, anybody=anybody))
    if time is None:
        return _show_times(request, visit, with_whom(choice, visit, ""), now=now, trouble=NOT_OFFERED)
    if time.clashes(busy_of(request, visit)):
        return _show_times(request, visit, time.choice.anywhere(), now=now, trouble=CLASH)
    picked = time if isinstance(time, Picked) else picked_for(visit, time, now=now)
    if picked is None:
        return _show_gone(request, visit, time, now=now)
    return _answer(request, visit, picked, now=now) if posted else _show_check(request, visit, picked, now=now)


def _answer(request: HttpRequest, visit: Appointment, picked: Picked, *, now: datetime) -> HttpResponse:
    move = partial(diary.move, appointment=visit, start=picked.start, location=picked.choice.location, now=now)
    try:
        try:
            moved = move(practitioner=picked.person)
        except (diary.SlotTaken, diary.SlotRefused):
            if not picked.choice.anybody:
                raise
            moved = move(practitioner=None)  # that one has gone since the page was shown: the diary chooses again
    except diary.DiaryError as error:
        return _show_refused(request, visit, error, picked, now=now)
    messages.success(request, _("Done. Your visit has a new time."))
    tell_another(request, moved, picked)
    return redirect("booking:visit")


def _show_check(request: HttpRequest, visit: Appointment, picked: Picked, *, now: datetime) -> HttpResponse:
    row = listing.in_words([picked.slot], picked.choice)[0]
    context = {
        "row": row,
        "new_zone": told.zone_at(row.starts),
        "anybody": picked.choice.anybody,
        "times_url": f"{reverse('booking:move')}?with={named(looked_at(picked.choice, visit))}",
        **told.facts(visit, now=now),
        **costs.facts(visit, now=now),
    }
    return render(request, "booking/move_check.html", context)


def choice_of(visit: Appointment, first_day: str = "") -> Choice:
    """Return what other times are looked for with: the visit's own service, mode, and place in the world."""
    return Choice(
        service=visit.service,
        modes=(visit.mode,),
        mode=visit.mode,
        clinic_zone=Clinic.get().time_zone,
        state=visit.state_then,
        zone=visit.time_zone,
        first_day=read_day(first_day),
    )


def busy_of(request: HttpRequest, visit: Appointment) -> list[Span]:
    """Return when the patient is at other visits that this browser may know of."""
    return Visitor(current_screening(request), visit).busy(patient_id=visit.patient_id, but=visit)


def _stop(request: HttpRequest, visit: Appointment, *, now: datetime) -> HttpResponse | None:
    """Stop who may not move the visit: it is past, cancelled or on hold, or a level was given. An old check is fine."""
    if visit.hold or not told.may_change(visit, now=now):
        return redirect("booking:visit")
    gate = gate_for_patient(patient=visit.patient, service=visit.service, mode=visit.mode, now=now)
    return show_talk(request, visit.service) if shut(gate) else None


def _show_refused(
    request: HttpRequest, visit: Appointment, error: diary.DiaryError, picked: Picked, *, now: datetime
) -> HttpResponse:
    if isinstance(error, diary.WrongState):  # cancelled in another tab, or it has just begun
        return redirect("booking:visit")
    if isinstance(error, diary.SlotTaken):
        return _show_gone(request, visit, picked, now=now)
    trouble = NOT_OFFERED
    if isinstance(error, diary.TryAgain):
        trouble = BUSY
    elif isinstance(error, diary.PatientBusy):
        trouble = NOT_ONLINE
    return _show_times(request, visit, picked.choice.anywhere(), now=now, trouble=trouble)


def _show_gone(request: HttpRequest, visit: Appointment, gone: PickedTime, *, now: datetime) -> HttpResponse:
    busy = busy_of(request, visit)
    near = listing.around(gone, now=now, new_patient=False, moving=visit, busy=busy)
    return _show_times(request, visit, gone.choice.anywhere(), now=now, trouble=GONE, near=near)


def _show_times(
    request: HttpRequest, visit: Appointment, choice: Choice, *, now: datetime, trouble: str = "", **more: Any
) -> HttpResponse:
    choice, found, nobody = times_of(choice, visit, now=now, busy=busy_of(request, visit))
    path, whom = reverse("booking:move"), named(choice)
    context = {
        "trouble": trouble,
        "choice": choice,
        "nobody": nobody,
        "people": links(choice, visit, lambda name: f"{path}?with={name}"),
        **told.facts(visit, now=now),
        **more,
    }
    context |= week_context(found, lambda day: f"{path}?with={whom}&from={day}")
    return render(request, "booking/move.html", context, status=STATUS.get(trouble, 200))
