"""How times, days, hours and prices read."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from clinic import wording
from clinic.hours import Closure, Hours, Stretch

WEEK = tuple(
    Stretch(weekday, opens, closes)
    for weekday in range(5)
    for opens, closes in ((time(8), time(12)), (time(13), time(16, 30)))
)
CLINIC = Hours("America/Anchorage", WEEK, (Closure(date(2026, 11, 26), date(2026, 11, 26)),))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November 2026 by Anchorage's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("America/Anchorage"))


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (time(9, 40), time(10, 40), "9:40 to 10:40 am"),
        (time(11), time(12), "11:00 am to 12:00 noon"),
        (time(12), time(13), "12:00 noon to 1:00 pm"),
        (time(11, 30), time(12, 30), "11:30 am to 12:30 pm"),
    ],
)
def test_stretch_says_its_half_of_the_day_once(start, end, said):
    day = date(2026, 11, 24)
    assert wording.span(datetime.combine(day, start), datetime.combine(day, end)) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (time(0), "12:00 am"),
        (time(9, 40), "9:40 am"),
        (time(12), "12:00 noon"),
        (time(12, 5), "12:05 pm"),
        (time(23, 59), "11:59 pm"),
    ],
)
def test_clock_says_minutes(moment, said):
    assert wording.clock(moment) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (time(0), "midnight"),
        (time(8), "8 am"),
        (time(12), "noon"),
        (time(12, 30), "12:30 pm"),
        (time(16, 30), "4:30 pm"),
    ],
)
def test_hour_leaves_out_what_is_not_needed(moment, said):
    assert wording.hour(moment) == said


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (time(8), time(12), "8 am to noon"),
        (time(13), time(16, 30), "1 to 4:30 pm"),
        (time(8), time(16, 30), "8 am to 4:30 pm"),
        (time(8), time(11), "8 to 11 am"),
        (time(0), time(0), "midnight to midnight"),
    ],
)
def test_hours_say_the_half_of_the_day_once(start, end, said):
    assert wording.hours(start, end) == said


def test_weekly_joins_days_with_the_same_hours():
    assert wording.weekly(WEEK) == [("Monday to Friday", "8 am to noon, 1 to 4:30 pm")]


def test_weekly_keeps_other_days_apart():
    stretches = [Stretch(5, time(9), time(12)), Stretch(1, time(8), time(16)), Stretch(4, time(8), time(16))]
    assert wording.weekly(stretches) == [("Tuesday and Friday", "8 am to 4 pm"), ("Saturday", "9 am to noon")]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([], ""),
        ([0], "Monday"),
        ([0, 1], "Monday and Tuesday"),
        ([1, 2, 4], "Tuesday, Wednesday and Friday"),
        ([0, 1, 2, 5, 6], "Monday to Wednesday, Saturday and Sunday"),
        (range(7), "Monday to Sunday"),
    ],
)
def test_weekdays_in_a_row_are_a_span(numbers, said):
    assert wording.weekdays(numbers) == said


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (at(24, 9, 40), "Open until noon, then 1 to 4:30 pm"),
        (at(24, 12), "Closed. Opens at 1 pm"),
        (at(24, 14), "Open today until 4:30 pm"),
        (at(24, 16, 30), "Closed. Opens Wednesday 8 am"),
        (at(24, 6), "Closed. Opens at 8 am"),
        (at(25, 20), "Closed. Opens Friday 8 am"),
        (at(21, 12), "Closed. Opens Monday 8 am"),
    ],
)
def test_open_line_says_until_or_from_when(now, said):
    assert wording.open_line(CLINIC, now) == said


def test_open_line_names_a_day_more_than_a_week_away():
    away = Hours("America/Anchorage", WEEK, (Closure(date(2026, 11, 20), date(2026, 12, 6)),))
    assert wording.open_line(away, at(21, 12)) == "Closed. Opens Monday 7 December 8 am"


def test_open_line_is_silent_for_a_place_that_never_opens():
    assert wording.open_line(Hours("America/Anchorage", ()), at(24, 9)) == ""


def test_open_line_of_a_place_that_never_closes():
    always = Hours("America/Anchorage", tuple(Stretch(weekday, time(0), time(0)) for weekday in range(7)))
    assert wording.open_line(always, at(24, 9)) == "Open all day"


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("0", "USD", "Free"),
        ("190", "USD", "$190"),
        ("190.00", "USD", "$190"),
        ("24.5", "USD", "$24.50"),
        ("1250", "USD", "$1,250"),
        ("190", "NOK", "190 NOK"),
    ],
)
def test_money_reads_as_a_price(amount, currency, said):
    assert wording.money(Decimal(amount), currency) == said


def test_days_and_moments():
    assert wording.day(date(2026, 11, 24)) == "Tuesday 24 November"
    assert wording.short_day(date(2026, 11, 24)) == "Tue 24 Nov"
    assert wording.moment(datetime(2026, 11, 24, 9, 40, tzinfo=UTC)) == "Tue 24 Nov, 9:40 am"
    assert wording.minutes(60) == "60 min"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/Anchorage", "Anchorage time"),
        ("America/Los_Angeles", "Pacific time"),
        ("America/New_York", "Eastern time"),
        ("America/Puerto_Rico", "Puerto Rico time"),
        ("Europe/Berlin", "Berlin time"),
    ],
)
def test_zone_is_called_as_people_call_it(zone, said):
    assert wording.zone_words(zone) == said


def test_lists_end_with_and():
    assert [wording.listed(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
