"""The last page before a visit is booked."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking import diary, questions, schedule, told, typed, unscreened, watched
from booking.choices import Choice, read
from booking.forms import BookForm
from booking.models import Appointment
from booking.picked import CLASH, GONE, NOT_OFFERED, Picked, read_address
from booking.terms import terms_of
from booking.views.choosing import service_named
from booking.views.gates import show_full, show_gate, show_known_only, show_talk
from booking.views.times_page import keep_typed, show_gone, show_refused, show_times
from booking.views.visit import to_visit
from booking.visitors import Visitor, visitor_of
from clinic import floods, links, wording
from clinic.models import Consent, Mode
from clinic.notices import PRIVACY_NOTICE
from clinic.set_up import look
from clinic.states import STATES
from intake.gate import current_screening
from intake.models import Screening

# How to move and cancel, and what a visit by video asks for, as the page words it since this day.
TERMS = "2026-11-22"
# From one network within fifteen minutes; nobody should fill our days.
MOST_BOOKED = 20


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@look()
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is about to be booked, take what is still missing, and book it; first what cannot wait."""
    response = _check(request, slug)
    return response if request.method != "POST" or response.status_code == 302 else _words_first(request, response)


def _words_first(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Show what to do at once instead of why nothing was booked, if what was typed for it worries us."""
    screening = current_screening(request)
    if screening is None:
        return response
    shown = watched.watch_lost(
        request.POST,
        BookForm.TYPED,
        patient=screening.patient,
        subject_uid=screening.uid,
        phone=screening.phone,
        now=timezone.now(),
    )
    context = {"watch": shown, "back_url": request.get_full_path()}
    return render(request, "booking/read_first.html", context, status=response.status_code) if shown else response


def _check(request: HttpRequest, slug: str) -> HttpResponse:
    service, now = service_named(slug), timezone.now()
    visitor = visitor_of(request)
    choice = read(service, request.GET, screening=visitor.screening, now=now)
    picked = read_address(request.GET, choice)
    if visitor.screening is None or picked is None:
        return _shut(request, choice, visitor, now=now) or show_times(
            request, choice.anywhere(), visitor, now=now, trouble=NOT_OFFERED
        )
    if request.method == "POST" and visitor.may_have(choice):
        return _answer(request, picked, visitor, visitor.screening, now=now)
    return _before(request, picked, visitor, now=now) or _open(request, picked, visitor, visitor.screening, now=now)


def _shut(request: HttpRequest, choice: Choice, visitor: Visitor, *, now: datetime) -> HttpResponse | None:
    """Say what has to happen before this person can book this, if anything has."""
    if not visitor.may_have(choice):
        return show_known_only(request, choice)
    gate = visitor.gate(choice.service, choice.mode, now=now)
    return None if gate.open else show_gate(request, gate, choice, visitor)


def _before(request: HttpRequest, picked: Picked, visitor: Visitor, *, now: datetime) -> HttpResponse | None:
    """Lead to what is booked already, or say what keeps this person from booking, whatever the time and the form.

    What was booked stays true though words typed with it have shut the gate since.
    What was sent is handed to the diary without this, which asks the same under its locks; and then for the reason.
    """
    if done := _booked_before(picked, visitor):
        return _to_booked(done)
    if shut := _shut(request, picked.choice, visitor, now=now):
        return shut
    full = visitor.full(now=now)
    return _show_full(request, picked, visitor, full) if full else None


def _open(
    request: HttpRequest, picked: Picked, visitor: Visitor, screening: Screening, *, now: datetime
) -> HttpResponse:
    """Show the page, unless the time cannot be had: it was typed into the address, or lost since it was picked."""
    trouble, instead_of = picked.trouble(visitor, now=now), None
    another = picked.with_another(visitor, now=now) if trouble in (GONE, NOT_OFFERED) else None
    if another:
        picked, trouble, instead_of = another, "", picked.person
    if trouble == GONE:
        return show_gone(request, picked, visitor, now=now)
    if trouble:
        return show_times(
            request,
            picked.choice.anywhere(picked.start if trouble == CLASH else None),
            visitor,
            now=now,
            trouble=trouble,
        )
    terms = terms_of(picked.choice.service)
    form = BookForm(choice=picked.choice, terms=terms, now=now, initial=typed.kept(request, of=screening.uid))
    return _show(request, form, picked, visitor, now=now, instead_of=instead_of)


def _answer(
    request: HttpRequest, picked: Picked, visitor: Visitor, screening: Screening, *, now: datetime
) -> HttpResponse:
    terms = terms_of(picked.choice.service)
    form = BookForm(request.POST, choice=picked.choice, terms=terms, now=now)
    if not form.is_valid():
        return _before(request, picked, visitor, now=now) or _show(request, form, picked, visitor, now=now, status=422)
    if floods.is_flood(act="visit.booked", most=MOST_BOOKED, now=now):
        form.add_error(None, floods.words())
        return _show(request, form, picked, visitor, now=now, status=429)
    try:
        return _to_told(request, picked, _book(form, picked, visitor, screening, now=now))
    except diary.TryAgain:
        return _show(request, form, picked, visitor, now=now, status=503, busy=True)
    except diary.DiaryError as error:
        return _before(request, picked, visitor, now=now) or _refused(request, error, form, picked, visitor, now=now)


def _refused(
    request: HttpRequest, error: diary.DiaryError, form: BookForm, picked: Picked, visitor: Visitor, *, now: datetime
) -> HttpResponse:
    """Say why the diary did not book it."""
    if isinstance(error, diary.NotCleared):
        return show_gate(request, error.gate, picked.choice, visitor)
    if isinstance(error, diary.TooMany):
        return _show_full(request, picked, visitor, error.appointments)
    if isinstance(error, diary.PatientBusy) and visitor.owns(error.appointment):
        return _show(request, form, picked, visitor, now=now, status=409, clash=True)
    return show_refused(request, error, picked, visitor, now=now)


def _book(form: BookForm, picked: Picked, visitor: Visitor, screening: Screening, *, now: datetime) -> Appointment:
    choice = picked.choice
    consents = {Consent.Kind.PRIVACY: PRIVACY_NOTICE.isoformat(), Consent.Kind.POLICY: TERMS}
    if form.terms:  # the words themselves are kept with the visit
        consents[Consent.Kind.POLICY] = f"{TERMS}/{form.terms.version}"
    if form.cleaned_data.get("telehealth"):
        consents[Consent.Kind.TELEHEALTH] = TERMS
    book = partial(
        diary.book,
        submission=form.cleaned_data["submission"],
        patient=screening.patient,
        service=choice.service,
        mode=choice.mode,
        start=picked.start,
        location=choice.location,
        browser=visitor.holder,
        screening=screening,
        by_check=True,
        address=form.address,
        access_notes=form.cleaned_data.get("access_notes", ""),
        postal_code=choice.postal_code,
        state_then=choice.state,
        time_zone=choice.told_in,
        terms=form.terms,
        consents={str(kind): version for kind, version in consents.items()},
        now=now,
    )
    try:
        visit = book(practitioner=picked.person)
    except (diary.SlotTaken, diary.SlotRefused):
        if not choice.anybody:
            raise
        visit = book(practitioner=None)  # that one has gone since the page was shown: the diary chooses again
    if visit.flag == unscreened.FLAG and visit.created_at == now:  # not by the same form before
        questions.ask(appointment=visit, now=now)
    return visit


def _show_full(request: HttpRequest, picked: Picked, visitor: Visitor, visits: Iterable[Appointment]) -> HttpResponse:
    """Ask for a call to book more. Visits that this browser may not know of are not told, nor that there are any."""
    visits, service = tuple(visits), picked.choice.service
    theirs = all(visitor.owns(visit) for visit in visits)
    response = show_full(request, service, visits) if theirs else show_talk(request, service)
    keep_typed(request, response, visitor)
    return response


def _booked_before(picked: Picked, visitor: Visitor) -> Appointment | None:
    """Return the visit that this check has booked at that time, whoever was chosen in the end for who takes anybody."""
    if not picked.choice.anybody:
        return visitor.visit_at(picked.start, picked.person)
    done = visitor.visit_at(picked.start, None)
    return done if done and done.service_id == picked.choice.service.pk else None


def _to_told(request: HttpRequest, picked: Picked, visit: Appointment) -> HttpResponse:
    """Lead to what is booked, and say so if it is with somebody else than the page named."""
    if picked.choice.anybody and visit.block.practitioner_id != picked.person.pk:
        names = {"gone": picked.person.name, "name": visit.block.practitioner.name}
        messages.info(
            request, _("%(gone)s is not free any more. Your visit is with %(name)s, at the same time.") % names
        )
    return _to_booked(visit)


def _to_booked(visit: Appointment) -> HttpResponse:
    response = to_visit("booking:booked", words=[visit.address, visit.access_notes])
    links.remember(response, row=visit, purpose="visit")
    typed.forget(response)
    return response


def _show(
    request: HttpRequest,
    form: BookForm,
    picked: Picked,
    visitor: Visitor,
    *,
    now: datetime,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    choice = picked.choice
    offer = schedule.offer_of(choice.service, choice.mode)
    if offer is None:
        return show_times(request, choice.anywhere(), visitor, now=now, trouble=NOT_OFFERED)
    held, already = picked.held_by(visitor, now=now), visitor.coming(choice.service, now=now)
    held_until = held.expires_at.astimezone(picked.starts.tzinfo) if held and held.expires_at else None
    context = {
        "form": form,
        "rule": form.terms.words.splitlines() if form.terms else [],
        "service": choice.service,
        "choice": choice,
        "picked": picked,
        "offer": offer,
        "day": picked.starts.date(),
        "hours": wording.span(picked.starts, picked.ends(offer.duration_minutes)),
        "zone": told.zone_at(picked.starts),
        "at_clinic": told.at_clinic(picked.starts, choice.clinic_zone),
        "held_until": held_until,
        # Where they will be then; where they book now, the clock may show another time.
        "held_zone": told.zone_at(held_until) if held_until and choice.mode == Mode.TELEHEALTH else "",
        "typed": visitor.typed,
        "already": already,
        "already_starts": told.starts(already) if already else None,
        "state_name": STATES.get(choice.state, choice.state),
        **more,
    }
    return render(request, "booking/check.html", context, status=status)
