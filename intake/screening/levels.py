"""The words of an outcome, each list in its order of precedence: the first is the strictest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar


class Level(StrEnum):
    """Where the patient should go next (clinical.md 1)."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    REFER = "refer"
    UNSURE = "unsure"
    MECHANICAL = "mechanical"


class Klass(StrEnum):
    """What kind of cause a finding points to; for staff only (clinical.md 11)."""

    SERIOUS = "serious"
    STRUCTURAL = "structural"
    INFLAMMATORY = "inflammatory"
    MECHANICAL = "mechanical"
    UNSURE = "unsure"


class Booking(StrEnum):
    """What an outcome allows the patient to book."""

    NOT_OFFERED = "not_offered"
    AFTER_MEDICAL_REVIEW = "after_medical_review"
    HELD = "held"
    CONSULT_FLAGGED = "consult_flagged"
    OPEN = "open"


class CallDue(StrEnum):
    """By when a person must call, counted in opening hours and opening days. No call: None."""

    MINUTES_15 = "15_min"
    OPENING_HOURS_2 = "2_opening_hours"
    SAME_WORKING_DAY = "same_working_day"
    WORKING_DAY_1 = "1_working_day"
    WORKING_DAYS_2 = "2_working_days"


class FirstContact(StrEnum):
    """Whom the patient should see first."""

    PHYSICIAN = "physician"
    OBSTETRIC = "obstetric"
    SPINE = "spine"
    SPORTS = "sports"
    RHEUMATOLOGY = "rheumatology"
    PT_EVALUATION = "pt_evaluation"


class VisitWithin(StrEnum):
    """How soon a visit should be offered where that matters (clinical.md 11, M03)."""

    WEEK_1 = "1_week"
    WEEKS_2 = "2_weeks"


@dataclass(frozen=True)
class Duty:
    """What a level asks of the clinic unless a rule says more."""

    booking: Booking
    call_due: CallDue | None


DUTIES: Final[dict[Level, Duty]] = {
    Level.EMERGENCY: Duty(Booking.NOT_OFFERED, CallDue.MINUTES_15),
    Level.URGENT: Duty(Booking.AFTER_MEDICAL_REVIEW, CallDue.OPENING_HOURS_2),
    Level.REFER: Duty(Booking.CONSULT_FLAGGED, CallDue.WORKING_DAYS_2),
    Level.UNSURE: Duty(Booking.HELD, CallDue.WORKING_DAY_1),
    Level.MECHANICAL: Duty(Booking.OPEN, None),
}
"""clinical.md 1, column by column."""


S = TypeVar("S", bound=StrEnum)


def strictest(values: Iterable[S | None]) -> S | None:
    """The value that stands first in its list; None only if there is no other."""
    given = [value for value in values if value is not None]
    return min(given, key=lambda value: [*type(value).__members__.values()].index(value), default=None)
