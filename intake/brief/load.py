"""A brief with all that stands around it, read from the database: who it is about, what they were told, who read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import override

from clinic import registry, wording
from clinic.models import Patient
from intake.brief.sheet import Brief, brief_of
from intake.brief.told import Told, told_of
from intake.models import BriefRead, Outcome, Screening
from intake.screening.sign_off import is_signed_off
from intake.workflow import age_on

WHO = {
    Screening.Respondent.SELF: "the patient",
    Screening.Respondent.GUARDIAN: "a parent or guardian",
    Screening.Respondent.HELPER: "a helper, as told",
    Screening.Respondent.STAFF: "the patient, read out to staff",
}
_ENGLISH = frozenset({"", "english", "en"})
_LONGEST_MARK = 80


@dataclass(frozen=True)
class Mark:
    """Something to know before one speaks: an icon and words."""

    icon: str
    words: str
    pressing: bool = False


@dataclass(frozen=True)
class Sheet:
    """A brief, and what stands around it. All words are English."""

    name: str
    age: int
    born: str
    lines: tuple[str, ...]
    answered: str
    versions: str
    marks: tuple[Mark, ...]
    brief: Brief
    told: Told | None
    read_by: tuple[str, ...]


def load(outcome: Outcome, *, now: datetime) -> Sheet:
    """Return the sheet of an outcome that was loaded with its screening and patient."""
    screening, patient = outcome.screening, outcome.screening.patient
    reads = BriefRead.objects.filter(outcome=outcome).select_related("by")
    with override("en"):
        earlier = _earlier(screening)
        said = _told(outcome)
        return Sheet(
            name=patient.name,
            age=age_on(patient.birth_date, timezone.localdate(now)),
            born=_born(patient),
            lines=tuple(filter(None, (line(patient, now) for line in registry.patient_lines.values()))),
            answered=_answered(screening),
            versions=_versions(outcome),
            marks=_marks(screening, patient),
            brief=brief_of(outcome, list(outcome.findings.all()), earlier),
            told=told_of(said, now=now) if said else None,
            read_by=tuple(f"{read.by.display_name}, {_moment(read.at)}" for read in reads),
        )


def _earlier(screening: Screening) -> Outcome | None:
    """Return the outcome of the patient's last screening that was finished before this one.

    One that is answered again, after an answer was tapped by mistake, is not finished: then all others came before.
    """
    others = Outcome.objects.filter(
        screening__patient_id=screening.patient_id, current=True, screening__finished_at__isnull=False
    ).exclude(screening=screening)
    rows = others.filter(screening__finished_at__lt=screening.finished_at) if screening.finished_at else others
    return rows.select_related("screening").order_by("-screening__finished_at").first()


def _told(outcome: Outcome) -> Outcome | None:
    """Return the outcome that the patient was told last: of the rules, or a clearance. Staff who decide write to nobody.

    Who had to stop on the phone was told only that somebody calls.
    """
    if outcome.left and outcome.screening.typed_by_id is not None:
        return None
    if outcome.decided_by_id is None:
        return outcome
    told = Outcome.objects.filter(Q(decided_by__isnull=True) | Q(clearance__isnull=False), screening=outcome.screening)
    newest = told.order_by("-pk").first()
    if newest is not None:
        newest.screening = outcome.screening
    return newest


def _born(patient: Patient) -> str:
    return f"{wording.short_day(patient.birth_date).partition(' ')[2]} {patient.birth_date.year}"


def _versions(outcome: Outcome) -> str:
    """Return which rules and form judged, and that no clinician has signed them off, as long as that is so."""
    signed = is_signed_off(outcome.ruleset, outcome.questionnaire)
    draft = "" if signed else ", not signed off by clinicians yet"
    return f"Rules {outcome.ruleset}, form {outcome.questionnaire}{draft}."


def _answered(screening: Screening) -> str:
    who = WHO[Screening.Respondent(screening.respondent)]
    named = f" ({screening.respondent_name})" if screening.respondent_name else ""
    if screening.typed_by:
        named += f", on the phone; typed by {screening.typed_by.display_name}"
    again = (
        f" Only the safety pages; the other answers are of {_moment(screening.carried_from)}."
        if screening.carried_from
        else ""
    )
    if screening.finished_at is None:
        return (
            f"By {who}{named}, who says that an answer was tapped by mistake and answers again since"
            f" {_moment(screening.saved_at)}. This is what was said first."
        )
    return f"Answered {_moment(screening.finished_at)} by {who}{named}.{again}"


def _marks(screening: Screening, patient: Patient) -> tuple[Mark, ...]:
    foreign = patient.spoken_language.casefold() not in _ENGLISH
    marks = []
    if patient.interpreter:
        language = patient.spoken_language or (screening.language if screening.language != "en" else "")
        marks.append(Mark("talk", f"Interpreter: {language or 'language not said'}", pressing=True))
    elif foreign:
        marks.append(Mark("talk", f"Speaks {patient.spoken_language}"))
    if screening.language != "en":
        marks.append(Mark("screen", f"Form in: {screening.language}"))
    if patient.guardian_name:
        relation = f", {patient.guardian_relation}" if patient.guardian_relation else ""
        marks.append(Mark("people", f"{patient.guardian_name}{relation}"))
    if patient.access_needs:
        marks.append(Mark("hand", _short(patient.access_needs)))
    return tuple(marks)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_MARK else f"{text[: _LONGEST_MARK - 1]}…"


def _moment(at: datetime | None) -> str:
    return wording.moment(timezone.localtime(at)) if at else ""
