"""Somebody walks in: who they are, who sees them now or at the next quarter, and they have arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from booking import diary, questions, schedule, unscreened, verdicts
from booking.desk.caller import caller_of, is_shut
from booking.desk.finder import needs_questions, shut_words
from booking.desk.free_now import Offer, now_or_next, offers, start_of
from booking.desk.in_the_way import Way, ways_of
from booking.desk.slots import Time, read_slot
from booking.desk.walk_in_form import AskForm, WalkInForm
from booking.diary.bookings import WALK_IN_PASSES
from booking.models import Appointment
from clinic import audit, patient_search, patients, wording
from clinic.desk.access import must_say_why
from clinic.desk.pages import desk_response, posted, read_uid
from clinic.models import Consent, Location, Mode, Patient, Service, User
from intake.gate import Gate, gate_for_patient

# What the person at the desk reads out; kept with the consent.
DESK_CONSENT = "desk-1"
MOST_FOUND = 8


@dataclass(frozen=True)
class Visitor:
    """Who is at the desk (nobody we know yet, without a patient), what for, and what the gate says."""

    patient: Patient | None
    service: Service
    location: Location
    gate: Gate | None


def walk_in(request: HttpRequest) -> HttpResponseBase:
    """Show who is free for somebody who is here, or book them and write that they have arrived."""
    now = timezone.now()
    patient = caller_of(request).patient
    if patient and must_say_why(request, patient, now=now):
        return redirect("admin:patient", uid=patient.uid)
    ask = AskForm(request.POST if request.method == "POST" else request.GET)
    service, location = ask.chosen_service, ask.chosen_place
    if service is None or location is None:
        messages.error(request, _("Nothing can be booked at the clinic: a manager sets up services and locations."))
        return redirect("admin:index")
    gate = gate_for_patient(patient=patient, service=service, mode=Mode.IN_CLINIC, now=now) if patient else None
    visitor = Visitor(patient, service, location, gate)
    there = offers(service, location, now=now)
    picked = _picked(request, now)
    form = WalkInForm(
        posted(request),
        patient=patient,
        choices=_choices(there, picked, request.POST.get("slot", "")),
        unscreened=needs_questions(gate),
        ways=_ways(visitor, picked, now) if picked and not _done(request) else (),
        now=now,
    )
    if request.method == "POST" and picked and not is_shut(gate) and form.is_valid():
        return _book(request, visitor, picked, form, now, ask=ask, there=there)
    return _page(request, visitor, form, now, ask=ask, there=there)


def _picked(request: HttpRequest, now: datetime) -> Time | None:
    """Read who was picked and when; a start that has just passed means now."""
    slot = read_slot(request.POST.get("slot", ""), Mode.IN_CLINIC)
    if slot is None or slot[2] is None:
        return None
    start, person, place = slot
    return start_of(start, now), person, place


def _choices(there: list[Offer], picked: Time | None, sent: str) -> list[tuple[str, str]]:
    """Return what may be picked: what the page offers now, and what it offered when it was made."""
    values = [(offer.slot, offer.name) for offer in there]
    return values if not picked or sent in dict(values) else [*values, (sent, picked[1].name)]


def _ways(visitor: Visitor, picked: Time, now: datetime) -> tuple[Way, ...]:
    start, person, place = picked
    answer = verdicts.ask(
        service=visitor.service,
        mode=Mode.IN_CLINIC,
        start=start,
        practitioner=person,
        location=place,
        new_patient=visitor.patient is None or schedule.is_new(visitor.patient),
        now=now,
    )
    return ways_of(answer, patient=visitor.patient, start=start, passes=WALK_IN_PASSES, now=now)


def _done(request: HttpRequest) -> bool:
    """Say whether this form has booked its visit before: then that visit is not in its own way."""
    return Appointment.objects.filter(submission=read_uid(request.POST.get("submission", ""))).exists()


def _book(
    request: HttpRequest,
    visitor: Visitor,
    picked: Time,
    form: WalkInForm,
    now: datetime,
    *,
    ask: AskForm,
    there: list[Offer],
) -> HttpResponseBase:
    """Find or make the patient, book, write that they are here, send the questions; all of it or nothing."""
    try:
        with transaction.atomic():
            visit = _write(visitor, picked, form, user=cast("User", request.user), now=now)
    except diary.NotCleared as error:
        shut = Visitor(visitor.patient, visitor.service, visitor.location, error.gate)
        return _page(request, shut, form, now, ask=ask, there=there)
    except diary.DiaryError as error:
        form.add_error(None, str(error))
        return _page(request, visitor, form, now, ask=ask, there=offers(visitor.service, visitor.location, now=now))
    words = _("%(name)s is here: %(when)s with %(who)s%(room)s.") % {
        "name": visit.patient.name,
        "when": wording.clock(timezone.localtime(visit.block.starts_at)),
        "who": visit.block.practitioner.name,
        "room": f", {visit.block.room.name}" if visit.block.room else "",
    }
    messages.success(request, words)
    return redirect("admin:index")


def _write(visitor: Visitor, picked: Time, form: WalkInForm, *, user: User, now: datetime) -> Appointment:
    given: dict[str, Any] = form.cleaned_data
    start, person, place = picked
    patient = visitor.patient or patients.attach(**form.contact, now=now)
    gate = visitor.gate
    if visitor.patient is None:
        gate = gate_for_patient(patient=patient, service=visitor.service, mode=Mode.IN_CLINIC, now=now)
        if is_shut(gate):
            raise diary.NotCleared(gate)
    unasked = needs_questions(gate)
    visit = diary.walk_in(
        submission=given["submission"],
        patient=patient,
        service=visitor.service,
        start=start,
        practitioner=person,
        location=place or visitor.location,
        screening=gate.outcome.screening if gate and gate.outcome and not unasked else None,
        flag=unscreened.FLAG if unasked or gate is None else gate.flag,
        by=user,
        override_reason=form.override_reason,
        overlap_reason=form.overlap_reason,
        now=now,
    )
    if given.get("texts_ok"):
        texts = {Consent.Kind.TEXTS.value: DESK_CONSENT}
        patients.record_consents(
            subject_uid=visit.uid, texts=texts, language=patient.language, patient=patient, now=now
        )
    if visit.flag == unscreened.FLAG and given.get("invite"):
        questions.ask(appointment=visit, by=user, now=now)
    return visit


def _page(
    request: HttpRequest,
    visitor: Visitor,
    form: WalkInForm,
    now: datetime,
    *,
    ask: AskForm,
    there: list[Offer],
) -> HttpResponseBase:
    query = request.GET.get("q", "").replace("\x00", "")[:120].strip()
    looking = query and visitor.patient is None
    found = patient_search.find(query, limit=MOST_FOUND, today=timezone.localdate(now)) if looking else []
    if query:
        audit.record(act="patients.found", subject_uid=None, request=request, details={"number": len(found)}, now=now)
    shut = is_shut(visitor.gate)
    return desk_response(
        request,
        "desk/walk_in.html",
        page="today",
        title=_("%(name)s walked in") % {"name": visitor.patient.name} if visitor.patient else _("Somebody walked in"),
        crumbs=[(_("Walk-in"), "")],
        ask=ask,
        visitor=visitor,
        form=form,
        offers=there,
        free=[offer for offer in there if offer.free],
        sent=request.POST.get("slot", ""),
        starts=now_or_next(now),
        query=query,
        found=[one.patient for one in found],
        shut=shut,
        shut_words=shut_words(visitor.gate) if visitor.gate and shut else "",
        today=timezone.localdate(now),
        now=now,
    )
