"""Who works when: the weekly hours, and in their stead those of a date. Read from the database for engine and board."""

import json
from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any, Protocol

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from booking.availability import Shift
from booking.models import WorkingHours
from clinic.set_up import kept, worked_out

_COLUMNS = (
    "practitioner_id",
    "on_date",
    "modes_text",
    "location_id",
    "weekday",
    "starts",
    "ends",
    "valid_from",
    "valid_until",
    "break_starts",
    "break_ends",
)


class Pausing(Protocol):
    """What has a break: a row of working hours, or its values."""

    @property
    def break_starts(self) -> time | None:
        """When it begins, if there is one."""

    @property
    def break_ends(self) -> time | None:
        """When it is over."""


def shifts_between(people: Collection[int], first: date, last: date) -> dict[int, list[Shift]]:
    """Load the shifts of people (by key) that may be worked on the days from `first` to `last`. One query.

    The weekly ones know the dates on which others stand instead of them.
    """
    whole = whole_months(first, last)
    # Everybody's: asked for each person, they would be asked ten times as often before all are known (`kept`).
    laid = _everybodys(first=whole[0], last=whole[1])
    shifts: dict[int, list[Shift]] = defaultdict(list)
    for person in people:
        shifts[person] = [shift for shift in laid.get(person, ()) if shift.comes_between(first, last)]
    return shifts


def whole_months(first: date, last: date) -> tuple[date, date]:
    """Return the first and the last day of the months of two dates: so many days ask for the same hours (`kept`)."""
    return first.replace(day=1), last.replace(day=monthrange(last.year, last.month)[1])


@worked_out
def _everybodys(*, first: date, last: date) -> Mapping[int, Sequence[Shift]]:
    loaded = _hours_between(first=first, last=last)
    dates: dict[int, set[date]] = defaultdict(set)
    for person, on, *_rest in loaded:
        if on is not None:
            dates[person].add(on)
    without = {key: frozenset(days) for key, days in dates.items()}
    shifts: dict[int, list[Shift]] = defaultdict(list)
    # Many people work the same hours: each is laid out once.
    known: dict[tuple[object, ...], Shift] = {}
    for person, on, modes, *hours in loaded:
        but = frozenset() if on else without.get(person, frozenset())
        key = (on, but, modes, *hours)
        shift = known.get(key)
        if shift is None:
            place, weekday, starts, ends, valid_from, valid_until, rests, resumes = hours
            pause = (rests, resumes) if rests and resumes else None
            given = frozenset(json.loads(modes))
            shift = Shift(place, weekday, starts, ends, given, valid_from, valid_until, pause=pause, on=on, but=but)
            known[key] = shift
        shifts[person].append(shift)
    return dict(shifts)


@kept
def _hours_between(*, first: date, last: date) -> QuerySet[WorkingHours, Any]:
    weekly = Q(valid_from=None) | Q(valid_from__lte=last)
    weekly &= Q(valid_until=None) | Q(valid_until__gte=first)
    rows = WorkingHours.objects.filter(Q(on_date__isnull=True) & weekly | Q(on_date__range=(first, last)))
    rows = rows.order_by("location__position", "location_id", "weekday", "starts", "pk")
    # Every search reads all hours of its people: plain values cost half of what rows do.
    return rows.annotate(modes_text=Cast("modes", TextField())).values_list(*_COLUMNS)


def rows_on(day: date) -> list[WorkingHours]:
    """Return the hours that active practitioners work on a date, with their locations, by person and time. One query."""
    return rows_between(day, day)[day]


def rows_between(first: date, last: date) -> dict[date, list[WorkingHours]]:
    """Return the same of each date from `first` to `last`. One query."""
    rows = WorkingHours.objects.filter(
        Q(on_date__range=(first, last))
        | Q(on_date=None)
        & (Q(valid_from=None) | Q(valid_from__lte=last))
        & (Q(valid_until=None) | Q(valid_until__gte=first)),
        practitioner__active=True,
    )
    loaded = list(rows.select_related("location", "practitioner").order_by("practitioner_id", "starts", "pk"))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return {day: _worked(loaded, day) for day in days}


def _worked(rows: Iterable[WorkingHours], day: date) -> list[WorkingHours]:
    """Leave what is worked on a date: its own hours, where there are some, instead of the weekly ones."""
    there = [row for row in rows if row.on_date == day or (row.on_date is None and _is_weekly_on(row, day))]
    dated = {row.practitioner_id for row in there if row.on_date}
    return [row for row in there if row.on_date or row.practitioner_id not in dated]


def _is_weekly_on(row: WorkingHours, day: date) -> bool:
    return (
        row.weekday == day.weekday()
        and (row.valid_from is None or row.valid_from <= day)
        and (row.valid_until is None or row.valid_until >= day)
    )


def pause_of(row: Pausing) -> tuple[time, time] | None:
    """Return the break of a row, by the clock on the wall."""
    return (row.break_starts, row.break_ends) if row.break_starts and row.break_ends else None
