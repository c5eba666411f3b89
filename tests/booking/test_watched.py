"""Words in notes for a home visit and in the reason for cancelling that cannot wait: said at once, and a PT calls."""

import pytest
from django.utils import timezone

from booking import diary
from booking.models import Appointment
from clinic import outbox
from clinic.models import Call, Message
from intake.gate import gate_for
from tests.booking.visitor import answers, check_url, checked, text, visit_link
from tests.factories import NOW, make_duty, make_user

pytestmark = pytest.mark.django_db
EMERGENCY, CRISIS = "I cannot pee since this morning", "I want to end my life"


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    make_duty(user=make_user(email="dana@clinic.example"))


def book(client, house, **typed):
    return client.post(check_url(house, mode="mobile"), answers("mobile", **typed))


def calls() -> list[tuple[str, bool]]:
    return [(call.reason, call.for_pt) for call in Call.objects.all()]


@pytest.mark.parametrize(
    ("words", "told"), [(EMERGENCY, ("Get care now", "Call 911")), (CRISIS, ("Talk to someone now", "Call 988"))]
)
@pytest.mark.parametrize("field", ["access_notes", "street"])
def test_words_in_a_note_are_answered_before_the_visit_is_shown(client, house, field, words, told):
    screening = checked(client)
    response = book(client, house, **{field: words})
    assert response["Location"].startswith("/visit/first/?n=")
    assert words.split()[-1] not in response["Location"]
    page = text(client.get(response["Location"]))
    assert all(part in page for part in (*told, "See your visit"))
    visit = Appointment.objects.get()
    call = Call.objects.get(reason="alert")
    assert (call.subject_uid, call.phone, call.for_pt) == (visit.uid, screening.phone, True)
    assert words in call.notes.get().note
    assert "dana@clinic.example" in [row.to for row in Message.objects.filter(kind=outbox.ALERT)]


def test_words_in_the_reason_for_cancelling_are_answered_first(client, house):
    visit = house.book("09:00", now=NOW)
    client.get(visit_link(visit))
    response = client.post("/visit/cancel/", {"row": str(visit.uid), "reason": "My chest hurts"})
    assert "Get care now" in text(client.get(response["Location"]))
    assert Appointment.objects.get().cancelled_at == NOW
    assert calls() == [("alert", True), ("unsure", True)]


def test_words_in_a_form_that_books_nothing_are_answered_too(client, house):
    checked(client)
    wrong = book(client, house, access_notes=EMERGENCY, agree=None)
    house.book("09:00", mode="mobile", now=NOW)
    gone = book(client, house, access_notes=EMERGENCY)
    for response, status in ((wrong, 422), (gone, 403)):
        assert response.status_code == status
        assert "Get care now" in text(response)
        assert "No visit is booked yet." in text(response)
    assert calls() == [("alert", True), ("unsure", True)]


def test_words_in_a_reason_that_is_too_long_are_answered_too(client, house):
    visit = house.book("09:00", now=NOW)
    client.get(visit_link(visit))
    response = client.post("/visit/cancel/", {"row": str(visit.uid), "reason": "My chest hurts. " * 20})
    assert response.status_code == 422
    assert "Get care now" in text(response)
    assert calls() == [("alert", True), ("unsure", True)]


def test_health_words_have_a_pt_call_today_without_an_alarm(client, house):
    checked(client)
    assert book(client, house, access_notes="I have a fever")["Location"] == "/visit/booked/"
    assert calls() == [("unsure", True)]
    assert not Message.objects.filter(kind=outbox.ALERT).exists()


@pytest.mark.parametrize(
    ("words", "answer"), [(EMERGENCY, "pt_calls_first"), ("I have a fever", "pt_calls_first"), (CRISIS, "open")]
)
def test_words_hold_the_next_booking_until_a_pt_has_called(client, house, words, answer):
    screening = checked(client)
    book(client, house, access_notes=words)
    gate = gate_for(screening=screening, service=house.service, mode="in_clinic", now=NOW)
    assert gate.answer == answer
    Call.objects.update(state=Call.State.DONE, outcome="reached", closed_at=NOW)
    assert gate_for(screening=screening, service=house.service, mode="in_clinic", now=NOW).open


def test_ordinary_words_lead_to_the_visit_and_call_nobody(client, house):
    checked(client)
    assert book(client, house)["Location"] == "/visit/booked/"
    assert calls() == []


def test_form_sent_again_shows_the_words_again_and_calls_once(client, house):
    checked(client)
    places = [book(client, house, access_notes=EMERGENCY)["Location"] for _ in range(2)]
    assert places[0] == places[1] == "/visit/first/?n=1"
    assert [call.notes.count() for call in Call.objects.all()] == [1, 1]


@pytest.mark.parametrize("number", ["", "0", "4", "x", "\x00", "1" * 5000])
def test_nonsense_in_the_address_leads_to_the_visit(client, house, number):
    client.get(visit_link(house.book("09:00", now=NOW)))
    assert client.get("/visit/first/", {"n": number})["Location"] == "/visit/"


def test_page_of_the_visit_itself_shows_no_alarm_to_whoever_has_the_link(client, house):
    visit = house.book("09:00", mode="mobile", access_notes=EMERGENCY, now=NOW)
    client.get(visit_link(visit))
    for page in ("/visit/", "/visit/booked/"):
        assert "What you wrote" not in text(client.get(page))


def test_what_staff_type_is_theirs_to_judge(house):
    jo = make_user()
    visit = house.book("09:00", mode="mobile", access_notes="Chest freezer in the hall", by=jo, now=NOW)
    diary.cancel(appointment=visit, by=jo, reason="chest cold", now=NOW)
    assert calls() == []
