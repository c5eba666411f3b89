"""How the working hours are used: with patients, for what is kept free around visits, on nothing."""

from datetime import date, datetime, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Sum
from django.utils.translation import gettext as _

from booking.availability import Place, Shift
from booking.availability.grid import worked
from booking.calendars import places_between
from booking.models import LIVE, Block
from booking.rota import shifts_between
from booking.taken import away_between
from clinic.charts import Part, Stack, stacks
from clinic.models import Practitioner
from clinic.periods import Period
from clinic.reports import Fact, Report, Table, share
from clinic.spans import Span, subtract

HOUR = timedelta(hours=1)
MARGIN = timedelta(days=2)


def use_of_hours(period: Period, *, now: datetime) -> Report:
    """Report what became of the hours in which practitioners worked, up to now. A fixed number of queries."""
    end = min(period.end, max(now, period.start + HOUR))
    window = Span(period.start, end)
    names = {
        pk: f"{given} {family}"
        for pk, given, family in Practitioner.objects.filter(active=True).values_list("pk", "given_name", "family_name")
    }
    ids = list(names)
    around = Span(window.start - MARGIN, window.end + MARGIN)
    shifts = shifts_between(ids, period.first, period.last)
    (places, _roads), away = places_between(around), away_between(ids, around)
    taken = _taken(ids, window)
    rows = []
    for pk, name in names.items():
        open_time = _worked(shifts[pk], places, away[pk], period, window)
        patients, around_visits = taken.get(pk, (timedelta(), timedelta()))
        if open_time or patients:
            rows.append(
                (name, open_time, patients, around_visits, max(open_time - patients - around_visits, timedelta()))
            )
    return _report(rows)


def _taken(people: list[int], window: Span) -> dict[int, tuple[timedelta, timedelta]]:
    """Sum up the visits and classes of each, and what was kept free around them. One query."""
    visit = ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=DurationField())
    busy = ExpressionWrapper(F("busy_until") - F("busy_from"), output_field=DurationField())
    rows = (
        Block.objects.filter(
            practitioner__in=people,
            state__in=[state for state in LIVE if state != Block.State.HELD],
            kind__in=[Block.Kind.VISIT, Block.Kind.CLASS],
            starts_at__gte=window.start,
            starts_at__lt=window.end,
        )
        .order_by()
        .values_list("practitioner")
        .annotate(visits=Sum(visit), whole=Sum(busy))
    )
    return {pk: (visits, whole - visits) for pk, visits, whole in rows}


def _worked(shifts: list[Shift], places: dict[int, Place], away: list[Span], period: Period, window: Span) -> timedelta:
    """Return how long somebody worked: their hours, less breaks, closed days and time off."""
    laid: list[Span] = []
    shut = list(away)
    for ordinal in range(period.first.toordinal(), period.last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        for shift in shifts:
            place = places.get(shift.place_id)
            if place is None or not shift.holds_on(day) or place.closed_on(day):
                continue
            one = worked(place.zone, day, shift.starts, shift.ends, HOUR, shift.pause)
            within = one.span.overlap(window) if one.span else None
            if within:
                laid.append(within)
            if one.pause:
                shut.append(one.pause)
    return sum((span.length for span in subtract(laid, shut)), timedelta())


def _report(rows: list[tuple[str, timedelta, timedelta, timedelta, timedelta]]) -> Report:
    open_time = sum((row[1] for row in rows), timedelta())
    patients = sum((row[2] for row in rows), timedelta())
    value = share(round(patients / HOUR), round(open_time / HOUR)) if open_time else None
    counts = _("%(part)s of %(whole)s hours") % {"part": _hours(patients), "whole": _hours(open_time)}
    legend = (("bar", _("with a patient")), ("bar2", _("kept free around visits")), ("empty", _("empty")))
    chart = stacks(
        [
            Stack(
                name,
                _("%(part)s of %(whole)s h") % {"part": _hours(seen), "whole": _hours(whole)},
                (Part("bar", seen / HOUR), Part("bar2", around / HOUR), Part("empty", empty / HOUR)),
            )
            for name, whole, seen, around, empty in rows
        ],
        legend=legend,
    )
    return Report(
        finding=_finding(rows, value),
        note=_("%(counts)s of work were with a patient.") % {"counts": counts},
        counted=_(
            "Working hours, less breaks, closed days, time off and times imported from own calendars. With a patient: "
            "visits and classes that took place or stand in the diary, as long as they were planned; missed and "
            "cancelled ones leave the time empty. Roads are not counted. Visits outside working hours count, so a "
            "person can have more than all."
        ),
        table=Table(
            (
                _("Name"),
                _("Hours worked"),
                _("With a patient"),
                _("Kept free around"),
                _("Empty"),
                _("With a patient, %"),
            ),
            tuple(
                (
                    name,
                    *(round(part / HOUR, 1) for part in parts),
                    share(round(parts[1] / HOUR), round(parts[0] / HOUR)),
                )
                for name, *parts in rows
            ),
        ),
        chart=chart if rows else None,
        fact=Fact(_("Hours with a patient"), f"{value:g} %" if value is not None else counts, counts),
    )


def _hours(span: timedelta) -> str:
    return f"{round(span / HOUR):,}"


def _finding(rows: list[tuple[str, timedelta, timedelta, timedelta, timedelta]], value: float | None) -> str:
    if value is None:
        return _("Too few hours to say")
    most = max(rows, key=lambda row: row[4])
    return _("%(value)s %% of working hours are with a patient; most room is left with %(name)s") % {
        "value": f"{value:g}",
        "name": most[0],
    }
