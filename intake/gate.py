"""Whether a patient may book a service in a mode by themselves, and if not, what has to happen first.

The gate is asked for each booking and each move, by the patient's pages and by the desk's (for whom it says what to
tell the caller).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.http import HttpRequest

from clinic import links
from clinic.link_gate import needs_birth_date
from clinic.models import Call, Mode, Patient, Service
from intake.models import BookingGate, Outcome, Screening


class Answer(StrEnum):
    """What the gate says."""

    OPEN = "open"
    CHECK_FIRST = "check_first"  # no screening, an unfinished one, or one that is too old
    PT_CALLS_FIRST = "pt_calls_first"  # held
    DOCTOR_FIRST = "doctor_first"  # after a medical review
    NO_BOOKING = "no_booking"  # an emergency
    IN_PERSON_ONLY = "in_person_only"  # an exam in person; this mode is none


@dataclass(frozen=True)
class Gate:
    """The answer, and the outcome that it rests on."""

    answer: Answer
    outcome: Outcome | None = None

    @property
    def open(self) -> bool:
        """Say whether the visit may be booked."""
        return self.answer == Answer.OPEN

    @property
    def flag(self) -> str:
        """Return what the visit is flagged with when it is booked through this gate."""
        return "consult_flagged" if self.outcome and self.outcome.booking == BookingGate.CONSULT_FLAGGED else ""


# The link purpose of screenings: the cookie of a browser that filled one in, or that came by link and birth date.
PURPOSE = "check"


def current_screening(request: HttpRequest) -> Screening | None:
    """Return the screening that this browser holds and may see, finished or not; None without one.

    A browser that came by a link and has still to give the date of birth holds none yet.
    """
    row = links.recall(request, purpose=PURPOSE)
    if not isinstance(row, Screening) or needs_birth_date(request, row, PURPOSE):
        return None
    return row


_SAYS = {
    BookingGate.NOT_OFFERED: Answer.NO_BOOKING,
    BookingGate.AFTER_MEDICAL_REVIEW: Answer.DOCTOR_FIRST,
    BookingGate.HELD: Answer.PT_CALLS_FIRST,
}
# A level blocks all services, also when a later form of the same person was all clear.
_STILL_TO_CALL = {
    Call.Reason.EMERGENCY: Answer.NO_BOOKING,
    Call.Reason.URGENT: Answer.DOCTOR_FIRST,
    Call.Reason.UNSURE: Answer.PT_CALLS_FIRST,
}


def gate_for(*, screening: Screening | None, service: Service, mode: str, now: datetime) -> Gate:
    """Return whether a visit of this service in this mode may be booked on the strength of this screening."""
    outcome = screening.outcome if screening else None
    if screening is None or outcome is None:
        return Gate(Answer.CHECK_FIRST)
    told = _SAYS.get(BookingGate(outcome.booking))
    if told:
        return Gate(told, outcome)
    waiting = _waiting(screening.patient)
    if waiting:
        return Gate(waiting, outcome)
    if screening.state != Screening.State.FINISHED or outcome.created_at < now - timedelta(
        days=service.check_valid_days
    ):
        return Gate(Answer.CHECK_FIRST, outcome)
    if outcome.booking == BookingGate.CONSULT_FLAGGED and mode == Mode.TELEHEALTH:
        return Gate(Answer.IN_PERSON_ONLY, outcome)
    return Gate(Answer.OPEN, outcome)


def gate_for_patient(*, patient: Patient, service: Service, mode: str, now: datetime) -> Gate:
    """Return the same for a patient at the desk: the newest outcome counts."""
    newest = Screening.objects.filter(patient=patient, outcomes__current=True).order_by("-outcomes__created_at").first()
    if newest is None:
        waiting = _waiting(patient)
        return Gate(waiting) if waiting else Gate(Answer.CHECK_FIRST)
    return gate_for(screening=newest, service=service, mode=mode, now=now)


def _waiting(patient: Patient) -> Answer | None:
    """Return what a call that a PT has still to make says about booking, the strictest first."""
    reasons = set(
        Call.objects.filter(patient=patient, state=Call.State.OPEN, reason__in=list(_STILL_TO_CALL)).values_list(
            "reason", flat=True
        )
    )
    return next((answer for reason, answer in _STILL_TO_CALL.items() if reason in reasons), None)
