from datetime import UTC, date, datetime, timedelta

import pytest

from clinic import opening
from clinic.hours import is_open
from clinic.models import Closure
from tests.factories import NOW, make_clinic, make_location

pytestmark = pytest.mark.django_db


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)  # Anchorage is nine hours behind in November


def test_hours_of_the_clinic_are_those_of_its_first_active_location():
    make_location(position=0, active=False, time_zone="America/New_York")
    first = make_location(position=1)
    make_location(position=2, time_zone="America/Chicago")
    assert opening.hours_for() == opening.hours_for(first)
    assert opening.hours_for().zone == "America/Anchorage"
    assert len(opening.hours_for().weekly) == 10


def test_hours_take_two_queries(django_assert_num_queries):
    location = make_location()
    Closure.objects.create(first_day=date(2026, 11, 26), last_day=date(2026, 11, 27), reason="Thanksgiving")
    for place in (None, location):
        with django_assert_num_queries(2):
            opening.hours_for(place)


def test_closures_of_the_location_and_of_all_count_but_not_anothers():
    here, elsewhere = make_location(position=0), make_location(position=1)
    for location, day in ((None, 25), (here, 26), (elsewhere, 27)):
        Closure.objects.create(
            location=location, first_day=date(2026, 11, day), last_day=date(2026, 11, day), reason="-"
        )
    hours = opening.hours_for()
    assert [is_open(hours, utc(day, 19)) for day in (24, 25, 26, 27)] == [True, False, False, True]


def test_due_after_counts_opening_time():
    make_location()
    assert opening.due_after(minutes=120, now=NOW) == utc(24, 20, 40)  # 9:40 and two hours
    assert opening.due_after(minutes=180, now=NOW) == utc(24, 22, 40)  # lunch does not count
    assert opening.due_after(minutes=15, now=utc(25, 8)) == utc(25, 17, 15)  # at night: after the next opening


def test_due_after_takes_hours_that_were_read_before(django_assert_num_queries):
    make_location()
    hours = opening.hours_for()
    with django_assert_num_queries(0):
        opening.due_after(minutes=120, now=NOW, hours=hours)


def test_due_after_without_any_opening_hours_still_falls_due():
    make_clinic()
    make_location(open_hours=False)
    assert opening.due_after(minutes=120, now=NOW) == NOW + timedelta(minutes=120)


def test_hours_without_any_location_are_in_the_clinics_zone():
    make_clinic(time_zone="America/Juneau")
    assert (opening.hours_for().zone, opening.hours_for().weekly) == ("America/Juneau", ())
