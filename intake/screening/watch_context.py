"""What stands around a word of the watch list: denied, long ago, of a relative, or a leak that only comes with effort.

Narrow on purpose. What is not plainly so alarms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_MARKS: Final = re.compile(r"[^\W_]+|\.{2,}|[.,;:!?\n\u2014\u2013/()\u2026]")
_HARD: Final = frozenset(".;!?\n")


@dataclass(frozen=True)
class Breaks:
    """Before which words, by number, a mark stands; `hard` are those that end a sentence."""

    soft: frozenset[int] = frozenset()
    hard: frozenset[int] = frozenset()


def breaks_of(plain: str) -> Breaks:
    """Return where marks stand between the words of a text."""
    soft: set[int] = set()
    hard: set[int] = set()
    count = 0
    for piece in _MARKS.findall(plain):
        if piece[0].isalnum():
            count += 1
        else:
            soft.add(count)
            if piece in _HARD:
                hard.add(count)
    return Breaks(frozenset(soft), frozenset(hard))


# "no ... or chest pain": a word or two and "or" may stand between.
_DENIAL: Final = re.compile(
    r"(?:^| )(?:no|without|denies|denied|deny|never had|dont have|do not have|doesnt have|havent had|have not had"
    r"|didnt have|sin|no tengo|no he tenido)"
    r"(?: (?:any|a|an|sign|signs|of|history|real|dolor|en el|de|(?:\w+ ){1,2}(?:or|nor|ni|o)))*$"
)
_TWICE: Final = re.compile(r"(?:^| )(?:not|cant|isnt|aint|never|cannot|wont|dont|couldnt|hardly|nothing)(?: \w+){1,6}$")
_TAKEN_BACK: Final = frozenset(
    [
        "but",
        "except",
        "only",
        "just",
        "until",
        "till",
        "before",
        "unless",
        "yet",
        "anymore",
        "however",
        "worse",
        "instead",
        "such",
        "like",
        "pero",
        "solo",
        "hasta",
    ]
)
_SOMETIMES: Final = frozenset(
    [
        "now",
        "today",
        "since",
        "rest",
        "resting",
        "sitting",
        "lying",
        "when",
        "while",
        "if",
        "though",
        "really",
        "ahora",
        "hoy",
        "desde",
        "cuando",
    ]
)
# "no fever, cough or chest pain": a list of nouns, none of which tells of something.
_LISTED: Final = re.compile(r"(?:^| )(?:no|without|denies|sin)(?: \w+){1,12} (?:or|nor|ni|o)(?: any)?$")
_TELLS: Final = frozenset(
    [
        "i",
        "im",
        "my",
        "have",
        "has",
        "had",
        "feel",
        "feels",
        "felt",
        "is",
        "am",
        "are",
        "was",
        "cant",
        "cannot",
        "but",
        "with",
        "it",
        "he",
        "she",
        "they",
        "got",
        "get",
        "better",
        "worse",
        "because",
        "of",
        "due",
        "from",
        "help",
        "helps",
        "sleep",
        "relief",
        "idea",
        "meds",
    ]
)
_NEGATIVE: Final = frozenset(
    [
        "{cannot}",
        "{wont}",
        "no",
        "not",
        "dont",
        "cant",
        "cannot",
        "lost",
        "los*",
        "havent",
        "hasnt",
        "have",
        "nobody",
        "without",
    ]
)
_TORN: Final = ("{cannot}", "{wont}", "cant", "dont", "not", "no ", "want", "wish", "kill", "end", "take", "better")
_MOST_BEFORE: Final = 7
_MOST_AFTER: Final = 6

_HISTORY: Final = frozenset(
    {"stroke", "heart attack*", "paraly*", "passed|passing out", "blacked|blacking out", "faint|fainted|fainting"}
    | {
        "cardiac arrest",
        "pulmonary embol*",
        "unconscious*",
        "infarto",
        "derrame cerebral",
        "had|having a|another seizure",
    }
)
_RELATIVE: Final = re.compile(
    r"(?:^| )(?:mother|mom|mum|father|dad|grand\w+|uncle|aunt|brother|sister|parents?|family|madre|padre|abuel\w)"
    r"(?: \w+){0,4}$"
)
_THEN: Final = re.compile(
    r"(?:^| )(?:(?:\d+|a|one|two|three|four|five|ten|many|several|few) years? ago|years ago|in (?:19|20)\d\d|back in"
    r"|as a (?:kid|child|teen\w*|boy|girl)|at (?:age )?\d\d|hace (?:\d+|muchos) anos|en (?:19|20)\d\d)(?: |$)"
)
_BEFORE: Final = re.compile(r"(?:^| )(?:history of|died of(?: an?)?|died from(?: an?)?|old|previous|prior)(?: an?)?$")
_DIED: Final = re.compile(r"(?:^| )(?:died|dies|passed away) (?:of|from)(?: \w+)?$")
_NOW: Final = re.compile(
    r"(?:^| )(?:now|today|tonight|yesterday|just|currently|again|morning|having|last night|this week|hours?|minutes?"
    r"|days?|weeks?|ahora|hoy|ayer|otra vez)(?: |$)"
)

_LEAK: Final = frozenset({"leak* ... urine|pee", "urine ... leak*", "incontinen*"})
_EFFORT: Final = re.compile(
    r"(?:^| )(?:run\w*|jog\w*|cough\w*|sneez\w*|jump\w*|laugh\w*|lift\w*|birth|postpartum|pelvic|stress incontinence)(?: |$)"
)
_NOT_ONLY_EFFORT: Final = re.compile(
    r"(?:^| )(?:back|spine|numb\w*|tingl\w*|legs?|weak\w*|sudden\w*|started|new|now|today|yesterday|weeks?|days?|worse"
    r"|cant|cannot|bowel\w*|poop\w*|bed)(?: |$)"
)


@dataclass(frozen=True)
class Reading:
    """A text as plain words with single spaces, and before which of them a mark stands."""

    plain: str
    breaks: Breaks

    def holds_together(self, place: tuple[int, int], phrase: str) -> bool:
        """Say whether what was found stands in one sentence. What somebody cannot do, and despair, may be torn apart."""
        first, last = self._words_of(place)
        inside = range(first + 1, last + 1)
        if phrase.startswith("{hard}"):
            return self.breaks.soft.isdisjoint(inside)
        return phrase.startswith(_TORN) or self.breaks.hard.isdisjoint(inside)

    def denies(self, place: tuple[int, int], phrase: str) -> bool:
        """Say whether the words just before deny what stands here, and nothing after takes it back."""
        if not _NEGATIVE.isdisjoint([*phrase.split(maxsplit=1)[0].split("|"), *phrase.split(" ")]):
            return False
        first, last = self._words_of(place)
        return (self._denied_at(first) or (last > first and self._denied_at(last))) and not self._taken_back(place[1])

    def tells_of_long_ago(self, place: tuple[int, int], phrase: str) -> bool:
        """Say whether it is an illness of years ago, or of a relative, and the text speaks of nothing that is now."""
        if phrase not in _HISTORY or _NOW.search(self.plain):
            return False
        before = " ".join(self.plain[: place[0]].split()[-_MOST_BEFORE:])
        after = " ".join(self._after(place[1]))
        then = _THEN.search(after) or _THEN.search(before) or _BEFORE.search(before) or _DIED.search(before)
        return bool(then) or bool(_RELATIVE.search(before) and re.search(r"(?:^| )(?:had|was|tuvo)(?: |$)", before))

    def leaks_on_effort(self, phrase: str) -> bool:
        """Say whether it is a leak that comes with effort or after a birth, and nothing tells of nerves or of a change."""
        return phrase in _LEAK and bool(_EFFORT.search(self.plain)) and not _NOT_ONLY_EFFORT.search(self.plain)

    def _words_of(self, place: tuple[int, int]) -> tuple[int, int]:
        """Return the numbers of the first and the last word of what was found."""
        first = self.plain.count(" ", 0, place[0])
        return first, first + self.plain.count(" ", *place)

    def _denied_at(self, word: int) -> bool:
        near = self._before(word, self.breaks.soft, _MOST_BEFORE)
        if denial := _DENIAL.search(near):
            return not _TWICE.search(near[: denial.start()] + " " + denial[0].split()[0])
        listed = _LISTED.search(self._before(word, self.breaks.hard, 2 * _MOST_BEFORE))
        return listed is not None and _TELLS.isdisjoint(listed[0].split())

    def _taken_back(self, end: int) -> bool:
        after = self._after(end)
        number = self.plain.count(" ", 0, end) + 1
        stop = min((mark - number for mark in self.breaks.soft if mark >= number), default=len(after))
        return not (_TAKEN_BACK.isdisjoint(after) and _SOMETIMES.isdisjoint(after[:stop]))

    def _before(self, word: int, marks: frozenset[int], most: int) -> str:
        """Return the words before, as far back as no mark stands between."""
        start = max([word - most, 0, *(mark for mark in marks if mark <= word)])
        return " ".join(self.plain.split(" ")[start:word])

    def _after(self, end: int) -> list[str]:
        return self.plain[end:].split()[:_MOST_AFTER]
