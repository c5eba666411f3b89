"""How much one network may send us, and that nobody else is kept out by it."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from clinic import audit, context, floods
from clinic.models import AuditEvent, Call, Message
from clinic.site_views import MOST_WISHES
from intake.models import GuideRequest, Request, Screening
from intake.views.check import MOST_BEGUN
from intake.views.guides import MOST_ASKED
from intake.views.requests import MOST_SENT
from tests.factories import NOW, make_clinic, make_guide, make_location, make_user
from tests.intake.checking import p0
from tests.intake.test_request_forms import GOOD

pytestmark = pytest.mark.django_db
# Addresses of the whole net; those that examples use are of no net at all.
FLOOD, OTHER = "11.22.33.44", "11.22.33.45"
WORDS = "Too much came from your network just now. Call us at 907-555-0142, or try again in 15 minutes."


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    context.forget()
    make_location()
    make_guide(slug="knees")
    yield make_clinic()
    context.forget()


def flooded(act: str, number: int, address: str = FLOOD, at=NOW) -> None:
    rows = [AuditEvent(act=act, at=at, actor_label="patient", ip=address) for _ in range(number)]
    AuditEvent.objects.bulk_create(rows)


def wish() -> dict[str, str]:
    return {"language": "Yup’ik", "name": "Nengaq", "phone": "907-555-0118", "submission": str(uuid.uuid4())}


FORMS = {
    "/check/begin/": ("screening.started", MOST_BEGUN, p0, Screening),
    "/ask/call/": ("request.received", MOST_SENT, lambda: next(iter(GOOD.values())), Request),
    "/guides/knees/": ("guide.asked", MOST_ASKED, lambda: {"email": "casey@runner.example"}, GuideRequest),
    "/interpreter/": ("call.opened", MOST_WISHES, wish, Call),
}


@pytest.mark.parametrize("path", FORMS)
def test_flood_from_one_network_is_refused_and_is_told_whom_to_call(path):
    act, most, data, model = FORMS[path]
    flooded(act, most)
    answer = Client(REMOTE_ADDR=FLOOD).post(path, data())
    assert answer.status_code == 429
    page = re.sub(r"\s+", " ", answer.content.decode())
    assert f"{WORDS} In an emergency call 911." in page
    assert not model.objects.exists()
    assert not Message.objects.exists()
    assert Client(REMOTE_ADDR=OTHER).post(path, data()).status_code == 302
    assert model.objects.count() == 1


@pytest.mark.parametrize("path", FORMS)
def test_what_is_sent_counts_towards_a_flood(path):
    act, most, data, _model = FORMS[path]
    flooded(act, most - 1)
    assert Client(REMOTE_ADDR=FLOOD).post(path, data()).status_code == 302
    assert floods.count(act=act, address=FLOOD, now=NOW) == most


@pytest.mark.parametrize("path", FORMS)
def test_proxy_that_nobody_named_closes_no_form(path):
    act, most, data, _model = FORMS[path]
    for address in ("127.0.0.1", "10.0.0.7", "fd00::1"):
        flooded(act, most + 1, address)
    assert Client(REMOTE_ADDR="10.0.0.7").post(path, data()).status_code == 302


def test_flood_is_over_after_fifteen_minutes():
    flooded("a.b", 3, at=NOW - timedelta(minutes=15))
    assert floods.count(act="a.b", address=FLOOD, now=NOW) == 0


def test_what_staff_do_does_not_count():
    AuditEvent.objects.create(act="a.b", at=NOW, actor=make_user(), actor_label="staff", ip=FLOOD)
    assert floods.count(act="a.b", address=FLOOD, now=NOW) == 0


def test_addresses_of_one_ipv6_network_are_one():
    for address in ("2600:1::1", "2600:1::2", "2600:1:0:0:ffff::3", "2600:1:0:1::1", "2600:2::1"):
        flooded("a.b", 1, address)
    assert floods.count(act="a.b", address="2600:1::9", now=NOW) == 3


@pytest.mark.parametrize(
    ("address", "network"),
    [("11.22.33.44", "11.22.33.44"), ("2600:1:2:3:4:5:6:7", "2600:1:2:3::"), ("::1", "::")],
)
def test_network_of_an_address(address, network):
    assert audit.network_of(address) == network
