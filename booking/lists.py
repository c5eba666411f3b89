"""The list of visits that may be taken away."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from booking.models import Appointment
from clinic.lists import paged
from clinic.periods import Period
from clinic.reports.registered import ListKind

_COLUMNS = (
    *("uid", "block__starts_at", "block__ends_at", "time_zone", "block__state", "mode", "service__name"),
    *("block__practitioner__given_name", "block__practitioner__family_name", "location__name", "source"),
    *("created_at", "cancelled_at", "price", "zone_fee", "currency"),
    *("patient__uid", "patient__given_name", "patient__family_name", "patient__sensitive"),
)


def _visits(period: Period) -> QuerySet[Appointment]:
    return Appointment.objects.filter(block__starts_at__gte=period.start, block__starts_at__lt=period.end)


def _rows(period: Period, *, after: int) -> Iterator[tuple[int, Sequence[Any]]]:
    for row in paged(_visits(period), _COLUMNS, after):
        pk, uid, starts, ends, zone, state, mode, service, given, family, place, source, *rest = row
        booked, cancelled, price, fee, currency, patient, first, last, sensitive = rest
        # Records of staff and VIPs open one by one, with a reason.
        name = now_("Staff or VIP") if sensitive else f"{first} {last}"
        who = f"{given} {family}"
        money = (price, fee, currency)
        yield (
            pk,
            [
                uid,
                starts,
                ends,
                zone,
                state,
                mode,
                service,
                who,
                place,
                source,
                booked,
                cancelled,
                *money,
                patient,
                name,
            ],
        )


VISITS = ListKind(
    name="visits",
    label=_("Visits, with names"),
    head=(
        _("Visit"),
        _("Starts"),
        _("Ends"),
        _("Told in zone"),
        _("State"),
        _("How"),
        _("Service"),
        _("With"),
        _("Location"),
        _("Booked by"),
        _("Booked at"),
        _("Cancelled at"),
        _("Price"),
        _("Fee for the drive"),
        _("Currency"),
        _("Patient"),
        _("Name"),
    ),
    count=lambda period: _visits(period).count(),
    rows=_rows,
    position=10,
)
