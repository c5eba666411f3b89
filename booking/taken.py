"""What is taken: of practitioners' time, with where they are meanwhile, and of rooms. Read from blocks and time off."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import NullIf

from booking.availability import Elsewhere, Place, Site, Stay
from booking.models import LIVE, LONGEST, Block, TimeOff
from clinic.moments import Moment, moment
from clinic.prepared import prepared
from clinic.spans import Span

# What is told of a block, and of time off with nothing in most of them.
_COLUMNS = (
    "practitioner_id",
    "room_id",
    "start",
    "end",
    "other_from",
    "other_until",
    "location_id",
    "zone_id",
    "kind",
)
# The kinds of time off, beside those of blocks.
_AWAY = {"off": Span, "imported": Elsewhere}


@dataclass
class Taken:
    """What is taken of each practitioner's time and of each room's, and the starts of the visits that are limited.

    `stays` are at visits and the like, `away` is time off.
    """

    stays: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    away: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    rooms: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    given: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))


def taken_by(
    people: Collection[int],
    rooms: Collection[int],
    window: Span,
    *,
    places: dict[int, Place],
    limited: int | None,
    except_block: int | None,
    now: datetime,
) -> Taken:
    """Load what may touch the window, of a thousand rows for a month of ten people. One query.

    `limited` is an offer of which only so many are given a day: one more query for their starts. `except_block` does not
    count, nor do holds that have run out.
    """
    asked: dict[str, Any] = {
        "people": people,
        "first": window.start,
        "last": window.end,
        # Without a lower bound this would read every block there ever was.
        "earliest": window.start - LONGEST,
        "but": except_block or 0,
        "now": now,
    }
    latest = window.end + LONGEST
    rows = _of_people_and_rooms(rooms=rooms, latest=latest, **asked) if rooms else _of_people(**asked)
    taken = Taken()
    sites: dict[tuple[int | None, int | None, str], Site] = {}
    for person, room, start, end, room_from, room_until, location, zone, kind in rows:
        if kind in _AWAY:
            taken.away[person].append(_AWAY[kind](moment(start), moment(end)))
            continue
        site = sites.get((location, zone, kind))
        if site is None:
            lies_in = places[location].travel_zone if location in places else zone
            site = sites[location, zone, kind] = site_of(location, lies_in, kind=kind)
        stay = Stay(moment(start), moment(end), site)
        taken.stays[person].append(stay)
        if room is not None:
            same = room_from is None and room_until is None
            taken.rooms[room].append(stay if same else Span(moment(room_from or start), moment(room_until or end)))
    if limited is not None:
        for person, start in _starts_of(offer=limited, **asked):
            taken.given[person].append(start)
    return taken


def site_of(location_id: int | None, travel_zone: int | None, *, kind: str) -> Site:
    """Tell where a block is by its location, and the travel zone of that or of its own.

    A visit of which nothing is known may be anywhere, so it is taken for one at a home.
    """
    visits = kind in (Block.Kind.VISIT, Block.Kind.HOLD)
    return Site(location_id, travel_zone, home=location_id is None and (visits or travel_zone is not None))


def away_between(people: Collection[int], window: Span) -> dict[int, list[Span]]:
    """Load the time off of people alone, what their own calendars say among it. One query."""
    spans: dict[int, list[Span]] = defaultdict(list)
    for person, _room, start, end, *_rest, kind in _time_off(people=people, first=window.start, last=window.end):
        spans[person].append(_AWAY[kind](moment(start), moment(end)))
    return spans


@prepared
def _of_people(
    *, people: Collection[int], first: datetime, last: datetime, earliest: datetime, but: int, now: datetime
) -> QuerySet[Block, Any]:
    rows = Block.objects.filter(practitioner__in=people, busy_from__gt=earliest)
    return _columns(_counting(rows, first, last, but, now)).union(_off(people, first, last), all=True)


@prepared
def _of_people_and_rooms(
    *,
    rooms: Collection[int],
    latest: datetime,
    people: Collection[int],
    first: datetime,
    last: datetime,
    earliest: datetime,
    but: int,
    now: datetime,
) -> QuerySet[Block, Any]:
    # One index on the start serves both: else the same visits would come twice, for their practitioner and their room.
    rows = Block.objects.filter(
        Q(practitioner__in=people) | Q(room__in=rooms), starts_at__gt=earliest, starts_at__lt=latest
    )
    return _columns(_counting(rows, first, last, but, now)).union(_off(people, first, last), all=True)


@prepared
def _time_off(*, people: Collection[int], first: datetime, last: datetime) -> QuerySet[TimeOff, Any]:
    return _off(people, first, last)


@prepared
def _starts_of(
    *, offer: int, people: Collection[int], first: datetime, last: datetime, earliest: datetime, but: int, now: datetime
) -> QuerySet[Block, Any]:
    rows = Block.objects.filter(offer=offer, practitioner__in=people, busy_from__gt=earliest)
    return _counting(rows, first, last, but, now).values_list("practitioner_id", "starts_at")


def _counting(rows: QuerySet[Block], first: datetime, last: datetime, but: int, now: datetime) -> QuerySet[Block]:
    """Narrow blocks to those that take time from `first` to `last`."""
    rows = rows.filter(state__in=LIVE, busy_from__lt=last, busy_until__gt=first)
    return rows.exclude(pk=but).exclude(state=Block.State.HELD, expires_at__lte=now).order_by()


def _columns(rows: QuerySet[Block]) -> QuerySet[Block, Any]:
    """Ask for the columns that count. Times of a room that are the practitioner's are not read twice."""
    rows = rows.annotate(
        start=Moment("busy_from"),
        end=Moment("busy_until"),
        other_from=Moment(NullIf("room_from", "busy_from")),
        other_until=Moment(NullIf("room_until", "busy_until")),
    )
    return rows.values_list(*_COLUMNS)


def _off(people: Collection[int], first: datetime, last: datetime) -> QuerySet[TimeOff, Any]:
    """Ask for time off in the columns of blocks, so that both come in one query."""
    rows = TimeOff.objects.filter(practitioner__in=people, ends_at__gt=first, starts_at__lt=last).order_by()
    rows = rows.annotate(
        start=Moment("starts_at"),
        end=Moment("ends_at"),
        kind=Case(When(imported=True, then=Value("imported")), default=Value("off")),
        **{
            name: Value(None, IntegerField())
            for name in ("room_id", "other_from", "other_until", "location_id", "zone_id")
        },
    )
    return rows.values_list(*_COLUMNS)


def time_of(block: Block, *, now: datetime) -> QuerySet[Block]:
    """Return what has the time of a block's practitioner instead of it, but for what shares it on purpose."""
    here = _unshared(now).filter(practitioner=block.practitioner_id, busy_from__gt=block.busy_from - LONGEST)
    return here.filter(busy_from__lt=block.busy_until, busy_until__gt=block.busy_from).exclude(pk=block.pk)


def room_of(block: Block, *, now: datetime) -> QuerySet[Block]:
    """Return what has a block's room instead of it, but for what shares it on purpose; nothing where it has no room."""
    if block.room_id is None or block.room_from is None or block.room_until is None:
        return Block.objects.none()
    here = _unshared(now).filter(room=block.room_id, room_from__gt=block.room_from - LONGEST)
    return here.filter(room_from__lt=block.room_until, room_until__gt=block.room_from).exclude(pk=block.pk)


def _unshared(now: datetime) -> QuerySet[Block]:
    live = Block.objects.filter(state__in=LIVE, overlap=False)
    return live.exclude(state=Block.State.HELD, expires_at__lte=now).order_by()
