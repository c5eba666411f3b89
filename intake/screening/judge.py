"""From answers to an outcome. The level is the highest of all findings; the gate and the due time are the strictest
of all findings, not of the highest one (design decision 6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from intake.questionnaire import Page, Questionnaire
from intake.screening.answers import Reading, State
from intake.screening.beyond import EMERGENCY_RULES, REFER_RULES, URGENT_RULES
from intake.screening.core import core_questions
from intake.screening.factors import factors_of
from intake.screening.flags import flags_of
from intake.screening.free_text import hits
from intake.screening.levels import DUTIES, Klass, Level, strictest
from intake.screening.mechanical import MECHANICAL_RULES, visit_within
from intake.screening.outcome import CRISIS_WORDS, EMERGENCY_WORDS, Contradicted, Finding, Result
from intake.screening.rules import Rule
from intake.screening.unsure import CONTRADICTIONS, UNSURE_RULES

RULESET: Final = "3"
"""The name of these rules, stored with each outcome. A change of any rule, duty or watch word changes it."""

HELD_RULES: Final = (*EMERGENCY_RULES, *URGENT_RULES, *REFER_RULES, *UNSURE_RULES)
ALL_RULES: Final = (*HELD_RULES, *MECHANICAL_RULES)
Fired = list[tuple[Rule, Finding]]


def evaluate(
    answers: Mapping[str, Any],
    *,
    questionnaire: Questionnaire,
    upto: str | None = None,
    hidden_too: bool = False,
    not_asked: frozenset[str] = frozenset(),
) -> Result:
    """Judge an answer set.

    `upto` is the id of the last page shown of a form that is still under way, or that an emergency stopped: later
    questions without an answer are then not asked instead of skipped. Without it an emergency stops the form where it
    would have stopped it. `hidden_too`: answers count though this form would not have asked. `not_asked`: nothing is
    concluded from the absence of these. Raises UnknownPage.
    """
    reading = Reading(answers, questionnaire, upto, hidden_too=hidden_too, not_asked=not_asked)
    whole = upto is None
    stop = _stopped_at(reading) if whole else None
    if stop is not None:
        reading = Reading(answers, questionnaire, stop, hidden_too=hidden_too, not_asked=not_asked)
    reading.core = core_questions(reading)
    fired = _fire(HELD_RULES, reading)
    if not fired and whole:
        for rule in MECHANICAL_RULES:
            fired = _fire([rule], reading)
            if fired:
                break
    return _result(reading, fired)


def emergency_now(answers: Mapping[str, Any], *, questionnaire: Questionnaire) -> tuple[Finding, ...]:
    """The emergency findings of the answers given so far; ask after every page and stop the form if there are any.

    Cheaper than `evaluate`, and needs no page: emergency rules fire on what was answered, never on what was not.
    """
    return tuple(finding for _, finding in _fire(EMERGENCY_RULES, Reading(answers, questionnaire)))


def _stopped_at(reading: Reading) -> str | None:
    """The page at which an emergency would have ended the form; None without an emergency."""
    if not _fire(EMERGENCY_RULES, reading):
        return None
    return next((page.id for page in reading.questionnaire.pages if _is_emergency_by(page, reading)), None)


def _is_emergency_by(page: Page, reading: Reading) -> bool:
    """Whether an emergency rule fires on what was answered up to this page."""
    form = reading.questionnaire
    last = form.page_order[page.id]
    so_far = {q: v for q, v in reading.values.items() if form.page_order[form.question(q).page_id] <= last}
    return bool(_fire(EMERGENCY_RULES, Reading(so_far, form, hidden_too=True)))


def _fire(rules: Sequence[Rule], reading: Reading) -> Fired:
    """Try each rule in turn; later ones may ask which fired before."""
    fired: Fired = []
    for rule in rules:
        if rule.condition.truth(reading):
            evidence = rule.condition.because(reading)
            finding = Finding(rule.id, rule.level, rule.klass, rule.strength, rule.points_to, rule.plain, evidence)
            fired.append((rule, finding))
            reading.fired.add(rule.id)
    return fired


def _result(reading: Reading, fired: Fired) -> Result:
    level = strictest(rule.level for rule, _ in fired) or Level.UNSURE
    top = [rule for rule, _ in fired if rule.level is level]
    duty = DUTIES[level]
    questions = reading.questionnaire.questions
    words = hits(reading)
    return Result(
        level=level,
        klass=strictest(rule.klass for rule in top) or Klass.UNSURE,
        booking=strictest(rule.booking for rule, _ in fired) or duty.booking,
        call_due=strictest(rule.due_for(finding.answers) for rule, finding in fired) or duty.call_due,
        first_contact=strictest(rule.first_contact for rule in top),
        findings=tuple(finding for _, finding in fired),
        missing=tuple(q for q in questions if _is_missing(q, reading)),
        not_sure=tuple(q for q in questions if reading.value(q) == "not_sure"),
        alerts=tuple(alert for alert, hit in ((EMERGENCY_WORDS, words.emergency), (CRISIS_WORDS, words.crisis)) if hit),
        ruleset=RULESET,
        questionnaire=reading.questionnaire.id,
        flags=flags_of(reading),
        contradictions=tuple(
            Contradicted(contradiction.plain, contradiction.condition.because(reading))
            for contradiction in CONTRADICTIONS
            if contradiction.condition.truth(reading)
        ),
        factors=factors_of(reading),
        visit_within=visit_within(reading),
    )


def _is_missing(question: str, reading: Reading) -> bool:
    """Whether it had to be answered and was not."""
    return question in reading.core and reading.state(question) is State.SKIPPED
