"""The letters about visits: booked, moved, cancelled. They say what and when, never why."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from booking import ical, told
from booking.diary.records import BOOKED, CANCELLED, MOVED
from booking.models import Appointment, Block
from clinic import links, registry, wording
from clinic.letters import Attachment, Letter, render_for
from clinic.models import Message, Mode


@registry.letter(BOOKED)
def booked(message: Message, now: datetime) -> Letter | None:
    """Say that a visit is booked; nothing once it has moved, was cancelled or has begun."""
    return _ahead(message, "booking_booked", now)


@registry.letter(MOVED)
def moved(message: Message, now: datetime) -> Letter | None:
    """Say where a visit has moved to; nothing once it has moved again, was cancelled or has begun."""
    return _ahead(message, "booking_moved", now)


@registry.letter(CANCELLED)
def cancelled(message: Message, now: datetime) -> Letter | None:
    """Say that a visit is cancelled, and by whom."""
    visit = _visit(message)
    if visit is None or visit.block.state != Block.State.CANCELLED:
        return None
    context = _facts(visit) | {"by_us": visit.cancelled_by == "staff"}
    return render_for(message, "booking_cancelled", context, attachments=_calendar(visit, now))


def _ahead(message: Message, name: str, now: datetime) -> Letter | None:
    visit = _visit(message)
    if visit is None or visit.block.state != Block.State.BOOKED or visit.block.starts_at <= now:
        return None
    context = _facts(visit) | {
        "button_url": links.absolute(links.make(row=visit, purpose="visit")),
        "in_clinic": visit.mode == Mode.IN_CLINIC,
        "mobile": visit.mode == Mode.MOBILE,
        "telehealth": visit.mode == Mode.TELEHEALTH,
    }
    return render_for(message, name, context, attachments=_calendar(visit, now))


def _visit(message: Message) -> Appointment | None:
    """Give the visit, if the message is still the newest about it."""
    rows = Appointment.objects.filter(uid=message.subject_uid, sequence=message.sequence)
    return rows.select_related("block__practitioner", "patient", "location").first()


def _facts(visit: Appointment) -> dict[str, Any]:
    practitioner = visit.block.practitioner
    named = ", ".join(part for part in (practitioner.name, practitioner.credentials) if part)
    return {
        "hello": visit.patient.called,
        "when": told.when(visit),
        "zone": told.zone(visit),
        "facts": [
            (_("When"), [wording.day(told.starts(visit).date()), told.hours(visit)]),
            (_("With"), [named]),
            (_("Where"), told.where(visit)),
        ],
    }


def _calendar(visit: Appointment, now: datetime) -> tuple[Attachment, ...]:
    return (Attachment(ical.NAME, ical.content_type(visit), ical.calendar_file(visit, now=now)),)
