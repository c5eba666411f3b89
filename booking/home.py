"""The booking part of the public pages: the first free times on the home page, and of each practitioner."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from booking import availability, schedule
from booking.choices import licensed_states
from clinic import kept, wording
from clinic.models import Clinic, Location, Mode, Practitioner, Service, ZonePostalCode

# Public pages show times that are at most so old, and look for them at most so often.
KEPT_SECONDS = 60
SEARCH_DAYS = 14
KEY = "booking.first_free"


@dataclass(frozen=True)
class First:
    """The first free time of a practitioner in one mode, by the clock of its place."""

    mode: str
    service: str
    person: int
    place: int
    start: datetime
    zone: str


@dataclass(frozen=True)
class Line:
    """A first free time in words, and where to book it."""

    person: Practitioner
    when: str
    where: str
    url: str


def first_free(request: HttpRequest, now: datetime) -> str:
    """Draw the first free time at the clinic, at home and by video, the earliest first; nothing when there is none."""
    firsts: dict[str, First] = {}
    for first in _firsts(now):
        firsts.setdefault(first.mode, first)
    lines = _lines(list(firsts.values()))
    return render_to_string("booking/_first_free.html", {"lines": lines}, request) if lines else ""


def team_notes(request: HttpRequest, now: datetime) -> dict[int, str]:
    """Draw the first free time of each practitioner in any mode, by the practitioner's pk."""
    firsts: dict[int, First] = {}
    for first in _firsts(now):
        firsts.setdefault(first.person, first)
    lines = _lines(list(firsts.values()))
    return {line.person.pk: render_to_string("booking/_next_free.html", {"line": line}, request) for line in lines}


def _firsts(now: datetime) -> list[First]:
    """Return the first free time of each person in each mode, by time; looked for once a minute at most."""
    rows = kept.recall(KEY)
    if rows is None:
        # Plain values: a new version of this class must be able to read what an old one has kept.
        rows = [astuple(first) for mode in Mode for first in _search(mode, now)]
        kept.keep(KEY, rows, seconds=KEPT_SECONDS)
    firsts = [First(*values) for values in rows]
    return sorted((first for first in firsts if first.start > now), key=lambda first: first.start)


def _search(mode: Mode, now: datetime) -> Iterator[First]:
    service = Service.objects.filter(
        active=True, online=True, modes__active=True, modes__new_patients=True, modes__mode=mode
    ).first()
    if service is None:
        return
    zone = Clinic.get().time_zone
    zones = dict(Location.objects.filter(active=True).values_list("pk", "time_zone"))
    postal_code = ZonePostalCode.objects.filter(zone__active=True).values_list("code", flat=True).first() or ""
    if mode == Mode.MOBILE and not postal_code:
        return
    slots = schedule.find(
        service=service,
        mode=mode,
        state=_state(now) if mode == Mode.TELEHEALTH else "",
        postal_code=postal_code,
        first_day=now.astimezone(ZoneInfo(zone)).date(),
        days=SEARCH_DAYS,
        now=now,
        new_patient=True,
    )
    for slot in availability.first_free(slots):
        place = slot.location_id or 0
        yield First(str(mode), service.slug, slot.practitioner_id or 0, place, slot.start, zones.get(place, zone))


def _state(now: datetime) -> str:
    """Return the clinic's own state, else the first in which anybody holds a license."""
    states = licensed_states(now)
    here = Location.objects.filter(active=True, state__in=states).values_list("state", flat=True).first()
    return here or next(iter(states), "")


def _lines(firsts: list[First]) -> list[Line]:
    people = {person.pk: person for person in Practitioner.objects.filter(pk__in=[first.person for first in firsts])}
    places = {place.pk: place.name for place in Location.objects.filter(pk__in=[first.place for first in firsts])}
    where = {Mode.MOBILE: _("at your home"), Mode.TELEHEALTH: _("by video")}
    return [
        Line(
            people[first.person],
            wording.moment(first.start.astimezone(ZoneInfo(first.zone))),
            where.get(Mode(first.mode)) or places.get(first.place, ""),
            f"{reverse('booking:times', args=[first.service])}?mode={first.mode}",
        )
        for first in firsts
        if first.person in people
    ]
