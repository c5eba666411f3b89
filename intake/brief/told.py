"""What the patient was told: the words of the result, when they were shown, and how the letter went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone

from clinic import wording
from clinic.models import Clinic, Message
from intake.models import Level, Outcome
from intake.results import Shown
from intake.workflow import CHECK_RESULT

HEADINGS = {
    Level.EMERGENCY: "Get care now",
    Level.URGENT: "See a doctor today",
    Level.REFER: "Get checked first",
    Level.UNSURE: "A PT will call you",
    Level.MECHANICAL: "You can book now",
}
"""The headings of the result's pages."""
_FAILED = {Message.State.FAILED: "failed", Message.State.DROPPED: "not sent"}


@dataclass(frozen=True)
class Told:
    """`words` in English, as the page says them; `how` tells when and by which way; `letter` is what was sent."""

    words: str
    how: str
    letter: str


def told_of(outcome: Outcome, *, now: datetime) -> Told:
    """Return what was said of an outcome that the rules made."""
    screening = outcome.screening
    words = render_to_string(
        "letters/_check_what.txt",
        {"shown": Shown(screening, outcome, now, "en"), "clinic": Clinic.get(), "named": True},
    )
    letters = list(Message.objects.filter(subject_uid=screening.uid, kind=CHECK_RESULT, planned_at=outcome.created_at))
    language = f", in {screening.language}" if screening.language != "en" else ""
    shown = "on the form they left" if outcome.left else "on screen"
    ways = [f"{shown} {_moment(outcome.created_at)}{language}", *(_way(letter) for letter in letters)]
    sent = next((letter.text for letter in letters if letter.channel == Message.Channel.EMAIL and letter.text), "")
    return Told(words=f"{HEADINGS[Level(outcome.level)]}. {words.strip()}", how=", ".join(ways), letter=sent)


def _way(letter: Message) -> str:
    by = "by e-mail" if letter.channel == Message.Channel.EMAIL else "by text"
    if letter.state == Message.State.SENT and letter.sent_at:
        return f"{by} {_moment(letter.sent_at)}"
    return f"{by}: {_FAILED.get(Message.State(letter.state), 'not sent yet')}"


def _moment(at: datetime) -> str:
    return wording.moment(timezone.localtime(at))
