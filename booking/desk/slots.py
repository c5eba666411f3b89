"""Free times as the desk lists them: a real choice, a sentence to say, and a form of a slot that an address can carry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from booking.availability import Slot
from booking.desk.find_form import Search
from clinic import opening, wording
from clinic.desk.pages import read_uid
from clinic.hours import open_spans
from clinic.models import Location, Practitioner

MOST = 120

# When, with whom and where: what a form carries.
Time = tuple[datetime, Practitioner, Location | None]


def page_of(slots: list[Slot], *, count: int, all_of_day: bool) -> tuple[list[Slot], bool]:
    """Return the first `count` slots, and whether there are more.

    Of each day each person's first in the morning and first in the afternoon, for each place: a real choice to say on
    the phone. All of them where one day is asked for.
    """
    if all_of_day:
        return slots[:MOST], False
    firsts: dict[tuple[Any, ...], Slot] = {}
    for slot in slots:
        local = timezone.localtime(slot.start)
        firsts.setdefault((local.date(), slot.practitioner_id, slot.location_id, local.hour < 12), slot)
    spread = list(firsts.values())
    return spread[:count], len(spread) > count


def unlisted(day: date, listed: Iterable[Slot], *, step: timedelta) -> list[datetime]:
    """Return the starts of a day's opening hours at which nothing is listed, every `step`."""
    hours = opening.hours_for()
    there = {slot.start for slot in listed}
    starts = []
    for span in open_spans(hours, day, day):
        at = span.start
        while at < span.end:
            starts += [] if at in there else [at]
            at += step
    return starts


def choice(
    slot: Slot,
    people: dict[int, Practitioner],
    places: dict[int, Location],
    carried: dict[str, str],
    search: Search | None,
) -> dict[str, Any]:
    """Return what a row of the list shows and where it leads."""
    person = people[slot.practitioner_id or 0]
    place = places.get(slot.location_id or 0)
    query = {
        **carried,
        "service": str(search.service.uid) if search else "",
        "mode": slot.mode,
        "slot": slot_text(slot, person, place),
        "state": search.state if search else "",
        "postal_code": search.postal_code if search else "",
    }
    return {
        "at": slot.start,
        "who": person.name,
        "where": str(place) if place else "",
        "slot": query["slot"],
        "url": reverse("admin:book") + "?" + urlencode({key: value for key, value in query.items() if value}),
    }


def slot_text(slot: Slot, person: Practitioner, place: Location | None) -> str:
    """Write a slot so that a form can carry it: start, practitioner and location by uid."""
    return "|".join([slot.start.isoformat(), str(person.uid), str(place.uid) if place else ""])


def read_slot(text: str, mode: str) -> Time | None:
    """Read what `slot_text` wrote; None for anything else. Whether it is free is the diary's question."""
    parts = text.split("|")
    if len(parts) != 3 or not mode:
        return None
    try:
        start = datetime.fromisoformat(parts[0])
    except ValueError:
        return None
    if not 2000 <= start.year < 2200:  # others cannot even be shown in each zone
        return None
    person = Practitioner.objects.filter(uid=read_uid(parts[1]), active=True).first()
    place = Location.objects.filter(uid=read_uid(parts[2]), active=True).first() if parts[2] else None
    if person is None or start.tzinfo is None or (parts[2] and place is None):
        return None
    return start, person, place


def say(shown: list[Slot], people: dict[int, Practitioner]) -> str:
    """Return a sentence to say on the phone: the first time, and the first on another day."""
    if not shown:
        return ""
    first = shown[0]
    other = next((s for s in shown if timezone.localdate(s.start) != timezone.localdate(first.start)), None)
    words = [_spoken(slot, people) for slot in (first, other) if slot]
    if len(words) == 1:
        return _("I have %(first)s.") % {"first": words[0]}
    return _("I have %(first)s, or %(second)s.") % {"first": words[0], "second": words[1]}


def _spoken(slot: Slot, people: dict[int, Practitioner]) -> str:
    local = timezone.localtime(slot.start)
    return _("%(day)s at %(at)s with %(who)s") % {
        "day": wording.day(local.date()),
        "at": wording.clock(local),
        "who": people[slot.practitioner_id or 0].given_name,
    }
