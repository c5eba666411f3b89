"""What may add to the pain, what the patient wants, and what was done so far: also from the pages after the result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from intake.brief.words import Words, joined, sentence
from intake.screening.answers import Reading
from intake.screening.factors import FACTORS, factors_of


@dataclass(frozen=True)
class FactorLine:
    """A factor by name, with the answers that name it."""

    id: str
    name: str
    why: str


@dataclass(frozen=True)
class Entry:
    """A line with a label."""

    label: str
    text: str


def factor_lines(stored: Iterable[str], together: Mapping[str, Any], words: Words) -> tuple[FactorLine, ...]:
    """Return the factors stored with the outcome and those that later answers add, in the order of the table."""
    reading = Reading(together, words.form)
    now, before = factors_of(reading), set(stored)
    lines = []
    for factor in FACTORS:
        if factor.id in now:
            because = factor.condition.because(reading)
            why = ", ".join(words.sign(question, value) for question, value in because.items())
            lines.append(FactorLine(factor.id, sentence(factor.named), why))
        elif factor.id in before:
            lines.append(FactorLine(factor.id, sentence(factor.named), ""))
    return tuple(lines)


def goals_of(words: Words) -> tuple[Entry, ...]:
    """Return what the patient wants to get back to, in their words."""
    stops, ability = words.said("goal_activity"), words.given.get("goal_ability")
    able = f"can do it {ability} of 10" if ability is not None else ""
    return _entries(
        Entry("Back to", words.said("goal_text")),
        Entry("Stops them", joined(stops, able, between="; ") if stops else ""),
        Entry("Race", words.said("race_date")),
    )


def care_of(words: Words) -> tuple[Entry, ...]:
    """Return what was done so far, medicines among it."""
    given, said = words.given, words.said
    scans = said("prior_imaging")
    if scans and given.get("prior_imaging") != ["none"]:
        scans = joined(scans, said("prior_imaging_finding"), said("prior_imaging_when"), between="; ")
    treated = joined(said("tx_response"), f"treated {said('tx_weeks')}" if given.get("tx_weeks") else "")
    return _entries(
        Entry("Earlier episodes", said("prior_episodes")),
        Entry("Care", joined(treated, f"tried {said('prior_tx')}" if said("prior_tx") else "", between="; ")),
        Entry("Scans", scans),
        Entry("Surgery", joined(said("surgery_date"), said("surgeon_limits"), between="; ")),
        Entry("Medicines", said("medicines")),
    )


def outlook_of(words: Words) -> str:
    """Return how the patient sees it, as numbers, without a judgement."""
    given = words.given
    scores = [
        f"{words.name(question)} {given[question]} of 10"
        for question in ("out_worry", "out_recover", "out_move_harm")
        if given.get(question) is not None
    ]
    true = [words.name(question) for question in ("out_mood", "out_sleep") if given.get(question) == "yes"]
    return sentence(", ".join([*scores, *true]))


def _entries(*entries: Entry) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.text)
