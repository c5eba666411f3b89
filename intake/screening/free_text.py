"""What free text may do to a screening: words of the watch list hold it until a person has read them (N04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from intake.questionnaire import Questionnaire
from intake.screening.answers import Reading
from intake.screening.logic import Condition, Evidence
from intake.screening.watchlist import Hits, Kind, scan

TOLD: Final = frozenset({"yes", "past", "recent", "skin_minor"})
"""Answers that say what a health word says."""
TEXTS: Final = frozenset({"text", "string"})


@dataclass(frozen=True)
class WatchWords(Condition):
    """A free text holds words of the watch list. Health words count only while their question was not answered yes.

    What the text denies does not count: the form has asked for it, and whoever is not sure of it says so there.
    """

    kinds: tuple[Kind, ...]

    def _hits(self, reading: Reading) -> Evidence:
        found: Evidence = {}
        for question in reading.questionnaire.questions.values():
            text = reading.values.get(question.id) if question.type in TEXTS else None
            if text and any(self._counts(kind, text, reading) for kind in self.kinds):
                found[question.id] = text
        return found

    def _counts(self, kind: Kind, text: str, reading: Reading) -> bool:
        return any(
            not (word.denied or reading.value(word.asked_by) in TOLD)
            for word in _scan(text, reading).words
            if word.kind is kind
        )

    def truth(self, reading: Reading) -> bool | None:
        return bool(self._hits(reading))

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        return self._hits(reading)

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return "free text holds " + " or ".join(f"{kind.value} words" for kind in self.kinds)


def hits(reading: Reading) -> Hits:
    """All words of the watch list in all free texts, for alerts."""
    texts = (question.id for question in reading.questionnaire.questions.values() if question.type in TEXTS)
    found = (_scan(reading.values[text], reading) for text in texts if text in reading.values)
    return Hits(tuple(word for hit in found for word in hit.words))


def _scan(text: str, reading: Reading) -> Hits:
    """Look through a text once for each reading, and those made from it: a long one takes milliseconds."""
    if text not in reading.scanned:
        reading.scanned[text] = scan(text)
    return reading.scanned[text]
