import uuid
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from clinic import audit
from clinic.models import AuditEvent
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db
UID = uuid.UUID("7f1d6a52-9c11-4c55-9bb3-3cbb4f7d8e21")


def a_request(user: Any, **meta: Any) -> Any:
    request: Any = RequestFactory().get("/", **meta)
    request.user = user
    request.id = "a" * 32
    return request


def test_record_without_a_request_is_the_systems():
    event = audit.record(act="message.dropped", subject_uid=UID, now=NOW)
    assert (event.actor, event.actor_label, event.ip, event.request_id, event.at) == (None, "system", None, "", NOW)


def test_record_on_an_anonymous_request_is_the_patients():
    event = audit.record(
        act="visit.cancelled", subject_uid=UID, request=a_request(AnonymousUser(), REMOTE_ADDR="203.0.113.9")
    )
    assert (event.actor, event.actor_label, event.ip, event.request_id) == (None, "patient", "203.0.113.9", "a" * 32)


def test_record_takes_the_one_who_is_logged_in():
    user = make_user()
    event = audit.record(act="patient.opened", subject_uid=UID, request=a_request(user))
    assert (event.actor, event.actor_label) == (user, "staff")


def test_record_finds_the_request_being_answered(client: Client, monkeypatch: pytest.MonkeyPatch):
    token = audit.current_request.set(a_request(AnonymousUser(), REMOTE_ADDR="2001:db8::7"))
    try:
        event = audit.record(act="visit.moved", subject_uid=UID)
    finally:
        audit.current_request.reset(token)
    assert (event.actor_label, event.ip) == ("patient", "2001:db8::7")


def test_record_keeps_codes_uids_times_and_numbers():
    details = {
        "outcome": "no_answer",
        "uid": UID,
        "day": date(2026, 11, 24),
        "at": NOW,
        "count": 3,
        "share": 0.5,
        "flagged": True,
        "none": None,
        "empty": "",
        "rules": ["E01", "U14"],
    }
    audit.record(act="a", subject_uid=None, details=details)
    assert AuditEvent.objects.get().details == {
        "outcome": "no_answer",
        "uid": str(UID),
        "day": "2026-11-24",
        "at": "2026-11-24T18:40:00+00:00",
        "count": 3,
        "share": 0.5,
        "flagged": True,
        "none": None,
        "empty": "",
        "rules": ["E01", "U14"],
    }


@pytest.mark.first_case
@pytest.mark.parametrize(
    "details",
    [
        {"note": "her knee hurts"},
        {"to": "ana@runner.example"},
        {"phone": "+19075550118"},
        {"name": "Ana Oquendo"},
        {"name": "Ámbar"},
        {"long": "a" * 65},
        {"nested": {"a": 1}},
        {"deep": [["a"]]},
        {"many": list(range(51))},
        {"thing": object()},
        {"Her knee": 1},
        {"nul": "a\x00b"},
        {"line": "a\n"},
    ],
)
def test_record_refuses_what_could_be_somebodys_data(details: Any):
    with pytest.raises(audit.NotForAudit):
        audit.record(act="a", subject_uid=UID, details=details)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("act", ["", "Call Ana", "call\n", "a" * 61])
def test_record_refuses_an_act_that_is_no_code(act: str):
    with pytest.raises(audit.NotForAudit):
        audit.record(act=act, subject_uid=UID)


@pytest.mark.parametrize("told", ["", "unix:", "999.1.1.1", "::1\x00"])
def test_address_of_an_odd_client_is_none(told: str):
    assert audit.address_of(SimpleNamespace(META={"REMOTE_ADDR": told})) is None  # type: ignore[arg-type]


def test_address_of_a_link_local_client_has_no_interface():
    assert audit.address_of(SimpleNamespace(META={"REMOTE_ADDR": "fe80::1%eth0"})) == "fe80::1"  # type: ignore[arg-type]


def test_record_is_dated_by_itself_when_no_time_is_given():
    assert isinstance(audit.record(act="a", subject_uid=None).at, datetime)


def test_address_of_ipv4_is_itself_where_a_server_listens_to_both():
    assert audit.address_of(SimpleNamespace(META={"REMOTE_ADDR": "::ffff:192.0.2.7"})) == "192.0.2.7"  # type: ignore[arg-type]
