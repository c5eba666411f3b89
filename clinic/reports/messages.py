"""What became of the messages that were due."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from clinic import registry
from clinic.charts import Part, Stack, stacks
from clinic.models import Message
from clinic.periods import Period
from clinic.reports import ENOUGH, Fact, Report, Table, percent, share

# So long a message may be on its way before it counts as waiting.
SOON = timedelta(minutes=10)


def deliveries(period: Period, *, now: datetime) -> Report:
    """Report what became of the messages planned for the period, as far as they are due. One query."""
    due = Message.objects.filter(planned_at__gte=period.start, planned_at__lt=min(period.end, now - SOON))
    rows = (
        due.order_by()
        .values_list("kind", "channel")
        .annotate(
            delivered=Count("pk", filter=Q(state="sent", delivered_at__isnull=False)),
            sent=Count("pk", filter=Q(state="sent", delivered_at__isnull=True)),
            failed=Count("pk", filter=Q(state="failed")),
            waiting=Count("pk", filter=Q(state__in=["planned", "sending"])),
            dropped=Count("pk", filter=Q(state="dropped")),
        )
        .order_by("kind", "channel")
    )
    found = list(rows)
    channels: defaultdict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for _kind, channel, *numbers in found:
        channels[channel] = [old + new for old, new in zip(channels[channel], numbers, strict=True)]
    delivered, sent, failed, waiting, dropped = (
        (sum(column) for column in zip(*channels.values(), strict=True)) if found else (0,) * 5
    )
    left, whole = delivered + sent, delivered + sent + failed + waiting
    labels = dict(Message.Channel.choices)
    css = ("bar", "bar2", "late", "empty")
    chart = stacks(
        [
            Stack(
                str(labels.get(channel, channel)),
                percent(row[0] + row[1], sum(row[:4])),
                tuple(Part(name, value) for name, value in zip(css, row[:4], strict=True)),
            )
            for channel, row in sorted(channels.items())
        ],
        legend=(("bar", _("delivered")), ("bar2", _("sent")), ("late", _("failed")), ("empty", _("waiting"))),
    )
    value = share(left, whole)
    counts = _("%(part)d of %(whole)d") % {"part": left, "whole": whole}
    return Report(
        finding=_finding(left, whole, failed),
        note=_("%(failed)d failed and became calls, %(waiting)d wait. %(dropped)d were dropped before they left.")
        % {"failed": failed, "waiting": waiting, "dropped": dropped},
        counted=_(
            "Messages whose time to leave was in these days. Sent: handed to the mail provider or the gateway; delivered: "
            "they told us it arrived, which not all do. Dropped ones made no sense any more, as a reminder of a visit "
            "that was cancelled."
        ),
        table=Table(
            (_("Message"), _("By"), _("Delivered"), _("Sent"), _("Failed"), _("Waiting"), _("Dropped")),
            tuple((_name(kind), str(labels.get(channel, channel)), *numbers) for kind, channel, *numbers in found),
        ),
        chart=chart if whole else None,
        fact=Fact(_("Messages that left"), f"{value:g} %" if value is not None else counts, counts),
    )


def _name(kind: str) -> str:
    return str(registry.letter_names.get(kind) or kind.replace("_", " ").capitalize())


def _finding(left: int, whole: int, failed: int) -> str:
    if not whole:
        return _("No message was due")
    if left == whole:
        return _("All %(whole)d messages left") % {"whole": whole}
    if whole < ENOUGH:
        return _("Too few messages to say: %(left)d of %(whole)d left") % {"left": left, "whole": whole}
    if not failed:
        return _("No message failed, but %(waiting)d of %(whole)d wait longer than they should") % {
            "waiting": whole - left,
            "whole": whole,
        }
    return _("%(failed)d of %(whole)d messages failed") % {"failed": failed, "whole": whole}
