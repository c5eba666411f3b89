"""Which pages of the questionnaire somebody is asked: on the way to a result, and after it. Pure.

The questionnaire says what applies to whom. The short way leaves out what applies and yet is not needed: a massage, a
training session or pelvic health care without a pain needs the safety pages alone (clinical.md 12.1).
"""

from collections.abc import Mapping
from typing import Any, Final

from intake.questionnaire import Page, Questionnaire, branching
from intake.screening.answers import SERVICE_PAGES, SERVICES

NO_PAIN: Final = ["none"]
# Who and where opens the safety questions that fit the patient, and whoever wants to add something may.
SHORT_WAY: Final = frozenset({*SERVICE_PAGES, "P2", "P3", "P13"})


def pages(form: Questionnaire, answers: Mapping[str, Any]) -> tuple[Page, ...]:
    """Return the pages on the way to a result, page P0 among them."""
    return tuple(page for page in form.shown_pages(answers) if page.kind == "contact" or _is_needed(page, answers))


def first_open(form: Questionnaire, answers: Mapping[str, Any]) -> Page | None:
    """Return the first page that holds a question never asked so far; None when all that is needed was asked."""
    never = branching.never_asked(form, answers)
    open_pages = (page for page in form.pages if any(question.id in never for question in page.questions))
    return next((page for page in open_pages if page.kind == "contact" or _is_needed(page, answers)), None)


def _is_needed(page: Page, answers: Mapping[str, Any]) -> bool:
    short = answers.get("visit_reason") in SERVICES and answers.get("pain_areas") == NO_PAIN
    return not short or page.id in SHORT_WAY
