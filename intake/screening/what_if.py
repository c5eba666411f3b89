"""The single answers whose change would raise or lower the level: how near an outcome stands to another.

For staff, to see what hangs on what. It changes one answer at a time; what a new answer would open is taken as not
asked yet, so that only the change itself counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from intake.questionnaire import Question, Questionnaire
from intake.questionnaire.branching import options_for
from intake.screening.judge import ALL_RULES, evaluate
from intake.screening.levels import Level
from intake.screening.statements import Number

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
    """Try every other answer of every question shown. Raises nothing whatever is stored."""
    now = evaluate(answers, questionnaire=questionnaire).level
    shown = questionnaire.shown(answers)
    opened = frozenset(questionnaire.questions) - frozenset(shown)
    counting = questionnaire.effective(answers)
    raising: list[Change] = []
    lowering: list[Change] = []
    for question_id in shown:
        question = questionnaire.question(question_id)
        for other in _others(question, counting):
            changed = {**answers, question_id: other}
            level = evaluate(changed, questionnaire=questionnaire, not_asked=opened).level
            if level is not now:
                (raising if ORDER.index(level) < ORDER.index(now) else lowering).append(
                    Change(question_id, other, level)
                )
    return WhatIf(tuple(raising), tuple(lowering))


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
