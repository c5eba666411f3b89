"""The calendar feed of a practitioner: read by two readers, says no names, and can be taken back."""

from datetime import UTC, datetime, timedelta

import pytest
import vobject
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from booking import diary, feed
from clinic import links
from tests.booking.house import local
from tests.factories import NOW, make_clinic, make_patient, make_practitioner, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def path(practitioner) -> str:
    return feed.address(practitioner).removeprefix("http://testserver")


def read(client, practitioner) -> bytes:
    answer = client.get(path(practitioner))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return answer.content


def events(client, practitioner) -> list:
    return Calendar.from_ical(read(client, practitioner)).events


def test_feed_has_each_visit_with_its_uid_and_sequence(client, house):
    visit = house.book("09:00", now=NOW)
    diary.move(appointment=visit, start=local("10:00"), practitioner=house.dana, location=house.location, now=NOW)
    house.book("09:00", practitioner=house.jun, now=NOW)
    (event,) = events(client, house.dana)
    assert (event["uid"], event["sequence"]) == (str(visit.uid), 1)
    assert event.start == local("10:00")
    assert event.start.tzinfo.key == "America/Anchorage"


def test_feed_says_the_same_to_a_second_reader(client, house):
    visit = house.book("09:00", now=NOW)
    told = vobject.readOne(read(client, house.dana).decode())
    (event,) = told.vevent_list
    assert (event.uid.value, event.dtstart.value) == (str(visit.uid), local("09:00"))
    assert event.dtend.value - event.dtstart.value == timedelta(hours=1)
    assert told.vtimezone.tzid.value == "America/Anchorage"


@pytest.mark.parametrize(
    ("mode", "place"), [("in_clinic", "Midtown clinic"), ("mobile", "Home visit"), ("telehealth", "By video")]
)
def test_event_says_in_which_way_and_not_whom(client, house, mode, place):
    house.book("09:00", mode=mode, patient=make_patient(given_name="Annika", family_name="Oquendo"), now=NOW)
    text = read(client, house.dana).decode()
    assert place in text.replace("\r\n ", "")
    for word in ("Annika", "Oquendo", "Boundary", "+1907", house.service.name):
        assert word not in text


def test_cancelled_visit_leaves_the_feed(client, house):
    visit = house.book("09:00", now=NOW)
    diary.cancel(appointment=visit, by=None, now=NOW)
    assert events(client, house.dana) == []


def test_what_was_weeks_ago_is_left_out(client, house, monkeypatch):
    house.book("09:00", now=NOW)
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=16))
    assert events(client, house.dana) == []


def test_feed_takes_a_fixed_number_of_queries(client, house, django_assert_num_queries):
    address = path(house.dana)
    house.book("08:00", now=NOW)
    with django_assert_num_queries(3):
        client.get(address)
    for wall in ("09:00", "10:00"):
        house.book(wall, now=NOW)
    with django_assert_num_queries(3):
        client.get(address)


def test_new_address_makes_the_old_one_empty(client, house):
    old = path(house.dana)
    links.revoke(row=house.dana)
    assert client.get(old).status_code == 404
    assert client.get(path(house.dana)).status_code == 200


def test_who_has_left_has_no_feed(client, house):
    address = path(house.dana)
    house.dana.active = False
    house.dana.save()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("token", ["x", "feed~x~1.a", "a" * 400, "feed~AAAAAAAAAAAAAAAAAAAAAA~1.1tz.x", "é"])
def test_made_up_address_is_not_found(client, house, token):
    assert client.get(reverse("booking:feed", args=[token])).status_code == 404


def test_link_of_a_patient_is_no_feed(client, house):
    visit = house.book("09:00", now=NOW)
    token = links.make(row=visit, purpose="visit").removeprefix("/l/").rstrip("/")
    assert client.get(reverse("booking:feed", args=[token])).status_code == 404


def test_feed_holds_around_the_change_of_the_clock(client, house):
    for start in (datetime(2026, 10, 30, 17, tzinfo=UTC), datetime(2026, 11, 2, 18, tzinfo=UTC)):
        visit = house.book("09:00", start=start, now=start - timedelta(days=1))
        assert visit.wall_time.endswith("09:00")
    first = Calendar.from_ical(feed.calendar(house.dana, now=datetime(2026, 10, 30, tzinfo=UTC))).events
    assert [event.start.hour for event in first] == [9, 9]


# ---------------------------------------------------------------- the page


@pytest.fixture
def dana(house, client):
    user = make_user(groups=["pt"])
    house.dana.user = user
    house.dana.save()
    client.force_login(user)
    return house.dana


def test_page_shows_the_address_and_makes_a_new_one(client, dana):
    page = client.get(reverse("admin:own-feed"))
    old = page.context["address"]
    assert f'value="{old}"' in page.content.decode()
    assert old.replace("http:", "webcal:") in page.content.decode()
    assert client.get(old).status_code == 200
    client.post(reverse("admin:own-feed"))
    assert client.get(old).status_code == 404
    assert client.get(client.get(reverse("admin:own-feed")).context["address"]).status_code == 200


def test_page_of_somebody_who_sees_no_patients_says_so(client):
    make_clinic()
    client.force_login(make_user(groups=["pt"]))
    assert "not linked" in client.get(reverse("admin:own-feed")).content.decode()


def test_desk_has_no_such_page(client):
    make_clinic()
    client.force_login(make_user(groups=["desk"]))
    assert client.get(reverse("admin:own-feed")).status_code == 403


def test_manager_makes_an_address_stop(client, house):
    old = path(house.dana)
    client.force_login(make_user(groups=["manager"]))
    form = {"action": "revoke_calendar_address", "_selected_action": [house.dana.pk]}
    client.post(reverse("admin:clinic_practitioner_changelist"), form)
    assert client.get(old).status_code == 404
    assert make_practitioner().link_version == 1


def test_feed_of_somebody_who_has_left_is_gone(client, house):
    house.dana.user = make_user()
    house.dana.save()
    read(client, house.dana)
    house.dana.user.is_active = False
    house.dana.user.save()
    assert client.get(path(house.dana)).status_code == 404
