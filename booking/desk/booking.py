"""Booking for somebody on the phone: check, book, and see to the screening; over a rule too, with a reason."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from booking import diary, questions, schedule, unscreened, verdicts
from booking.choices import area_of
from booking.desk.book_form import BookForm
from booking.desk.caller import BOOKING_ENDS, Caller, caller_of, is_shut
from booking.desk.finder import needs_questions, shut_words
from booking.desk.in_the_way import home_of, ways_of
from booking.desk.near import near
from booking.desk.slots import read_slot
from booking.desk.visits import told
from booking.errors import OutsideArea
from booking.models import Appointment
from clinic import patients, recipients
from clinic.desk.access import must_say_why
from clinic.desk.pages import desk_response, posted, read_uid
from clinic.models import Consent, Location, Mode, Patient, Practitioner, Service, User
from intake.gate import Gate

# What the person at the desk reads out; kept with the consent.
PHONE_CONSENT = "phone-1"


class Shut(Exception):
    """The person whose contact data were typed is known, and may not be booked; nothing was written."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self.gate = gate


@dataclass(frozen=True)
class Chosen:
    """The time that was chosen."""

    service: Service
    mode: str
    start: datetime
    practitioner: Practitioner
    location: Location | None
    state: str
    postal_code: str
    text: str

    def asked(self, caller: Caller, now: datetime) -> dict[str, Any]:
        """Return what `ways_of` needs to know of the time."""
        new = caller.patient is None or schedule.is_new(caller.patient)
        answer = verdicts.ask(
            service=self.service,
            mode=self.mode,
            start=self.start,
            practitioner=self.practitioner,
            location=self.location,
            state=self.state,
            zone=home_of(self.mode, self.postal_code),
            new_patient=new,
            now=now,
        )
        return {
            "answer": answer,
            "patient": caller.patient,
            "mode": self.mode,
            "postal_code": self.postal_code,
            "start": self.start,
            "now": now,
        }


def book(request: HttpRequest) -> HttpResponseBase:
    """Show the time that was chosen with the form, or book it."""
    now = timezone.now()
    caller, chosen = caller_of(request), _chosen(request)
    if chosen is None:
        messages.error(request, _("That time could not be read. Pick one from the list."))
        return redirect("admin:find-slot")
    if caller.patient and must_say_why(request, caller.patient, now=now):
        return redirect("admin:patient", uid=caller.patient.uid)
    gate = caller.gate(chosen.service, chosen.mode, now=now)
    ways = () if _booked_already(request) else ways_of(**chosen.asked(caller, now))
    form = BookForm(
        posted(request),
        caller=caller,
        mode=chosen.mode,
        unscreened=needs_questions(gate),
        ways=ways,
        now=now,
    )
    if request.method == "POST" and not is_shut(gate) and form.is_valid():
        return _book(request, caller, chosen, form, now)
    return _page(request, caller, chosen, form, now, gate=gate, taken=bool(ways))


def _chosen(request: HttpRequest) -> Chosen | None:
    """Read the time from the address, or the form; None for nonsense."""
    asked = {**request.GET.dict(), **request.POST.dict()}
    given = {name: str(asked.get(name, "")) for name in ("service", "mode", "slot", "state", "postal_code")}
    if any("\x00" in value for value in given.values()):
        return None
    mode, text = given["mode"], given["slot"]
    slot = read_slot(text, mode) if mode in Mode.values else None
    try:
        service = Service.objects.filter(uid=uuid.UUID(given["service"]), active=True).first()
    except ValueError:
        service = None
    if slot is None or service is None:
        return None
    state, postal_code = given["state"][:2], given["postal_code"][:12]
    return Chosen(service, mode, *slot, state, postal_code, text)


def _booked_already(request: HttpRequest) -> bool:
    """Say whether this form has booked its visit before: then that visit is not in its own way."""
    sent = read_uid(request.POST.get("submission", "")) if request.method == "POST" else None
    return sent is not None and Appointment.objects.filter(submission=sent).exists()


def _open_gate(caller: Caller, chosen: Chosen, now: datetime) -> Gate | None:
    """Return the gate of somebody who may be booked; raise Shut for one who may not."""
    gate = caller.gate(chosen.service, chosen.mode, now=now)
    if gate and is_shut(gate):
        raise Shut(gate)
    return gate


def _book(request: HttpRequest, caller: Caller, chosen: Chosen, form: BookForm, now: datetime) -> HttpResponseBase:
    """Find or make the patient, ask the gate again, book, send the questions; all of it or nothing."""
    user = cast("User", request.user)
    try:
        with transaction.atomic():
            patient = caller.patient or patients.attach(**form.contact, now=now)
            caller.belongs_to(patient, now=now)
            gate = _open_gate(replace(caller, patient=patient), chosen, now)
            visit = _write(caller, chosen, form, patient=patient, gate=gate, user=user, now=now)
    except (Shut, diary.NotCleared) as error:
        return _page(request, caller, chosen, form, now, gate=error.gate)
    except diary.SlotTaken:
        form.add_error(None, _("That time has just gone. Pick one of the nearest below; what you typed is kept."))
        return _page(request, caller, chosen, form, now, taken=True)
    except OutsideArea as error:
        form.add_error("address" if "address" in form.fields else None, str(error))
        return _page(request, caller, chosen, form, now)
    except diary.PatientBusy as error:
        form.add_error(
            None, _("They have another visit at that time: %(when)s with %(who)s.") % told(error.appointment)
        )
        return _page(request, caller, chosen, form, now)
    except diary.DiaryError as error:
        form.add_error(None, str(error))
        return _page(request, caller, chosen, form, now, taken=True)
    sent = recipients.ways_to_write(visit.patient)
    words = _("Booked: %(name)s comes %(when)s to %(who)s.") % told(visit)
    messages.success(request, words if sent else words + " " + _("They get no letter: tell them the time again."))
    return redirect("admin:patient", uid=visit.patient.uid)


def _write(
    caller: Caller,
    chosen: Chosen,
    form: BookForm,
    *,
    patient: Patient,
    gate: Gate | None,
    user: User,
    now: datetime,
) -> Appointment:
    given: dict[str, Any] = form.cleaned_data
    needs_check = needs_questions(gate)
    outcome = gate.outcome if gate else None
    consents = {Consent.Kind.TEXTS.value: PHONE_CONSENT} if given.get("texts_ok") else {}
    visit = diary.book(
        submission=given["submission"],
        patient=patient,
        service=chosen.service,
        mode=chosen.mode,
        start=chosen.start,
        practitioner=chosen.practitioner,
        location=chosen.location,
        screening=outcome.screening if outcome and not needs_check else None,
        request=caller.request,
        source=Appointment.Source.DESK,
        flag=unscreened.FLAG if needs_check or gate is None else gate.flag,
        address=given.get("address", ""),
        access_notes=given.get("access_notes", ""),
        postal_code=chosen.postal_code,
        state_then=chosen.state if chosen.mode == Mode.TELEHEALTH else "",
        time_zone=given.get("time_zone", ""),
        consents=consents,
        by=user,
        override_reason=form.override_reason,
        overlap_reason=form.overlap_reason,
        now=now,
    )
    if visit.flag == unscreened.FLAG and given.get("invite"):
        questions.ask(appointment=visit, by=user, now=now)
    caller.is_booked(by=user, now=now)
    return visit


def _page(
    request: HttpRequest,
    caller: Caller,
    chosen: Chosen,
    form: BookForm,
    now: datetime,
    *,
    gate: Gate | None = None,
    taken: bool = False,
) -> HttpResponseBase:
    offer = schedule.offer_of(chosen.service, chosen.mode)
    return desk_response(
        request,
        "desk/book.html",
        page="find-slot",
        title=_("Book for %(name)s") % {"name": caller.name} if caller.name else _("Book for a new person"),
        crumbs=[(_("Find a time"), reverse("admin:find-slot")), (_("Book"), "")],
        caller=caller,
        maybe=caller.maybe_known(),
        caller_query=urlencode(caller.query),
        ends_call=caller.call is not None and caller.call.reason in BOOKING_ENDS,
        chosen=chosen,
        offer=offer,
        area=area_of(chosen.postal_code) if chosen.mode == Mode.MOBILE else None,
        ends=chosen.start + timedelta(minutes=offer.duration_minutes) if offer else None,
        form=form,
        gate=gate,
        shut=is_shut(gate),
        shut_words=shut_words(gate) if gate else "",
        others=_near(caller, chosen, now) if taken else [],
        now=now,
    )


def _near(caller: Caller, chosen: Chosen, now: datetime) -> list[dict[str, Any]]:
    """Return the free times around one that is not free, in the same mode, with anybody anywhere."""
    return near(
        service=chosen.service,
        mode=chosen.mode,
        start=chosen.start,
        asked_of=chosen.practitioner,
        state=chosen.state,
        postal_code=chosen.postal_code,
        new_patient=caller.patient is None or schedule.is_new(caller.patient),
        now=now,
    )
