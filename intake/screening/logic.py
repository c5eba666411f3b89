"""How conditions are put together: and, or, not, unless, at least n of, and names. See `conditions`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from intake.questionnaire import Questionnaire
from intake.screening.answers import Reading

Evidence = dict[str, Any]


class Condition(ABC):
    """Something that is true, false or unknown of an answer set."""

    @abstractmethod
    def truth(self, reading: Reading) -> bool | None:
        """True, False, or None for unknown."""

    @abstractmethod
    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        """The answers that made it true (or, with `true=False`, false). Call it only when it is so."""

    def parts(self) -> tuple[Condition, ...]:
        """The conditions it is made of."""
        return ()

    def reads(self) -> frozenset[str]:
        """Ids of the questions that it looks at, in all its parts."""
        return frozenset().union(*(part.reads() for part in self.parts()))

    @abstractmethod
    def words(self, questionnaire: Questionnaire | None = None) -> str:
        """The condition in plain words; with a questionnaire, in the words of its questions and answers."""

    def walk(self) -> Iterator[Condition]:
        """This condition and all inside it."""
        yield self
        for part in self.parts():
            yield from part.walk()

    def __and__(self, other: Condition) -> Condition:
        return All(_flat(All, self, other))

    def __or__(self, other: Condition) -> Condition:
        return Any_(_flat(Any_, self, other))

    def __invert__(self) -> Condition:
        return Not(self)

    def __str__(self) -> str:
        return self.words()


def _flat(kind: type[All | Any_], *conditions: Condition) -> tuple[Condition, ...]:
    found: list[Condition] = []
    for condition in conditions:
        if isinstance(condition, kind):
            found.extend(condition.conditions)
        else:
            found.append(condition)
    return tuple(found)


def merge(pieces: Iterable[Evidence]) -> Evidence:
    """Join evidence; of questions with several answers, all codes named by any piece."""
    merged: Evidence = {}
    for piece in pieces:
        for question, value in piece.items():
            have = merged.get(question)
            if isinstance(have, list) and isinstance(value, list):
                merged[question] = have + [code for code in value if code not in have]
            else:
                merged[question] = value
    return merged


@dataclass(frozen=True)
class All(Condition):
    """All of them: false if one is false, else unknown if one is unknown."""

    conditions: tuple[Condition, ...]

    def truth(self, reading: Reading) -> bool | None:
        result: bool | None = True
        for condition in self.conditions:
            truth = condition.truth(reading)
            if truth is False:
                return False
            if truth is None:
                result = None
        return result

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        return merge(part.because(reading, true=true) for part in self.conditions if part.truth(reading) is true)

    def parts(self) -> tuple[Condition, ...]:
        return self.conditions

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return " and ".join(_bracketed(part, questionnaire) for part in self.conditions)


@dataclass(frozen=True)
class Any_(Condition):  # noqa: N801 - "Any" is the name of a type
    """Any of them: true if one is true, else unknown if one is unknown."""

    conditions: tuple[Condition, ...]

    def truth(self, reading: Reading) -> bool | None:
        result: bool | None = False
        for condition in self.conditions:
            truth = condition.truth(reading)
            if truth is True:
                return True
            if truth is None:
                result = None
        return result

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        return merge(part.because(reading, true=true) for part in self.conditions if part.truth(reading) is true)

    def parts(self) -> tuple[Condition, ...]:
        return self.conditions

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return " or ".join(_bracketed(part, questionnaire) for part in self.conditions)


@dataclass(frozen=True)
class Not(Condition):
    """True when the inner one is false; unknown stays unknown."""

    condition: Condition

    def truth(self, reading: Reading) -> bool | None:
        truth = self.condition.truth(reading)
        return None if truth is None else not truth

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        return self.condition.because(reading, true=not true)

    def parts(self) -> tuple[Condition, ...]:
        return (self.condition,)

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return f"not {_bracketed(self.condition, questionnaire)}"


@dataclass(frozen=True)
class Unless(Condition):
    """True when the inner one is not known to be true. For rules where doubt must not weaken the rule."""

    condition: Condition

    def truth(self, reading: Reading) -> bool | None:
        return self.condition.truth(reading) is not True

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        if self.condition.truth(reading) is None:
            return {}
        return self.condition.because(reading, true=not true)

    def parts(self) -> tuple[Condition, ...]:
        return (self.condition,)

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return f"not known that {_bracketed(self.condition, questionnaire)}"


@dataclass(frozen=True)
class Named(Condition):
    """A condition with a name of its own, as clinical.md's derived values have. Prints its name."""

    name: str
    condition: Condition

    def truth(self, reading: Reading) -> bool | None:
        return self.condition.truth(reading)

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        return self.condition.because(reading, true=true)

    def parts(self) -> tuple[Condition, ...]:
        return (self.condition,)

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return f"[{self.name}]"


@dataclass(frozen=True)
class CountOf(Condition):
    """At least `least` of them are true."""

    least: int
    conditions: tuple[Condition, ...]

    def truth(self, reading: Reading) -> bool | None:
        truths = [condition.truth(reading) for condition in self.conditions]
        sure = truths.count(True)
        if sure >= self.least:
            return True
        return None if sure + truths.count(None) >= self.least else False

    def because(self, reading: Reading, *, true: bool = True) -> Evidence:
        return merge(part.because(reading, true=true) for part in self.conditions if part.truth(reading) is true)

    def parts(self) -> tuple[Condition, ...]:
        return self.conditions

    def words(self, questionnaire: Questionnaire | None = None) -> str:
        return f"at least {self.least} of: " + "; ".join(part.words(questionnaire) for part in self.conditions)


def _bracketed(condition: Condition, questionnaire: Questionnaire | None) -> str:
    words = condition.words(questionnaire)
    return f"({words})" if isinstance(condition, All | Any_ | CountOf) else words
