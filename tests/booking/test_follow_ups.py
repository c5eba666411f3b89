"""What follows a visit, and what comes before one with old answers: once each, and only while it holds."""

from datetime import datetime, timedelta

import pytest

from booking import diary, follow_ups
from booking.models import Appointment
from clinic import outbox
from clinic.models import Clinic, Message, Service
from tests.booking.house import House, local, make_house
from tests.booking.test_visit_letters import CLINICAL
from tests.factories import NOW, make_call, make_outcome, make_patient, make_screening, make_user

pytestmark = pytest.mark.django_db
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
LONG_BEFORE = NOW - 20 * DAY
PHONE = "+19075550118"


@pytest.fixture
def house(db) -> House:
    return make_house(horizon_days=60)


def given(house, wall="09:00", patient=None, **values) -> Appointment:
    """A visit that took place on the house's Wednesday."""
    patient = patient or make_patient(phone=PHONE, texts_ok=True)
    visit = house.book(wall, now=LONG_BEFORE, patient=patient, **values)
    return diary.seen(appointment=visit, by=make_user(), now=visit.block.ends_at)


def look(at: datetime) -> int:
    """Let the worker plan and send what is due then; return how many were planned."""
    planned = follow_ups.plan(now=at)
    outbox.deliver_due(now=at, limit=500)
    return planned


def of(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=kind).order_by("pk"))


# ---------------------------------------------------------------- our thanks


def test_thanks_leave_once_the_day_after_by_e_mail(house):
    visit = given(house)
    end = visit.block.ends_at
    assert [look(end + HOUR), look(end + 2 * HOUR)] == [1, 0]
    (message,) = of("after_visit")
    assert (message.channel, message.planned_at, message.state) == ("email", end + DAY, "planned")
    look(end + DAY)
    (message,) = of("after_visit")
    assert (message.state, message.title) == ("sent", "Thank you for your visit on Wed 25 Nov")
    assert "Book your next visit:\nhttp://testserver/book/" in message.text
    assert "Write to us at http://testserver/ask/question/" in message.text
    assert "in an emergency call 911" in message.text
    assert not CLINICAL.search(message.title)


def test_who_has_no_e_mail_is_thanked_by_text(house):
    visit = given(house, patient=make_patient(phone=PHONE, email="", texts_ok=True))
    look(visit.block.ends_at + DAY)
    (message,) = of("after_visit")
    assert (message.channel, message.state) == ("sms", "sent")
    assert not CLINICAL.search(message.text.replace("http://testserver", ""))


def test_thanks_name_the_next_visit(house):
    patient = make_patient(phone=PHONE)
    visit = given(house, patient=patient)
    house.book("10:00", start=local("10:00") + WEEK, now=LONG_BEFORE, patient=patient)
    look(visit.block.ends_at + DAY)
    (message,) = of("after_visit")
    assert "Your next visit is on Wed 2 Dec, 10:00 am, Anchorage time." in message.text
    assert "See your next visit:\nhttp://testserver/l/visit~" in message.text


def test_thanks_wait_for_the_morning(house):
    Clinic.objects.update(thank_hours=12)
    look(given(house).block.ends_at)
    assert of("after_visit")[0].planned_at == local("08:00") + DAY


def test_no_thanks_for_what_was_taken_back_or_long_ago_or_where_a_pt_must_call(house):
    undone = given(house)
    look(undone.block.ends_at)
    diary.undo(appointment=undone, by=make_user(), now=undone.block.ends_at + HOUR)
    held = given(house, "10:00", patient=make_patient(email="held@runner.example"))
    look(held.block.ends_at)
    make_call(patient=held.patient, reason="urgent")
    look(held.block.ends_at + DAY)
    assert [message.state for message in of("after_visit")] == ["dropped", "dropped"]
    late = given(house, "11:00", patient=make_patient(email="late@runner.example"))
    assert look(late.block.ends_at + 5 * DAY) == 0


def test_who_comes_often_is_thanked_every_two_weeks_at_most(house):
    patient = make_patient()
    first, second = given(house, patient=patient), given(house, "10:00", patient=patient)
    look(first.block.ends_at + DAY)
    look(second.block.ends_at + DAY)
    assert sorted(message.state for message in of("after_visit")) == ["dropped", "sent"]


def test_nobody_is_thanked_where_the_manager_wants_none(house):
    Clinic.objects.update(thank_hours=0)
    assert look(given(house).block.ends_at + DAY) == 0


# ---------------------------------------------------------------- weeks later


def test_weeks_later_the_service_asks_how_it_is(house):
    Service.objects.update(ask_later_weeks=5)
    end = given(house).block.ends_at
    look(end + DAY)
    assert of("ask_later") == []
    look(end + 5 * WEEK - DAY)
    assert of("ask_later")[0].planned_at == end + 5 * WEEK
    look(end + 5 * WEEK)
    assert (of("ask_later")[0].state, "http://testserver/check/" in of("ask_later")[0].text) == ("sent", True)
    assert not CLINICAL.search(of("ask_later")[0].title)


def test_who_has_been_here_since_or_has_answered_is_not_asked(house):
    Service.objects.update(ask_later_weeks=5)
    again, answered = make_patient(email="again@runner.example"), make_patient(email="answered@runner.example")
    first, other = given(house, patient=again), given(house, "10:00", patient=answered)
    end = first.block.ends_at
    assert look(end + 5 * WEEK - 2 * DAY) == 2
    diary.seen(
        appointment=house.book("09:00", start=local("09:00") + WEEK, now=NOW, patient=again),
        by=make_user(),
        now=local("10:00") + WEEK,
    )
    make_outcome(
        screening=make_screening(patient=answered, state="finished", started_at=end + WEEK, finished_at=end + WEEK)
    )
    look(end + 5 * WEEK + HOUR)
    states = {message.subject_uid: message.state for message in of("ask_later")}
    assert (states[first.uid], states[other.uid]) == ("dropped", "dropped")


# ---------------------------------------------------------------- before a visit


def screened(at: datetime, **values):
    patient = make_patient(phone=PHONE, texts_ok=True, **values)
    make_outcome(
        screening=make_screening(patient=patient, state="finished", started_at=at, saved_at=at, finished_at=at)
    )
    return patient


def test_who_was_asked_too_long_ago_is_asked_again_before_the_visit(house):
    patient = screened(LONG_BEFORE)
    visit = house.book("09:00", now=LONG_BEFORE, patient=patient)
    start = visit.block.starts_at
    assert [look(start - 4 * DAY), look(start - 60 * HOUR), look(start - 59 * HOUR)] == [0, 2, 0]
    look(start - 2 * DAY)
    by_mail, by_text = of("ask_again")
    assert (by_mail.state, by_mail.planned_at) == ("sent", start - 2 * DAY)
    assert "You last answered on Wednesday 4 November." in by_mail.text
    assert by_text.state == "sent"
    assert not CLINICAL.search(by_mail.title + by_text.text.replace("http://testserver", ""))


def test_who_answers_in_between_or_cancels_is_not_asked_again(house):
    fresh, gone = screened(LONG_BEFORE), screened(LONG_BEFORE, given_name="Casey")
    visit = house.book("09:00", now=LONG_BEFORE, patient=fresh)
    other = house.book("10:00", now=LONG_BEFORE, patient=gone)
    start = visit.block.starts_at
    look(start - 60 * HOUR)
    at = start - 50 * HOUR
    make_outcome(screening=make_screening(patient=fresh, state="finished", started_at=at, saved_at=at, finished_at=at))
    diary.cancel(appointment=other, by=make_user(), now=at)
    look(start - DAY)
    assert {message.state for message in of("ask_again")} == {"dropped"}


def test_answers_that_still_hold_or_were_never_given_are_not_asked_again(house):
    start = local("09:00")
    house.book("09:00", now=LONG_BEFORE, patient=screened(start - 5 * DAY))
    house.book("10:00", now=LONG_BEFORE, patient=make_patient(email="never@runner.example"))
    assert look(start - 2 * DAY) == 0


def test_two_visits_within_days_are_one_question(house):
    patient = screened(LONG_BEFORE)
    first = house.book("09:00", now=LONG_BEFORE, patient=patient)
    house.book("09:00", start=local("09:00") + 2 * DAY, now=LONG_BEFORE, patient=patient)
    look(first.block.starts_at - 2 * DAY)
    look(first.block.starts_at)
    assert {message.subject_uid for message in of("ask_again")} == {first.uid}


def test_reminder_leads_to_the_questions_when_the_answers_are_old(house):
    Clinic.objects.update(remind_early_hours=72)
    visit = house.book("09:00", now=LONG_BEFORE, patient=screened(LONG_BEFORE))
    outbox.deliver_due(now=visit.block.starts_at - 3 * DAY)
    message = Message.objects.get(kind="remind_early", channel="email")
    assert "Please answer our questions before the visit." in message.text
    assert "http://testserver/check/" in message.text
