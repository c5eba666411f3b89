"""Times at which the patient has another visit: not listed where this browser knows of it, and said at once."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking.models import Appointment
from booking.picked import write_start
from tests.booking.house import local
from tests.booking.visitor import answers, buttons, check_url, checked, holds, slot_value, text, times_url, visit_link
from tests.factories import NOW, make_patient

pytestmark = pytest.mark.django_db
# With hour-long visits these share time with one at 9:00; 8:00 ends as it begins.
IN_THE_WAY = ("08:15", "08:30", "08:45", "09:00", "09:15", "09:30", "09:45")


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def walls(response) -> set[str]:
    """The starts on Wednesday that a page offers, by the clinic's clock."""
    offered = {value.partition("|")[0] for value in buttons(response)}
    clock = [f"{hour:02}:{minute:02}" for hour in range(8, 12) for minute in (0, 15, 30, 45)]
    return {wall for wall in clock if write_start(local(wall)) in offered}


@pytest.mark.parametrize("mode", ["in_clinic", "mobile", "telehealth"])
def test_times_of_an_own_visit_are_not_listed_in_any_mode(client, house, mode):
    checked(client)
    assert set(IN_THE_WAY) <= walls(client.get(times_url(house, mode)))
    client.post(check_url(house), answers())
    listed = walls(client.get(times_url(house, mode)))
    assert not listed & set(IN_THE_WAY)
    assert {"08:00", "10:00"} <= listed or mode == "mobile"  # at home there is a drive before and after


def test_times_of_a_visit_that_the_browser_does_not_know_stay_listed(house):
    patient, browser = make_patient(), Client()
    house.book("09:00", patient=patient, now=NOW)
    checked(browser, patient=patient)
    assert set(IN_THE_WAY) <= walls(browser.get(times_url(house)))  # with Jun


def test_visit_known_by_its_link_is_left_out_too_but_not_somebody_elses(house):
    patient = make_patient()
    own, other = house.book("09:00", patient=patient, now=NOW), house.book("11:00", now=NOW)
    for visit, clear in ((own, False), (other, True)):
        browser = Client()
        checked(browser, patient=patient)
        holds(browser, visit, "visit")
        assert ("09:00" in walls(browser.get(times_url(house)))) == clear
        assert "11:00" in walls(browser.get(times_url(house)))


def test_clash_is_said_as_the_last_page_opens_and_as_a_time_is_picked(client, house):
    checked(client)
    client.post(check_url(house), answers())
    button = slot_value(house, "09:30").replace(house.dana.slug, house.jun.slug)
    for response in (
        client.get(check_url(house, "09:30", **{"with": house.jun.slug})),
        client.post(times_url(house), {"slot": button}),
    ):
        assert response.status_code == 409
        assert "You already have a visit at that time" in text(response)
        assert buttons(response)


def test_move_lists_no_times_of_another_own_visit_and_says_the_clash(client, house):
    screening = checked(client)
    client.post(check_url(house, "09:00"), answers())
    later = house.book("11:00", patient=screening.patient, screening=screening, now=NOW)
    client.get(visit_link(later))
    listed = walls(client.get("/visit/move/"))
    assert not listed & set(IN_THE_WAY)
    assert "10:30" in listed  # its own time stands in nobody's way
    jun = slot_value(house, "09:30").replace(house.dana.slug, house.jun.slug)
    for response in (
        client.get("/visit/move/check/", {"slot": jun}),
        client.post("/visit/move/check/", {"slot": jun, "row": str(later.uid)}),
    ):
        assert response.status_code == 409
        assert "You already have a visit at that time" in text(response)
    assert Appointment.objects.get(pk=later.pk).block.starts_at == local("11:00")


def test_own_visits_cost_no_query_each(client, house):
    screening = checked(client)

    def queries() -> int:
        client.get(times_url(house))  # the set-up is asked for by the first page, and kept
        with CaptureQueriesContext(connection) as captured:
            client.get(times_url(house))
        return len(captured)

    house.book("08:00", patient=screening.patient, screening=screening, source="desk", now=NOW)
    one = queries()
    for wall in ("09:00", "10:00"):
        house.book(wall, patient=screening.patient, screening=screening, source="desk", now=NOW)
    assert queries() == one
