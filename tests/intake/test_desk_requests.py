"""Requests beside their calls: the words, who reads them, answering in writing, and the questions by link."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic import calls, registry
from clinic.models import AuditEvent, Call, Message
from intake import requests
from intake.invitations import KIND, invite
from intake.models import Request
from tests.desk import staff, unknown_targets, words
from tests.factories import (
    NOW,
    make_call,
    make_clinic,
    make_location,
    make_message,
    make_outcome,
    make_patient,
    make_request,
    make_screening,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    make_location()
    return make_clinic()


def call_of(row: Request) -> Call:
    return make_call(reason=row.kind, subject_uid=row.uid, name=row.name)


def beside(client, row: Request):
    return client.get(reverse("admin:call", args=[call_of(row).uid]))


# ---------------------------------------------------------------- the words


def test_words_are_shown_and_reading_them_is_logged():
    row, jo = make_request(), staff("desk")
    page = beside(jo, row)
    assert "May I run on a sore heel?" in words(page)
    assert "That you read them is recorded." in words(page)
    event = AuditEvent.objects.get(act="request.seen")
    assert (event.actor, event.subject_uid, event.details) == (jo.user, row.uid, {})


def test_caller_whose_number_we_know_is_suggested_beside_the_call():
    row = make_request()
    known = make_patient(family_name="Tallman", phone=row.phone)
    make_patient(family_name="Other", phone="+19075550199", email="other@runner.example")
    page = beside(staff("desk"), row)
    assert "Maybe a patient we know" in words(page)
    assert f"?request={row.uid}&amp;patient={known.uid}" in page.content.decode()
    assert "Other" not in words(page)
    row.patient = known
    row.save()
    assert "Maybe a patient we know" not in words(
        staff("desk").get(reverse("admin:call", args=[Call.objects.get().uid]))
    )


def test_words_are_text_and_nothing_else():
    row = make_request(text="<script>alert(1)</script>\n{{ clinic }}", name="<b>Mallory</b>")
    html = beside(staff("desk"), row).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<b>Mallory" not in html


@pytest.mark.parametrize(
    ("kind", "details", "told"),
    [
        (
            "discovery",
            {"how_long": "w2_6", "windows": [["2026-11-24T22:00:00+00:00", "2026-11-25T00:00:00+00:00"]]},
            ["Best time Tue 24 Nov, 1:00 to 3:00 pm", "How long 2 to 6 weeks"],
        ),
        ("question", {"answer_by": "phone"}, ["Answer by By phone"]),
        (
            "cost",
            {"service": "first-visit", "mode": "telehealth", "payer": "self", "days": [0, 2]},
            ["Service First visit", "Where By video", "Who pays the patient", "Days Monday and Wednesday"],
        ),
        (
            "team",
            {"group": "Nordic ski team", "size": 14, "ages": "14 to 18"},
            ["Group Nordic ski team", "How many 14"],
        ),
    ],
)
def test_particulars_are_told_in_words(kind, details, told):
    make_service(name="First visit", slug="first-visit")
    text = words(beside(staff("desk"), make_request(kind=kind, details=details)))
    for line in told:
        assert line in text


@pytest.mark.parametrize("kind", Request.Kind.values)
def test_request_without_particulars_shows_all_the_same(kind):
    assert beside(staff("desk"), make_request(kind=kind, details={})).status_code == 200


def test_words_that_cannot_wait_are_marked():
    text = words(beside(staff("desk"), make_request(alert="emergency")))
    assert "Words that cannot wait: call now" in text


def test_call_about_a_screening_shows_the_level_and_to_pts_the_way_to_the_brief():
    outcome = make_outcome(level="unsure")
    call = make_call(reason="unsure", subject_uid=outcome.screening.uid, for_pt=True)
    brief = reverse("admin:brief", args=[outcome.screening.uid])
    for_desk, for_pt = (staff(group).get(reverse("admin:call", args=[call.uid])) for group in ("desk", "pt"))
    assert "Level Unsure" in words(for_desk)
    assert brief not in for_desk.content.decode()
    assert brief in for_pt.content.decode()
    assert "Low back" not in words(for_desk)


# ---------------------------------------------------------------- answering


def send(client, row: Request, **data):
    return client.post(reverse("admin:answer", args=[row.uid]), data, follow=True)


def test_pt_answers_a_question_in_writing():
    row, dana = make_request(), staff("pt")
    call = call_of(row)
    page = send(dana, row, text="Yes, if it does not hurt the next day.")
    row.refresh_from_db()
    call.refresh_from_db()
    assert (row.state, row.answer, row.answered_by) == ("answered", "Yes, if it does not hurt the next day.", dana.user)
    assert call.state == "done"
    assert "Answered. Casey Tran gets a link to it." in words(page)
    assert Message.objects.filter(kind="request_answered", subject_uid=row.uid).count() == 1


def test_answer_to_somebody_who_cannot_be_written_to_is_not_sent_and_the_call_stays():
    row = make_request(email="", texts_ok=False)
    call = call_of(row)
    page = send(staff("pt"), row, text="Yes.")
    row.refresh_from_db()
    call.refresh_from_db()
    assert "Casey Tran cannot be written to: answer on the phone." in words(page)
    assert (row.state, call.state) == ("new", "open")


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "Write the answer."), ("a\x00", "Take out the characters that do not print."), ("x" * 5001, "at most 5000")],
)
def test_wrong_answers_keep_what_was_typed(text, message):
    row = make_request()
    page = send(staff("pt"), row, text=text)
    assert message in words(page)
    assert unknown_targets(page) == set()
    row.refresh_from_db()
    assert row.state == "new"


def test_answering_what_a_colleague_has_answered_changes_nothing():
    row = make_request()
    requests.answer(request=row, text="No.", by=make_user(), now=NOW)
    assert "Nothing was sent." in words(send(staff("pt"), row, text="Yes."))
    row.refresh_from_db()
    assert row.answer == "No."


def test_who_cannot_be_written_to_is_answered_on_the_phone():
    row = make_request(email="", texts_ok=False)
    text = words(beside(staff("pt"), row))
    assert "answer on the phone" in text
    assert "Send the answer" not in text


def test_desk_answers_about_cost_in_writing():
    row = make_request(kind="cost", details={})
    send(staff("desk"), row, text="190 dollars.")
    row.refresh_from_db()
    assert row.state == "answered"


def test_finishing_the_call_closes_the_request():
    row, jo = make_request(kind="discovery", details={}), staff("desk")
    call = calls.claim(call=call_of(row), user=jo.user, now=NOW)
    jo.post(reverse("admin:call", args=[call.uid]), {"outcome": "declined"})
    row.refresh_from_db()
    assert row.state == "closed"


def test_answer_to_a_request_that_is_not_there_is_not_found():
    assert staff("pt").get(reverse("admin:answer", args=[uuid.uuid4()])).status_code == 404


# ---------------------------------------------------------------- the questions by link


def sent_to(patient) -> list[str]:
    return list(
        Message.objects.filter(kind=KIND, patient=patient).order_by("channel").values_list("channel", flat=True)
    )


def test_desk_sends_the_questions_by_mail_and_text():
    patient, jo = make_patient(texts_ok=True), staff("desk")
    page = jo.post(reverse("admin:send-screening", args=[patient.uid]), follow=True)
    assert sent_to(patient) == ["email", "sms"]
    assert "The questions are on their way to Ana Oquendo." in words(page)
    assert AuditEvent.objects.get(act="screening.invited").actor == jo.user


def test_second_click_sends_nothing_twice_and_later_a_new_one():
    patient, user = make_patient(), make_user()
    first = invite(patient=patient, by=user, now=NOW)
    assert invite(patient=patient, by=user, now=NOW + timedelta(minutes=29)) == first
    later = invite(patient=patient, by=user, now=NOW + timedelta(hours=2))
    assert [message.sequence for message in (*first, *later)] == [0, 1]


def test_invitation_by_text_needs_a_gateway(settings):
    settings.DEMO = settings.DEBUG = False
    assert invite(patient=make_patient(email="", texts_ok=True), now=NOW) == []


def test_who_cannot_be_written_to_is_said_to_be_so():
    patient = make_patient(email="", texts_ok=False)
    page = staff("desk").post(reverse("admin:send-screening", args=[patient.uid]), follow=True)
    assert "cannot be written to" in words(page)
    assert sent_to(patient) == []


def letter(message: Message):
    return registry.letters[KIND](message, NOW)


@pytest.fixture
def _form(monkeypatch):
    """A site with the screening's first page."""
    monkeypatch.setitem(registry.site_links, "check", "home")


@pytest.mark.usefixtures("_form")
def test_letter_leads_to_the_form_and_says_nothing_clinical():
    patient = make_patient()
    sheet = letter(make_message(kind=KIND, patient=patient, subject_uid=patient.uid))
    assert sheet.subject == "A few questions before your visit to Sidehill"
    assert "Hi Ana," in sheet.text
    assert "http://testserver/" in sheet.text
    for word in ("screen", "pain", "symptom"):
        assert word not in sheet.subject.lower()


@pytest.mark.usefixtures("_form")
def test_letter_is_dropped_once_the_questions_are_answered():
    outcome = make_outcome(created_at=NOW + timedelta(minutes=5))
    patient = outcome.screening.patient
    assert letter(make_message(kind=KIND, patient=patient, subject_uid=patient.uid)) is None


@pytest.mark.usefixtures("_form")
def test_letter_goes_out_when_the_answers_are_older():
    outcome = make_outcome(screening=make_screening(), created_at=NOW - timedelta(days=30))
    patient = outcome.screening.patient
    assert letter(make_message(kind=KIND, patient=patient, subject_uid=patient.uid)) is not None


@pytest.mark.usefixtures("_form")
def test_text_message_fits_two_parts():
    patient = make_patient()
    sheet = letter(make_message(kind=KIND, channel="sms", to=patient.phone, patient=patient, subject_uid=patient.uid))
    assert sheet.text.startswith("Sidehill: please answer a few questions before your visit:")
