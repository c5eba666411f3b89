"""A small language of conditions for the rules: `yes("foot_drop") & ~is_("duration_band", "gt_12w")`.

A condition is true, false or unknown (None). Unknown is what a skipped answer, "not sure" and "prefer not to say"
are; it fires nothing and, negated, stays unknown: unknown is not no. A question that was not shown, because it does
not apply, makes its condition false. `unless(c)` is for rules that go by what is not known to be true.

A condition that is true says which answers made it true (`because`), what it reads (`reads`), and itself in plain
words (`words`). Conditions are frozen values: they can be compared, walked through and printed.
"""

from __future__ import annotations

from collections.abc import Iterable

from intake.screening.answers import State
from intake.screening.logic import All, Any_, Condition, CountOf, Named, Unless
from intake.screening.statements import Fired, HowMany, InState, Is, Number, Outside

__all__ = [
    "Condition",
    "all_of",
    "any_area",
    "any_of",
    "area_outside",
    "at_least",
    "at_most",
    "count_of",
    "fired",
    "how_many",
    "is_",
    "more_than",
    "named",
    "not_sure",
    "skipped",
    "unless",
    "yes",
]


def is_(question: str, *codes: str) -> Condition:
    """The answer is one of `codes`."""
    return Is(question, codes)


def yes(*questions: str) -> Condition:
    """One of the questions is answered yes."""
    conditions = tuple(Is(question, ("yes",)) for question in questions)
    return conditions[0] if len(conditions) == 1 else Any_(conditions)


def any_area(areas: Iterable[str]) -> Condition:
    """Pain is marked in at least one of `areas`."""
    return Is("pain_areas", tuple(sorted(areas)))


def area_outside(areas: Iterable[str]) -> Condition:
    """Pain is marked in at least one place that is not in `areas` (a visit without pain marks none)."""
    return Outside("pain_areas", (*sorted(areas), "none"))


def at_least(question: str, limit: int) -> Condition:
    """The number is `limit` or more."""
    return Number(question, ">=", limit)


def at_most(question: str, limit: int) -> Condition:
    """The number is `limit` or less."""
    return Number(question, "<=", limit)


def more_than(question: str, other: str) -> Condition:
    """The number is above the answer of `other`."""
    return Number(question, ">", other)


def how_many(question: str, least: int) -> Condition:
    """At least `least` answers are marked."""
    return HowMany(question, least)


def count_of(least: int, *conditions: Condition) -> Condition:
    """At least `least` of the conditions are true."""
    return CountOf(least, conditions)


def any_of(*conditions: Condition) -> Condition:
    """At least one is true."""
    return Any_(conditions)


def all_of(*conditions: Condition) -> Condition:
    """All are true."""
    return All(conditions)


def not_sure(question: str) -> Condition:
    """Answered "not sure" or "prefer not to say"."""
    return InState(question, State.NOT_SURE)


def skipped(question: str) -> Condition:
    """On the screen and left empty."""
    return InState(question, State.SKIPPED)


def unless(condition: Condition) -> Condition:
    """Not known to be true."""
    return Unless(condition)


def fired(*rules: str) -> Condition:
    """One of these earlier rules fired."""
    return Fired(rules)


def named(name: str, condition: Condition) -> Condition:
    """Give a condition a name to be printed by."""
    return Named(name, condition)
