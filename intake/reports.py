"""The report on checks: levels as the rules judged, and how often staff decided otherwise."""

from collections import Counter
from datetime import datetime

from django.db.models import Count, OuterRef, Subquery
from django.utils.translation import gettext as _

from clinic.charts import Row, bars
from clinic.periods import Period
from clinic.reports import ENOUGH, Fact, Report, Table, in_ten, percent, share
from intake.models import Level, Outcome

ORDER = [str(level) for level in Level.values]


def levels(period: Period, *, now: datetime) -> Report:  # noqa: ARG001  (reports are all asked alike)
    """Report the levels of the checks judged in the period, and what staff made of them. Two queries."""
    judged = (
        Outcome.objects.filter(decided_by=None, created_at__gte=period.start, created_at__lt=period.end)
        .order_by()
        .values("level")
        .annotate(number=Count("screening", distinct=True))
    )
    found = {row["level"]: row["number"] for row in judged}
    raised, lowered = _decided(period)
    whole, changed = sum(found.values()), raised.total() + lowered.total()
    rows = [(str(level.label), found.get(level.value, 0), raised[level.value], lowered[level.value]) for level in Level]
    chart = bars(
        [
            Row(label, percent(number, whole), number, css)
            for (label, number, *_rest), css in zip(rows, _CSS, strict=True)
        ],
        most=whole,
    )
    free = found.get(Level.MECHANICAL.value, 0)
    value = share(changed, whole)
    counts = _("%(part)d of %(whole)d") % {"part": changed, "whole": whole}
    return Report(
        finding=_finding(free, whole),
        note=_("Staff raised %(raised)d and lowered %(lowered)d of the levels afterwards.")
        % {"raised": raised.total(), "lowered": lowered.total()},
        counted=_(
            "Checks that were judged in these days, at the level the rules gave; one that was judged again at another "
            "level counts at both. Raised and lowered: a person decided otherwise in these days, counted at the level "
            "that the rules had given. Reviews that a rule asked for are not counted as lowered."
        ),
        table=Table((_("Level by the rules"), _("Checks"), _("Raised by staff"), _("Lowered by staff")), tuple(rows)),
        chart=chart if whole else None,
        fact=Fact(_("Levels changed by staff"), f"{value:g} %" if value is not None else counts, counts),
    )


_CSS = ("late", "late", "bar2", "bar2", "bar")


def _decided(period: Period) -> tuple[Counter[str], Counter[str]]:
    """Count the screenings whose level staff raised and lowered, by the level that the rules gave last before."""
    before = Outcome.objects.filter(screening=OuterRef("screening"), decided_by=None, pk__lt=OuterRef("pk"))
    rows = (
        Outcome.objects.filter(created_at__gte=period.start, created_at__lt=period.end, clearance=None)
        .exclude(decided_by=None)
        .annotate(judged=Subquery(before.order_by("-pk").values("level")[:1]))
        .order_by()
        .values("judged", "level")
        .annotate(number=Count("screening", distinct=True))
    )
    raised, lowered = Counter[str](), Counter[str]()
    for row in rows:
        was, is_now = row["judged"], row["level"]
        if was is not None and was != is_now:
            (raised if ORDER.index(is_now) < ORDER.index(was) else lowered)[was] += row["number"]
    return raised, lowered


def _finding(free: int, whole: int) -> str:
    if not whole:
        return _("No check was finished")
    if whole < ENOUGH:
        return _("Too few checks to say: %(free)d of %(whole)d were free to book") % {"free": free, "whole": whole}
    return _("%(share)s checks are free to book at once") % {"share": in_ten(free, whole)}
