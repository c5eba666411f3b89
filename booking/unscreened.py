"""Visits that were booked by phone before the patient was screened: somebody calls a day before, unless it was done."""

from datetime import datetime, timedelta

from booking.models import LIVE, Appointment
from clinic import calls
from clinic.models import Call, Patient

FLAG = "unscreened"
BEFORE = timedelta(hours=24)


def call_before(*, appointment: Appointment, now: datetime) -> Call:
    """Open the call that is due a day before the visit, or at once for a visit that is nearer."""
    patient = appointment.patient
    return calls.open_call(
        reason=Call.Reason.UNSCREENED,
        subject_uid=appointment.uid,
        due_at=max(now, appointment.block.starts_at - BEFORE),
        name=patient.name,
        phone=patient.phone,
        patient=patient,
        now=now,
    )


def settle(*, patient: Patient, now: datetime) -> int:
    """Close those calls of a patient who has answered the questions; return how many."""
    visits = Appointment.objects.filter(patient=patient, flag=FLAG, block__state__in=LIVE)
    return sum(
        calls.close_for(subject_uid=uid, reason=Call.Reason.UNSCREENED, outcome=Call.Outcome.ANSWERED, now=now)
        for uid in visits.values_list("uid", flat=True)
    )
