"""Pages of giving a visit another way to meet: the times that work that way, and the last look before it is changed."""

from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking import costs as fees
from booking import listing, schedule, told, typed, ways
from booking.availability import Reason, in_words
from booking.choices import ELSEWHERE, Choice
from booking.forms import AreaForm, ModeForm, PlaceForm
from booking.models import Appointment
from booking.picked import CLASH, GONE, Picked, PickedTime
from booking.views.moving import busy_of
from booking.views.times_page import STATUS, week_context
from booking.views.whom import links, looked_at, named, times_of
from clinic import wording
from clinic.models import Clinic, Mode
from clinic.states import STATES

# Where the cookie of what was typed is sent.
PATH = "/visit/how/"
# Where the words for staff would not do.
_WHY = {
    Reason.MODE: gettext_lazy("%(name)s does not give this visit %(how)s."),
    Reason.LICENCE: gettext_lazy("%(name)s holds no license for the place where you will be."),
    Reason.NOT_WORKING: gettext_lazy("%(name)s does not give this visit %(how)s then."),
    Reason.AWAY: gettext_lazy("%(name)s is away then."),
    Reason.BUSY_ELSEWHERE: gettext_lazy("%(name)s is busy then."),
    Reason.NOTICE: gettext_lazy("It is too soon for that: we need more time to get ready."),
    Reason.TAKEN: gettext_lazy("%(name)s needs more time for it than is free then."),
}


def show_lost(
    request: HttpRequest, visit: Appointment, picked: PickedTime, trouble: str, *, now: datetime
) -> HttpResponse:
    """Say that a time cannot be had, with the nearest that can; what was typed waits for the next try."""
    near = _near(request, visit, picked, now=now) if trouble in (GONE, CLASH) else None
    response = show_times(request, visit, picked.choice.anywhere(), now=now, trouble=trouble, near=near)
    if request.method == "POST":
        fields = {name: request.POST.get(name, "") for name in ModeForm.TYPED}
        typed.keep(response, fields, of=visit.uid, path=PATH)
    return response


def _near(request: HttpRequest, visit: Appointment, picked: PickedTime, *, now: datetime) -> Any:
    return listing.around(picked, now=now, new_patient=False, moving=visit, busy=busy_of(request, visit))


def show_times(
    request: HttpRequest,
    visit: Appointment,
    choice: Choice,
    *,
    now: datetime,
    trouble: str = "",
    near: Any = None,
) -> HttpResponse:
    """Ask what the way needs to know; then say whether the visit's time works, and list the others."""
    form = _where_form(request, choice, now=now)
    wrong = form is not None and form.is_bound and not form.is_valid()
    context: dict[str, Any] = {
        "choice": choice,
        "how": told.how(choice.mode),
        "offer": schedule.offer_of(visit.service, choice.mode),
        "form": form,
        "elsewhere": choice.state == ELSEWHERE,
        "others": [
            (told.how(offer.mode), way_url(offer.mode)) for offer in ways.offered(visit) if offer.mode != choice.mode
        ],
        "places": _places(choice),
        "trouble": trouble,
        "near": near,
        **costs(visit, choice),
        **told.facts(visit, now=now),
    }
    if choice.complete and not wrong:
        busy = busy_of(request, visit)
        if not trouble:
            found = ways.same_time(visit, choice, now=now, busy=busy)
            context["same"] = listing.in_words([found.slot], choice)[0] if found.works and found.slot else None
            context["why"] = _why(found, visit.block.practitioner.given_name, told.how(choice.mode))
            if not found.works:
                context["near"] = _near(request, visit, _as_it_is(visit, choice), now=now)
        choice, week, nobody = times_of(choice, visit, now=now, busy=busy)
        here = partial(url, "way_times", choice)
        context |= {"choice": choice, "nobody": nobody, "carried": _carried(choice)}
        context["people"] = links(choice, visit, lambda name: here(**{"with": name, "any": ""}))
        context |= week_context(week, lambda day: here(**{"from": day}))
    return render(request, "booking/way_times.html", context, status=STATUS.get(trouble, 422 if wrong else 200))


def show_check(
    request: HttpRequest,
    visit: Appointment,
    picked: Picked,
    form: ModeForm,
    *,
    now: datetime,
    status: int = 200,
    trouble: str = "",
) -> HttpResponse:
    """Show what was and what is about to be, and ask what is still missing."""
    choice = picked.choice
    offer = schedule.offer_of(visit.service, choice.mode)
    if offer is None:
        return redirect("booking:ways")
    context = {
        "form": form,
        "picked": picked,
        "choice": choice,
        "how": told.how(choice.mode),
        "how_now": told.how(visit.mode),
        "offer": offer,
        "minutes_now": int((visit.block.ends_at - visit.block.starts_at).total_seconds()) // 60,
        "row": listing.in_words([picked.slot], choice)[0],
        "new_hours": wording.span(picked.starts, picked.ends(offer.duration_minutes)),
        "new_zone": told.zone_at(picked.starts),
        "state_name": STATES.get(choice.state, choice.state),
        "check_url": url("way_check", choice, **{"from": ""}),
        "times_url": url("way_times", looked_at(choice, visit)),
        "late": fees.facts(visit, now=now)["cost"] if picked.start != visit.block.starts_at else "",
        "trouble": trouble,
        **costs(visit, choice),
        **told.facts(visit, now=now),
    }
    return render(request, "booking/way_check.html", context, status=status)


def _where_form(request: HttpRequest, choice: Choice, *, now: datetime) -> AreaForm | PlaceForm | None:
    """Return the form of what the way needs to know, with errors once it was sent."""
    if choice.mode == Mode.MOBILE:
        return AreaForm(request.GET if "zip" in request.GET else None, choice=choice)
    if choice.mode == Mode.TELEHEALTH:
        initial = {"zone": choice.zone if choice.complete else ""}
        return PlaceForm(request.GET if "state" in request.GET else None, choice=choice, initial=initial, now=now)
    return None


def _places(choice: Choice) -> list[dict[str, Any]]:
    """Return a link for each location, for visits at the clinic when there is more than one."""
    places = choice.places
    if len(places) < 2:
        return []
    return [
        {
            "label": place.name if place else "",
            "url": url("way_times", choice, place=place.slug if place else ""),
            "current": choice.location == place,
        }
        for place in (None, *places)
    ]


def _carried(choice: Choice) -> list[tuple[str, str]]:
    """Return what the buttons of the times carry along."""
    parts = {"from": "", "with": named(choice)}
    return [(name, str(value)) for name, value in QueryDict(choice.query(**parts)).items()]


def costs(visit: Appointment, choice: Choice) -> dict[str, Any]:
    """Return what the visit costs now, what it would cost this way, and the drive in it."""
    offer = schedule.offer_of(visit.service, choice.mode)
    cost = ways.cost(offer, choice) if offer else visit.total
    return {
        "cost": cost,
        "cost_now": visit.total,
        "drive": choice.area.fee if choice.area else 0,
        "drive_unknown": choice.mode == Mode.MOBILE and choice.area is None and ways.drives_cost(),
        "currency": Clinic.get().currency,
    }


def _why(found: ways.Found, name: str, how: str) -> list[str]:
    """Say in words to the patient why the visit's own time with somebody does not work this way."""
    if found.clash:
        return [_("You have another visit then.")]
    # Who does not give the visit this way at all need not be told that they are not at work either.
    told_of = [Reason.MODE] if Reason.MODE in found.reasons else found.reasons
    return [
        str(_WHY[reason]) % {"name": name, "how": how} if reason in _WHY else in_words(reason) for reason in told_of
    ]


def _as_it_is(visit: Appointment, choice: Choice) -> Picked:
    own = visit.block.practitioner
    return Picked(choice.at(choice.location, own, anybody=choice.anybody), visit.block.starts_at, own)


def way_url(mode: str) -> str:
    """Return the address of the page of one way."""
    return f"{reverse('booking:way_times')}?mode={mode}"


def url(name: str, choice: Choice, **changes: str) -> str:
    """Return the address of one of these pages for a choice."""
    return f"{reverse(f'booking:{name}')}?{choice.query(**({'with': named(choice)} | changes))}"
