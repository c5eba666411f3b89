"""Answer sets and outcomes as JSON lines: what `manage.py screen` reads and writes.

A record is `{"id": ..., "answers": {question: value}}`. A question that was not asked is absent; null means shown and
left empty. Names and contact data are not needed: without `visit_reason` the visit is about a new pain.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from intake.questionnaire import Question, Questionnaire
from intake.screening.judge import evaluate
from intake.screening.levels import Level
from intake.screening.outcome import Result

SAME_AS: Final[dict[tuple[str, str], str | None]] = {
    ("answered_by", "parent"): "guardian",
    ("em_cannot_walk", "older"): "not_sure",
}
"""Codes of the clinical brief that our form words otherwise. The second: "older" is no clear answer to "right now"."""

BEYOND_THE_BRIEF: Final = frozenset({"head_signs", "arm_swelling", "wound_problem", "surgeon_cleared", "lump"})
"""Questions that our form asks and the clinical brief does not name (docs/decisions/0013). A record written after the
brief has none of them: absent, they were not asked. In our own form one that is left empty holds the booking."""

YES_OR_NO: Final = frozenset({"yes", "no"})


class BadRecord(ValueError):
    """A line that cannot be judged. Says why; `id` is that of the line, None when it has none."""

    def __init__(self, why: str, record_id: Any = None) -> None:
        super().__init__(why)
        self.id = record_id


def read(line: str, questionnaire: Questionnaire) -> tuple[Any, dict[str, Any]]:
    """The id and the answers of one line. Raises BadRecord for bad JSON, an unknown question or an unknown value."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise BadRecord("the line is not JSON") from None
    if not isinstance(record, dict):
        raise BadRecord("the line is not an object with id and answers")
    record_id, given = record.get("id"), record.get("answers")
    if not isinstance(given, dict):
        raise BadRecord("answers is not an object", record_id)
    try:
        answers = {name: _value(name, value, questionnaire) for name, value in given.items()}
    except ValueError as problem:
        raise BadRecord(str(problem), record_id) from None
    answers.setdefault("visit_reason", "new_pain")
    return record_id, answers


def _value(name: str, value: Any, questionnaire: Questionnaire) -> Any:
    question = questionnaire.questions.get(name)
    if question is None:
        raise ValueError(f"unknown question {name}")
    if value is None or value == []:
        return None
    if isinstance(value, str):
        value = SAME_AS.get((name, value), value)
        if value == "not_sure" and question.codes == YES_OR_NO:
            return None  # these rows offer no "not sure"; what is not sure was left empty
    if not _offers(question, value):
        raise ValueError(f"unknown value of {name}: {json.dumps(value)[:80]}")
    return value


def _offers(question: Question, value: Any) -> bool:
    if question.type == "integer":
        low, high = question.minimum, question.maximum
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and (low is None or value >= low) and (high is None or value <= high)
    if question.type != "choice":
        return isinstance(value, str)
    if question.repeats:
        return isinstance(value, list) and all(isinstance(code, str) and code in question.codes for code in value)
    return isinstance(value, str) and value in question.codes


def judge(answers: Mapping[str, Any], questionnaire: Questionnaire) -> Result:
    """Judge a record. Who answered was asked: an answer that this form would not have asked for counts when it makes
    the outcome an emergency or urgent, and only then.
    """
    not_asked = BEYOND_THE_BRIEF - set(answers)
    result = evaluate(answers, questionnaire=questionnaire, not_asked=not_asked)
    if not_shown(answers, questionnaire):
        counted = evaluate(answers, questionnaire=questionnaire, hidden_too=True, not_asked=not_asked)
        order = list(Level)
        if counted.level in (Level.EMERGENCY, Level.URGENT) and order.index(counted.level) < order.index(result.level):
            return counted
    return result


def not_shown(answers: Mapping[str, Any], questionnaire: Questionnaire) -> list[str]:
    """The questions answered that this form would not have asked."""
    shown = set(questionnaire.shown(answers))
    return [name for name, value in answers.items() if value is not None and name not in shown]


def dump(record_id: Any, result: Result) -> dict[str, Any]:
    """The outcome as JSON values. `points_to` is for staff."""
    record: dict[str, Any] = {
        "id": record_id,
        "level": result.level,
        "class": result.klass,
        "booking": result.booking,
        "call_due": result.call_due,
        "first_contact": result.first_contact,
        "points_to": list(dict.fromkeys(finding.points_to for finding in result.findings)),
        "findings": [
            {
                "rule": finding.rule_id,
                "level": finding.level,
                "class": finding.klass,
                "strength": finding.strength,
                "answers": finding.answers,
            }
            for finding in result.findings
        ],
        "factors": list(result.factors),
        "missing": list(result.missing),
        "questionnaire": result.questionnaire,
        "ruleset": result.ruleset,
    }
    if result.visit_within:
        record["visit_within"] = result.visit_within
    if result.alerts:
        record["alerts"] = list(result.alerts)
    return record
