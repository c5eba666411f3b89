"""Loads what the slot engine needs: a constant number of queries, whatever the weeks, people and bookings."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q

from booking.availability import Calendar, Person, Place, Reason, RoomUse, Rules, Shift
from booking.models import LIVE, LONGEST, Block, TimeOff, WorkingHours
from clinic import hours
from clinic.models import Closure, Licence, Location, Mode, Practitioner, Room, ServiceMode
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
    barred: tuple[Reason, ...] = (),
    except_block: int | None = None,
) -> Calendar:
    """Load what decides about the times of an offer on some days.

    `asked` is a practitioner who is asked about even if they do not give the service. `except_block` is a block that
    does not count, because it is to be moved. Holds that have run out do not count either.
    """
    midnight = datetime.combine(first_day, time(), UTC)
    window = Span(midnight - MARGIN, midnight + timedelta(days=days) + MARGIN)
    gives = Exists(ServiceMode.practitioners.through.objects.filter(servicemode=offer, practitioner=OuterRef("pk")))
    wanted = Practitioner.objects.annotate(gives=gives).filter(Q(gives=True) | Q(pk=asked), active=True)
    people = dict(wanted.order_by("position", "family_name", "pk").values_list("pk", "gives"))
    ids = list(people)
    shifts, places = _shifts(ids, window), _places(window)
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
    taken = _grouped(
        counted.filter(
            practitioner__in=ids,
            busy_from__gt=window.start - LONGEST,
            busy_from__lt=window.end,
            busy_until__gt=window.start,
        ).values_list("practitioner_id", "busy_from", "busy_until")
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
            Person(pk, gives, tuple(shifts[pk]), tuple(away[pk]), tuple(taken[pk]), licences[pk])
            for pk, gives in people.items()
        ),
        places=places,
        rooms=tuple(RoomUse(room.pk, room.location_id, tuple(in_use[room.pk])) for room in rooms),
        state=state,
        barred=barred,
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


def _places(window: Span) -> dict[int, Place]:
    """Load the active locations, in their order."""
    closures: dict[int | None, list[hours.Closure]] = defaultdict(list)
    for closure in Closure.objects.filter(first_day__lte=window.end.date(), last_day__gte=window.start.date()):
        closures[closure.location_id].append(hours.Closure(closure.first_day, closure.last_day))
    rows = Location.objects.filter(active=True).order_by("position", "name").values_list("pk", "time_zone")
    return {pk: Place(pk, zone, tuple(closures[None] + closures[pk])) for pk, zone in rows}


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
