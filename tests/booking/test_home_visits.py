"""Home visits as a patient meets them: the drive in the price, times that a road has taken, and what else there is."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from booking import diary
from booking.models import Appointment
from clinic import registry
from clinic.models import Message, ServiceMode, TravelZone
from tests.booking.house import House
from tests.booking.test_roads_kept import with_roads
from tests.booking.visitor import answers, buttons, check_url, checked, holds, slot_value, text, times_url
from tests.factories import NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def roads(house) -> House:
    return with_roads(house)


def instead(page) -> dict[str, dict[str, list[str]]]:
    """The other ways that a page offers: by mode, with what their addresses carry."""
    found = re.findall(r'<li><a href="(/book/[^"]+)"><svg', page.content.decode())
    queries = [parse_qs(urlsplit(unescape(url)).query) for url in found]
    return {query.pop("mode")[0]: query for query in queries}


def test_outside_the_area_the_page_offers_the_clinic_and_video_with_what_was_chosen(client, roads):
    checked(client)
    page = client.get(times_url(roads, "mobile", zip="98101", **{"with": roads.dana.slug, "from": "2026-11-30"}))
    assert (page.status_code, buttons(page)) == (422, [])
    assert "Sorry, 98101 is farther than we drive. You can still see us:" in text(page)
    kept = {"with": [roads.dana.slug], "from": ["2026-11-30"]}
    assert instead(page) == {"in_clinic": kept, "telehealth": kept}


def test_outside_the_area_a_way_that_the_person_does_not_give_is_offered_with_anybody(client, roads):
    checked(client)
    roads.service.modes.get(mode="telehealth").practitioners.remove(roads.dana)
    page = client.get(times_url(roads, "mobile", zip="98101", **{"with": roads.dana.slug}))
    assert instead(page) == {"in_clinic": {"with": [roads.dana.slug]}, "telehealth": {}}


def test_outside_the_area_nothing_else_is_offered_where_there_is_nothing_else(client, roads):
    checked(client)
    ServiceMode.objects.exclude(mode="mobile").update(active=False)
    page = client.get(times_url(roads, "mobile", zip="98101"))
    assert instead(page) == {}
    assert "You can still see us" not in text(page)
    assert "Is it close to where we do go? Call 907-555-0142 and ask." in text(page)


def test_week_without_a_home_visit_says_what_else_there_is(client, roads):
    checked(client)
    assert buttons(client.get(times_url(roads, "mobile")))
    # Four hours of work less the road there and back.
    roads.service.modes.filter(mode="mobile").update(duration_minutes=201)
    page = client.get(times_url(roads, "mobile"))
    assert buttons(page) == []
    assert "No home visit fits in these days." in text(page)
    assert instead(page).keys() == {"in_clinic", "telehealth"}


def test_time_that_a_road_has_taken_since_it_was_listed_has_gone(client, roads):
    checked(client)
    assert slot_value(roads, "10:00", mode="mobile") in buttons(client.get(times_url(roads, "mobile")))
    roads.book("08:30", mode="mobile", postal_code="99577", now=NOW)
    for page in (
        client.post(times_url(roads, "mobile"), {"slot": slot_value(roads, "10:00", mode="mobile")}),
        client.get(check_url(roads, "10:00", mode="mobile")),
        client.post(check_url(roads, "10:00", mode="mobile"), answers("mobile")),
    ):
        assert page.status_code == 409
        assert "has just gone" in text(page)
        assert slot_value(roads, "10:15", mode="mobile") in buttons(page)


def test_time_kept_for_one_home_is_not_said_to_be_kept_for_another(client, roads):
    checked(client)
    client.post(times_url(roads, "mobile"), {"slot": slot_value(roads, "09:00", mode="mobile")})
    assert "This time is yours until" in text(client.get(check_url(roads, "09:00", mode="mobile")))
    other = client.get(check_url(roads, "09:00", mode="mobile", zip="99577"))
    assert "This time is yours until" not in text(other)


def test_whole_price_with_the_drive_stands_on_every_page_and_in_the_letters(client, roads):
    TravelZone.objects.filter(name="East").update(fee=25)
    checked(client)
    assert "$190 and $25 for the drive" in text(client.get(times_url(roads, "mobile")))
    assert "$190 and $25 for the drive" in text(client.get(check_url(roads, mode="mobile")))
    assert client.post(check_url(roads, mode="mobile"), answers("mobile")).status_code == 302
    TravelZone.objects.filter(name="East").update(fee=99)
    visit = Appointment.objects.get()
    told = "$215 without a plan, $25 of it for the drive"
    for address in ("/visit/booked/", "/visit/"):
        assert told in text(client.get(address))
    diary.move(appointment=visit, start=visit.block.starts_at + timedelta(hours=1), practitioner=roads.dana, now=NOW)
    for message in Message.objects.filter(subject_uid=visit.uid, channel="email").order_by("pk"):
        letter = registry.letters[message.kind](message, NOW)
        assert letter is None or told in letter.text
    assert letter is not None


def test_visit_without_a_drive_says_its_price_alone(client, roads):
    visit = roads.book("09:00", now=NOW)
    holds(client, visit, "visit")
    assert "$190 without a plan" in text(client.get("/visit/"))
    assert "drive" not in text(client.get("/visit/"))
