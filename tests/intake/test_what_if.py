"""The single answers whose change would raise or lower the level."""

import random

import pytest

from intake.questionnaire import current
from intake.screening import Level, evaluate
from intake.screening.judge import HELD_RULES
from intake.screening.what_if import Change, _others, what_if
from tests.intake.answering import all_clear, left_open, nearly_clear_answers, wild_answers


def found(**changes):
    result = what_if(all_clear(**changes), questionnaire=current())
    return [(c.question, c.answer, c.level) for c in result.raising], [
        (c.question, c.answer, c.level) for c in result.lowering
    ]


def test_clear_patient_is_raised_by_each_emergency_sign_and_lowered_by_nothing():
    raising, lowering = found()
    assert lowering == []
    for question in current().page("P1").questions:
        assert (question.id, "yes", Level.EMERGENCY if question.id != "em_cannot_walk" else Level.URGENT) in raising
    assert ("ces_saddle", "new", Level.EMERGENCY) in raising
    assert ("leg_numb", "yes", Level.REFER) in raising


def test_what_an_answer_would_open_is_not_held_against_it():
    raising, _ = found(pain_areas=["knee"])
    assert not [change for change in raising if change[0] == "duration_band"]


def test_the_one_sign_that_made_it_refer_lowers_it():
    _, lowering = found(leg_numb="yes")
    assert ("leg_numb", "no", Level.MECHANICAL) in lowering


def test_numbers_are_tried_on_both_sides_of_each_limit():
    raising, _ = found(leg_pain_extent="below_knee")
    assert ("nprs_worst", 8, Level.REFER) in raising
    assert not [change for change in raising if change[0] == "nprs_worst" and change[1] < 8]


def test_places_are_tried_one_more_and_one_less():
    raising, _ = found()
    assert ("pain_areas", ["low_back", "chest"], Level.UNSURE) in raising
    _, lowering = found(pain_areas=["low_back", "heel"], leg_numb="yes", main_area="heel")
    assert ("pain_areas", ["heel"], Level.UNSURE) in lowering


@pytest.mark.parametrize("changes", [{}, {"leg_numb": "yes"}, {"visit_reason": "massage", "pain_areas": ["none"]}])
def test_every_change_gives_another_level(changes):
    now = evaluate(all_clear(**changes), questionnaire=current()).level
    result = what_if(all_clear(**changes), questionnaire=current())
    order = list(Level)
    assert all(order.index(change.level) < order.index(now) for change in result.raising)
    assert all(order.index(change.level) > order.index(now) for change in result.lowering)


def test_rubbish_breaks_nothing():
    assert what_if({"pain_areas": 3, "age_years": "x"}, questionnaire=current()).raising


def one_by_one(answers):
    """The same, each answer judged by itself from the start."""
    form, order = current(), list(Level)
    now = evaluate(answers, questionnaire=form).level
    shown, counting = form.shown(answers), form.effective(answers)
    opened = frozenset(form.questions) - frozenset(shown)
    changes = [
        Change(question, other, evaluate({**answers, question: other}, questionnaire=form, not_asked=opened).level)
        for question in shown
        for other in _others(form.question(question), counting)
    ]
    raising = tuple(change for change in changes if order.index(change.level) < order.index(now))
    return raising, tuple(change for change in changes if order.index(change.level) > order.index(now))


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 7, 9])
def test_what_is_tried_quickly_is_what_judging_each_answer_gives(seed):
    dice = random.Random(seed)
    answers = wild_answers(dice) if seed % 3 == 0 else nearly_clear_answers(dice)
    if seed % 2:
        answers = left_open(answers, dice)
    if seed % 4 == 3:
        answers["free_text"] = "I had a fever, and can't pee"
    found = what_if(answers, questionnaire=current())
    assert (found.raising, found.lowering) == one_by_one(answers)


def test_rules_stand_in_the_order_of_their_levels():
    order = list(Level)
    places = [order.index(rule.level) for rule in HELD_RULES]
    assert places == sorted(places)
