"""Only the gateway itself can tell what became of a text."""

import uuid

import pytest
from django.urls import reverse

from clinic.gateway_hooks import HEADER, signature
from clinic.models import Call, Message
from tests.factories import NOW, make_clinic, make_location, make_message, make_patient

pytestmark = pytest.mark.django_db
KEY = "12345"


@pytest.fixture(autouse=True)
def gateway(settings):
    make_location()
    make_clinic()
    settings.SMS_URL, settings.SITE_URL = f"https://AC1:{KEY}@sms.example/", "https://visits.example"


@pytest.fixture
def message() -> Message:
    return make_message(
        channel="sms", to="+19075550118", state="sent", sent_at=NOW, patient=make_patient(phone="+19075550118")
    )


def tell(client, uid, status, *, key=KEY, **headers):
    path, fields = reverse("text_delivered", args=[uid]), {"MessageSid": "SM1", "MessageStatus": status}
    signed = {HEADER: signature(f"https://visits.example{path}", fields, key)} if key else {}
    return client.post(path, fields, headers=signed | headers)


def test_signature_is_the_one_that_openssl_makes():
    """What `openssl dgst -sha1 -hmac 12345 -binary | base64` says of the address and the fields by name."""
    fields = {
        "To": "+18005551212",
        "From": "+14158675310",
        "Digits": "1234",
        "Caller": "+14158675310",
        "CallSid": "CA1234567890ABCDE",
    }
    assert signature("https://example.com/myapp.php?foo=1&bar=2", fields, KEY) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_delivered_text_is_marked(client, message):
    assert tell(client, message.uid, "delivered").status_code == 204
    message.refresh_from_db()
    assert (message.state, message.delivered_at is not None) == ("sent", True)


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_lost_text_is_a_call_for_the_desk_once(client, message, status):
    for _again in range(2):
        assert tell(client, message.uid, status).status_code == 204
    message.refresh_from_db()
    assert (message.state, message.error) == ("failed", f"not delivered: {status}")
    call = Call.objects.get()
    assert (call.reason, call.subject_uid, call.patient) == ("message", message.subject_uid, message.patient)
    assert call.notes.count() == 0


@pytest.mark.parametrize("status", ["queued", "sent", "", "delivered\x00", "x" * 10_000])
def test_other_words_change_nothing(client, message, status):
    assert tell(client, message.uid, status).status_code == 204
    message.refresh_from_db()
    assert (message.state, message.delivered_at) == ("sent", None)


def test_delivered_text_is_not_lost_later(client, message):
    tell(client, message.uid, "delivered")
    tell(client, message.uid, "failed")
    message.refresh_from_db()
    assert message.state == "sent"
    assert not Call.objects.exists()


def test_text_that_nobody_sent_is_no_error(client):
    assert tell(client, uuid.uuid4(), "failed").status_code == 204
    assert not Call.objects.exists()


@pytest.mark.parametrize("key", ["54321", ""])
def test_strangers_are_refused(client, message, key):
    assert tell(client, message.uid, "failed", key=key).status_code == 403
    message.refresh_from_db()
    assert message.state == "sent"


def test_signature_that_is_no_ascii_is_refused(client, message):
    assert tell(client, message.uid, "failed", key="", **{HEADER: "é"}).status_code == 403


def test_without_a_gateway_there_is_no_such_page(client, message, settings):
    settings.SMS_URL = ""
    assert tell(client, message.uid, "failed").status_code == 404


def test_key_of_its_own_is_used(client, message, settings):
    settings.SMS_SIGNING_KEY = "another"
    assert tell(client, message.uid, "delivered").status_code == 403
    assert tell(client, message.uid, "delivered", key="another").status_code == 204


def test_page_takes_posts_only(client, message):
    assert client.get(reverse("text_delivered", args=[message.uid])).status_code == 405


def test_query_string_is_signed_too(client, message):
    path = reverse("text_delivered", args=[message.uid]) + "?a=1"
    signed = signature(f"https://visits.example{path}", {"MessageStatus": "delivered"}, KEY)
    answer = client.post(path, {"MessageStatus": "delivered"}, headers={HEADER: signed})
    assert answer.status_code == 204
