"""The rules as a table that a clinician can read: `python -m intake.screening.table > docs/rules.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from intake.questionnaire import Questionnaire, current
from intake.screening.factors import FACTORS
from intake.screening.flags import CLEAR
from intake.screening.judge import ALL_RULES, RULESET
from intake.screening.logic import Named
from intake.screening.rules import Rule
from intake.screening.sources import SOURCES, STRENGTHS


def table(questionnaire: Questionnaire) -> str:
    """The whole table in Markdown, with the words of the questions and the meaning of each named term."""
    return "\n".join(_lines(questionnaire)) + "\n"


def _lines(questionnaire: Questionnaire) -> Iterator[str]:
    yield "# The rules"
    yield ""
    yield f"Rules {RULESET}, questionnaire {questionnaire.id}. Made by `python -m intake.screening.table`; a test keeps"
    yield "it true. Not signed off by a clinician: see [clinical-safety.md](clinical-safety.md). Staff only."
    yield ""
    yield "| id | level | class | first contact | call due | points to | strength | source | the patient told | condition |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for rule in ALL_RULES:
        yield _row(rule, questionnaire)
    yield ""
    yield "## Named terms"
    yield ""
    yield "| term | meaning |"
    yield "|---|---|"
    for name, meaning in sorted(named_terms(questionnaire).items()):
        yield f"| {name} | {meaning} |"
    yield ""
    yield "## Factors"
    yield ""
    yield "Staff see them at every level; the patient at most three topics, and only when the level is mechanical."
    yield ""
    yield "| id | factor | strength | source | condition |"
    yield "|---|---|---|---|---|"
    for factor in FACTORS:
        words = factor.condition.words(questionnaire)
        yield f"| {factor.id} | {factor.named} | {factor.strength} | {factor.source} | {words} |"
    yield ""
    yield "## Clear answers"
    yield ""
    yield "Any other answer to one of these is a flag: staff see it as present, whether or not a rule fires."
    yield ""
    yield "| id | question | clear answers |"
    yield "|---|---|---|"
    for question in questionnaire.questions.values():
        if question.id in CLEAR:
            answers = "; ".join(option.text.english for option in question.options if option.code in CLEAR[question.id])
            yield f"| {question.id} | {question.text} | {answers} |"
    yield ""
    yield "## Strengths and sources"
    yield ""
    yield "| tag | stands for |"
    yield "|---|---|"
    for tag, meaning in (*STRENGTHS.items(), *SOURCES.items()):
        yield f"| {tag} | {meaning} |"


def _row(rule: Rule, questionnaire: Questionnaire) -> str:
    condition = rule.condition.words(questionnaire)
    due = rule.due or "none"
    if rule.same_day:
        due += "; same_working_day for " + ", ".join(sorted(rule.same_day & rule.condition.reads()))
    cells = (
        rule.id,
        rule.level,
        rule.klass,
        rule.first_contact or "",
        due,
        rule.points_to,
        rule.strength,
        rule.source,
        rule.plain,
        condition,
    )
    return "| " + " | ".join(cells) + " |"


def named_terms(questionnaire: Questionnaire) -> dict[str, str]:
    """Every named condition that some rule uses, and its meaning in words."""
    return {
        part.name: part.condition.words(questionnaire)
        for rule in ALL_RULES
        for part in rule.condition.walk()
        if isinstance(part, Named)
    }


if __name__ == "__main__":
    sys.stdout.write(table(current()))
