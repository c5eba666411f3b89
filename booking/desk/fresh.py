"""What keeps an open board fresh: its changing part, drawn only when something on it has changed."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Count, Model, Q, QuerySet, Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from booking.desk import own_day, today
from booking.desk.board import STEP
from booking.desk.day import SHOWN, asked_day, day_span
from booking.models import LONGEST, AppointmentEvent, Block, TimeOff, VideoJoin
from clinic import wording
from clinic.desk.site import DeskSite
from clinic.models import Call, CallNote, Clinic
from intake.models import BriefRead, Outcome, Screening

# One of these gets a row whenever something happens that a board shows; what only goes away is seen by counting.
_HAPPENS: tuple[type[Model], ...] = (
    AppointmentEvent,
    Block,
    BriefRead,
    Call,
    CallNote,
    LogEntry,
    Outcome,
    Screening,
    TimeOff,
    VideoJoin,
)


@require_safe
def fresh(request: HttpRequest) -> HttpResponse:
    """Draw the part of a board that changes; a browser that has its newest version gets 304, and nothing is drawn.

    The header Desk-Now says the time in words, so that a board that did not change says when it was looked at.
    """
    now = timezone.now()
    works = request.user.has_perm("booking.work_day")
    tag = f'"{version(request, now)}"'
    known = [etag.removeprefix("W/") for etag in parse_etags(request.headers.get("If-None-Match", ""))]
    answer = HttpResponse(status=304) if tag in known else _draw(request, now, works=works)
    answer["ETag"] = tag
    answer["Desk-Now"] = quote(wording.clock(timezone.localtime(now)))
    return answer


def version(request: HttpRequest, now: datetime) -> str:
    """Return a name for what a board shows now: one query, whatever the day holds.

    It changes with every act on a visit, hold, call or screening, and with every change in the records. As the line of now
    moves every five minutes, it does so too, and what is not counted here (hours of duty, say) is no older than that.
    """
    day = asked_day(request, timezone.localdate(now))
    span = day_span(day)
    blocks = Block.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now),
        state__in=SHOWN,
        starts_at__gt=span.start - LONGEST,
        starts_at__lt=span.end,
        ends_at__gt=span.start,
    )
    newest = [Subquery(model._default_manager.order_by("-pk").values("pk")[:1]) for model in _HAPPENS]
    counts = [_number(blocks), _number(Call.objects.open())]
    seen = Clinic.objects.values_list("sending_on_hold", *newest, *counts).first()
    step = int(now.timestamp() // STEP.total_seconds())
    said = repr((request.user.pk, day, timezone.localdate(now), step, seen))
    return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


def _number(rows: QuerySet[Any]) -> Subquery:
    """Count rows within another query."""
    return Subquery(rows.order_by().annotate(all=Value(1)).values("all").annotate(number=Count("pk")).values("number"))


def _draw(request: HttpRequest, now: datetime, *, works: bool) -> HttpResponse:
    shown = today.board(request, now) if works else own_day.own(request, now)
    template = "desk/_fresh_board.html" if works else "desk/_fresh_own.html"
    context = {"page": "today", "desk_nav": cast("DeskSite", admin.site).navigation(request), **shown}
    return HttpResponse(render_to_string(template, context, request))
