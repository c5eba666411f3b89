"""The week: a column for each day, of everybody with how full it is, or of one practitioner with the visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from booking import rota
from booking.desk.board import gaps
from booking.desk.cards import hold_chips
from booking.desk.day import SHOWN, Work, asked_day, at_work_of, away_in, day_span, work_of
from booking.models import LONGEST, Appointment, Block
from clinic import wording
from clinic.desk.pages import desk_response, read_uid
from clinic.models import Closure, Practitioner
from clinic.spans import Span, merge
from intake.desk.states import Chip

WEEK = 7
NOTHING = timedelta()
OVER = (Block.State.SEEN, Block.State.NO_SHOW)


@dataclass(frozen=True)
class Entry:
    """A visit of the week, or a class or busy time with its words."""

    block: Block
    appointment: Appointment | None = None
    words: str = ""

    @property
    def chips(self) -> list[Chip]:
        """Return what stands out of a visit: that it is on hold."""
        return hold_chips(self.appointment) if self.appointment and self.block.state not in OVER else []


@dataclass
class Cell:
    """A practitioner's day: what is on it, how long they work, and how much of that is taken."""

    day: date
    entries: list[Entry] = field(default_factory=list)
    worked: timedelta = NOTHING
    taken: timedelta = NOTHING
    free: list[Span] = field(default_factory=list)
    away: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    @property
    def visits(self) -> int:
        """Return how many visits take place, or took place."""
        return sum(bool(entry.appointment) and entry.block.state != Block.State.NO_SHOW for entry in self.entries)

    @property
    def load(self) -> int:
        """Return how much of the working time is taken, in percent; at most 100."""
        return min(round(100 * self.taken / self.worked), 100) if self.worked else 0

    @property
    def load_words(self) -> str:
        """Say it in hours and minutes: "4:00 of 7:30 h"; "" where nobody works."""
        if not self.worked:
            return ""
        return _("%(taken)s of %(worked)s h") % {"taken": _hours(self.taken), "worked": _hours(self.worked)}

    @property
    def free_words(self) -> str:
        """Say when the first free stretch still ahead begins; "" for none."""
        return (
            _("first free %(at)s") % {"at": wording.clock(timezone.localtime(self.free[0].start))} if self.free else ""
        )


@require_safe
def week(request: HttpRequest) -> HttpResponseBase:
    """Show the week of the asked day: everybody's load, or one practitioner's visits. PTs see their own."""
    now = timezone.now()
    this_day = timezone.localdate(now)
    day = asked_day(request, this_day)
    first = day - timedelta(days=day.weekday())
    days = [first + timedelta(days=number) for number in range(WEEK)]
    works = request.user.has_perm("booking.work_day")
    people = list(Practitioner.objects.filter(active=True) if works else _own(request))
    who = read_uid(request.GET.get("who", "")) if works else (people[0].uid if people else None)
    person = next((one for one in people if one.uid == who), None)
    closures = list(Closure.objects.filter(first_day__lte=days[-1], last_day__gte=first).select_related("location"))
    cells = _cells([person] if person else people, days, closures, now=now)
    columns = [(one, [closure for closure in closures if closure.first_day <= one <= closure.last_day]) for one in days]
    title = _("Week of %(day)s") % {"day": wording.day(first)}
    return desk_response(
        request,
        "desk/week.html",
        page="week",
        title=title,
        crumbs=[(_("Today"), reverse("admin:index")), (_("Week"), "")],
        people=people,
        person=person,
        works=works,
        days=columns,
        rows=[(one, cells[one.pk]) for one in people if one.pk in cells],
        shown=list(zip(columns, cells[person.pk], strict=True)) if person else [],
        totals=[_total([row[number] for row in cells.values()]) for number in range(WEEK)],
        first=first,
        this_day=this_day,
        is_this_week=first <= this_day < first + timedelta(days=WEEK),
        previous=first - timedelta(days=WEEK),
        following=first + timedelta(days=WEEK),
        now=now,
    )


def _own(request: HttpRequest) -> Any:
    return Practitioner.objects.filter(user=request.user.pk)


def _cells(
    people: Sequence[Practitioner], days: Sequence[date], closures: Sequence[Closure], *, now: datetime
) -> dict[int, list[Cell]]:
    """Return the cells of each practitioner, by key, a day each; three queries for any week."""
    spans = {day: day_span(day) for day in days}
    whole = Span(spans[days[0]].start, spans[days[-1]].end)
    blocks = list(
        Block.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            practitioner__in=people,
            state__in=SHOWN,
            starts_at__gt=whole.start - LONGEST,
            starts_at__lt=whole.end,
            ends_at__gt=whole.start,
        )
        .select_related("room", "zone", "appointment__patient", "appointment__service", "appointment__location")
        .order_by("starts_at", "pk")
    )
    away = away_in(whole)
    hours = rota.rows_between(days[0], days[-1])
    cells: dict[int, list[Cell]] = {person.pk: [] for person in people}
    for day in days:
        shut = [closure for closure in closures if closure.first_day <= day <= closure.last_day]
        work = work_of(day, hours[day], shut)
        for person in people:
            own = [block for block in blocks if block.practitioner_id == person.pk and _is_on(block, spans[day])]
            off = [(span, why) for span, why in away.get(person.pk, []) if span.overlaps(spans[day])]
            cells[person.pk].append(_cell(day, own, work.get(person.pk), off, now=now))
    return cells


def _is_on(block: Block, day: Span) -> bool:
    return block.starts_at < day.end and block.ends_at > day.start


def _cell(
    day: date, blocks: Sequence[Block], work: Work | None, off: Sequence[tuple[Span, str]], *, now: datetime
) -> Cell:
    at_work = at_work_of(work, off)
    busy = merge(block.busy for block in blocks if block.state != Block.State.NO_SHOW)
    shared = [part for span in at_work for one in busy if (part := span.overlap(one))]
    return Cell(
        day=day,
        entries=[_entry(block) for block in blocks if block.state != Block.State.HELD],
        worked=sum((span.length for span in at_work), NOTHING),
        taken=sum((span.length for span in shared), NOTHING),
        free=gaps(at_work, busy, now=now),
        away=[why or str(_("Away")) for _span, why in off],
        places=work.places if work else [],
    )


def _entry(block: Block) -> Entry:
    if hasattr(block, "appointment"):
        block.appointment.block = block
        return Entry(block, block.appointment)
    return Entry(block, words=block.label or str(block.get_kind_display()).capitalize())


def _hours(span: timedelta) -> str:
    hours, minutes = divmod(span // timedelta(minutes=1), 60)
    return f"{hours}:{minutes:02d}"


def _total(cells: Sequence[Cell]) -> Cell:
    """Add up a day of everybody shown."""
    whole = Cell(cells[0].day) if cells else Cell(date.min)
    for cell in cells:
        whole.entries += cell.entries
        whole.worked += cell.worked
        whole.taken += cell.taken
    return whole
