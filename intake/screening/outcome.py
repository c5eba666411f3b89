"""From answers to an outcome. The level is the highest of all findings; the gate and the due time are the strictest
of all findings, not of the highest one (design decision 6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intake.questionnaire import Questionnaire
from intake.screening.answers import Reading, State
from intake.screening.flags import Flags
from intake.screening.interim import INTERIM_RULES, SAFETY_QUESTIONS, may_be_skipped
from intake.screening.levels import DUTIES, Booking, CallDue, FirstContact, Klass, Level, VisitWithin, strictest
from intake.screening.patterns import LAST_RULES
from intake.screening.rules import EMERGENCY_RULES, Rule
from intake.screening.watchlist import Hits, scan

RULESET: Final = "1-interim"
"""The name of these rules, stored with each outcome. A change of any rule, duty or watch word changes it."""

EMERGENCY_WORDS: Final = "emergency_words"
CRISIS_WORDS: Final = "crisis_words"


@dataclass(frozen=True)
class Finding:
    """A rule that fired. `answers`: exactly those that made it true; None is a skipped question."""

    rule_id: str
    level: Level
    klass: Klass
    strength: str
    points_to: str
    plain: str
    answers: dict[str, Any]


@dataclass(frozen=True)
class Contradicted:
    """Two answers that do not go together, and what is wrong with them."""

    plain: str
    answers: dict[str, Any]


NO_FLAGS: Final = Flags({}, (), (), (), ())


@dataclass(frozen=True)
class Result:
    """An outcome, to be stored as it is and never worked out again.

    `missing`: safety questions left empty. `not_sure`: questions answered "not sure". `alerts`: EMERGENCY_WORDS and
    CRISIS_WORDS when a free text holds such words: show the words that belong to them and alert a person at once.
    While a form is under way (`upto`) a result without findings is UNSURE: nothing opens before the last page.
    """

    level: Level
    klass: Klass
    booking: Booking
    call_due: CallDue | None
    first_contact: FirstContact | None
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    not_sure: tuple[str, ...]
    alerts: tuple[str, ...]
    ruleset: str
    questionnaire: str
    flags: Flags = NO_FLAGS
    contradictions: tuple[Contradicted, ...] = ()
    factors: tuple[str, ...] = ()
    visit_within: VisitWithin | None = None

    @property
    def is_emergency(self) -> bool:
        """Stop the form and show the emergency page."""
        return self.level is Level.EMERGENCY


def evaluate(answers: Mapping[str, Any], *, questionnaire: Questionnaire, upto: str | None = None) -> Result:
    """Judge an answer set.

    `upto` is the id of the last page shown of a form that is still under way, or that an emergency stopped: later
    questions without an answer are then not asked yet instead of skipped. Raises UnknownPage.
    """
    reading = Reading(answers, questionnaire, upto)
    fired: list[tuple[Rule, Finding]] = []
    _run(EMERGENCY_RULES, reading, fired)
    _run(INTERIM_RULES, reading, fired)
    if not fired and upto is None:
        for rule in LAST_RULES:
            _run([rule], reading, fired)
            if fired:
                break
    return _result(reading, fired)


def emergency_now(answers: Mapping[str, Any], *, questionnaire: Questionnaire) -> tuple[Finding, ...]:
    """The emergency findings of the answers given so far; ask after every page and stop the form if there are any.

    Cheaper than `evaluate`, and needs no page: emergency rules fire on what was answered, never on what was not.
    """
    fired: list[tuple[Rule, Finding]] = []
    _run(EMERGENCY_RULES, Reading(answers, questionnaire), fired)
    return tuple(finding for _, finding in fired)


def _run(rules: Sequence[Rule], reading: Reading, fired: list[tuple[Rule, Finding]]) -> None:
    """Try each rule in turn. What a rule took is known to the rules after this table, not to its neighbours."""
    taken: set[str] = set()
    for rule in rules:
        if rule.condition.truth(reading):
            evidence = rule.condition.because(reading)
            finding = Finding(rule.id, rule.level, rule.klass, rule.strength, rule.points_to, rule.plain, evidence)
            fired.append((rule, finding))
            reading.fired.add(rule.id)
            taken.update(evidence)
    reading.taken |= taken


def _result(reading: Reading, fired: list[tuple[Rule, Finding]]) -> Result:
    level = strictest(rule.level for rule, _ in fired) or Level.UNSURE
    top = [rule for rule, _ in fired if rule.level is level]
    duty = DUTIES[level]
    alerts = _alerts(reading)
    return Result(
        level=level,
        klass=strictest(rule.klass for rule in top) or Klass.UNSURE,
        booking=strictest(rule.booking for rule, _ in fired) or duty.booking,
        call_due=strictest(rule.due for rule, _ in fired) or duty.call_due,
        first_contact=strictest(rule.first_contact for rule in top),
        findings=tuple(finding for _, finding in fired),
        missing=tuple(
            question
            for question in reading.questionnaire.questions
            if question in SAFETY_QUESTIONS
            and reading.state(question) is State.SKIPPED
            and not may_be_skipped(question, reading)
        ),
        not_sure=tuple(
            question for question in reading.questionnaire.questions if reading.value(question) == "not_sure"
        ),
        alerts=alerts,
        ruleset=RULESET,
        questionnaire=reading.questionnaire.id,
    )


def _alerts(reading: Reading) -> tuple[str, ...]:
    hits = [
        scan(reading.values[question.id])
        for question in reading.questionnaire.questions.values()
        if question.type == "text" and question.id in reading.values
    ]
    found = Hits(tuple(word for hit in hits for word in hit.words))
    return tuple(alert for alert, hit in ((EMERGENCY_WORDS, found.emergency), (CRISIS_WORDS, found.crisis)) if hit)
