"""The days that a page of free times can show: the last of them, and those on which the clinic is closed."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from booking import schedule
from booking.choices import Choice
from clinic.models import Closure
from clinic.set_up import kept


def last_of(choice: Choice, now: datetime) -> date:
    """Return the last day that can have times, by the patient's calendar: the horizon is counted by the clinic's."""
    offer = schedule.offer_of(choice.service, choice.mode)
    clinic = ZoneInfo(choice.clinic_zone)
    day = now.astimezone(clinic).date() + timedelta(days=offer.horizon_days if offer else 0)
    return datetime.combine(day, time.max, clinic).astimezone(ZoneInfo(choice.told_in)).date()


def closed(choice: Choice, first: date, last: date) -> dict[date, str]:
    """Return the closed days between two dates, each by the patient's date at noon, with the reason to be read."""
    clinic, place = ZoneInfo(choice.clinic_zone), ZoneInfo(choice.told_in)
    around, found = timedelta(days=1), {}
    for row in _closures(first=first - around, last=last + around):
        if row.location_id is not None and (choice.location is None or row.location_id != choice.location.pk):
            continue
        day = max(row.first_day, first - around)
        while day <= min(row.last_day, last + around):
            told_on = datetime.combine(day, time(12), clinic).astimezone(place).date()
            if first <= told_on <= last:
                found[told_on] = row.reason
            day += timedelta(days=1)
    return found


@kept
def _closures(*, first: date, last: date) -> QuerySet[Closure]:
    return Closure.objects.filter(first_day__lte=last, last_day__gte=first)
