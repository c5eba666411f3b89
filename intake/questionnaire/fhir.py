"""Filled-in answers as a FHIR R4 QuestionnaireResponse, and back.

An item without an answer was asked and left empty; a question without an item was not asked. So skipped and not
asked stay apart in the export too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from intake.questionnaire.errors import NotItsResponse, UnknownQuestion
from intake.questionnaire.extensions import CODES
from intake.questionnaire.model import Question, Questionnaire


def to_response(
    questionnaire: Questionnaire,
    answers: Mapping[str, Any],
    *,
    authored: datetime | None = None,
    status: Literal["in-progress", "completed", "amended", "entered-in-error", "stopped"] = "completed",
    language: str = "en",
    uid: UUID | None = None,
    subject: UUID | None = None,
    private: bool = True,
) -> dict[str, Any]:
    """The response as JSON values: effective answers, and empty items for skipped questions that are shown.

    `authored` must be aware. `language` chooses the words that stand beside the codes. `uid` is the response's own,
    `subject` the patient's. Without `private` the questions asked in private are left out, answered or not.
    """
    visible = set(questionnaire.shown(answers))
    counting = questionnaire.effective(answers)
    items: list[dict[str, Any]] = []
    groups: dict[tuple[str, ...], dict[str, Any]] = {}
    for question in questionnaire.questions.values():
        skipped = question.id in visible and question.id in answers and answers[question.id] is None
        if (question.id not in counting and not skipped) or (question.private and not private):
            continue
        entry: dict[str, Any] = {"linkId": question.id, "text": question.text_for(language)}
        if not skipped:
            entry["answer"] = _answer(question, counting[question.id], language)
        _list_at(question.path, items, groups).append(entry)
    response: dict[str, Any] = {"resourceType": "QuestionnaireResponse"}
    if uid is not None:
        response |= {"id": str(uid), "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uid}"}}
    response |= {
        "language": language,
        "questionnaire": f"{questionnaire.url}|{questionnaire.version}",
        "status": status,
    }
    if subject is not None:
        response["subject"] = {"reference": f"Patient/{subject}", "type": "Patient"}
    if authored is not None:
        response["authored"] = authored.isoformat()
    if items:
        response["item"] = items
    return response


def _list_at(
    path: tuple[str, ...], items: list[dict[str, Any]], groups: dict[tuple[str, ...], dict[str, Any]]
) -> list[dict[str, Any]]:
    """The item list of the group at `path`, made on the way where it is not there yet."""
    for depth in range(1, len(path) + 1):
        here = path[:depth]
        if here not in groups:
            groups[here] = {"linkId": here[-1], "item": []}
            items.append(groups[here])
        items = groups[here]["item"]
    return items


def _answer(question: Question, value: Any, language: str) -> list[dict[str, Any]]:
    if question.type == "choice":
        codes = value if isinstance(value, list) else [value]
        return [
            {"valueCoding": {"system": CODES, "code": code, "display": question.answer_text(code, language)}}
            for code in codes
        ]
    return [{_value_name(question): value}]


def _value_name(question: Question) -> str:
    return {"integer": "valueInteger", "date": "valueDate"}.get(question.type, "valueString")


def from_response(questionnaire: Questionnaire, response: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a response, None for items without one. Raises NotItsResponse or UnknownQuestion.

    Nothing is judged beyond its shape: `effective` leaves out what the questionnaire does not offer.
    """
    if response.get("resourceType") != "QuestionnaireResponse":
        raise NotItsResponse("resourceType is not QuestionnaireResponse")
    canonical = f"{questionnaire.url}|{questionnaire.version}"
    if response.get("questionnaire") != canonical:
        raise NotItsResponse(f"{response.get('questionnaire')} is not {canonical}")
    found: dict[str, Any] = {}
    _collect(questionnaire, response.get("item", []), found)
    return {question_id: found[question_id] for question_id in questionnaire.questions if question_id in found}


def _collect(questionnaire: Questionnaire, items: Any, found: dict[str, Any]) -> None:
    groups = {group for question in questionnaire.questions.values() for group in question.path}
    if not isinstance(items, list):
        raise NotItsResponse("item is no list")
    for item in items:
        link_id = item.get("linkId") if isinstance(item, dict) else None
        if link_id in groups:
            _collect(questionnaire, item.get("item", []), found)
        elif link_id in questionnaire.questions:
            found[link_id] = _value(questionnaire.questions[link_id], item)
        else:
            raise UnknownQuestion(str(link_id))


def _value(question: Question, item: Mapping[str, Any]) -> Any:
    given = item.get("answer", [])
    if not given:
        return None
    try:
        if question.type != "choice":
            return given[0][_value_name(question)]
        codes = [entry["valueCoding"]["code"] for entry in given]
    except (KeyError, TypeError, IndexError):
        raise NotItsResponse(f"{question.id}: the answer is of another type") from None
    return codes if question.repeats else codes[0]
