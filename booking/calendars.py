"""Loads what the slot engine needs: a constant number of queries, whatever the weeks, people and bookings."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from booking import zones
from booking.availability import Calendar, Person, Place, Reason, Roads, RoomUse, Rules
from booking.rota import shifts_between, whole_months
from booking.taken import taken_by
from clinic import hours
from clinic.models import (
    Clinic,
    Closure,
    GivenBy,
    Licence,
    Location,
    Mode,
    Practitioner,
    Room,
    ServiceMode,
    ZoneMinutes,
)
from clinic.set_up import kept, worked_out
from clinic.spans import Span

# What is loaded on either side of the days asked for: each zone's idea of a day, and the buffers at its ends.
MARGIN = timedelta(days=2)


def calendar_around(
    offer: ServiceMode,
    start: datetime,
    *,
    now: datetime,
    asked: int | None = None,
    state: str = "",
    home: int | None = None,
    barred: tuple[Reason, ...] = (),
    except_block: int | None = None,
) -> Calendar:
    """Load what decides about one start; for the arguments see `calendar_of`."""
    return calendar_of(
        offer,
        first_day=start.astimezone(UTC).date(),
        days=1,
        now=now,
        asked=asked,
        state=state,
        home=home,
        barred=barred,
        except_block=except_block,
    )


def calendar_of(
    offer: ServiceMode,
    *,
    first_day: date,
    days: int,
    now: datetime,
    asked: int | None = None,
    state: str = "",
    home: int | None = None,
    barred: tuple[Reason, ...] = (),
    except_block: int | None = None,
) -> Calendar:
    """Load what decides about the times of an offer on some days.

    `home` is the travel zone of a visit at home. `asked` is the one practitioner who is asked about, even if they do not
    give the service; without, the calendar has all who give it. `except_block` is a block that does not count, because
    it is to be moved. Holds that have run out do not count either.
    """
    midnight = datetime.combine(first_day, time(), UTC)
    window = Span(midnight - MARGIN, midnight + timedelta(days=days) + MARGIN)
    people = _people(offer, asked)
    ids = [pk for pk, *_rest in people]
    shifts = shifts_between(ids, window.start.date(), window.end.date())
    places, roads = places_between(window)
    by_video = offer.mode == Mode.TELEHEALTH and state
    licences = licences_in([state], ids) if by_video else defaultdict(dict)
    rules = rules_of(offer)
    rooms = _rooms(places, rules) if rules.needs_room else []
    taken = taken_by(
        ids,
        [pk for pk, _place in rooms],
        window,
        places=places,
        limited=offer.pk if rules.limit_a_day is not None else None,
        except_block=except_block,
        now=now,
    )
    return Calendar(
        rules=rules,
        people=tuple(
            Person(
                pk,
                gives,
                tuple(shifts[pk]),
                tuple(taken.away[pk]),
                tuple(taken.stays[pk]),
                licences[pk],
                given=tuple(taken.given[pk]),
                day_starts=day_starts,
                day_ends=day_ends,
            )
            for pk, gives, day_starts, day_ends in people
        ),
        places=places,
        rooms=tuple(RoomUse(pk, place, tuple(taken.rooms[pk])) for pk, place in rooms),
        state=state,
        state_zone=zones.usual(state),
        barred=barred,
        roads=roads,
        home=home,
    )


def rooms_for(offer: ServiceMode, location_id: int | None) -> list[int]:
    """Give the rooms at a location that an offer may take; none if it needs no room."""
    if not rules_of(offer).needs_room:
        return []
    return [pk for pk, _place in _rooms_of(kind=offer.room_kind, places=[location_id] if location_id else [])]


def rules_of(offer: ServiceMode) -> Rules:
    """Give what an offer asks of a time."""
    return Rules(
        mode=offer.mode,
        duration=timedelta(minutes=offer.duration_minutes),
        before=timedelta(minutes=offer.buffer_before_minutes),
        after=timedelta(minutes=offer.buffer_after_minutes),
        notice=timedelta(minutes=offer.notice_minutes),
        horizon_days=offer.horizon_days,
        grid=timedelta(minutes=offer.service.grid_minutes),
        room_kind=offer.room_kind,
        limit_a_day=offer.limit_a_day,
    )


def places_between(window: Span) -> tuple[dict[int, Place], Roads]:
    """Load the active locations, in their order, with closures and the hours for who walks in, and the roads.

    Three queries.
    """
    first, last = whole_months(window.start.date(), window.end.date())
    places, roads = _places_of(first=first, last=last)
    return dict(places), roads


@worked_out
def _places_of(*, first: date, last: date) -> tuple[Mapping[int, Place], Roads]:
    closures: dict[int | None, list[hours.Closure]] = defaultdict(list)
    for location, first_day, last_day in _closed(first=first, last=last):
        closures[location].append(hours.Closure(first_day, last_day))
    walk_in: dict[int, list[hours.Stretch]] = defaultdict(list)
    found: dict[int, tuple[str, int | None]] = {}
    unknown = 0
    for pk, zone, travel_zone, minutes, weekday, opens, closes in _locations():
        found[pk] = (zone, travel_zone)
        unknown = minutes or 0
        if weekday is not None:
            walk_in[pk].append(hours.Stretch(weekday, opens, closes))
    places = {
        pk: Place(pk, zone, tuple(closures[None] + closures[pk]), walk_in=tuple(walk_in[pk]), travel_zone=travel_zone)
        for pk, (zone, travel_zone) in found.items()
    }
    return places, Roads(_known_roads(), timedelta(minutes=unknown))


def roads_typed_in() -> Roads:
    """Load the roads alone. Two queries."""
    return Roads(_known_roads(), timedelta(minutes=Clinic.get().road_minutes))


@kept
def _closed(*, first: date, last: date) -> QuerySet[Closure, Any]:
    rows = Closure.objects.filter(first_day__lte=last, last_day__gte=first)
    return rows.values_list("location_id", "first_day", "last_day")


@kept
def _locations() -> QuerySet[Location, Any]:
    """Ask for the active locations, once for each of their hours for who walks in."""
    # What the clinic says of roads without minutes comes along, or it would cost every search a query of its own.
    unsaid = Clinic.objects.filter(pk=1).values("road_minutes")
    walks = FilteredRelation("opening_hours", condition=Q(opening_hours__walk_in_only=True))
    rows = Location.objects.filter(active=True).annotate(unsaid=Subquery(unsaid), walks=walks)
    columns = ("pk", "time_zone", "zone_id", "unsaid", "walks__weekday", "walks__opens", "walks__closes")
    return rows.order_by("position", "name", "pk").values_list(*columns)


def _known_roads() -> dict[tuple[int, int], timedelta]:
    return {(start, end): timedelta(minutes=minutes) for start, end, minutes in _roads()}


@kept
def _roads() -> QuerySet[ZoneMinutes, Any]:
    return ZoneMinutes.objects.order_by().values_list("from_zone_id", "to_zone_id", "minutes")


def _people(offer: ServiceMode, asked: int | None) -> list[tuple[int, bool, int | None, int | None]]:
    """Load who gives the offer, or the one who is asked about, each with whether they give it."""
    if asked is None:
        return [(pk, True, starts, ends) for pk, starts, ends in _all_who_give(offer=offer.pk)]
    return _asked_about(offer=offer.pk, asked=asked)


@kept
def _all_who_give(*, offer: int) -> QuerySet[Practitioner, Any]:
    rows = Practitioner.objects.filter(service_modes=offer, active=True)
    return rows.order_by("position", "family_name", "pk").values_list("pk", "day_starts", "day_ends")


@kept
def _asked_about(*, offer: int, asked: int) -> QuerySet[Practitioner, Any]:
    gives = GivenBy.objects.filter(servicemode=offer, practitioner=OuterRef("pk"))
    rows = Practitioner.objects.filter(pk=asked, active=True).annotate(gives=Exists(gives))
    return rows.values_list("pk", "gives", "day_starts", "day_ends")


def _rooms(places: Collection[int], rules: Rules) -> list[tuple[int, int]]:
    return _rooms_of(kind=rules.room_kind, places=list(places))


@kept
def _rooms_of(*, kind: str, places: Collection[int]) -> QuerySet[Room, Any]:
    rows = Room.objects.filter(location__in=places, kind=kind, active=True)
    return rows.order_by("pk").values_list("pk", "location_id")


def licences_in(states: Collection[str], ids: Collection[int]) -> dict[int, dict[str, date | None]]:
    """Load until when each has a licence or the compact privilege for states, whichever lasts longer. One query."""
    last_days: dict[int, dict[str, date | None]] = defaultdict(dict)
    for pk, state, last_day in _licences(people=ids, states=states):
        known = last_days[pk].get(state, date.min)
        last_days[pk][state] = None if last_day is None or known is None else max(known, last_day)
    return last_days


@kept
def _licences(*, people: Collection[int], states: Collection[str]) -> QuerySet[Licence, Any]:
    rows = Licence.objects.filter(practitioner__in=people, state__in=states)
    return rows.values_list("practitioner_id", "state", "expires_on")
