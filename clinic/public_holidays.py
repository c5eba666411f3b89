"""Public holidays on which the clinic chooses to be closed: which there are in a state, and picking from them.

A picked day is a `Closure` of its own, marked as picked here, so that unpicking takes away no day that somebody closed
by hand. Days gone by are left as they are.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import holidays
from django.db import transaction

from clinic.models import Clinic, Closure, Location

COUNTRY = "US"


@dataclass(frozen=True)
class Holiday:
    """A public holiday; `picked` here, or `closed` for another reason, which is then in words."""

    day: date
    name: str
    picked: bool = False
    closed: str = ""


def offered(state: str, *, first: date) -> dict[date, str]:
    """Return the public holidays of a state by day, from a day to the end of the next year; the nation's for no state."""
    years = [first.year, first.year + 1]
    try:
        found = holidays.country_holidays(COUNTRY, subdiv=state or None, years=years, language="en_US")
    except NotImplementedError:  # two letters that are no state
        found = holidays.country_holidays(COUNTRY, years=years, language="en_US")
    return {day: name for day, name in sorted(found.items()) if day >= first}


def state_of(location: Location | None) -> str:
    """Return the state of a location; for the whole clinic that of the first."""
    if location is not None:
        return location.state
    return (
        Location.objects.filter(active=True).order_by("position", "name").values_list("state", flat=True).first() or ""
    )


def listed(*, location: Location | None, first: date) -> list[Holiday]:
    """List the holidays for a location, None for the whole clinic, with what is picked and closed already."""
    names = offered(state_of(location), first=first)
    rows = list(Closure.objects.filter(last_day__gte=first).select_related("location"))
    own = {row.first_day for row in rows if row.public_holiday and row.location == location}
    return [
        Holiday(day, name, day in own, "" if day in own else _closed(day, rows, location))
        for day, name in names.items()
    ]


def pick(*, location: Location | None, days: Collection[date], first: date) -> tuple[int, int]:
    """Close on just these of the holidays from a day on; return how many days were added and how many taken away.

    Days that are no holidays are passed over.
    """
    names = offered(state_of(location), first=first)
    wanted = names.keys() & set(days)
    with transaction.atomic():
        list(
            Clinic.objects.select_for_update(no_key=True).values_list("pk")
        )  # two managers at once, one after the other
        own = Closure.objects.filter(public_holiday=True, location=location, first_day__in=names)
        there = set(own.values_list("first_day", flat=True))
        own.exclude(first_day__in=wanted).delete()
        length = Closure._meta.get_field("reason").max_length
        Closure.objects.bulk_create(
            Closure(location=location, first_day=day, last_day=day, reason=names[day][:length], public_holiday=True)
            for day in sorted(wanted - there)
        )
    return len(wanted - there), len(there - wanted)


def _closed(day: date, rows: Collection[Closure], location: Location | None) -> str:
    """Return the reason why a location is closed on a day for another reason, or ""."""
    here = (None,) if location is None else (None, location)
    return next((row.reason for row in rows if row.location in here and row.first_day <= day <= row.last_day), "")
