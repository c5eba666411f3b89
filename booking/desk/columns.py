"""A practitioner's column on the day board: visits, roads, classes, breaks, free stretches and the line of now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.desk.board import Column, Item, breaks, gaps, in_lanes, placed
from booking.desk.cards import Visit
from booking.desk.day import Day, free_at_work
from booking.desk.drives import Drive
from booking.diary.undoing import is_kept
from booking.models import Block
from clinic import wording
from clinic.desk.clock import span_words
from clinic.models import Mode, Practitioner
from clinic.spans import Span, subtract

MINUTE = timedelta(minutes=1)


def column(day: Day, person: Practitioner, board: Span, *, now: datetime, is_today: bool) -> Column:
    """Return the column of a practitioner, with everything placed on the board."""
    visits = [visit for visit in day.visits if visit.block.practitioner_id == person.pk]
    others = [block for block in day.others if block.practitioner_id == person.pk]
    work = day.work.get(person.pk)
    live = [*(visit.block for visit in visits if _takes_time(visit)), *others]
    roads = roads_of(visits, live)
    items = [Item("visit", visit.span, visit) for visit in visits]
    items += [*(_band(block) for block in others), *roads]
    items += [Item("busy", span, words=_("Away"), more=reason) for span, reason in day.away.get(person.pk, [])]
    if work:
        # A visit within the break keeps the whole width: what is left of the break stands around it.
        left = subtract(breaks(work.spans), [Span(block.starts_at, block.ends_at) for block in live])
        items += [Item("shut", span, words=_("Break"), more=_until(span)) for span in left]
    items += [
        Item("free", span, words=_("Book %(at)s") % {"at": _clock(span.start)}, more=span_words(span.length))
        for worked, taken in free_at_work(day, person.pk)
        for span in gaps(worked, [*taken, *(road.span for road in roads)], now=now)
    ]
    if is_today and board.contains(now):
        items.append(Item("now", Span(now, now + MINUTE)))
    inside = [item for item in items if item.span.overlaps(board)]
    ordered, lanes = in_lanes([placed(board, item) for item in inside])
    place = ", ".join(work.places) if work else _("Not working")
    return Column(
        key=f"p{person.pk}",
        uid=str(person.uid),
        name=person.name,
        place=place,
        left=_left(visits, is_today),
        on_the_road=_on_the_road(visits, roads),
        may_be_late=is_today and any(_is_ahead(visit, now) for visit in visits),
        items=ordered,
        lanes=lanes,
    )


def roads_of(visits: Iterable[Visit], live: Iterable[Block]) -> list[Item]:
    """Return the roads of a day in order: to, between and back from homes. One with too little time for it says so."""
    ends = [block.busy_until for block in live]
    found: dict[datetime, Item] = {}
    for visit in visits:
        there, on = visit.drives.there, visit.drives.on
        if there and there.leave:
            until = visit.block.busy_from
            before = max((end for end in ends if end <= until), default=there.leave)
            found[until] = _road(there, until, before)
        if on and on.leave:
            until = on.leave + on.minutes * MINUTE
            found.setdefault(until, _road(on, until, visit.block.busy_until))
        if on and not on.leave:
            span = Span(visit.block.busy_until, visit.block.busy_until + on.minutes * MINUTE)
            found[span.end] = Item(
                "drive", span, on.minutes, words=_drive(on), more=_("back to %(end)s") % {"end": on.end}
            )
    return [found[until] for until in sorted(found)]


def _road(drive: Drive, until: datetime, before: datetime) -> Item:
    """Return the road to what begins at `until`; `before` is when what was before it ends."""
    leave = drive.leave or before
    ways = {"start": drive.start, "end": drive.end}
    if before <= leave:
        return Item(
            "drive", Span(leave, until), drive.minutes, words=_drive(drive), more=_("%(start)s to %(end)s") % ways
        )
    left = (until - before) // MINUTE
    ways["left"] = span_words(left * MINUTE) if left else _("no time")
    more = _("%(start)s to %(end)s, only %(left)s between") % ways
    return Item(
        "drive late", Span(min(before, until - 5 * MINUTE), until), drive.minutes, words=_drive(drive), more=more
    )


def _drive(drive: Drive) -> str:
    return _("Drive %(minutes)d min") % {"minutes": drive.minutes}


def _on_the_road(visits: Iterable[Visit], roads: Sequence[Item]) -> str:
    """Say how many home visits a day has and how long they are driven between, for the head of a column."""
    homes = sum(visit.appointment.mode == Mode.MOBILE and _takes_time(visit) for visit in visits)
    if not homes:
        return ""
    words = ngettext("%(number)d home visit", "%(number)d home visits", homes) % {"number": homes}
    minutes = sum(road.what or 0 for road in roads)
    return (
        _("%(visits)s, %(span)s of driving") % {"visits": words, "span": span_words(minutes * MINUTE)}
        if minutes
        else words
    )


def _band(block: Block) -> Item:
    """Return a class, a busy time, or a time that somebody online is about to take."""
    words = block.label or str(block.get_kind_display().capitalize())
    if block.kind == Block.Kind.HOLD:
        words = _("Just cancelled, kept for undo") if is_kept(block) else _("Being booked online")
    span = Span(block.starts_at, block.ends_at)
    return Item(str(block.kind), span, block, words=words, more=_until(span))


def _takes_time(visit: Visit) -> bool:
    return visit.block.state != Block.State.NO_SHOW


def _is_ahead(visit: Visit, now: datetime) -> bool:
    return visit.block.state == Block.State.BOOKED and visit.block.starts_at > now


def _left(visits: list[Visit], is_today: bool) -> str:
    """Return how many are still to come and how many wait, for the head of a column."""
    coming = sum(visit.block.state == Block.State.BOOKED for visit in visits)
    waiting = sum(visit.block.state == Block.State.ARRIVED for visit in visits)
    words = [_("%(number)d to come") % {"number": coming}] if is_today else []
    if not is_today:
        words.append(ngettext("%(number)d visit", "%(number)d visits", len(visits)) % {"number": len(visits)})
    if waiting:
        words.append(_("%(number)d here") % {"number": waiting})
    return ", ".join(words)


def _clock(at: datetime) -> str:
    return wording.clock(timezone.localtime(at))


def _until(span: Span) -> str:
    return wording.span(timezone.localtime(span.start), timezone.localtime(span.end))
