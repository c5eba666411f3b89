"""The pages of own calendars: who may name one, what they say, and that the address is not shown again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from booking.busy import acts
from booking.models import OwnCalendar, TimeOff
from tests.booking.house import House, make_house
from tests.desk import staff, unknown_targets, words

ADDRESS = "webcal://calendar.example/very-secret-key/basic.ics"


@pytest.fixture
def house(db) -> House:
    return make_house()


def page_of(person) -> str:
    return f"/desk/busy/{person.uid}/"


def test_pt_names_the_own_calendar_and_nobody_elses(house):
    dana = staff("pt")
    house.dana.user = dana.user
    house.dana.save()
    assert "Busy times from your own calendar" in words(dana.get("/desk/calendar/"))
    answer = dana.post(page_of(house.dana), {"act": "follow", "address": ADDRESS}, follow=True)
    assert "calendar.example" in words(answer) and "very-secret-key" not in answer.content.decode()
    assert "being read for the first time" in words(answer) and not unknown_targets(answer)
    assert OwnCalendar.objects.get().address == "https://calendar.example/very-secret-key/basic.ics"
    for data in ({}, {"act": "forget"}, {"act": "follow", "address": ADDRESS}):
        assert dana.post(page_of(house.jun), data).status_code == 403
    dana.post(page_of(house.dana), {"act": "forget"})
    assert not OwnCalendar.objects.exists()


@pytest.mark.parametrize(
    "address", ["", "http://calendar.example/", "javascript:alert(1)", "x" * 5000, "https://\x00", "\ud83d"]
)
def test_bad_address_is_refused_in_words(house, address):
    answer = staff("manager").post(
        page_of(house.dana), {"act": "follow", "address": address.encode("utf-8", "replace").decode()}
    )
    assert answer.status_code == 422 and "Please mend this" in words(answer) and not unknown_targets(answer)
    assert not OwnCalendar.objects.exists()


def test_manager_sees_since_when_a_calendar_is_not_read(house, django_assert_num_queries):
    now = timezone.now()
    manager = staff("manager")
    row = acts.follow(practitioner=house.dana, address=ADDRESS, by=manager.user, now=now)
    assert acts.read_due(now=now) == 1  # no such name: nobody answers
    row.refresh_from_db()
    assert row.trouble and row.next_at == now + acts.EVERY
    page = words(manager.get("/desk/busy/"))
    assert "Not read Since" in page and "It has never been read, so it keeps no time free." in page
    OwnCalendar.objects.update(trouble="", failing_since=None, read_at=now, unread=2)
    TimeOff.objects.create(practitioner=house.dana, starts_at=now, ends_at=now + timedelta(hours=1), imported=True)
    page = words(manager.get("/desk/busy/"))
    assert "1 busy time to come" in page and "2 events were not understood" in page
    manager.post(page_of(house.dana), {"act": "read"})
    row.refresh_from_db()
    assert row.next_at <= timezone.now()


def test_admin_does_not_list_what_is_read_anew_every_hour(house):
    now = timezone.now()
    TimeOff.objects.create(practitioner=house.dana, starts_at=now, ends_at=now + timedelta(hours=1), imported=True)
    manager = staff("manager")
    assert "0 time off" in words(manager.get("/desk/booking/timeoff/"))
    assert (
        b"time_off-INITIAL_FORMS" in (page := manager.get(f"/desk/clinic/practitioner/{house.dana.pk}/change/").content)
        and b'name="time_off-INITIAL_FORMS" value="0"' in page
    )
