"""The questions before a visit that was booked without them: asked in the message that says that it is booked."""

import uuid

import pytest
from django.utils import timezone

from booking import diary, questions
from booking.models import Appointment
from booking.unscreened import FLAG
from clinic import outbox, registry
from clinic.letters import segments
from clinic.models import AuditEvent, Message
from tests.booking.house import local
from tests.booking.visitor import text, visit_link
from tests.factories import NOW, make_clinic, make_outcome, make_patient, make_screening, make_user

pytestmark = pytest.mark.django_db
ASKED = "Please answer our questions before the visit."


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def booked(house, **values) -> Appointment:
    values = {"patient": make_patient(texts_ok=True), **values}
    return house.book("09:00", source=Appointment.Source.DESK, flag=FLAG, by=make_user(), now=NOW, **values)


def read(visit, kind="booked", channel="email"):
    message = Message.objects.get(subject_uid=visit.uid, kind=kind, channel=channel)
    return registry.letters[kind](message, NOW)


def kinds() -> list[tuple[str, str]]:
    """What is due now."""
    return sorted(Message.objects.filter(planned_at__lte=NOW, state="planned").values_list("kind", "channel"))


def test_who_is_booked_is_asked_by_the_same_message(house):
    visit = booked(house)
    by = make_user()
    questions.ask(appointment=visit, by=by, now=NOW)
    assert kinds() == [("booked", "email"), ("booked", "sms")]
    letter = read(visit)
    assert letter.text.index(ASKED) < letter.text.index("Bring:")
    for said in (letter.text, letter.html):
        assert "/check/" in said
        assert "Use the name and date of birth that you gave us." in said
        assert "If you would rather answer on the phone, call" in said
    assert AuditEvent.objects.get(act="screening.invited").actor == by


def test_text_message_leads_to_the_page_that_has_the_questions(house, client):
    visit = booked(house)
    questions.ask(appointment=visit, now=NOW)
    assert "Answer our questions, change or cancel: http" in read(visit, channel="sms").text
    assert "Some questions before the visit" in text(client.get(visit_link(visit), follow=True))


def test_text_message_with_everything_in_it_is_short(house):
    make_clinic(short_name="S" * 40)
    visit = booked(house, mode="telehealth", time_zone="America/Argentina/ComodRivadavia")
    questions.ask(appointment=visit, now=NOW)
    said = read(visit, channel="sms").text
    assert "Answer our questions" in said
    assert segments(said) <= 2


def test_message_does_not_ask_where_the_desk_does_not_want_it(house):
    visit = booked(house)
    assert ASKED not in read(visit).text
    assert "See, change or cancel: http" in read(visit, channel="sms").text


def test_message_does_not_ask_who_has_answered_meanwhile(house):
    visit = booked(house)
    questions.ask(appointment=visit, now=NOW)
    Appointment.objects.update(flag="")
    assert ASKED not in read(visit).text


def test_who_has_begun_is_not_asked_twice(house):
    patient = make_patient()
    visit = booked(house, patient=patient, screening=make_screening(patient=patient, state="started", finished_at=None))
    questions.ask(appointment=visit, now=NOW)
    assert kinds() == [("booked", "email")]
    assert ASKED not in read(visit).text


def test_form_sent_twice_asks_once(house):
    visit = booked(house)
    questions.ask(appointment=visit, now=NOW)
    outbox.deliver_due(now=NOW)
    questions.ask(appointment=visit, now=NOW)
    assert not Message.objects.filter(kind="screening_link").exists()
    assert AuditEvent.objects.filter(act="screening.invited").count() == 1


def test_message_of_its_own_asks_when_the_first_has_left(house):
    visit = booked(house)
    outbox.deliver_due(now=NOW)
    questions.ask(appointment=visit, now=NOW)
    assert kinds() == [("screening_link", "email"), ("screening_link", "sms")]


@pytest.mark.parametrize("act", ["moved", "mode_changed", "visit_again"])
def test_visit_that_changes_before_the_message_has_left_is_told_with_the_questions(house, act):
    visit = booked(house)
    questions.ask(appointment=visit, now=NOW)
    if act == "moved":
        diary.move(appointment=visit, start=local("11:00"), practitioner=house.dana, location=house.location, now=NOW)
    elif act == "mode_changed":
        video = {"mode": "telehealth", "state_then": "AK", "time_zone": "America/Anchorage"}
        diary.change_mode(appointment=visit, practitioner=house.dana, **video, now=NOW)
    else:
        diary.cancel(appointment=visit, by=None, now=NOW)
        diary.undo_cancel(appointment=visit, now=NOW)
    assert ASKED in read(visit, kind=act).text
    assert not Message.objects.filter(kind="booked", state="planned").exists()


def test_visit_with_answers_is_never_asked_about(house):
    patient = make_patient()
    outcome = make_outcome(patient=patient)
    visit = house.book("09:00", patient=patient, screening=outcome.screening, submission=uuid.uuid4(), now=NOW)
    diary.move(appointment=visit, start=local("11:00"), practitioner=house.dana, location=house.location, now=NOW)
    assert ASKED not in read(visit, kind="moved").text
