"""What somebody sees who may not book yet, and why."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from booking import told
from booking.choices import Choice
from booking.models import Appointment
from booking.visitors import Visitor
from clinic.models import Mode, Service
from intake.gate import Answer, Gate

TALK, KNOWN, FULL = "talk", "known", "full"


def shut(gate: Gate) -> bool:
    """Say whether a gate is shut so that not even times are shown. Who has still to do the check may look at them."""
    return gate.answer not in (Answer.OPEN, Answer.CHECK_FIRST)


def show_gate(request: HttpRequest, gate: Gate, choice: Choice, visitor: Visitor) -> HttpResponse:
    """Say what has to happen before this visit can be booked; a post that wanted to book it anyway is refused."""
    kind = str(gate.answer) if visitor.may_read(gate) else TALK
    return _show(request, kind, choice.service, choice, gate=gate)


def show_talk(request: HttpRequest, service: Service) -> HttpResponse:
    """Ask somebody to call who opened a visit by its link: whoever has the link must not read how they are."""
    return _show(request, TALK, service, None)


def show_known_only(request: HttpRequest, choice: Choice) -> HttpResponse:
    """Say that a visit is for people who have been here, the same to everybody who has not shown it."""
    return _show(request, KNOWN, choice.service, choice)


def show_full(request: HttpRequest, service: Service, visits: Iterable[Appointment]) -> HttpResponse:
    """Say that this browser has booked as many visits as one may, which they are, and that we book more by phone."""
    return _show(request, FULL, service, None, visits=[(told.when(visit), visit) for visit in visits])


def _show(
    request: HttpRequest,
    kind: str,
    service: Service,
    choice: Choice | None,
    *,
    gate: Gate | None = None,
    visits: Iterable[tuple[str, Appointment]] = (),
) -> HttpResponse:
    context = {
        "kind": kind,
        "gate": gate,
        "service": service,
        "visits": visits,
        "others": [(Mode(mode).label, choice.times_url(mode=mode)) for mode in choice.open_modes] if choice else [],
        "in_clinic_url": choice.times_url(mode="in_clinic") if choice and Mode.IN_CLINIC in choice.modes else "",
    }
    refused = 409 if kind == FULL else 403
    return render(request, "booking/gate.html", context, status=refused if request.method == "POST" else 200)
