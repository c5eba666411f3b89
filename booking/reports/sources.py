"""Where visits come from: how they were booked, what was asked before, and from where people come to the site."""

from collections import defaultdict
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from booking.models import Appointment, Block
from clinic.charts import Row, bars
from clinic.models import Arrival
from clinic.periods import Period
from clinic.reports import ENOUGH, Cell, Fact, Report, Table, in_ten, percent, share
from intake.models import Request


def sources(period: Period, *, now: datetime) -> Report:  # noqa: ARG001  (reports are all asked alike)
    """Report how the visits were booked that were booked in the period, and what became of them. Two queries."""
    rows = (
        Appointment.objects.filter(created_at__gte=period.start, created_at__lt=period.end)
        .order_by()
        .values_list("source", "request__kind")
        .annotate(
            booked=Count("pk"),
            seen=Count("pk", filter=Q(block__state=Block.State.SEEN)),
            lost=Count("pk", filter=Q(block__state__in=[Block.State.CANCELLED, Block.State.NO_SHOW])),
        )
    )
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    online = 0
    for source, kind, *numbers in rows:
        online += numbers[0] if source == Appointment.Source.ONLINE else 0
        label = _label(source, kind)
        found[label] = [old + new for old, new in zip(found[label], numbers, strict=True)]
    ways = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
    came = dict(
        Arrival.objects.filter(day__range=(period.first, period.last))
        .order_by()
        .values_list("origin")
        .annotate(n=Sum("number"))
    )
    whole = sum(numbers[0] for _label_, numbers in ways)
    value = share(online, whole)
    counts = _("%(part)d of %(whole)d") % {"part": online, "whole": whole}
    cells: list[tuple[Cell, ...]] = [(_("Visit booked"), label, *numbers) for label, numbers in ways]
    cells += [
        (_("Came to the site"), str(origin.label), came[origin.value], None, None)
        for origin in Arrival.Origin
        if origin.value in came
    ]
    return Report(
        finding=_finding(online, whole),
        note=_("%(whole)d visits were booked in these days, %(online)d of them by patients online.")
        % {"whole": whole, "online": online},
        counted=_(
            "Visits that were booked in these days, whenever they take place; lost are those cancelled or missed by now. "
            "After a request: the visit was booked from a form that the person had sent. From where people come to the "
            "site is told by their browser, if it tells; nobody is followed."
        ),
        table=Table((_("What"), _("From"), _("Number"), _("Seen by now"), _("Lost by now")), tuple(cells)),
        chart=bars([Row(label, percent(numbers[0], whole), numbers[0]) for label, numbers in ways], most=whole)
        if whole
        else None,
        fact=Fact(_("Booked online"), f"{value:g} %" if value is not None else counts, counts),
    )


def _label(source: str, kind: str | None) -> str:
    if kind is not None:
        return _("After a request: %(kind)s") % {"kind": str(dict(Request.Kind.choices).get(kind, kind)).lower()}
    return {
        Appointment.Source.ONLINE: _("Online, by the patient"),
        Appointment.Source.DESK: _("By phone or at the desk"),
        Appointment.Source.WALK_IN: _("Walked in"),
    }.get(Appointment.Source(source), source)


def _finding(online: int, whole: int) -> str:
    if not whole:
        return _("No visit was booked")
    if whole < ENOUGH:
        return _("Too few visits to say: %(online)d of %(whole)d were booked online") % {
            "online": online,
            "whole": whole,
        }
    return _("%(share)s visits are booked online") % {"share": in_ten(online, whole)}
