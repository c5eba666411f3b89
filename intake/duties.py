"""By when a person must call after a screening, counted in the clinic's opening hours (clinical.md section 1)."""

from datetime import datetime, timedelta

from clinic import opening
from clinic.hours import Hours
from clinic.models import Clinic
from intake import promises
from intake.models import CallDue

# "The same working day" with less than this left of it is no promise that can be kept: then the next open day.
LEAST_LEFT = timedelta(minutes=45)


def call_due_at(code: str, *, hours: Hours, clinic: Clinic, now: datetime) -> datetime | None:
    """Return when the call of a `CallDue` code is due, in UTC; None when no call is needed."""
    if code == CallDue.MINUTES_15:
        return opening.due_after(minutes=clinic.emergency_call_minutes, now=now, hours=hours)
    if code == CallDue.OPENING_HOURS_2:
        return opening.due_after(minutes=clinic.urgent_call_minutes, now=now, hours=hours)
    if code == CallDue.SAME_WORKING_DAY:
        end = promises.end_of_working_day(hours, now)
        return end if end - now >= LEAST_LEFT else promises.after_business_days(hours, now, 1)
    if code == CallDue.WORKING_DAY_1:
        return promises.after_business_days(hours, now, 1)
    if code == CallDue.WORKING_DAYS_2:
        return promises.after_business_days(hours, now, 2)
    return None
