"""How a visit is told to its patient: the time in the zone that was agreed, with the zone named, and the place."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from booking.models import Appointment
from clinic import wording
from clinic.models import Mode


def starts(visit: Appointment) -> datetime:
    """Give the start in the zone that the patient was told it in."""
    return visit.block.starts_at.astimezone(ZoneInfo(visit.time_zone))


def ends(visit: Appointment) -> datetime:
    """Give the end in that zone."""
    return visit.block.ends_at.astimezone(ZoneInfo(visit.time_zone))


def zone(visit: Appointment) -> str:
    """Name the zone: "Anchorage time". Where the clock shows the time twice that day, say which of the two is meant."""
    words, start = wording.zone_words(visit.time_zone), starts(visit)
    other = start.replace(fold=1 - start.fold)
    if other.utcoffset() == start.utcoffset() or _skipped(other):
        return words
    name = f"{start:%Z}"
    return f"{words}, {name if name.isalpha() else f'UTC{start:%z}'}"


def when(visit: Appointment) -> str:
    """Say day and time: "Tue 24 Nov, 9:40 am"."""
    return wording.moment(starts(visit))


def hours(visit: Appointment) -> str:
    """Say from when until when, with the zone: "9:40 to 10:40 am, Anchorage time"."""
    first, last = wording.clock(starts(visit)), wording.clock(ends(visit))
    half = first.rpartition(" ")[2]
    if last.endswith(f" {half}"):
        first = first.removesuffix(f" {half}")
    return _("%(start)s to %(end)s, %(zone)s") % {"start": first, "end": last, "zone": zone(visit)}


def where(visit: Appointment) -> list[str]:
    """Say the place in lines. The patient's own address is not repeated."""
    if visit.mode == Mode.MOBILE:
        return [_("At your home")]
    if visit.mode == Mode.TELEHEALTH or visit.location is None:
        return [_("By video")]
    place = visit.location
    return [line for line in (place.name, place.address, place.directions) if line]


def _skipped(at: datetime) -> bool:
    """Tell whether the clock never shows this time."""
    return at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) != at.replace(tzinfo=None)
