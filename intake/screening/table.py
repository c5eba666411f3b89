"""The rules as a table that a clinician can read: `python -m intake.screening.table > docs/rules.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from intake.questionnaire import Questionnaire, current
from intake.screening.interim import CLEAR, INTERIM_RULES, Doubt
from intake.screening.logic import Named
from intake.screening.outcome import RULESET
from intake.screening.patterns import LAST_RULES
from intake.screening.rules import EMERGENCY_RULES, Rule

ALL_RULES = (*EMERGENCY_RULES, *INTERIM_RULES, *LAST_RULES)


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
    yield "## Clear answers"
    yield ""
    yield "A safety question answered otherwise, skipped or answered “not sure” holds the booking until a person calls."
    yield ""
    yield "| id | question | clear answers |"
    yield "|---|---|---|"
    for question in questionnaire.questions.values():
        if question.id in CLEAR:
            answers = "; ".join(option.text.english for option in question.options if option.code in CLEAR[question.id])
            yield f"| {question.id} | {question.text} | {answers} |"


def _row(rule: Rule, questionnaire: Questionnaire) -> str:
    if any(isinstance(part, Doubt) for part in rule.condition.walk()):
        condition = "a doubt about: " + ", ".join(sorted(rule.condition.reads()))
    else:
        condition = rule.condition.words(questionnaire) or "always, when no row above fits"
    cells = (
        rule.id,
        rule.level,
        rule.klass,
        rule.first_contact or "",
        rule.due or "none",
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
