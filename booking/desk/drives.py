"""The road through a day with home visits: how long to each visit and on from it, for the board and the PT's own list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from booking.availability import Roads, Site
from booking.models import Block
from booking.taken import site_of
from clinic.models import Location, TravelZone


@dataclass(frozen=True)
class Stop:
    """Somewhere on the way: as the end of a road, and in words."""

    site: Site
    words: str


@dataclass(frozen=True)
class Drive:
    """A road of a day: its minutes, from where to where, and when to leave for it; None for a road back."""

    minutes: int
    start: str
    end: str
    leave: datetime | None = None


@dataclass(frozen=True)
class Drives:
    """The roads around a visit: to it, and on to the next or back."""

    there: Drive | None = None
    on: Drive | None = None


NO_DRIVES = Drives()


def stop_of(block: Block) -> Stop:
    """Give a block as a stop; one of which nothing is known is somewhere."""
    if block.location is not None:
        return Stop(site_of(block.location_id, block.location.zone_id, kind=block.kind), block.location.name)
    zone = block.zone
    return Stop(site_of(None, block.zone_id, kind=block.kind), zone.name if zone else _("somewhere"))


def base_of(zone: TravelZone | None, location: Location | None) -> Stop | None:
    """Give where a day starts or ends: in the practitioner's zone, else at the location of the working hours."""
    if zone is not None:
        return Stop(Site(zone_id=zone.pk), zone.name)
    return Stop(Site(location.pk, location.zone_id), location.name) if location else None


def drives_of(blocks: Sequence[Block], roads: Roads, start: Stop | None, end: Stop | None) -> dict[int, Drives]:
    """Give the roads of a practitioner's day by the keys of its blocks, which are in order and take place."""
    stops = [stop_of(block) for block in blocks]
    there: dict[int, Drive] = {}
    on: dict[int, Drive] = {}
    for (block, stop), (following, target) in pairwise(zip(blocks, stops, strict=True)):
        if drive := _drive(roads, stop, target, until=following.busy_from):
            on[block.pk] = there[following.pk] = drive
    if start and stops and stops[0].site.home and (drive := _drive(roads, start, stops[0], until=blocks[0].busy_from)):
        there[blocks[0].pk] = drive
    if end and stops and stops[-1].site.home and (drive := _drive(roads, stops[-1], end)):
        on[blocks[-1].pk] = drive
    return {block.pk: Drives(there.get(block.pk), on.get(block.pk)) for block in blocks}


def is_on_the_road(blocks: Sequence[Block]) -> bool:
    """Say whether there is anything to drive to: a home, or more than one location."""
    return any(block.zone_id for block in blocks) or len({block.location_id for block in blocks}) > 1


def _drive(roads: Roads, start: Stop, end: Stop, *, until: datetime | None = None) -> Drive | None:
    road = roads.between(start.site, end.site)
    if not road:
        return None
    return Drive(road // timedelta(minutes=1), start.words, end.words, until - road if until else None)
