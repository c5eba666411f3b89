"""The figures of a rule that a time breaks, in words for the desk: how much notice, how many a day, which grid."""

from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.availability import Calendar, Person, Reason
from clinic import wording
from clinic.states import STATES


def of_reason(reason: Reason, calendar: Calendar, person: Person | None) -> str:
    """Say what a rule asks for in figures; "" for one that has none."""
    rules = calendar.rules
    if reason == Reason.NOTICE:
        return _("Booked at least %(time)s before.") % {"time": _length(rules.notice)}
    if reason == Reason.HORIZON:
        words = ngettext("Booked at most %(n)d day ahead.", "Booked at most %(n)d days ahead.", rules.horizon_days)
        return words % {"n": rules.horizon_days}
    if reason == Reason.OFF_GRID:
        minutes = rules.grid // timedelta(minutes=1)
        return _("A visit starts every %(time)s from the start of work, and after a break.") % {
            "time": wording.minutes(minutes)
        }
    if reason == Reason.DAY_FULL and rules.limit_a_day is not None:
        return _("At most %(n)d a day.") % {"n": rules.limit_a_day}
    if reason == Reason.LICENCE and person is not None and calendar.state:
        return _license(STATES.get(calendar.state, calendar.state), person.licensed_until.get(calendar.state, False))
    return ""


def _license(state: str, until: date | bool | None) -> str:
    if not isinstance(until, date):
        return _("No license for %(state)s.") % {"state": state}
    ends = wording.day(until)
    return _("The license for %(state)s ends on %(day)s.") % {"state": state, "day": f"{ends} {until.year}"}


def _length(time: timedelta) -> str:
    minutes = time // timedelta(minutes=1)
    if minutes % 60:
        return wording.minutes(minutes)
    if minutes % (24 * 60):
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d day", "%(n)d days", minutes // 1440) % {"n": minutes // 1440}
