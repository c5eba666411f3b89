"""Questions and answers of one screening in words, in English: the page is for staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from intake.brief.names import LABELS, NAMES
from intake.brief.short_answers import ANSWERS, COMMON
from intake.questionnaire import Question, Questionnaire

PLAIN = frozenset({"yes"})
"""An answer that adds nothing to the name of a sign."""


@dataclass(frozen=True)
class Line:
    """A question and its answer, in words."""

    question: str
    answer: str = ""


@dataclass(frozen=True)
class Words:
    """The words of one answer set. `given` holds what counts: questions that were shown, with values they offer."""

    form: Questionnaire
    given: Mapping[str, Any]
    about_child: bool = False

    def name(self, question_id: str) -> str:
        """Name a question in a few words of our own, else in the questionnaire's; an id that is gone stays as it is."""
        question = self.form.questions.get(question_id)
        return NAMES.get(question_id) or (self._text(question) if question else question_id)

    def label(self, question_id: str) -> str:
        """Name a question so that its answer can follow."""
        return LABELS.get(question_id) or self.name(question_id)

    def said(self, question_id: str, value: Any = None) -> str:
        """Say an answer in a few words, the one given unless `value` is; "" without one."""
        value = self.given.get(question_id) if value is None else value
        if value is None or value in ("", []):
            return ""
        if isinstance(value, list):
            return ", ".join(self.said(question_id, code) for code in value)
        known = ANSWERS.get(question_id, {}).get(value) or COMMON.get(value) if isinstance(value, str) else None
        return known or self._as_worded(question_id, value)

    def sign(self, question_id: str, value: Any = None) -> str:
        """Name a sign with its answer: "foot drop", "weak leg or foot: a little", "blood thinner or bleeding: not sure"."""
        value = self.given.get(question_id) if value is None else value
        name = self.label(question_id)
        if isinstance(value, str) and value in PLAIN:
            return name
        said = self.said(question_id, value)
        return f"{name}: {said}" if said else f"{name}: left empty"

    def line(self, question: Question) -> Line:
        """Return a question as it was asked, with its answer."""
        return Line(self._text(question), sentence(question.answer_text(self.given.get(question.id))))

    def lines(self, questions: Iterable[Question]) -> tuple[Line, ...]:
        """Return questions as they were asked, with their answers."""
        return tuple(self.line(question) for question in questions)

    def _text(self, question: Question) -> str:
        return question.text_for("en", about_child=self.about_child)

    def _as_worded(self, question_id: str, value: Any) -> str:
        question = self.form.questions.get(question_id)
        if question is None:
            return str(value)
        text = question.answer_text(value)
        return text[:1].lower() + text[1:] if question.type == "choice" else text


def sentence(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def joined(*parts: str, between: str = ", ") -> str:
    """Put together what is there, without gaps for what is not."""
    return between.join(part for part in parts if part)
