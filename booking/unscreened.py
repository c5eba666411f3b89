"""Visits that were booked before the patient was screened: somebody calls a day before, unless it was done by then."""

from datetime import datetime, timedelta

from booking.models import Appointment
from clinic import calls, opening
from clinic.hours import open_spans
from clinic.models import Call
from intake.gate import UNSCREENED

FLAG = UNSCREENED
BEFORE = timedelta(hours=24)
# Nobody is shut for longer than this; it bounds how many days are looked through.
LONGEST_SHUT = timedelta(days=30)


def call_before(*, appointment: Appointment, now: datetime) -> Call:
    """Open the call that is due when the desk last works a day before the visit, or at once for a visit that is nearer."""
    patient = appointment.patient
    return calls.open_call(
        reason=Call.Reason.UNSCREENED,
        subject_uid=appointment.uid,
        due_at=_due(appointment, now),
        name=patient.name,
        phone=patient.phone,
        patient=patient,
        now=now,
    )


def call_later(*, appointment: Appointment, now: datetime) -> int:
    """Move the open call with its visit, to before the new time; return how many were open."""
    due_at = _due(appointment, now)
    return calls.put_off(subject_uid=appointment.uid, reason=Call.Reason.UNSCREENED, due_at=due_at, now=now)


def _due(appointment: Appointment, now: datetime) -> datetime:
    """Give the last moment of open desk time at least a day before the visit; `now` when that has passed.

    A day before a visit on Monday is Sunday, when nobody calls anybody: then it is due when the desk closes on Friday.
    """
    latest = appointment.block.starts_at - BEFORE
    if latest <= now:
        return now
    hours = opening.hours_for()
    spans = open_spans(hours, hours.local(latest - LONGEST_SHUT).date(), hours.local(latest).date())
    worked = [min(span.end, latest) for span in spans if span.start <= latest]
    return max(now, worked[-1] if worked else latest)
