"""By when we answer: times counted in opening hours, and the windows in which somebody may be called. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from clinic import hours as opening_hours
from clinic.hours import Hours
from clinic.spans import Span

CALL_DAYS = 5
WINDOW_MINUTES = 120
# A window with less than this left is not offered any more: nobody could promise to call in it.
LEAST_LEFT = timedelta(minutes=60)


def call_windows(hours: Hours, now: datetime, days: int = CALL_DAYS) -> dict[date, list[Span]]:
    """Return the windows in which somebody may ask to be called, by local day: those of the next `days` open days."""
    offered: dict[date, list[Span]] = {}
    # One day more: of today only minutes may be left.
    for day in opening_hours.next_open_days(hours, now, days + 1):
        spans = [span for span in opening_hours.windows(hours, day, WINDOW_MINUTES) if span.end - now >= LEAST_LEFT]
        if spans and len(offered) < days:
            offered[day] = spans
    return offered


def due(promised: datetime, wished: Sequence[Span] = ()) -> datetime:
    """Return when the answer is due: as promised, or at the end of the first wished window that is not over by then.

    All wished windows before the promised time: the last of them, since the person cannot be reached later.
    """
    if not wished:
        return promised
    ends = sorted(span.end for span in wished)
    return next((end for end in ends if end >= promised), ends[-1])


def end_of_working_day(hours: Hours, now: datetime) -> datetime:
    """Return when the clinic closes for the last time today, or on the next open day when it has closed already.

    A clinic without opening hours: in 8 hours.
    """
    days = opening_hours.next_open_days(hours, now, 1)
    spans = opening_hours.open_spans(hours, days[0], days[0]) if days else []
    return spans[-1].end if spans else now + timedelta(hours=8)


def after_business_days(hours: Hours, now: datetime, days: int) -> datetime:
    """Return the close of the `days`th open day after today; without opening hours that many days from now."""
    today = hours.local(now).date()
    later = [day for day in opening_hours.next_open_days(hours, now, days + 1) if day > today][:days]
    if len(later) < days:
        return now + timedelta(days=days)
    return opening_hours.open_spans(hours, later[-1], later[-1])[-1].end
