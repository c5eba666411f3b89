"""Stretches of days: their ends in UTC, and the usual ones."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.periods import Period, last_days, last_month, last_quarter

ZONE = "America/Anchorage"


def test_period_begins_and_ends_at_midnight_on_the_wall_through_a_change_of_the_clock():
    period = Period(date(2026, 10, 31), date(2026, 11, 1), ZONE)
    assert period.start == datetime(2026, 10, 31, 8, tzinfo=UTC)
    assert period.end == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert period.end - period.start == timedelta(hours=49)
    assert period.days == 2


def test_period_before_is_as_long_and_ends_right_before():
    before = Period(date(2026, 11, 2), date(2026, 11, 8), ZONE).before
    assert (before.first, before.last) == (date(2026, 10, 26), date(2026, 11, 1))


def test_usual_periods_end_before_today():
    today = date(2026, 1, 1)
    assert last_days(today, 7, ZONE) == Period(date(2025, 12, 25), date(2025, 12, 31), ZONE)
    assert last_month(today, ZONE) == Period(date(2025, 12, 1), date(2025, 12, 31), ZONE)
    assert last_quarter(today, ZONE) == Period(date(2025, 10, 1), date(2025, 12, 31), ZONE)
    assert last_quarter(date(2026, 11, 22), ZONE) == Period(date(2026, 7, 1), date(2026, 9, 30), ZONE)


def test_period_never_ends_before_it_begins():
    with pytest.raises(ValueError):
        Period(date(2026, 1, 2), date(2026, 1, 1), ZONE)
