"""The single answers whose change would raise or lower the level: how near an outcome stands to another.

For staff, to see what hangs on what. It changes one answer at a time; what a new answer would open is taken as not
asked yet, so that only the change itself counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from intake.questionnaire import Question, Questionnaire
from intake.questionnaire.branching import options_for
from intake.screening.answers import Reading
from intake.screening.core import core_questions
from intake.screening.judge import ALL_RULES, HELD_RULES
from intake.screening.levels import Level
from intake.screening.logic import All, Any_, CountOf, Named, Not, Unless
from intake.screening.mechanical import MECHANICAL_RULES
from intake.screening.rules import Rule
from intake.screening.statements import HowMany, InState, Is, Number, Outside

ORDER: Final = tuple(Level)


@dataclass(frozen=True)
class Change:
    """One question answered otherwise, and the level that this would give."""

    question: str
    answer: Any
    level: Level


@dataclass(frozen=True)
class WhatIf:
    """The changes that raise the level and those that lower it, in the order of the form."""

    raising: tuple[Change, ...]
    lowering: tuple[Change, ...]


def what_if(answers: Mapping[str, Any], *, questionnaire: Questionnaire) -> WhatIf:
    """Try every other answer of every question shown. Raises nothing whatever is stored.

    Gives for each what `evaluate` gives, in a fifth of the time: hundreds of answers are tried at the end of a check.
    """
    whole = Reading(answers, questionnaire)
    levels = _Levels(whole)
    raising: list[Change] = []
    lowering: list[Change] = []
    for question in questionnaire.questions.values():
        if question.id not in whole.visible:
            continue
        for other in _others(question, whole.values):
            level = levels.with_answer(question.id, other)
            if level is not levels.now:
                (raising if ORDER.index(level) < ORDER.index(levels.now) else lowering).append(
                    Change(question.id, other, level)
                )
    return WhatIf(tuple(raising), tuple(lowering))


class _Levels:
    """The levels of answer sets that differ from one in a single answer.

    A rule that did not fire, and that reads nothing of what changed, does not fire now. The rules stand in the order
    of their levels, so the first that fires gives the level.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.opened = frozenset(reading.questionnaire.questions) - reading.visible
        reading.core = core_questions(reading)
        fired = [rule for rule in HELD_RULES if rule.condition.truth(reading)]
        self.always = {rule.id for rule in fired} | _NOT_BY_ANSWERS_ALONE
        self.now = _level(HELD_RULES, reading)

    def with_answer(self, question: str, answer: Any) -> Level:
        """The level with this answer; what it opens is not asked yet, as nobody could answer it."""
        reading = self.reading.but(question, answer, not_asked=self.opened)
        reading.core = core_questions(reading)
        changed = {
            step.question.id
            for step in reading.questionnaire.hanging_on[question]
            if step.question.id == question or self._differs(step.question.id, reading)
        }
        if changed & _WHO_IS_EXCUSED:
            return _level(HELD_RULES, reading)
        open_again = self.always.union(*(_RULES_THAT_READ.get(q, ()) for q in changed))
        return _level([rule for rule in HELD_RULES if rule.id in open_again], reading)

    def _differs(self, question: str, reading: Reading) -> bool:
        """Whether a question that hangs on the changed one is shown, or answered, otherwise than before."""
        before = self.reading
        shown = (question in before.visible) != (question in reading.visible)
        return shown or before.values.get(question) != reading.values.get(question)


def _level(rules: Sequence[Rule], reading: Reading) -> Level:
    for rule in (*rules, *MECHANICAL_RULES):
        if rule.condition.truth(reading):
            return rule.level
    return Level.UNSURE


def _rules_that_read() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for rule in HELD_RULES:
        for question in rule.condition.reads():
            found.setdefault(question, set()).add(rule.id)
    return found


_RULES_THAT_READ: Final = _rules_that_read()
_BY_ANSWERS_ALONE: Final = (All, Any_, CountOf, HowMany, InState, Is, Named, Not, Number, Outside, Unless)
_NOT_BY_ANSWERS_ALONE: Final = {
    rule.id for rule in HELD_RULES if not all(isinstance(part, _BY_ANSWERS_ALONE) for part in rule.condition.walk())
}
"""Rules that go by other rules, by what must be answered, or by words: tried each time."""
_WHO_IS_EXCUSED: Final = frozenset({"visit_reason", "pain_areas"})
"""These decide which pages need no answer (see `Reading`), and so what every absence means."""


def _others(question: Question, counting: Mapping[str, Any]) -> Iterator[Any]:
    """Every other answer: each code, each place more or less, and numbers on both sides of each limit."""
    value = counting.get(question.id)
    if question.type == "integer":
        yield from (number for number in _numbers(question.id) if number != value)
    elif question.repeats:
        given = value or []
        for option in options_for(question, counting):
            rest = [code for code in given if code != option.code]
            others = [option.code] if option.exclusive or option.code not in given else []
            exclusive = {other.code for other in question.options if other.exclusive}
            changed = others if option.exclusive else [code for code in rest if code not in exclusive] + others
            if changed and changed != given:
                yield changed
    elif question.type == "choice":
        yield from (option.code for option in options_for(question, counting) if option.code != value)


@cache
def _numbers(question: str) -> tuple[int, ...]:
    """The numbers on both sides of every limit that a rule has for this question."""
    limits = [
        (part.limit, part.limit - 1 if part.sign == ">=" else part.limit + 1)
        for rule in ALL_RULES
        for part in rule.condition.walk()
        if isinstance(part, Number) and part.question == question and isinstance(part.limit, int)
    ]
    return tuple(sorted({number for pair in limits for number in pair if number >= 0}))
