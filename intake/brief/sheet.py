"""The PT's page of a screening as values: what the desk's page, the PDF and the text for the chart are made from.

It shows an outcome as it was made, with the answers it rests on and the questionnaire of that time; nothing is judged
anew. What was added after the result stands beside it. The order is that of clinical.md 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from clinic import wording
from intake import afterwards, chart
from intake import questionnaire as questionnaires
from intake.brief.care import Entry, FactorLine, care_of, factor_lines, goals_of, outlook_of
from intake.brief.changes import LevelChanges, changes_of
from intake.brief.fired import Fired, contradictions_of, fired_of
from intake.brief.places import Places, places_of
from intake.brief.signs import Signs, signs_of
from intake.brief.since import News, news_of
from intake.brief.story import Load, Nerves, Pain, load_of, nerves_of, pain_of
from intake.brief.watched import alerts_of
from intake.brief.words import Line, Words
from intake.models import Finding, Level, Outcome, Screening
from intake.questionnaire import Page, Questionnaire
from intake.screening.levels import FirstContact, VisitWithin

FIRST_CONTACTS = {
    FirstContact.PHYSICIAN: "a physician",
    FirstContact.OBSTETRIC: "obstetric care",
    FirstContact.SPINE: "a spine clinic",
    FirstContact.SPORTS: "a sports physician",
    FirstContact.RHEUMATOLOGY: "a rheumatologist",
    FirstContact.PT_EVALUATION: "an evaluation by a PT",
}
WITHIN = {VisitWithin.WEEK_1: "within 1 week", VisitWithin.WEEKS_2: "within 2 weeks"}
TONES = {Level.EMERGENCY: "red", Level.URGENT: "red", Level.REFER: "amber", Level.UNSURE: "amber"}
# Said at the head of the page already.
IN_THE_HEAD = frozenset({"answered_by", "age_years"})


@dataclass(frozen=True)
class LevelLine:
    """The level that staff go by, with what it opens and asks for."""

    code: str
    label: str
    tone: str
    by_rules: str
    was: str
    summary: tuple[str, ...]
    decided: str
    due: str


@dataclass(frozen=True)
class Chapter:
    """The answers of one page of the form."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Since:
    """The screening before this one: when it was, and what changed since. `at` is "" for a first screening."""

    at: str
    news: tuple[News, ...]


@dataclass(frozen=True)
class Brief:
    """All that the page says about one outcome. Lists keep the order of the form."""

    sex: str
    level: LevelLine
    alerts: tuple[str, ...]
    fired: tuple[Fired, ...]
    signs: Signs
    places: Places
    pain: Pain
    nerves: Nerves | None
    load: Load | None
    factors: tuple[FactorLine, ...]
    outlook: str
    goals: tuple[Entry, ...]
    care: tuple[Entry, ...]
    own_words: str
    contradictions: tuple[str, ...]
    changes: LevelChanges
    since: Since
    answers: tuple[Chapter, ...]


def brief_of(outcome: Outcome, findings: list[Finding], previous: Outcome | None = None) -> Brief:
    """Put together the brief of an outcome; `previous` is that of the patient's screening before.

    Raises UnknownQuestionnaire for a questionnaire that is not there any more.
    """
    words, before = _words(outcome), _words(previous) if previous else None
    together = afterwards.together(outcome)
    later = Words(words.form, words.form.effective(together), words.about_child)
    return Brief(
        sex=later.said("sex_at_birth"),
        level=_level(outcome, previous),
        alerts=alerts_of(later),
        fired=fired_of(findings, words),
        signs=signs_of(outcome, findings, words),
        places=places_of(words, outcome.answers.get(chart.SPOTS)),
        pain=pain_of(words, before),
        nerves=nerves_of(words),
        load=load_of(later, before),
        factors=factor_lines(outcome.factors, together, words),
        outlook=outlook_of(later),
        goals=goals_of(later),
        care=care_of(later),
        own_words=later.said("free_text"),
        contradictions=contradictions_of(outcome, words),
        changes=changes_of(outcome, words),
        since=Since(
            at=_day(previous.screening.finished_at) if previous else "",
            news=news_of(words, before) if before else (),
        ),
        answers=chapters_of(words.form, later),
    )


def _words(outcome: Outcome) -> Words:
    form = questionnaires.get(outcome.questionnaire)
    about_child = outcome.screening.respondent == Screening.Respondent.GUARDIAN
    return Words(form, form.effective(outcome.answers), about_child)


def _level(outcome: Outcome, previous: Outcome | None) -> LevelLine:
    level = Level(outcome.staff_level)
    contact, within = outcome.first_contact, outcome.visit_within
    summary = [f"Booking: {outcome.get_booking_display()}."]
    if contact in set(FirstContact):
        summary.append(f"See first: {FIRST_CONTACTS[FirstContact(contact)]}.")
    if within in set(VisitWithin):
        summary.append(f"Visit {WITHIN[VisitWithin(within)]}.")
    summary.append(f"Class: {outcome.klass}.")
    changed = previous is not None and previous.staff_level != outcome.staff_level
    return LevelLine(
        code=level.value,
        label=str(level.label),
        tone=TONES.get(level, "ok"),
        by_rules=str(Level(outcome.level).label) if outcome.level != outcome.staff_level else "",
        was=f"{previous.get_staff_level_display()} on {_day(previous.screening.finished_at)}"
        if previous and changed
        else "",
        summary=tuple(summary),
        decided=_decided(outcome),
        due=f"Call by {_moment(outcome.call_due_at)}" if outcome.call_due_at else "No call due",
    )


def _decided(outcome: Outcome) -> str:
    """Say who of the staff set this level and why, "" for a level that the rules gave."""
    if outcome.decided_by is None:
        return ""
    who, at = outcome.decided_by.display_name, _moment(outcome.created_at)
    clearance = getattr(outcome, "clearance", None)
    if clearance:
        day = wording.short_day(clearance.cleared_on)
        return f"Cleared by {clearance.cleared_by}, {day}; recorded by {who}, {at}. {clearance.letter}"
    return f"Decided by {who}, {at}: {outcome.reason}"


def chapters_of(form: Questionnaire, words: Words) -> tuple[Chapter, ...]:
    """Return what was answered, as it was asked, page by page."""
    shown = [
        (
            page,
            [question for question in page.questions if question.id in words.given and question.id not in IN_THE_HEAD],
        )
        for page in form.pages
    ]
    return tuple(Chapter(_title(page), words.lines(questions)) for page, questions in shown if questions)


def _title(page: Page) -> str:
    return str(page.title) or str(page.heading)


def _day(at: datetime | None) -> str:
    return wording.short_day(timezone.localtime(at)) if at else ""


def _moment(at: datetime | None) -> str:
    return wording.moment(timezone.localtime(at)) if at else ""
