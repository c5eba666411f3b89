"""The letters that follow a visit, and the questions again before one. Each says nothing once it no longer holds."""

from datetime import datetime

from django.urls import reverse

from booking import follow_ups, told
from booking.models import Appointment, Block
from clinic import links, registry, wording
from clinic.letters import Letter, render_for
from clinic.models import Message
from intake import gate


@registry.letter(follow_ups.THANKS)
def thanks(message: Message, now: datetime) -> Letter | None:
    """Thank for a visit; nothing if it was not given after all, or a PT has to speak first, or we thanked lately."""
    visit = _about(message)
    since = now - follow_ups.THANKED_LATELY
    if visit is None or not follow_ups.may_follow(visit) or follow_ups.lately(visit, message.kind, since=since):
        return None
    coming = follow_ups.next_visit(visit, now=now)
    way = links.make(row=coming, purpose="visit") if coming else reverse(registry.site_links["times"])
    context = {
        "hello": visit.patient.called,
        "day": wording.short_day(told.starts(visit).date()),
        "coming": told.when(coming) if coming else "",
        "zone": told.zone(coming) if coming else "",
        "ask_url": links.absolute(reverse(registry.site_links["question"])),
        "button_url": links.absolute(way),
    }
    return render_for(message, "after_visit", context)


@registry.letter(follow_ups.ASK_LATER)
def ask_later(message: Message, now: datetime) -> Letter | None:
    """Ask how it is, weeks after the last visit; nothing once there is another, or something newer is known."""
    visit = _about(message)
    if visit is None or not follow_ups.may_follow(visit) or follow_ups.next_visit(visit, now=now):
        return None
    asked_at = gate.last_asked(patient_id=visit.patient_id)
    later = Appointment.objects.filter(patient=visit.patient_id, block__starts_at__gt=visit.block.starts_at)
    if (asked_at and asked_at > visit.block.ends_at) or later.filter(block__state=Block.State.SEEN).exists():
        return None
    context = {
        "hello": visit.patient.called,
        "day": wording.day(told.starts(visit).date()),
        "button_url": links.absolute(reverse("intake:check")),
    }
    return render_for(message, "ask_later", context)


@registry.letter(follow_ups.ASK_AGAIN)
def ask_again(message: Message, now: datetime) -> Letter | None:
    """Ask the questions again before a visit; nothing once they were answered, or it has moved, is on hold or over."""
    visit = _about(message)
    if visit is None or visit.block.state != Block.State.BOOKED or visit.hold or visit.block.starts_at <= now:
        return None
    asked_at = follow_ups.is_old(visit)
    if asked_at is None:
        return None
    context = {
        "hello": visit.patient.called,
        "when": told.when(visit),
        "zone": told.zone(visit),
        "asked": wording.day(asked_at.astimezone(told.starts(visit).tzinfo).date()),
        "button_url": links.absolute(reverse("intake:check")),
    }
    return render_for(message, "ask_again", context)


def _about(message: Message) -> Appointment | None:
    """Give the visit, if the message is still the newest about it."""
    rows = Appointment.objects.filter(uid=message.subject_uid, sequence=message.sequence)
    return rows.select_related("block", "service", "patient").first()
