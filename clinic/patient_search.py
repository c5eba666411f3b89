"""Find a patient by whatever the desk types into one box: names in any order, a number, a birth date, an e-mail address.

Slips of the pen are forgiven, the same way on both databases: see docs/decisions/0050.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from clinic import likeness
from clinic.models import Patient, PatientWord, WordKey
from clinic.models.patient_words import EMAIL, PHONE, PHONE_END

_LONGEST_QUERY = 120
_MOST_WORDS = 4
_FEWEST_DIGITS = 4
# Of fewer digits none may be wrong: too many numbers are like them.
_WHOLE_NUMBER = 10
# So many fit at most before they are put in order; a database that had to put them in order first would read them all.
_MOST_LOOKED_AT = 200

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: at for at, name in enumerate(_NAMES, start=1)}
_MONTH = "(?P<name>" + "|".join(_NAMES) + ")[a-z]*"
# As written in the United States, month first; with the year first; with the month's name on either side.
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\d-])(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?![\d-])",
        r"(?<![\d/.-])(?P<month>\d{1,2})[/.-](?P<day>\d{1,2})[/.-](?P<year>\d{4}|\d{2})(?![\d/.-])",
        r"(?<!\d)(?P<month>\d{2})(?P<day>\d{2})(?P<year>(?:19|20)\d{2})(?!\d)",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ .]+{_MONTH}[ .,]+(?P<year>\d{{4}})\b",
        rf"\b{_MONTH}[ .]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ ,]+(?P<year>\d{{4}})\b",
    )
)
_DIGITS = re.compile(r"\+?\(?\d[\d ().+/-]*")


@dataclass(frozen=True)
class Found:
    """A patient, and how far off what was typed is: 0 is exactly them."""

    patient: Patient
    off: int


@dataclass(frozen=True)
class _Wanted:
    """What a query asks for."""

    words: tuple[str, ...] = ()
    digits: str = ""
    email: str = ""
    day: date | None = None
    days: frozenset[date] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.words or self.digits or self.email or self.days)


def find(query: str, *, limit: int = 20, today: date) -> list[Found]:
    """Return the patients that the desk may mean, the closest first; who was merged stands for whom they were merged into.

    All that was typed must fit: words of names (whole, begun, or with a slip or two), four or more digits of the phone's
    end or its beginning, an e-mail address or what stands before its @, a birth date. Nobody for an empty query.
    """
    wanted = _read(" ".join(query.replace("\x00", " ").split())[:_LONGEST_QUERY], today)
    if not wanted:
        return []
    found: dict[int, Found] = {}
    for condition in _widening(wanted):
        rows = Patient.objects.filter(condition).select_related("merged_into")
        for row in rows.order_by()[: max(limit, _MOST_LOOKED_AT)]:
            off = _off(row, wanted)
            meant = row.merged_into or row
            if off is not None and (meant.pk not in found or off < found[meant.pk].off):
                found[meant.pk] = Found(meant, off)
        if len(found) >= limit:
            break
    by_name = sorted(found.values(), key=lambda one: (one.patient.family_name, one.patient.given_name, one.patient.pk))
    return sorted(by_name, key=lambda one: one.off)[:limit]


def _read(text: str, today: date) -> _Wanted:
    """Take a query apart: address, date and number first, what is left are words."""
    email = next((word.casefold().strip(",;<>") for word in text.split() if "@" in word), "")
    rest = " ".join(word for word in text.split() if "@" not in word)
    day, days = None, frozenset[date]()
    written = next((found for pattern in _DATES if (found := pattern.search(rest))), None)
    if written:
        year, month, number = _parts(written, today)
        day = likeness.as_date(year, month, number)
        days = frozenset(likeness.days_with_a_slip(year, month, number, last=today))
        rest = f"{rest[: written.start()]} {rest[written.end() :]}"
    digits = ""
    for run in _DIGITS.findall(rest):
        only = re.sub(r"\D", "", run)
        if len(only) >= _WHOLE_NUMBER:
            only = only.lstrip("0")  # dialled at home in many countries, and at the head of no stored number
        if len(only) >= _FEWEST_DIGITS and not digits:
            digits, rest = only, rest.replace(run, " ")
    words = re.split(r"[\s,;]+", likeness.folded(rest))
    kept = tuple(word[: likeness.LONGEST] for word in words if word)[:_MOST_WORDS]
    return _Wanted(words=kept, digits=digits, email=email if email != "@" else "", day=day, days=days)


def _parts(written: re.Match[str], today: date) -> tuple[int, int, int]:
    """Return year, month and day of a date as written; two digits of a year are never of one to come."""
    given = written.groupdict()
    year = int(given["year"])
    if len(given["year"]) == 2:
        year += 2000 if year + 2000 <= today.year else 1900
    name = given.get("name")
    return year, _MONTHS[name.casefold()] if name else int(given["month"]), int(given["day"])


def _widening(wanted: _Wanted) -> Iterator[Q]:
    """Yield conditions, each wider than the one before: exactly, begun, with slips. Each is answered by indexes."""
    yield _all(wanted, [Q(word=word) for word in wanted.words], _whole_number(wanted), Q(birth_date=wanted.day))
    begun = [f"^{word}" for word in wanted.words]
    yield _all(wanted, [_keyed([key]) for key in begun], _part_of_number(wanted), Q(birth_date=wanted.day))
    # A word alike is its own key; what else that key leads to is weeded out when they are put in order.
    alike = [_keyed([f"^{word}", *(f"~{other}" for other in _alike(word))]) for word in wanted.words]
    yield _all(wanted, alike, _mistyped_number(wanted), Q(birth_date__in=wanted.days))


def _keyed(keys: list[str]) -> Q:
    return Q(word__in=WordKey.objects.filter(key__in=keys).values("word"))


def _all(wanted: _Wanted, words: list[Q], number: Q, born: Q) -> Q:
    """Return the condition that all which was asked for fits."""
    condition = Q()
    for word in words:
        condition &= _has(word)
    if wanted.email:
        condition &= _has(Q(word__in=[EMAIL + wanted.email, EMAIL + wanted.email.rstrip("@")]))
    if wanted.digits:
        condition &= number
    if wanted.days:
        condition &= born
    return condition


def _has(word: Q) -> Q:
    return Q(pk__in=PatientWord.objects.filter(word).values("patient"))


def _alike(word: str) -> list[str]:
    """Return the words that may be meant by one with a slip or two."""
    if not likeness.slips(word, word):
        return []
    near = WordKey.objects.filter(key__in=likeness.slip_keys(word)).values_list("word", flat=True).distinct()
    return [other for other in near if _apart(word, other) is not None]


def _apart(word: str, other: str) -> int | None:
    """Return by how many slips two words differ; None if by too many."""
    most = likeness.slips(word, other)
    off = likeness.distance(word, other, most=most)
    return off if off <= most else None


def _whole_number(wanted: _Wanted) -> Q:
    return Q(phone__in=[f"+{wanted.digits}", f"+1{wanted.digits}"])


def _part_of_number(wanted: _Wanted) -> Q:
    """Return the condition that the phone ends with these digits, or begins with them."""
    begun = Q()
    for start in (f"+{wanted.digits}", f"+1{wanted.digits}"):
        begun |= Q(phone__gte=start, phone__lt=start[:-1] + chr(ord(start[-1]) + 1))
    ends = PatientWord.objects.filter(word=PHONE + wanted.digits[-PHONE_END:], patient__phone__endswith=wanted.digits)
    return Q(pk__in=ends.values("patient").union(_phones(begun)))


def _mistyped_number(wanted: _Wanted) -> Q:
    if len(wanted.digits) < _WHOLE_NUMBER:
        return _part_of_number(wanted)
    meant = likeness.digits_with_a_slip(wanted.digits)
    return Q(pk__in=_phones(Q(phone__in=[f"{start}{digits}" for digits in meant for start in ("+", "+1")])))


def _phones(condition: Q) -> QuerySet[Patient, Any]:
    return Patient.objects.filter(condition).order_by().values("pk")


def _off(patient: Patient, wanted: _Wanted) -> int | None:
    """Return how far off a patient is from what was asked for; None for too far."""
    own = likeness.words_of(patient.given_name, patient.family_name, patient.preferred_name)
    parts = [_word_off(word, own) for word in wanted.words]
    if wanted.digits:
        parts.append(_number_off(patient.phone, wanted.digits))
    if wanted.days:
        parts.append(0 if patient.birth_date == wanted.day else 2)
    return None if None in parts else sum(part for part in parts if part is not None)


def _word_off(word: str, own: set[str]) -> int | None:
    """Return how far off a word is from the nearest of a patient's: begun is nearer than mistyped."""
    if word in own:
        return 0
    if any(other.startswith(word) for other in own):
        return 1
    slips = [off for other in own if (off := _apart(word, other)) is not None]
    return 1 + min(slips) if slips else None


def _number_off(phone: str, digits: str) -> int | None:
    number = phone.removeprefix("+")
    if number == digits or (number == f"1{digits}" and len(digits) >= _WHOLE_NUMBER):
        return 0
    if number.endswith(digits) or number.startswith((digits, f"1{digits}")):
        return 1
    if len(digits) >= _WHOLE_NUMBER and likeness.distance(digits, number[-len(digits) :], most=1) == 1:
        return 2
    return None
