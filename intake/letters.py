"""The letters about requests and guides. None repeats what a person wrote, and none says why they wrote."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from clinic import links, registry, wording
from clinic.letters import Letter, render_for
from clinic.models import Clinic, Message
from intake import requests
from intake.doors import who_acts
from intake.models import GuideRequest, Request


@registry.letter("request_received")
def request_received(message: Message, _now: datetime) -> Letter | None:
    """Say that a request has arrived, and who answers by when; nothing once it is answered or closed."""
    row = Request.objects.unanswered().filter(uid=message.subject_uid).first()
    if row is None:
        return None
    zone = Clinic.get().time_zone
    alert_due = requests.alert_due_at(row)
    due = (alert_due or row.due_at).astimezone(ZoneInfo(zone))
    when = _("%(day)s, %(time)s") % {"day": wording.day(due.date()), "time": wording.clock(due)}
    context = {
        "hello": row.name,
        "due": due,
        "facts": [
            (_("By"), [when, wording.zone_words(zone)]),
            (_("Who"), [_("A PT calls you.") if alert_due and row.phone else who_acts(row)]),
        ],
        "zone": wording.zone_words(zone),
        "by_phone": row.kind == Request.Kind.DISCOVERY and row.phone,
        "estimate": row.kind == Request.Kind.COST,
    }
    return render_for(message, "request_received", context)


@registry.letter("request_answered")
def request_answered(message: Message, _now: datetime) -> Letter | None:
    """Say that our answer is there to read, with the link to it."""
    row = Request.objects.filter(uid=message.subject_uid, state=Request.State.ANSWERED).first()
    if row is None:
        return None
    context = {"hello": row.name, "button_url": links.absolute(links.make(row=row, purpose="answer"))}
    return render_for(message, "request_answered", context)


@registry.letter("guide")
def guide(message: Message, _now: datetime) -> Letter | None:
    """Send the link to a guide, unless the guide was taken off the site."""
    row = GuideRequest.objects.select_related("guide").filter(uid=message.subject_uid, guide__active=True).first()
    if row is None:
        return None
    context = {"guide": row.guide, "button_url": links.absolute(links.make(row=row, purpose="guide"))}
    return render_for(message, "guide", context)
