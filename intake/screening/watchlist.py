"""Words in free text that a person must see at once: three lists, in English and Spanish (clinical.md 10 to 12).

A hit never decides anything by itself: the words of the emergency or of the crisis line are shown, and a person is
alerted and reads the text. The lists are wide and find what is mistyped. What somebody denies, had years ago, or tells
of a relative does not alarm: a person reads it the same day (docs/decisions/0065). The Spanish words wait for the
sign-off of a translator and a clinician (docs/clinical-safety.md).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from intake.screening import watch_context as context
from intake.screening import watch_emergency as emergency_words
from intake.screening import watch_spelling as spelling
from intake.screening import watch_words as words


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
    """One entry of the list. `asked_by`: the question that asks the same, if there is one.

    `denied`: the text says that it is not so; then a word of an emergency is only read the same day.
    """

    kind: Kind
    language: str
    phrase: str
    asked_by: str = ""
    denied: bool = False


WORDS: Final = tuple(
    Word(kind, language, phrase, words.ASKED_BY.get(phrase, "") if kind is Kind.HEALTH else "")
    for kind, language, phrases in (
        (Kind.EMERGENCY, "en", emergency_words.EMERGENCY_EN),
        (Kind.EMERGENCY, "es", words.EMERGENCY_ES),
        (Kind.CRISIS, "en", words.CRISIS_EN),
        (Kind.CRISIS, "es", words.CRISIS_ES),
        (Kind.HEALTH, "en", words.HEALTH_EN),
        (Kind.HEALTH, "es", words.HEALTH_ES),
    )
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
    found: dict[Word, None] = {}
    for reading in _readings(text):
        for word, pattern in _PATTERNS:
            if not pattern.may_be_in(reading.plain):
                continue
            places = [match.span() for match in pattern.regex.finditer(reading.plain)]
            places = [place for place in places if reading.holds_together(place, word.phrase)]
            weighed = _weighed(word, reading, places) if places else None
            if weighed:
                found[weighed] = None
    alarming = {word.phrase for word in found if word.kind is not Kind.HEALTH}
    return Hits(tuple(w for w in found if w.kind is not Kind.HEALTH or w.phrase not in alarming))


def normalise(text: str) -> str:
    """Lower case, without accents, apostrophes or hidden characters, single spaces: "CAN’T  pée" -> "cant pee"."""
    return " ".join(_tokens(_without_hidden(text, "")))


# ---------------------------------------------------------------- reading
_APOSTROPHES: Final = re.compile("['`\u2018\u2019\u201b\u02bc\u00b4\u2032\uff07]")
_WORDS: Final = re.compile(r"[^\W_]+")


def _without_hidden(text: str, instead: str) -> str:
    """Take hidden characters out, or put a space in their place."""
    return "".join(instead if unicodedata.category(char) == "Cf" else char for char in text)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text)).casefold()
    return "".join(char for char in decomposed if unicodedata.category(char) != "Mn")


def _tokens(text: str) -> list[str]:
    return _WORDS.findall(_plain(text))


def _readings(text: str) -> list[context.Reading]:
    """Return the text as it stands and as it was meant: hidden characters as nothing or as spaces, misspellings mended."""
    variants = dict.fromkeys((_without_hidden(text, ""), _without_hidden(text, " ")))
    found: list[context.Reading] = []
    for variant in variants:
        plain = _plain(variant)
        tokens, breaks = _WORDS.findall(plain), context.breaks_of(plain)
        found.append(context.Reading(_without_harmless(" ".join(tokens)), breaks))
        mended = [spelling.mended(token) for token in tokens]
        if mended != tokens and all(" " not in token for token in mended):
            found.append(context.Reading(_without_harmless(" ".join(mended)), breaks))
        elif mended != tokens:
            found.append(context.Reading(_without_harmless(" ".join(mended)), context.Breaks()))
    return found


def _without_harmless(plain: str) -> str:
    """Put as many words that mean nothing in the place of what only looks like a word of the lists."""
    for pattern in _HARMLESS:
        if pattern.may_be_in(plain):
            plain = pattern.regex.sub(lambda match: " ".join("x" for _ in match[0].split(" ")), plain)
    return plain


def _weighed(word: Word, reading: context.Reading, places: list[tuple[int, int]]) -> Word | None:
    """Return the word, or a quieter one, or none, when nowhere in the text it is said of now and of this person."""
    if word.kind is Kind.CRISIS:
        return word
    if all(reading.denies(place, word.phrase) for place in places):
        return replace(word, kind=Kind.HEALTH, denied=True) if word.kind is Kind.EMERGENCY else None
    if word.kind is Kind.EMERGENCY and all(
        reading.denies(place, word.phrase) or reading.tells_of_long_ago(place, word.phrase) for place in places
    ):
        return replace(word, kind=Kind.HEALTH)
    if word.kind is Kind.EMERGENCY and reading.leaks_on_effort(word.phrase):
        return replace(word, kind=Kind.HEALTH)
    return word


# ---------------------------------------------------------------- patterns
@dataclass(frozen=True)
class _Pattern:
    """A phrase as a regular expression, with what a text must hold for it to be worth trying."""

    regex: re.Pattern[str]
    needs: tuple[tuple[str, ...], ...]

    def may_be_in(self, plain: str) -> bool:
        return all(any(part in plain for part in choice) for choice in self.needs)


_GAPS: Final = {"...": r"(?: \w+){0,3}?", "....": r"(?: \w+){0,10}?"}


def _pattern(phrase: str) -> _Pattern:
    pieces: list[str] = []
    needs: list[tuple[str, ...]] = []
    for word in phrase.split():
        if word in _GAPS:
            pieces.append(_GAPS[word])
            continue
        if word.startswith("!"):
            pieces.append(rf"(?! (?:{word[1:]})(?!\w))")
            continue
        choices = [choice for part in word.split("|") for choice in _choices(part)]
        space = " " if pieces else ""
        pieces.append(rf"{space}(?:{'|'.join(_regex(choice) for choice in choices)})")
        needs.append(tuple(choice.rstrip("*") for choice in choices))
    return _Pattern(re.compile(r"(?<!\w)" + "".join(pieces) + r"(?!\w)"), tuple(needs))


def _choices(word: str) -> tuple[str, ...]:
    return emergency_words.SHORT[word[1:-1]] if word.startswith("{") else (word,)


def _regex(choice: str) -> str:
    return re.escape(choice.rstrip("*")) + (r"\w*" if choice.endswith("*") else "")


_PATTERNS: Final = tuple((word, _pattern(word.phrase)) for word in WORDS)
_HARMLESS: Final = tuple(_pattern(phrase) for phrase in words.HARMLESS)
