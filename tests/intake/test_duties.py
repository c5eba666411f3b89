from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.hours import Closure, Hours, Stretch
from clinic.models import Clinic
from intake.duties import call_due_at
from intake.models import CallDue

ANCHORAGE = ZoneInfo("America/Anchorage")
# As at the demo clinic: weekdays 8:00 to 12:00 and 13:00 to 16:30.
HOURS = Hours(
    zone="America/Anchorage",
    weekly=tuple(
        Stretch(day, opens, closes)
        for day in range(5)
        for opens, closes in ((time(8), time(12)), (time(13), time(16, 30)))
    ),
    closures=(Closure(date(2026, 11, 26), date(2026, 11, 26)),),  # Thanksgiving
)


def due(code, local, hours=HOURS):
    now = datetime.fromisoformat(local).replace(tzinfo=ANCHORAGE).astimezone(UTC)
    at = call_due_at(code, hours=hours, clinic=Clinic(), now=now)
    return at and at.astimezone(ANCHORAGE).strftime("%a %d %H:%M")


@pytest.mark.parametrize(
    ("code", "at", "expected"),
    [
        # Tuesday morning.
        (CallDue.MINUTES_15, "2026-11-24 09:40", "Tue 24 09:55"),
        (CallDue.OPENING_HOURS_2, "2026-11-24 09:40", "Tue 24 11:40"),
        (CallDue.SAME_WORKING_DAY, "2026-11-24 09:40", "Tue 24 16:30"),
        (CallDue.WORKING_DAY_1, "2026-11-24 09:40", "Wed 25 16:30"),
        # Two days on is Friday: Thursday is a holiday.
        (CallDue.WORKING_DAYS_2, "2026-11-24 09:40", "Fri 27 16:30"),
        # At lunch the minutes wait.
        (CallDue.MINUTES_15, "2026-11-24 12:10", "Tue 24 13:15"),
        (CallDue.OPENING_HOURS_2, "2026-11-24 11:30", "Tue 24 14:30"),
        # Friday, a quarter of an hour before the end: nobody can promise a call today any more.
        (CallDue.MINUTES_15, "2026-11-20 16:25", "Mon 23 08:10"),
        (CallDue.SAME_WORKING_DAY, "2026-11-20 15:45", "Fri 20 16:30"),
        (CallDue.SAME_WORKING_DAY, "2026-11-20 15:46", "Mon 23 16:30"),
        (CallDue.WORKING_DAY_1, "2026-11-20 16:25", "Mon 23 16:30"),
        # Saturday: first thing on Monday.
        (CallDue.MINUTES_15, "2026-11-21 10:00", "Mon 23 08:15"),
        (CallDue.OPENING_HOURS_2, "2026-11-21 10:00", "Mon 23 10:00"),
        (CallDue.SAME_WORKING_DAY, "2026-11-21 10:00", "Mon 23 16:30"),
        (CallDue.WORKING_DAY_1, "2026-11-21 10:00", "Mon 23 16:30"),
        # On the eve of the holiday, and on it.
        (CallDue.MINUTES_15, "2026-11-25 20:00", "Fri 27 08:15"),
        (CallDue.WORKING_DAY_1, "2026-11-25 10:00", "Fri 27 16:30"),
        (CallDue.SAME_WORKING_DAY, "2026-11-26 10:00", "Fri 27 16:30"),
    ],
)
def test_call_is_due_in_opening_time(code, at, expected):
    assert due(code, at) == expected


def test_no_call_is_due_never():
    assert due(CallDue.NONE, "2026-11-24 09:40") is None


@pytest.mark.parametrize("code", [code for code in CallDue if code != CallDue.NONE])
def test_clinic_without_opening_hours_still_calls(code):
    never = Hours(zone="America/Anchorage", weekly=())
    now = datetime(2026, 11, 24, 18, 40, tzinfo=UTC)
    at = call_due_at(code, hours=never, clinic=Clinic(), now=now)
    assert at is not None
    assert now < at <= now + timedelta(days=2)
