"""The opening hours of the clinic and its locations, read from the database; the counting is in `clinic.hours`."""

from datetime import datetime, timedelta

from django.db.models import Q

from clinic.hours import Closure, Hours, NeverOpen, Stretch, add_open_minutes
from clinic.models import Clinic, Location, OpeningHours
from clinic.models import Closure as ClosureRow


def hours_for(location: Location | None = None) -> Hours:
    """Return the hours of a location, or the clinic's own, which are those of its first active location. Two queries."""
    if location is None:
        place = Location.objects.filter(active=True).order_by("position", "name").values("pk")[:1]
    else:
        place = Location.objects.filter(pk=location.pk).values("pk")
    rows = list(OpeningHours.objects.filter(location__in=place).select_related("location").order_by("weekday", "opens"))
    closed = ClosureRow.objects.filter(Q(location__isnull=True) | Q(location__in=place))
    return Hours(
        zone=_zone(location, rows),
        weekly=tuple(Stretch(row.weekday, row.opens, row.closes) for row in rows),
        closures=tuple(Closure(row.first_day, row.last_day) for row in closed.order_by("first_day")),
    )


def due_after(*, minutes: int, now: datetime, hours: Hours | None = None) -> datetime:
    """Return when `minutes` of the clinic's opening time have passed since `now`, in UTC.

    A clinic without opening hours still has to call back: then the minutes are counted straight on.
    """
    try:
        return add_open_minutes(hours if hours is not None else hours_for(), now, minutes)
    except NeverOpen:
        return now + timedelta(minutes=minutes)


def _zone(location: Location | None, rows: list[OpeningHours]) -> str:
    if location is not None:
        return location.time_zone
    return rows[0].location.time_zone if rows else Clinic.get().time_zone
