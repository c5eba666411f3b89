"""A time that was picked: what its button says, whether it is being kept, and whether it can still be had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.http import QueryDict

from booking import availability, schedule
from booking.availability import Slot
from booking.choices import Choice, person_named, place_named
from booking.models import Block
from booking.visitors import Visitor
from clinic.models import ANYBODY, Mode, Practitioner
from clinic.spans import Span

# Dates outside these years are mischief, and arithmetic fails at the ends of the calendar.
_FIRST_YEAR, _LAST_YEAR = 2020, 2120
_START = "%Y-%m-%dT%H:%MZ"
# Characters of what a button says that are read.
LONGEST = 140

GONE, NOT_OFFERED, CLASH = "gone", "not_offered", "clash"


@dataclass(frozen=True)
class PickedTime:
    """A start, and the choice with its place at the clinic; with its person, or with anybody."""

    choice: Choice
    start: datetime

    @property
    def slot(self) -> Slot:
        """Return it as the schedule and the diary know it."""
        person, place = self.choice.practitioner, self.choice.location
        return Slot(self.start, person.pk if person else None, place.pk if place else None, self.choice.mode)

    @property
    def starts(self) -> datetime:
        """Return the start by the clock that the patient is told it in."""
        return self.start.astimezone(ZoneInfo(self.choice.told_in))

    def ends(self, minutes: int) -> datetime:
        """Return the end of a visit of so many minutes by the same clock."""
        return (self.start + timedelta(minutes=minutes)).astimezone(ZoneInfo(self.choice.told_in))

    def by(self, person: Practitioner) -> "Picked":
        """Return it with the person who was picked for who takes anybody."""
        return Picked(self.choice.at(self.choice.location, person, anybody=self.choice.anybody), self.start, person)

    def clashes(self, busy: Sequence[Span]) -> bool:
        """Say whether the patient is at another visit of theirs then."""
        offer = schedule.offer_of(self.choice.service, self.choice.mode) if busy else None
        return offer is not None and schedule.clashes(self.start, timedelta(minutes=offer.duration_minutes), busy)


@dataclass(frozen=True)
class Picked(PickedTime):
    """A time with its person."""

    person: Practitioner

    @property
    def value(self) -> str:
        """Return what the button of this time says."""
        place = self.choice.location
        return button(self.start, self.person.slug, place.slug if place else "")

    @property
    def check_url(self) -> str:
        """Return the address of the last page for it."""
        return self.choice.check_url(start=write_start(self.start))

    @property
    def others_url(self) -> str:
        """Return the address of the free times around it, which knows the way back here."""
        return self.choice.anywhere(self.start).times_url(slot=self.value)

    def held_by(self, visitor: Visitor, *, now: datetime) -> Block | None:
        """Return this browser's hold of just this time."""
        held = visitor.hold(now=now)
        return held if held and self.is_kept_by(held) else None

    def is_kept_by(self, held: Block) -> bool:
        """Say whether a hold keeps this time."""
        area, offer = self.choice.area, schedule.offer_of(self.choice.service, self.choice.mode)
        return (
            offer is not None
            and held.offer_id == offer.pk
            and held.starts_at == self.start
            and held.practitioner_id == self.person.pk
            and held.zone_id == (area.pk if area else None)
        )

    def trouble(self, visitor: Visitor, *, now: datetime) -> str:
        """Say why it cannot be booked now: CLASH, GONE, NOT_OFFERED, or "". A time that is being kept can be."""
        if self.clashes(visitor.busy()):
            return CLASH
        if self.held_by(visitor, now=now):
            return ""
        reasons = schedule.why_not(
            service=self.choice.service,
            mode=self.choice.mode,
            start=self.start,
            practitioner=self.person,
            location=self.choice.location,
            state=self.choice.state,
            zone=self.choice.area,
            now=now,
            new_patient=not visitor.is_known,
            staff=False,
        )
        if not reasons:
            return ""
        return GONE if availability.GONE.issuperset(reasons) else NOT_OFFERED

    def with_another(self, visitor: Visitor, *, now: datetime) -> "Picked | None":
        """Return the time with whoever would be picked for it now, for who takes anybody; None if nobody is free."""
        if not self.choice.anybody:
            return None
        held = visitor.hold(now=now)
        if held and (kept := self.by(held.practitioner)).is_kept_by(held):
            return kept
        found = schedule.lightest(
            service=self.choice.service,
            mode=self.choice.mode,
            start=self.start,
            location=self.choice.location,
            state=self.choice.state,
            zone=self.choice.area,
            now=now,
            new_patient=not visitor.is_known,
        )
        return self.by(Practitioner.objects.get(pk=found.practitioner_id)) if found and found.practitioner_id else None


def button(start: datetime, person_slug: str, place_slug: str) -> str:
    """Return what the button of a time says: start, person and place."""
    return f"{write_start(start)}|{person_slug}|{place_slug}"


def read_button(sent: QueryDict, choice: Choice) -> Picked | None:
    """Read the button that was pressed. None for what no button of ours says."""
    start_text, _bar, rest = sent.get("slot", "")[:LONGEST].partition("|")
    person_slug, _bar, place_slug = rest.partition("|")
    person, place = person_named(person_slug), place_named(place_slug)
    return _picked(choice.at(place, person, anybody=choice.anybody), read_start(start_text))


def read_time(sent: QueryDict, choice: Choice) -> PickedTime | None:
    """Read the button that was pressed on a page that may list times with anybody. None for what no button of ours says."""
    start_text, _bar, rest = sent.get("slot", "")[:LONGEST].partition("|")
    person_slug, _bar, place_slug = rest.partition("|")
    if not choice.anybody or person_slug != ANYBODY:
        return read_button(sent, choice)
    choice, start = choice.at(place_named(place_slug), None, anybody=True), read_start(start_text)
    return PickedTime(choice, start) if start and _well_placed(choice) else None


def read_address(sent: QueryDict, choice: Choice) -> Picked | None:
    """Read the address of the last page. None for one that names no time, nobody, or no place where one is needed."""
    return _picked(choice, read_start(sent.get("start", ""))) if choice.complete else None


def read_start(text: str) -> datetime | None:
    """Read the start of a slot as an address or a button carries it: "2026-11-24T18:40Z"."""
    try:
        start = datetime.strptime(text[:20], _START).replace(tzinfo=UTC)
    except ValueError:
        return None
    return start if _FIRST_YEAR <= start.year <= _LAST_YEAR and text == write_start(start) else None


@lru_cache(maxsize=4096)
def write_start(start: datetime) -> str:
    """Write the start of a slot for an address or a button. Kept: each is on a page as often as people are free then."""
    return start.astimezone(UTC).strftime(_START)


def _picked(choice: Choice, start: datetime | None) -> Picked | None:
    if start is None or choice.practitioner is None or not _well_placed(choice):
        return None
    return Picked(choice, start, choice.practitioner)


def _well_placed(choice: Choice) -> bool:
    return (choice.mode == Mode.IN_CLINIC) == (choice.location is not None)
