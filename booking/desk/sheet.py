"""The day sheet: on paper what the board has, a page for each practitioner, with boxes to tick when the net is down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from booking.desk.board import Item
from booking.desk.cards import Visit
from booking.desk.columns import roads_of
from booking.desk.day import Day, asked_day, load
from booking.models import Block
from clinic import audit, wording
from clinic.desk.pages import desk_response, read_uid
from clinic.models import Practitioner
from clinic.spans import Span


@dataclass(frozen=True)
class Sheet:
    """A practitioner's page: where they work, how many visits there are, and the lines in order of time."""

    person: Practitioner
    places: list[str]
    visits: int
    lines: list[Item]


@require_safe
def sheet(request: HttpRequest) -> HttpResponseBase:
    """Show a day for the printer: of everybody, or of the practitioner in the address. PTs print their own."""
    now = timezone.now()
    works = request.user.has_perm("booking.work_day")
    own = None if works else Practitioner.objects.filter(user=request.user.pk).first()
    this_day = timezone.localdate(now)
    date = asked_day(request, this_day)
    day = load(date, now=now, practitioner=own) if works or own else None
    sheets = _sheets(day) if day else []
    who = read_uid(request.GET.get("who", ""))
    shown = [one for one in sheets if one.person.uid == who] or sheets
    audit.record(
        act="day.sheet",
        subject_uid=None,
        request=request,
        details={"visits": sum(one.visits for one in shown)},
        now=now,
    )
    return desk_response(
        request,
        "desk/day_sheet.html",
        page="today",
        title=_("Day sheet, %(day)s") % {"day": wording.day(date)},
        crumbs=[(_("Today"), f"{reverse('admin:index')}?day={date.isoformat()}"), (_("Day sheet"), "")],
        date=date,
        sheets=sheets,
        shown=shown,
        closures=day.closures if day else [],
        now=now,
    )


def _sheets(day: Day) -> list[Sheet]:
    """Return a page for each who has something on the day."""
    people = {visit.block.practitioner_id: visit.block.practitioner for visit in day.visits}
    people |= {block.practitioner_id: block.practitioner for block in day.others if block.kind != Block.Kind.HOLD}
    found = []
    for person in sorted(people.values(), key=lambda one: (one.position, one.family_name)):
        visits = [visit for visit in day.visits if visit.block.practitioner_id == person.pk]
        others = [block for block in day.others if block.practitioner_id == person.pk and block.kind != Block.Kind.HOLD]
        work = day.work.get(person.pk)
        found.append(Sheet(person, work.places if work else [], len(visits), _lines(visits, others)))
    return found


def _lines(visits: Iterable[Visit], others: Iterable[Block]) -> list[Item]:
    live = [visit.block for visit in visits if visit.block.state != Block.State.NO_SHOW]
    lines = [Item("visit", visit.span, visit) for visit in visits]
    lines += roads_of(visits, [*live, *others])
    for block in others:
        words = block.label or str(block.get_kind_display()).capitalize()
        lines.append(Item("band", Span(block.starts_at, block.ends_at), block, words=words))
    return sorted(lines, key=lambda item: item.span.start)
