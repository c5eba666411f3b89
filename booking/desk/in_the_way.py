"""What stands in the way of a time, in words for the desk: each rule it breaks, who or what it meets, what would help."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking import schedule
from booking.availability import CLASHES, HARD, Reason, free_rooms, in_words
from booking.desk import figures
from booking.diary.bookings import other_visit
from booking.errors import OutsideArea
from booking.models import LIVE, LONGEST, Appointment, Block, TimeOff
from booking.verdicts import Answer, Verdict
from clinic import wording
from clinic.models import Closure, Mode, Patient, Room, TravelZone
from clinic.spans import Span

PATIENT_BUSY, OUTSIDE = "patient_busy", "outside_area"
HELP: dict[str, Promise] = {
    Reason.NEW_PATIENT: gettext_lazy("If they have been here, find the patient first."),
    Reason.LICENCE: gettext_lazy(
        "Nobody may book over this: it is against the law. Pick somebody with a license there, or a visit in person."
    ),
}
OF_A_CLASH = gettext_lazy("Only as a time that two visits share, with a reason.")
# Longer than any road: so far around a time what somebody else takes is looked at.
ROAD = timedelta(hours=4)


@dataclass(frozen=True)
class Line:
    """Somebody or something in the way, with an address where it can be looked at."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Way:
    """One rule that a time breaks: `hard` for one that nobody goes over, `clash` for a time that another has."""

    code: str
    words: str
    help: str = ""
    hard: bool = False
    clash: bool = False
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Found:
    """What stands around the time of an answer: blocks, time off, closures, rooms; loaded once for all people."""

    answer: Answer
    blocks: Sequence[Block] = ()
    away: Sequence[TimeOff] = ()
    closures: Sequence[Closure] = ()
    rooms: Sequence[Room] = ()

    def ways(self, verdict: Verdict) -> tuple[Way, ...]:
        """Return each rule that the time breaks with one person, but for those that hold whoever it is."""
        barred = self.answer.barred
        return tuple(way_of(reason, self._lines(reason, verdict)) for reason in verdict.desk if reason not in barred)

    def rooms_free(self, verdict: Verdict) -> str:
        """Name the rooms of the right kind that are free then; "" where no room is needed or none is free."""
        calendar = self.answer.calendar
        if calendar is None or not calendar.rules.needs_room:
            return ""
        free = set(free_rooms(calendar, start=verdict.slot.start, location_id=verdict.slot.location_id))
        return ", ".join(str(room.name) for room in self.rooms if room.pk in free)

    def _lines(self, reason: Reason, verdict: Verdict) -> tuple[Line, ...]:
        calendar, slot = self.answer.calendar, verdict.slot
        if calendar is None:
            return ()
        busy = calendar.rules.busy(slot.start)
        if reason == Reason.TAKEN:
            return _meeting([block for block in self.blocks if block.practitioner_id == slot.practitioner_id], busy)
        if reason == Reason.NO_ROOM:
            here = [room for room in self.rooms if room.location_id == slot.location_id]
            if not here:
                return (Line(_("There is no room of the kind that this visit needs.")),)
            return tuple(line for room in here for line in self._in(room, busy))
        if reason in (Reason.AWAY, Reason.BUSY_ELSEWHERE):
            imported = reason == Reason.BUSY_ELSEWHERE
            rows = [row for row in self.away if (row.practitioner_id, row.imported) == (slot.practitioner_id, imported)]
            return tuple(Line(_away_words(row)) for row in rows)
        if reason == Reason.CLOSED:
            return tuple(Line(row.reason) for row in self.closures if row.location_id in (None, slot.location_id))
        if reason == Reason.ROAD:
            return self._roads(verdict, busy)
        if reason in (Reason.NOT_WORKING, Reason.BREAK):
            return self._hours(verdict)
        told = figures.of_reason(reason, calendar, calendar.person(slot.practitioner_id))
        return (Line(told),) if told else ()

    def _in(self, room: Room, busy: Span) -> tuple[Line, ...]:
        blocks = [block for block in self.blocks if block.room_id == room.pk]
        return tuple(Line(f"{room.name}: {line.text}", line.url) for line in _meeting(blocks, busy, by_room=True))

    def _roads(self, verdict: Verdict, busy: Span) -> tuple[Line, ...]:
        """Name the visits from which, or to which, the road is too long."""
        calendar, slot = self.answer.calendar, verdict.slot
        person = calendar.person(slot.practitioner_id) if calendar else None
        if calendar is None or person is None:
            return ()
        places = [slot.location_id] if slot.location_id else [shift.place_id for shift in person.shifts]
        here = next((calendar.site(calendar.places[pk]) for pk in places if pk in calendar.places), None)
        blocks = {(one.busy_from, one.busy_until): one for one in self.blocks if one.practitioner_id == person.id}
        lines = []
        for stay in person.taken if here else ():
            site = getattr(stay, "site", None)
            if here is None or site is None or stay.overlaps(busy):
                continue
            road = calendar.roads.between(site, here) if stay.end <= busy.start else calendar.roads.between(here, site)
            gap = busy.start - stay.end if stay.end <= busy.start else stay.start - busy.end
            if gap < road and (stay.start, stay.end) in blocks:
                line = _line(blocks[stay.start, stay.end])
                minutes = wording.minutes(int(road.total_seconds()) // 60)
                lines.append(
                    Line(_("%(visit)s: %(minutes)s on the road") % {"visit": line.text, "minutes": minutes}, line.url)
                )
        return tuple(lines) or (Line(_("Too far from where this person starts or ends the day.")),)

    def _hours(self, verdict: Verdict) -> tuple[Line, ...]:
        """Say when the person works on that day in this mode, by the clock on the wall of the place."""
        calendar = self.answer.calendar
        person = calendar.person(verdict.slot.practitioner_id) if calendar else None
        if calendar is None or person is None:
            return ()
        shifts = sorted(
            (shift.starts, shift.ends, shift.pause)
            for shift in person.shifts
            if calendar.rules.mode in shift.modes
            and verdict.slot.location_id in (None, shift.place_id)
            and shift.place_id in calendar.places
            and shift.holds_on(calendar.places[shift.place_id].day_of(verdict.slot.start))
        )
        if not shifts:
            return (Line(_("Does not work this way on that day.")),)
        worked = ", ".join(wording.hours(starts, ends) for starts, ends, _pause in shifts)
        lines = [Line(_("Works %(hours)s.") % {"hours": worked})]
        pauses = ", ".join(wording.hours(*pause) for _starts, _ends, pause in shifts if pause)
        return tuple([*lines, Line(_("Break %(hours)s.") % {"hours": pauses})] if pauses else lines)


def around(answer: Answer, start: datetime, *, except_block: Block | None = None, now: datetime) -> Found:
    """Load what stands around a start for everybody in an answer; the queries do not grow with the people."""
    calendar = answer.calendar
    if calendar is None:
        return Found(answer)
    busy, day = calendar.rules.busy(start), timezone.localdate(start)
    people = [verdict.slot.practitioner_id for verdict in answer.verdicts]
    rooms = list(Room.objects.filter(pk__in=[room.id for room in calendar.rooms]).order_by("pk"))
    blocks = Block.objects.filter(
        Q(practitioner__in=people, busy_from__lt=busy.end + ROAD, busy_until__gt=busy.start - ROAD)
        | Q(room__in=rooms, room_from__lt=busy.end, room_until__gt=busy.start),
        state__in=LIVE,
        starts_at__gt=busy.start - LONGEST - ROAD,
        starts_at__lt=busy.end + LONGEST,
    ).exclude(state=Block.State.HELD, expires_at__lte=now)
    if except_block is not None:
        blocks = blocks.exclude(pk=except_block.pk)
    related = ("room", "practitioner", "appointment__patient", "appointment__service")
    visit = calendar.rules.visit(start)
    away = TimeOff.objects.filter(practitioner__in=people, starts_at__lt=visit.end, ends_at__gt=visit.start)
    return Found(
        answer,
        list(blocks.select_related(*related).order_by("starts_at", "pk")),
        list(away.order_by("starts_at")),
        list(Closure.objects.filter(first_day__lte=day, last_day__gte=day)),
        rooms,
    )


def way_of(reason: Reason, lines: Iterable[Line] = (), *, never: bool = False) -> Way:
    """Return a rule in words; `never` for one that cannot be gone over here, though it may elsewhere."""
    clash, hard = reason in CLASHES, never or reason in HARD
    helps = "" if never else HELP.get(reason, OF_A_CLASH if clash else "")
    return Way(str(reason), in_words(reason), str(helps), hard, clash, tuple(lines))


def ways_of(
    answer: Answer,
    *,
    patient: Patient | None = None,
    visit: Appointment | None = None,
    mode: str = "",
    postal_code: str = "",
    passes: Collection[Reason] = (),
    start: datetime,
    now: datetime,
) -> tuple[Way, ...]:
    """Return each rule that a time with one person breaks, those of the patient and the postal code among them.

    `visit` is the visit that is to be moved there; `passes` are rules that do not bind it.
    """
    if answer.never is not None:
        return (way_of(answer.never, never=True),)
    found = around(answer, start, except_block=visit.block if visit else None, now=now)
    own = of_the_patient(answer, patient=patient, visit=visit, start=start)
    everybody = [*of_the_area(mode, postal_code, visit), *own, *(way_of(reason) for reason in answer.barred)]
    ways = (*everybody, *(way for one in answer.verdicts for way in found.ways(one)))
    return tuple(way for way in ways if way.code not in passes)


def of_the_patient(
    answer: Answer, *, patient: Patient | None, visit: Appointment | None, start: datetime
) -> tuple[Way, ...]:
    """Return the way in which another visit of the patient stands, if one does."""
    if patient is None or answer.calendar is None:
        return ()
    other = other_visit(patient, answer.calendar.rules.visit(start), but=visit)
    if other is None:
        return ()
    words = _("They have another visit at that time: %(when)s with %(who)s.") % {
        "when": wording.moment(timezone.localtime(other.block.starts_at)),
        "who": other.block.practitioner.name,
    }
    line = Line(_("That visit"), reverse("admin:visit", args=[other.uid]))
    return (Way(PATIENT_BUSY, words, lines=(line,)),)


def of_the_area(mode: str, postal_code: str, visit: Appointment | None = None) -> tuple[Way, ...]:
    """Return that we do not go to a postal code, if we do not."""
    if mode != Mode.MOBILE or visit is not None:
        return ()
    try:
        schedule.zone_of(postal_code)
    except OutsideArea as error:
        return (Way(OUTSIDE, str(error)),)
    return ()


def home_of(mode: str, postal_code: str) -> TravelZone | None:
    """Return the travel zone of a home; None outside the area, and for other visits."""
    try:
        return schedule.zone_of(postal_code) if mode == Mode.MOBILE else None
    except OutsideArea:
        return None


def _meeting(blocks: Iterable[Block], busy: Span, *, by_room: bool = False) -> tuple[Line, ...]:
    """Say which blocks share time with what a visit would take."""
    lines = []
    for block in blocks:
        start, end = (block.room_from, block.room_until) if by_room else (block.busy_from, block.busy_until)
        if start is not None and end is not None and Span(start, end).overlaps(busy):
            lines.append(_line(block))
    return tuple(lines)


def _line(block: Block) -> Line:
    when = wording.span(timezone.localtime(block.starts_at), timezone.localtime(block.ends_at))
    visit = getattr(block, "appointment", None)
    if visit is not None:
        with_whom = f"{visit.patient.name}, {visit.service.name}"
        return Line(f"{when}, {with_whom}", reverse("admin:visit", args=[visit.uid]))
    if block.kind == Block.Kind.HOLD:
        until = _clock(block.expires_at) if block.expires_at else ""
        return Line(_("%(when)s, being booked online; kept until %(until)s") % {"when": when, "until": until})
    return Line(f"{when}, {block.label or block.get_kind_display()}")


def _away_words(row: TimeOff) -> str:
    facts = {
        "start": wording.moment(timezone.localtime(row.starts_at)),
        "end": wording.moment(timezone.localtime(row.ends_at)),
    }
    words = _("%(start)s to %(end)s") % facts
    return f"{words}, {row.reason}" if row.reason else words


def _clock(at: datetime) -> str:
    return wording.clock(timezone.localtime(at))
