"""How many visits to come one patient may book online, and what those see who have booked them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from booking import diary
from booking.diary import bookings, locks
from booking.models import Appointment
from clinic.models import Clinic
from tests.booking.house import local, make_house
from tests.booking.visitor import answers, check_url, checked, later, slot_value, text, times_url
from tests.factories import NOW, make_patient, make_user

WALLS = ("08:00", "09:00", "10:00")
FRIDAY = date(2026, 11, 27)


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def full(client, house) -> None:
    """Let a browser book the three visits that one may."""
    checked(client)
    for wall in WALLS:
        assert client.post(check_url(house, wall), answers())["Location"] == "/visit/booked/"


@pytest.mark.django_db
def test_fourth_visit_is_booked_by_phone(client, house, clock):
    full(client, house)
    response = client.post(check_url(house, mode="mobile", day=FRIDAY), answers("mobile"))
    page = text(response)
    assert response.status_code == 409
    assert "Call us to book more You have 3 visits booked." in page
    assert f"Wed 25 Nov, 8:00 am, with {house.dana.name}" in page
    assert "Call 907-555-0142" in page
    assert Appointment.objects.count() == 3


@pytest.mark.django_db
def test_limit_is_said_before_a_time_is_picked_and_keeps_none(client, house, clock):
    full(client, house)
    listed, kept = client.get(times_url(house)), client.post(times_url(house), {"slot": slot_value(house, "11:00")})
    opened = client.get(check_url(house, "11:00"))
    assert [(page.status_code, "Call us to book more" in text(page)) for page in (listed, kept, opened)] == [
        (200, True),
        (409, True),
        (200, True),
    ]
    assert b'name="slot"' not in listed.content


@pytest.mark.django_db
def test_third_form_sent_twice_leads_to_its_visit(client, house, clock):
    full(client, house)
    assert client.post(check_url(house, WALLS[-1]), answers())["Location"] == "/visit/booked/"


@pytest.mark.django_db
def test_limit_in_another_browser_tells_of_no_visits_and_keeps_what_was_typed(house, clock):
    patient = make_patient()
    for wall in WALLS:
        house.book(wall, patient=patient, now=NOW)
    browser = Client()
    checked(browser, patient=patient)
    assert "Pick a time" in text(browser.get(times_url(house)))
    url = check_url(house, mode="mobile", day=FRIDAY)
    response = browser.post(url, answers("mobile"))
    assert response.status_code == 403
    assert "Talk to us first" in text(response)
    assert not any(words in text(response) for words in ("3 visits", "8:00", house.dana.name))
    assert "7310 Boundary Avenue" in browser.get(url).content.decode()


@pytest.mark.django_db
def test_place_comes_free_when_a_visit_is_cancelled_or_over(client, house, clock, monkeypatch):
    full(client, house)
    first = Appointment.objects.get(block__starts_at=local("08:00"))
    diary.cancel(appointment=first, by=None, now=NOW)
    assert client.post(check_url(house, "11:00"), answers())["Location"] == "/visit/booked/"
    monkeypatch.setattr(timezone, "now", lambda: later(days=1, hours=1))  # the one at 9:00 has begun
    assert client.post(check_url(house, day=FRIDAY), answers())["Location"] == "/visit/booked/"


@pytest.mark.django_db
def test_desk_books_beyond_the_limit_and_what_it_booked_counts_for_nothing(house):
    patient, jo = make_patient(), make_user()
    for wall in WALLS:
        house.book(wall, patient=patient, source="desk", by=jo, now=NOW)
    house.book("11:00", patient=patient, now=NOW)
    Clinic.objects.update(most_online_visits=1)
    with pytest.raises(diary.TooMany):
        house.book("08:00", start=local("08:00", FRIDAY), patient=patient, now=NOW)
    house.book("08:00", start=local("08:00", FRIDAY), patient=patient, source="desk", by=jo, now=NOW)


def two_at_once(house, patient) -> list[str]:
    """Book two visits of one patient at the same moment; say what became of each."""
    barrier, ended = threading.Barrier(2, timeout=60), []
    wanted = [house.booking(wall, patient=patient) for wall in ("10:00", "11:00")]

    def run(booking) -> None:
        barrier.wait()
        try:
            diary.book(**booking, now=NOW)
            ended.append("booked")
        except diary.DiaryError as error:
            ended.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(booking,)) for booking in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ended)


@pytest.fixture
def nearly_full(transactional_db):
    """A patient with two visits of three, and a diary in which both can look before either writes."""
    house, patient = make_house(), make_patient()
    for wall in ("08:00", "09:00"):
        house.book(wall, patient=patient, now=NOW)
    return house, patient


@pytest.mark.postgres
def test_without_the_patients_lock_two_tabs_are_both_the_last(nearly_full, monkeypatch):
    counted, look = threading.Barrier(2, timeout=60), bookings._check_few

    def wait(*args, **kwargs) -> None:
        look(*args, **kwargs)
        counted.wait()

    @contextmanager
    def without_lock(patient: int) -> Iterator[int]:
        with locks.act():
            yield patient

    monkeypatch.setattr(bookings, "act_for", without_lock)
    monkeypatch.setattr(bookings, "_check_few", wait)
    assert two_at_once(*nearly_full) == ["booked", "booked"]


def test_two_tabs_at_once_are_not_both_the_last(nearly_full):
    assert two_at_once(*nearly_full) == ["TooMany", "booked"]
