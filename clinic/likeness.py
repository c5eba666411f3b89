"""How alike two names, numbers or dates are, and by which keys something alike is found without reading all. Pure."""

import unicodedata
from datetime import date
from itertools import combinations

# Letters that Unicode takes for letters of their own and that people type as these.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"})
_APOSTROPHES = frozenset("'`.\u2019\u02bc\u00b4\u0301")
# Longer words are cut: nobody types more of a name to find somebody.
LONGEST = 40
# A word this short is too like others to guess at; in a long one two slips are as likely as one is in a short one.
_NO_SLIP_BELOW = 3
_TWO_SLIPS = range(6, 15)
_FIRST_YEAR = 1900


def folded(name: str) -> str:
    """Return a name as it is compared: no accents, case, hyphens, apostrophes or double blanks."""
    letters = unicodedata.normalize("NFKD", name.casefold().translate(_PLAIN))
    bare = (" " if unicodedata.category(letter) == "Pd" else letter for letter in letters if letter not in _APOSTROPHES)
    return " ".join("".join(letter for letter in bare if not unicodedata.combining(letter)).split())


def words_of(*names: str) -> set[str]:
    """Return the words of names as they are looked for: folded, and cut to LONGEST letters."""
    return {word[:LONGEST] for name in names for word in folded(name).split()}


def slips(word: str, other: str) -> int:
    """Return how many slips of the pen two words may differ by and still be meant as one."""
    return min(_slips(len(word)), _slips(len(other)))


def keys_of(word: str) -> set[str]:
    """Return the keys that a word is found by: its beginnings ("^oqu") and what is left when letters go ("~oqendo").

    Two words that are no more than `slips` apart share a key of the second kind, and words that share one may be: their
    `distance` tells.
    """
    return {f"^{word[:end]}" for end in range(1, len(word) + 1)} | slip_keys(word)


def slip_keys(word: str) -> set[str]:
    """Return what is left of a word when up to as many letters go as it may have slips."""
    left = {word}
    for gone in range(1, _slips(len(word)) + 1):
        for places in combinations(range(len(word)), gone):
            left.add("".join(letter for place, letter in enumerate(word) if place not in places))
    return {f"~{rest}" for rest in left if rest}


def distance(one: str, other: str, *, most: int) -> int:
    """Return by how many slips two words differ: a letter too many, missing, wrong, or two neighbors swapped.

    Gives up with `most` + 1 when it is more than that.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, row, last = row, [i, *[0] * len(other)], before
        for j, wanted in enumerate(other, start=1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                row[j] = min(row[j], last[j - 2] + 1)
    return min(row[-1], most + 1)


def digits_with_a_slip(digits: str) -> set[str]:
    """Return the digits with one of them wrong or two neighbors swapped, and as they are."""
    wrong = {digits[:at] + one + digits[at + 1 :] for at in range(len(digits)) for one in "0123456789"}
    swapped = {digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(len(digits) - 1)}
    return wrong | swapped


def days_with_a_slip(year: int, month: int, day: int, *, last: date) -> set[date]:
    """Return the dates that somebody may have meant who wrote this one: a digit wrong or swapped, day before month.

    The date itself may be none ("2/30/1984"). None is after `last`, or from before 1900.
    """
    written = digits_with_a_slip(f"{month:02d}{day:02d}{year:04d}") | {f"{day:02d}{month:02d}{year:04d}"}
    meant = (as_date(int(text[4:]), int(text[:2]), int(text[2:4])) for text in written)
    return {each for each in meant if each is not None and each.year >= _FIRST_YEAR and each <= last}


def as_date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None if there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _slips(length: int) -> int:
    if length < _NO_SLIP_BELOW:
        return 0
    return 2 if length in _TWO_SLIPS else 1
