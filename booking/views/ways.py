"""Giving a visit another way to meet, by its link: which ways, when it works that way, and one last look."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from booking import availability, diary, told, typed, watched, ways
from booking.choices import Choice, read
from booking.forms import ModeForm
from booking.models import Appointment
from booking.picked import CLASH, GONE, NOT_OFFERED, Picked, read_time
from booking.views.confirming import TERMS
from booking.views.gates import show_talk
from booking.views.moving import busy_of
from booking.views.times_page import BUSY, NOT_ONLINE
from booking.views.visit import to_visit
from booking.views.ways_page import PATH, costs, show_check, show_lost, show_times, way_url
from booking.views.whom import picked_for, tell_another, with_whom
from clinic.link_gate import by_link
from clinic.models import Consent, Practitioner
from clinic.spans import Span

# The visit costs something else than the last page said.
DEARER = "price"


@require_safe
@by_link("visit")
def ways_to_meet(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Say in which other ways the visit could take place, what each costs, and at the clinic whether its time works."""
    now = timezone.now()
    if not _may(visit, now=now):
        return redirect("booking:visit")
    busy, found = busy_of(request, visit), []
    for offer in ways.offered(visit):
        if not ways.is_open(visit, offer.mode, now=now):
            continue
        choice = read(visit.service, QueryDict(f"mode={offer.mode}"), now=now)
        found.append(
            {"offer": offer, "how": told.how(offer.mode), "url": way_url(offer.mode)}
            | _same_time(visit, choice, now=now, busy=busy)
            | costs(visit, choice)
        )
    return render(request, "booking/ways.html", {"found": found, **told.facts(visit, now=now)})


def _same_time(visit: Appointment, choice: Choice, *, now: datetime, busy: Sequence[Span]) -> dict[str, Any]:
    """Say whether the visit's own time works, and with whom; nothing before it is known where."""
    if not choice.complete:
        return {"works": None}
    same = ways.same_time(visit, choice, now=now, busy=busy)
    person = visit.block.practitioner
    if same.slot and same.slot.practitioner_id not in (None, person.pk):
        person = Practitioner.objects.get(pk=same.slot.practitioner_id)
    return {"works": same.works, "with": person.name}


@require_safe
@by_link("visit")
def times(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Ask what the way needs to know; then say whether the visit's time works that way, and list the others."""
    now = timezone.now()
    choice = _choice(request, visit, now=now)
    if choice is None:
        return _astray(request, visit)
    return _stop(request, visit, choice, now=now) or show_times(request, visit, choice, now=now)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@by_link("visit")
def check(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Show what is about to change, take what is still missing, and change it; first what cannot wait."""
    now = timezone.now()
    response = _check(request, visit, now=now)
    if request.method != "POST" or response.status_code == 302:
        return response
    shown = watched.watch_lost(request.POST, ModeForm.TYPED, patient=visit.patient, subject_uid=visit.uid, now=now)
    context = {"watch": shown, "back_url": request.get_full_path()}
    return render(request, "booking/read_first.html", context, status=response.status_code) if shown else response


def _check(request: HttpRequest, visit: Appointment, *, now: datetime) -> HttpResponse:
    choice = _choice(request, visit, now=now)
    if choice is None:
        return _astray(request, visit)
    if stop := _stop(request, visit, choice, now=now):
        return stop
    posted = request.method == "POST"
    if not choice.complete:
        return show_times(request, visit, choice, now=now)
    time = read_time(request.POST if posted else request.GET, choice)
    if time is None:
        return show_times(request, visit, choice, now=now, trouble=NOT_OFFERED)
    picked = time if isinstance(time, Picked) else picked_for(visit, time, now=now)
    if picked is None:
        return show_lost(request, visit, time, GONE, now=now)
    if posted:
        return _answer(request, visit, picked, now=now)
    if trouble := _trouble(request, visit, picked, now=now):
        return show_lost(request, visit, picked, trouble, now=now)
    form = ModeForm(choice=choice, now=now, initial=typed.kept(request, of=visit.uid))
    return show_check(request, visit, picked, form, now=now)


def _answer(request: HttpRequest, visit: Appointment, picked: Picked, *, now: datetime) -> HttpResponse:
    choice = picked.choice
    form = ModeForm(request.POST, choice=choice, now=now)
    if not form.is_valid():
        return show_check(request, visit, picked, form, now=now, status=422)
    change = partial(
        diary.change_mode,
        appointment=visit,
        mode=choice.mode,
        start=picked.start,
        location=choice.location,
        address=form.address,
        access_notes=form.cleaned_data.get("access_notes", ""),
        postal_code=choice.postal_code,
        state_then=choice.state,
        time_zone=choice.told_in,
        price=_read_price(request.POST.get("price", "")),
        consents={Consent.Kind.TELEHEALTH.value: TERMS} if form.cleaned_data.get("telehealth") else {},
        now=now,
    )
    try:
        try:
            changed = change(practitioner=picked.person)
        except (diary.SlotTaken, diary.SlotRefused):
            if not choice.anybody:
                raise
            changed = change(practitioner=None)  # that one has gone since the page was shown: the diary chooses again
    except diary.DiaryError as error:
        return _show_refused(request, visit, picked, form, error, now=now)
    messages.success(request, _("Done. We now meet %(how)s.") % {"how": told.how(changed.mode)})
    tell_another(request, changed, picked)
    response = to_visit("booking:visit", words=[changed.address, changed.access_notes])
    typed.forget(response, path=PATH)
    return response


def _choice(request: HttpRequest, visit: Appointment, *, now: datetime) -> Choice | None:
    """Return what the address says of the other way, and with whom; None for a way that is not on offer."""
    if request.GET.get("mode") not in {offer.mode for offer in ways.offered(visit)}:
        return None
    return with_whom(read(visit.service, request.GET, now=now), visit, request.GET.get("with", ""))


def _astray(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Lead from a way that is none to those there are; who sent the form twice has it done already."""
    return redirect("booking:visit" if request.GET.get("mode") == visit.mode else "booking:ways")


def _may(visit: Appointment, *, now: datetime) -> bool:
    return told.may_change(visit, now=now) and not visit.hold


def _stop(request: HttpRequest, visit: Appointment, choice: Choice, *, now: datetime) -> HttpResponse | None:
    """Stop who may not change the visit, as a move is stopped: it is past, cancelled or on hold, or a level forbids it."""
    if not _may(visit, now=now):
        return redirect("booking:visit")
    return None if ways.is_open(visit, choice.mode, now=now) else show_talk(request, visit.service)


def _trouble(request: HttpRequest, visit: Appointment, picked: Picked, *, now: datetime) -> str:
    """Say why a time that was picked cannot be had, before anything is typed for it; "" if it can."""
    if picked.clashes(busy_of(request, visit)):
        return CLASH
    found = ways.judge(visit, picked.choice, start=picked.start, practitioner=picked.person, now=now)
    if found.works:
        return ""
    return GONE if availability.GONE.issuperset(found.reasons) else NOT_OFFERED


def _show_refused(
    request: HttpRequest,
    visit: Appointment,
    picked: Picked,
    form: ModeForm,
    error: diary.DiaryError,
    *,
    now: datetime,
) -> HttpResponse:
    if isinstance(error, diary.WrongState):  # cancelled in another tab, or it has just begun
        return redirect("booking:visit")
    if isinstance(error, diary.NotCleared):
        return show_talk(request, visit.service)
    if isinstance(error, diary.TryAgain):
        return show_check(request, visit, picked, form, now=now, status=503, trouble=BUSY)
    if isinstance(error, diary.PriceChanged):
        return show_check(request, visit, picked, form, now=now, status=409, trouble=DEARER)
    trouble = NOT_OFFERED
    lost = isinstance(error, diary.SlotRefused) and availability.GONE.issuperset(error.reasons)
    if lost or isinstance(error, diary.SlotTaken):
        trouble = GONE
    elif isinstance(error, diary.PatientBusy):
        trouble = NOT_ONLINE
    return show_lost(request, visit, picked, trouble, now=now)


def _read_price(text: str) -> Decimal:
    """Read the price that the form says it showed; what is none is the price of nothing."""
    try:
        price = Decimal(text[:12])
    except InvalidOperation:
        return Decimal(-1)
    return price if price.is_finite() else Decimal(-1)
