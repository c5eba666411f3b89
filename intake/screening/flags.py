"""Which answers raise a flag, whether or not a rule fires: present, absent, not sure, left empty, not asked.

"Asked and no" and "not asked" are never the same (clinical.md 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from intake.screening.answers import Reading, State
from intake.screening.terms import P1, P5

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
            "head_signs",
            "lump",
            "wound_problem",
            "arm_swelling",
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
"""The answers of each safety question that raise no flag. Section 3.2 of clinical.md says what does not stand alone."""


@dataclass(frozen=True)
class Flags:
    """Every safety question in exactly one of these, in the order of the form."""

    present: dict[str, Any]
    absent: tuple[str, ...]
    not_sure: tuple[str, ...]
    skipped: tuple[str, ...]
    not_asked: tuple[str, ...]


def flags_of(reading: Reading) -> Flags:
    """Sort the safety questions by what was answered."""
    asked = [question for question in reading.questionnaire.questions if question in CLEAR]
    states = {question: reading.state(question) for question in asked}
    answered = [question for question in asked if states[question] is State.ANSWERED]
    present = {q: reading.values[q] for q in answered if not _is_clear(q, reading.values[q])}
    return Flags(
        present=present,
        absent=tuple(q for q in answered if q not in present),
        not_sure=tuple(q for q in asked if states[q] is State.NOT_SURE),
        skipped=tuple(q for q in asked if states[q] is State.SKIPPED),
        not_asked=tuple(q for q in asked if states[q] in (State.NOT_SHOWN, State.NOT_YET)),
    )


def _is_clear(question: str, value: Any) -> bool:
    return CLEAR[question].issuperset(value if isinstance(value, list) else [value])
