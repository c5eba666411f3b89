"""Who a time is looked for at the desk: a patient, a request, a call in the queue, or somebody new; what follows."""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import Http404, HttpRequest

from booking.desk.visits import visit_of
from booking.models import Appointment
from clinic import calls, patients
from clinic.desk.pages import read_uid
from clinic.models import Call, Patient, Service, User
from intake import requests
from intake.gate import Answer, Gate, gate_for_patient
from intake.models import Request

# Calls that are done once a visit is booked; what a PT owes, and what is asked of a PT, is not.
BOOKING_ENDS = frozenset({Call.Reason.INTERPRETER, Call.Reason.TEXT, Call.Reason.MESSAGE, Call.Reason.OTHER})


@dataclass(frozen=True)
class Caller:
    """Who the time is for. `visit` is one that is to be moved; `call` is the one in the queue that led here."""

    patient: Patient | None = None
    request: Request | None = None
    visit: Appointment | None = None
    call: Call | None = None

    @property
    def name(self) -> str:
        """Return the name to show, or nothing for a new person."""
        if self.patient:
            return self.patient.name
        if self.request:
            return self.request.name
        return self.call.name if self.call else ""

    @property
    def phone(self) -> str:
        """Return the number of somebody who is no patient yet, or nothing."""
        return self.request.phone if self.request else self.call.phone if self.call else ""

    @property
    def email(self) -> str:
        """Return the e-mail address of somebody who is no patient yet, or nothing."""
        return self.request.email if self.request else ""

    @property
    def query(self) -> dict[str, str]:
        """Return what addresses carry along."""
        query = {}
        if self.patient and not self.visit:
            query["patient"] = str(self.patient.uid)
        if self.request:
            query["request"] = str(self.request.uid)
        if self.call:
            query["call"] = str(self.call.uid)
        return query

    def gate(self, service: Service, mode: str, *, now: datetime) -> Gate | None:
        """Return what the words of the request say about booking, else what the gate says of the patient.

        None for somebody new, of whom nothing is known.
        """
        words = requests.gate_for_words(request=self.request) if self.request else None
        if words is not None or self.patient is None:
            return words
        return gate_for_patient(patient=self.patient, service=service, mode=mode, now=now)

    def maybe_known(self) -> list[Patient]:
        """Return patients who may be this person, by phone or e-mail; none once the patient is known."""
        if self.patient is not None or not (self.request or self.call):
            return []
        return patients.reached_by(phone=self.phone, email=self.email)

    def owed_call(self) -> Call | None:
        """Return the open call by which a PT has still to speak to this person."""
        owed = Call.objects.open().filter(for_pt=True)
        if self.patient:
            return owed.filter(patient=self.patient).first()
        return (
            owed.filter(subject_uid=self.request.uid).exclude(reason=self.request.kind).first()
            if self.request
            else None
        )

    def belongs_to(self, patient: Patient, *, now: datetime) -> None:
        """Note whom the request, or the call, turned out to be of."""
        if self.request:
            requests.belongs_to(request=self.request, patient=patient, now=now)
        elif self.call and self.call.patient_id is None:
            calls.belong_to(subject_uid=self.call.subject_uid, patient=patient)

    def is_booked(self, *, by: User, now: datetime) -> None:
        """Close what the booking has answered, unless a colleague is on it or has closed it.

        A question stays with the PTs: its answer was promised, and a visit is none.
        """
        with suppress(requests.NotWaiting, calls.AlreadyClaimed, calls.CallClosed), transaction.atomic():
            if self.request and self.request.kind != Request.Kind.QUESTION:
                requests.close(request=self.request, by=by, outcome=Call.Outcome.BOOKED, now=now)
            elif self.call and self.call.reason in BOOKING_ENDS:
                calls.finish(call=self.call, user=by, outcome=Call.Outcome.BOOKED, now=now)


def caller_of(request: HttpRequest) -> Caller:
    """Return whom the address or the form names. Raises Http404 for somebody who is not there."""
    given = request.POST if request.method == "POST" else request.GET
    patient_uid, request_uid, call_uid = (given.get(name, "") for name in ("patient", "request", "call"))
    patient = asked = call = None
    if call_uid:
        call = Call.objects.select_related("patient").filter(uid=read_uid(call_uid)).first()
        if call is None:
            raise Http404
        patient = call.patient
        asked = Request.objects.select_related("patient").filter(uid=call.subject_uid).first()
    if request_uid:
        asked = Request.objects.select_related("patient").filter(uid=read_uid(request_uid)).first()
        if asked is None:
            raise Http404
    if asked:
        patient = asked.patient or patient
    if patient_uid:
        patient = Patient.objects.current().filter(uid=read_uid(patient_uid)).first()
        if patient is None:
            raise Http404
    return Caller(patients.survivor(patient) if patient else None, asked, call=call)


def to_move(uid: uuid.UUID) -> Caller:
    """Return the caller for a visit that is to be moved."""
    visit = visit_of(uid)
    return Caller(patient=visit.patient, visit=visit)


def is_shut(gate: Gate | None) -> bool:
    """Say whether the desk may not book: a PT or a doctor has to speak to the patient first."""
    return gate is not None and gate.answer not in (Answer.OPEN, Answer.CHECK_FIRST)
