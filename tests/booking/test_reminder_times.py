"""When reminders leave: at the visit's hour, in the patient's zone, never at night, never on the heels of the booking."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.reminder_times import DAY, EARLY, SOON, Rules, reminders

ZONE = "America/Anchorage"
USUAL = Rules(early=72, day=24, soon=2, night_from=time(21), night_until=time(8))
LONG_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def local(day: str, clock: str, zone: str = ZONE) -> datetime:
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def planned(starts_at, *, now=LONG_BEFORE, zone=ZONE, by_video=False, rules=USUAL) -> dict[str, str]:
    """Each kind with its time on the patient's wall."""
    found = reminders(starts_at=starts_at, zone=zone, by_video=by_video, rules=rules, now=now)
    return {one.kind: f"{one.at.astimezone(ZoneInfo(zone)):%a %H:%M}" for one in found}


def test_reminders_leave_at_the_hour_of_the_visit():
    assert planned(local("2026-11-25", "09:40")) == {EARLY: "Sun 09:40", DAY: "Tue 09:40"}


def test_visit_by_video_is_reminded_of_shortly_before_too():
    assert planned(local("2026-11-25", "14:00"), by_video=True)[SOON] == "Wed 12:00"


def test_reminder_at_night_leaves_in_the_evening_before():
    assert planned(local("2026-11-25", "07:00")) == {EARLY: "Sat 20:30", DAY: "Mon 20:30"}
    assert planned(local("2026-11-25", "08:30"), by_video=True)[SOON] == "Tue 20:30"


def test_two_that_the_night_pushes_together_are_one():
    rules = Rules(early=26, day=24, soon=0, night_from=time(21), night_until=time(12))
    assert planned(local("2026-11-25", "09:00"), rules=rules) == {EARLY: "Mon 20:30"}


def test_night_that_lies_within_a_day_is_kept():
    rules = Rules(early=0, day=24, soon=0, night_from=time(12), night_until=time(14))
    assert planned(local("2026-11-25", "13:00"), rules=rules) == {DAY: "Tue 11:30"}


def test_no_night_is_none():
    rules = Rules(early=0, day=24, soon=0, night_from=time(8), night_until=time(8))
    assert planned(local("2026-11-25", "03:00"), rules=rules) == {DAY: "Tue 03:00"}


@pytest.mark.parametrize(
    ("booked", "kinds"),
    [
        ("2026-11-20 09:00", [EARLY, DAY, SOON]),
        ("2026-11-21 15:00", [DAY, SOON]),  # a day's notice before the first is too little
        ("2026-11-24 11:00", [SOON]),
        ("2026-11-25 11:30", []),
        ("2026-11-25 15:00", []),
    ],
)
def test_late_booking_gets_only_what_still_makes_sense(booked, kinds):
    now = local(*booked.split())
    assert list(planned(local("2026-11-25", "14:00"), now=now, by_video=True)) == kinds


def test_zero_hours_are_none():
    rules = Rules(early=0, day=0, soon=0, night_from=time(21), night_until=time(8))
    assert planned(local("2026-11-25", "09:40"), by_video=True, rules=rules) == {}


@pytest.mark.parametrize("day", ["2026-03-08", "2026-03-10", "2026-11-01", "2026-11-03"])
def test_hour_on_the_wall_is_kept_when_the_clocks_change(day):
    assert set(planned(local(day, "09:40")).values()) == {
        f"{datetime.fromisoformat(day) - timedelta(days=before):%a} 09:40" for before in (3, 1)
    }


def test_patient_elsewhere_is_reminded_by_their_own_clock():
    start = local("2026-11-25", "16:00")  # 3 in the morning of the next day in Berlin
    assert planned(start, zone="Europe/Berlin", by_video=True) == {
        EARLY: "Sun 20:30",
        DAY: "Tue 20:30",
        SOON: "Wed 20:30",
    }


@given(
    starts_at=st.datetimes(datetime(2026, 1, 5), datetime(2027, 12, 28), timezones=st.just(UTC)),  # noqa: DTZ001
    ahead=st.timedeltas(timedelta(minutes=5), timedelta(days=40)),
    zone=st.sampled_from([ZONE, "Europe/Berlin", "Australia/Lord_Howe", "America/Phoenix", "Asia/Tokyo"]),
    by_video=st.booleans(),
)
def test_no_reminder_is_at_night_after_the_visit_or_before_the_booking(starts_at, ahead, zone, by_video):
    now = starts_at - ahead
    found = reminders(starts_at=starts_at, zone=zone, by_video=by_video, rules=USUAL, now=now)
    assert len({one.kind for one in found}) == len(found)
    for one in found:
        wall = one.at.astimezone(ZoneInfo(zone)).time()
        assert time(8) <= wall < time(21)
        assert now < one.at < one.not_after <= starts_at
        # No more than a night earlier than was set.
        assert starts_at - one.at <= timedelta(hours={EARLY: 72, DAY: 24, SOON: 2}[one.kind] + 14)
