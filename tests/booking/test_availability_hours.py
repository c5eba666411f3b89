"""The slot engine on when somebody works: breaks, hours on a date, walk-in hours, limits a day, licences on the day."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.availability import Reason, Slot, fallen_out, free_slots, lightest, refusal
from clinic.hours import Closure, Stretch
from tests.booking.values import (
    DANA,
    HILLSIDE,
    JUN,
    MIDTOWN,
    NOW,
    TUESDAY,
    at,
    make_calendar,
    make_person,
    make_shift,
    minutes,
    span,
)

ANCHORAGE = ZoneInfo("America/Anchorage")
BREAK = (time(9, 45), time(10, 15))


def listed(calendar, *, day=TUESDAY, days=1) -> list[str]:
    slots = free_slots(calendar, first_day=day, days=days, now=NOW)
    return [f"{slot.start.astimezone(ANCHORAGE):%H:%M}" for slot in slots]


def why(calendar, wall: str, *, day=TUESDAY, person=DANA, location=None) -> list[Reason]:
    return refusal(calendar, Slot(at(wall, day), person, location, calendar.rules.mode), now=NOW)


def fallen(calendar, wall: str, *, person=DANA, location=None) -> list[Reason]:
    return fallen_out(calendar, Slot(at(wall), person, location, calendar.rules.mode))


def test_visit_may_not_run_into_a_break():
    calendar = make_calendar(make_person(shifts=(make_shift(pause=BREAK),)))
    assert listed(calendar) == ["08:00", "08:30", "10:15", "10:45"]
    assert why(calendar, "09:00") == [Reason.BREAK]
    assert why(calendar, "10:00") == [Reason.BREAK]


def test_starts_are_counted_anew_from_the_end_of_a_break():
    calendar = make_calendar(make_person(shifts=(make_shift(pause=BREAK),)))
    assert why(calendar, "10:15") == []
    assert why(calendar, "10:30") == [Reason.OFF_GRID]


def test_buffers_may_reach_into_a_break():
    calendar = make_calendar(make_person(shifts=(make_shift(pause=(time(9), time(10))),)), after=minutes(30))
    assert listed(calendar)[:2] == ["08:00", "10:00"]


def test_break_on_the_day_of_a_clock_change_lasts_through_the_hour_that_comes_twice():
    day = date(2026, 11, 1)
    shift = make_shift(weekday=6, starts=time(0), ends=time(4), pause=(time(1), time(1, 30)))
    calendar = make_calendar(make_person(shifts=(shift,)), duration=minutes(30))
    slots = free_slots(calendar, first_day=day, days=1, now=at("08:00", date(2026, 10, 20)))
    # From the first 1:00 to the last 1:30, which are an hour and a half apart; the rest is free.
    assert [slot.start for slot in slots] == [
        at(wall, day) for wall in ("00:00", "00:30", "02:00", "02:30", "03:00", "03:30")
    ]


def test_break_that_the_clock_jumps_over_is_none():
    day = date(2026, 3, 8)
    shift = make_shift(weekday=6, starts=time(1), ends=time(4), pause=(time(2), time(3)))
    calendar = make_calendar(make_person(shifts=(shift,)))
    slots = free_slots(calendar, first_day=day, days=1, now=at("08:00", date(2026, 3, 1)))
    assert [slot.start for slot in slots] == [at("01:00", day), at("01:30", day), at("03:00", day)]


def test_hours_on_a_date_stand_instead_of_the_weekly_ones():
    weekly = make_shift(but=frozenset({TUESDAY}))
    that_day = make_shift(None, time(14), time(16), on=TUESDAY, place_id=HILLSIDE)
    calendar = make_calendar(make_person(shifts=(weekly, that_day)), mode="in_clinic")
    slots = free_slots(calendar, first_day=TUESDAY, days=8, now=NOW)
    assert slots[:3] == [Slot(at(wall), DANA, HILLSIDE, "in_clinic") for wall in ("14:00", "14:30", "15:00")]
    assert slots[3] == Slot(at("08:00", TUESDAY + timedelta(days=7)), DANA, MIDTOWN, "in_clinic")
    assert why(calendar, "09:00", location=MIDTOWN) == [Reason.NOT_WORKING]


def test_hours_that_are_kept_for_walk_ins_are_not_booked_at_the_clinic():
    kept = (Stretch(1, time(9), time(10)),)
    calendar = make_calendar(mode="in_clinic", walk_in=kept)
    assert listed(calendar) == ["08:00", "10:00", "10:30", "11:00"]
    assert why(calendar, "08:30", location=MIDTOWN) == [Reason.WALK_IN]
    assert listed(make_calendar(mode="telehealth", walk_in=kept)) == listed(make_calendar())


def test_limit_a_day_shuts_the_day_once_it_is_reached():
    given = (at("08:00"), at("08:00", TUESDAY + timedelta(days=7)))
    calendar = make_calendar(make_person(given=given[:1]), limit_a_day=1)
    assert listed(calendar) == []
    assert why(calendar, "10:00") == [Reason.DAY_FULL]
    assert listed(make_calendar(make_person(given=given[:1]), limit_a_day=2)) != []
    assert listed(make_calendar(make_person(given=given[1:]), limit_a_day=1)) != []


def test_limit_a_day_counts_by_the_local_day():
    late = at("23:30", TUESDAY - timedelta(days=1))  # Tuesday already in UTC
    assert listed(make_calendar(make_person(given=(late,)), limit_a_day=1)) != []


def test_limit_of_nothing_lists_nothing():
    assert listed(make_calendar(limit_a_day=0)) == []


def test_anybody_is_somebody_below_the_limit():
    full, other = make_person(JUN, given=(at("11:00"),)), make_person(DANA, taken=(span("10:00", "12:00"),))
    slot = lightest(make_calendar(full, other, limit_a_day=1), start=at("08:00"), location_id=None, now=NOW)
    assert slot == Slot(at("08:00"), DANA, None, "telehealth")


@pytest.mark.parametrize(
    ("zone", "offered"),
    [
        ("America/Anchorage", ["20:00", "21:00", "22:00", "23:00"]),
        # Midnight in New York is 20:00 here: the licence ends four hours before our day does.
        ("America/New_York", ["18:00", "19:00"]),
        ("Pacific/Honolulu", ["20:00", "21:00", "22:00", "23:00"]),
    ],
)
def test_licence_is_valid_through_its_last_day_in_the_state_of_the_patient(zone, offered):
    person = make_person(shifts=(make_shift(starts=time(18), ends=time(23, 59)),), licensed_until={"AK": TUESDAY})
    calendar = make_calendar(person, state_zone=zone, duration=minutes(59), grid=minutes(60))
    if zone != "America/New_York":
        offered = ["18:00", "19:00", *offered]
    assert listed(calendar) == offered
    assert why(calendar, "20:00") == ([] if "20:00" in offered else [Reason.LICENCE])


def test_visit_must_be_over_when_the_licence_ends():
    person = make_person(shifts=(make_shift(starts=time(18), ends=time(23, 59)),), licensed_until={"AK": TUESDAY})
    calendar = make_calendar(person, state_zone="America/New_York", duration=minutes(90))
    assert listed(calendar)[-1] == "18:30"


def test_licence_of_a_state_behind_us_lasts_into_our_next_day():
    wednesday = TUESDAY + timedelta(days=1)
    person = make_person(shifts=(make_shift(weekday=2, starts=time(0), ends=time(3)),), licensed_until={"AK": TUESDAY})
    calendar = make_calendar(person, state_zone="Pacific/Honolulu", grid=minutes(60))
    assert listed(calendar, day=wednesday) == ["00:00"]


def test_licence_to_the_end_of_the_calendar_is_one_without_an_end():
    assert listed(make_calendar(make_person(licensed_until={"AK": date.max}))) == listed(make_calendar())


def test_visit_within_todays_hours_has_not_fallen_out():
    person = make_person(taken=(span("08:00", "12:00"),), given=(at("09:00"),))
    calendar = make_calendar(person, limit_a_day=1, notice=minutes(9999), horizon_days=0, barred=(Reason.NEW_PATIENT,))
    assert fallen(calendar, "09:10") == []


@pytest.mark.parametrize(
    ("person", "closures", "reasons"),
    [
        ({"shifts": (make_shift(ends=time(9, 30)),)}, (), [Reason.NOT_WORKING]),
        ({"shifts": ()}, (), [Reason.NOT_WORKING]),
        ({"shifts": (make_shift(pause=BREAK),)}, (), [Reason.BREAK]),
        ({"away": (span("09:30", "09:45"),)}, (), [Reason.AWAY]),
        ({"licensed_until": {}}, (), [Reason.LICENCE]),
        ({"offers": False}, (), [Reason.MODE]),
        ({}, (Closure(TUESDAY, TUESDAY),), [Reason.CLOSED]),
    ],
)
def test_visit_falls_out_when_the_hours_change(person, closures, reasons):
    assert fallen(make_calendar(make_person(**person), closures=closures), "09:00") == reasons


def test_visit_with_somebody_who_is_gone_has_fallen_out():
    assert fallen(make_calendar(make_person(JUN)), "09:00") == [Reason.MODE]


def test_visit_at_a_place_that_is_gone_has_fallen_out():
    assert fallen(make_calendar(mode="in_clinic"), "09:00", location=99) == [Reason.NOT_WORKING]
