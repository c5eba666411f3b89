"""Many patients at the same time through the pages: one gets the slot, the others are told so, nobody sees an error."""

import uuid
from collections import Counter

import pytest
from django.test import Client
from django.utils import timezone

from booking.models import Appointment, Block
from booking.picked import GONE
from clinic.models import Message
from tests.booking.house import House, local, make_house
from tests.booking.test_races import all_look_before_any_writes, without_constraints, without_locks
from tests.booking.visitor import answers, buttons, check_url, checked, holds, slot_value, times_url, visit_link
from tests.booking.wholeness import faults
from tests.factories import NOW
from tests.threads import run_at_once

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 16


@pytest.fixture
def open_house(monkeypatch) -> House:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return make_house()


def browsers(count: int) -> list[Client]:
    """Browsers of different patients, each with its check; an error of the server is an answer like any other."""
    found = [Client(raise_request_exception=False) for _ in range(count)]
    for browser in found:
        checked(browser)
    return found


def post_at_once(clients: list[Client], url: str, sent: list[dict]) -> Counter[int]:
    """Send a form from each browser at the same moment and count the answers; 409 must say that the time is gone."""

    def post(number: int):
        return clients[number].post(url, sent[number])

    found = run_at_once(post, len(clients))
    assert all(answer.context["trouble"] == GONE for answer in found if answer.status_code == 409)
    assert all(buttons(answer) for answer in found if answer.status_code == 409)
    return Counter(answer.status_code for answer in found)


@pytest.mark.postgres
def test_without_guards_two_patients_book_one_slot(open_house, monkeypatch):
    clients = browsers(2)
    without_locks(monkeypatch)
    all_look_before_any_writes(monkeypatch, 2)
    with without_constraints():
        assert post_at_once(clients, check_url(open_house), [answers(), answers()]) == {302: 2}
        assert faults() != []


def test_sixteen_patients_book_one_slot(open_house):
    clients = browsers(CLIENTS)
    sent = [answers() for _ in clients]
    assert post_at_once(clients, check_url(open_house), sent) == {302: 1, 409: CLIENTS - 1}
    assert Appointment.objects.count() == Block.objects.count() == 1
    assert Message.objects.filter(kind="booked", channel="email").count() == 1
    assert faults() == []


def test_sixteen_patients_pick_one_slot(open_house):
    clients = browsers(CLIENTS)
    sent = [{"slot": slot_value(open_house)} for _ in clients]
    assert post_at_once(clients, times_url(open_house), sent) == {302: 1, 409: CLIENTS - 1}
    assert Block.objects.get().starts_at == local("09:00")


def test_who_keeps_the_slot_books_it_against_all_others(open_house):
    clients = browsers(CLIENTS)
    assert clients[0].post(times_url(open_house), {"slot": slot_value(open_house)}).status_code == 302
    answered = post_at_once(clients, check_url(open_house), [answers() for _ in clients])
    assert answered == {302: 1, 409: CLIENTS - 1}
    assert clients[0].get("/visit/booked/").status_code == 200


def test_one_form_sent_sixteen_times_books_once(open_house):
    (browser,) = browsers(1)
    clients = [Client(raise_request_exception=False) for _ in range(CLIENTS)]
    for client in clients:
        client.cookies = browser.cookies
    sent = answers(submission=str(uuid.uuid4()))
    assert post_at_once(clients, check_url(open_house), [sent] * CLIENTS) == {302: CLIENTS}
    assert Appointment.objects.count() == Block.objects.count() == 1


def test_sixteen_tabs_of_one_browser_book_once(open_house):
    """Each tab has a form of its own. Who comes second finds the visit of the first."""
    (browser,) = browsers(1)
    clients = [Client(raise_request_exception=False) for _ in range(CLIENTS)]
    for client in clients:
        client.cookies = browser.cookies
    assert post_at_once(clients, check_url(open_house), [answers() for _ in clients]) == {302: CLIENTS}
    assert Appointment.objects.count() == Block.objects.count() == 1


def test_two_patients_move_to_one_slot(open_house):
    visits = [open_house.book(wall, now=NOW) for wall in ("08:00", "10:00")]
    clients = [Client(raise_request_exception=False) for _ in visits]
    for client, visit in zip(clients, visits, strict=True):
        assert client.get(visit_link(visit)).status_code == 302
        holds(client, visit, "visit")
    slot = slot_value(open_house, "11:00")
    sent = [{"slot": slot, "row": str(visit.uid)} for visit in visits]
    assert post_at_once(clients, "/visit/move/check/", sent) == {302: 1, 409: 1}
    assert faults() == []
