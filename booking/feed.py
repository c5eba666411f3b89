"""A practitioner's visits as a calendar that other programs subscribe to (RFC 5545, RFC 7986).

It lies on strangers' servers, so it says when, where and in which way, and nothing of whom or why.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from booking.ical import told_once
from booking.models import Block
from clinic import links
from clinic.models import Clinic, Mode, Practitioner

PURPOSE = "feed"
NAME = "visits.ics"
# What has been is for the admin; how far ahead anybody may book is at most a year.
BEHIND, AHEAD = timedelta(days=14), timedelta(days=370)
MOST = 5_000
ASK_AGAIN = timedelta(minutes=15)
_SHOWN = (Block.State.BOOKED, Block.State.ARRIVED, Block.State.SEEN)


def address(practitioner: Practitioner) -> str:
    """Return the address of the feed; it works until `links.revoke` is called for the practitioner."""
    # The token of a link, at an address of its own: calendar programs keep no cookies.
    token = links.make(row=practitioner, purpose=PURPOSE).removeprefix("/l/").rstrip("/")
    return links.absolute(f"/feed/{token}/{NAME}")


def calendar(practitioner: Practitioner, *, now: datetime) -> bytes:
    """Write the calendar of a practitioner's visits, from two weeks ago on."""
    clinic = Clinic.get()
    zone = ZoneInfo(clinic.time_zone)
    whole = Calendar()
    whole.add("prodid", "-//Stridewell//Visits//EN")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("name", _("Visits at %(clinic)s") % {"clinic": clinic.short_name})
    whole.add("x-wr-calname", _("Visits at %(clinic)s") % {"clinic": clinic.short_name})
    whole.add("refresh-interval", ASK_AGAIN, parameters={"value": "DURATION"})
    whole.add("x-published-ttl", "PT15M")
    for block in _blocks(practitioner, now):
        whole.add_component(_event(block, zone, now))
    today = now.astimezone(zone).date()
    whole.add_missing_timezones(first_date=today - BEHIND - ASK_AGAIN, last_date=today + AHEAD)
    return bytes(whole.to_ical())


def _blocks(practitioner: Practitioner, now: datetime) -> list[Block]:
    wanted = Block.objects.filter(
        practitioner=practitioner,
        kind__in=[Block.Kind.VISIT, Block.Kind.CLASS],
        state__in=_SHOWN,
        starts_at__gt=now - BEHIND,
        starts_at__lt=now + AHEAD,
    )
    return list(wanted.select_related("room__location", "appointment__location").order_by("starts_at")[:MOST])


def _event(block: Block, zone: ZoneInfo, now: datetime) -> Event:
    visit = getattr(block, "appointment", None)
    event = Event()
    event.add("uid", str(visit.uid if visit else block.uid))
    event.add("sequence", visit.sequence if visit else 0)
    event.add("dtstamp", now.replace(microsecond=0))
    start, end = told_once(block.starts_at.astimezone(zone), block.ends_at.astimezone(zone))
    event.add("dtstart", start)
    event.add("dtend", end)
    if visit is None:
        event.add("summary", block.label or _("Class"))
        return event
    event.add("summary", _("Visit"))
    event.add("location", _place(block, visit.mode))
    event.add("status", "TENTATIVE" if visit.hold else "CONFIRMED")
    return event


def _place(block: Block, mode: str) -> str:
    """Say where in general; whose home it is, the day's list says."""
    if mode == Mode.MOBILE:
        return _("Home visit")
    if mode == Mode.TELEHEALTH:
        return _("By video")
    location = block.appointment.location
    return str(block.room or location or "")
