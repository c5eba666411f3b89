"""The long versions of the tests of the rules: each outcome is explained, no warning helps, both programs agree."""

import random

import pytest

from intake.questionnaire import current
from intake.screening.what_if import what_if
from tests.intake.explaining import assert_explained, random_response
from tests.intake.test_monotone import SAFE, assert_no_better, others, some_patient, warned
from tests.intake.test_oracle import REFERENCE, assert_same, counting, random_answers
from tests.intake.test_what_if import one_by_one

pytestmark = pytest.mark.proof


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
        answers = warned(some_patient(dice), question, SAFE[question])
        for answer in others(question):
            assert_no_better(answers, question, answer)


@pytest.mark.skipif(not (REFERENCE / "reference.py").exists(), reason="the screening reference is not here")
@pytest.mark.parametrize("part", range(20))
def test_twenty_thousand_random_answer_sets_give_what_the_reference_gives(part):
    dice = random.Random(f"reference {part}")
    for _ in range(1_000):
        assert_same(counting(random_answers(dice)))


@pytest.mark.parametrize("part", range(4))
def test_two_hundred_times_what_is_tried_quickly_is_what_judging_each_answer_gives(part):
    dice = random.Random(f"what if {part}")
    for number in range(50):
        answers = random_response(dice, valid=number % 4 != 0)
        found = what_if(answers, questionnaire=current())
        assert (found.raising, found.lowering) == one_by_one(answers)
