"""Staff write to a patient in their own words: by the ways that are open, once, kept on the timeline."""

import uuid

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from clinic import outbox, texting
from clinic.models import AuditEvent, Message
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_clinic, make_patient

pytestmark = pytest.mark.django_db
WORDS = "The road is icy.\nPark behind the house <b>please</b>."


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    make_clinic()
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def jo():
    return staff("desk", first_name="Jo", last_name="Bennett")


@pytest.fixture
def ana():
    return make_patient(texts_ok=True)


def address(patient) -> str:
    return reverse("admin:write", args=[patient.uid])


def send(client, patient, **given):
    values = {"submission": str(uuid.uuid4()), "words": WORDS, "channels": ["email"], **given}
    return client.post(address(patient), values, follow=True)


def test_words_leave_by_the_ways_that_were_picked_and_stand_on_the_timeline(jo, ana):
    page = send(jo, ana, channels=["email", "sms"], next="/desk/")
    assert page.redirect_chain == [("/desk/", 302)]
    assert "On its way to Ana Oquendo." in words(page)
    outbox.deliver_due(now=NOW)
    (letter,) = mail.outbox
    assert letter.subject.startswith("A message from ")
    assert "Jo Bennett of" in letter.body
    assert WORDS in letter.body
    assert "&lt;b&gt;please" in letter.alternatives[0][0]
    assert "The road is icy. Park behind" in Message.objects.get(channel="sms").text
    assert "The road is icy." in words(jo.get(reverse("admin:patient", args=[ana.uid])))
    assert AuditEvent.objects.get(act="patient.written_to").details == {"ways": ["email", "sms"]}


def test_same_form_sent_twice_is_one_message(jo, ana):
    submission = str(uuid.uuid4())
    for _ in range(2):
        send(jo, ana, submission=submission)
    assert Message.objects.filter(kind="staff_note").count() == 1
    assert AuditEvent.objects.filter(act="patient.written_to").count() == 1


def test_form_offers_only_ways_that_are_open(jo, ana):
    texting.stop(number=ana.phone, now=NOW)
    page = jo.get(address(ana))
    assert ana.email in words(page)
    assert "Text message" not in words(page)
    assert "They cannot be written to that way." in words(send(jo, ana, channels=["sms"]))
    assert not Message.objects.exists()


def test_patient_who_cannot_be_written_to_is_called(jo):
    page = words(jo.get(address(make_patient(email="", texts_ok=False))))
    assert "Ana Oquendo cannot be written to" in page
    assert "Call 907-444" in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"words": ""}, "Write something."),
        ({"words": "a\x00"}, "Take out the characters that do not print."),
        ({"words": "a" * 1001}, "Use at most 1000 characters."),
        ({"words": "a" * 400, "channels": ["sms"]}, "Too long for a text message."),
        ({"channels": []}, "Pick how to send it."),
        ({"channels": ["pigeon"]}, "They cannot be written to that way."),
        ({"submission": "x"}, "Enter a valid UUID."),
    ],
)
def test_what_cannot_be_sent_says_why_and_loses_nothing(jo, ana, given, said):
    page = send(jo, ana, **given)
    assert page.status_code == 422
    assert said in words(page)
    assert unknown_targets(page) == set()
    assert given.get("words", WORDS).replace("\x00", "")[:10] in page.content.decode()
    assert not Message.objects.exists()


def test_record_marked_staff_or_vip_asks_why_first(jo):
    patient = make_patient(sensitive=True)
    assert jo.get(address(patient))["Location"] == reverse("admin:patient", args=[patient.uid])
