"""Free times as pages show them: texts made once, grouped by local day, the first of each person on top."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from operator import attrgetter
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking import availability, listed_days, schedule, told, zones
from booking.availability import Slot
from booking.choices import Choice
from booking.models import Appointment, Block
from booking.picked import PickedTime, button
from clinic import wording
from clinic.models import ANYBODY, Location, Practitioner
from clinic.spans import Span

M = TypeVar("M", bound=Model)

WEEK = 7
# The first free times are looked for so far ahead.
SEARCH_DAYS = 28
# A day with more times than MANY shows SHOWN of the morning and of the afternoon, and the rest on demand. SHOWN fills
# whole lines of two, three and six.
MANY, SHOWN = 12, 6
# A large clinic has more times in a week than a phone should load: then the page shows fewer days.
MOST = 700


@dataclass(slots=True)
class Row:
    """One free time, in words; not frozen, for there are hundreds. `value` is what its button says; `clock` tells apart times that come twice.

    With anybody `person` is None and `named` is "" or, where there are several places, the place.
    """

    value: str
    slot: Slot
    starts: datetime
    clock: str
    named: str
    at_clinic: str
    person: Practitioner | None
    place: Location | None

    @property
    def day(self) -> date:
        """Return the local date."""
        return self.starts.date()


@dataclass(frozen=True)
class Part:
    """Some of a day's times: those shown, and those shown on demand. `name` is "" where the day has one part."""

    name: str
    rows: Sequence[Row]
    more: Sequence[Row] = ()

    @property
    def how_many_more(self) -> str:
        """Say how many are shown on demand."""
        return ngettext("%(n)s more time", "%(n)s more times", len(self.more)) % {"n": len(self.more)}


@dataclass(frozen=True)
class Day:
    """A day with its free times, or the reason why it has none."""

    day: date
    weekday: str
    count: int
    parts: tuple[Part, ...]
    closed: str = ""

    @property
    def how_many(self) -> str:
        """Say how many times it has."""
        return ngettext("%(n)s free time", "%(n)s free times", self.count) % {"n": self.count}


@dataclass(frozen=True)
class Week:
    """What a page of free times shows. `following` is the first time after an empty week."""

    firsts: Sequence[Row]
    days: tuple[Day, ...]
    first_day: date
    last_day: date
    earlier: date | None
    later: date | None
    following: Row | None
    zone: str

    @property
    def empty(self) -> bool:
        """Say whether there is nothing to pick in these days."""
        return not any(day.count for day in self.days)


def week(
    choice: Choice,
    *,
    now: datetime,
    new_patient: bool,
    moving: Appointment | None = None,
    held: Block | None = None,
    busy: Sequence[Span] = (),
) -> Week:
    """List the free times of a complete choice, at most seven days from its first day on.

    `moving` is a visit that gives up its time for another; `held` is the time that is kept for who asks, and free for
    them; while they are `busy` with other visits of theirs, nothing is listed. Raises OutsideArea for a postal code where we do not go.
    """
    place = ZoneInfo(choice.told_in)
    today = now.astimezone(place).date()
    last_listed = listed_days.last_of(choice, now)
    first = min(max(choice.first_day or today, today), last_listed)
    last = first + timedelta(days=WEEK - 1)
    listed = partial(_find, choice, now=now, new_patient=new_patient, moving=moving, held=held, busy=busy)
    # The clinic's days are not the patient's: somebody nineteen hours ahead has the clinic's Monday on Tuesday.
    found = listed(first - timedelta(days=1), WEEK + 2)
    # The first times of all are those from today on; with one person or with anybody, each day says it.
    each = first == today and choice.practitioner is None and not choice.anybody
    local = cache(lambda start: start.astimezone(place).date())
    if _wants_more([slot for slot in found if local(slot.start) >= first], choice if each else None):
        later = listed(first + timedelta(days=WEEK + 1), SEARCH_DAYS - WEEK)
        # Places with clocks of their own do not begin their days at once.
        found = sorted(dict.fromkeys([*found, *later]), key=attrgetter("start"))
    dates = [local(slot.start) for slot in found]
    slots, dates = found[bisect_left(dates, first) :], dates[bisect_left(dates, first) :]
    while last > first and bisect_right(dates, last) > MOST:
        last -= timedelta(days=1)
    count = bisect_right(dates, last)
    firsts = availability.first_free(slots) if each else []
    rows = in_words([*slots[:count], *firsts, *slots[count:][:1]], choice)
    return Week(
        firsts=rows[count : count + len(firsts)],
        days=tuple(_days(rows[:count], listed_days.closed(choice, first, last))),
        first_day=first,
        last_day=last,
        earlier=max(first - timedelta(days=WEEK), today) if first > today else None,
        later=last + timedelta(days=1) if last < last_listed else None,
        following=rows[-1] if not count and slots else None,
        zone=wording.zone_words(choice.told_in),
    )


def around(
    gone: PickedTime,
    *,
    now: datetime,
    new_patient: bool,
    moving: Appointment | None = None,
    busy: Sequence[Span] = (),
) -> tuple[list[Row], list[Row]]:
    """Return the three free times before and the three after one that has gone: same mode, whoever, anywhere."""
    anywhere, first = gone.choice.anywhere(), gone.starts.date() - timedelta(days=WEEK)
    slots = _find(anywhere, first, WEEK + SEARCH_DAYS, now=now, new_patient=new_patient, moving=moving, busy=busy)
    # The one that has gone may still be free for somebody else; it is not offered again here.
    others = [slot for slot in slots if slot != gone.slot]
    rows = in_words(availability.nearest(others, start=gone.start), anywhere)
    return [row for row in rows if row.slot.start < gone.start], [row for row in rows if row.slot.start >= gone.start]


def in_words(slots: Sequence[Slot], choice: Choice) -> list[Row]:
    """Put slots into words: at the clinic by its location's clock, else by the patient's. Few queries, however many."""
    if not slots:
        return []
    words = _Words(slots, choice)
    return [words.row(slot) for slot in slots]


class _Words:
    """What the rows of a page share: there are hundreds, of a few people, at a few times of the day."""

    def __init__(self, slots: Sequence[Slot], choice: Choice) -> None:
        self.choice = choice
        self.people = _named(Practitioner, {slot.practitioner_id for slot in slots}, choice.people)
        self.places = _named(Location, {slot.location_id for slot in slots}, choice.places)
        given = Counter(person.given_name for person in self.people.values())
        self.named = {pk: row.name if given[row.given_name] > 1 else row.given_name for pk, row in self.people.items()}
        self.time = cache(self._time)

    def row(self, slot: Slot) -> Row:
        person, place = self.people.get(slot.practitioner_id or 0), self.places.get(slot.location_id or 0)
        starts, clock, at_clinic = self.time(slot.start, slot.location_id)
        return Row(
            value=button(slot.start, person.slug if person else ANYBODY, place.slug if place else ""),
            slot=slot,
            starts=starts,
            clock=clock,
            named=self.named[person.pk] if person else place.name if place and len(self.places) > 1 else "",
            at_clinic=at_clinic,
            person=person,
            place=place,
        )

    def _time(self, start: datetime, location_id: int | None) -> tuple[datetime, str, str]:
        """Return what the rows of one start at a place share."""
        place = self.places.get(location_id or 0)
        zone = place.time_zone if place else self.choice.told_in
        starts = start.astimezone(ZoneInfo(zone))
        notes = [
            wording.clock(starts),
            zones.told_apart(starts),
            wording.zone_words(zone) if zone != self.choice.told_in else "",
        ]
        at_clinic = "" if place else told.at_clinic(starts, self.choice.clinic_zone)
        return starts, " ".join(note for note in notes if note), at_clinic


def _named(model: type[M], keys: set[int | None], known: Iterable[M]) -> dict[int, M]:
    """Return the rows with these keys. A time that is kept may be with somebody who does not give the service any more."""
    rows = {row.pk: row for row in known if row.pk in keys}
    missing = keys - rows.keys() - {None}
    return rows | model._default_manager.in_bulk(missing) if missing else rows


def _wants_more(found: Sequence[Slot], each: Choice | None) -> bool:
    """Say whether more than a week must be searched: nothing was found in it or, for `each` person, somebody has nothing."""
    return not found or (each is not None and len({slot.practitioner_id for slot in found}) < len(each.people))


def _days(rows: Iterable[Row], closed: dict[date, str]) -> list[Day]:
    by_day: dict[date, list[Row]] = {day: [] for day in closed}
    for row in rows:
        by_day.setdefault(row.day, []).append(row)
    return [
        Day(day, wording.weekdays([day.weekday()]), len(found), _parts(found), "" if found else closed[day])
        for day, found in sorted(by_day.items())
    ]


def _parts(rows: list[Row]) -> tuple[Part, ...]:
    if len(rows) <= MANY:
        return (Part("", rows),) if rows else ()
    morning = [row for row in rows if row.starts.hour < 12]
    halves = ((_("Morning"), morning), (_("Afternoon"), rows[len(morning) :]))
    return tuple(_spread(name, half) for name, half in halves if half)


def _spread(name: str, rows: list[Row]) -> Part:
    """Show a real choice: the first of each person, then what begins on the hour, then the rest."""
    seen: set[int | None] = set()
    ranked = []
    for order, row in enumerate(rows):
        ranked.append((row.slot.practitioner_id in seen, row.starts.minute != 0, order))
        seen.add(row.slot.practitioner_id)
    shown = {order for *_rank, order in sorted(ranked)[:SHOWN]}
    return Part(
        name,
        [row for order, row in enumerate(rows) if order in shown],
        [row for order, row in enumerate(rows) if order not in shown],
    )


def _find(
    choice: Choice,
    first_day: date,
    days: int,
    *,
    now: datetime,
    new_patient: bool,
    moving: Appointment | None,
    held: Block | None = None,
    busy: Sequence[Span],
) -> list[Slot]:
    slots = schedule.find(
        service=choice.service,
        mode=choice.mode,
        location=choice.location,
        practitioner=choice.practitioner,
        state=choice.state,
        postal_code=choice.postal_code,
        first_day=first_day,
        days=days,
        now=now,
        new_patient=new_patient,
        except_block=moving.block if moving else held,
        busy=busy,
    )
    anybody = choice.anybody and choice.practitioner is None
    if anybody:  # each start at a place once
        slots = list(dict.fromkeys(replace(slot, practitioner_id=None) for slot in slots))
    if moving is None:
        return slots
    person = None if anybody else moving.block.practitioner_id
    now_at = Slot(moving.block.starts_at, person, moving.location_id, moving.mode)
    return [slot for slot in slots if slot != now_at]
