"""Choosing: which service, how, and when."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import browsers, diary, listing, schedule
from booking.choices import ELSEWHERE, Choice, read, read_start, write_start
from booking.forms import AreaForm, PlaceForm
from booking.views.gates import Visitor, visitor_of
from clinic.models import Clinic, Location, Mode, Practitioner, Service


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """List what can be booked online, by line."""
    visitor = visitor_of(request)
    offered = Service.objects.filter(active=True, online=True, modes__active=True).prefetch_related("modes").distinct()
    new = visitor.screening is None or schedule.is_new(visitor.screening.patient)
    lines: dict[str, list[Service]] = {}
    for service in offered:
        if service.new_patients or not new:
            lines.setdefault(service.get_category_display(), []).append(service)
    return render(request, "booking/services.html", {"lines": lines, "visitor": visitor})


@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, slug: str) -> HttpResponse:
    """List the free times of a service; keep the one that is picked and go on to the last page."""
    service, now = get_object_or_404(Service, slug=slug, active=True, online=True), timezone.now()
    visitor = visitor_of(request)
    choice = read(service, request.GET, screening=visitor.screening)
    gate = visitor.gate(service, choice.mode, now=now)
    if not gate.open:
        return render(request, "booking/gate.html", {"gate": gate, "service": service, "choice": choice})
    if request.method == "POST":
        return pick(request, choice, visitor, now=now)
    return show_times(request, choice, visitor, now=now)


def pick(request: HttpRequest, choice: Choice, visitor: Visitor, *, now: datetime) -> HttpResponse:
    """Hold the time whose button was pressed."""
    picked = picked_slot(choice, request.POST)
    if picked is None:
        return show_times(request, choice, visitor, now=now, trouble="not_offered", status=400)
    start, choice = picked
    key = browsers.key_of(request) or browsers.new_key()
    try:
        diary.hold(
            slot=choice.slot(start),
            service=choice.service,
            mode=choice.mode,
            browser=key,
            state=choice.state,
            postal_code=choice.postal_code,
            new_patient=visitor.is_new,
            now=now,
        )
    except diary.SlotTaken:
        return show_gone(request, choice, start, visitor, now=now)
    except diary.TryAgain:
        return show_times(request, choice, visitor, now=now, trouble="busy", status=503)
    except diary.DiaryError:
        return show_times(request, choice.at(None, None), visitor, now=now, trouble="not_offered", status=400)
    response = redirect(check_address(choice, start))
    browsers.set_key(response, key)
    return response


def picked_slot(choice: Choice, sent: QueryDict) -> tuple[datetime, Choice] | None:
    """Read the value of a time's button: start, person and place. None for what no button of ours says."""
    start_text, _bar, rest = sent.get("slot", "")[:200].partition("|")
    person_slug, _bar, place_slug = rest.partition("|")
    start = read_start(start_text)
    if start is None or "\x00" in rest:
        return None
    person = Practitioner.objects.filter(slug=person_slug, active=True).first()
    place = Location.objects.filter(slug=place_slug, active=True).first() if place_slug else None
    if person is None or (choice.mode == Mode.IN_CLINIC) != (place is not None):
        return None
    return start, choice.at(place, person)


def check_address(choice: Choice, start: datetime) -> str:
    """Return the address of the last page for a slot."""
    path = reverse("booking:check", args=[choice.service.slug])
    return f"{path}?{choice.query(**{'from': ''})}&start={write_start(start)}"


def show_gone(
    request: HttpRequest, choice: Choice, start: datetime, visitor: Visitor, *, now: datetime
) -> HttpResponse:
    """Say that a time has just gone, with the nearest before and after it in the same mode."""
    near = listing.around(choice, start, now=now, new_patient=visitor.is_new)
    typed = {name: request.POST[name][:500] for name in ("street", "city", "access_notes") if request.POST.get(name)}
    response = show_times(request, choice.at(None, None), visitor, now=now, trouble="gone", near=near, status=409)
    if typed:
        browsers.keep(response, typed)
    return response


def show_times(
    request: HttpRequest, choice: Choice, visitor: Visitor, *, now: datetime, status: int = 200, **more: Any
) -> HttpResponse:
    """Show the free times, or first ask what the mode needs to know."""
    service = choice.service
    context: dict[str, Any] = {
        "service": service,
        "choice": choice,
        "offer": schedule.offer_of(service, choice.mode),
        "modes": mode_links(choice),
        "places": place_links(choice),
        "form": area_form(request, choice),
        **more,
    }
    if choice.complete:
        try:
            context |= week_of(choice, listing.listing(choice, now=now, new_patient=visitor.is_new))
        except diary.OutsideArea:
            context |= {"trouble": "outside", "video": choice_in(choice, Mode.TELEHEALTH)}
    return render(request, "booking/times.html", context, status=status)


def week_of(choice: Choice, found: listing.Listing) -> dict[str, Any]:
    """Return what a page of free times needs beside the times: the way to other weeks, and how long a time is kept."""
    return {
        "listing": found,
        "earlier": choice.query(**{"from": found.earlier.isoformat()}) if found.earlier else "",
        "later": choice.query(**{"from": found.later.isoformat()}) if found.later else "",
        "anybody": choice.at(choice.location, None).query(),
        "hold_minutes": Clinic.get().hold_minutes,
    }


def area_form(request: HttpRequest, choice: Choice) -> AreaForm | PlaceForm | None:
    """Return the form of what the mode needs to know, with errors once it was sent."""
    if choice.mode == Mode.MOBILE:
        sent = request.GET if "zip" in request.GET else None
        return AreaForm(sent, initial={"zip": choice.postal_code})
    if choice.mode == Mode.TELEHEALTH:
        sent = request.GET if "state" in request.GET else None
        return PlaceForm(sent, zone=choice.zone, initial={"state": choice.state, "zone": choice.zone})
    return None


def mode_links(choice: Choice) -> list[dict[str, Any]]:
    """Return a link for each mode of the service."""
    modes = {row.mode: row for row in choice.service.modes.filter(active=True)}
    return [
        {"label": label, "query": f"mode={mode}", "current": mode == choice.mode}
        for mode, label in Mode.choices
        if mode in modes
    ]


def place_links(choice: Choice) -> list[dict[str, Any]]:
    """Return a link for each location, for visits at the clinic when there is more than one."""
    places = list(Location.objects.filter(active=True))
    if choice.mode != Mode.IN_CLINIC or len(places) < 2:
        return []
    both = {"label": "", "query": choice.query(place=""), "current": choice.location is None}
    return [
        both,
        *(
            {"label": place.name, "query": choice.query(place=place.slug), "current": choice.location == place}
            for place in places
        ),
    ]


def choice_in(choice: Choice, mode: str) -> str:
    """Return the query of the same service in another mode, or "" if it is not offered so."""
    offered = choice.service.modes.filter(active=True, mode=mode).exists()
    return f"mode={mode}" if offered and choice.state != ELSEWHERE else ""
