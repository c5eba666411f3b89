"""What a text from a patient means, and that none is lost."""

import pytest
from django.db import connection

from clinic import outbox, recipients, registry, texting
from clinic.gateway_hooks import HEADER, signature
from clinic.models import AuditEvent, Call, Message, TextStop
from intake import texts
from intake.gate import Answer, Known
from intake.models import ReceivedText
from tests.factories import NOW, make_clinic, make_duty, make_location, make_message, make_patient, make_user
from tests.threads import run_at_once

pytestmark = pytest.mark.django_db
ANA = "+19075550118"


@pytest.fixture(autouse=True)
def clinic():
    make_location()
    return make_clinic()


def send(text, *, number=ANA, gateway_id="SM1") -> ReceivedText:
    return texts.receive(gateway_id=gateway_id, number=number, text=text, now=NOW)


def known(**values):
    return make_patient(**{"phone": ANA, "texts_ok": True, "email": "ana@runner.example"} | values)


@pytest.mark.first_case
@pytest.mark.parametrize(
    "text", ["STOP", " stop. ", "Stop!", "UNSUBSCRIBE", "quit", "End", "opt-out", "Please stop", "ALTO", "no más"]
)
def test_stop_ends_all_texts_to_the_number(text):
    patient = known()
    row = send(text)
    assert (row.did, row.patient) == ("stopped", patient)
    assert "no more texts" in row.answer
    assert [channel for channel, _to in recipients.ways_to_write(patient)] == ["email"]
    assert not Call.objects.exists()
    assert AuditEvent.objects.filter(act="texts.stopped", subject_uid=patient.uid).count() == 1


def test_cancel_stops_texts_and_is_a_call_because_some_mean_the_visit():
    known()
    assert send("CANCEL").did == "stopped"
    assert Call.objects.get().reason == "text"


@pytest.mark.first_case
@pytest.mark.parametrize("text", ["Can we stop at 3", "It never stops", "the end is near", "can you help me park"])
def test_sentence_with_such_a_word_stops_nothing(text):
    known()
    assert send(text).did == "queue"
    assert not TextStop.objects.exists()


def test_start_takes_a_stop_back():
    patient = known()
    send("STOP")
    assert send("START", gateway_id="SM2").did == "started"
    assert ("sms", ANA) in recipients.ways_to_write(patient)


def test_planned_text_to_a_stopped_number_is_dropped_when_its_time_comes(monkeypatch):
    patient = known()
    message = make_message(channel="sms", to=ANA, patient=patient)
    send("STOP")
    outbox.deliver_due(now=NOW)
    message.refresh_from_db()
    assert (message.state, message.error) == ("dropped", "stopped")
    assert not Call.objects.exists()  # the e-mail says the same


def test_who_can_only_be_texted_is_called_instead():
    message = make_message(channel="sms", to=ANA, patient=known(email=""))
    send("STOP")
    outbox.deliver_due(now=NOW)
    assert Call.objects.get(reason="message").subject_uid == message.subject_uid


def test_help_says_how_to_reach_us_and_how_to_stop():
    row = send("HELP")
    assert row.did == "help"
    for words in ("907", "911", "STOP"):
        assert words in row.answer


def test_confirming_is_asked_of_whoever_keeps_visits(monkeypatch):
    known()
    monkeypatch.setitem(registry.text_answers, "confirm", lambda number, _now: f"See you, {number}.")
    row = send(" C ")
    assert (row.did, row.answer) == ("confirmed", f"See you, {ANA}.")
    assert not Call.objects.exists()


def test_confirming_nothing_goes_to_a_person(monkeypatch):
    known()
    monkeypatch.setitem(registry.text_answers, "confirm", lambda number, now: "")
    assert send("C").did == "queue"
    assert Call.objects.get().reason == "text"


def test_anything_else_is_a_call_with_the_words_in_its_note():
    patient = known(given_name="Ana", family_name="Oquendo")
    row = send("Can I come at 3 instead?")
    call = Call.objects.get()
    assert (row.did, call.reason, call.patient, call.phone) == ("queue", "text", patient, ANA)
    assert "Can I come at 3 instead?" in call.notes.get().note
    assert "911" in row.answer


def test_second_text_joins_the_open_call():
    known()
    send("Can I come at 3?")
    send("Or at 4?", gateway_id="SM2")
    assert Call.objects.get().notes.count() == 2


def test_unknown_number_has_one_call_for_all_its_texts():
    send("Hello", number="+12065550100")
    send("Anybody there?", number="+12065550100", gateway_id="SM2")
    call = Call.objects.get()
    assert (call.patient, call.notes.count()) == (None, 2)


def test_machine_that_answers_us_is_not_answered_for_ever():
    rows = [send("I am driving and will call you back.", gateway_id=f"SM{number}") for number in range(20)]
    assert [bool(row.answer) for row in rows] == [True] * texts.MOST_ANSWERS_AN_HOUR + [False] * 14
    assert Call.objects.get().notes.count() == 20
    assert send("My chest hurts", gateway_id="SM90").answer.startswith("This can be an emergency.")
    assert "no more texts" in send("STOP", gateway_id="SM91").answer


def test_unknown_number_rings_those_on_duty_once():
    make_duty()
    for number in range(5):
        send("My chest hurts", number="+12065550100", gateway_id=f"SM{number}")
    call = Call.objects.get(reason="alert")
    assert call.notes.count() == 5
    rung = Message.objects.filter(kind=outbox.ALERT).count()
    send("My chest hurts", number="+12065550101", gateway_id="SM9")
    assert Message.objects.filter(kind=outbox.ALERT).count() == 2 * rung > 0


def test_number_that_several_share_is_nobodys_alone():
    known(given_name="Ana")
    known(given_name="Bo", birth_date="2012-01-01")
    row = send("We are late")
    call = Call.objects.get()
    assert (row.patient, call.patient) == (None, None)
    assert "Ana" in call.name
    assert "Bo" in call.name


def test_emergency_words_are_answered_at_once_and_have_a_pt_called():
    make_duty()
    known()
    row = send("I can't feel my legs and I peed myself")
    call = Call.objects.get(reason="alert")
    assert (row.did, call.for_pt) == ("alert", True)
    assert "Call 911 now" in row.answer
    assert Message.objects.filter(kind="call_alert").exists()
    assert Known(call.patient_id).waiting == Answer.PT_CALLS_FIRST


def test_words_of_a_crisis_are_answered_with_the_crisis_line():
    known()
    assert "988" in send("I want to die").answer
    call = Call.objects.get()
    assert (call.reason, call.for_pt) == ("alert", True)


def test_health_words_are_a_call_of_the_day():
    known()
    assert send("I have a fever since yesterday").did == "alert"
    assert Call.objects.get().reason == "unsure"


def test_stopped_number_gets_no_answer_but_is_heard():
    known()
    send("STOP")
    assert send("When is my visit?", gateway_id="SM2").answer == ""
    assert Call.objects.get().reason == "text"


def test_emergency_words_are_answered_after_a_stop_too():
    known()
    send("STOP")
    assert "911" in send("chest pain", gateway_id="SM2").answer


def test_same_text_delivered_twice_counts_once():
    known()
    first = send("Hello")
    assert send("Hello") == first
    assert Call.objects.get().notes.count() == 1


@pytest.mark.django_db(transaction=True)
def test_text_delivered_twice_at_once_counts_once():
    known()
    rows = run_at_once(lambda _number: send("Hello"), 4)
    assert len({row.pk for row in rows}) == 1
    assert Call.objects.get().notes.count() == 1


def test_words_are_encrypted_in_the_table():
    row = send("My left knee")
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, answer FROM intake_receivedtext WHERE id = %s", [row.pk])
        stored = cursor.fetchone()
    assert "left knee" not in str(stored)


def test_text_is_not_lost_when_what_should_follow_fails(monkeypatch):
    known()
    monkeypatch.setitem(registry.text_answers, "confirm", lambda number, now: 1 / 0)
    row = send("C")
    assert (row.did, row.text) == ("queue", "C")
    assert "Sent by text: C" in Call.objects.get().notes.get().note


# ---------------------------------------------------------------- the gateway's call


@pytest.fixture
def gateway(settings):
    settings.SMS_URL, settings.SITE_URL = "https://AC1:12345@sms.example/", "https://visits.example"


def deliver(client, *, key="12345", **fields):
    fields = {"MessageSid": "SM9", "From": ANA, "Body": "Hello"} | fields
    signed = signature("https://visits.example/hooks/text/", fields, key)
    return client.post("/hooks/text/", fields, headers={HEADER: signed})


def test_gateway_gets_the_answer_to_send(client, gateway):
    answer = deliver(client, Body="HELP")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    assert "<Response><Message>" in answer.content.decode()


def test_answer_is_escaped(client, gateway, clinic):
    clinic.short_name = "Hill & <b>Side</b>"
    clinic.save()
    assert "Hill &amp; &lt;b&gt;Side" in deliver(client, Body="HELP").content.decode()


def test_stranger_is_refused_and_nothing_is_kept(client, gateway):
    assert deliver(client, key="wrong").status_code == 403
    assert not ReceivedText.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"From": ""}, {"From": "907555"}, {"From": "+1907\x00"}, {"MessageSid": ""}, {"MessageSid": "S" * 65}]
)
def test_text_without_a_sender_or_number_is_refused(client, gateway, fields):
    assert deliver(client, **fields).status_code == 400
    assert not ReceivedText.objects.exists()


@pytest.mark.parametrize("body", ["", "\x00", "🙂" * 2000, "<script>", "a" * 100_000])
def test_hostile_text_is_kept_and_is_a_call(client, gateway, body):
    assert deliver(client, Body=body).status_code == 200
    assert ReceivedText.objects.get().did == "queue"
    assert Call.objects.count() == 1


def test_desk_reads_a_text_and_the_look_is_recorded(client):
    known()
    row = send("Can I come at 3?")
    client.force_login(make_user(groups=["desk"]))
    page = client.get(f"/desk/intake/receivedtext/{row.pk}/change/")
    assert "Can I come at 3?" in page.content.decode()
    assert AuditEvent.objects.filter(subject_uid=row.uid).exclude(act="text.received").exists()


def test_numbers_without_texts_are_told_apart():
    texting.stop(number=ANA, now=NOW)
    texting.stop(number=ANA, now=NOW)
    assert TextStop.objects.count() == 1
    assert not texting.is_stopped("+12065550100")
