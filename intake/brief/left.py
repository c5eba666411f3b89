"""What a PT reads of a check that was left in the middle and has no outcome, when a call is due: for words that worry us.

A form that nobody has to call about is read by nobody before it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from clinic.models import Call
from intake import questionnaire as questionnaires
from intake import screening as rules
from intake.brief.fired import Fired, fired_of
from intake.brief.sheet import Chapter, chapters_of
from intake.brief.words import Words
from intake.models import Finding, Screening


@dataclass(frozen=True)
class Left:
    """What fired of what was answered so far, and the answers by page."""

    fired: tuple[Fired, ...]
    answers: tuple[Chapter, ...]


def left_of(screening: Screening) -> Left | None:
    """Return what a PT who has to call about it must know; None unless such a call is open."""
    owed = Call.objects.open().filter(subject_uid=screening.uid, for_pt=True)
    if screening.state != Screening.State.STARTED or not owed.exists():
        return None
    form = questionnaires.get(screening.questionnaire)
    upto = max(screening.pages_done, key=lambda page: form.page_order[page])
    result = rules.evaluate(screening.answers, questionnaire=form, upto=upto)
    words = Words(form, form.effective(screening.answers), screening.respondent == Screening.Respondent.GUARDIAN)
    findings = [
        Finding(
            rule=found.rule_id,
            level=str(found.level),
            plain=found.plain,
            points_to=found.points_to,
            strength=found.strength,
            answers=found.answers,
        )
        for found in result.findings
    ]
    return Left(fired_of(findings, words), chapters_of(form, words))
