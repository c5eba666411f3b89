"""How dates, times, spans and prices are said to people. Pure; aware times must already be in the reader's zone."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

from django.utils import dateformat
from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from clinic.hours import Hours, Stretch, closes_at, is_open, next_opening, open_spans

# Signs that a reader takes for the right currency without a country; others are written as their code.
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}

# Zones that are not called by the place in their name: nobody in Seattle says "Los Angeles time".
_ZONES = {
    "Pacific/Honolulu": gettext_lazy("Hawaii time"),
    "America/Los_Angeles": gettext_lazy("Pacific time"),
    "America/Phoenix": gettext_lazy("Arizona time"),
    "America/Denver": gettext_lazy("Mountain time"),
    "America/Chicago": gettext_lazy("Central time"),
    "America/New_York": gettext_lazy("Eastern time"),
}


@lru_cache(maxsize=2048)
def _dated(pattern: str, ordinal: int, _language: str | None) -> str:
    """Write a date. Kept, because a page says the same few dates hundreds of times, and to write one is dear."""
    return dateformat.format(dt.date.fromordinal(ordinal), pattern)


@lru_cache(maxsize=2048)
def _clock(hour: int, minute: int, _language: str | None) -> str:
    if (hour, minute) == (12, 0):
        return _("12:00 noon")  # "12 pm" is midnight to some
    return f"{hour % 12 or 12}:{minute:02d} {_('am') if hour < 12 else _('pm')}"


def clock(at: dt.time | dt.datetime) -> str:
    """Return a time of day to the minute, as times of visits are said: "9:40 am", "12:00 noon", "12:20 pm"."""
    return _clock(at.hour, at.minute, get_language())


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
    return _dated("l j F", date.toordinal(), get_language())


def short_day(date: dt.date) -> str:
    """Return a day where room is short: "Tue 24 Nov"."""
    return _dated("D j M", date.toordinal(), get_language())


def dated(date: dt.date) -> str:
    """Return a day as records name it, with its year: "24 Nov 2026"."""
    return _dated("j M Y", date.toordinal(), get_language())


def stamped(at: dt.datetime) -> str:
    """Return a moment as records name it, with its year whatever year it is: "Tue 24 Nov 2026, 9:40 am"."""
    return f"{short_day(at)} {at.year}, {clock(at)}"


def moment(at: dt.datetime, *, today: dt.date | None = None) -> str:
    """Return day and time of a visit: "Tue 24 Nov, 9:40 am"; with `today` the year too, where that is another one."""
    year = f" {at.year}" if today and at.year != today.year else ""
    return f"{short_day(at)}{year}, {clock(at)}"


def span(start: dt.datetime, end: dt.datetime) -> str:
    """Return from when until when, to the minute: "9:40 to 10:40 am", "11:00 am to 12:00 noon"."""
    first, last = clock(start), clock(end)
    half = first.rpartition(" ")[2]
    if last.endswith(f" {half}"):
        first = first.removesuffix(f" {half}")
    return _("%(start)s to %(end)s") % {"start": first, "end": last}


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


def listed(words: Iterable[str]) -> str:
    """Return words as a list in a sentence: "Monday", "Monday and Friday", "Tuesday, Wednesday and Friday"."""
    *most, last = [str(word) for word in words]
    return _("%(most)s and %(last)s") % {"most": ", ".join(most), "last": last} if most else last


def either(words: Iterable[str]) -> str:
    """Return words as a choice in a sentence: "Monday", "Monday or Friday", "Tuesday, Wednesday or Friday"; "" of none."""
    *most, last = [str(word) for word in words] or [""]
    return _("%(most)s or %(last)s") % {"most": ", ".join(most), "last": last} if most else last


def weekly(stretches: Iterable[Stretch]) -> list[tuple[str, str]]:
    """Return weekly hours as rows to read: ("Monday to Friday", "8 am to noon, 1 to 4:30 pm").

    Days with the same hours share a row, in the week's order.
    """
    days: dict[int, list[tuple[dt.time, dt.time]]] = {}
    for stretch in stretches:
        days.setdefault(stretch.weekday, []).append((stretch.opens, stretch.closes))
    rows: dict[str, list[int]] = {}
    for weekday in sorted(days):
        text = ", ".join(hours(opens, closes) for opens, closes in _joined(days[weekday]))
        rows.setdefault(text, []).append(weekday)
    return [(weekdays(numbers), text) for text, numbers in rows.items()]


def _joined(stretches: Iterable[tuple[dt.time, dt.time]]) -> list[tuple[dt.time, dt.time]]:
    """Join stretches of a day that touch: who reads the hours need not know that they are kept as two."""
    joined: list[tuple[dt.time, dt.time]] = []
    for opens, closes in sorted(stretches):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return joined


def weekdays(numbers: Iterable[int]) -> str:
    """Return days of the week (0 is Monday) in words; three or more in a row become "Monday to Friday"."""
    parts = []
    for _key, run in groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        names = [str(WEEKDAYS[number]) for _index, number in run]
        if len(names) > 2:
            parts.append(_("%(start)s to %(end)s") % {"start": names[0], "end": names[-1]})
        else:
            parts.extend(names)
    return listed(parts) if parts else ""


def open_line(opening: Hours, now: dt.datetime) -> str:
    """Return one line that says whether the place is open now, and until or from when, by its own clock."""
    local = opening.local(now)
    if is_open(opening, now):
        later = [span for span in open_spans(opening, local.date(), local.date()) if span.start > now]
        closes = closes_at(opening, now)
        if closes is None or closes - now > dt.timedelta(hours=24):
            return _("Open all day")
        if not later:
            return _("Open today until %(time)s") % {"time": hour(opening.local(closes))}
        again = hours(opening.local(later[0].start).time(), opening.local(later[-1].end).time())
        return _("Open until %(time)s, then %(again)s") % {"time": hour(opening.local(closes)), "again": again}
    opens = next_opening(opening, now)
    if opens is None:
        return ""
    at = opening.local(opens)
    if at.date() == local.date():
        return _("Closed. Opens at %(time)s") % {"time": hour(at)}
    name = str(WEEKDAYS[at.weekday()]) if at.date() - local.date() < dt.timedelta(days=7) else day(at)
    return _("Closed. Opens %(day)s %(time)s") % {"day": name, "time": hour(at)}


def zone_words(zone: str) -> str:
    """Return how people call a time zone: "Pacific time", or by its place, "Anchorage time"."""
    place = _("%(place)s time") % {"place": zone.rpartition("/")[2].replace("_", " ")}
    return str(_ZONES.get(zone, place))
