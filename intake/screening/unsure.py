"""The unsure rules N01 to N14: the answers do not settle it, so a PT calls (clinical.md 3.1, with 9 to 12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from intake.questionnaire import Questionnaire
from intake.screening.answers import Reading, State
from intake.screening.beyond import EMERGENCY_RULES, REFER_RULES, URGENT_RULES
from intake.screening.conditions import (
    Condition,
    any_area,
    any_of,
    area_outside,
    at_most,
    fired,
    how_many,
    is_,
    more_than,
    skipped,
    unless,
    yes,
)
from intake.screening.core import of_refer_rules
from intake.screening.free_text import WatchWords
from intake.screening.levels import CallDue, Klass, Level
from intake.screening.logic import Evidence
from intake.screening.rules import Rule
from intake.screening.terms import (
    BELLY_AND_CHEST,
    CES_CORE,
    LOW,
    P1,
    P5,
    P6,
    SPINE,
    below_knee,
    ces_active,
    doubt,
    hop_hurts,
    limps,
    missed_periods,
    neuro,
    sexual_change,
    spread,
    trauma,
    under_2_weeks,
)
from intake.screening.watchlist import Kind

SAME_DAY: Final = frozenset(
    {*P1, *P5, *P6, "sys_fever", "trauma_level", "abd_pulse", "testicle_pain", "preg_warning", "postpartum_warning"}
)
"""Doubt about one of these is called about on the same working day (12.8)."""

ALWAYS_TOLD: Final = (
    "leg_weak",
    "foot_drop",
    "hands_clumsy",
    "gait_unsteady",
    "sys_fever",
    "hx_cancer",
    "dvt_swelling",
    "joint_hot",
    "visc_urinary",
    "visc_gut",
    "sys_weight_loss",
    "hx_osteoporosis",
    "hx_steroid",
    "hx_anticoag",
    "hx_spine_procedure",
    "hx_surgery_3m",
    "hx_infection_3m",
    "arm_weak",
    "arm_numb",
    "leg_numb",
    "abd_pulse",
    "testicle_pain",
    "joint_block",
)
"""Questions that nobody may leave in doubt where they are shown, whatever the place of pain (N02)."""

CAUSES: Final = tuple(f"{row}_cause" for row in CES_CORE)
TAKEN: Final = frozenset({*P1, "preg_warning", *CES_CORE, *ALWAYS_TOLD})
"""Questions whose doubt N01, N02 and U24 judge."""
WORSE_IF_EMPTY: Final = frozenset({"tx_weeks", "prior_imaging_when"})
"""Left empty they count as their worse answer (12.7), so that nothing is in doubt."""
OPENS_OTHERS: Final = frozenset({"prior_imaging"})
"""No rule reads it, but what a rule reads hangs on it."""


@dataclass(frozen=True)
class CoreDoubt(Condition):
    """A core question without an answer, or not sure; or one of a refer rule that was shown and left empty (12.12)."""

    def _found(self, reading: Reading) -> Evidence:
        found = {}
        empty = [q for q in of_refer_rules(reading) | OPENS_OTHERS if reading.left_empty(q)]
        for question in {*reading.core, *empty} - TAKEN - WORSE_IF_EMPTY:
            value = reading.value(question)
            unsure = value == "not_sure" and question not in CAUSES  # U05 took the causes
            if unsure or reading.state(question) is State.SKIPPED:
                found[question] = value
        return {question: found[question] for question in reading.questionnaire.questions if question in found}

    def truth(self, reading: Reading) -> bool | None:
        return bool(self._found(reading))

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        return self._found(reading)

    def reads(self) -> frozenset[str]:
        rules = (*EMERGENCY_RULES, *URGENT_RULES, *REFER_RULES)
        return frozenset().union(*(rule.condition.reads() for rule in rules)) - TAKEN - WORSE_IF_EMPTY

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return "a question that an emergency or urgent rule reads here is skipped or not sure, or one of a refer rule is left empty"


@dataclass(frozen=True)
class Contradiction:
    """Two answers that do not go together. `plain` is for staff."""

    plain: str
    condition: Condition


CHEST_DENIED: Final = Contradiction(
    "Chest pain is marked on the drawing, and denied on the safety page",
    any_area({"chest"}) & is_("em_chest_breath", "no"),
)
INJURY_DENIED: Final = Contradiction(
    "It began after an injury, but there was no fall, crash or blow",
    is_("onset_type", "after_injury") & is_("trauma_level", "none"),
)
NOW_ABOVE_WORST: Final = Contradiction(
    "The pain now is above the worst of the last day", more_than("nprs_now", "nprs_worst")
)
CONTRADICTIONS: Final = (CHEST_DENIED, INJURY_DENIED, NOW_ABOVE_WORST)

WITHHELD: Final = any_of(
    # 12.12: where U06 or U15 would fire if the answer were the worse one.
    is_("ces_sexual", "prefer_not") & (neuro | below_knee) & unless(ces_active),
    is_("menses", "prefer_not")
    & any_area({"hip_groin", "pelvis"})
    & yes("runner")
    & (hop_hurts | limps | is_("run_pain_timing", "builds", "stops_me"))
    & unless(fired("U15")),
)

OTHER_P5_CHANGE: Final = any_of(
    *(
        is_(row, "new", "worse", "since_start", "old_same", "not_sure") | skipped(row)
        for row in ("ces_saddle", "ces_bowel", "ces_sexual")
    )
)


def unsure(
    rule_id: str,
    plain: str,
    condition: Condition,
    *,
    points_to: str,
    strength: str = "C",
    source: str = "own",
    call_due: CallDue | None = None,
    same_day: frozenset[str] = frozenset(),
) -> Rule:
    """An N row: held until a PT has called. It names no first contact."""
    return Rule(
        rule_id, Level.UNSURE, Klass.UNSURE, None, points_to, strength, source, plain, condition, call_due, same_day
    )


UNSURE_RULES: Final = (
    unsure(
        "N01",
        "An emergency question is not sure, skipped or older, or chest pain is marked but denied",
        any_of(
            *(is_(row, "not_sure", "older") | skipped(row) for row in P1),
            doubt("preg_warning"),
            CHEST_DENIED.condition,
        ),
        points_to="emergency not ruled out",
        call_due=CallDue.SAME_WORKING_DAY,
    ),
    unsure(
        "N02",
        "A warning sign or health question is not sure or skipped",
        any_of(
            *(doubt(question) for question in ALWAYS_TOLD),
            any_of(*(doubt(row) for row in CES_CORE)) & unless(fired("U24")),
        ),
        points_to="warning sign not ruled out",
        same_day=SAME_DAY,
    ),
    unsure(
        "N03",
        "Answers that contradict each other",
        any_of(INJURY_DENIED.condition, NOW_ABOVE_WORST.condition),
        points_to="contradiction",
    ),
    unsure(
        "N04",
        "Words in the free text need a person to read them",
        WatchWords((Kind.EMERGENCY, Kind.HEALTH)),
        points_to="words of a warning sign",
        call_due=CallDue.SAME_WORKING_DAY,
    ),
    unsure("N05", "Six places or more", how_many("pain_areas", 6), points_to="widespread pain"),
    unsure(
        "N06",
        "Under 12, or under 18 and no guardian answers",
        at_most("age_years", 11) | (at_most("age_years", 17) & is_("answered_by", "self", "helper", "staff")),
        points_to="a minor",
    ),
    unsure(
        "N07",
        "An old change of bladder, bowel or saddle with a known cause, or leaks on exertion only",
        any_of(*(is_(row, "old_same") & yes(f"{row}_cause") for row in CES_CORE))
        | (is_("ces_bladder", "stress_leak") & unless(OTHER_P5_CHANGE)),
        points_to="check that it is stable; pelvic health",
        source="S4",
    ),
    unsure(
        "N08",
        "A sexual change alone",
        (sexual_change | is_("ces_sexual", "old_same"))
        & unless(fired(*(rule.id for rule in (*EMERGENCY_RULES, *URGENT_RULES, *REFER_RULES)))),
        points_to="unlikely cauda equina",
        strength="B",
        source="S4",
    ),
    unsure(
        "N09",
        "Night sweats, or feeling very unwell",
        yes("sys_night_sweats", "sys_very_unwell"),
        points_to="general illness",
    ),
    unsure(
        "N10",
        "A numb or tingling leg with pain in a limb only",
        # 12.12: not beside R01.
        yes("leg_numb") & area_outside(()) & unless(any_area(SPINE | LOW)) & unless(spread) & unless(fired("R01")),
        points_to="local nerve",
    ),
    unsure(
        "N11",
        "Pain in chest or belly only",
        any_area(BELLY_AND_CHEST) & unless(area_outside(BELLY_AND_CHEST)),
        points_to="not of bone, joint or muscle",
    ),
    unsure(
        "N12",
        "A question that must be answered is not",
        any_of(CoreDoubt(), WITHHELD),
        points_to="not settled by the answers",
        same_day=SAME_DAY,
    ),
    unsure(
        "N13",
        "A runner without periods, no other sign of low energy",
        missed_periods & unless(fired("R21")),
        points_to="low energy for sport (REDs)",
        strength="B",
        source="S13",
    ),
    unsure(
        "N14",
        "New calf pain at risk of a clot, not swollen, that moving changes",
        # U14 asks for pain that moving does not change: walking on a clot hurts, too (decision 0064).
        any_area({"calf"})
        & yes("dvt_risk")
        & under_2_weeks
        & unless(trauma)
        & unless(is_("onset_type", "sudden_activity"))
        & unless(fired("U14")),
        points_to="deep vein thrombosis not ruled out",
        source="S29",
        call_due=CallDue.SAME_WORKING_DAY,
    ),
)
