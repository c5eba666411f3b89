import pytest

from intake import spoken
from intake.questionnaire import current
from intake.screening.beyond import EMERGENCY_RULES

READ = frozenset().union(*(rule.condition.reads() for rule in EMERGENCY_RULES))


def test_everything_an_emergency_rule_reads_can_be_said_or_is_left_out_on_purpose():
    assert READ - set(spoken.PHRASES) == spoken.UNSPOKEN


@pytest.mark.parametrize("question", sorted(spoken.PHRASES))
def test_phrase_belongs_to_an_answer_of_the_questionnaire(question):
    assert set(spoken.PHRASES[question]) <= current().question(question).codes


def test_answers_are_said_in_the_order_of_the_form_and_with_their_time():
    said = spoken.phrases({"leg_numb": "yes", "ces_bladder": "new", "em_collapse": "no"}, current())
    assert said == ["trouble with peeing, or with feeling it (new in the last 2 weeks)", "numbness in a leg or foot"]


def test_same_thing_is_said_once():
    both = {"leg_neuro_side": "both", "other_side": "yes"}
    assert spoken.phrases(both, current()) == ["numbness or weakness in both legs"]


@pytest.mark.parametrize("value", ["no", "not_sure", None, 7, ["yes"]])
def test_nothing_is_said_of_what_was_not_answered_yes(value):
    assert spoken.phrases({"em_collapse": value}, current()) == []
