"""Which single answers would change the level: how near this outcome stands to another. As stored with the outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intake.brief.words import Words
from intake.models import Level, Outcome

MOST: Final = 3
"""More of each kind would hide the few that an exam can look for."""
# An exam can look for these first; that a sign of the first page or of bladder and bowel raises the level goes without
# saying.
EXAMINED: Final = ("P6", "P8", "P9", "P4", "P7", "P10")
NO_CLEARER: Final = ("not_sure", "prefer_not")
"""An answer that settles nothing is no finding to look for."""


@dataclass(frozen=True)
class LevelChange:
    """A level, and the answers of which each alone would give it."""

    level: str
    answers: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class LevelChanges:
    """What would raise the level, what would lower it. `known` is False for outcomes from before this was stored.

    `note` says of which level this is told: staff may have set another since.
    """

    raising: tuple[LevelChange, ...]
    lowering: tuple[LevelChange, ...]
    known: bool
    note: str


def changes_of(outcome: Outcome, words: Words) -> LevelChanges:
    """Word the changes of an outcome: those of questions in doubt first, then what an exam can look for."""
    return LevelChanges(
        raising=_by_level(outcome.changes.get("raising") or [], outcome, words),
        lowering=_by_level(outcome.changes.get("lowering") or [], outcome, words),
        known=bool(outcome.changes),
        note="one answer alone, by the rules"
        if outcome.decided_by_id is None
        else "one answer alone, from the level of the rules",
    )


def _by_level(stored: Sequence[Mapping[str, Any]], outcome: Outcome, words: Words) -> tuple[LevelChange, ...]:
    doubted = {*outcome.not_sure, *outcome.missing}
    by_level: dict[str, dict[str, list[Any]]] = {}
    for change in sorted(stored, key=lambda change: _rank(change["question"], doubted, words)):
        question = words.form.questions.get(change["question"])
        if question and question.page_id in EXAMINED and change["answer"] not in NO_CLEARER:
            by_level.setdefault(change["level"], {}).setdefault(question.id, []).append(change["answer"])
    ordered = [level for level in Level.values if level in by_level]
    return tuple(_change(level, by_level[level], words) for level in ordered)


def _rank(question_id: str, doubted: Iterable[str], words: Words) -> tuple[bool, int]:
    question = words.form.questions.get(question_id)
    page = question.page_id if question else ""
    return question_id not in doubted, EXAMINED.index(page) if page in EXAMINED else len(EXAMINED)


def _change(level: str, found: Mapping[str, Sequence[Any]], words: Words) -> LevelChange:
    said = [f"{words.label(question)}: {_either(question, answers, words)}" for question, answers in found.items()]
    return LevelChange(str(Level(level).label), tuple(said[:MOST]), max(0, len(said) - MOST))


def _either(question_id: str, answers: Sequence[Any], words: Words) -> str:
    return " or ".join(dict.fromkeys(words.said(question_id, answer) for answer in answers))
