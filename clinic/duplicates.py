"""Which records may be one person's: the same phone or e-mail and a name or birth date that fits, slips allowed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from django.db.models import Q
from django.utils.translation import gettext as _

from clinic import likeness
from clinic.models import Patient, TwoPeople, User

# Records are entered twice when somebody comes anew, so the list looks at so many of the newest.
NEWEST = 300


@dataclass(frozen=True)
class Pair:
    """Two records, the older first, and what they have in common."""

    one: Patient
    other: Patient
    why: str


def twins_of(patient: Patient) -> list[Pair]:
    """Return the records that may be the same person's as this one; a fixed number of queries."""
    return _pairs([patient])


def newest_pairs() -> list[Pair]:
    """Return pairs of which one is among the newest records, the newest first; a fixed number of queries."""
    return _pairs(list(Patient.objects.current().order_by("-pk")[:NEWEST]))


def say_two(*, one: Patient, other: Patient, by: User, now: datetime) -> TwoPeople:
    """Write down that two records are of two people; saying it again changes nothing. Raises ValueError for one record."""
    if one.pk == other.pk:
        raise ValueError("One record is one person's.")
    first, second = sorted((one.pk, other.pk))
    return TwoPeople.objects.get_or_create(one_id=first, other_id=second, defaults={"by": by, "at": now})[0]


def in_common(one: Patient, other: Patient) -> str:
    """Say what two records have in common if they may be one person's; "" if they are not."""
    given, family = _alike(one.given_name, other), _alike(one.family_name, other)
    born = one.birth_date == other.birth_date
    phone = bool(one.phone) and one.phone == other.phone
    email = bool(one.email) and one.email.casefold() == other.email.casefold()
    names = given and family
    if not ((phone or email) and (names or born)) and not (names and born):
        return ""
    shared = [(names, _("name")), (born, _("birth date")), (phone, _("phone")), (email, _("e-mail"))]
    return ", ".join(words for there, words in shared if there)


def _alike(name: str, other: Patient) -> bool:
    """Say whether a name may be one of the other's, in whatever order they were written."""
    theirs = likeness.words_of(other.given_name, other.preferred_name, other.family_name)
    return any(
        word.startswith(mine)
        or mine.startswith(word)
        or likeness.distance(word, mine, most=(most := likeness.slips(word, mine))) <= most
        for word in theirs
        for mine in likeness.words_of(name)
    )


def _pairs(rows: Sequence[Patient]) -> list[Pair]:
    """Return the pairs that these make with all others, and with each other."""
    if not rows:
        return []
    phones = {row.phone for row in rows if row.phone}
    addresses = {f"@{row.email.casefold()}"[:80] for row in rows if row.email}
    others = {row.pk: row for row in rows}
    for condition in (
        Q(phone__in=phones),
        Q(words__word__in=addresses),
        Q(birth_date__in={row.birth_date for row in rows}),
    ):
        others |= {row.pk: row for row in Patient.objects.current().filter(condition).distinct()}
    mine = {row.pk for row in rows}
    apart = set(TwoPeople.objects.filter(Q(one__in=mine) | Q(other__in=mine)).order_by().values_list("one", "other"))
    found: dict[tuple[int, int], Pair] = {}
    for marks in (
        {row.pk: row.phone for row in others.values()},
        {row.pk: row.email.casefold() for row in others.values()},
        {row.pk: row.birth_date.isoformat() for row in others.values()},
    ):
        groups: dict[str, list[Patient]] = defaultdict(list)
        for key, mark in marks.items():
            if mark:
                groups[mark].append(others[key])
        for group in groups.values():
            for one, other in combinations(sorted(group, key=lambda row: row.pk), 2):
                pair = (one.pk, other.pk)
                if pair in apart or pair in found or not mine & set(pair):
                    continue
                if why := in_common(one, other):
                    found[pair] = Pair(one, other, why)
    return [found[pair] for pair in sorted(found, key=lambda pair: -max(pair))]
