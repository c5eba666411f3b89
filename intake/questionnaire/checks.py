"""What a loaded questionnaire must hold before anybody is asked anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from intake.questionnaire import errors
from intake.questionnaire.model import EnableWhen, Question, Questionnaire


def check(questionnaire: Questionnaire, *, group_ids: Iterable[str]) -> None:
    """Raise the QuestionnaireError of the first thing that is wrong."""
    questions = [question for page in questionnaire.pages for question in page.questions]
    counted = Counter([*(question.id for question in questions), *group_ids])
    twice = [link_id for link_id, count in counted.items() if count > 1]
    if twice:
        raise errors.DuplicateLinkId(", ".join(twice))
    for page in questionnaire.pages:
        if not page.heading or not page.title:
            raise errors.MissingText(f"{page.id}: heading or short-title")
    for question in questions:
        _check_words(question)
        _check_options(question)
        _check_limits(question)
        _check_hanging(question, questionnaire)
    _ = questionnaire.plan  # raises EnableWhenCycle


def _check_words(question: Question) -> None:
    if not question.text:
        raise errors.MissingText(question.id)
    for option in question.options:
        if not option.text:
            raise errors.MissingText(f"{question.id}: {option.code}")
    if question.layout == "two_step" and not (question.first_step_yes and question.second_step_ask):
        raise errors.MissingText(f"{question.id}: two-step")


def _check_options(question: Question) -> None:
    if (question.type == "choice") != bool(question.options):
        raise errors.NoChoices(question.id)
    if len(question.codes) != len(question.options):
        raise errors.DuplicateChoice(question.id)
    if question.repeats and question.type != "choice":
        raise errors.NoChoices(f"{question.id}: only a choice may repeat")
    if question.none_answer and question.none_answer not in question.codes:
        raise errors.UnknownChoice(f"{question.id}: none-answer {question.none_answer}")
    if question.layout == "two_step" and "yes" in question.codes:
        raise errors.DuplicateChoice(f"{question.id}: yes is the first step's own answer")


def _check_limits(question: Question) -> None:
    low, high = question.minimum, question.maximum
    if question.type == "integer":
        if low is None or high is None or low > high:
            raise errors.BadRange(f"{question.id}: {low} to {high}")
    elif low is not None or high is not None:
        raise errors.BadRange(f"{question.id}: limits on a {question.type}")
    if question.max_length is not None and (question.type not in ("text", "string") or question.max_length < 1):
        raise errors.BadRange(f"{question.id}: maxLength {question.max_length}")


def _check_hanging(question: Question, questionnaire: Questionnaire) -> None:
    for gate in question.gates:
        for test in gate.tests:
            _check_test(question, test, _target(question, test.question, questionnaire))
    for option in question.options:
        for target_id, code in option.only_for:
            target = _target(question, target_id, questionnaire)
            if code not in target.codes:
                raise errors.UnknownChoice(f"{question.id}: {target_id} has no option {code}")
    if question.options_from:
        target = _target(question, question.options_from, questionnaire)
        if not question.codes <= target.codes:
            raise errors.UnknownChoice(f"{question.id}: options that {target.id} does not have")


def _target(question: Question, target_id: str, questionnaire: Questionnaire) -> Question:
    target = questionnaire.questions.get(target_id)
    if target is None:
        raise errors.DanglingTarget(f"{question.id}: hangs on {target_id}")
    return target


def _check_test(question: Question, test: EnableWhen, target: Question) -> None:
    if test.operator == "exists":
        return
    if target.type == "choice":
        if not isinstance(test.answer, str) or test.operator != "=":
            raise errors.WrongAnswerType(f"{question.id}: {target.id} is a choice")
        if test.answer not in target.codes:
            raise errors.UnknownChoice(f"{question.id}: {target.id} has no option {test.answer}")
    elif target.type != "integer" or isinstance(test.answer, str):
        raise errors.WrongAnswerType(f"{question.id}: {target.id} is of type {target.type}")
