"""What is taken: of practitioners' time, with where they are meanwhile, and of rooms. Read from the blocks."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import NullIf

from booking.availability import Place, Site, Stay
from booking.models import LIVE, LONGEST, Block
from clinic.models import ServiceMode
from clinic.spans import Span

_COLUMNS = (
    "practitioner_id",
    "room_id",
    "busy_from",
    "busy_until",
    "other_from",
    "other_until",
    "other_start",
    "location_id",
    "zone_id",
    "kind",
    "offer_id",
)


def touching(blocks: QuerySet[Block], window: Span, people: list[int], rooms: list[int]) -> QuerySet[Block]:
    """Narrow blocks to those of the people, or in the rooms, that may touch the window.

    Without a lower bound this would read every block there ever was. Where rooms count, one index on the start serves
    both: else the same visits would come twice, once for their practitioner and once for their room.
    """
    if not rooms:
        blocks = blocks.filter(practitioner__in=people, busy_from__gt=window.start - LONGEST)
    else:
        blocks = blocks.filter(
            Q(practitioner__in=people) | Q(room__in=rooms),
            starts_at__gt=window.start - LONGEST,
            starts_at__lt=window.end + LONGEST,
        )
    return blocks.filter(busy_from__lt=window.end, busy_until__gt=window.start).order_by()


@dataclass
class Taken:
    """What is taken of each practitioner's time and of each room's, and the starts of the visits of the offer."""

    stays: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    rooms: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    given: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))


def taken_by(blocks: QuerySet[Block], places: dict[int, Place], offer: ServiceMode) -> Taken:
    """Load blocks. One query, of a thousand rows for a month of ten people: what is equal is not read twice."""
    taken = Taken()
    sites: dict[tuple[int | None, int | None, str], Site] = {}
    rows = blocks.annotate(
        other_from=NullIf("room_from", "busy_from"),
        other_until=NullIf("room_until", "busy_until"),
        other_start=NullIf("starts_at", "busy_from"),
    ).values_list(*_COLUMNS)
    for person, room, start, end, room_from, room_until, visit, location, zone, kind, offer_id in rows:
        site = sites.get((location, zone, kind))
        if site is None:
            lies_in = places[location].travel_zone if location in places else zone
            site = sites[location, zone, kind] = site_of(location, lies_in, kind=kind)
        stay = Stay(start, end, site)
        taken.stays[person].append(stay)
        if room is not None:
            same = room_from is None and room_until is None
            taken.rooms[room].append(stay if same else Span(room_from or start, room_until or end))
        if offer_id == offer.pk:
            taken.given[person].append(visit or start)
    return taken


def site_of(location_id: int | None, travel_zone: int | None, *, kind: str) -> Site:
    """Tell where a block is by its location, and the travel zone of that or of its own.

    A visit of which nothing is known may be anywhere, so it is taken for one at a home.
    """
    visits = kind in (Block.Kind.VISIT, Block.Kind.HOLD)
    return Site(location_id, travel_zone, home=location_id is None and (visits or travel_zone is not None))


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
