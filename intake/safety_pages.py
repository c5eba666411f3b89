"""The pages that no booking goes without, and that are asked again once they are a week old (clinical.md 10). Pure."""

from collections.abc import Mapping
from typing import Any, Final

from intake import chart
from intake.questionnaire import Questionnaire
from intake.screening.answers import SERVICE_PAGES, SERVICES

PAGES: Final = SERVICE_PAGES


def are_all(answers: Mapping[str, Any]) -> bool:
    """Say whether these answers ask for the safety pages only: a service for somebody without a pain (clinical.md 12.1)."""
    return answers.get("visit_reason") in SERVICES and list(answers.get(chart.AREAS) or []) == [chart.NO_PAIN]


def taken_out(form: Questionnaire, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers without those of the safety pages, which are then asked again."""
    asked = {question.id for name in PAGES for question in form.page(name).questions}
    return {question_id: value for question_id, value in answers.items() if question_id not in asked}
