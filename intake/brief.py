"""The PT's page of a screening: what fired and why, what was answered, what was not. Values in, values out.

It shows an outcome as it was made, with the answers it rests on and the questionnaire of that time; nothing is judged
anew here. What an answer says is in the words of the questionnaire, never in codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from intake import chart
from intake import questionnaire as questionnaires
from intake.models import Finding, Outcome, Screening
from intake.questionnaire import Page, Question, Questionnaire
from intake.screening.judge import ALL_RULES
from intake.screening.levels import FirstContact

# Pages that ask for signs, present or absent; the others ask who it is and what the pain is like.
SIGNS = frozenset({"P1", "P5", "P6", "P7", "P9"})
# Said at the head of the page already.
IN_THE_HEAD = frozenset({"answered_by", "age_years"})
FIRST_CONTACTS = {
    FirstContact.PHYSICIAN: "a physician",
    FirstContact.OBSTETRIC: "obstetric care",
    FirstContact.SPINE: "a spine clinic",
    FirstContact.SPORTS: "a sports physician",
    FirstContact.RHEUMATOLOGY: "a rheumatologist",
    FirstContact.PT_EVALUATION: "an evaluation by a PT",
}
RULES = {rule.id: rule for rule in ALL_RULES}
SIDES = {"-l": "left", "-r": "right"}
NO = frozenset({"no", "none"})
NOT_SURE = "not_sure"


@dataclass(frozen=True)
class Line:
    """A question and its answer, in words."""

    question: str
    answer: str = ""


@dataclass(frozen=True)
class Fired:
    """A rule that fired, in words, with the answers that fired it."""

    rule: str
    level: str
    plain: str
    points_to: str
    strength: str
    answers: tuple[Line, ...]


@dataclass(frozen=True)
class Chapter:
    """The answers of one page of the form."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Brief:
    """All that the page shows. Lists keep the order of the form."""

    first_contact: str
    fired: tuple[Fired, ...]
    areas: tuple[str, ...]
    noted: tuple[Line, ...]
    not_sure: tuple[Line, ...]
    left_empty: tuple[Line, ...]
    answers: tuple[Chapter, ...]
    absent: tuple[Chapter, ...]
    not_asked: tuple[Chapter, ...]


def brief_of(outcome: Outcome, findings: Iterable[Finding]) -> Brief:
    """Put together the brief of an outcome. Raises UnknownQuestionnaire for a questionnaire that is not there any more."""
    form = questionnaires.get(outcome.questionnaire)
    given: Mapping[str, Any] = outcome.answers
    about_child = outcome.screening.respondent == Screening.Respondent.GUARDIAN
    shown = [form.question(question_id) for question_id in form.shown(given)]
    words = _Words(form, given, about_child)
    findings = list(findings)
    evidence = {question_id for finding in findings for question_id in finding.answers}
    asked = [question for question in shown if question.id in given]
    answered = [question for question in asked if _has_value(given[question.id])]
    unsure = [question for question in answered if NOT_SURE in _codes(given[question.id])]
    absent = [question for question in answered if question.page_id in SIGNS and _says_no(question, given[question.id])]
    told = [
        question
        for question in answered
        if question not in absent and question not in unsure and question.id not in IN_THE_HEAD
    ]
    never = [
        question
        for question in form.questions.values()
        if question.id not in given and not question.derived_from and not form.page(question.page_id).after_result
    ]
    contact = FirstContact(outcome.first_contact) if outcome.first_contact in set(FirstContact) else None
    return Brief(
        first_contact=FIRST_CONTACTS[contact] if contact else "",
        fired=tuple(_fired(finding, words) for finding in findings),
        areas=_places(given, words),
        noted=words.lines(question for question in told if question.page_id in SIGNS and question.id not in evidence),
        not_sure=words.lines(unsure),
        left_empty=words.lines(question for question in asked if not _has_value(given[question.id])),
        answers=_chapters(form, told, words),
        absent=_chapters(form, absent, words),
        not_asked=_chapters(form, never, words),
    )


class _Words:
    """The words of questions and answers, in English: the page is for staff."""

    def __init__(self, form: Questionnaire, given: Mapping[str, Any], about_child: bool) -> None:
        self.form, self.given, self.about_child = form, given, about_child

    def line(self, question: Question, value: Any = None) -> Line:
        value = self.given.get(question.id) if value is None else value
        return Line(question.text_for("en", about_child=self.about_child), _sentence(question.answer_text(value)))

    def lines(self, questions: Iterable[Question]) -> tuple[Line, ...]:
        return tuple(self.line(question) for question in questions)

    def each(self, question: Question | None) -> list[str]:
        value = self.given.get(question.id) if question else None
        if question is None or not isinstance(value, list):
            return []
        return [question.answer_text(code) for code in value]


def _fired(finding: Finding, words: _Words) -> Fired:
    rule = RULES.get(finding.rule)
    lines = tuple(
        words.line(words.form.questions[question_id], value) if value is not None else _empty(words, question_id)
        for question_id, value in finding.answers.items()
        if question_id in words.form.questions
    )
    return Fired(
        rule=finding.rule,
        level=finding.level,
        # The words of a rule that has gone are those it pointed to.
        plain=rule.plain if rule else finding.points_to,
        points_to=finding.points_to,
        strength=finding.strength,
        answers=lines,
    )


def _places(given: Mapping[str, Any], words: _Words) -> tuple[str, ...]:
    """Return where it hurts: the spots tapped on the drawing with their side, else the areas that were ticked."""
    tapped = chart.known(given.get(chart.SPOTS) or [])
    names = {spot: str(part.name) for part in chart.PARTS for spot in part.spots}
    spots = [", ".join(filter(None, [names[spot], SIDES.get(spot[-2:], "")])) for spot in tapped]
    return tuple(spots or words.each(words.form.questions.get(chart.AREAS)))


def _empty(words: _Words, question_id: str) -> Line:
    return Line(words.form.questions[question_id].text_for("en", about_child=words.about_child), "left empty")


def _chapters(form: Questionnaire, questions: Iterable[Question], words: _Words) -> tuple[Chapter, ...]:
    by_page: dict[str, list[Line]] = {}
    for question in questions:
        by_page.setdefault(question.page_id, []).append(words.line(question))
    return tuple(Chapter(_title(page), tuple(by_page[page.id])) for page in form.pages if page.id in by_page)


def _title(page: Page) -> str:
    return str(page.title) or str(page.heading)


def _codes(value: Any) -> frozenset[str]:
    return frozenset(value if isinstance(value, list) else [value])


def _has_value(value: Any) -> bool:
    return value is not None and value not in ("", [])


def _says_no(question: Question, value: Any) -> bool:
    given = _codes(value)
    return bool(given) and given <= (NO | {question.none_answer})


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
