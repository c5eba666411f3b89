"""What it means that an outcome is explained: every finding names answers that were given, and they suffice for it."""

import json
import random
from typing import Any

from intake.questionnaire import current
from intake.questionnaire.fhir import from_response, to_response
from intake.screening import Booking, Level, Result, emergency_now, evaluate
from intake.screening.answers import Reading
from intake.screening.explain import explain
from intake.screening.judge import ALL_RULES
from intake.screening.levels import strictest
from tests.intake.answering import left_open, nearly_clear_answers, wild_answers
from tests.intake.examples import several_examples

RULES = {rule.id: rule for rule in ALL_RULES}
# What must be answered follows from the place of pain; and "no pain" is an answer to some visits only.
NEEDS_MORE = {"N12", "R02", "U10"}
RUBBISH: tuple[Any, ...] = (
    None, "", "\x00", "YES", "é" * 50, -1, 0, 10**30, 3.5, True, [], ["none", "knee"], [None], {"a": 1}, "<b>", "🦵",
)  # fmt: skip


def random_response(dice: random.Random, *, valid: bool) -> dict[str, Any]:
    """Anything to anything, a nearly clear patient, or the signs of several rules; some left open; perhaps rubbish."""
    make = dice.choice((wild_answers, nearly_clear_answers, several_examples))
    answers = make(dice)
    if dice.random() < 0.4:
        answers = left_open(answers, dice)
    if not valid:
        for question in dice.sample([*current().questions, "no_such_question"], dice.randint(1, 12)):
            answers[question] = dice.choice(RUBBISH)
    return answers


def assert_explained(answers: dict[str, Any]) -> None:
    """Judge the answers, and hold the outcome against its own findings."""
    form = current()
    result = evaluate(answers, questionnaire=form)
    counting = form.effective(answers)
    for finding in result.findings:
        rule = RULES[finding.rule_id]
        assert finding.plain
        assert finding.level is rule.level
        for question, value in finding.answers.items():
            assert_was_given(question, value, answers, counting)
        if None not in finding.answers.values() and rule.id not in NEEDS_MORE:
            assert suffices(finding.rule_id, finding.answers), (finding.rule_id, finding.answers)
    assert_union(result)
    emergencies = [finding.rule_id for finding in result.findings if finding.level is Level.EMERGENCY]
    assert [finding.rule_id for finding in emergency_now(answers, questionnaire=form)] == emergencies
    told = explain("7", result, answers, form)
    assert told.startswith(f"7: {result.level}")
    assert all(f"  {finding.rule_id} {finding.level}" in told for finding in result.findings)
    sent = json.loads(json.dumps(to_response(form, answers)))
    back = {key: value for key, value in from_response(form, sent).items() if value is not None}
    assert back == counting


def assert_was_given(question: str, value: Any, answers: dict[str, Any], counting: dict[str, Any]) -> None:
    """The answer is one that counts, or part of it; None only where none counts; the only area is the main one."""
    have = counting.get(question)
    if value is None:
        assert have is None, question
    elif isinstance(value, list):
        assert set(value) <= set(have or answers.get(question) or ())
    elif have is not None:
        assert have == value, question
    elif question == "main_area":
        assert counting["pain_areas"] == [value]
    else:  # hidden by this form, and counted because it makes an emergency or is urgent
        assert answers[question] == value, question


def suffices(rule_id: str, evidence: dict[str, Any]) -> bool:
    """The rule fires on this evidence alone, nothing else having been asked."""
    silent = frozenset(current().questions) - set(evidence)
    return RULES[rule_id].condition.truth(Reading(evidence, current(), hidden_too=True, not_asked=silent)) is True


def assert_union(result: Result) -> None:
    """The level is the highest, and gate and due time are the strictest, of all findings; nothing opens unexplained."""
    fired = [(RULES[finding.rule_id], finding.answers) for finding in result.findings]
    assert result.level is (strictest(rule.level for rule, _ in fired) or Level.UNSURE)
    assert result.booking is (strictest(rule.booking for rule, _ in fired) or Booking.HELD)
    if fired:
        assert result.call_due is strictest(rule.due_for(answers) for rule, answers in fired)
    if result.booking is Booking.OPEN:
        assert [rule.id[0] for rule, _ in fired] == ["M"]
        assert result.missing == ()
