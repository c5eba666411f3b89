"""By when we answer: windows, due times over nights, weekends and closures."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from clinic.hours import Closure, Hours, Stretch
from clinic.spans import Span
from intake import promises

WEEKLY = tuple(
    Stretch(day, opens, closes) for day in range(5) for opens, closes in ((time(8), time(12)), (time(13), time(16, 30)))
)
HOURS = Hours("America/Anchorage", WEEKLY)
SHUT = Hours("America/Anchorage", ())


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in Anchorage, nine hours behind UTC, that day of November 2026 (the 23rd is a Monday, the 31st 1 December)."""
    return datetime(2026, 11, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1, hours=9)


def labels(windows: dict[date, list[Span]]) -> dict[int, list[str]]:
    return {
        day.day: [f"{HOURS.local(span.start):%H:%M}-{HOURS.local(span.end):%H:%M}" for span in spans]
        for day, spans in windows.items()
    }


WHOLE_DAY = ["08:00-10:00", "10:00-12:00", "13:00-15:00", "15:00-16:30"]


def test_windows_are_those_of_the_next_five_open_days():
    assert labels(promises.call_windows(HOURS, at(22, 9))) == dict.fromkeys([23, 24, 25, 26, 27], WHOLE_DAY)


def test_windows_skip_the_weekend_and_a_closure():
    closed = Hours("America/Anchorage", WEEKLY, (Closure(date(2026, 11, 26), date(2026, 11, 27)),))
    assert list(labels(promises.call_windows(closed, at(25, 7)))) == [25, 30, 1, 2, 3]


def test_windows_of_today_leave_out_what_is_nearly_over():
    assert labels(promises.call_windows(HOURS, at(23, 9, 1)))[23] == WHOLE_DAY[1:]
    assert labels(promises.call_windows(HOURS, at(23, 9)))[23] == WHOLE_DAY


def test_windows_of_a_day_with_minutes_left_go_to_the_next_day():
    assert list(labels(promises.call_windows(HOURS, at(23, 16, 10)))) == [24, 25, 26, 27, 30]


def test_windows_of_a_clinic_without_hours_are_none():
    assert promises.call_windows(SHUT, at(23, 9)) == {}


def test_due_without_a_wish_is_as_promised():
    assert promises.due(at(23, 11), []) == at(23, 11)


@pytest.mark.parametrize(
    ("wished", "due"),
    [
        ([(13, 15)], (23, 15)),  # later than promised: the end of the window
        ([(13, 15), (8, 10)], (23, 15)),  # the first that is not over by the promised time
        ([(10, 12), (13, 15)], (23, 12)),
        ([(8, 10)], (23, 10)),  # over before the promise: sooner, since later nobody answers
    ],
)
def test_due_is_the_end_of_the_first_window_that_the_promise_allows(wished, due):
    spans = [Span(at(23, start), at(23, end)) for start, end in wished]
    assert promises.due(at(23, 11), spans) == at(*due)


def test_end_of_working_day_is_today_or_the_next_open_day():
    assert promises.end_of_working_day(HOURS, at(23, 12, 30)) == at(23, 16, 30)
    assert promises.end_of_working_day(HOURS, at(27, 17)) == at(30, 16, 30)
    assert promises.end_of_working_day(SHUT, at(23, 9)) == at(23, 17)


def test_business_days_are_counted_from_the_day_after():
    assert promises.after_business_days(HOURS, at(23, 9), 3) == at(26, 16, 30)
    assert promises.after_business_days(HOURS, at(26, 9), 3) == at(31, 16, 30)  # over a weekend: 1 December
    assert promises.after_business_days(HOURS, at(28, 9), 3) == at(32, 16, 30)  # asked on a Saturday
    assert promises.after_business_days(SHUT, at(23, 9), 3) == at(26, 9)
