"""The long versions of the tests of the rules: each outcome is explained, no warning helps, both programs agree."""

import random

import pytest

from intake.questionnaire import current
from intake.screening import evaluate
from intake.screening.judge import ALL_RULES
from intake.screening.records import BEYOND_THE_BRIEF
from intake.screening.what_if import what_if
from tests.intake.explaining import assert_explained, random_response
from tests.intake.test_monotone import SAFE, assert_no_better, some_patient, warned
from tests.intake.test_oracle import (
    NEW_EMERGENCIES,
    OF_NEW_QUESTIONS,
    REFERENCE,
    assert_count_for_both_or_for_neither,
    assert_same,
    assert_same_emergencies,
    counting,
    oracle,
    random_answers,
)
from tests.intake.test_what_if import one_by_one

pytestmark = pytest.mark.proof
with_reference = pytest.mark.skipif(
    not (REFERENCE / "reference.py").exists(), reason="the screening reference is not here"
)


@pytest.mark.parametrize("part", range(10))
def test_ten_thousand_random_responses_are_each_explained(part):
    dice = random.Random(f"explained {part}")
    for number in range(1_000):
        assert_explained(random_response(dice, valid=number % 2 == 0))


@pytest.mark.parametrize("part", range(10))
def test_twenty_thousand_times_no_warning_makes_it_better(part):
    dice = random.Random(f"monotone {part}")
    for _ in range(2_000):
        question = dice.choice(sorted(SAFE))
        assert_no_better(warned(some_patient(dice), question, SAFE[question]), question)


@with_reference
@pytest.mark.parametrize("part", range(20))
def test_twenty_thousand_random_answer_sets_give_what_the_reference_gives(part):
    dice = random.Random(f"reference {part}")
    for _ in range(1_000):
        assert_same(counting(random_answers(dice)))


@with_reference
@pytest.mark.parametrize("part", range(5))
def test_five_thousand_random_answer_sets_give_the_same_emergencies(part):
    dice = random.Random(f"emergencies {part}")
    for _ in range(1_000):
        assert_same_emergencies(dice)


@with_reference
@pytest.mark.parametrize("part", range(5))
def test_answers_of_five_thousand_random_sets_count_for_both_or_for_neither(part):
    dice = random.Random(f"counting {part}")
    for _ in range(1_000):
        assert_count_for_both_or_for_neither(dice)


@with_reference
def test_random_answers_fire_nearly_every_rule():
    fired: set[str] = set()
    dice = random.Random(7)
    for _ in range(4_000):
        answers = random_answers(dice)
        if dice.random() < 0.1:
            answers["pain_areas"] = dice.sample(sorted(oracle().AREAS), 7)
        result = evaluate(counting(answers), questionnaire=current(), not_asked=BEYOND_THE_BRIEF)
        fired |= {finding.rule_id for finding in result.findings}
    rare = {"U27", "R10", "R21", "U35", "U38", "R35", "N14"}
    assert {rule.id for rule in ALL_RULES} - fired <= rare | NEW_EMERGENCIES | OF_NEW_QUESTIONS


@pytest.mark.parametrize("part", range(4))
def test_two_hundred_times_what_is_tried_quickly_is_what_judging_each_answer_gives(part):
    dice = random.Random(f"what if {part}")
    for number in range(50):
        answers = random_response(dice, valid=number % 4 != 0)
        found = what_if(answers, questionnaire=current())
        assert (found.raising, found.lowering) == one_by_one(answers)
