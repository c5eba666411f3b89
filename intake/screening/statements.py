"""Statements about answers, from which conditions are put together. See `conditions`."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Final, Literal

from intake.questionnaire import Questionnaire
from intake.screening.answers import NO_ANSWER, Reading, State
from intake.screening.logic import Condition, Evidence


@dataclass(frozen=True)
class Is(Condition):
    """The answer is one of these codes; of several answers, at least one is."""

    question: str
    codes: tuple[str, ...]

    def truth(self, reading: Reading) -> bool | None:
        value = reading.values.get(self.question)
        if value is None:
            return reading.without_answer(self.question)
        if isinstance(value, list):
            return any(code in self.codes for code in value)
        if value in self.codes:
            return True
        return None if value in NO_ANSWER else False

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        value = reading.values.get(self.question)
        if value is None:
            return {}
        if true and isinstance(value, list):
            return {self.question: [code for code in value if code in self.codes]}
        return {self.question: value}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        answers = _answers_in_words(self.question, self.codes, questionnaire)
        if self.question == "pain_areas":
            return "pain in " + ", ".join(answers)
        return f"{_name(self.question, questionnaire)}: " + " or ".join(answers)


@dataclass(frozen=True)
class Outside(Condition):
    """At least one of several answers is none of these codes: a pain anywhere but there."""

    question: str
    codes: tuple[str, ...]

    def _found(self, reading: Reading) -> list[str]:
        value = reading.values.get(self.question)
        return [code for code in value if code not in self.codes] if isinstance(value, list) else []

    def truth(self, reading: Reading) -> bool | None:
        if reading.values.get(self.question) is None:
            return reading.without_answer(self.question)
        return bool(self._found(reading))

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        if reading.values.get(self.question) is None:
            return {}
        return {self.question: self._found(reading) if true else reading.values[self.question]}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        places = ", ".join(_answers_in_words(self.question, self.codes, questionnaire))
        return f"{_name(self.question, questionnaire)}: other than {places}"


COMPARE: Final = {">=": operator.ge, "<=": operator.le, ">": operator.gt}


@dataclass(frozen=True)
class Number(Condition):
    """A whole number compared with a limit, or with the answer of another question."""

    question: str
    sign: Literal[">=", "<=", ">"]
    limit: int | str

    def truth(self, reading: Reading) -> bool | None:
        value = reading.values.get(self.question)
        if value is None:
            return reading.without_answer(self.question)
        limit = reading.values.get(self.limit) if isinstance(self.limit, str) else self.limit
        if limit is None:
            return reading.without_answer(str(self.limit))
        return bool(COMPARE[self.sign](value, limit))

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        questions = [self.question, *([self.limit] if isinstance(self.limit, str) else [])]
        return {question: reading.values[question] for question in questions if question in reading.values}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question, *([self.limit] if isinstance(self.limit, str) else [])})

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        than = {">=": "at least", "<=": "at most", ">": "more than"}[self.sign]
        limit = _name(self.limit, questionnaire) if isinstance(self.limit, str) else str(self.limit)
        return f"{_name(self.question, questionnaire)}: {than} {limit}"


@dataclass(frozen=True)
class HowMany(Condition):
    """A question with several answers has at least this many."""

    question: str
    least: int

    def truth(self, reading: Reading) -> bool | None:
        value = reading.values.get(self.question)
        return reading.without_answer(self.question) if value is None else len(value) >= self.least

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        value = reading.values.get(self.question)
        return {} if value is None else {self.question: value}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return f"{_name(self.question, questionnaire)}: {self.least} or more"


@dataclass(frozen=True)
class InState(Condition):
    """The question was skipped, or answered "not sure"; never unknown itself."""

    question: str
    state: State

    def truth(self, reading: Reading) -> bool | None:
        return reading.state(self.question) is self.state

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        value = reading.values.get(self.question)
        # No answer is evidence only of a question that was on the screen.
        return {} if value is None and reading.state(self.question) is not State.SKIPPED else {self.question: value}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return f"{_name(self.question, questionnaire)}: {self.state.value}"


@dataclass(frozen=True)
class Fired(Condition):
    """One of these rules fired. Rules are read in the order of the table: name only earlier ones."""

    rules: tuple[str, ...]

    def truth(self, reading: Reading) -> bool | None:
        return any(rule in reading.fired for rule in self.rules)

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        return {}

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return "rule " + " or ".join(self.rules)


def _name(question: str, questionnaire: Questionnaire | None) -> str:
    if questionnaire is None or question not in questionnaire.questions:
        return question
    return f"“{questionnaire.questions[question].text}”"


def _answers_in_words(question: str, codes: tuple[str, ...], questionnaire: Questionnaire | None) -> list[str]:
    if questionnaire is None or question not in questionnaire.questions:
        return list(codes)
    return [f"“{questionnaire.questions[question].answer_text(code)}”" for code in codes]
