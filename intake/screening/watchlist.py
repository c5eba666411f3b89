"""Words in free text that a person must see at once: three lists, in English and Spanish (clinical.md 10 to 12).

A hit never decides anything by itself: the words of the emergency or of the crisis line are shown, and a person is
alerted and reads the text. So "no fever" may raise a false alarm, and the lists may be wide. The Spanish words wait
for the sign-off of a translator and a clinician (docs/clinical-safety.md).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Kind(Enum):
    """What a hit asks for."""

    EMERGENCY = "emergency"
    """Show the emergency words and alert at once."""
    CRISIS = "crisis"
    """Show the crisis line and alert at once; no level of its own."""
    HEALTH = "health"
    """A person reads it the same working day."""


@dataclass(frozen=True)
class Word:
    """One entry of the list. `asked_by`: the question that asks the same, if there is one."""

    kind: Kind
    language: str
    phrase: str
    asked_by: str = ""


# How a phrase is written: whole words, without accents; "*" ends a word that may go on; "..." stands for up to three
# words in between.
_LISTS: Final[dict[tuple[Kind, str], tuple[str, ...]]] = {
    (Kind.EMERGENCY, "en"): (
        "can't ... pee",
        "cannot ... pee",
        "can not ... pee",
        "unable to ... pee",
        "can't ... urinat*",
        "cannot ... urinat*",
        "can not ... urinat*",
        "unable to ... urinat*",
        "can't ... pass urine",
        "cannot ... pass urine",
        "numb* between",
        "numb* ... down there",
        "wet ... myself",
        "wetting myself",
        "soil* myself",
        "pooped myself",
        "chest",
        "can't ... breathe",
        "cannot ... breathe",
        "can not ... breathe",
        "hard to breathe",
        "trouble breathing",
        "face ... droop*",
        "droop* face",
        "slurr* ... speech",
        "speech ... slurr*",
        # As people say it who never read a leaflet (a review's list of what the first one missed).
        "los* ... control ... bladder",
        "los* ... control ... bowel*",
        "los* ... bladder control",
        "los* ... bowel control",
        "no control ... bladder",
        "no control ... bowel*",
        "can't ... control ... bladder",
        "can't ... control ... bowel*",
        "cannot ... control ... bladder",
        "cannot ... control ... bowel*",
        "can't ... hold ... pee",
        "can't ... hold ... urine",
        "can't ... hold ... bladder",
        "can't ... hold ... bowel*",
        "cannot ... hold ... urine",
        "leak* ... urine",
        "leak* ... pee",
        "urine ... leak*",
        "pee* myself",
        "pee* my pants",
        "poop* myself",
        "poop* my pants",
        "private parts",
        "genital*",
        "can't ... feel ... wip*",
        "cannot ... feel ... wip*",
        "can't ... move ... leg",
        "can't ... move ... legs",
        "cannot ... move ... leg",
        "cannot ... move ... legs",
        "can't ... feel ... legs",
        "cannot ... feel ... legs",
        "legs ... gave way",
        "paraly*",
        "tearing pain",
        "ripping pain",
        "cough* ... blood",
        "short* of breath",
        "can't ... catch ... breath",
        "cannot ... catch ... breath",
        "heart attack",
        "a stroke",
        "worst headache",
        "passed out",
        "passing out",
        "brown ... urine",
        "brown ... pee",
        "cola color*",
    ),
    (Kind.EMERGENCY, "es"): (
        "no puedo ... orinar",
        "no puedo ... hacer pis",
        "no puedo ... hacer pipi",
        "entre las piernas",
        "me orin*",
        "me hice pipi",
        "me hice pis",
        "pecho",
        "no puedo ... respirar",
        "me cuesta respirar",
        "cara caida",
        "cara ... torcida",
    ),
    (Kind.CRISIS, "en"): (
        "suicid*",
        "kill myself",
        "killing myself",
        "end my life",
        "ending my life",
        "take my own life",
        "taking my own life",
        "want to die",
        "hurt myself on purpose",
        "hurting myself on purpose",
        "harm myself",
        "harming myself",
        "self harm*",
        "not want to live",
        "don't want to live",
        "dont wanna live",
        "not want to be alive",
        "don't want to be alive",
        "no point ... living",
        "no reason to live",
        "nothing to live for",
        "end it all",
        "ending it all",
        "better off dead",
        "wish ... was dead",
        "wish ... were dead",
    ),
    (Kind.CRISIS, "es"): (
        "suicid*",
        "matarme",
        "quitarme la vida",
        "acabar con mi vida",
        "quiero morir*",
        "no quiero vivir",
    ),
    (Kind.HEALTH, "en"): ("fever*", "cancer*", "lump*"),
    (Kind.HEALTH, "es"): ("fiebre*", "bulto*"),
}

_ASKED_BY: Final = {"fever*": "sys_fever", "fiebre*": "sys_fever", "cancer*": "hx_cancer"}

WORDS: Final = tuple(
    Word(kind, language, phrase, _ASKED_BY.get(phrase, ""))
    for (kind, language), phrases in _LISTS.items()
    for phrase in phrases
)


@dataclass(frozen=True)
class Hits:
    """What a text holds. True when there is anything."""

    words: tuple[Word, ...] = ()

    @property
    def emergency(self) -> bool:
        """Show the emergency words at once."""
        return any(word.kind is Kind.EMERGENCY for word in self.words)

    @property
    def crisis(self) -> bool:
        """Show the crisis line at once."""
        return any(word.kind is Kind.CRISIS for word in self.words)

    @property
    def health(self) -> bool:
        """A person reads it the same working day."""
        return any(word.kind is Kind.HEALTH for word in self.words)

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds that were hit."""
        return frozenset(word.kind for word in self.words)

    def __bool__(self) -> bool:
        return bool(self.words)


def scan(text: str) -> Hits:
    """Look for the words of all lists in both languages, whatever language the text is said to be in."""
    plain = normalise(text)
    return Hits(tuple(word for word, pattern in _PATTERNS if pattern.search(plain)))


_APOSTROPHES: Final = "['`\u2018\u2019\u02bc\u00b4]"


def normalise(text: str) -> str:
    """Lower case, without accents, apostrophes or hidden characters, single spaces: "CAN’T  pée" -> "cant pee"."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = (char for char in decomposed if unicodedata.category(char) not in ("Mn", "Cf"))
    without = re.sub(_APOSTROPHES, "", "".join(kept))
    return " ".join(re.sub(r"[^\w]+", " ", without).split())


def _pattern(phrase: str) -> re.Pattern[str]:
    """A phrase as a regular expression over normalised text."""
    pieces: list[str] = []
    for place, word in enumerate(phrase.replace("'", "").split()):
        if word == "...":
            pieces.append(r"(?: \w+){0,3}?")
            continue
        ending = r"\w*" if word.endswith("*") else ""
        pieces.append((" " if place else "") + re.escape(word.rstrip("*")) + ending)
    return re.compile(r"(?<!\w)" + "".join(pieces) + r"(?!\w)")


_PATTERNS: Final = tuple((word, _pattern(word.phrase)) for word in WORDS)
