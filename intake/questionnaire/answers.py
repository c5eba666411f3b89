"""From what a browser sent for one page to answers that may be stored. Everything that comes in is hostile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from intake.questionnaire import branching

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from intake.questionnaire.model import Page, Question, Questionnaire

MAX_TEXT: Final = 2_000
"""Longest free text in characters, where the question names no other limit."""

NONE_BUTTON: Final = "none"
"""The name of a page's "none of these" button."""

WHEN: Final = "-when"
"""Ends the field name of a two_step question's second step: ces_saddle, ces_saddle-when."""

REFUSED: Final = ""
"""Stored in place of an older answer that the patient meant to change."""

REQUIRED = _("Please answer this question.")
NOT_AN_OPTION = _("Please choose one of the answers shown.")
CHOOSE_ONE = _("Please choose one answer only.")
NOT_TOGETHER = _("This answer cannot go with the others. Please choose one or the other.")
SAY_WHEN = _("You said yes. Please also tell us when it began and if it is changing.")
NOT_A_NUMBER = _("Please give a whole number, such as 7.")
NOT_A_DATE = _("Please give a real date, such as 2026-11-24.")
BAD_CHARACTER = _("This text holds a character that we can't save. Please type it again.")


class Refused(ValueError):
    """One answer cannot be taken. Carries the words for the patient."""

    def __init__(self, message: _StrPromise) -> None:
        super().__init__()
        self.message = message


@dataclass(frozen=True)
class CleanedPage:
    """What one page gave.

    `answers`: the valid ones, None for each question that was on the screen and left empty, and `REFUSED` where an
    older answer was changed to one that can't be taken, so that the old one no longer counts and the question is open
    again. Store them all, also when there are errors, and look for an emergency in them before showing any error.
    `errors`: the words for the patient, by question id.
    `follow_ups`: questions of this page that opened only through these answers, so nobody could answer them yet.
    `plainer`: questions answered "not sure" for the first time that have plainer words to offer, once.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, _StrPromise] = field(default_factory=dict)
    follow_ups: tuple[str, ...] = ()
    plainer: tuple[str, ...] = ()


def clean_page(
    questionnaire: Questionnaire, page: Page, raw: Mapping[str, Sequence[str] | str], answers: Mapping[str, Any]
) -> CleanedPage:
    """Judge what was sent for one page, given the answers stored so far.

    `raw` holds lists as `request.POST.lists()` gives them, or single strings; a QueryDict itself will do. Fields of
    other pages and of hidden questions are ignored. A two_step question may be sent as yes and a second field
    (`WHEN`), or as its stored code. The "none of these" button answers the rows that were on the screen and empty;
    a row that was answered keeps its answer, and a question that the button can't answer is asked for. Values for
    derived questions must come from the server, not the browser.
    """
    merged = {key: value for key, value in answers.items() if key not in {question.id for question in page.questions}}
    errors: dict[str, _StrPromise] = {}
    taken: dict[str, Any] = {}
    before = set(branching.shown(questionnaire, answers))
    nothing_true = bool(page.none_of_these) and any(_given(raw, NONE_BUTTON))
    for question in page.questions:
        try:
            value = _read(question, raw)
        except Refused as refused:
            errors[question.id] = refused.message
            continue
        if value is None and nothing_true and question.id in before and question.none_answer:
            value = question.none_answer
        if value is not None:
            taken[question.id] = value
    visible, counting = branching.work_out(questionnaire, {**merged, **taken})
    cleaned: dict[str, Any] = {}
    kept_errors: dict[str, _StrPromise] = {}
    follow_ups: list[str] = []
    for question in page.questions:
        if question.id not in visible:
            continue
        if question.id in errors:
            kept_errors[question.id] = errors[question.id]
        elif question.id in taken:
            if counting.get(question.id) == taken[question.id]:
                cleaned[question.id] = taken[question.id]
            else:
                kept_errors[question.id] = NOT_AN_OPTION
        elif question.id not in before:
            follow_ups.append(question.id)
        elif question.required or nothing_true:
            kept_errors[question.id] = REQUIRED
        else:
            cleaned[question.id] = None
    cleaned.update({question: REFUSED for question in kept_errors if answers.get(question) is not None})
    plainer = tuple(
        question.id
        for question in page.questions
        if cleaned.get(question.id) == "not_sure" and question.plain_help and answers.get(question.id) != "not_sure"
    )
    return CleanedPage(cleaned, kept_errors, tuple(follow_ups), plainer)


def _given(raw: Mapping[str, Sequence[str] | str], name: str) -> list[str]:
    """The non-empty strings sent under one name."""
    getlist = getattr(raw, "getlist", None)
    sent: Iterable[object] | str = getlist(name) if getlist else raw.get(name, ())
    values = [sent] if isinstance(sent, str) else list(sent)
    return [value for value in values if isinstance(value, str) and value.strip()]


def _read(question: Question, raw: Mapping[str, Sequence[str] | str]) -> Any:
    """One question's value, or None when nothing was sent. Raises Refused."""
    values = _given(raw, question.id)
    if not values:
        return None
    if question.type == "choice":
        return _read_choice(question, values, raw)
    if len(values) > 1:
        raise Refused(CHOOSE_ONE)
    text = values[0].strip()
    if question.type == "integer":
        return _read_integer(question, text)
    if question.type == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise Refused(NOT_A_DATE) from None
    return _read_text(question, text)


def _read_choice(question: Question, values: list[str], raw: Mapping[str, Sequence[str] | str]) -> str | list[str]:
    values = list(dict.fromkeys(values))
    if question.layout == "two_step" and values == ["yes"]:
        values = list(dict.fromkeys(_given(raw, question.id + WHEN)))
        if not values:
            raise Refused(SAY_WHEN)
        if any(option.code in values and not option.second_step for option in question.options):
            raise Refused(NOT_AN_OPTION)
    if any(value not in question.codes for value in values):
        raise Refused(NOT_AN_OPTION)
    if not question.repeats:
        if len(values) > 1:
            raise Refused(CHOOSE_ONE)
        return values[0]
    if len(values) > 1 and any(option.exclusive and option.code in values for option in question.options):
        raise Refused(NOT_TOGETHER)
    return [option.code for option in question.options if option.code in values]


def _read_integer(question: Question, text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()):
        raise Refused(NOT_A_NUMBER)
    low, high = question.minimum, question.maximum
    # int() of a text of thousands of digits is slow and refused by Python: the length says it is out of range.
    number = int(text) if len(digits) <= 9 else None
    if number is None or (low is not None and number < low) or (high is not None and number > high):
        raise Refused(format_lazy(_("Please give a whole number from {low} to {high}."), low=low, high=high))
    return number


def _read_text(question: Question, text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any((ord(char) < 32 and char not in "\n\t") or 0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise Refused(BAD_CHARACTER)
    limit = question.max_length or MAX_TEXT
    if len(text) > limit:
        raise Refused(too_long(limit))
    return text


def too_long(limit: int) -> _StrPromise:
    """The words for a text of more than `limit` characters."""
    return format_lazy(_("Please use at most {limit} characters."), limit=limit)
