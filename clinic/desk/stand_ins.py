"""Who stands in on single days, on the page of the roster: what it means for each duty, and what then nobody covers."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from clinic import duty, stand_ins, wording
from clinic.hours import Hours
from clinic.models import DutyShift, StandIn
from clinic.spans import Span

# Of a longer stretch the first duties are written out.
MOST_DUTIES = 10


def in_words(rows: Sequence[StandIn], shifts: Sequence[DutyShift], hours: Hours, today: date) -> list[dict[str, Any]]:
    """Return what to show of each: the days, who, each duty with who has it then, and what nobody covers."""
    return [_row(row, rows, shifts, hours, today) for row in rows]


def _row(
    row: StandIn, rows: Sequence[StandIn], shifts: Sequence[DutyShift], hours: Hours, today: date
) -> dict[str, Any]:
    duties: list[str] = []
    nobody: list[str] = []
    no_first: list[str] = []
    for day in _days(row, today):
        of_day = [shift for shift in shifts if shift.weekday == day.weekday()]
        mine = [shift for shift in of_day if shift.user_id == row.user_id]
        if not mine or len(duties) >= MOST_DUTIES:
            continue
        away = stand_ins.among(rows, day)
        instead = stand_ins.in_place_of(row.user, away)
        duties += [_duty(day, shift, instead.display_name if instead else _("nobody")) for shift in mine]
        standing = duty.stood_in(of_day, away)
        empty = duty.open_without(standing, hours, day)
        first = duty.open_without([shift for shift in standing if not shift.second], hours, day)
        nobody += [_span(day, span, hours) for span in empty]
        no_first += [_span(day, span, hours) for span in first if span not in empty]
    same = row.first_day == row.last_day
    return {
        "uid": row.uid,
        "days": wording.short_day(row.first_day)
        if same
        else _("%(first)s to %(last)s")
        % {"first": wording.short_day(row.first_day), "last": wording.short_day(row.last_day)},
        "name": row.user.display_name,
        "instead": row.instead.display_name if row.instead and row.instead.is_active else "",
        "duties": duties,
        "nobody": nobody,
        "no_first": no_first,
    }


def _days(row: StandIn, today: date) -> Iterator[date]:
    day = max(row.first_day, today)
    while day <= row.last_day:
        yield day
        day += timedelta(days=1)


def _duty(day: date, shift: DutyShift, who: str) -> str:
    facts = {"day": wording.short_day(day), "hours": wording.hours(shift.starts, shift.ends), "who": who}
    if shift.second:
        return _("%(day)s, %(hours)s, second: %(who)s") % facts
    return _("%(day)s, %(hours)s, first: %(who)s") % facts


def _span(day: date, span: Span, hours: Hours) -> str:
    start, end = hours.local(span.start).time(), hours.local(span.end).time()
    return f"{wording.short_day(day)}, {wording.hours(start, end)}"
