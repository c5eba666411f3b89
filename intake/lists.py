"""The list of requests that may be taken away: who asked when, and never what they wrote."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from clinic.lists import paged
from clinic.periods import Period
from clinic.reports.registered import ListKind
from intake.models import Request

_COLUMNS = (
    *("uid", "kind", "state", "created_at", "due_at", "answered_at", "name", "language", "interpreter"),
    *("patient__uid", "patient__sensitive"),
)


def _requests(period: Period) -> QuerySet[Request]:
    return Request.objects.filter(created_at__gte=period.start, created_at__lt=period.end)


def _rows(period: Period, *, after: int) -> Iterator[tuple[int, Sequence[Any]]]:
    for pk, *row, sensitive in paged(_requests(period), _COLUMNS, after):
        if sensitive:  # their records open one by one, with a reason
            row[6] = now_("Staff or VIP")
        yield pk, row


REQUESTS = ListKind(
    name="requests",
    label=_("Requests, without what people wrote"),
    head=(
        _("Request"),
        _("Kind"),
        _("State"),
        _("Received"),
        _("Due"),
        _("Answered"),
        _("Name"),
        _("Language"),
        _("Interpreter for"),
        _("Patient"),
    ),
    count=lambda period: _requests(period).count(),
    rows=_rows,
    position=20,
)
