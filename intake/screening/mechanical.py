"""The mechanical patterns M01 to M06: read only when no rule above fired, the first that fits (clinical.md 3.1, 12.1)."""

from __future__ import annotations

from typing import Final

from intake.screening.answers import ORDERED, SERVICES, Reading
from intake.screening.conditions import Condition, any_area, is_, unless
from intake.screening.levels import FirstContact, Klass, Level, VisitWithin
from intake.screening.rules import Rule
from intake.screening.terms import ARM, LIMB, LOW, SPINE, getting_worse, spread, under_6_weeks


def mechanical(rule_id: str, plain: str, condition: Condition, *, points_to: str, strength: str, source: str) -> Rule:
    """An M row: open to book."""
    contact = FirstContact.PT_EVALUATION
    return Rule(rule_id, Level.MECHANICAL, Klass.MECHANICAL, contact, points_to, strength, source, plain, condition)


MECHANICAL_RULES: Final = (
    mechanical(
        "M05",
        "Care after surgery or by a doctor's order, nothing else found",
        is_("visit_reason", *ORDERED),
        points_to="care after surgery or by order",
        strength="C",
        source="own",
    ),
    mechanical(
        "M06",
        "A service without a pain, the safety questions clear",
        is_("visit_reason", *SERVICES) & is_("pain_areas", "none"),
        points_to="a service without a pain",
        strength="C",
        source="own",
    ),
    mechanical(
        "M01",
        "Low back pain since a movement under 6 weeks ago, without spread",
        any_area({"low_back"}) & is_("onset_type", "sudden_activity") & under_6_weeks & unless(spread),
        points_to="muscular strain pattern",
        strength="B",
        source="P",
    ),
    mechanical(
        "M02",
        "Low back pain without spread",
        any_area({"low_back"}) & unless(spread),
        points_to="lumbar load pattern",
        strength="B",
        source="P",
    ),
    mechanical(
        "M03",
        "Pain that spreads down a leg, without a nerve sign",
        spread,
        points_to="sciatica pattern without nerve loss: a PT soon, and the questions again each week",
        strength="A",
        source="S8, M1",
    ),
    mechanical(
        "M04",
        "Pain of a joint or region, nothing else found",
        any_area(SPINE | LOW | LIMB | ARM),
        points_to="regional load pattern",
        strength="C",
        source="own",
    ),
)
"""In the order in which they are tried."""

SOON: Final = under_6_weeks & unless(getting_worse)


def visit_within(reading: Reading) -> VisitWithin | None:
    """How soon a PT should see a sciatica pattern (M03): within 1 week when new and not worse, else 2. Else None."""
    if "M03" not in reading.fired:
        return None
    return VisitWithin.WEEK_1 if SOON.truth(reading) else VisitWithin.WEEKS_2
