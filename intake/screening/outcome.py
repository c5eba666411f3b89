"""An outcome and the findings that it rests on: values to be stored as they are, never worked out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from intake.screening.flags import Flags
from intake.screening.levels import Booking, CallDue, FirstContact, Klass, Level, VisitWithin

EMERGENCY_WORDS: Final = "emergency_words"
CRISIS_WORDS: Final = "crisis_words"


@dataclass(frozen=True)
class Finding:
    """A rule that fired. `answers`: exactly those that made it true; None is a skipped question."""

    rule_id: str
    level: Level
    klass: Klass
    strength: str
    points_to: str
    plain: str
    answers: dict[str, Any]


@dataclass(frozen=True)
class Contradicted:
    """Two answers that do not go together, and what is wrong with them."""

    plain: str
    answers: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """An outcome, to be stored as it is and never worked out again.

    `missing`: questions that had to be answered and were not. `not_sure`: questions answered "not sure". `alerts`: EMERGENCY_WORDS and
    CRISIS_WORDS when a free text holds such words: show the words that belong to them and alert a person at once.
    While a form is under way (`upto`) a result without findings is UNSURE: nothing opens before the last page.
    """

    level: Level
    klass: Klass
    booking: Booking
    call_due: CallDue | None
    first_contact: FirstContact | None
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    not_sure: tuple[str, ...]
    alerts: tuple[str, ...]
    ruleset: str
    questionnaire: str
    flags: Flags
    contradictions: tuple[Contradicted, ...]
    factors: tuple[str, ...]
    visit_within: VisitWithin | None

    @property
    def is_emergency(self) -> bool:
        """Stop the form and show the emergency page."""
        return self.level is Level.EMERGENCY
