"""The list of messages that may be taken away: what became of each, and never what it says."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clinic.models import Message
from clinic.periods import Period
from clinic.reports.registered import ListKind

CHUNK = 500
_COLUMNS = (
    "uid",
    "kind",
    "channel",
    "state",
    "planned_at",
    "sent_at",
    "delivered_at",
    "attempts",
    "error",
    "patient__uid",
)


def paged(rows: QuerySet[Any, Any], columns: Sequence[str], after: int) -> Iterator[tuple[Any, ...]]:
    """Give the columns of rows with their keys first, in the order of keys, some hundreds at a time.

    Not one long cursor: a connection that is lost, or a worker that is killed, costs the last piece only.
    """
    while True:
        piece = list(rows.order_by("pk").filter(pk__gt=after).values_list("pk", *columns)[:CHUNK])
        yield from piece
        if len(piece) < CHUNK:
            return
        after = piece[-1][0]


def _messages(period: Period) -> QuerySet[Message]:
    return Message.objects.filter(planned_at__gte=period.start, planned_at__lt=period.end)


def _message_rows(period: Period, *, after: int) -> Iterator[tuple[int, Sequence[Any]]]:
    for pk, *row in paged(_messages(period), _COLUMNS, after):
        yield pk, row


MESSAGES = ListKind(
    name="messages",
    label=_("Messages, without what they say"),
    head=(
        _("Message"),
        _("Kind"),
        _("By"),
        _("State"),
        _("Planned"),
        _("Sent"),
        _("Delivered"),
        _("Tries"),
        _("Last error"),
        _("Patient"),
    ),
    count=lambda period: _messages(period).count(),
    rows=_message_rows,
    position=30,
)
