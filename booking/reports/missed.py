"""Visits that patients did not come to, by how they take place and with whom."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from booking.models import Appointment, Block
from clinic.charts import Row, dots
from clinic.models import Mode
from clinic.periods import Period
from clinic.reports import ENOUGH, Fact, Report, Table, percent, share

CAME = (Block.State.ARRIVED, Block.State.SEEN)


def missed_visits(period: Period, *, now: datetime) -> Report:
    """Report the share of visits that were missed. One query."""
    rows = (
        Appointment.objects.filter(
            block__starts_at__gte=period.start,
            block__starts_at__lt=min(period.end, now),
            block__state__in=[*CAME, "no_show"],
        )
        .order_by()
        .values_list("mode", "block__practitioner__given_name", "block__practitioner__family_name")
        .annotate(due=Count("pk"), missed=Count("pk", filter=Q(block__state=Block.State.NO_SHOW)))
    )
    modes: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    people: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for mode, given, family, number, lost in rows:
        for group in (modes[str(dict(Mode.choices)[mode])], people[f"{given} {family}"]):
            group[0] += lost
            group[1] += number
    missed = sum(group[0] for group in modes.values())
    due = sum(group[1] for group in modes.values())
    mean = share(missed, due)
    said = _("all: %(mean)s %%") % {"mean": f"{mean:g}"} if mean is not None else ""
    drawn = [*_rows(modes), None, *_rows(people)]
    counts = _("%(part)d of %(whole)d") % {"part": missed, "whole": due}
    return Report(
        finding=_finding(modes, missed, due),
        note=_("Cancelled visits are not among them."),
        counted=_(
            "No-show rate: missed visits of all that were due, which are those where the patient came and those where "
            "nobody came. Cancelled visits count in neither. A ring without filling: fewer than %(enough)d visits, too "
            "few to say."
        )
        % {"enough": ENOUGH},
        table=Table(
            (_("By"), _("Name"), _("Due"), _("Missed"), _("Missed, %")),
            (*_cells(_("How"), modes), *_cells(_("With"), people)),
        ),
        chart=dots(drawn, mean=mean, mean_said=said, few_said=_("too few visits to say")) if due else None,
        fact=Fact(_("No-shows"), f"{mean:g} %" if mean is not None else counts, counts),
    )


def _rows(groups: dict[str, list[int]]) -> list[Row]:
    return [
        Row(name, percent(missed, due), share(missed, due) or 0, "dotc" if due >= ENOUGH else "few")
        for name, (missed, due) in sorted(groups.items())
    ]


def _cells(word: str, groups: dict[str, list[int]]) -> Iterable[tuple[str, str, int, int, float | None]]:
    return [(word, name, due, missed, share(missed, due)) for name, (missed, due) in sorted(groups.items())]


def _finding(modes: dict[str, list[int]], missed: int, due: int) -> str:
    if not due:
        return _("No visit was due")
    if due < ENOUGH:
        return _("Too few visits to say: %(missed)d of %(due)d were missed") % {"missed": missed, "due": due}
    if not missed:
        return _("Nobody missed a visit")
    rates = {name: group[0] / group[1] for name, group in modes.items() if group[1] >= ENOUGH}
    worst = max(rates, key=lambda name: rates[name], default=None)
    # One that is missed a little more often by chance is not news.
    if worst is None or len(rates) < 2 or rates[worst] < 1.5 * missed / due or modes[worst][0] < 5:
        return _("%(missed)d of %(due)d visits were missed") % {"missed": missed, "due": due}
    return _("Missed most often: %(mode)s") % {"mode": worst.lower()}
