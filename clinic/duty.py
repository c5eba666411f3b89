"""The duty roster: who is alerted at which hours, who is next, what nobody covers; and its one writer.

Shifts are weekly, on the clinic's clock. An end at 0:00 is midnight. While nobody is on duty the managers are alerted.
On single days others stand in (`clinic.stand_ins`): whoever asks here who is on duty is told of them.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from clinic import audit, stand_ins
from clinic.hours import Hours, from_wall, open_spans
from clinic.models import Clinic, DutyShift, User
from clinic.permissions import MANAGER
from clinic.spans import Span, subtract
from clinic.stand_ins import Away

MIDNIGHT = time(0)
_DAY = 24 * 60


class RosterChanged(Exception):
    """Somebody else has saved the roster since it was shown."""


@dataclass(frozen=True)
class Shift:
    """A stretch of a weekday in which a person is alerted, first or second."""

    user: User
    weekday: int
    starts: time
    ends: time
    second: bool = False


@dataclass(frozen=True)
class Gap:
    """A stretch of a weekday's opening hours in which nobody is on duty."""

    weekday: int
    starts: time
    ends: time


def on_duty(now: datetime, *, zone: tzinfo | None = None) -> list[Shift]:
    """Return the shifts at a moment, those of the first in line before those of the second; none before set-up.

    Each person is there once: who stands in for the first is no longer the second.

    Who knows the clinic's `zone` already, as the desk does, spares the question for it.
    """
    if zone is None:
        name = Clinic.objects.values_list("time_zone", flat=True).first()
        if name is None:
            return []
        zone = ZoneInfo(name)
    local = now.astimezone(zone)
    at = local.time()
    running = _shifts(local.weekday()).filter(Q(ends__gt=at) | Q(ends=MIDNIGHT), starts__lte=at)
    once: dict[User, Shift] = {}
    for shift in _standing(running.order_by("second", "starts", "id"), local.date()):
        once.setdefault(shift.user, shift)
    return list(once.values())


def people(now: datetime, *, second: bool | None = None, zone: tzinfo | None = None) -> list[User]:
    """Return who is on duty at a moment, each once; only the first in line, or only the second, when asked."""
    return list(dict.fromkeys(shift.user for shift in on_duty(now, zone=zone) if second in (None, shift.second)))


def managers() -> list[User]:
    """Return who is alerted when nobody else is there to be told: all managers, without any the owners of the site."""
    active = User.objects.filter(is_active=True).order_by("id")
    return list(active.filter(groups__name=MANAGER).distinct()) or owners()


def owners() -> list[User]:
    """Return the owners of the site: told when no manager can be."""
    return list(User.objects.filter(is_active=True, is_superuser=True).order_by("id"))


def next_first(now: datetime) -> Shift | None:
    """Return the shift first in line that begins next on the same day."""
    zone = Clinic.objects.values_list("time_zone", flat=True).first() or "UTC"  # before the first set-up
    local = now.astimezone(ZoneInfo(zone))
    later = _shifts(local.weekday()).filter(second=False, starts__gt=local.time())
    return next(iter(_standing(later.order_by("starts", "id"), local.date())), None)


def stood_in(shifts: Iterable[DutyShift], away: Away) -> list[Shift]:
    """Return the shifts of a day with those who stand in, without those for whom nobody does. Pure."""
    found = ((stand_ins.in_place_of(row.user, away), row) for row in shifts)
    return [Shift(user, row.weekday, row.starts, row.ends, row.second) for user, row in found if user is not None]


def open_without(shifts: Iterable[Shift], hours: Hours, day: date) -> list[Span]:
    """Return the opening hours of a day that no shift of `shifts` covers, closed days and holidays left out. Pure."""
    covered = []
    for shift in shifts:
        last = day + timedelta(days=1) if shift.ends == MIDNIGHT else day
        start, end = from_wall(hours.zone, day, shift.starts), from_wall(hours.zone, last, shift.ends, ending=True)
        if start < end:  # a stretch that falls into the hour that clocks leap over is none
            covered.append(Span(start, end))
    return subtract(open_spans(hours, day, day), covered)


def roster() -> list[DutyShift]:
    """Return all shifts of people who work here, through the week."""
    return list(
        DutyShift.objects.filter(user__is_active=True)
        .select_related("user")
        .order_by("weekday", "second", "starts", "id")
    )


def gaps(shifts: Iterable[DutyShift | Shift], hours: Hours) -> list[Gap]:
    """Return the opening hours that no shift of `shifts` covers, through the week; touching gaps are one. Pure."""
    covered: dict[int, list[tuple[int, int]]] = {}
    for shift in shifts:
        covered.setdefault(shift.weekday, []).append((_minute(shift.starts), _minute(shift.ends) or _DAY))
    found = []
    for stretch in sorted(hours.weekly, key=lambda one: (one.weekday, one.opens)):
        at, end = _minute(stretch.opens), _minute(stretch.closes) or _DAY
        for start, until in sorted(covered.get(stretch.weekday, [])):
            if start > at:
                found.append((stretch.weekday, at, min(start, end)))
            at = max(at, until)
            if at >= end:
                break
        if at < end:
            found.append((stretch.weekday, at, end))
    return [Gap(day, _time(start), _time(until)) for day, start, until in found if start < until]


def stamp(shifts: Iterable[DutyShift]) -> str:
    """Return what a page that shows the roster sends back with its changes: which roster it was."""
    told = [f"{row.user_id} {row.weekday} {row.starts} {row.ends} {row.second}" for row in shifts]
    return hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()[:16]


def save(*, shifts: Sequence[Shift], seen: str, by: User, now: datetime) -> None:
    """Put a whole roster in the place of the one whose `stamp` was seen.

    Raises RosterChanged when that is no longer the roster; IntegrityError for a person who is there twice at one time.
    """
    with transaction.atomic():
        Clinic.objects.select_for_update().get(pk=1)  # one manager at a time
        before = roster()
        if stamp(before) != seen:
            raise RosterChanged
        DutyShift.objects.filter(pk__in=[row.pk for row in before]).delete()
        for shift in shifts:
            DutyShift.objects.create(
                user=shift.user,
                weekday=shift.weekday,
                starts=shift.starts,
                ends=shift.ends,
                second=shift.second,
            )
        details = {"record": "dutyshift", "rows": len(shifts)}
        audit.record(act="record.changed", subject_uid=None, actor=by, details=details, now=now)


def _standing(shifts: QuerySet[DutyShift], day: date) -> list[Shift]:
    rows = list(shifts)
    return stood_in(rows, stand_ins.on(day)) if rows else []


def _shifts(weekday: int) -> QuerySet[DutyShift]:
    return DutyShift.objects.filter(weekday=weekday, user__is_active=True).select_related("user")


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minute: int) -> time:
    return time(minute % _DAY // 60, minute % 60)
