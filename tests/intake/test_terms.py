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
}


def every_answer(question_id):
    """Each answer of a question, alone, where it is shown."""
    question = current().question(question_id)
    opened: dict[str, Any] = {"leg_neuro_side": {"leg_numb": "yes"}, "other_side": {"leg_numb": "yes"}}.get(
        question_id, {}
    )
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
