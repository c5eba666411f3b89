"""Time to the first call, against the time that was promised."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from django.db.models import Min, Q
from django.utils.translation import gettext as _

from clinic import opening
from clinic.charts import Part, Stack, columns
from clinic.hours import open_spans
from clinic.models import Call
from clinic.periods import Period
from clinic.reports import ENOUGH, Fact, Report, Table, in_ten, share
from clinic.spans import Span

# Upper ends in minutes; what is above the last has a column of its own.
ENDS = (15, 30, 60, 120, 240)


class OpenTime:
    """Counts opening time between two moments, from spans that were laid once."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._starts = [span.start for span in spans]
        self._sums = [timedelta(), *accumulate((span.length for span in spans), initial=None)]

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the opening time between two moments; nothing where the end comes first."""
        return max(self._until(end) - self._until(start), timedelta())

    def _until(self, at: datetime) -> timedelta:
        place = bisect_right(self._starts, at)
        if not place:
            return timedelta()
        span = self._spans[place - 1]
        return self._sums[place - 1] + min(at - span.start, span.length)


def first_calls(period: Period, *, now: datetime) -> Report:
    """Report how long people who came up in the period waited for our first try. A fixed number of queries."""
    rows = (
        Call.objects.filter(created_at__gte=period.start, created_at__lt=period.end)
        .order_by()
        .annotate(tried=Min("notes__at", filter=Q(notes__by__isnull=False)))
        .values_list("created_at", "due_at", "closed_at", "tried")
    )
    hours = opening.hours_for()
    today = hours.local(now).date()
    clock = OpenTime(open_spans(hours, period.first, max(today, period.last)) if hours.weekly else [])
    kept, late, overdue, waiting = Counter[int](), Counter[int](), 0, 0
    for created, due, closed, tried in rows:
        first = min((at for at in (tried, closed) if at is not None), default=None)
        if first is None:
            overdue += due < now
            waiting += due >= now
            continue
        passed = clock.between(created, first) if hours.weekly else first - created
        minutes = passed.total_seconds() / 60
        place = next((place for place, end in enumerate(ENDS) if minutes <= end), len(ENDS))
        (kept if first <= due else late)[place] += 1
    return _report(kept, late, overdue, waiting)


def _report(kept: Counter[int], late: Counter[int], overdue: int, waiting: int) -> Report:
    on_time, tardy = kept.total(), late.total() + overdue
    whole = on_time + tardy
    labels = [_("15 min"), _("30 min"), _("1 h"), _("2 h"), _("4 h"), _("longer")]
    rows = [(labels[place], kept[place], late[place]) for place in range(len(ENDS) + 1)]
    rows.append((_("not yet"), 0, overdue))
    chart = columns(
        [Stack(label, str(good + bad), (Part("bar", good), Part("late", bad))) for label, good, bad in rows],
        legend=(("bar", _("promise kept")), ("late", _("late"))),
    )
    value = share(on_time, whole)
    counts = _("%(part)d of %(whole)d") % {"part": on_time, "whole": whole}
    return Report(
        finding=_finding(on_time, whole),
        note=_("%(late)d late, %(overdue)d of them still not called. %(waiting)d more wait and have time left.")
        % {"late": tardy, "overdue": overdue, "waiting": waiting},
        counted=_(
            "Opening hours from when the call came up to the first try that was written down. The promise is the time "
            "that stands on the call: for an emergency minutes, for others hours or a day. Columns: up to so long."
        ),
        table=Table((_("First try within"), _("Promise kept"), _("Late")), tuple(rows)),
        chart=chart,
        fact=Fact(_("First call on time"), f"{value:g} %" if value is not None else counts, counts),
    )


def _finding(on_time: int, whole: int) -> str:
    if not whole:
        return _("No call was due")
    if whole < ENOUGH:
        return _("Too few calls to say: %(part)d of %(whole)d kept the promise") % {"part": on_time, "whole": whole}
    return _("%(share)s first calls keep the promise") % {"share": in_ten(on_time, whole)}
