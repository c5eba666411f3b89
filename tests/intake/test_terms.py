"""The shared terms of the rules, each written out: which areas, and which answers make a derived value true."""

from typing import Any

import pytest

from intake.questionnaire import current
from intake.screening import terms
from intake.screening.answers import Reading
from tests.intake.answering import all_clear

AREAS = {option.code for option in current().question("pain_areas").options} - {"none"}

SETS = {
    "SPINE": "neck upper_back shoulder_blade low_back sacrum",
    "LOW": "low_back sacrum pelvis buttock",
    "LIMB": "pelvis hip_groin hip_side thigh knee shin calf achilles ankle heel foot",
    "ARM": "shoulder elbow wrist_hand arm",
    "TRUNK": "neck upper_back shoulder_blade low_back sacrum chest abdomen_flank",
    "CORD": "neck upper_back shoulder_blade",
    "HIP": "hip_groin hip_side thigh buttock pelvis",
    "INJURED_TRUNK": "neck upper_back shoulder_blade low_back sacrum chest abdomen_flank buttock hip_groin pelvis",
}


@pytest.mark.parametrize("name", SETS)
def test_set_of_areas_is_that_of_the_brief(name):
    assert getattr(terms, name) == set(SETS[name].split())


def test_every_place_on_the_chart_belongs_to_a_set():
    assert terms.SPINE | terms.LOW | terms.LIMB | terms.ARM | terms.BELLY_AND_CHEST == AREAS


def test_pages_of_the_terms_are_those_of_the_questionnaire():
    for page, questions in (("P1", terms.P1), ("P5", terms.P5), ("P6", terms.P6)):
        assert {question.id for question in current().page(page).questions} == set(questions)


CES = ("ces_saddle", "ces_bladder", "ces_bowel")
TERMS: dict[str, list[tuple[str, Any]]] = {
    "in_spine": [("pain_areas", [area]) for area in sorted(terms.SPINE)],
    "in_trunk": [("pain_areas", [area]) for area in sorted(terms.TRUNK)],
    "leg_weak": [("leg_weak", "mild"), ("leg_weak", "major"), ("foot_drop", "yes")],
    "neuro": [("leg_numb", "yes"), ("leg_weak", "mild"), ("leg_weak", "major"), ("foot_drop", "yes")],
    "arm_weak": [("arm_weak", "mild"), ("arm_weak", "major")],
    "arm_neuro": [("arm_numb", "yes"), ("arm_weak", "mild"), ("arm_weak", "major")],
    "both_legs": [("leg_neuro_side", "both"), ("other_side", "yes")],
    "clumsy_or_unsteady": [("hands_clumsy", "yes"), ("gait_unsteady", "yes")],
    "ces_active": [(row, code) for row in CES for code in ("new", "worse")],
    "ces_since_start": [(row, "since_start") for row in CES],
    "cancer": [("hx_cancer", "past"), ("hx_cancer", "recent")],
    "infection_risk": [
        (risk, "yes") for risk in ("hx_ivdu", "hx_immune", "hx_spine_procedure", "hx_surgery_3m", "hx_infection_3m")
    ],
    "sudden": [("onset_type", "sudden_activity"), ("onset_type", "sudden_no_cause")],
    "trauma": [("trauma_level", "minor"), ("trauma_level", "major")],
    "under_2_weeks": [("duration_band", "lt_2w")],
    "under_6_weeks": [("duration_band", "lt_2w"), ("duration_band", "w2_6")],
    "over_12_weeks": [("duration_band", "gt_12w")],
    "long_pain": [("duration_band", "w6_12"), ("duration_band", "gt_12w")],
    "new_pain": [("duration_band", "lt_2w"), ("duration_band", "w2_6"), ("duration_band", "w6_12")],
    "in_low": [("pain_areas", [area]) for area in sorted(terms.LOW)],
    "cord_sign": [("band_pain", "yes"), *(("pain_areas", [area]) for area in sorted(terms.CORD))],
    "spread": [("leg_pain_extent", "above_knee"), ("leg_pain_extent", "below_knee")],
    "below_knee": [("leg_pain_extent", "below_knee")],
    "thin_bones": [("hx_osteoporosis", "yes"), ("hx_steroid", "yes")],
    "hop_hurts": [("hop_hurts", "yes"), ("hop_hurts", "too_sore")],
    "childbearing": [("pregnancy_status", "pregnant"), ("pregnancy_status", "postpartum")],
    "sexual_change": [("ces_sexual", code) for code in ("new", "worse", "since_start")],
    "load_jump": [("run_long_jump", "large"), ("run_week_change", "up_lot"), ("run_week_change", "new_runner")],
    "no_ease": [("pain_ease", "no"), ("pain_ease", "only_walking")],
    "major_trauma": [("trauma_level", "major")],
    "nerve_worse": [("neuro_trend", "worse")],
    "getting_worse": [("pain_trend", "worse")],
    "all_night": [("pain_night", "constant")],
    "fever": [("sys_fever", "yes")],
    "limps": [("limp", "yes")],
}


def every_answer(question_id):
    """Each answer of a question, alone, where it is shown."""
    question = current().question(question_id)
    after_numb = ("leg_neuro_side", "other_side", "neuro_trend")
    opened: dict[str, Any] = {"leg_numb": "yes"} if question_id in after_numb else {}
    if question_id.startswith("arm_"):
        opened = {"pain_areas": ["neck"]}
    for option in question.options:
        if option.code != "none" or question_id != "pain_areas":
            value = [option.code] if question.repeats else option.code
            yield value, all_clear(**{**opened, question_id: value})


@pytest.mark.parametrize("name", TERMS)
def test_term_is_true_of_exactly_these_answers(name):
    term = getattr(terms, name)
    assert {question for question, _ in TERMS[name]} == term.reads()
    for question in sorted(term.reads()):
        found = [value for value, answers in every_answer(question) if term.truth(Reading(answers, current())) is True]
        assert sorted(map(str, found)) == sorted(str(value) for key, value in TERMS[name] if key == question)


@pytest.mark.parametrize(
    ("mech", "ease", "expected"),
    [
        ("constant", "no", True),
        ("constant", "only_walking", True),
        ("constant", "yes", False),
        ("some", "no", False),
        ("clear", "only_walking", False),
        ("constant", "not_sure", None),
    ],
)
def test_pain_is_non_mechanical_when_neither_movement_nor_position_changes_it(mech, ease, expected):
    answers = all_clear(pain_mech=mech, pain_ease=ease)
    assert terms.non_mechanical.truth(Reading(answers, current())) is expected


def test_pain_of_unknown_length_counts_as_new():
    assert terms.new_pain.truth(Reading(all_clear(duration_band=...), current())) is True


RISKS = [
    {"stress_fx_history": "yes"},
    {"menses": "stopped_3m"},
    {"menses": "irregular"},
    {"menses": "never_started", "age_years": 15, "answered_by": "guardian"},
    {"fuel_low": "yes"},
    {"run_long_jump": "large"},
    {"run_week_change": "up_lot"},
    {"run_week_change": "new_runner"},
    {"hx_osteoporosis": "yes"},
    {"hx_steroid": "yes"},
    {"pregnancy_status": "postpartum"},
    {"pregnancy_status": "pregnant"},
]


@pytest.mark.parametrize("risk", RISKS, ids=str)
def test_each_risk_of_bone_stress_counts_once(risk):
    reading = Reading(all_clear(**risk), current())
    assert terms.bone_stress_risk.truth(reading) is True
    assert terms.bone_stress_risks.truth(reading) is False


@pytest.mark.parametrize(
    "pair",
    [
        {"hx_osteoporosis": "yes", "hx_steroid": "yes"},
        {"run_long_jump": "large", "run_week_change": "up_lot"},
    ],
    ids=str,
)
def test_risks_of_one_kind_count_once_together(pair):
    assert terms.bone_stress_risks.truth(Reading(all_clear(**pair), current())) is False


@pytest.mark.parametrize(
    "no_risk",
    [
        {"menses": "never_started", "age_years": 14, "answered_by": "guardian"},
        {"menses": "prefer_not"},
        {"run_long_jump": "some", "run_week_change": "up_some"},
        {"pregnancy_status": "maybe"},
    ],
    ids=str,
)
def test_what_is_no_risk_of_bone_stress(no_risk):
    assert terms.bone_stress_risk.truth(Reading(all_clear(**no_risk), current())) is not True


@pytest.mark.parametrize(
    "flags",
    [
        {"age_years": 50, "prior_episodes": "none"},
        {"age_years": 17, "answered_by": "guardian"},
        {"age_years": 70},
        {"age_years": 72, "prior_episodes": "none"},
        {"pain_areas": ["upper_back"]},
        {"pain_night": "constant"},
        {"pain_mech": "constant", "pain_ease": "no"},
        {"pain_trend": "worse"},
        {"tx_response": "no_change"},
        {"tx_response": "worse"},
        {"nprs_worst": 8},
        {"trauma_level": "minor", "age_years": 50},
    ],
    ids=str,
)
def test_each_weak_flag_counts_once(flags):
    reading = Reading(all_clear(**flags), current())
    assert sum(flag.truth(reading) is True for flag in terms.WEAK_FLAGS) == 1


@pytest.mark.parametrize(
    "nothing",
    [
        {},
        {"age_years": 50},
        {"age_years": 50, "prior_episodes": "none", "duration_band": "gt_12w"},
        {"age_years": 49, "prior_episodes": "none", "trauma_level": "minor"},
        {"age_years": 17, "answered_by": "guardian", "pain_areas": ["knee"]},
        {"age_years": 69, "trauma_level": "twist"},
        {"age_years": 60, "trauma_level": "major"},
        {"nprs_worst": 7, "tx_response": "better", "pain_night": "up_to_ease"},
    ],
    ids=str,
)
def test_what_is_no_weak_flag(nothing):
    reading = Reading(all_clear(**nothing), current())
    assert sum(flag.truth(reading) is True for flag in terms.WEAK_FLAGS) == 0
