"""The calendar file of a visit (RFC 5545, RFC 5546). It stands open on shared screens, so it says nothing clinical."""

from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from booking import told, video
from booking.models import Appointment, Block
from clinic import phones
from clinic.models import Clinic, Mode

NAME = "visit.ics"
# Rules of the zone are told for so long around the visit; for all time they would be a hundred times the event.
AROUND = timedelta(days=370)


def calendar_file(visit: Appointment, *, now: datetime) -> bytes:
    """Write the file that puts the visit into a calendar, moves it there, or takes it out.

    The uid stays for the life of the visit and `SEQUENCE` goes up with each change, by which calendars know which file
    is the newer one.
    """
    clinic = Clinic.get()
    cancelled = visit.block.state == Block.State.CANCELLED
    event = Event()
    event.add("uid", str(visit.uid))
    event.add("sequence", visit.sequence)
    event.add("dtstamp", now.replace(microsecond=0))
    first, last = told_once(told.starts(visit), told.ends(visit))
    event.add("dtstart", first)
    event.add("dtend", last)
    event.add("summary", _("Visit at %(clinic)s") % {"clinic": clinic.short_name})
    event.add("location", ", ".join(told.where(visit)[:2]))
    event.add(
        "description",
        _how(visit) % {"phone": phones.show(clinic.phone)},
    )
    event.add("status", "CANCELLED" if cancelled else "TENTATIVE" if visit.hold else "CONFIRMED")
    event.add("organizer", _organizer(clinic))
    calendar = Calendar()
    calendar.add("prodid", "-//Stridewell//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method(visit))
    calendar.add_component(event)
    day = told.starts(visit).date()
    calendar.add_missing_timezones(first_date=day - AROUND, last_date=day + AROUND)
    return bytes(calendar.to_ical())


def _how(visit: Appointment) -> str:
    """Say what to do with the visit. No link: whoever opens the calendar would open the visit, or the room."""
    if visit.mode == Mode.TELEHEALTH and video.has_rooms():
        return _("To join, change or cancel, use the link in our message or call %(phone)s.")
    return _("To change or cancel, use the link in our message or call %(phone)s.")


def told_once(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Give start and end as they are; in UTC if a clock shows one of them for the second time.

    Calendars take a wall time that comes twice for the first (RFC 5545, 3.3.5): the visit would be an hour early, or
    end as it begins.
    """
    return (start.astimezone(UTC), end.astimezone(UTC)) if start.fold or end.fold else (start, end)


def method(visit: Appointment) -> str:
    """Give the METHOD of the visit's file, which also belongs into its content type."""
    return "CANCEL" if visit.block.state == Block.State.CANCELLED else "PUBLISH"


def content_type(visit: Appointment) -> str:
    """Give the content type of the visit's file; the text is UTF-8."""
    return f"text/calendar; method={method(visit)}"


def _organizer(clinic: Clinic) -> vCalAddress:
    organizer = vCalAddress(f"mailto:{clinic.email}")
    organizer.params["cn"] = vText(clinic.short_name)
    return organizer
