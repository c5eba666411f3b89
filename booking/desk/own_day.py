"""A PT's own list of a day: today with who comes soon first, each with the brief, read or unread."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from booking.desk.cards import Visit
from booking.desk.day import asked, asked_day, load
from booking.models import Block
from clinic import wording
from clinic.desk.pages import desk_response
from clinic.models import Practitioner

SOON = timedelta(minutes=30)
OVER = (Block.State.SEEN, Block.State.NO_SHOW)


def own_day(request: HttpRequest, now: datetime) -> HttpResponseBase:
    """Show a day's visits of the person who is logged in; today in three parts: soon, later, over."""
    shown = own(request, now)
    crumb = _("Today") if shown["is_today"] else shown["title"]
    return desk_response(request, "desk/own_day.html", page="today", crumbs=[(crumb, "")], **shown)


def own(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Return what the own list of the asked day shows."""
    person = Practitioner.objects.filter(user=request.user.pk).first()
    this_day = timezone.localdate(now)
    day = asked_day(request, this_day)
    visits = load(day, now=now, practitioner=person).visits if person else []
    over = [visit for visit in visits if _is_over(visit, now)]
    soon = [visit for visit in visits if visit not in over and visit.block.starts_at <= now + SOON]
    later = [visit for visit in visits if visit not in over and visit not in soon]
    parts: list[tuple[str, str, list[Visit]]] = [
        ("soon", _("Now and within 30 minutes"), soon),
        ("later", _("Later today") if day == this_day else _("To come"), later),
        ("over", _("Over"), over),
    ]
    ahead = [visit for visit in visits if visit.block.state == Block.State.BOOKED and visit.block.starts_at > now]
    return {
        "title": wording.day(day),
        "person": person,
        "parts": [part for part in parts if part[2]],
        "visits": visits,
        "unread": sum(visit.state.unread for visit in [*soon, *later]),
        "now": now,
        "this_day": this_day,
        "day": day,
        "is_today": day == this_day,
        "may_be_late": day == this_day and bool(ahead),
        "previous": day - timedelta(days=1),
        "following": day + timedelta(days=1),
        **asked(request),
    }


def _is_over(visit: Visit, now: datetime) -> bool:
    """Say whether a visit is behind us; one that ran out without a word still stands on the list for a while."""
    return visit.block.state in OVER or visit.block.ends_at < now - timedelta(hours=1)
