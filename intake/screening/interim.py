"""The interim rules: until the urgent, refer and unsure tables are in, only an all-clear opens booking.

Any answer to a safety question other than its clear one, any such question skipped or answered "not sure", any word
of the watch list and any picture that the missing tables would judge ends UNSURE (held, a person calls). All of it
stands in this one module, so that the whole table replaces it in one piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from intake.questionnaire import Questionnaire
from intake.screening.answers import Reading, State
from intake.screening.conditions import (
    Condition,
    any_area,
    any_of,
    area_outside,
    at_least,
    at_most,
    how_many,
    is_,
    more_than,
    unless,
)
from intake.screening.levels import CallDue, Klass, Level
from intake.screening.logic import Evidence
from intake.screening.rules import Rule
from intake.screening.terms import BELLY_AND_CHEST, P1, P5, P6, SPINE, sudden
from intake.screening.watchlist import Kind, scan

NO: Final = frozenset({"no"})
NONE: Final = frozenset({"none"})

CLEAR: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(P1, NO),
    **dict.fromkeys(("preg_warning", "postpartum_warning"), NO),
    "trauma_level": frozenset({"none", "twist"}),
    **dict.fromkeys(P5, NO),
    "ces_sexual": frozenset({"no", "prefer_not"}),
    "leg_pain_extent": NONE,
    **dict.fromkeys(
        ("leg_numb", "foot_drop", "other_side", "band_pain", "hands_clumsy", "gait_unsteady", "arm_numb"), NO
    ),
    **dict.fromkeys(("leg_weak", "arm_weak"), NONE),
    **dict.fromkeys(
        (
            "sys_fever",
            "sys_night_sweats",
            "sys_weight_loss",
            "sys_very_unwell",
            "hx_osteoporosis",
            "hx_steroid",
            "hx_immune",
            "hx_ivdu",
            "hx_spine_procedure",
            "hx_surgery_3m",
            "hx_infection_3m",
            "hx_anticoag",
            "hx_spine_surgery",
            "hx_inflam",
            "hx_aneurysm",
            "visc_urinary",
            "visc_gut",
            "testicle_pain",
            "height_loss",
            "abd_pulse",
        ),
        NO,
    ),
    "hx_ivdu": frozenset({"no", "prefer_not"}),
    "hx_cancer": frozenset({"no", "skin_minor"}),
    "pain_trend": frozenset({"better", "same"}),
    "pain_trend_month": frozenset({"better", "same"}),
    "pain_mech": frozenset({"clear", "some"}),
    "pain_night": frozenset({"none", "aches", "settles"}),
    "morning_stiff": frozenset({"none", "lt_30"}),
    "back_bend_hurts": frozenset({"no", "not_tried"}),
    "walk_claud": NO,
    "tx_response": frozenset({"none", "better"}),
    "prior_imaging_finding": frozenset({"none_given", "normal", "age_changes", "disc"}),
    **dict.fromkeys(("limp", "dvt_swelling", "dvt_risk", "joint_hot", "joint_block", "pop_felt", "bone_point"), NO),
    "push_off": frozenset({"ok"}),
    "hop_hurts": frozenset({"no", "not_tried"}),
    "stress_fx_history": NO,
    "menses": frozenset({"regular", "irregular", "hormones", "menopause", "not_applicable", "prefer_not"}),
}
"""The clear answers of each safety question. Section 3.2 of clinical.md says what does not stand alone.

"Prefer not to say" is an answer (11). It is clear where it holds nobody in the whole table either: E12 has taken it
by then if there is fever, and what it could weaken (U06, U15) needs another answer that is not clear.
"""

NEEDED: Final = frozenset(
    {
        "sex_at_birth",
        "age_years",
        "pregnancy_status",
        "visit_reason",
        "pain_areas",
        "main_area",
        "onset_type",
        "duration_band",
        "onset_age",
        "leg_pain_side",
        "leg_neuro_side",
        "neuro_trend",
        "hx_smoke",
        "nprs_worst",
        "pain_ease",
        "exercise_effect",
        "rest_effect",
        "claud_stand_eases",
        "claud_sit_eases",
        "prior_episodes",
        "tx_weeks",
        "prior_imaging",
        "prior_imaging_when",
        "runner",
        "run_long_jump",
        "run_week_change",
        "run_pain_timing",
        "fuel_low",
    }
)
"""Questions that some rule reads together with others: any answer is clear by itself, no answer is not."""

AFTER_RESULT: Final = frozenset(
    [
        "run_surface",
        "run_surface_change",
        "shoe_miles",
        "shoe_change",
        "foot_strike",
        "form_signs",
        "warmup",
        "strength_days",
        "rest_days",
        "hip_tight",
        "foot_roll",
        "sit_hours",
        "out_worry",
        "out_recover",
        "out_move_harm",
        "out_mood",
        "out_sleep",
        "goal_text",
        "goal_activity",
        "goal_ability",
        "race_date",
        "prior_tx",
        "medicines",
    ]
)
OPTIONAL: Final = frozenset(
    {"answered_by", "place", "state", "language", "pain_side", "nprs_now", "run_miles_week", "free_text"}
    | {"surgery_date", "surgeon_limits", *AFTER_RESULT}
)
"""Questions whose absence holds nobody. What is written in them may still (the watch list, a contradiction)."""

SAME_DAY: Final = frozenset(
    {*P1, *P5, *P6, "sys_fever", "trauma_level", "abd_pulse", "testicle_pain", "preg_warning", "postpartum_warning"}
)
"""Doubt about one of these is called about on the same working day (12.8)."""

SERVICES: Final = ("massage", "performance", "pelvic_health")
ORDERED: Final = ("after_surgery", "doctor_order")


def may_be_skipped(question: str, reading: Reading) -> bool:
    """Short paths (12.1, 12.12): services without a pain need P1 and P5 only, care after surgery does not need P10."""
    visit = reading.value("visit_reason")
    if visit in SERVICES and reading.value("pain_areas") == ["none"]:
        return question not in {*P1, *P5, "age_years", "sex_at_birth", "pregnancy_status"}
    on_p10 = {
        "runner",
        "stress_fx_history",
        "run_long_jump",
        "run_week_change",
        "run_pain_timing",
        "fuel_low",
        "menses",
    }
    return visit in ORDERED and question in on_p10


@dataclass(frozen=True)
class Doubt(Condition):
    """The question is shown, no earlier rule took its answer, and it is skipped, not sure or not clear."""

    question: str

    def truth(self, reading: Reading) -> bool | None:
        if self.question in reading.taken:
            return False
        state = reading.state(self.question)
        if state is State.SKIPPED:
            return not may_be_skipped(self.question, reading)
        if state not in (State.ANSWERED, State.NOT_SURE):
            return False
        clear = CLEAR.get(self.question)
        if clear is None:
            return state is State.NOT_SURE and reading.values[self.question] != "prefer_not"
        value = reading.values[self.question]
        return not clear.issuperset(value if isinstance(value, list) else {value})

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        return {self.question: reading.values.get(self.question)}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return f"doubt about {self.question}"


@dataclass(frozen=True)
class WatchWords(Condition):
    """A free text holds words of the watch list. Health words count only while their question was not answered yes."""

    kinds: tuple[Kind, ...]

    def _hits(self, reading: Reading) -> Evidence:
        found: Evidence = {}
        for question in reading.questionnaire.questions.values():
            text = reading.values.get(question.id) if question.type == "text" else None
            if text and any(self._counts(kind, text, reading) for kind in self.kinds):
                found[question.id] = text
        return found

    def _counts(self, kind: Kind, text: str, reading: Reading) -> bool:
        known = {
            "sys_fever": reading.value("sys_fever") == "yes",
            "hx_cancer": reading.value("hx_cancer") in ("past", "recent", "skin_minor"),
        }
        return any(not known.get(word.asked_by, False) for word in scan(text).words if word.kind is kind)

    def truth(self, reading: Reading) -> bool | None:
        return bool(self._hits(reading))

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        return self._hits(reading)

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return "free text holds " + " or ".join(f"{kind.value} words" for kind in self.kinds)


def unsure(rule_id: str, plain: str, condition: Condition, call_due: CallDue | None = None) -> Rule:
    """An interim row."""
    return Rule(
        rule_id, Level.UNSURE, Klass.UNSURE, None, "not settled by the answers", "C", "own", plain, condition, call_due
    )


PICTURES: Final = any_of(
    # Each line stands for rules still to come; it opens nothing that they would hold.
    at_most("age_years", 11) | (at_most("age_years", 17) & unless(is_("answered_by", "guardian"))),  # N06
    any_area({"chest"}) & is_("em_chest_breath", "no"),  # N01
    any_area(BELLY_AND_CHEST) & ~area_outside(BELLY_AND_CHEST),  # N11
    how_many("pain_areas", 6),  # N05
    is_("onset_type", "after_injury") & is_("trauma_level", "none"),  # N03
    more_than("nprs_now", "nprs_worst"),  # N03
    at_least("nprs_worst", 8)
    & (is_("pregnancy_status", "pregnant", "postpartum") | is_("main_area", "upper_back")),  # R09, R22
    at_least("age_years", 70) & any_area(SPINE) & sudden,  # U12
    any_area({"hip_groin", "pelvis"}) & is_("run_pain_timing", "builds", "stops_me"),  # U15
    is_("duration_band", "gt_12w") & is_("exercise_effect", "better") & is_("rest_effect", "same", "worse"),  # R06
    at_most("age_years", 19) & any_area({"low_back"}) & is_("exercise_effect", "worse"),  # R10
)

SAFETY_QUESTIONS: Final = frozenset(CLEAR) | NEEDED

INTERIM_RULES: Final = (
    unsure(
        "N00.1",
        "An emergency question is not clear",
        any_of(*(Doubt(question) for question in sorted(SAFETY_QUESTIONS & SAME_DAY))),
        CallDue.SAME_WORKING_DAY,
    ),
    unsure(
        "N00.2",
        "A health question is not clear",
        any_of(*(Doubt(question) for question in sorted(SAFETY_QUESTIONS - SAME_DAY))),
    ),
    unsure(
        "N00.3",
        "Words in the free text need a person to read them",
        WatchWords((Kind.EMERGENCY, Kind.HEALTH)),
        CallDue.SAME_WORKING_DAY,
    ),
    unsure("N00.4", "Clear answers that together need a person to judge", PICTURES),
)
