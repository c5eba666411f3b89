"""Loads what the day board and a PT's own list show: a constant number of queries, whatever the day holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from booking import rota, video
from booking.availability import Roads, Site, Stay
from booking.availability.grid import worked
from booking.availability.roads import with_roads
from booking.calendars import roads_typed_in
from booking.desk import shared
from booking.desk.drives import NO_DRIVES, Drives, base_of, drives_of, is_on_the_road, stop_of
from booking.models import LIVE, LONGEST, Appointment, Block, TimeOff
from clinic import recipients, texting, wording
from clinic.hours import from_wall
from clinic.models import Closure, Location, Mode, Practitioner
from clinic.spans import Span, intersect, merge, subtract
from intake.desk.states import Chip, ScreeningState, states_of

SHOWN = [*LIVE, Block.State.NO_SHOW]
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Visit:
    """An appointment of the day with what the desk may see of its patient's screening."""

    appointment: Appointment
    state: ScreeningState
    # Of a visit by video whose patient has joined.
    waiting_since: datetime | None = None
    shares: tuple[Block, ...] = ()
    drives: Drives = NO_DRIVES

    @property
    def block(self) -> Block:
        """Return its block."""
        return self.appointment.block

    @property
    def span(self) -> Span:
        """Return the time of the visit itself."""
        return Span(self.block.starts_at, self.block.ends_at)

    @property
    def chips(self) -> list[Chip]:
        """Return the chips of the card: the screening's, while the visit is still to come, and an interpreter."""
        if self.block.state == Block.State.NO_SHOW:
            return []
        patient = self.appointment.patient
        chips = [] if self.block.state == Block.State.SEEN and not self.state.unread else list(self.state.chips)
        if self.block.state != Block.State.SEEN:
            chips = [*hold_chips(self.appointment), *chips]
        if self.waiting_since:
            chips = [waiting_chip(self.waiting_since), *chips]
        if self.shares:
            chips = [Chip("amber", "overlap", _("Shared time")), *chips]
        if patient.interpreter:
            chips.append(Chip("", "talk", patient.spoken_language or "Interpreter"))
        return chips

    @property
    def shared_words(self) -> str:
        """Say with whom the time or the room is shared on purpose, and why; "" for a time of its own."""
        return shared.in_words(self.block, self.shares)

    @property
    def has_room(self) -> bool:
        """Say whether it takes place in a room of its own, by video."""
        return self.appointment.mode == Mode.TELEHEALTH and video.has_rooms()


def need_telling(visits: Iterable[Visit]) -> set[int]:
    """Return the keys of those visits whose patients have to be told how to join: no room, or no way to write the link.

    One query.
    """
    people = {
        visit.appointment.pk: visit.appointment.patient for visit in visits if visit.appointment.mode == Mode.TELEHEALTH
    }
    if not video.has_rooms() or not people:
        return set(people)
    stopped = texting.stopped_among(patient.phone for patient in people.values())
    return {key for key, patient in people.items() if not recipients.ways_to_write(patient, stopped=stopped)}


def waiting_chip(since: datetime) -> Chip:
    """Return the chip of a patient who has joined by video: for the desk the state alone."""
    at = wording.clock(timezone.localtime(since))
    return Chip("ok", "telehealth", _("In the waiting room since %(at)s") % {"at": at})


def hold_chips(visit: Appointment) -> list[Chip]:
    """Return the chip of a visit on hold: in a word, with a shape of its own."""
    words = {Appointment.Hold.TALK: _("On hold: a PT decides"), Appointment.Hold.IN_PERSON: _("On hold: not by video")}
    return [Chip("red", "hold", words[Appointment.Hold(visit.hold)])] if visit.hold else []


@dataclass(frozen=True)
class Work:
    """Where and when somebody works on a day, closures and time off aside."""

    spans: list[Span]
    places: list[str]
    hours: list[tuple[Span, Location]]

    def where(self, at: datetime) -> Location:
        """Return the location of the hours around a moment, else of the first hours of the day."""
        return next((location for span, location in self.hours if span.contains(at)), self.hours[0][1])

    def is_elsewhere(self, blocks: Iterable[Block]) -> bool:
        """Say whether some of these are not where all the hours are."""
        return {block.location_id for block in blocks} != {location.pk for _span, location in self.hours}


@dataclass(frozen=True)
class Day:
    """A local day at the clinic."""

    date: date
    span: Span
    visits: list[Visit]
    others: list[Block]
    work: dict[int, Work]
    away: dict[int, list[tuple[Span, str]]]
    closures: list[Closure]
    practitioners: list[Practitioner]
    roads: Roads


def asked_day(request: HttpRequest, this_day: date) -> date:
    """Return the day in the address, or today for none and for nonsense; at most two years off."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return this_day
    return day if abs((day - this_day).days) <= 730 else this_day


def day_span(day: date) -> Span:
    """Return a whole local day in the desk's zone."""
    zone = str(timezone.get_current_timezone())
    return Span(from_wall(zone, day, time()), from_wall(zone, day + timedelta(days=1), time()))


def load(day: date, *, now: datetime, practitioner: Practitioner | None = None) -> Day:
    """Load a day of everybody, or of one practitioner."""
    span = day_span(day)
    blocks = Block.objects.filter(
        Q(state__in=SHOWN),
        starts_at__gt=span.start - LONGEST,
        starts_at__lt=span.end,
        ends_at__gt=span.start,
    ).exclude(state=Block.State.HELD, expires_at__lte=now)
    if practitioner is not None:
        blocks = blocks.filter(practitioner=practitioner)
    rows = list(
        blocks.select_related(
            "room__location",
            "location",
            "zone",
            "practitioner__day_starts",
            "practitioner__day_ends",
            "appointment__patient",
            "appointment__service",
            "appointment__location",
        ).order_by("starts_at", "id")
    )
    appointments = [block.appointment for block in rows if hasattr(block, "appointment")]
    for block in rows:
        if hasattr(block, "appointment"):
            block.appointment.block = block  # or each card would ask for its block again
    waiting = video.waiting_since(appointments)
    sharing = shared.among(rows)
    states = states_of({appointment.patient_id for appointment in appointments}, now)
    closures = list(Closure.objects.filter(first_day__lte=day, last_day__gte=day).select_related("location"))
    busy = {block.practitioner_id for block in rows}
    work = _work(day, closures)
    drives, roads = _drives(rows, work)
    return Day(
        date=day,
        span=span,
        visits=[
            Visit(
                appointment,
                states[appointment.patient_id],
                waiting.get(appointment.pk),
                sharing[appointment.block_id],
                drives.get(appointment.block_id, NO_DRIVES),
            )
            for appointment in appointments
        ],
        others=[block for block in rows if not hasattr(block, "appointment")],
        work=work,
        away=_away(span),
        closures=closures,
        practitioners=[practitioner]
        if practitioner
        else list(Practitioner.objects.filter(Q(active=True) | Q(pk__in=busy))),
        roads=roads,
    )


def _work(day: date, closures: Iterable[Closure]) -> dict[int, Work]:
    shut = {closure.location_id for closure in closures}
    spans: dict[int, list[Span]] = defaultdict(list)
    places: dict[int, list[str]] = defaultdict(list)
    hours: dict[int, list[tuple[Span, Location]]] = defaultdict(list)
    for row in rota.rows_on(day):
        if shut & {None, row.location_id}:
            continue
        laid = worked(row.location.time_zone, day, row.starts, row.ends, HOUR, rota.pause_of(row))
        if laid.span:
            spans[row.practitioner_id] += subtract([laid.span], [laid.pause] if laid.pause else [])
            hours[row.practitioner_id].append((laid.span, row.location))
            if row.location.name not in places[row.practitioner_id]:
                places[row.practitioner_id].append(row.location.name)
    return {
        key: Work(
            merge(value),
            places[key],
            sorted(hours[key], key=lambda one: one[0].start),
        )
        for key, value in spans.items()
    }


def _drives(rows: Iterable[Block], work: dict[int, Work]) -> tuple[dict[int, Drives], Roads]:
    """Give the roads of everybody's day by the keys of the blocks, and all roads; where nobody drives none is asked for."""
    by_person: dict[int, list[Block]] = defaultdict(list)
    for block in rows:
        if block.state != Block.State.NO_SHOW:
            by_person[block.practitioner_id].append(block)
    away = [key for key, blocks in by_person.items() if key in work and work[key].is_elsewhere(blocks)]
    on_the_road = [blocks for blocks in by_person.values() if is_on_the_road(blocks)]
    roads = roads_typed_in() if on_the_road or away else Roads()
    found: dict[int, Drives] = {}
    for blocks in on_the_road:
        person, hours = blocks[0].practitioner, work.get(blocks[0].practitioner_id)
        start = base_of(person.day_starts, hours.where(blocks[0].starts_at) if hours else None)
        end = base_of(person.day_ends, hours.where(blocks[-1].starts_at) if hours else None)
        found |= drives_of(blocks, roads, start, end)
    return found, roads


def _away(span: Span) -> dict[int, list[tuple[Span, str]]]:
    away: dict[int, list[tuple[Span, str]]] = defaultdict(list)
    for row in TimeOff.objects.filter(starts_at__lt=span.end, ends_at__gt=span.start).order_by("starts_at"):
        whole = Span(max(row.starts_at, span.start), min(row.ends_at, span.end))
        away[row.practitioner_id].append((whole, row.reason))
    return away


def at_work(day: Day, key: int) -> list[Span]:
    """Return when a practitioner works on the day, less the time off."""
    work = day.work.get(key)
    return subtract(work.spans, [span for span, _reason in day.away.get(key, [])]) if work else []


def free_at_work(day: Day, key: int) -> Iterator[tuple[list[Span], list[Span]]]:
    """Give, for each place where a practitioner works on the day, when they do, and what is taken of it.

    What is taken is as wide as for the slot engine: with the road from the place to it, and back.
    """
    work = day.work.get(key)
    blocks = [visit.block for visit in day.visits if visit.block.state != Block.State.NO_SHOW]
    blocks = [block for block in (*blocks, *day.others) if block.practitioner_id == key]
    stays = [Stay(block.busy_from, block.busy_until, stop_of(block).site) for block in blocks]
    for place in dict.fromkeys(location for _span, location in work.hours) if work else ():
        here = merge(span for span, location in work.hours if location == place) if work else []
        taken = with_roads(stays, Site(place.pk, place.zone_id), day.roads)
        yield intersect(at_work(day, key), here), taken
