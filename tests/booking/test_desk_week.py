"""The week: a column a day, how full each is, closures and time off; and the sheet of a day for the printer."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import diary
from booking.models import TimeOff
from clinic.models import AuditEvent
from tests.booking.house import local
from tests.booking.test_desk_fresh import fill
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_outcome, make_patient

pytestmark = pytest.mark.django_db
WEEK, SHEET = "/desk/week/", "/desk/day-sheet/"


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: local("09:20"))


@pytest.fixture
def jo():
    return staff("desk")


@pytest.fixture
def dana(house):
    client = staff("pt")
    house.dana.user = client.user
    house.dana.save()
    return client


def test_week_counts_visits_and_says_how_full_each_day_is(house, jo):
    house.book("08:00", now=NOW)
    house.book("09:00", now=NOW)
    gone = house.book("10:00", now=NOW)
    diary.no_show(appointment=gone, by=jo.user, now=local("10:15"))
    page = jo.get(WEEK)
    assert "Week of Monday 23 November" in words(page)
    assert f"2 visits , {house.dana.name}, Wed 25 Nov 2:00 of 4:00 h first free 10:00 am" in words(page)
    assert "All 0 visits 0:00 of 8:00 h 0 visits 0:00 of 8:00 h 2 visits 2:00 of 8:00 h" in words(page)
    assert '<rect width="50" height="6"' in page.content.decode()
    assert b" style=" not in page.content
    assert unknown_targets(page) == set()


def test_week_says_closed_days_and_time_off(house, jo):
    house.location.closures.create(first_day="2026-11-26", last_day="2026-11-27", reason="Snow")
    TimeOff.objects.create(
        practitioner=house.jun, starts_at=local("08:00"), ends_at=local("12:00"), reason="Course in Fairbanks"
    )
    page = words(jo.get(WEEK))
    assert page.count("Midtown clinic closed: Snow") == 2
    assert "Away: Course in Fairbanks" in page
    assert "Away: Course in Fairbanks" in words(jo.get(WEEK, {"who": house.jun.uid}))


def test_week_of_one_practitioner_has_the_visits_of_each_day(house, jo):
    house.book("10:00", now=NOW, patient=make_patient(given_name="Mine"))
    house.book("10:00", now=NOW, practitioner=house.jun, patient=make_patient(given_name="Theirs"))
    page = jo.get(WEEK, {"who": house.dana.uid, "day": "2026-11-27"})
    wednesday = re.findall(r'<section class="wday.*?</section>', page.content.decode(), re.DOTALL)[2]
    assert "Mine Oquendo" in wednesday
    assert "10:00 am" in wednesday
    assert "Theirs Oquendo" not in words(page)


def test_week_of_a_pt_is_their_own(house, dana):
    house.book("10:00", now=NOW, practitioner=house.jun, patient=make_patient(given_name="Theirs"))
    page = words(dana.get(WEEK, {"who": house.jun.uid}))
    assert house.dana.name in page
    assert "Theirs" not in page


@pytest.mark.parametrize("asked", [{"day": "x"}, {"day": "9999-12-31"}, {"who": "\x00"}, {"who": "a" * 500}])
def test_nonsense_shows_this_week_of_everybody(jo, asked):
    assert "Week of Monday 23 November" in words(jo.get(WEEK, asked))


@pytest.mark.parametrize("path", [WEEK, SHEET])
def test_week_and_sheet_ask_for_as_much_with_many_visits_as_with_few(house, jo, path):
    fill(house, 3)
    with CaptureQueriesContext(connection) as few:
        jo.get(path)
    fill(house, 24)
    with CaptureQueriesContext(connection) as many:
        jo.get(path)
    assert len(many) == len(few) < 20


# ---------------------------------------------------------------- the sheet


def test_sheet_has_a_page_for_each_practitioner_with_what_paper_needs(house, jo):
    patient = make_patient(phone="+19075550177", interpreter=True, spoken_language="Spanish")
    house.book("10:00", now=NOW, mode="mobile", access_notes="Gate code 4471", patient=patient)
    house.book("11:00", now=NOW, practitioner=house.jun)
    page = jo.get(SHEET)
    assert page.content.count(b'class="daysheet"') == 2
    text = words(page)
    for part in ("907-555-0177", "7310 Boundary Avenue", "Gate code 4471", "Interpreter: Spanish", "Not screened"):
        assert part in text
    assert "Here Seen No-show" in text
    assert b" style=" not in page.content
    assert AuditEvent.objects.get(act="day.sheet").details == {"visits": 2}


def test_sheet_tells_no_level_and_no_number_of_those_marked(house, jo):
    visit = house.book("10:00", now=NOW, patient=make_patient(sensitive=True, phone="+19075550177"))
    make_outcome(patient=visit.patient, level="unsure")
    text = words(jo.get(SHEET))
    assert "Call first" in text
    assert "Unsure" not in text
    assert "907-555-0177" not in text


def test_sheet_of_a_pt_is_their_own(house, dana):
    house.book("10:00", now=NOW, patient=make_patient(given_name="Mine"))
    house.book("10:00", now=NOW, practitioner=house.jun, patient=make_patient(given_name="Theirs"))
    text = words(dana.get(SHEET))
    assert "Mine Oquendo" in text
    assert "Theirs" not in text


def test_day_without_visits_has_no_sheet(jo):
    assert "Nothing is booked on this day." in words(jo.get(SHEET))
