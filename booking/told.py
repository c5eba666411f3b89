"""How a visit is told to its patient: the time in the zone that was agreed, with the zone named, and the place."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from booking import video
from booking.models import Appointment, Block
from booking.unscreened import FLAG
from booking.zones import told_apart
from clinic import wording
from clinic.models import Clinic, Mode


def starts(visit: Appointment) -> datetime:
    """Give the start in the zone that the patient was told it in."""
    return visit.block.starts_at.astimezone(ZoneInfo(visit.time_zone))


def ends(visit: Appointment) -> datetime:
    """Give the end in that zone."""
    return visit.block.ends_at.astimezone(ZoneInfo(visit.time_zone))


def zone(visit: Appointment) -> str:
    """Name the zone: "Anchorage time". Where the clock shows the time twice that day, say which of the two is meant."""
    return zone_at(starts(visit))


def zone_at(start: datetime) -> str:
    """Name the zone of a start in the same way; its `tzinfo` is the zone."""
    words, name = wording.zone_words(str(start.tzinfo)), told_apart(start)
    return f"{words}, {name}" if name else words


def when(visit: Appointment) -> str:
    """Say day and time: "Tue 24 Nov, 9:40 am"."""
    return wording.moment(starts(visit))


def hours(visit: Appointment) -> str:
    """Say from when until when, with the zone: "9:40 to 10:40 am, Anchorage time"."""
    first, last = starts(visit), ends(visit)
    return _("%(hours)s, %(zone)s") % {"hours": wording.span(first, last), "zone": zone_at(first)}


def opens(visit: Appointment) -> str:
    """Say from when on a patient can join by video: "9:30 am, Anchorage time", with the day where it is another one."""
    at, start = video.opens_at(visit).astimezone(ZoneInfo(visit.time_zone)), starts(visit)
    words = wording.clock(at) if at.date() == start.date() else wording.moment(at)
    return _("%(time)s, %(zone)s") % {"time": words, "zone": zone_at(at)}


def closed(visit: Appointment, *, now: datetime) -> str:
    """Say when the room of a visit by video closed on somebody who was not seen: "10:30 am, Anchorage time"; else ""."""
    if video.door(visit, now=now) != video.Door.OVER or visit.block.state == Block.State.SEEN:
        return ""
    at = video.closes_at(visit).astimezone(ZoneInfo(visit.time_zone))
    return _("%(time)s, %(zone)s") % {"time": wording.clock(at), "zone": zone_at(at)}


def at_clinic(start: datetime, clinic_zone: str) -> str:
    """Say when a start is by the clinic's clock, if the patient has another date then: "Mon 23 Nov, 1:00 pm, Anchorage time"."""
    there = start.astimezone(ZoneInfo(clinic_zone))
    return f"{wording.moment(there)}, {zone_at(there)}" if there.date() != start.date() else ""


def theirs(visit: Appointment) -> str:
    """Say to staff when it starts by the patient's clock, where that is not ours: "6:00 am, Hawaii time"; "" else."""
    start, ours = starts(visit), timezone.localtime(visit.block.starts_at)
    if start.utcoffset() == ours.utcoffset():
        return ""
    words = wording.clock(start) if start.date() == ours.date() else wording.moment(start)
    return _("%(time)s, %(zone)s") % {"time": words, "zone": zone_at(start)}


def how(mode: str) -> str:
    """Say a mode within a sentence: "by video"."""
    if mode == Mode.MOBILE:
        return _("at your home")
    return _("by video") if mode == Mode.TELEHEALTH else _("at the clinic")


def how_they(mode: str) -> str:
    """Say the same to staff, of a patient: "at their home"."""
    return _("at their home") if mode == Mode.MOBILE else how(mode)


def where(visit: Appointment) -> list[str]:
    """Say the place in lines. The patient's own address is not repeated."""
    if visit.mode == Mode.MOBILE:
        return [_("At your home")]
    if visit.mode == Mode.TELEHEALTH or visit.location is None:
        return [_("By video")]
    place = visit.location
    return [line for line in (place.name, place.address, place.directions) if line]


def price(visit: Appointment) -> str:
    """Say what it costs, and how much of it is for the drive: "$245 without a plan, $25 of it for the drive"."""
    if not visit.total:
        return _("Free")
    cost = {"price": wording.money(visit.total, visit.currency)}
    if not visit.zone_fee:
        return _("%(price)s without a plan") % cost
    cost["fee"] = wording.money(visit.zone_fee, visit.currency)
    return _("%(price)s without a plan, %(fee)s of it for the drive") % cost


def rule(visit: Appointment) -> list[str]:
    """Give the rule on late fees that the patient accepted, a sentence a line."""
    return visit.terms.splitlines()


def accepted(visit: Appointment) -> str:
    """Say on which day the rule was accepted: "Tuesday 24 November"; "" for a visit without one."""
    return wording.day(visit.terms_at.astimezone(ZoneInfo(visit.time_zone)).date()) if visit.terms_at else ""


def facts(visit: Appointment, *, now: datetime) -> dict[str, Any]:
    """Give what every page about a visit shows of it."""
    first = starts(visit)
    return {
        "visit": visit,
        "person": visit.block.practitioner,
        "day": wording.day(first.date()),
        "clock": wording.clock(first),
        "hours": hours(visit),
        "where": where(visit),
        "price": price(visit),
        "at_clinic": "" if visit.mode == Mode.IN_CLINIC else at_clinic(first, Clinic.get().time_zone),
        "changeable": may_change(visit, now=now),
        "on_hold": bool(visit.hold) and visit.block.ends_at > now,
        "unscreened": visit.flag == FLAG and visit.block.starts_at > now,
        "cancelled": visit.block.state == Block.State.CANCELLED,
        "past": visit.block.starts_at <= now,
        "over": visit.block.ends_at <= now,
        "room_closed": closed(visit, now=now),
        "in_clinic": visit.mode == Mode.IN_CLINIC,
        "mobile": visit.mode == Mode.MOBILE,
        "telehealth": visit.mode == Mode.TELEHEALTH,
        "has_room": visit.mode == Mode.TELEHEALTH and video.has_rooms(),
        "can_join": video.door(visit, now=now) == video.Door.OPEN,
        "opens": opens(visit) if visit.mode == Mode.TELEHEALTH else "",
    }


def may_change(visit: Appointment, *, now: datetime) -> bool:
    """Say whether the patient may still move or cancel a visit."""
    return visit.block.state == Block.State.BOOKED and visit.block.starts_at > now
