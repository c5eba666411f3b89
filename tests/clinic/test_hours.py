from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from clinic.hours import (
    Closure,
    Hours,
    NeverOpen,
    Stretch,
    add_open_minutes,
    closes_at,
    from_wall,
    is_open,
    next_open_days,
    next_opening,
    open_spans,
    windows,
)
from clinic.spans import Span, intersect, total_minutes

ANCHORAGE, BERLIN, LORD_HOWE, PHOENIX = "America/Anchorage", "Europe/Berlin", "Australia/Lord_Howe", "America/Phoenix"
MONDAY = date(2026, 3, 2)
EVERY_DAY = range(7)


def hours(*stretches: tuple[str, str], days=range(5), zone=ANCHORAGE, closed: list[tuple[date, date]] | None = None):
    """Make hours with the same stretches, "8:00" to "12:00", on each of the days."""

    def at(clock: str) -> time:
        hour, minute = clock.split(":")
        return time(int(hour), int(minute))

    weekly = tuple(Stretch(day, at(opens), at(closes)) for day in days for opens, closes in stretches)
    return Hours(zone, weekly, tuple(Closure(first, last) for first, last in closed or []))


def wall(zone: str, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MIDTOWN = hours(("8:00", "12:00"), ("13:00", "16:30"))
ALWAYS = hours(("0:00", "0:00"), days=EVERY_DAY)
NEVER = Hours(ANCHORAGE, ())


# ------------------------------------------------------------------ the value


@pytest.mark.parametrize("weekday", [-1, 7])
def test_stretch_refuses_a_weekday_that_is_none(weekday):
    with pytest.raises(ValueError, match="weekday"):
        Stretch(weekday, time(8), time(9))


@pytest.mark.parametrize(("opens", "closes"), [(time(9), time(9)), (time(22), time(2))])
def test_stretch_must_close_after_it_opens(opens, closes):
    with pytest.raises(ValueError, match="must close after it opens"):
        Stretch(0, opens, closes)


def test_stretch_refuses_times_with_a_zone():
    with pytest.raises(ValueError, match="no zone"):
        Stretch(0, time(8, tzinfo=UTC), time(9, tzinfo=UTC))


def test_closure_must_not_end_before_it_begins():
    with pytest.raises(ValueError, match="closure"):
        Closure(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize("zone", ["America/Nowhere", "", "../etc/passwd", "America", "x" * 300])
def test_hours_refuse_a_zone_that_does_not_exist(zone):
    with pytest.raises(ValueError, match="no time zone"):
        Hours(zone, ())


# ------------------------------------------------------------------ plain weeks


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-03-02T07:59:59", False),
        ("2026-03-02T08:00", True),
        ("2026-03-02T11:59:59.999999", True),
        ("2026-03-02T12:00", False),
        ("2026-03-02T13:00", True),
        ("2026-03-02T16:30", False),
        ("2026-03-07T10:00", False),
    ],
)
def test_is_open_follows_the_wall_clock(local, expected):
    assert is_open(MIDTOWN, wall(ANCHORAGE, local)) is expected


def test_is_open_takes_a_moment_of_any_zone():
    assert is_open(MIDTOWN, datetime(2026, 3, 2, 18, 30, tzinfo=ZoneInfo(BERLIN)))  # 8:30 in Anchorage


def test_is_open_not_on_a_closed_day():
    closed = hours(("8:00", "12:00"), closed=[(MONDAY, MONDAY + timedelta(days=1))])
    opens = [is_open(closed, wall(ANCHORAGE, f"2026-03-0{day}T09:00")) for day in (2, 3, 4)]
    assert opens == [False, False, True]


def test_open_spans_gives_utc_in_order_first_and_last_day_included():
    assert open_spans(MIDTOWN, date(2026, 3, 1), MONDAY) == [
        Span(utc("2026-03-02T17:00"), utc("2026-03-02T21:00")),
        Span(utc("2026-03-02T22:00"), utc("2026-03-03T01:30")),
    ]


def test_open_spans_joins_stretches_that_overlap():
    doubled = hours(("8:00", "12:00"), ("10:00", "14:00"), zone=PHOENIX)
    assert open_spans(doubled, MONDAY, MONDAY) == [Span(utc("2026-03-02T15:00"), utc("2026-03-02T21:00"))]


def test_open_spans_joins_days_that_meet_at_midnight():
    late = Hours(PHOENIX, (Stretch(0, time(20), time(0)), Stretch(1, time(0), time(2))))
    assert open_spans(late, MONDAY, MONDAY + timedelta(days=1)) == [
        Span(utc("2026-03-03T03:00"), utc("2026-03-03T09:00"))
    ]


def test_open_spans_of_no_days_is_empty():
    assert open_spans(MIDTOWN, MONDAY, MONDAY - timedelta(days=1)) == []


# ------------------------------------------------------------------ counting


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-03-02T08:00", 15, "2026-03-02T08:15"),
        ("2026-03-02T11:30", 60, "2026-03-02T13:30"),  # over lunch
        ("2026-03-02T10:00", 120, "2026-03-02T12:00"),  # fills the stretch: due at its end
        ("2026-03-02T16:00", 120, "2026-03-03T09:30"),  # over night
        ("2026-03-06T16:00", 120, "2026-03-09T09:30"),  # over the week-end on which the clocks change
        ("2026-03-07T03:00", 15, "2026-03-09T08:15"),  # closed: counting begins at the next opening
        ("2026-03-02T12:00", 15, "2026-03-02T13:15"),  # closing time is closed
        ("2026-03-02T12:00", 0, "2026-03-02T13:00"),
        ("2026-03-02T09:00", 0, "2026-03-02T09:00"),
    ],
)
def test_add_open_minutes_counts_opening_time_only(start, minutes, due):
    assert add_open_minutes(MIDTOWN, wall(ANCHORAGE, start), minutes) == wall(ANCHORAGE, due)


def test_add_open_minutes_gives_utc():
    due = add_open_minutes(MIDTOWN, datetime(2026, 3, 2, 8, tzinfo=ZoneInfo(ANCHORAGE)), 15)
    assert due.tzinfo is UTC


def test_add_open_minutes_skips_closures():
    closed = hours(("8:00", "12:00"), closed=[(date(2026, 3, 3), date(2026, 3, 5))])
    start = wall(ANCHORAGE, "2026-03-02T11:00")
    assert add_open_minutes(closed, start, 90) == wall(ANCHORAGE, "2026-03-06T08:30")


def test_add_open_minutes_counts_further_than_the_horizon_of_one_gap():
    weekly = hours(("8:00", "9:00"), days=[0])
    due = add_open_minutes(weekly, wall(ANCHORAGE, "2026-03-02T08:00"), 60 * 100)
    assert due == wall(ANCHORAGE, "2028-01-24T09:00")  # the 100th Monday


def test_add_open_minutes_of_a_place_that_never_closes_is_plain_addition():
    start = utc("2026-03-02T17:00")
    assert add_open_minutes(ALWAYS, start, 60 * 24 * 30) == start + timedelta(days=30)


@pytest.mark.parametrize("minutes", [0, 15])
def test_add_open_minutes_raises_never_open_without_openings(minutes):
    with pytest.raises(NeverOpen):
        add_open_minutes(NEVER, utc("2026-03-02T17:00"), minutes)


@pytest.mark.parametrize(("days_closed", "raises"), [(399, False), (402, True)])
def test_add_open_minutes_looks_for_an_opening_400_days_ahead(days_closed, raises):
    start = wall(PHOENIX, "2026-03-02T12:00")
    closed = hours(
        ("8:00", "9:00"), days=EVERY_DAY, zone=PHOENIX, closed=[(MONDAY, MONDAY + timedelta(days=days_closed))]
    )
    if raises:
        with pytest.raises(NeverOpen):
            add_open_minutes(closed, start, 15)
    else:
        assert add_open_minutes(closed, start, 15) == wall(PHOENIX, "2027-04-06T08:15")


def test_add_open_minutes_refuses_to_count_backwards():
    with pytest.raises(ValueError, match="negative"):
        add_open_minutes(MIDTOWN, utc("2026-03-02T17:00"), -1)


# ------------------------------------------------------------------ what the desk and the pages ask


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-02T07:00", "2026-03-02T08:00"),
        ("2026-03-02T08:00", "2026-03-02T13:00"),  # it is open already: the next time it opens
        ("2026-03-02T12:00", "2026-03-02T13:00"),
        ("2026-03-06T17:00", "2026-03-09T08:00"),
    ],
)
def test_next_opening_is_the_next_time_doors_open(at, expected):
    assert next_opening(MIDTOWN, wall(ANCHORAGE, at)) == wall(ANCHORAGE, expected)


def test_next_opening_does_not_take_midnight_for_an_opening():
    late = Hours(PHOENIX, (Stretch(0, time(20), time(0)), Stretch(1, time(0), time(2)), Stretch(2, time(9), time(10))))
    assert next_opening(late, wall(PHOENIX, "2026-03-02T21:00")) == wall(PHOENIX, "2026-03-04T09:00")


@pytest.mark.parametrize("place", [NEVER, ALWAYS], ids=["never open", "always open"])
def test_next_opening_is_none_if_doors_never_open(place):
    assert next_opening(place, utc("2026-03-02T17:00")) is None


@pytest.mark.parametrize(
    ("at", "expected"),
    [("2026-03-02T08:00", "2026-03-02T12:00"), ("2026-03-02T16:29:59", "2026-03-02T16:30")],
)
def test_closes_at_is_the_end_of_the_stretch(at, expected):
    assert closes_at(MIDTOWN, wall(ANCHORAGE, at)) == wall(ANCHORAGE, expected)


@pytest.mark.parametrize("at", ["2026-03-02T07:59", "2026-03-02T12:00", "2026-03-07T10:00"])
def test_closes_at_is_none_while_closed(at):
    assert closes_at(MIDTOWN, wall(ANCHORAGE, at)) is None


def test_closes_at_looks_past_midnight():
    late = Hours(PHOENIX, (Stretch(0, time(20), time(0)), Stretch(1, time(0), time(2))))
    assert closes_at(late, wall(PHOENIX, "2026-03-02T21:00")) == wall(PHOENIX, "2026-03-03T02:00")


def test_closes_at_ends_for_a_place_that_never_closes():
    at = utc("2026-03-02T17:00")
    end = closes_at(ALWAYS, at)
    assert end is not None
    assert end - at > timedelta(days=399)


def test_next_open_days_counts_today_while_opening_time_is_left():
    assert next_open_days(MIDTOWN, wall(ANCHORAGE, "2026-03-05T16:29"), 3) == [
        date(2026, 3, 5),
        date(2026, 3, 6),
        date(2026, 3, 9),
    ]


def test_next_open_days_leaves_today_out_after_closing():
    assert next_open_days(MIDTOWN, wall(ANCHORAGE, "2026-03-05T16:30"), 2) == [date(2026, 3, 6), date(2026, 3, 9)]


def test_next_open_days_goes_by_the_local_date():
    assert next_open_days(MIDTOWN, utc("2026-03-03T01:00"), 1) == [MONDAY]  # Tuesday in UTC


@pytest.mark.parametrize("n", [0, 5])
def test_next_open_days_gives_fewer_if_there_are_no_more(n):
    assert next_open_days(NEVER, utc("2026-03-02T17:00"), n) == []


def test_windows_are_two_hours_cut_at_closing():
    cuts = ["08:00", "10:00", "12:00", "13:00", "15:00", "16:30"]
    at = [wall(ANCHORAGE, f"2026-03-02T{cut}") for cut in cuts]
    assert windows(MIDTOWN, MONDAY) == [
        Span(at[0], at[1]),
        Span(at[1], at[2]),
        Span(at[3], at[4]),
        Span(at[4], at[5]),
    ]


def test_windows_may_have_another_length():
    assert [window.length for window in windows(hours(("8:00", "9:45")), MONDAY, minutes=60)] == [
        timedelta(minutes=60),
        timedelta(minutes=45),
    ]


def test_windows_of_a_closed_day_are_none():
    assert windows(MIDTOWN, date(2026, 3, 7)) == []


def test_windows_refuse_an_empty_length():
    with pytest.raises(ValueError, match="at least 1 minute"):
        windows(MIDTOWN, MONDAY, minutes=0)


# ------------------------------------------------------------------ clocks change
# Spring (clock jumps) and autumn (an hour comes twice; on Lord Howe half an hour).
JUMPS = [
    (ANCHORAGE, date(2026, 3, 8), "02:30", "03:00"),
    (BERLIN, date(2026, 3, 29), "02:30", "03:00"),
    (LORD_HOWE, date(2026, 10, 4), "02:15", "02:30"),
]
REPEATS = [
    (ANCHORAGE, date(2026, 11, 1), "01:30", timedelta(hours=1)),
    (BERLIN, date(2026, 10, 25), "02:30", timedelta(hours=1)),
    (LORD_HOWE, date(2026, 4, 5), "01:45", timedelta(minutes=30)),
]


@pytest.mark.parametrize("ending", [False, True])
@pytest.mark.parametrize(("zone", "day", "skipped", "after"), JUMPS)
def test_from_wall_moves_a_skipped_time_to_the_end_of_the_jump(zone, day, skipped, after, ending):
    assert from_wall(zone, day, time.fromisoformat(skipped), ending=ending) == wall(zone, f"{day}T{after}")


@pytest.mark.parametrize(("zone", "day", "twice", "apart"), REPEATS)
def test_from_wall_takes_the_first_for_a_start_and_the_last_for_an_end(zone, day, twice, apart):
    start = from_wall(zone, day, time.fromisoformat(twice))
    end = from_wall(zone, day, time.fromisoformat(twice), ending=True)
    assert (start, end) == (wall(zone, f"{day}T{twice}", fold=0), wall(zone, f"{day}T{twice}", fold=1))
    assert end - start == apart


@pytest.mark.parametrize("ending", [False, True])
def test_from_wall_survives_a_day_that_never_was(ending):
    # Samoa crossed the date line and had no 30 December 2011.
    assert from_wall("Pacific/Apia", date(2011, 12, 30), time(9), ending=ending) == utc("2011-12-30T10:00")


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [
        (ANCHORAGE, date(2026, 3, 8), 23 * 60),
        (ANCHORAGE, date(2026, 11, 1), 25 * 60),
        (BERLIN, date(2026, 3, 29), 23 * 60),
        (BERLIN, date(2026, 10, 25), 25 * 60),
        (LORD_HOWE, date(2026, 10, 4), 23 * 60 + 30),
        (LORD_HOWE, date(2026, 4, 5), 24 * 60 + 30),
        (PHOENIX, date(2026, 3, 8), 24 * 60),
        ("Pacific/Apia", date(2011, 12, 30), 0),
    ],
)
def test_open_spans_of_a_whole_day_have_the_length_the_day_has(zone, day, minutes):
    assert total_minutes(open_spans(hours(("0:00", "0:00"), days=EVERY_DAY, zone=zone), day, day)) == minutes


@pytest.mark.parametrize(("zone", "day", "skipped", "after"), JUMPS)
def test_open_spans_leave_out_a_stretch_inside_the_jump(zone, day, skipped, after):
    inside = hours(("2:00", skipped.lstrip("0")), days=EVERY_DAY, zone=zone)
    assert open_spans(inside, day, day) == []


@pytest.mark.parametrize(("zone", "day", "twice", "apart"), REPEATS)
def test_is_open_through_the_whole_repeated_hour(zone, day, twice, apart):
    night = hours(("0:00", "6:00"), days=EVERY_DAY, zone=zone)
    first, second = (wall(zone, f"{day}T{twice}", fold=fold) for fold in (0, 1))
    assert [is_open(night, first), is_open(night, second)] == [True, True]


@pytest.mark.parametrize(("zone", "day", "twice", "apart"), REPEATS)
def test_add_open_minutes_counts_the_repeated_hour_twice(zone, day, twice, apart):
    night = hours(("0:00", "6:00"), days=EVERY_DAY, zone=zone)
    start = wall(zone, f"{day}T00:00")
    asked = total_minutes([Span(start, wall(zone, f"{day}T06:00"))])
    assert asked == 6 * 60 + apart // timedelta(minutes=1)
    assert add_open_minutes(night, start, asked) == wall(zone, f"{day}T06:00")


def test_add_open_minutes_over_the_spring_night_counts_five_hours():
    night = hours(("0:00", "6:00"), days=EVERY_DAY)
    start = wall(ANCHORAGE, "2026-03-08T00:00")
    assert add_open_minutes(night, start, 300) == wall(ANCHORAGE, "2026-03-08T06:00")


def test_is_open_after_the_clock_went_back_over_midnight():
    # St. John's put clocks back from 0:01 to 23:01 of the day before: the new day's opening was then under way.
    place = hours(("0:00", "2:00"), days=[6], zone="America/St_Johns")
    again = wall("America/St_Johns", "2010-11-06T23:30", fold=1)  # a Saturday for the second time
    assert is_open(place, again)
    assert closes_at(place, again) == wall("America/St_Johns", "2010-11-07T02:00")


ZONES = st.sampled_from([ANCHORAGE, BERLIN, LORD_HOWE, PHOENIX, "America/Havana", "Asia/Kathmandu"])
DAYS = st.lists(st.integers(0, 364), max_size=3)
CLOCKS = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@st.composite
def stretches(draw):
    opens, closes = sorted([draw(CLOCKS), draw(CLOCKS)])
    return Stretch(draw(st.integers(0, 6)), opens, closes if opens < closes else time(0))


@st.composite
def places(draw):
    closed = [Closure(MONDAY + timedelta(days=first), MONDAY + timedelta(days=first + 2)) for first in draw(DAYS)]
    return Hours(draw(ZONES), tuple(draw(st.lists(stretches(), min_size=1, max_size=8))), tuple(closed))


MOMENTS = st.one_of(
    st.integers(0, 366 * 24 * 60).map(lambda minute: utc("2026-01-01T00:00") + timedelta(minutes=minute)),
    # Around the changes of the clock, where the mistakes are.
    st.tuples(
        st.sampled_from(["2026-03-08T11:00", "2026-11-01T10:00", "2026-03-29T01:00", "2026-10-25T01:00"]),
        st.integers(-300, 300),
    ).map(lambda pair: utc(pair[0]) + timedelta(minutes=pair[1])),
)


@given(places(), MOMENTS)
@example(hours(("2:30", "3:30"), days=EVERY_DAY), utc("2026-03-08T11:10"))
def test_is_open_agrees_with_reading_the_wall_clock(place, at):
    local = at.astimezone(ZoneInfo(place.zone))
    assume(local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset())  # a time that comes once
    wall_time = local.replace(tzinfo=None)
    closed = any(closure.first <= wall_time.date() <= closure.last for closure in place.closures)
    reads_open = not closed and any(
        stretch.weekday == wall_time.weekday()
        and stretch.opens <= wall_time.time()
        and (wall_time.time() < stretch.closes or stretch.closes == time(0))
        for stretch in place.weekly
    )
    assert is_open(place, at) is reads_open


@given(places(), MOMENTS, st.integers(0, 3000))
def test_add_open_minutes_leaves_exactly_that_opening_time_between(place, start, minutes):
    due = add_open_minutes(place, start, minutes)
    if due == start:
        assert minutes == 0
        assert is_open(place, start)
        return
    first, last = place.local(start).date() - timedelta(days=1), place.local(due).date() + timedelta(days=1)
    assert total_minutes(intersect(open_spans(place, first, last), [Span(start, due)])) == minutes
    if minutes:
        assert is_open(place, due - timedelta(microseconds=1))
    else:
        assert is_open(place, due)


@given(places(), MOMENTS)
def test_closes_at_and_next_opening_bracket_the_open_time(place, at):
    end = closes_at(place, at)
    assert (end is not None) is is_open(place, at)
    if end and end < at + timedelta(days=300):
        assert not is_open(place, end)
    following = next_opening(place, at)
    if following:
        assert is_open(place, following)
        assert not is_open(place, following - timedelta(microseconds=1))
        assert following > (end or at)
