"""The letters about requests and guides: who, when, a link; never why."""

from datetime import timedelta

import pytest

from clinic import outbox, registry
from clinic.letters import segments
from clinic.models import Message
from intake import requests
from tests.factories import (
    NOW,
    make_clinic,
    make_guide,
    make_guide_request,
    make_location,
    make_message,
    make_request,
    make_user,
)

pytestmark = pytest.mark.django_db
# What a person wrote, and what we answered: neither may be in a letter.
SECRETS = ("heel", "easy days", "knee", "pain")


@pytest.fixture(autouse=True)
def clinic():
    make_location()
    return make_clinic()


def write(row, kind, channel="email"):
    return registry.letters[kind](Message(kind=kind, channel=channel, subject_uid=row.uid), NOW)


def answered(**values):
    row = make_request(**values)
    requests.answer(request=row, text="Two easy days first.", by=make_user(), now=NOW)
    row.refresh_from_db()
    return row


def test_received_says_who_answers_by_when():
    letter = write(make_request(kind="discovery", details={}), "request_received")
    assert letter.subject == "We have your request - Sidehill"
    for said in (
        "Hi Casey Tran,",
        "Wednesday 25 November, 9:40 am",
        "Anchorage time",
        "A PT calls you.",
        "907-555-0142",
    ):
        assert said in letter.text
        assert said in letter.html
    assert "in an emergency call 911" in letter.text


def test_received_speaks_of_calls_and_estimates_where_they_matter():
    assert "We call from 907-555-0142." in write(make_request(kind="discovery", details={}), "request_received").text
    assert "We call from" not in write(make_request(kind="discovery", phone="", details={}), "request_received").text
    assert "Good Faith Estimate" in write(make_request(kind="cost", details={}), "request_received").text
    assert "Good Faith Estimate" not in write(make_request(), "request_received").text


def test_received_by_text_message_fits_two_parts():
    letter = write(make_request(texts_ok=True), "request_received", "sms")
    assert letter.text == (
        "Sidehill: we have your request and answer by Wed 25 Nov, 9:40 am, Anchorage time. "
        "Questions: 907-555-0142. In an emergency call 911."
    )
    assert segments(letter.text) == 1


def test_received_makes_no_sense_once_answered():
    assert write(answered(), "request_received") is None


def test_answered_has_the_link_and_not_the_answer():
    row = answered()
    for channel in ("email", "sms"):
        letter = write(row, "request_answered", channel)
        assert "http://testserver/l/" in letter.text
        assert "easy days" not in letter.text + letter.html
    assert write(row, "request_answered").subject == "An answer from Sidehill"


def test_answered_makes_no_sense_before_the_answer():
    assert write(make_request(), "request_answered") is None


def test_guide_has_the_link():
    row = make_guide_request(guide=make_guide(title="Knees that climb"))
    letter = write(row, "guide")
    assert letter.subject == "Your free guide from Sidehill"
    assert "http://testserver/l/guide" in letter.text
    assert "“Knees that climb” is here." in letter.html


def test_guide_taken_off_the_site_is_not_sent():
    assert write(make_guide_request(guide=make_guide(active=False)), "guide") is None


def test_no_subject_or_text_message_says_why():
    rows = [(make_request(), "request_received"), (answered(email="b@runner.example"), "request_answered")]
    for row, kind in rows:
        told = write(row, kind).subject + write(row, kind, "sms").text
        assert [secret for secret in SECRETS if secret in told.lower()] == []
    assert "knee" not in write(make_guide_request(guide=make_guide(title="Knees")), "guide").subject.lower()


def test_no_letter_repeats_what_was_written():
    row = make_request(text="My heel hurts", details={"dates": "pain since May"})
    letter = write(row, "request_received")
    assert [secret for secret in SECRETS if secret in (letter.text + letter.html).lower()] == []


def test_a_hostile_name_stays_a_name():
    row = make_request(name="<b>Casey</b> {{ clinic.email }} 🏃")
    letter = write(row, "request_received")
    assert "Hi &lt;b&gt;Casey&lt;/b&gt; {{ clinic.email }} 🏃," in letter.html
    assert "Hi <b>Casey</b> {{ clinic.email }} 🏃," in letter.text


def test_letters_of_all_kinds_are_delivered(mailoutbox, settings, tmp_path):
    settings.MESSAGE_FOLDER = str(tmp_path)
    row = make_request(texts_ok=True)
    requests.answer(request=row, text="Yes.", by=make_user(), now=NOW)
    make_message(kind="guide", subject_uid=make_guide_request().uid, to="casey@runner.example")
    outbox.deliver_due(now=NOW + timedelta(minutes=1))
    assert sorted(mail.subject for mail in mailoutbox) == ["An answer from Sidehill", "Your free guide from Sidehill"]
    assert len(list(tmp_path.iterdir())) == 1
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
