"""Clock changes, far zones, leap day and New Year, from the list of times through the booking to the patient's calendar."""

import io
import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz  # type: ignore[import-untyped]
from django.utils import timezone

from booking import diary, feed, ical, recheck, schedule, told
from booking.models import Appointment, WorkingHours
from clinic.models import Location
from tests.booking.house import House, local, make_house
from tests.booking.test_clock_changes import counted
from tests.booking.test_visit_letters import sent
from tests.booking.visitor import checked, times_url
from tests.booking.visitor import text as words
from tests.factories import NOW, make_clinic, make_licence, make_working_hours

# The next change of each kind; the clocks of Lord Howe change by half an hour, those of Arizona never.
CHANGES = [
    ("America/Anchorage", date(2027, 3, 14)),
    ("America/Anchorage", date(2027, 11, 7)),
    ("Europe/Berlin", date(2027, 3, 28)),
    ("Europe/Berlin", date(2027, 10, 31)),
    ("Australia/Lord_Howe", date(2027, 10, 3)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("America/Phoenix", date(2027, 3, 14)),
    ("America/Phoenix", date(2027, 11, 7)),
]
DAY, HOUR, HALF = timedelta(days=1), timedelta(hours=1), timedelta(minutes=30)


def make_house_in(zone: str) -> House:
    """A clinic where Dana works every night until six, and in the morning."""
    house = make_house()
    make_clinic(time_zone=zone)
    Location.objects.update(time_zone=zone)
    house.location.refresh_from_db()
    house.service.grid_minutes = 30
    house.service.save()
    WorkingHours.objects.all().delete()
    make_working_hours(house.dana, house.location, weekdays=range(7), starts=time(0), ends=time(6))
    make_working_hours(house.dana, house.location, weekdays=range(7), starts=time(8), ends=time(12))
    return house


def listed(house: House, first_day: date, days: int, *, mode: str = "in_clinic", **values) -> list[datetime]:
    now = datetime.combine(first_day - 7 * DAY, time(12), UTC)
    slots = schedule.find(
        service=house.service, mode=mode, practitioner=house.dana, first_day=first_day, days=days, now=now, **values
    )
    return [slot.start for slot in slots]


def in_calendar(file: bytes) -> list[tuple[datetime, datetime]]:
    """Read start and end of each event of a file by the rules of the zones that the file itself brings."""
    text = file.decode().replace("\r\n ", "")
    found = []
    for event in text.split("BEGIN:VEVENT")[1:]:
        ends = []
        for name in ("DTSTART", "DTEND"):
            zone, wall, utc = re.search(rf"{name}(?:;TZID=([^:]+))?:(\w{{15}})(Z?)", event).groups()
            at = datetime.strptime(wall, "%Y%m%dT%H%M%S")  # noqa: DTZ007  (its zone follows)
            own = UTC if utc else tz.tzical(io.StringIO(text)).get(zone)
            ends.append(at.replace(tzinfo=own).astimezone(UTC))
        found.append((ends[0], ends[1]))
    return found


def assert_told_right(visit: Appointment, zone: str, now: datetime) -> None:
    """Hold all that a patient gets of a visit against the clock on the wall of a zone."""
    visit.refresh_from_db()
    start = visit.block.starts_at
    wall = start.astimezone(ZoneInfo(zone))
    assert visit.block.ends_at - start == HOUR
    assert (visit.time_zone, visit.wall_time) == (zone, f"{wall:%Y-%m-%d %H:%M}")
    clock = f"{wall:%-I:%M}"
    letter = sent(visit, now=now)
    assert letter.subject.endswith(
        f"{wall:%a} {wall.day} {wall:%b}, {clock} {wall:%p}".replace("AM", "am").replace("PM", "pm")
    )
    assert f"{wall:%A} {wall.day} {wall:%B}" in letter.text
    assert told.hours(visit) in letter.text
    assert told.hours(visit).startswith(clock)
    assert in_calendar(ical.calendar_file(visit, now=now)) == [(start, start + HOUR)]


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_week_of_a_change_is_listed_booked_and_told_by_the_clock_on_the_wall(zone, change):
    house = make_house_in(zone)
    week = [change + ahead * DAY for ahead in range(-3, 4)]
    for day in week:
        nights = [start for start in listed(house, day, 1) if start.astimezone(ZoneInfo(zone)).hour < 6]
        assert nights == counted(zone, day, duration=HOUR, grid=HALF), day
    # Every quarter of an hour of the night of the change: what is listed books, what is not is refused.
    now = datetime.combine(change - 7 * DAY, time(12), UTC)
    midnight = datetime.combine(change, time(), ZoneInfo(zone)).astimezone(UTC)
    for quarter in range(28):
        start = midnight + quarter * timedelta(minutes=15)
        booking = house.booking(start=start)
        if start in listed(house, change, 1):
            assert_told_right(diary.book(**booking, now=now), zone, now)
        else:
            with pytest.raises((diary.SlotTaken, diary.SlotRefused)):
                diary.book(**booking, now=now)
    booked = list(Appointment.objects.order_by("block__starts_at").values_list("block__starts_at", "block__ends_at"))
    assert len(booked) >= 4
    assert in_calendar(feed.calendar(house.dana, now=now)) == booked
    assert recheck.shifted(now=now) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_visit_moved_across_a_change_keeps_its_wall_time(zone, change):
    house = make_house_in(zone)
    now = datetime.combine(change - 7 * DAY, time(12), UTC)
    before, after = (local("09:30", change + ahead * DAY, zone) for ahead in (-1, 0))
    visit = house.book(start=before, now=now)
    diary.move(appointment=visit, start=after, practitioner=house.dana, location=house.location, now=now)
    assert_told_right(visit, zone, now)
    assert (visit.wall_time, visit.sequence) == (f"{change} 09:30", 1)
    assert sent(visit, now=now).text.count("9:30 to 10:30 am") >= 1


@pytest.mark.django_db
def test_hour_that_comes_twice_for_the_patient_is_two_visits():
    """The clinic's clocks never change; at half past one in Anchorage there are two visits that night."""
    house, night = make_house_in("America/Phoenix"), date(2027, 11, 7)
    now = datetime.combine(night - 7 * DAY, time(12), UTC)
    starts = [local("02:30", night, "America/Phoenix"), local("03:30", night, "America/Phoenix")]
    assert set(starts) <= set(listed(house, night, 1, mode="telehealth", state="AK"))
    visits = [house.book(start=start, mode="telehealth", now=now) for start in starts]
    for visit, letters in zip(visits, ("AKDT", "AKST"), strict=True):
        assert_told_right(visit, "America/Anchorage", now)
        assert visit.wall_time == "2027-11-07 01:30"
        assert f"Anchorage time, {letters}" in sent(visit, now=now).text
    assert recheck.shifted(now=now) == []


@pytest.mark.django_db
def test_patient_nineteen_hours_ahead_has_days_and_times_of_their_own(client):
    house, zone = make_house(), "Pacific/Guam"
    make_licence(house.dana, state="GU")
    now = local("12:00", date(2026, 12, 21))
    start = local("08:00", date(2026, 12, 31))
    assert (
        start.astimezone(ZoneInfo(zone)).utcoffset() - start.astimezone(ZoneInfo("America/Anchorage")).utcoffset()
        == 19 * HOUR
    )
    assert start in listed(house, date(2026, 12, 31), 1, mode="telehealth", state="GU")
    visit = house.book(start=start, mode="telehealth", state_then="GU", time_zone=zone, now=now)
    assert_told_right(visit, zone, now)
    letter = sent(visit, now=now)
    # Their New Year's morning is our last day of the year, and both are told.
    assert letter.subject == "Your visit on Fri 1 Jan, 3:00 am"
    assert visit.wall_time == "2027-01-01 03:00"
    assert told.facts(visit, now=now)["at_clinic"] == "Thu 31 Dec, 8:00 am, Anchorage time"


@pytest.mark.django_db
def test_list_of_a_patient_nineteen_hours_ahead_goes_by_their_days(client, house, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    make_licence(house.dana, state="GU")
    checked(client)
    page = words(client.get(times_url(house, "telehealth", state="GU", zone="Pacific/Guam", **{"from": "2026-11-26"})))
    assert "Thursday 26 November" in page
    assert "3:00 am" in page
    assert "Wednesday 25 November" not in page


@pytest.mark.django_db
def test_leap_day_is_a_day_like_others():
    house, leap = make_house(), date(2028, 2, 29)
    now = local("12:00", date(2028, 2, 21))
    days = {start.astimezone(ZoneInfo("America/Anchorage")).date() for start in listed(house, date(2028, 2, 28), 3)}
    assert days == {date(2028, 2, 28), leap, date(2028, 3, 1)}
    visit = house.book(start=local("09:00", leap), now=now)
    assert_told_right(visit, "America/Anchorage", now)
    assert visit.wall_time == "2028-02-29 09:00"
    diary.move(
        appointment=visit, start=local("09:00", date(2028, 3, 1)), practitioner=None, location=house.location, now=now
    )
    assert_told_right(visit, "America/Anchorage", now)


@pytest.mark.django_db
@pytest.mark.parametrize(("year", "last"), [(2027, date(2027, 3, 2)), (2028, date(2028, 3, 1))])
def test_horizon_counts_the_days_that_february_has(year, last):
    house = make_house()
    house.service.modes.update(horizon_days=3)
    now = local("12:00", last - 3 * DAY)
    assert (last - 3 * DAY) == (date(year, 2, 27) if year == 2027 else date(2028, 2, 27))
    slots = schedule.find(service=house.service, mode="in_clinic", first_day=now.date(), days=14, now=now)
    assert slots[-1].start.astimezone(ZoneInfo("America/Anchorage")).date() == last


@pytest.mark.django_db
def test_new_year_is_in_the_middle_of_a_week():
    house = make_house()
    now = local("12:00", date(2026, 12, 21))
    starts = listed(house, date(2026, 12, 30), 6)
    days = sorted({start.astimezone(ZoneInfo("America/Anchorage")).date() for start in starts})
    assert days == [date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 4)]
    visit = house.book(start=local("11:00", date(2026, 12, 31)), now=now)
    diary.move(
        appointment=visit, start=local("08:00", date(2027, 1, 1)), practitioner=None, location=house.location, now=now
    )
    assert_told_right(visit, "America/Anchorage", now)
    assert visit.wall_time == "2027-01-01 08:00"
