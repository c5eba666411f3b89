"""The road between visits: from where to where, how long, and what it leaves of a day. Pure.

Whoever has been at one site is at the next no sooner than the road takes, counted from the end of what is kept free
after the one to the beginning of what is kept free before the other: the time around a visit is for packing and
writing, not for driving. This is asked of every two stays of a day, not of neighbours only. So it does not matter in
which order they were booked, and a visit that is cancelled leaves no other out of reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from clinic.spans import Span

NOTHING = timedelta()


class Site(NamedTuple):
    """Where somebody is: at a location, or at a home. Either lies in a travel zone, if that is known.

    Neither a location nor a home is anywhere: a meeting, or a time that was imported.
    """

    place_id: int | None = None
    zone_id: int | None = None
    home: bool = False


ANYWHERE = Site()


@dataclass(frozen=True, slots=True)
class Stay(Span):
    """A span that somebody spends at a site."""

    site: Site = ANYWHERE


@dataclass(frozen=True, slots=True)
class Roads:
    """Minutes between zones, and within one. What is known one way holds for the way back, unless that is known too.

    `unknown` is taken for a road to or from a home of which nothing is known. Between two locations of which nothing
    is known no road is asked for.
    """

    known: Mapping[tuple[int, int], timedelta] = field(default_factory=dict)
    unknown: timedelta = NOTHING

    def between(self, start: Site, end: Site) -> timedelta:
        """Tell how long the road takes."""
        if start.place_id is not None and start.place_id == end.place_id:
            return NOTHING
        if start.zone_id is not None and end.zone_id is not None:
            for way in ((start.zone_id, end.zone_id), (end.zone_id, start.zone_id)):
                if way in self.known:
                    return self.known[way]
        return self.unknown if start.home or end.home else NOTHING


def with_roads(taken: Iterable[Span], here: Site, roads: Roads) -> list[Span]:
    """Widen each stay by the road from `here` to it, and from it back here: what is left can be reached from all."""
    ways: dict[Site, tuple[timedelta, timedelta]] = {}
    wide = []
    for span in taken:
        site = span.site if isinstance(span, Stay) else ANYWHERE
        way = ways.get(site)
        if way is None:
            way = ways[site] = (roads.between(here, site), roads.between(site, here))
        wide.append(around(span, *way))
    return wide


def around(span: Span, there: timedelta, back: timedelta) -> Span:
    """Widen a span by a road before it and one after it."""
    return Span(span.start - there, span.end + back) if there or back else span
