"""Red flags of an outcome, each in one list only: present, absent, not sure, left empty, not asked.

They are as they were stored with the outcome. Only for outcomes from before flags were stored are they sorted anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from intake.brief.names import CHAPTERS
from intake.brief.words import Words, sentence
from intake.models import Finding, Outcome
from intake.screening import evaluate


@dataclass(frozen=True)
class Group:
    """Signs of one page of the form."""

    title: str
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Signs:
    """All safety questions. `noted` are present and fired nothing."""

    noted: tuple[str, ...]
    not_sure: tuple[str, ...]
    left_empty: tuple[str, ...]
    absent: tuple[Group, ...]
    not_asked: tuple[Group, ...]
    why_not_asked: str

    @property
    def absent_count(self) -> int:
        """Return how many signs were asked and answered with no."""
        return sum(len(group.signs) for group in self.absent)

    @property
    def not_asked_count(self) -> int:
        """Return how many signs were not asked."""
        return sum(len(group.signs) for group in self.not_asked)


def flags_of(outcome: Outcome, words: Words) -> Mapping[str, Any]:
    """Return the flags of an outcome: stored, or for an old one sorted by the rules of today."""
    return outcome.flags or asdict(evaluate(outcome.answers, questionnaire=words.form).flags)


def signs_of(outcome: Outcome, findings: Iterable[Finding], words: Words) -> Signs:
    """Sort the signs of an outcome for the page."""
    flags = flags_of(outcome, words)
    evidence = {question_id for finding in findings for question_id in finding.answers}
    present = [question_id for question_id in flags["present"] if question_id not in evidence]
    # Beside the safety questions: whatever else was answered with "not sure", or had to be answered and was not.
    unsure = dict.fromkeys([*flags["not_sure"], *outcome.not_sure])
    empty = dict.fromkeys([*flags["skipped"], *outcome.missing])
    return Signs(
        noted=tuple(sentence(words.sign(question_id, flags["present"][question_id])) for question_id in present),
        not_sure=tuple(_unsure(question_id, words) for question_id in _in_order(unsure, words)),
        left_empty=tuple(sentence(words.name(question_id)) for question_id in _in_order(empty, words)),
        absent=_groups(flags["absent"], words),
        not_asked=_groups(flags["not_asked"], words),
        why_not_asked=_why_not_asked(outcome, words),
    )


def _unsure(question_id: str, words: Words) -> str:
    withheld = words.given.get(question_id) == "prefer_not"
    return sentence(f"{words.name(question_id)}: prefers not to say" if withheld else words.name(question_id))


def _in_order(question_ids: Iterable[str], words: Words) -> list[str]:
    order = list(words.form.questions)
    known = {question_id: place for place, question_id in enumerate(order)}
    return sorted(question_ids, key=lambda question_id: known.get(question_id, len(order)))


def _groups(question_ids: Iterable[str], words: Words) -> tuple[Group, ...]:
    by_page: dict[str, list[str]] = {}
    for question_id in _in_order(question_ids, words):
        question = words.form.questions.get(question_id)
        page = CHAPTERS.get(question.page_id, question.page_id) if question else ""
        by_page.setdefault(page, []).append(words.name(question_id))
    return tuple(Group(page, tuple(signs)) for page, signs in by_page.items())


def _why_not_asked(outcome: Outcome, words: Words) -> str:
    if outcome.left:
        return "the form was left in the middle"
    cut_short = words.form.first_page(outcome.answers) is not None
    return "an emergency ended the form" if cut_short else "because of other answers"
