"""Questionnaires: FHIR R4 files of questions, loaded, checked, branched and answered. Pure: no database.

questionnaire = current()                       # or get("intake-1") for an older answer set
page = questionnaire.first_page(answers)
questionnaire.shown_questions(page, answers)    # what to ask on it
cleaned = questionnaire.clean_page(page.id, request.POST, answers)
answers |= cleaned.answers                      # store all of it, None (skipped) too
questionnaire.next_page(page.id, answers)       # None: everything shown was asked
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from intake.questionnaire.answers import CleanedPage
from intake.questionnaire.errors import QuestionnaireError, UnknownQuestionnaire
from intake.questionnaire.loader import load
from intake.questionnaire.model import Answers, Option, Page, Question, Questionnaire

__all__ = [
    "CURRENT",
    "Answers",
    "CleanedPage",
    "Option",
    "Page",
    "Question",
    "Questionnaire",
    "QuestionnaireError",
    "current",
    "get",
    "released",
]

CURRENT: Final = "intake-1"
"""The questionnaire that new screenings use."""

FOLDER: Final = Path(__file__).parent.parent / "questionnaires"
"""One file for each questionnaire and version; never changed once released (SHA256SUMS beside them)."""


def current() -> Questionnaire:
    """The questionnaire that new screenings use."""
    return get(CURRENT)


@cache
def get(id_version: str) -> Questionnaire:
    """A released questionnaire by name and version. Raises UnknownQuestionnaire, or what its file has wrong."""
    if id_version not in released():
        raise UnknownQuestionnaire(id_version)
    return load(FOLDER / f"{id_version}.json")


@cache
def released() -> tuple[str, ...]:
    """Names of all questionnaires that answer sets may refer to."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
