"""A Redis that is not there, or that says nothing, is not the patient's trouble."""

import re
import time

import pytest

from clinic.models import Practitioner
from tests.booking.http_browser import HttpBrowser
from tests.chaos.fleet import Fleet, fleet
from tests.chaos.storm import PEOPLE, big_house, book_by_page, free_slots, patient_browser

pytestmark = [pytest.mark.postgres, pytest.mark.redis_server, pytest.mark.django_db(transaction=True)]


def booked(ours: Fleet, number: int) -> tuple[float, list[str]]:
    """Book the next free time with one PT and look at the page after it; return the seconds that both took, and its words."""
    person = Practitioner.objects.earliest("pk")
    slot = next(slot for slot in free_slots(PEOPLE * 4) if slot.practitioner_id == person.pk)
    browser: HttpBrowser = patient_browser(ours.site, number)
    begun = time.monotonic()
    book_by_page(browser, slot)
    page = browser.get("/visit/booked/").body
    took = time.monotonic() - begun
    said = re.search(r"(?s)<main.*</main>", page)
    assert said
    assert person.name in said[0]
    return took, re.findall(r"[A-Za-z]+", re.sub(r"<[^>]*>", " ", said[0]))


def test_booking_without_redis_takes_under_a_second_and_says_nothing_of_it(tmp_path):
    big_house()
    with fleet(tmp_path, mail_port=1, text_port=1) as ours:
        ours.start_redis()
        ours.start_web()
        ours.wait_for_web()
        _, usual = booked(ours, 1)
        with ours.silent_redis():
            silent, said_when_silent = booked(ours, 2)
        ours.kill("redis")
        gone, said_when_gone = booked(ours, 3)
    assert (said_when_silent, said_when_gone) == (usual, usual)
    assert max(silent, gone) < 1, (silent, gone)
