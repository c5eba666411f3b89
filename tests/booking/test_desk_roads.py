"""The road on the day board and on a PT's own list: how long to each visit, from where, and when to leave."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import diary
from booking.availability import Reason
from clinic.models import TravelZone, ZoneMinutes
from tests.booking.house import House, local
from tests.booking.test_roads_kept import why, with_roads
from tests.desk import staff, words
from tests.factories import NOW, make_user

DAY = "/desk/?day=2026-11-25"
NOTES = "Gate code 4471. A dog."


@pytest.fixture
def roads(house, monkeypatch) -> House:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return with_roads(house)


@pytest.fixture
def jo():
    return staff("desk")


@pytest.fixture
def dana(roads):
    client = staff("pt")
    roads.dana.user = client.user
    roads.dana.save()
    return client


def two_homes(house: House) -> None:
    house.book("08:30", mode="mobile", access_notes=NOTES, now=NOW)
    house.book("10:15", mode="mobile", postal_code="99577", address="905 Sourdough Lane", now=NOW)


def test_board_shows_zone_address_notes_and_the_road_on(roads, jo):
    two_homes(roads)
    board = words(jo.get(DAY))
    for part in (
        "Home visit, East",
        "7310 Boundary Avenue",
        NOTES,
        "8:10 am Drive 20 min Midtown clinic to East",
        "9:35 am Drive 40 min East to River",
        "Drive 30 min back to Midtown clinic",
        "2 home visits, 1 h 30 min of driving",
    ):
        assert part in board


def test_free_stretches_leave_out_the_road_and_agree_with_the_engine(roads, jo):
    roads.book("09:30", mode="mobile", now=NOW)  # 20 minutes from and to the clinic
    html = jo.get(DAY).content.decode()
    link = f"?day=2026-11-25&amp;practitioner={roads.dana.uid}&amp;from="
    assert re.findall(f"{re.escape(link)}([0-9:]+)", html) == ["08:00", "10:50"]
    assert "Book 8:00 am 1 h 10 min" in words(jo.get(DAY))
    assert why(roads, "10:30", "in_clinic", location=roads.location) == [Reason.ROAD]
    assert why(roads, "11:00", "in_clinic", location=roads.location) == []


def test_own_list_says_the_roads_in_order_and_when_to_leave(roads, dana):
    two_homes(roads)
    page = words(dana.get(DAY))
    steps = [
        "20 min on the road from Midtown clinic to East. Leave by 8:10 am.",
        "Home visit, East",
        NOTES,
        "40 min on the road from East to River. Leave by 9:35 am.",
        "905 Sourdough Lane",
        "30 min back to Midtown clinic.",
    ]
    assert all(step in page for step in steps)
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)


def test_day_starts_and_ends_where_the_practitioner_does(roads, dana):
    roads.dana.day_starts = roads.dana.day_ends = TravelZone.objects.get(name="River")
    roads.dana.save()
    roads.book("09:00", mode="mobile", now=NOW)
    page = words(dana.get(DAY))
    assert "40 min on the road from River to East. Leave by 8:20 am." in page
    assert "40 min back to River." in page


def test_visits_at_the_clinic_alone_have_no_roads(roads, dana, jo):
    roads.book("09:00", now=NOW)
    roads.book("10:00", mode="telehealth", now=NOW)
    assert "on the road" not in words(dana.get(DAY))
    assert "Drive" not in words(jo.get(DAY))


def test_road_to_a_cancelled_visit_is_not_driven(roads, dana):
    two_homes(roads)
    last = roads.dana.blocks.order_by("starts_at").last().appointment
    diary.cancel(appointment=last, by=make_user(), now=NOW)
    assert "20 min back to Midtown clinic." in words(dana.get(DAY))


def test_visit_of_which_nothing_is_known_is_somewhere(roads, dana):
    visit = roads.book("09:00", mode="mobile", now=NOW)
    visit.block.zone = None
    visit.block.save()
    ZoneMinutes.objects.all().delete()
    assert "on the road" not in words(dana.get(DAY))  # the clinic of the tests counts nothing for such roads
    assert "7310 Boundary Avenue" in words(dana.get(DAY))


@pytest.mark.parametrize("who", ["jo", "dana"])
def test_number_of_queries_stays_whatever_the_roads(roads, who, request):
    client = request.getfixturevalue(who)
    roads.book("08:30", mode="mobile", now=NOW)
    client.get(DAY)
    with CaptureQueriesContext(connection) as one:
        client.get(DAY)
    roads.book("10:15", mode="mobile", postal_code="99577", now=NOW)
    roads.book("09:00", mode="mobile", practitioner=roads.jun, now=NOW)
    with CaptureQueriesContext(connection) as many:
        client.get(DAY)
    assert len(many) == len(one)


def test_price_that_the_desk_says_on_the_phone_has_the_drive(roads, jo):
    TravelZone.objects.filter(name="East").update(fee=25)
    slot = f"{local('09:00').isoformat()}|{roads.dana.uid}|"
    asked = {"service": roads.service.uid, "mode": "mobile", "slot": slot, "postal_code": "99504"}
    assert "$190 and $25 for the drive to East" in words(jo.get("/desk/book/", asked))
    assert "for the drive" not in words(jo.get("/desk/book/", asked | {"postal_code": "98101"}))
