"""Loads what the day board and a PT's own list show: a constant number of queries, whatever the day holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from booking import rota
from booking.availability import Roads, Site, Stay
from booking.availability.grid import worked
from booking.availability.roads import with_roads
from booking.calendars import roads_typed_in
from booking.desk import shared
from booking.desk.cards import Visit, happened, needs_telling
from booking.desk.drives import NO_DRIVES, Drives, base_of, drives_of, is_on_the_road, stop_of
from booking.models import LIVE, LONGEST, Block, TimeOff, WorkingHours
from clinic.hours import from_wall
from clinic.models import Closure, Location, Message, Practitioner, TextStop
from clinic.spans import Span, intersect, merge, subtract
from intake.desk.states import states_of

# The letters about a visit that have left, the newest first: each has the link to it.
_LINKS = Message.objects.filter(subject_uid=OuterRef("appointment__uid"), state=Message.State.SENT).order_by("-sent_at")
_STOPS = TextStop.objects.filter(number=OuterRef("appointment__patient__phone"))

SHOWN = [*LIVE, Block.State.NO_SHOW]
HOUR = timedelta(hours=1)


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
    # Who works on it or has something on it.
    practitioners: list[Practitioner]
    roads: Roads


def asked_day(request: HttpRequest, this_day: date) -> date:
    """Return the day in the address, or today for none and for nonsense; at most two years off."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return this_day
    return day if abs((day - this_day).days) <= 730 else this_day


def asked(request: HttpRequest) -> dict[str, str]:
    """Return the day as the address has it, and the address of the page: also when only its fresh part is drawn."""
    day = request.GET.get("day", "")
    given = day if len(day) == 10 and day.replace("-", "").isascii() and day.replace("-", "").isdigit() else ""
    return {"asked": given, "here": reverse("admin:index") + (f"?day={given}" if given else "")}


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
        )
        .annotate(link_sent_at=Subquery(_LINKS.values("sent_at")[:1]), texts_stopped=Exists(_STOPS))
        .order_by("starts_at", "id")
    )
    appointments = [block.appointment for block in rows if hasattr(block, "appointment")]
    for block in rows:
        if hasattr(block, "appointment"):
            block.appointment.block = block  # or each card would ask for its block again
    waiting, late = happened(appointments)
    sharing = shared.among(rows)
    states = states_of({appointment.patient_id for appointment in appointments}, now)
    closures = list(Closure.objects.filter(first_day__lte=day, last_day__gte=day).select_related("location"))
    links: dict[int, datetime | None] = {block.pk: getattr(block, "link_sent_at", None) for block in rows}
    stopped: dict[int, bool] = {block.pk: getattr(block, "texts_stopped", False) for block in rows}
    hours = rota.rows_on(day)
    people: set[Practitioner] = {block.practitioner for block in rows} | {row.practitioner for row in hours}
    work = work_of(day, hours, closures)
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
                links[appointment.block_id],
                needs_telling(appointment, stopped=stopped[appointment.block_id]),
                late.get(appointment.pk, ""),
            )
            for appointment in appointments
        ],
        others=[block for block in rows if not hasattr(block, "appointment")],
        work=work,
        away=away_in(span),
        closures=closures,
        practitioners=[practitioner] if practitioner else list(people),
        roads=roads,
    )


def work_of(day: date, hours_of_day: Iterable[WorkingHours], closures: Iterable[Closure]) -> dict[int, Work]:
    """Return where and when each practitioner, by key, works on a day that has these hours and closures."""
    shut = {closure.location_id for closure in closures}
    spans: dict[int, list[Span]] = defaultdict(list)
    places: dict[int, list[str]] = defaultdict(list)
    hours: dict[int, list[tuple[Span, Location]]] = defaultdict(list)
    for row in hours_of_day:
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


def away_in(span: Span) -> dict[int, list[tuple[Span, str]]]:
    """Return the time off within a span, with its reasons, by the practitioner's key. One query."""
    away: dict[int, list[tuple[Span, str]]] = defaultdict(list)
    for row in TimeOff.objects.filter(starts_at__lt=span.end, ends_at__gt=span.start).order_by("starts_at"):
        whole = Span(max(row.starts_at, span.start), min(row.ends_at, span.end))
        away[row.practitioner_id].append((whole, _("own calendar") if row.imported else row.reason))
    return away


def at_work(day: Day, key: int) -> list[Span]:
    """Return when a practitioner works on the day, less the time off."""
    return at_work_of(day.work.get(key), day.away.get(key, []))


def at_work_of(work: Work | None, away: Iterable[tuple[Span, str]]) -> list[Span]:
    """Return when somebody works, less the time off."""
    return subtract(work.spans, [span for span, _reason in away]) if work else []


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
