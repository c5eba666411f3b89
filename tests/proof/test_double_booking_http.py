"""Fifty patients book one slot at the same moment over real connections: one visit, 49 clean refusals, no error.

Once against a server with a thread for each connection, where all of them really meet in the database, and once against
the server as it is deployed: granian with two processes. The clock is the real one.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.db import connection
from django.utils import timezone

from booking import schedule
from booking.models import Appointment, Block
from booking.picked import button
from clinic.models import Message
from tests.booking.contenders import address
from tests.booking.house import House, make_house
from tests.booking.http_browser import Answer, HttpBrowser, token_of
from tests.booking.wholeness import faults
from tests.factories import make_outcome, make_patient, make_screening
from tests.ports import free_port

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
CLIENTS, ROUNDS = 50, 3


@pytest.fixture
def house() -> House:
    return make_house()


@pytest.fixture
def deployed(house) -> Iterator[str]:
    """Run the server as it is deployed on the database of this test."""
    port = free_port()
    environment = os.environ | {"DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "clinic.wsgi:application"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--backlog", "256"]
    process = subprocess.Popen(command, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/visit/find/")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)
        connection.close()


def wait_for(url: str) -> None:
    for _ in range(120):
        try:
            with urlopen(url, timeout=10):
                return
        except (URLError, ConnectionError):
            time.sleep(0.5)
    pytest.fail("the server did not start")


def slots(house: House, count: int) -> list[str]:
    """Buttons of free times a week from now, each of which can be booked once the others are."""
    now = timezone.now()
    found = schedule.find(
        service=house.service,
        mode="in_clinic",
        practitioner=house.dana,
        first_day=(now + timedelta(days=7)).date(),
        days=14,
        now=now,
    )
    by_day = {slot.start.date(): slot for slot in found}
    return [button(slot.start, house.dana.slug, house.location.slug) for slot in list(by_day.values())[:count]]


def browsers(url: str) -> list[HttpBrowser]:
    now, found = timezone.now(), []
    for _ in range(CLIENTS):
        screening = make_screening(patient=make_patient(), contact={"name": "Casey Tran", "email": "casey@r.example"})
        make_outcome(screening=screening, created_at=now)
        found.append(HttpBrowser(url))
        found[-1].hold(screening, "check")
    return found


def at_once(work, count: int) -> list[Answer]:
    barrier = Barrier(count)

    def run(number: int) -> Answer:
        barrier.wait(timeout=60)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def fight(url: str, house: House, slot: str) -> tuple[Counter[int], Counter[int]]:
    """Let all pick and then all book one slot; count the answers to both."""
    clients = browsers(url)
    start, person, place = slot.split("|")
    times = f"/book/{house.service.slug}/?mode=in_clinic"
    last = f"/book/{house.service.slug}/check/?mode=in_clinic&place={place}&with={person}&start={start}"
    # The last page of each is open before the race begins.
    tokens = [token_of(client.get(last)) for client in clients]
    picked = at_once(lambda number: clients[number].post(times, tokens[number], slot=slot), CLIENTS)
    Block.objects.filter(state="held").delete()
    booked = at_once(lambda number: clients[number].post(last, tokens[number], agree="on"), CLIENTS)
    for answer in (*picked, *booked):
        assert answer.status in (302, 409), answer.body[:2000]
        assert answer.status == 302 or "That time has just gone" in answer.body
    assert [answer.location for answer in booked if answer.status == 302] == ["/visit/booked/"]
    return Counter(answer.status for answer in picked), Counter(answer.status for answer in booked)


def prove(url: str, house: House) -> None:
    for number, slot in enumerate(slots(house, ROUNDS), 1):
        picked, booked = fight(url, house, slot)
        print(f"{connection.vendor}, {url}, slot {slot}: picked {dict(picked)}, booked {dict(booked)}")
        assert picked == booked == {302: 1, 409: CLIENTS - 1}
        assert Appointment.objects.count() == Block.objects.count() == number
        assert Message.objects.filter(kind="booked", channel="email").count() == number
    assert faults() == []


def test_fifty_threads_book_one_slot_once(house, live_server):
    prove(live_server.url, house)


def test_fifty_patients_book_one_slot_once_as_deployed(house, deployed):
    prove(deployed, house)
