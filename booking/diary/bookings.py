"""Booking a visit."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from booking import schedule, unscreened, watched
from booking.availability import Reason, Slot
from booking.diary.locks import act_for, looks_again
from booking.diary.placing import Asker, Spot, take, unseen, write
from booking.diary.records import record, tell_booked, wall_time
from booking.errors import NotCleared, OutsideArea, PatientBusy, TooMany, WrongState
from booking.models import LIVE, LONGEST, Appointment, Block
from booking.terms import Terms
from clinic.inserting import insert, together
from clinic.models import Clinic, Location, Mode, Patient, Practitioner, Service, TravelZone, User
from clinic.patients import record_consents
from clinic.prepared import prepared
from clinic.spans import Span
from intake.gate import Answer, Gate, Known, gate_for, gate_for_patient
from intake.models import Request, Screening

# Who stands at the desk has given no notice and starts when they have come; walk-in hours are kept for them.
WALK_IN_PASSES = frozenset({Reason.NOTICE, Reason.OFF_GRID, Reason.WALK_IN})


@looks_again
def book(
    *,
    submission: uuid.UUID,
    patient: Patient,
    service: Service,
    mode: str,
    start: datetime,
    practitioner: Practitioner | None,
    location: Location | None = None,
    browser: str = "",
    screening: Screening | None = None,
    by_check: bool = False,
    request: Request | None = None,
    source: str = Appointment.Source.ONLINE,
    flag: str = "",
    address: str = "",
    access_notes: str = "",
    postal_code: str = "",
    state_then: str = "",
    time_zone: str = "",
    consents: Mapping[str, str] | None = None,
    terms: Terms | None = None,
    by: User | None = None,
    override_reason: str = "",
    overlap_reason: str = "",
    now: datetime,
) -> Appointment:
    """Book a visit, write its messages, and return it; `practitioner` None means anybody.

    The same `submission` returns the appointment that it made before. What `browser` holds becomes this visit, or is
    given up. Visits at the clinic need a `location`; by video `state_then`, the state where the patient will be, and
    the patient's `time_zone`; at home an address and its `postal_code`. Visits at the clinic keep its zone, whatever
    `time_zone` says. `consents` gives the version of the text for each kind,
    `terms` the rule on late fees that was accepted; without it the visit costs nothing but itself.

    `by_check`: the `screening` alone must open the gate, as for every patient who books; the gate gives the flag.
    Otherwise whether the check before booking was done, and is fresh enough, is the caller's question (`intake.gate`).
    This much is made sure of: whatever the caller believed, nobody is booked, by themselves or by staff, whose level
    forbids it. A visit flagged as unscreened gets the call that is due before it.

    Staff (`by`) may book over the clinic's rules with `override_reason`, and over somebody else's time with
    `overlap_reason`; never by video without a licence. Who walked in (`source`) has given no notice, and needs no letter.

    Patients themselves have at most `Clinic.most_online_visits` to come; what the desk books counts for nothing there.

    Raises SlotTaken, SlotRefused, NotCleared, PatientBusy, TooMany, OutsideArea, TryAgain; WrongState for a submission that
    booked somebody else's visit.
    """
    details = {
        "service": service,
        "mode": mode,
        "location": location,
        "screening": screening,
        "request": request,
        "source": source,
        "address": address,
        "access_notes": access_notes,
        "state_then": state_then,
        **(terms.columns(start=start, now=now) if terms else {}),
    }
    asker = Asker(
        staff=by is not None,
        browser=browser,
        patient=patient,
        override_reason=override_reason.strip(),
        overlap_reason=overlap_reason.strip(),
        passes=WALK_IN_PASSES if by and source == Appointment.Source.WALK_IN else frozenset(),
    )
    slot = Slot(start, practitioner.pk if practitioner else None, location.pk if location else None, mode)
    try:
        with act_for(patient.pk) as whose:
            if whose != patient.pk:  # merged a moment ago
                patient = Patient.objects.get(pk=whose)
                asker = replace(asker, patient=patient)
            visits = _visits_of(submission=submission, patient=patient.pk, starts_after=min(now, start - LONGEST))
            if done := _made_by(submission, visits, patient):
                return done
            gate = _check_cleared(patient, service, mode, screening=screening, by_check=by_check, now=now)
            details["flag"] = flag = gate.flag if by_check else flag
            clinic = Clinic.get()
            if by is None and source == Appointment.Source.ONLINE:
                _check_few(visits, most=clinic.most_online_visits, now=now)
            zone = zone_of_home(postal_code, asker) if mode == Mode.MOBILE else None
            spot = take(slot, service=service, asker=asker, state=state_then, zone=zone, now=now)
            busy = _busy_with(visits, spot, passing_over=bool(asker.staff and asker.override_reason))
            details["time_zone"] = zone_for(mode, location, time_zone or clinic.time_zone)
            details |= {"submission": submission, "patient": patient, "currency": clinic.currency}
            with unseen(), together():
                appointment = _write(spot, overlap_reason=asker.overlap_reason, details=details, now=now)
                record_consents(
                    subject_uid=appointment.uid,
                    texts=consents or {},
                    language=patient.language,
                    patient=patient,
                    now=now,
                )
                record(appointment, "booked", by=by, details=spot_details(spot, asker, busy=busy), now=now)
                if source != Appointment.Source.WALK_IN:  # they are here
                    tell_booked(appointment, clinic=clinic, now=now)
            if flag == unscreened.FLAG:
                unscreened.call_before(appointment=appointment, now=now)
            if by is None:
                watch_typed(appointment, now=now)
            return appointment
    except IntegrityError:
        # Two tabs with one form and two times: the other tab has just booked.
        now_there = _visits_of(submission=submission, patient=patient.pk, starts_after=now)
        if done := _made_by(submission, now_there, patient):
            return done
        raise


def check_patient_free(
    patient: Patient, spot: Spot, *, but: Appointment | None = None, passing_over: bool = False
) -> Appointment | None:
    """Raise PatientBusy if the patient has another visit at the time of a spot; return it to who is passing over it."""
    other = other_visit(patient, spot.calendar.rules.visit(spot.slot.start), but=but)
    if other is not None and not passing_over:
        raise PatientBusy(other)
    return other


def other_visit(patient: Patient, visit: Span, *, but: Appointment | None = None) -> Appointment | None:
    """Give a visit of the patient that shares time with another of theirs, if there is one."""
    others = _visits_at(
        patient=patient.pk,
        starts_after=visit.start - LONGEST,
        starts_before=visit.end,
        ends_after=visit.start,
        but=but.pk if but else None,
    )
    return others[0] if others else None


def spot_details(spot: Spot, asker: Asker, *, busy: Appointment | None = None) -> dict[str, Any]:
    """Give what the event of a booking or move keeps of its spot; `busy` is the patient's other visit at that time."""
    details: dict[str, Any] = {
        "start": spot.slot.start.isoformat(),
        "practitioner": spot.slot.practitioner_id,
        "mode": spot.slot.mode,
    }
    why = asker.override_reason or asker.overlap_reason
    if spot.passed_over:
        details["passed_over"] = [str(reason) for reason in spot.passed_over]
    if busy is not None:
        details["patient_busy"] = str(busy.uid)
    return details | {"why": why[:240]} if why and (spot.passed_over or busy) else details


def zone_for(mode: str, location: Location | None, asked: str) -> str:
    """Give the zone in which the patient is told the time of a visit."""
    if mode == Mode.IN_CLINIC and location is not None:
        return location.time_zone
    return asked or Clinic.get().time_zone


def _write(spot: Spot, *, overlap_reason: str, details: dict[str, Any], now: datetime) -> Appointment:
    block = write(spot, Block(kind=Block.Kind.VISIT, state=Block.State.BOOKED), overlap_reason=overlap_reason)
    return insert(
        Appointment(
            **details,
            block=block,
            wall_time=wall_time(block.starts_at, details["time_zone"]),
            price=spot.offer.price,
            zone=spot.zone,
            zone_fee=spot.zone.fee if spot.zone else 0,
            created_at=now,
        )
    )


def _made_by(submission: uuid.UUID, visits: Iterable[Appointment], patient: Patient) -> Appointment | None:
    """Give the appointment that a submission has made."""
    done = next((visit for visit in visits if visit.submission == submission), None)
    if done is not None and done.patient_id != patient.pk:
        raise WrongState(_("This form has already booked a visit. Please start again."))
    return done


def _check_cleared(
    patient: Patient, service: Service, mode: str, *, screening: Screening | None, by_check: bool, now: datetime
) -> Gate:
    """Return the gate that lets the patient through, by this check or by the newest; raise NotCleared."""
    known = Known(patient.pk)
    if by_check:
        own = gate_for(screening=screening, service=service, mode=mode, known=known, now=now)
        if not own.open:
            raise NotCleared(own)
    gate = gate_for_patient(patient=patient, service=service, mode=mode, known=known, now=now)
    if gate.answer not in (Answer.OPEN, Answer.CHECK_FIRST):
        raise NotCleared(gate)
    return own if by_check else gate


def _check_few(visits: Iterable[Appointment], *, most: int, now: datetime) -> None:
    """Count under the patient's lock, or two tabs at once would both be the last."""
    coming = [visit for visit in visits if visit.is_coming_online(now)]
    if len(coming) >= most:
        raise TooMany(sorted(coming, key=lambda visit: visit.block.starts_at))


def _busy_with(visits: Iterable[Appointment], spot: Spot, *, passing_over: bool) -> Appointment | None:
    """Do for visits that are read already what `check_patient_free` does."""
    wanted = spot.calendar.rules.visit(spot.slot.start)
    other = next((visit for visit in visits if Span(visit.block.starts_at, visit.block.ends_at).overlaps(wanted)), None)
    if other is not None and not passing_over:
        raise PatientBusy(other)
    return other


@prepared
def _visits_of(*, submission: uuid.UUID, patient: int, starts_after: datetime) -> QuerySet[Appointment]:
    """Ask at once for what a submission has made, whosever it is, and for the patient's visits since then."""
    theirs = Q(patient=patient, block__state__in=LIVE, block__starts_at__gt=starts_after)
    # Without an order PostgreSQL begins with the patient's few visits, not with all that are to come.
    return Appointment.objects.filter(Q(submission=submission) | theirs).select_related("block").order_by()


@prepared
def _visits_at(
    *, patient: int, starts_after: datetime, starts_before: datetime, ends_after: datetime, but: int | None
) -> QuerySet[Appointment]:
    others = Appointment.objects.filter(
        patient=patient,
        block__state__in=LIVE,
        block__starts_at__gt=starts_after,
        block__starts_at__lt=starts_before,
        block__ends_at__gt=ends_after,
    )
    if but is not None:
        others = others.exclude(pk=but)
    return others.select_related("block__practitioner", "patient")


def watch_typed(visit: Appointment, *, now: datetime) -> None:
    """Have a PT call if what the patient typed for a visit at home worries us."""
    typed = [visit.address, visit.access_notes]
    phone = visit.screening.phone if visit.screening else ""
    watched.watch(words=typed, patient=visit.patient, subject_uid=visit.uid, phone=phone, now=now)


def zone_of_home(postal_code: str, asker: Asker) -> TravelZone | None:
    """Give the zone of a home; None for staff who go outside the area and say why."""
    try:
        return schedule.zone_of(postal_code)
    except OutsideArea:
        if not (asker.staff and asker.override_reason):
            raise
        return None
