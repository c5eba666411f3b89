"""Loads what the slot engine needs: a constant number of queries, whatever the weeks, people and bookings."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from booking.availability import Calendar, Person, Place, Reason, Roads, RoomUse, Rules, Shift, Site, Stay
from booking.models import LIVE, LONGEST, Block, TimeOff, WorkingHours
from clinic import hours
from clinic.models import Clinic, Closure, Licence, Location, Mode, Practitioner, Room, ServiceMode, ZoneMinutes
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

    `home` is the travel zone of a visit at home. `asked` is a practitioner who is asked about even if they do not give the service. `except_block` is a block that
    does not count, because it is to be moved. Holds that have run out do not count either.
    """
    midnight = datetime.combine(first_day, time(), UTC)
    window = Span(midnight - MARGIN, midnight + timedelta(days=days) + MARGIN)
    gives = Exists(ServiceMode.practitioners.through.objects.filter(servicemode=offer, practitioner=OuterRef("pk")))
    wanted = Practitioner.objects.annotate(gives=gives).filter(Q(gives=True) | Q(pk=asked), active=True)
    wanted = wanted.order_by("position", "family_name", "pk")
    people = list(wanted.values_list("pk", "gives", "day_starts", "day_ends"))
    ids = [pk for pk, *_rest in people]
    shifts, (places, roads) = _shifts(ids, window), _places(window)
    away, licences = _away(ids, window), _licences(ids, offer.mode, state)
    rules = rules_of(offer)
    rooms = (
        list(Room.objects.filter(location__in=places, kind=rules.room_kind, active=True).order_by("pk"))
        if rules.needs_room
        else []
    )
    counted = Block.objects.filter(state__in=LIVE).exclude(state=Block.State.HELD, expires_at__lte=now)
    if except_block is not None:
        counted = counted.exclude(pk=except_block)
    # Without the lower bounds these would read every block there ever was.
    taken = _stays(
        counted.filter(
            practitioner__in=ids,
            busy_from__gt=window.start - LONGEST,
            busy_from__lt=window.end,
            busy_until__gt=window.start,
        ),
        places,
    )
    in_use = _grouped(
        counted.filter(
            room__in=[room.pk for room in rooms],
            room_from__gt=window.start - LONGEST,
            room_from__lt=window.end,
            room_until__gt=window.start,
        ).values_list("room_id", "room_from", "room_until")
        if rooms
        else ()
    )
    return Calendar(
        rules=rules,
        people=tuple(
            Person(
                pk,
                gives,
                tuple(shifts[pk]),
                tuple(away[pk]),
                tuple(taken[pk]),
                licences[pk],
                day_starts=day_starts,
                day_ends=day_ends,
            )
            for pk, gives, day_starts, day_ends in people
        ),
        places=places,
        rooms=tuple(RoomUse(room.pk, room.location_id, tuple(in_use[room.pk])) for room in rooms),
        state=state,
        barred=barred,
        roads=roads,
        home=home,
    )


def rooms_for(offer: ServiceMode, location_id: int | None) -> list[int]:
    """Give the rooms at a location that an offer may take; none if it needs no room."""
    if not rules_of(offer).needs_room:
        return []
    rooms = Room.objects.filter(location=location_id, kind=offer.room_kind, active=True)
    return list(rooms.order_by("pk").values_list("pk", flat=True))


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
    )


def _shifts(ids: list[int], window: Span) -> dict[int, list[Shift]]:
    shifts: dict[int, list[Shift]] = defaultdict(list)
    rows = WorkingHours.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=window.end.date()),
        Q(valid_until=None) | Q(valid_until__gte=window.start.date()),
        practitioner__in=ids,
    )
    for row in rows.order_by("location__position", "location_id", "weekday", "starts"):
        shifts[row.practitioner_id].append(
            Shift(
                row.location_id,
                row.weekday,
                row.starts,
                row.ends,
                frozenset(row.modes),
                row.valid_from,
                row.valid_until,
            )
        )
    return shifts


def _places(window: Span) -> tuple[dict[int, Place], Roads]:
    """Load the active locations, in their order, and the roads."""
    closures: dict[int | None, list[hours.Closure]] = defaultdict(list)
    for closure in Closure.objects.filter(first_day__lte=window.end.date(), last_day__gte=window.start.date()):
        closures[closure.location_id].append(hours.Closure(closure.first_day, closure.last_day))
    # What the clinic says of roads without minutes comes along, or it would cost every search a query of its own.
    unsaid = Clinic.objects.filter(pk=1).values("road_minutes")
    rows = Location.objects.filter(active=True).annotate(unsaid=Subquery(unsaid)).order_by("position", "name")
    places, unknown = {}, 0
    for pk, zone, travel_zone, minutes in rows.values_list("pk", "time_zone", "zone_id", "unsaid"):
        places[pk] = Place(pk, zone, tuple(closures[None] + closures[pk]), travel_zone=travel_zone)
        unknown = minutes or 0
    known = {
        (start, end): timedelta(minutes=minutes)
        for start, end, minutes in ZoneMinutes.objects.order_by().values_list("from_zone_id", "to_zone_id", "minutes")
    }
    return places, Roads(known, timedelta(minutes=unknown))


def _stays(blocks: QuerySet[Block], places: dict[int, Place]) -> dict[int, list[Span]]:
    """Load what is taken of each practitioner's time, and where it takes place."""
    stays: dict[int, list[Span]] = defaultdict(list)
    columns = ("practitioner_id", "busy_from", "busy_until", "location_id", "zone_id", "kind")
    sites: dict[tuple[int | None, int | None, bool], Site] = {}
    for person, start, end, location, zone, kind in blocks.values_list(*columns):
        # A visit of which nothing is known may be anywhere, so it is taken for one at a home.
        visits = kind in (Block.Kind.VISIT, Block.Kind.HOLD)
        site = sites.get((location, zone, visits))
        if site is None:
            lies_in = places[location].travel_zone if location in places else zone
            site = sites[location, zone, visits] = Site(
                location, lies_in, home=location is None and (visits or bool(zone))
            )
        stays[person].append(Stay(start, end, site))
    return stays


def _away(ids: list[int], window: Span) -> dict[int, list[Span]]:
    rows = TimeOff.objects.filter(practitioner__in=ids, ends_at__gt=window.start, starts_at__lt=window.end)
    return _grouped(rows.values_list("practitioner_id", "starts_at", "ends_at"))


def _licences(ids: list[int], mode: str, state: str) -> dict[int, dict[str, date | None]]:
    """Load until when each has a licence or the compact privilege for a state, whichever lasts longer."""
    last_days: dict[int, set[date | None]] = defaultdict(set)
    if mode == Mode.TELEHEALTH and state:
        rows = Licence.objects.filter(practitioner__in=ids, state=state)
        for pk, last_day in rows.values_list("practitioner_id", "expires_on"):
            last_days[pk].add(last_day)
    return {
        pk: {state: None if None in last_days[pk] else max(day for day in last_days[pk] if day)}
        if last_days[pk]
        else {}
        for pk in ids
    }


def _grouped(rows: Iterable[tuple[int | None, datetime | None, datetime | None]]) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = defaultdict(list)
    for key, start, end in rows:
        if key is not None and start is not None and end is not None:
            spans[key].append(Span(start, end))
    return spans
