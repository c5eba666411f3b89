"""What an all-clear fits: read only when no rule above fired, in this order, the first that fits (clinical.md 3, 12.1).

M03 (pain down a leg without a nerve sign) comes with the whole table: in this cut any spread is held by N00.1.
"""

from __future__ import annotations

from typing import Final

from intake.screening.conditions import Condition, all_of, any_area, is_
from intake.screening.interim import ORDERED, SERVICES, unsure
from intake.screening.levels import FirstContact, Klass, Level
from intake.screening.rules import Rule
from intake.screening.terms import ARM, LIMB, LOW, SPINE


def mechanical(rule_id: str, points_to: str, condition: Condition, *, strength: str, source: str) -> Rule:
    """An M row: open to book."""
    return Rule(
        rule_id,
        Level.MECHANICAL,
        Klass.MECHANICAL,
        FirstContact.PT_EVALUATION,
        points_to,
        strength,
        source,
        "Every safety question is clear",
        condition,
    )


LAST_RULES: Final = (
    mechanical("M05", "care after surgery or by order", is_("visit_reason", *ORDERED), strength="C", source="own"),
    mechanical(
        "M06",
        "a service without a pain",
        is_("visit_reason", *SERVICES) & is_("pain_areas", "none"),
        strength="C",
        source="own",
    ),
    mechanical(
        "M01",
        "muscular strain pattern",
        any_area({"low_back"}) & is_("onset_type", "sudden_activity") & is_("duration_band", "lt_2w", "w2_6"),
        strength="B",
        source="P",
    ),
    mechanical("M02", "lumbar load pattern", any_area({"low_back"}), strength="B", source="P"),
    mechanical("M04", "regional load pattern", any_area(SPINE | LOW | LIMB | ARM), strength="C", source="own"),
    unsure("N00.5", "Clear answers that fit no pattern", all_of()),
)
