"""Which questions this patient must answer: those that an emergency or urgent rule may go by (clinical.md 12.8)."""

from __future__ import annotations

from functools import cache
from typing import Final

from intake.screening.answers import Reading
from intake.screening.beyond import EMERGENCY_RULES, REFER_RULES, URGENT_RULES
from intake.screening.conditions import Condition
from intake.screening.logic import All, Named
from intake.screening.statements import Is

ALWAYS: Final = frozenset({"age_years", "sex_at_birth", "pregnancy_status", "visit_reason", "pain_areas"})
"""Asked of everybody they apply to, and always needed (12.12)."""


def core_questions(reading: Reading) -> frozenset[str]:
    """The questions that E and U rules read whose place of pain holds here, as far as they are shown."""
    return (_safety(_places(reading)) | ALWAYS) & reading.visible


def of_refer_rules(reading: Reading) -> frozenset[str]:
    """The questions that R rules read whose place of pain holds here, shown or not."""
    return _refer(_places(reading))


def _places(reading: Reading) -> frozenset[str]:
    return frozenset(reading.value("pain_areas") or ())


@cache
def _safety(places: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(_read(rule.condition, places) for rule in (*EMERGENCY_RULES, *URGENT_RULES)))


@cache
def _refer(places: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(_read(rule.condition, places) for rule in REFER_RULES))


def _read(condition: Condition, places: frozenset[str]) -> frozenset[str]:
    """What a condition reads, without the branches that ask for pain in another place than marked."""
    parts = condition.parts()
    if isinstance(condition, All) and any(_is_elsewhere(part, places) for part in parts):
        return frozenset()
    if not parts:
        return condition.reads()
    return frozenset().union(*(_read(part, places) for part in parts))


def _is_elsewhere(condition: Condition, places: frozenset[str]) -> bool:
    while isinstance(condition, Named):
        condition = condition.condition
    return isinstance(condition, Is) and condition.question == "pain_areas" and places.isdisjoint(condition.codes)
