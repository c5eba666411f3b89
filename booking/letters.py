"""The letters about visits: booked, moved, another way, on hold, going on, cancelled. They say what and when, never why."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking import follow_ups, ical, reminder_times, told, video
from booking.diary.records import BOOKED, CANCELLED, CONFIRMED, JOIN, MODE_CHANGED, MOVED, ON_HOLD, UNDONE, VISIT_LATE
from booking.models import Appointment, Block
from booking.questions import ASKS
from booking.unscreened import FLAG
from clinic import links, registry, wording
from clinic.letters import Attachment, Letter, render_for
from clinic.models import Message, Mode
from clinic.safety_net import CALL_SIGNS, EMERGENCY_SIGNS
from intake import afterwards
from intake.gate import PURPOSE
from intake.models import Screening


@registry.letter(BOOKED)
def booked(message: Message, now: datetime) -> Letter | None:
    """Say that a visit is booked; nothing once it has moved, was cancelled or has begun."""
    return _ahead(message, "booking_booked", now)


@registry.letter(MOVED, must_reach=True)
def moved(message: Message, now: datetime) -> Letter | None:
    """Say where a visit has moved to; nothing once it has moved again, was cancelled or has begun."""
    return _ahead(message, "booking_moved", now)


@registry.letter(MODE_CHANGED, must_reach=True)
def mode_changed(message: Message, now: datetime) -> Letter | None:
    """Say how a visit takes place now, and what it costs then; nothing once it has changed again, or is over."""
    return _ahead(message, "booking_mode", now)


@registry.letter(ON_HOLD, must_reach=True)
def on_hold(message: Message, now: datetime) -> Letter | None:
    """Ask the patient to talk to us before a visit that waits for a PT; nothing once it goes on or is over."""
    return _ahead(message, "visit_on_hold", now)


@registry.letter(CONFIRMED)
def confirmed(message: Message, now: datetime) -> Letter | None:
    """Say that a visit that was on hold takes place as booked."""
    return _ahead(message, "visit_confirmed", now)


@registry.letter(UNDONE)
def again(message: Message, now: datetime) -> Letter | None:
    """Say that a cancel was taken back and the visit takes place as booked."""
    return _ahead(message, "visit_again", now)


@registry.letter(reminder_times.EARLY, name=gettext_lazy("First reminder of the visit"))
@registry.letter(reminder_times.DAY, name=gettext_lazy("Second reminder of the visit"))
@registry.letter(reminder_times.SOON, name=gettext_lazy("Last reminder of the visit by video"))
def reminder(message: Message, now: datetime) -> Letter | None:
    """Remind of a visit; nothing once it has moved, is on hold or over."""
    visit = _visit(message)
    return None if visit is None or visit.hold else _ahead(message, "visit_reminder", now)


@registry.letter(CANCELLED, must_reach=True)
def cancelled(message: Message, now: datetime) -> Letter | None:
    """Say that a visit is cancelled, and by whom."""
    visit = _visit(message)
    if visit is None or visit.block.state != Block.State.CANCELLED:
        return None
    fee = visit.fees.standing().filter(waived_at__isnull=True).first()
    context = _facts(visit) | {
        "by_us": visit.cancelled_by == "staff",
        "fee": wording.money(fee.amount, fee.currency) if fee else "",
    }
    return render_for(message, "booking_cancelled", context, attachments=_calendar(visit, now))


@registry.letter(JOIN)
def join(message: Message, now: datetime) -> Letter | None:
    """Say how to join a visit by video, as the desk sends it once more; nothing once its room is shut or over."""
    rows = Appointment.objects.filter(uid=message.subject_uid)
    visit = rows.select_related("block__practitioner", "patient", "location").first()
    if visit is None or video.door(visit, now=now) not in (video.Door.EARLY, video.Door.OPEN):
        return None
    context = _facts(visit) | {
        "button_url": links.absolute(links.make(row=visit, purpose="visit")),
        "has_room": True,
        "opens": told.opens(visit),
    }
    return render_for(message, "visit_join", context)


@registry.letter(VISIT_LATE, name=gettext_lazy("We run late"))
def late(message: Message, _now: datetime) -> Letter | None:
    """Say that we run late, and when the visit starts then; nothing once they are here, or it was moved or cancelled."""
    rows = Appointment.objects.filter(uid=message.subject_uid, block__state=Block.State.BOOKED, hold="")
    visit = rows.select_related("block__practitioner", "patient", "location").first()
    if visit is None or visit.block.starts_at.isoformat() != message.context["start"]:
        return None
    minutes = message.context["minutes"]
    start = told.starts(visit) + timedelta(minutes=minutes)
    context = _facts(visit) | {
        "minutes": minutes,
        "starts": wording.clock(start),
        "button_url": links.absolute(links.make(row=visit, purpose="visit")),
        "mobile": visit.mode == Mode.MOBILE,
        "telehealth": visit.mode == Mode.TELEHEALTH,
        "has_room": visit.mode == Mode.TELEHEALTH and video.has_rooms(),
    }
    return render_for(message, "visit_late", context)


def _ahead(message: Message, name: str, now: datetime) -> Letter | None:
    visit = _visit(message)
    if visit is None or visit.block.state != Block.State.BOOKED or visit.block.starts_at <= now:
        return None
    if visit.hold:  # whatever else there is to say, they must not come as if nothing had happened
        name = "visit_on_hold"
    elif name == "visit_on_hold":
        return None
    context = _facts(visit)
    if name == "visit_reminder":
        context |= _still_to_do(visit, message)
    if name == "booking_mode":
        context |= _new_way(visit)
    if name in ("booking_moved", "booking_mode", "visit_again") or message.context.get(ASKS):
        context |= _open_questions(visit)  # should the message that asked first never have left
    if name in ("booking_booked", "booking_moved", "booking_mode"):
        context["facts"].append((_("Price"), [told.price(visit)]))
    context |= {
        "signs": EMERGENCY_SIGNS,
        "when_to_call": CALL_SIGNS,
        "others": _others(visit, now),
        "button_url": links.absolute(links.make(row=visit, purpose="visit")),
        "in_clinic": visit.mode == Mode.IN_CLINIC,
        "mobile": visit.mode == Mode.MOBILE,
        "telehealth": visit.mode == Mode.TELEHEALTH,
        "has_room": visit.mode == Mode.TELEHEALTH and video.has_rooms(),
        "opens": told.opens(visit),
    }
    return render_for(message, name, context, attachments=_calendar(visit, now))


def _visit(message: Message) -> Appointment | None:
    """Give the visit, if the message is still the newest about it."""
    rows = Appointment.objects.filter(uid=message.subject_uid, sequence=message.sequence)
    return rows.select_related("block__practitioner", "service", "patient", "location").first()


def _others(visit: Appointment, now: datetime) -> bool:
    """Say whether what is said of a visit goes for the patient's others to come: all on hold are, or none is."""
    coming = Appointment.objects.filter(patient=visit.patient_id, block__state=Block.State.BOOKED)
    holds = set(coming.filter(block__starts_at__gt=now).exclude(pk=visit.pk).values_list("hold", flat=True))
    return bool(holds - {""}) if visit.hold else holds == {""}


def _facts(visit: Appointment) -> dict[str, Any]:
    practitioner = visit.block.practitioner
    named = ", ".join(part for part in (practitioner.name, practitioner.credentials) if part)
    return {
        "hello": visit.patient.called,
        "rule": told.rule(visit),
        "accepted": told.accepted(visit),
        "when": told.when(visit),
        "zone": told.zone(visit),
        "facts": [
            (_("When"), [wording.day(told.starts(visit).date()), told.hours(visit)]),
            (_("With"), [named]),
            (_("Where"), told.where(visit)),
        ],
    }


def _still_to_do(visit: Appointment, message: Message) -> dict[str, Any]:
    """Say what the patient can still do before a visit: say that they come, and answer what is open."""
    row = visit.screening
    old = visit.flag != FLAG and follow_ups.is_old(visit) is not None
    unscreened = visit.flag == FLAG or old
    # By the link that asks for the date of birth; who never began, or long ago, finds the first page.
    way = links.make(row=row, purpose=PURPOSE) if row and not old else reverse("intake:check")
    return {
        "unconfirmed": visit.confirmed_at is None,
        "soon": message.kind == reminder_times.SOON,
        "ask_url": links.absolute(way) if unscreened else "",
        "afresh": row is None or old,
        "more_url": links.absolute(way) if not unscreened and row and afterwards.is_open(row) else "",
    }


def _open_questions(visit: Appointment) -> dict[str, Any]:
    """Lead to the questions before a visit that was booked without them; to those that were begun, if any were."""
    if visit.flag != FLAG:
        return {}
    row = visit.screening
    begun = row is not None and row.state == Screening.State.STARTED
    way = links.make(row=row, purpose=PURPOSE) if row and begun else reverse("intake:check")
    return {"ask_url": links.absolute(way), "afresh": not begun}


def _new_way(visit: Appointment) -> dict[str, Any]:
    """Say how the visit takes place since its last change, and whether its time is another, too."""
    changed = visit.events.filter(act="mode_changed", sequence=visit.sequence).order_by("-id").first()
    was = changed.details["from"] if changed else ""
    return {
        "how": told.how(visit.mode),
        "new_time": bool(was) and datetime.fromisoformat(was) != visit.block.starts_at,
    }


def _calendar(visit: Appointment, now: datetime) -> tuple[Attachment, ...]:
    return (Attachment(ical.NAME, ical.content_type(visit), ical.calendar_file(visit, now=now)),)
