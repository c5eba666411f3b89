"""An outcome in words for a person at a terminal: what fired and why, what was not answered, what it hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from intake.questionnaire import Questionnaire
from intake.screening.factors import BY_ID
from intake.screening.outcome import Result
from intake.screening.what_if import Change, what_if


def explain(record_id: Any, result: Result, answers: Mapping[str, Any], questionnaire: Questionnaire) -> str:
    """The outcome as lines of text."""
    return "\n".join(_lines(record_id, result, answers, questionnaire)) + "\n"


def _lines(record_id: Any, result: Result, answers: Mapping[str, Any], form: Questionnaire) -> Iterator[str]:
    due = result.call_due or "no call"
    yield f"{record_id}: {result.level} ({result.klass}), booking {result.booking}, call {due}, rules {result.ruleset}"
    if result.first_contact:
        yield f"  first contact: {result.first_contact}"
    if result.visit_within:
        yield f"  a PT within: {result.visit_within}"
    for alert in result.alerts:
        yield f"  ALERT: {alert}"
    for finding in result.findings:
        yield f"  {finding.rule_id} {finding.level}, strength {finding.strength}: {finding.plain} ({finding.points_to})"
        for question, value in finding.answers.items():
            yield f"      {question} = {_answer(question, value, form)}"
    for contradiction in result.contradictions:
        yield f"  contradiction: {contradiction.plain}"
    yield from _list("flags present", (f"{q} = {_answer(q, v, form)}" for q, v in result.flags.present.items()))
    yield from _list("flags absent", result.flags.absent)
    yield from _list("not sure", result.not_sure)
    yield from _list("must be answered and is not", result.missing)
    yield from _list("flags not asked", result.flags.not_asked)
    yield from _list("factors", (f"{factor} {BY_ID[factor].named}" for factor in result.factors))
    changes = what_if(answers, questionnaire=form)
    yield from _list("would raise the level", (_change(change, form) for change in changes.raising))
    yield from _list("would lower the level", (_change(change, form) for change in changes.lowering))


def _list(title: str, entries: Iterable[str]) -> Iterator[str]:
    found = list(entries)
    if found:
        yield f"  {title}: " + "; ".join(found)


def _answer(question: str, value: Any, form: Questionnaire) -> str:
    if value is None:
        return "no answer"
    return form.question(question).answer_text(value) if question in form.questions else str(value)


def _change(change: Change, form: Questionnaire) -> str:
    return f"{change.question} = {_answer(change.question, change.answer, form)} -> {change.level}"
