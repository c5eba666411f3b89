"""A Redis that is not there, or that says nothing, is not the patient's trouble."""

import re
import time
from collections.abc import Iterator
from itertools import count

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


def soonest(ours: Fleet, numbers: Iterator[int], *, within: float) -> tuple[float, list[str]]:
    """Book until it takes less than some seconds, twelve times at most: what waits for Redis waits each time."""
    took, words = booked(ours, next(numbers))
    for _ in range(11):
        if took < within:
            break
        again, said = booked(ours, next(numbers))
        assert said == words
        took = min(took, again)
    return took, words


def test_booking_without_redis_waits_for_nothing_and_says_nothing_of_it(tmp_path):
    big_house()
    numbers = count(1)
    with fleet(tmp_path, mail_port=1, text_port=1) as ours:
        ours.start_redis()
        ours.start_web()
        ours.wait_for_web()
        took, usual = soonest(ours, numbers, within=0.5)
        limit = took + 2  # the worker's queue is given up after five seconds, and after five more
        with ours.silent_redis():
            silent, said_when_silent = soonest(ours, numbers, within=limit)
        ours.kill("redis")
        gone, said_when_gone = soonest(ours, numbers, within=limit)
    assert (said_when_silent, said_when_gone) == (usual, usual)
    assert max(silent, gone) < limit, (took, silent, gone)
