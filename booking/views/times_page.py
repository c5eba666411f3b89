"""The page of free times: what it shows, and what it says when a time cannot be had."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from booking import diary, listing, schedule, typed
from booking.choices import ELSEWHERE, Choice
from booking.forms import AreaForm, BookForm, PlaceForm
from booking.models import Block
from booking.picked import CLASH, GONE, NOT_OFFERED, PickedTime, read_button
from booking.visitors import Visitor
from clinic.models import ANYBODY, Mode

# What the page says above the times, and the status that goes with it.
NOT_ONLINE, BUSY = "not_online", "busy"
STATUS = {GONE: 409, CLASH: 409, NOT_OFFERED: 400, NOT_ONLINE: 409, BUSY: 503}


def show_times(
    request: HttpRequest, choice: Choice, visitor: Visitor, *, now: datetime, trouble: str = "", **more: Any
) -> HttpResponse:
    """Show the free times, or first ask what the mode needs to know."""
    form = where_form(request, choice, visitor, now=now)
    wrong = form is not None and form.is_bound and not form.is_valid()
    held = visitor.hold(now=now)
    context: dict[str, Any] = {
        "service": choice.service,
        "choice": choice,
        "offer": schedule.offer_of(choice.service, choice.mode),
        "modes": mode_links(choice),
        "places": place_links(choice),
        "people": people_links(choice),
        "form": form,
        "form_url": choice.times_url(),
        "anybody_url": choice.at(choice.location, None).times_url(),
        "elsewhere": choice.state == ELSEWHERE,
        "trouble": trouble,
        "kept": kept_time(request, choice, held),
        **more,
    }
    if choice.complete and not wrong:
        found = listing.week(choice, now=now, new_patient=not visitor.is_known, held=held, busy=visitor.busy())
        context |= week_context(found, lambda day: choice.times_url(**{"from": day}))
        if found.empty:
            context["instead"] = instead_links(choice, visitor)
    elif isinstance(form, AreaForm) and form.outside:
        context["instead"] = instead_links(choice, visitor)
    return render(request, "booking/times.html", context, status=STATUS.get(trouble, 422 if wrong else 200))


def show_gone(request: HttpRequest, gone: PickedTime, visitor: Visitor, *, now: datetime) -> HttpResponse:
    """Say that a time has just gone, with the nearest before and after it in the same mode; nothing typed is lost."""
    near = listing.around(gone, now=now, new_patient=not visitor.is_known, busy=visitor.busy())
    response = show_times(request, gone.choice.anywhere(gone.start), visitor, now=now, trouble=GONE, near=near)
    keep_typed(request, response, visitor)
    return response


def keep_typed(request: HttpRequest, response: HttpResponse, visitor: Visitor) -> None:
    """Let the browser carry what was typed on the last page, for the next try."""
    if visitor.screening and request.method == "POST":
        fields = {name: request.POST.get(name, "") for name in BookForm.TYPED}
        typed.keep(response, fields, of=visitor.screening.uid)


def show_refused(
    request: HttpRequest, error: diary.DiaryError, picked: PickedTime, visitor: Visitor, *, now: datetime
) -> HttpResponse:
    """Say why the diary did not give a time."""
    if isinstance(error, diary.SlotTaken):
        return show_gone(request, picked, visitor, now=now)
    if isinstance(error, diary.TryAgain):
        return show_times(request, picked.choice.anywhere(picked.start), visitor, now=now, trouble=BUSY)
    if isinstance(error, diary.PatientBusy):  # with a visit that this browser may not know of
        return show_times(request, picked.choice.anywhere(picked.start), visitor, now=now, trouble=NOT_ONLINE)
    return show_times(request, picked.choice.anywhere(), visitor, now=now, trouble=NOT_OFFERED)


def kept_time(request: HttpRequest, choice: Choice, held: Block | None) -> dict[str, Any] | None:
    """Return the time that is kept for somebody who went back to look at others, and the way to go on with it."""
    picked = read_button(request.GET, choice) if held and "slot" in request.GET else None
    if picked is None or held is None or not picked.is_kept_by(held):
        return None
    return {"row": listing.in_words([picked.slot], picked.choice)[0], "url": picked.check_url}


def week_context(found: listing.Week, url: Callable[[str], str]) -> dict[str, Any]:
    """Return what a page of free times needs beside the times: the way to other days. `url` makes one from a date."""
    days = {"earlier": found.earlier, "later": found.later, "following": found.following and found.following.day}
    return {"week": found, **{f"{name}_url": url(day.isoformat()) for name, day in days.items() if day}}


def where_form(request: HttpRequest, choice: Choice, visitor: Visitor, *, now: datetime) -> AreaForm | PlaceForm | None:
    """Return the form of what the mode needs to know, with errors once it was sent."""
    if choice.mode == Mode.MOBILE:
        return AreaForm(request.GET if "zip" in request.GET else None, choice=choice)
    if choice.mode == Mode.TELEHEALTH:
        home = visitor.screening.place_state if visitor.screening else ""
        initial = {"state": home, "zone": choice.zone if choice.complete else ""}
        return PlaceForm(request.GET if "state" in request.GET else None, choice=choice, initial=initial, now=now)
    return None


def mode_links(choice: Choice) -> list[dict[str, Any]]:
    """Return a link for each mode of the service."""
    kept = f"&with={ANYBODY}" if choice.anybody else ""
    return [
        {"label": Mode(mode).label, "url": f"{choice.path}?mode={mode}{kept}", "current": mode == choice.mode}
        for mode in choice.modes
    ]


def people_links(choice: Choice) -> list[dict[str, Any]]:
    """Return a link to the times of each person and one to those with anybody, where more than one gives the service."""
    if not choice.complete or not (choice.anybody or len(choice.people) > 1):
        return []
    return [
        {
            "label": label,
            "url": choice.at(choice.location, None, anybody=anybody).times_url(),
            "current": choice.practitioner is None and choice.anybody == anybody,
        }
        for anybody, label in ((False, _("Each person")), (True, _("Anybody")))
    ]


def instead_links(choice: Choice, visitor: Visitor) -> list[dict[str, Any]]:
    """Return the other ways to have the service, for who finds no time this way; what was chosen so far is kept."""
    others = [mode for mode in choice.modes if mode != choice.mode and (visitor.is_known or mode in choice.open_modes)]
    person = choice.practitioner
    gives = set(person.service_modes.filter(service=choice.service).values_list("mode", flat=True)) if person else set()
    return [
        {
            "mode": mode,
            "url": choice.times_url(mode=mode, zip="", **({} if choice.anybody or mode in gives else {"with": ""})),
        }
        for mode in others
    ]


def place_links(choice: Choice) -> list[dict[str, Any]]:
    """Return a link for each location, for visits at the clinic when there is more than one."""
    places = choice.places
    if len(places) < 2:
        return []
    return [
        {
            "label": place.name if place else "",
            "url": choice.times_url(place=place.slug if place else ""),
            "current": choice.location == place,
        }
        for place in (None, *places)
    ]
