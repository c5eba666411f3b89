"""Today: the day board of the desk, a column for each practitioner. The admin's index."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking import outside
from booking.desk import own_day
from booking.desk.board import HOUR, Column, frame, row_of
from booking.desk.cards import Visit
from booking.desk.columns import column
from booking.desk.day import Day, asked, asked_day, load
from booking.models import Block, WorkingHours
from clinic import duty, wording
from clinic.desk import calls
from clinic.desk.calls import worked_at
from clinic.desk.clock import span_words
from clinic.desk.pages import desk_response
from clinic.hours import from_wall
from clinic.models import Practitioner
from clinic.spans import Span
from intake.desk.states import unread_outcomes

# More columns than this scroll sideways.
MOST_COLUMNS = 6


def today(request: HttpRequest) -> HttpResponseBase:
    """Show the board of a day to those who work it, and their own list to PTs."""
    now = timezone.now()
    if not request.user.has_perm("booking.work_day"):
        return own_day.own_day(request, now)
    shown = board(request, now)
    crumb = _("Today") if shown["is_today"] else shown["title"]
    return desk_response(request, "desk/today.html", page="today", crumbs=[(crumb, "")], **shown)


def board(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Return what the board of the asked day shows."""
    this_day = timezone.localdate(now)
    day = load(asked_day(request, this_day), now=now)
    shown = _frame(day)
    is_today = day.date == this_day
    columns = [column(day, person, shown, now=now, is_today=is_today) for person in _on_board(day)]
    return {
        "title": wording.day(day.date),
        "day": day,
        "is_today": is_today,
        "previous": day.date - timedelta(days=1),
        "following": day.date + timedelta(days=1),
        "columns": columns,
        "many": len(columns) > MOST_COLUMNS,
        "hours": _hours(shown),
        "now": now,
        "now_row": row_of(shown, now) if is_today and shown.contains(now) else 0,
        "summary": _summary(day.visits),
        "counts": _counts(request, day, columns, now),
        "on_duty": duty.people(now, zone=timezone.get_current_timezone()),
        "next_work": None if columns else _next_work(day.date),
        **asked(request),
    }


def _next_work(day: date) -> date | None:
    """Return the next day on which somebody usually works, within a week; closures and time off are not looked at."""
    days = set(WorkingHours.objects.order_by().values_list("weekday", "on_date").distinct())
    ahead = [day + timedelta(days=n) for n in range(1, 8)]
    return next((later for later in ahead if {(later.weekday(), None), (None, later)} & days), None)


def _on_board(day: Day) -> list[Practitioner]:
    """Return who has a column: those who work, by their hours and closures, or have something on that day."""
    busy = {visit.block.practitioner_id for visit in day.visits} | {block.practitioner_id for block in day.others}
    people = [person for person in day.practitioners if person.pk in day.work or person.pk in busy]
    return sorted(people, key=lambda person: (person.position, person.family_name))


def _frame(day: Day) -> Span:
    zone = str(timezone.get_current_timezone())
    usual = Span(from_wall(zone, day.date, time(8)), from_wall(zone, day.date, time(17)))
    spans = [visit.span for visit in day.visits]
    spans += [span for work in day.work.values() for span in work.spans]
    return frame([span for span in spans if day.span.overlaps(span)], usual=usual)


def _hours(board: Span) -> list[dict[str, Any]]:
    hours, at = [], board.start
    while at < board.end:
        hours.append({"row": row_of(board, at), "words": wording.hour(timezone.localtime(at))})
        at += HOUR
    return hours


def _summary(visits: list[Visit]) -> str:
    """Return the day in one line: "25 visits: 8 seen, 1 here, 16 to come"."""
    words = {
        Block.State.SEEN: _("seen"),
        Block.State.ARRIVED: _("here"),
        Block.State.BOOKED: _("to come"),
        Block.State.NO_SHOW: _("no-show"),
    }
    parts = [
        f"{number} {word}"
        for state, word in words.items()
        if (number := sum(visit.block.state == state for visit in visits))
    ]
    head = ngettext("%(number)d visit", "%(number)d visits", len(visits)) % {"number": len(visits)}
    return f"{head}: {', '.join(parts)}." if parts else f"{head}."


def _counts(request: HttpRequest, day: Day, columns: list[Column], now: datetime) -> list[dict[str, Any]]:
    """Return the numbers that matter, each with where to deal with it."""
    waiting = [worked_at(call) for call in calls.waiting(request)]
    overdue = sum(at < now for at in waiting)
    next_at = min((at for at in waiting if at >= now), default=None)
    unread = unread_outcomes().count()
    coming = [visit for visit in day.visits if visit.block.state in (Block.State.BOOKED, Block.State.ARRIVED)]
    unread_today = [visit for visit in coming if visit.state.unread]
    unconfirmed = [visit for visit in day.visits if visit.is_unconfirmed and visit.block.starts_at > now]
    free = [(item.span.start, column) for column in columns for item in column.items if item.kind == "free"]
    first = min(free, key=lambda one: one[0], default=None)
    late = _("%(number)d overdue") % {"number": overdue} if overdue else _("none overdue")
    return [
        {
            "icon": "phone",
            "tone": "red" if overdue else "",
            "number": len(waiting),
            "words": _("Calls due"),
            "more": f"{late}, " + _("next in %(span)s") % {"span": span_words(next_at - now)} if next_at else late,
            "url": reverse("admin:calls"),
        },
        {
            "icon": "screen",
            "tone": "amber" if unread_today else "",
            "number": unread,
            "words": _("Screenings unread"),
            "more": _first(unread_today, _("none for a visit on this day")),
            "url": "#board",
        },
        {
            "icon": "unconfirmed",
            "tone": "amber" if unconfirmed else "",
            "number": len(unconfirmed),
            "words": _("To confirm"),
            "more": _first(unconfirmed, _("nobody on this day")),
            "url": "#board",
        },
        {
            "icon": "plus",
            "tone": "",
            "number": len(free),
            "words": _("Free stretches"),
            "more": _("next %(at)s with %(who)s") % {"at": _clock(first[0]), "who": first[1].name}
            if first
            else _("none left"),
            "url": reverse("admin:find-slot") + f"?day={day.date.isoformat()}",
        },
        *_unscreened(coming),
        *_outside(now),
    ]


def _unscreened(coming: list[Visit]) -> list[dict[str, Any]]:
    """Return the number of visits to come without a check; nothing while there are none."""
    unscreened = [visit for visit in coming if visit.state.outcome is None]
    if not unscreened:
        return []
    return [
        {
            "icon": "screen",
            "tone": "red",
            "number": len(unscreened),
            "words": _("Not screened"),
            "more": _first(unscreened, ""),
            "url": "#board",
        }
    ]


def _outside(now: datetime) -> list[dict[str, Any]]:
    """Return the number of visits outside the hours, on whatever day; nothing while there are none."""
    number = outside.count_lately(now=now)
    if not number:
        return []
    return [
        {
            "icon": "clock",
            "tone": "amber",
            "number": number,
            "words": _("Outside the hours"),
            "more": _("visits to come: move or call"),
            "url": reverse("admin:outside-hours"),
        }
    ]


def _first(visits: list[Visit], nothing: str) -> str:
    if not visits:
        return nothing
    return _("first at %(at)s, %(who)s") % {
        "at": _clock(visits[0].block.starts_at),
        "who": visits[0].appointment.patient.name,
    }


def _clock(at: datetime) -> str:
    return wording.clock(timezone.localtime(at))
