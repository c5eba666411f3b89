"""Whether a patient may book a service in a mode by themselves, and if not, what has to happen first.

The gate is asked for each booking and each move, by the patient's pages and by the desk's (for whom it says what to
tell the caller), and by the diary under its locks. What it goes by, and why: docs/decisions/0032.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import Case, OuterRef, QuerySet, Subquery, When
from django.http import HttpRequest

from clinic import links
from clinic.link_gate import needs_birth_date
from clinic.models import Call, Mode, Patient, Service
from clinic.prepared import prepared
from intake.models import BookingGate, Outcome, Screening
from intake.screening import RULESET


class Answer(StrEnum):
    """What the gate says."""

    OPEN = "open"
    CHECK_FIRST = "check_first"  # no screening, an unfinished one, one that is too old or asked too little
    PT_CALLS_FIRST = "pt_calls_first"  # held
    DOCTOR_FIRST = "doctor_first"  # after a medical review
    NO_BOOKING = "no_booking"  # an emergency
    IN_PERSON_ONLY = "in_person_only"  # an exam in person; this mode is none


class Why(StrEnum):
    """Why a check is asked for first."""

    NONE = "none"
    OLD = "old"
    SHORT = "short"  # the safety pages only, and this service needs the whole check
    AGAIN = "again"  # the safety pages are a week old; the rest still counts
    NEWER = "newer"  # the rules changed since: the safety pages again, and all is judged by those of today


@dataclass(frozen=True)
class Gate:
    """The answer, and the outcome that it rests on."""

    answer: Answer
    outcome: Outcome | None = None
    why: Why | None = None
    # Open before the check, which goes out by link.
    unscreened: bool = False

    @property
    def open(self) -> bool:
        """Say whether the visit may be booked."""
        return self.answer == Answer.OPEN

    @property
    def flag(self) -> str:
        """Return what the visit is flagged with when it is booked through this gate."""
        if self.unscreened:
            return UNSCREENED
        return "consult_flagged" if self.outcome and self.outcome.booking == BookingGate.CONSULT_FLAGGED else ""


UNSCREENED = "unscreened"
# The link purpose of screenings: the cookie of a browser that filled one in, or that came by link and birth date.
PURPOSE = "check"
# The safety pages, P1 and P5, are asked again after this long, whatever the service (clinical.md 10).
SAFETY_GOOD_FOR = timedelta(days=7)
# What a PT decided, or a plain refer that nobody did, gives way to a check that is this much newer (our choice: 0032).
REPLACED_AFTER = timedelta(days=90)


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
# What closes every service.
CLOSED = frozenset(_SAYS)
# A level blocks all services, also when a later form of the same person was all clear.
_STILL_TO_CALL = {
    Call.Reason.EMERGENCY: Answer.NO_BOOKING,
    Call.Reason.URGENT: Answer.DOCTOR_FIRST,
    Call.Reason.UNSURE: Answer.PT_CALLS_FIRST,
}
_FROM_STRICTEST = [str(gate) for gate in BookingGate.values]
# What is encrypted and what the gate never reads.
_ANSWERS = ("answers", "missing", "not_sure", "flags", "factors", "contradictions", "changes", "reason")


class Known:
    """What the gate goes by of one patient, read when it is needed; for who asks twice in one transaction."""

    def __init__(self, patient_id: int) -> None:
        self.patient_id = patient_id

    @cached_property
    def counting(self) -> list[Outcome]:
        """The outcomes of the patient's checks that count, the newest first, without what was answered."""
        return _counting(patient=self.patient_id)

    @cached_property
    def waiting(self) -> Answer | None:
        """What a call that a PT has still to make says about booking, the strictest first."""
        if self.counting:  # it was read with each of them
            return _STILL_TO_CALL.get(self.counting[0].to_call)  # type: ignore[attr-defined]
        return next((_STILL_TO_CALL[Call.Reason(reason)] for reason in _strictest_call(patient=self.patient_id)), None)


def gate_for(
    *, screening: Screening | None, service: Service, mode: str, known: Known | None = None, now: datetime
) -> Gate:
    """Return whether a visit of this service in this mode may be booked on the strength of this screening.

    `outcome` of the gate may be another check's of the same patient: pages must not speak of it to a browser that
    does not hold that one. `known` is of the same patient.
    """
    if screening is None:
        return Gate(Answer.CHECK_FIRST, why=Why.NONE)
    return _gate(screening, known or Known(screening.patient_id), service=service, mode=mode, now=now)


def gate_for_patient(
    *, patient: Patient, service: Service, mode: str, known: Known | None = None, now: datetime
) -> Gate:
    """Return the same for a patient at the desk: the newest outcome counts."""
    known = known or Known(patient.pk)
    if known.counting:
        return _gate(known.counting[0].screening, known, service=service, mode=mode, now=now)
    if known.waiting:
        return Gate(known.waiting)
    if service.check_needed == Service.Check.LINK:
        return Gate(Answer.OPEN, unscreened=True)
    return Gate(Answer.CHECK_FIRST, why=Why.NONE)


def _gate(screening: Screening, known: Known, *, service: Service, mode: str, now: datetime) -> Gate:
    outcome = next((row for row in known.counting if row.screening_id == screening.pk), None)
    if outcome is None and service.check_needed != Service.Check.LINK:
        return Gate(Answer.CHECK_FIRST, why=Why.NONE)
    strictest = _strictest([*([outcome] if outcome else []), *_standing(known.counting)])
    shut = _level_says(known, outcome, strictest, mode)
    if shut:
        return shut
    why = _asks_first(screening, outcome, service, now=now)
    if why is None:
        return Gate(Answer.OPEN, strictest)
    if service.check_needed == Service.Check.LINK:
        return Gate(Answer.OPEN, outcome, unscreened=True)
    return Gate(Answer.CHECK_FIRST, outcome, why=why)


def standing(*, patient: Patient, after: datetime | None = None) -> Outcome | None:
    """Return the strictest of what stands for a patient now: what visits that are booked must follow.

    With `after`, of what was written since then: a visit that a PT kept follows only that.
    """
    rows = _standing(Known(patient.pk).counting)
    return _strictest([row for row in rows if after is None or row.created_at > after])


def strictest_of(counting: Sequence[Outcome]) -> Outcome | None:
    """Return the one that staff go by, of a patient's outcomes that count, the newest first; None of none."""
    return _strictest(_standing(counting))


def last_asked(*, patient_id: int) -> datetime | None:
    """Return when the patient was last asked the safety questions, or a PT last decided; None for never."""
    newest = next(iter(_counting(patient=patient_id)), None)
    return None if newest is None else _asked_at(newest.screening, newest)


def still_to_call(*, patient: Patient) -> bool:
    """Say whether a PT has still to call the patient about a level that closes every service."""
    return Known(patient.pk).waiting is not None


def undecided(*, patient_id: int, besides: int) -> list[Outcome]:
    """Return what closes every service for a patient and waits for a PT's word, but for one screening's.

    No age and no finished call ends it: whoever fills in a check anew is called by a PT, who decides. What a PT has
    decided is among it: somebody sent to a doctor may have been there, and must not read that they can book.
    """
    return [
        row
        for row in _standing(Known(patient_id).counting)
        if row.screening_id != besides and BookingGate(row.booking) in _SAYS
    ]


def _level_says(known: Known, outcome: Outcome | None, strictest: Outcome | None, mode: str) -> Gate | None:
    """Return the gate that a level shuts: this check's first, then a call still to be made, then another check's."""
    if outcome and (told := _SAYS.get(BookingGate(outcome.booking))):
        return Gate(told, outcome)
    if known.waiting:
        return Gate(known.waiting, outcome)
    if strictest is None:
        return None
    if told := _SAYS.get(BookingGate(strictest.booking)):
        return Gate(told, strictest)
    if strictest.booking == BookingGate.CONSULT_FLAGGED and mode == Mode.TELEHEALTH:
        return Gate(Answer.IN_PERSON_ONLY, strictest)
    return None


def _asks_first(screening: Screening, outcome: Outcome | None, service: Service, *, now: datetime) -> Why | None:
    """Return why the check must be done (again) before this service; None when it need not."""
    if outcome is None or screening.state != Screening.State.FINISHED:
        return Why.NONE
    asked_at = _asked_at(screening, outcome)
    safety_is_old = asked_at < now - SAFETY_GOOD_FOR
    rest_at = asked_at if service.check_needed == Service.Check.SAFETY else outcome.full_at
    if rest_at is None:
        return Why.SHORT
    rest_is_old = rest_at < now - timedelta(days=service.check_valid_days)
    rules_are_newer = outcome.ruleset != RULESET and not outcome.by_pt
    if rest_is_old or (outcome.full_at is None and (safety_is_old or rules_are_newer)):
        return Why.OLD
    if safety_is_old:
        return Why.AGAIN
    return Why.NEWER if rules_are_newer else None


def _asked_at(screening: Screening, outcome: Outcome) -> datetime:
    """Return how fresh the safety pages are: a form may be left for days, and they came first. A PT's word makes it fresh."""
    return outcome.created_at if outcome.by_pt else screening.started_at


@prepared
def _counting(*, patient: int) -> QuerySet[Outcome]:
    rows = Outcome.objects.filter(screening__patient=patient, current=True).select_related("screening")
    rows = rows.annotate(to_call=Subquery(_calls_to_make(patient=OuterRef("screening__patient"))))
    return rows.defer(*_ANSWERS, "screening__answers", "screening__contact").order_by("-created_at", "-pk")


def _strictest(rows: Sequence[Outcome]) -> Outcome | None:
    """Return the strictest, of several the first; None of none."""
    return min(rows, key=lambda row: _FROM_STRICTEST.index(row.booking), default=None)


def _standing(counting: Sequence[Outcome]) -> list[Outcome]:
    """Return what stands, of a patient's outcomes that count: what closes every service until a PT decides it.

    What a PT has decided, and a plain refer, stand until a newer check takes their place.
    """
    return [
        row
        for row in counting
        if (not row.by_pt and BookingGate(row.booking) in _SAYS) or not any(_replaces(newer, row) for newer in counting)
    ]


def _replaces(newer: Outcome, row: Outcome) -> bool:
    """Say whether a newer check takes a row's place: by a PT's word on it since then, or by itself after 90 days.

    Who decides about an older check has not spoken of a newer one. The safety pages never take a whole check's place.
    Nor does what was written on one of two records before they were merged take the place of what stood on the other.
    """
    if newer.screening.origin != row.screening.origin and newer.created_at <= _joined_at(newer, row):
        return False
    if newer.screening_id <= row.screening_id or (row.full_at is not None and newer.full_at is None):
        return False
    since = newer.created_at - row.created_at
    return since > REPLACED_AFTER or (newer.by_pt and since >= timedelta(0))


def _calls_to_make(*, patient: Any) -> QuerySet[Call, str]:
    """Give the reason of the strictest call that a PT has still to make."""
    calls = Call.objects.filter(patient=patient, state=Call.State.OPEN, reason__in=list(_STILL_TO_CALL))
    strictest_first = Case(*(When(reason=reason, then=place) for place, reason in enumerate(_STILL_TO_CALL)))
    return calls.order_by(strictest_first).values_list("reason", flat=True)[:1]


_strictest_call = prepared(_calls_to_make)


def _joined_at(*rows: Outcome) -> datetime:
    """Return since when the records count as one that two checks were made for."""
    return max(row.screening.joined_at for row in rows if row.screening.joined_at)
