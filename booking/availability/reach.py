"""What the roads leave: of what somebody has taken, and of the day of a home visit. Pure.

The first road and the last of a day with home visits lie between the beginning and the end of the day's working hours,
wherever they are worked. What is kept free around a visit may reach out of them, as it may for every visit. Time off is
like the night: before it the day ends, after it the day starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from booking.availability.grid import worked
from booking.availability.roads import Site, around, with_roads
from booking.availability.values import MOBILE, Calendar, Person, Place
from clinic.spans import Span


def kept_clear(calendar: Calendar, person: Person, place: Place) -> list[Span]:
    """Give what a visit, and the time around it, must keep clear of if its practitioner works at a place for it."""
    return with_roads(person.taken, calendar.site(place), calendar.roads)


def away_from(calendar: Calendar, person: Person, place: Place) -> list[Span]:
    """Give the time off, and with it the last road before it and the first after it if the visit is at a home."""
    if calendar.rules.mode != MOBILE or not person.away:
        return list(person.away)
    first, last = _first_and_last_road(calendar, person, place)
    return [around(span, last, first) for span in person.away]


def day_at_homes(calendar: Calendar, person: Person, place: Place, day: date) -> Span | None:
    """Give what the first road and the last leave of a local day for a visit at home; None if that is nothing."""
    hours = list(_hours(calendar, person, day))
    if not hours:
        return None
    first, last = _first_and_last_road(calendar, person, place)
    start, end = min(span.start for span in hours) + first, max(span.end for span in hours) - last
    return Span(start, end) if start < end else None


def no_road(calendar: Calendar, person: Person, place: Place, start: datetime, *, works: bool) -> bool:
    """Tell whether a road, and not what it leads to, stands in the way; `works` is whether it lies in working hours."""
    rules = calendar.rules
    visit, busy = rules.visit(start), rules.busy(start)
    met = _meets_road_only(busy, person.taken, kept_clear(calendar, person, place))
    if met or _meets_road_only(visit, person.away, away_from(calendar, person, place)):
        return True
    if rules.mode != MOBILE or not works:
        return False
    left = day_at_homes(calendar, person, place, place.day_of(start))
    return left is None or not left.contains(visit)


def _meets_road_only(span: Span, spans: Iterable[Span], wide: Iterable[Span]) -> bool:
    return any(span.overlaps(road) and not span.overlaps(one) for one, road in zip(spans, wide, strict=True))


def _first_and_last_road(calendar: Calendar, person: Person, place: Place) -> tuple[timedelta, timedelta]:
    """Give the road to a first visit at home and from a last; the day is at the shift's location unless said otherwise."""
    home, roads = calendar.site(place), calendar.roads
    starts = place.site if person.day_starts is None else Site(zone_id=person.day_starts)
    ends = place.site if person.day_ends is None else Site(zone_id=person.day_ends)
    return roads.between(starts, home), roads.between(home, ends)


def _hours(calendar: Calendar, person: Person, day: date) -> Iterator[Span]:
    """Give the working hours of a day at all places, in every mode."""
    for shift in person.shifts:
        place = calendar.places.get(shift.place_id)
        if place and shift.holds_on(day) and not place.closed_on(day):
            span = worked(place.zone, day, shift.starts, shift.ends, calendar.rules.grid).span
            if span:
                yield span
