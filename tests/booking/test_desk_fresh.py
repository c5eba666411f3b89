"""The board of a full day asks for little, and an open one draws again only what has changed."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import diary
from booking.models import Appointment, Block
from clinic.models import Message, TravelZone, ZoneMinutes
from tests.booking.house import local
from tests.desk import staff, words
from tests.factories import (
    NOW,
    make_call,
    make_message,
    make_outcome,
    make_patient,
    make_practitioner,
    make_working_hours,
)

pytestmark = pytest.mark.django_db
BOARD, FRESH = "/desk/", "/desk/fresh/"
MODES = ("in_clinic", "mobile", "telehealth")


@pytest.fixture(autouse=True)
def clock(set_clock):
    set_clock("09:20")


@pytest.fixture
def set_clock(monkeypatch, house):
    def set_clock(wall: str) -> None:
        now = local(wall)
        monkeypatch.setattr(timezone, "now", lambda: now)

    return set_clock


@pytest.fixture
def jo():
    return staff("desk")


def fill(house, number: int) -> None:
    """Put visits of every mode on the day, twelve to a practitioner, with all that a card can show."""
    people = [make_practitioner(given_name=f"Pt{n}", position=n + 3) for n in range(-(-number // 12))]
    for person in people:
        make_working_hours(person, house.location)
    homes = [TravelZone.objects.create(name=f"Zone {number} {n}") for n in range(2)]
    ZoneMinutes.objects.create(from_zone=homes[0], to_zone=homes[1], minutes=15)
    for place in range(number):
        mode, start = MODES[place % 3], local("08:00") + timedelta(minutes=20 * (place % 12))
        end = start + timedelta(minutes=20)
        patient = make_patient(interpreter=place % 5 == 0, spoken_language="Spanish")
        block = Block.objects.create(
            kind="visit",
            state=("booked", "arrived", "seen", "no_show")[place % 4],
            practitioner=people[place // 12],
            location=house.location if mode != "mobile" else None,
            zone=homes[place % 2] if mode == "mobile" else None,
            starts_at=start,
            ends_at=end,
            busy_from=start,
            busy_until=end,
        )
        visit = Appointment.objects.create(
            submission=uuid.uuid4(),
            block=block,
            patient=patient,
            service=house.service,
            mode=mode,
            location=house.location if mode == "in_clinic" else None,
            state_then="AK" if mode == "telehealth" else "",
            time_zone="America/Anchorage",
            wall_time="2026-11-25 09:00",
            price=100,
            currency="USD",
            created_at=NOW,
        )
        make_outcome(patient=patient, level=("mechanical", "refer", "unsure")[place % 3])
        make_message(subject_uid=visit.uid, patient=patient, state=Message.State.SENT, sent_at=NOW)
        make_call(patient=patient, reason="unsure")


@pytest.mark.parametrize("path", [BOARD, FRESH])
def test_full_day_of_sixty_visits_asks_under_twenty_times(house, jo, path):
    fill(house, 3)
    jo.get(path)  # the number of visits outside the hours is kept for half a minute
    with CaptureQueriesContext(connection) as few:
        jo.get(path)
    fill(house, 60)
    with CaptureQueriesContext(connection) as many:
        page = jo.get(path)
    assert page.content.count(b'class="visit ') == 63
    assert len(many) == len(few), [query["sql"][:160] for query in many]
    assert len(many) < 20, [query["sql"][:160] for query in many]


def again(client, page, path=FRESH):
    return client.get(path, headers={"If-None-Match": page["ETag"]})


def test_nothing_is_drawn_while_nothing_has_changed(house, jo, set_clock):
    house.book("10:00", now=NOW)
    page = jo.get(FRESH)
    set_clock("09:22")
    with CaptureQueriesContext(connection) as asked:
        answer = again(jo, page)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["Desk-Now"] == "9%3A22%20am"
    assert len(asked) == 6  # the clinic, the session, the user, two for what they may, and the version


def test_line_of_now_moves_every_five_minutes(jo, set_clock):
    page = jo.get(FRESH)
    set_clock("09:25")
    assert again(jo, page).status_code == 200


def book(house, jo):
    house.book("11:00", now=local("08:00"), by=jo.user, override_reason="x")


def hold(house, _jo):
    diary.hold(slot=house.slot("11:00"), service=house.service, mode="in_clinic", browser="b", now=local("08:00"))


def arrive(house, jo):
    diary.arrive(appointment=Appointment.objects.get(), by=jo.user, now=local("09:20"))


def cancel(house, jo):
    diary.cancel(appointment=Appointment.objects.get(), by=jo.user, now=local("09:20"))


def call(_house, _jo):
    make_call()


def screen(_house, _jo):
    make_outcome(patient=Appointment.objects.get().patient)


@pytest.mark.parametrize("happens", [book, hold, arrive, cancel, call, screen])
def test_whatever_happens_is_drawn(house, jo, happens):
    house.book("10:00", now=NOW)
    page = jo.get(FRESH)
    happens(house, jo)
    fresh = again(jo, page)
    assert fresh.status_code == 200
    assert fresh["ETag"] != page["ETag"]


def test_hold_that_has_run_out_is_drawn_away(house, jo, set_clock):
    hold(house, jo)
    set_clock("08:01")
    page = jo.get(FRESH)
    assert "Being booked online" in words(page)
    Block.objects.update(expires_at=local("08:02"))
    set_clock("08:03")
    assert "Being booked online" not in words(again(jo, page))


def test_fresh_part_shows_the_asked_day_and_acts_lead_back_to_its_page(house, jo):
    house.book("10:00", now=NOW)
    html = jo.get(f"{FRESH}?day=2026-11-25").content.decode()
    assert 'name="next" value="/desk/?day=2026-11-25"' in html
    assert "<html" not in html
    assert "Ana Oquendo" not in jo.get(f"{FRESH}?day=2026-11-26").content.decode()


def test_fresh_part_of_a_pt_is_their_own_list(house):
    client = staff("pt")
    house.dana.user = client.user
    house.dana.save()
    house.book("10:00", now=NOW, patient=make_patient(given_name="Mine"))
    house.book("10:00", now=NOW, practitioner=house.jun, patient=make_patient(given_name="Theirs"))
    text = words(client.get(FRESH))
    assert "Mine Oquendo" in text
    assert "Theirs Oquendo" not in text
