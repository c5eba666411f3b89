"""What fired and why: rules in the words they were stored with, each with the answers that fired it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from intake.brief.words import Words, joined, sentence
from intake.models import Finding, Outcome
from intake.screening.judge import ALL_RULES

_PLAIN = {rule.id: rule.plain for rule in ALL_RULES}


@dataclass(frozen=True)
class Fired:
    """A rule that fired, in words, with the answers that fired it."""

    rule: str
    level: str
    plain: str
    points_to: str
    strength: str
    answers: tuple[str, ...]

    @property
    def because(self) -> str:
        """Return the answers in one sentence, "" without any."""
        return "; ".join(self.answers) + "." if self.answers else ""


def fired_of(findings: Iterable[Finding], words: Words) -> tuple[Fired, ...]:
    """Return the findings in words; of an old one without words of its own those of the rule, else what it pointed to."""
    return tuple(
        Fired(
            rule=finding.rule,
            level=finding.level,
            plain=finding.plain or _PLAIN.get(finding.rule, finding.points_to),
            points_to=finding.points_to,
            strength=finding.strength,
            answers=_evidence(finding.answers, words),
        )
        for finding in findings
    )


def contradictions_of(outcome: Outcome, words: Words) -> tuple[str, ...]:
    """Return the answers that do not go together, each with what is wrong with them."""
    return tuple(
        joined(sentence(found["plain"]), "; ".join(_evidence(found["answers"], words)), between=": ")
        for found in outcome.contradictions
    )


def _evidence(answers: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    return tuple(
        sentence(words.sign(question, value if value is not None else ""))
        for question, value in answers.items()
        if question in words.form.questions
    )
