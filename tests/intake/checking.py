"""Fill in the check in tests: by its acts, or as a browser sends it."""

import uuid
from datetime import date, datetime
from typing import Any

from intake import questionnaire as questionnaires
from intake import workflow
from intake.models import Outcome, Screening
from intake.questionnaire import CleanedPage
from intake.questionnaire.answers import WHEN
from tests.factories import NOW
from tests.intake.answering import all_clear

BORN = date(1992, 3, 14)


def contact(**values: Any) -> workflow.Contact:
    """What page P0 gives: Ana, 34, who answers for herself."""
    defaults: dict[str, Any] = {
        "given_name": "Ana",
        "family_name": "Oquendo",
        "birth_date": BORN,
        "phone": "+19075550118",
        "email": "ana@runner.example",
        "city": "Anchorage",
        "state": "AK",
    }
    return workflow.Contact(**{**defaults, **values})


def start(
    *,
    now: datetime = NOW,
    submission: uuid.UUID | None = None,
    reason: str = "new_pain",
    may_correct: bool = True,
    **values: Any,
) -> Screening:
    """A check after page P0."""
    return workflow.start(
        submission=submission or uuid.uuid4(),
        contact=contact(**values),
        visit_reason=reason,
        disclaimer_version="check-1",
        may_correct=may_correct,
        now=now,
    )


def save(
    screening: Screening, page: str, *, errors: dict[str, Any] | None = None, now: datetime = NOW, **answers: Any
) -> Screening:
    """Save a page with these answers, as if a form had judged them valid."""
    cleaned = CleanedPage(answers=answers, errors=errors or {})
    return workflow.save_page(screening=screening, page_id=page, cleaned=cleaned, now=now)


def fill_in(screening: Screening, *, now: datetime = NOW, **changes: Any) -> Screening:
    """Save every page, all clear but for the changes; an emergency ends it early."""
    form = questionnaires.get(screening.questionnaire)
    answers = all_clear(**{**screening.answers, **changes})
    while screening.state == Screening.State.STARTED and (page := form.first_page(screening.answers)):
        given = {question.id: answers.get(question.id) for question in form.shown_questions(page, answers)}
        screening = save(screening, page.id, now=now, **given)
    return screening


def finished(*, now: datetime = NOW, patient: dict[str, Any] | None = None, **changes: Any) -> Outcome:
    """The outcome of a whole check, all clear but for the changes."""
    screening = fill_in(start(now=now, **(patient or {})), now=now, **changes)
    return workflow.finish(screening=screening, now=now)


def p0(**changes: Any) -> dict[str, Any]:
    """Page P0 as a browser sends it; `...` leaves a field out."""
    sent = {
        "submission": str(uuid.uuid4()),
        "visit_reason": "new_pain",
        "answered_by": "self",
        "given_name": "Ana",
        "family_name": "Oquendo",
        "birth_date_month": str(BORN.month),
        "birth_date_day": str(BORN.day),
        "birth_date_year": str(BORN.year),
        "phone": "907-555-0118",
        "email": "ana@runner.example",
        "city": "Anchorage",
        "state": "AK",
        "read_ok": "on",
        **changes,
    }
    return {name: value for name, value in sent.items() if value is not ...}


def sent(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers as a browser sends them: lists as they are, the second step in its own field."""
    data: dict[str, Any] = {}
    for question_id, value in answers.items():
        question = questionnaires.current().questions.get(question_id)
        if value is None:
            continue
        if question and question.layout == "two_step" and question.first_step(value) == "yes":
            data |= {question_id: "yes", question_id + WHEN: value}
        else:
            data[question_id] = value
    return data


def page_data(screening: Screening, page_id: str, **changes: Any) -> dict[str, Any]:
    """One page of an all-clear check as a browser sends it."""
    form = questionnaires.get(screening.questionnaire)
    answers = all_clear(**{**screening.answers, **changes})
    ids = [question.id for question in form.shown_questions(page_id, answers)]
    return sent({key: answers[key] for key in ids if key in answers} | changes)
