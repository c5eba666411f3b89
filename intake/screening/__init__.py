"""Screening: from a questionnaire's answers to a level, a booking gate and a due time. Pure: no database.

    result = evaluate(answers, questionnaire=current())
    emergency_now(answers, questionnaire=current())     # after every page

The rules are in `rules` (emergency), `urgent`, `refer`, `organs`, `injuries`, `beyond`, `unsure` and `mechanical`, their
language in `conditions`, what free text may hold in `watchlist`. What they decide, and what awaits a clinician: docs/clinical-safety.md.
"""

from __future__ import annotations

from intake.screening.judge import RULESET, emergency_now, evaluate
from intake.screening.levels import Booking, CallDue, FirstContact, Klass, Level
from intake.screening.outcome import CRISIS_WORDS, EMERGENCY_WORDS, Finding, Result

__all__ = [
    "CRISIS_WORDS",
    "EMERGENCY_WORDS",
    "RULESET",
    "Booking",
    "CallDue",
    "Finding",
    "FirstContact",
    "Klass",
    "Level",
    "Result",
    "emergency_now",
    "evaluate",
]
