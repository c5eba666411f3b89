"""How dates, times, spans and prices are said to people. Pure; aware times must already be in the reader's zone."""

import datetime as dt
from decimal import Decimal

from django.utils import dateformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# Signs that a reader takes for the right currency without a country; others are written as their code.
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def clock(at: dt.time | dt.datetime) -> str:
    """Return a time of day to the minute, as times of visits are said: "9:40 am", "12:00 pm"."""
    hour, half = at.hour % 12 or 12, _("am") if at.hour < 12 else _("pm")
    return f"{hour}:{at.minute:02d} {half}"


def hour(at: dt.time | dt.datetime) -> str:
    """Return a time of day as opening hours are said: "8 am", "noon", "4:30 pm"."""
    if at.minute == 0 and at.hour == 12:
        return _("noon")
    if at.minute == 0 and at.hour == 0:
        return _("midnight")
    return clock(at).replace(":00", "")


def hours(start: dt.time, end: dt.time) -> str:
    """Return a stretch of opening hours: "8 am to noon", "1 to 4:30 pm"."""
    first, last = hour(start), hour(end)
    half = first.rpartition(" ")[2]
    if " " in first and last.endswith(f" {half}"):
        first = first.removesuffix(f" {half}")
    return _("%(start)s to %(end)s") % {"start": first, "end": last}


def day(date: dt.date) -> str:
    """Return a day in full, without the year: "Tuesday 24 November"."""
    return dateformat.format(date, "l j F")


def short_day(date: dt.date) -> str:
    """Return a day where room is short: "Tue 24 Nov"."""
    return dateformat.format(date, "D j M")


def moment(at: dt.datetime) -> str:
    """Return day and time of a visit: "Tue 24 Nov, 9:40 am"."""
    return f"{short_day(at)}, {clock(at)}"


def money(amount: Decimal, currency: str) -> str:
    """Return a price: "$190", "$24.50", "190 NOK", and "Free" for nothing."""
    if not amount:
        return _("Free")
    number = number_format(amount, 0 if amount == amount.to_integral_value() else 2, force_grouping=True)
    sign = _SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency}"


def minutes(count: int) -> str:
    """Return a length of time: "60 min"."""
    return ngettext("%(count)d min", "%(count)d min", count) % {"count": count}
