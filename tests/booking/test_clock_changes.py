"""The slot engine in the weeks in which clocks change, against slow and obvious counting minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.availability import Reason, Slot, free_slots, refusal
from tests.booking.values import DANA, at, make_calendar, make_person, make_shift, minutes

# Zone, the day of the change. Lord Howe changes by half an hour; Tokyo never does; Beirut's day begins at one o'clock.
DAYS = [
    ("America/Anchorage", date(2026, 3, 8)),
    ("America/Anchorage", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Asia/Tokyo", date(2026, 3, 29)),
]
MINUTE = timedelta(minutes=1)


def calendar_in(zone: str, day: date, starts=time(0), ends=time(6), **rules):
    week = tuple(make_shift(weekday=weekday, starts=starts, ends=ends) for weekday in range(7))
    return make_calendar(make_person(shifts=week), zone=zone, notice=minutes(0), **rules)


def walls(zone: str, day: date, **values) -> list[str]:
    """The starts of a day as its wall clock shows them."""
    calendar = calendar_in(zone, day, **values)
    slots = free_slots(calendar, first_day=day, days=1, now=at("12:00", day - timedelta(days=5), zone))
    return [f"{slot.start.astimezone(ZoneInfo(zone)):%H:%M}" for slot in slots]


def counted(zone: str, day: date, *, duration: timedelta, grid: timedelta) -> list[datetime]:
    """Every start of a local day by walking through its minutes and reading the clock on the wall at each."""
    place, midnight, found = ZoneInfo(zone), datetime.combine(day, time()), []
    start = midnight.replace(tzinfo=UTC) - timedelta(hours=15)
    walls = [(start + step * MINUTE).astimezone(place).replace(tzinfo=None, fold=0) for step in range(36 * 60)]
    for step, wall in enumerate(walls):
        through = walls[step : step + duration // MINUTE]
        working = all(midnight <= one < midnight + timedelta(hours=6) for one in through)
        if working and (wall - midnight) % grid == timedelta() and wall not in walls[:step]:
            found.append(start + step * MINUTE)
    return found


@pytest.mark.parametrize(("zone", "change"), DAYS)
@pytest.mark.parametrize(("length", "grid"), [(60, 15), (40, 40), (30, 25)])
def test_week_of_a_change_lists_what_the_clock_on_the_wall_shows(zone, change, length, grid):
    for offset in range(-3, 4):
        day = change + timedelta(days=offset)
        calendar = calendar_in(zone, day, duration=minutes(length), grid=minutes(grid))
        slots = free_slots(calendar, first_day=day, days=1, now=at("12:00", day - timedelta(days=9), zone))
        expected = counted(zone, day, duration=minutes(length), grid=minutes(grid))
        assert [slot.start for slot in slots] == expected


@pytest.mark.parametrize(("zone", "change"), DAYS)
def test_week_at_once_is_its_days_one_by_one(zone, change):
    first, now = change - timedelta(days=3), at("12:00", change - timedelta(days=9), zone)
    calendar = calendar_in(zone, change)
    week = free_slots(calendar, first_day=first, days=7, now=now)
    days = [free_slots(calendar, first_day=first + timedelta(days=n), days=1, now=now) for n in range(7)]
    assert week == [slot for day in days for slot in day]
    assert len(week) == len(set(week))


@pytest.mark.parametrize(("zone", "change"), DAYS)
def test_ordinary_working_day_looks_the_same_on_the_day_of_a_change(zone, change):
    expected = [f"{hour:02d}:00" for hour in range(8, 16)]
    assert walls(zone, change, starts=time(8), ends=time(16), grid=minutes(60)) == expected


def test_skipped_wall_times_are_no_starts():
    spring = walls("America/Anchorage", date(2026, 3, 8), starts=time(1), ends=time(4), grid=minutes(30))
    assert spring == ["01:00", "01:30", "03:00"]


def test_repeated_wall_times_start_once():
    autumn = date(2026, 11, 1)
    calendar = calendar_in("America/Anchorage", autumn, starts=time(0, 30), ends=time(3), grid=minutes(30))
    slots = free_slots(calendar, first_day=autumn, days=1, now=at("12:00", date(2026, 10, 25)))
    assert [slot.start for slot in slots] == [
        at("00:30", autumn),
        at("01:00", autumn),
        at("01:30", autumn),
        at("02:00", autumn),
    ]
    again = Slot(at("01:30", autumn, fold=1), DANA, None, "telehealth")
    assert refusal(calendar, again, now=at("12:00", date(2026, 10, 25))) == [Reason.OFF_GRID]


def test_visit_through_a_change_lasts_its_minutes():
    spring = date(2026, 3, 8)  # 1:00 to 4:00 on the wall are two hours
    assert walls("America/Anchorage", spring, starts=time(1), ends=time(4), duration=minutes(120)) == ["01:00"]
    assert walls("America/Anchorage", spring, starts=time(1), ends=time(4), duration=minutes(121)) == []


def test_shift_that_the_clock_jumps_over_has_no_slots():
    spring = date(2026, 3, 8)
    assert walls("America/Anchorage", spring, starts=time(2), ends=time(3), duration=minutes(5)) == []


def test_shift_that_begins_in_the_jump_keeps_its_grid():
    spring = date(2026, 3, 8)
    starts = walls("America/Anchorage", spring, starts=time(2, 20), ends=time(5), grid=minutes(30))
    assert starts == ["03:20", "03:50"]


def test_half_hour_change_keeps_the_grid_of_the_wall():
    spring = walls(
        "Australia/Lord_Howe", date(2026, 10, 4), starts=time(1), ends=time(4), grid=minutes(20), duration=minutes(20)
    )
    assert spring == ["01:00", "01:20", "01:40", "02:40", "03:00", "03:20", "03:40"]
    autumn = walls(
        "Australia/Lord_Howe", date(2026, 4, 5), starts=time(1), ends=time(3), grid=minutes(20), duration=minutes(20)
    )
    assert autumn == ["01:00", "01:20", "01:40", "02:00", "02:20", "02:40"]


def test_horizon_counts_local_days_across_a_change():
    now = at("23:30", date(2026, 10, 25))
    calendar = calendar_in(
        "America/Anchorage", date(2026, 11, 1), horizon_days=7, starts=time(23), ends=time(23, 45), duration=minutes(30)
    )
    slots = free_slots(calendar, first_day=date(2026, 10, 26), days=30, now=now)
    assert slots[-1].start == at("23:00", date(2026, 11, 1))
