"""Reminders are planned with a visit, follow it, and say nothing that no longer holds."""

from datetime import timedelta
from html import unescape

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import diary, reminders, text_answers
from booking.models import Appointment
from booking.reminder_times import EARLY, KINDS
from clinic import outbox, own_words, registry
from clinic.letters import segments
from clinic.models import Clinic, Message
from clinic.safety_net import EMERGENCY_SIGNS
from intake import texts
from tests.booking.house import House, local, make_house
from tests.booking.test_visit_letters import CLINICAL
from tests.factories import NOW, make_clinic, make_outcome, make_patient, make_screening, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# The house's day, Wednesday 25 November, is the day after NOW.
LONG_BEFORE = NOW - 10 * DAY
PHONE = "+19075550118"


@pytest.fixture
def house(db) -> House:
    house = make_house(horizon_days=60)
    Clinic.objects.update(remind_early_hours=72, remind_day_hours=24, remind_soon_hours=2)
    return house


def book(house, wall="09:00", *, now=LONG_BEFORE, **values) -> Appointment:
    values.setdefault("patient", make_patient(phone=PHONE, texts_ok=True))
    return house.book(wall, now=now, **values)


def rows(visit, state="planned", channel="email") -> list[tuple]:
    found = Message.objects.filter(subject_uid=visit.uid, kind__in=KINDS, state=state, channel=channel)
    return list(found.order_by("planned_at").values_list("kind", "sequence", "planned_at"))


def due(visit, sequence=0, start=None) -> list[tuple]:
    start = start or visit.block.starts_at
    return [("remind_early", sequence, start - 3 * DAY), ("remind_day", sequence, start - DAY)]


def read(visit, kind="remind_day", channel="email", now=NOW):
    return registry.letters[kind](Message.objects.get(subject_uid=visit.uid, kind=kind, channel=channel), now)


def test_booking_plans_reminders_by_each_way(house):
    visit = book(house)
    assert rows(visit) == rows(visit, channel="sms") == due(visit)


def test_moving_plans_them_anew(house):
    visit = book(house)
    moved = diary.move(
        appointment=visit, start=local("11:00"), practitioner=house.dana, location=house.location, now=LONG_BEFORE
    )
    assert rows(moved) == due(moved, sequence=1)
    assert [row[1] for row in rows(moved, state="dropped")] == [0, 0]


def test_moving_away_and_back_leaves_one_of_each(house):
    visit = book(house)
    for wall in ("11:00", "09:00"):
        visit = diary.move(
            appointment=visit, start=local(wall), practitioner=house.dana, location=house.location, now=LONG_BEFORE
        )
    assert rows(visit) == due(visit, sequence=2)


def test_cancelling_drops_them_and_undoing_plans_them_again(house):
    visit = book(house)
    diary.cancel(appointment=visit, by=None, now=LONG_BEFORE)
    assert rows(visit) == []
    visit = diary.undo_cancel(appointment=visit, now=LONG_BEFORE + timedelta(seconds=30))
    assert [row[0] for row in rows(visit)] == ["remind_early", "remind_day"]


def test_visit_on_hold_is_not_reminded_of_until_it_goes_on(house):
    patient = make_patient(phone=PHONE, texts_ok=True)
    first, second = book(house, patient=patient), book(house, "11:00", patient=patient)
    make_outcome(level="unsure", booking="held", screening=make_screening(patient=patient))
    diary.follow_level(patient=patient, now=LONG_BEFORE)
    assert rows(first) == rows(second) == []
    for visit in (first, second):
        visit.refresh_from_db()
        diary.keep(appointment=visit, by=make_user(), is_pt=True, now=LONG_BEFORE)
        visit.refresh_from_db()
        assert [row[0] for row in rows(visit)] == ["remind_early", "remind_day"]


def test_reminder_leaves_when_due_and_once(house):
    visit = book(house, patient=make_patient(email="ana@runner.example"))
    outbox.deliver_due(now=LONG_BEFORE)
    mail.outbox.clear()
    early, day = visit.block.starts_at - 3 * DAY, visit.block.starts_at - DAY
    for at in (early - timedelta(minutes=1), early, early, day, day, visit.block.starts_at):
        outbox.deliver_due(now=at)
    assert [letter.subject for letter in mail.outbox] == ["Reminder: your visit on Wed 25 Nov, 9:00 am"] * 2


def test_reminder_that_is_late_beyond_use_is_dropped(house):
    visit = book(house)
    outbox.deliver_due(now=visit.block.starts_at - timedelta(minutes=20))
    assert rows(visit, state="sent") == []


def test_reminder_says_when_where_and_how_to_change_it(house):
    letter = read(book(house))
    for text in (letter.text, letter.html):
        for words in ("Wednesday 25 November", "9:00 to 10:00 am, Anchorage time", "Midtown clinic", "Confirm, change"):
            assert words in text
    assert not CLINICAL.search(letter.subject)


def test_reminder_names_the_signs_that_cannot_wait_for_the_visit(house):
    letter = read(book(house))
    for text in (letter.text, unescape(letter.html)):
        assert "Do not wait for the visit" in text
        assert all(str(sign) in text for sign in EMERGENCY_SIGNS)


def test_reminder_in_own_words_names_the_signs_too():
    make_clinic()
    parts = {"subject": "Soon", "lead": "Soon.", "body": "{bring}\n\n{questions}\n\n{rule}"}
    letter = own_words.preview(registry.wordings[EARLY], parts=parts, language="en")
    for text in (letter.text, unescape(letter.html)):
        assert all(str(sign) in text for sign in EMERGENCY_SIGNS)


def test_confirmed_visit_is_not_asked_to_be_confirmed(house):
    visit = book(house)
    diary.confirm(appointment=visit, by=None, now=LONG_BEFORE)
    assert "Confirm" not in read(visit).text


def test_text_is_short_and_says_how_to_confirm_and_stop(house):
    text = read(book(house), channel="sms").text
    assert "Answer C to confirm, STOP for no texts" in text
    assert segments(text) <= 2
    assert not CLINICAL.search(text)


def test_reminder_of_a_visit_by_video_has_the_way_in(house, settings):
    settings.TELEHEALTH_ROOM_URL = "https://meet.sidehill.example/{room}"
    visit = book(house, "11:00", mode="telehealth")
    assert rows(visit)[-1][0] == "remind_soon"
    letter = read(visit, kind="remind_soon", now=visit.block.starts_at - timedelta(hours=2))
    assert "Your visit is soon." in letter.text
    assert "Join" in letter.html


def test_visit_without_a_check_is_asked_for_one(house):
    visit = book(house, flag="unscreened")
    assert "Please answer our questions before the visit" in read(visit).text


def test_moved_visit_makes_an_older_reminder_nothing(house):
    visit = book(house)
    message = Message.objects.get(subject_uid=visit.uid, kind="remind_day", channel="email")
    diary.move(
        appointment=visit, start=local("11:00"), practitioner=house.dana, location=house.location, now=LONG_BEFORE
    )
    assert registry.letters["remind_day"](message, NOW) is None


def test_visits_without_reminders_get_them_by_the_hourly_look(house):
    visit = book(house)
    Message.objects.filter(kind__in=KINDS).delete()
    assert reminders.plan_missing(now=LONG_BEFORE) == 4
    assert rows(visit) == due(visit)
    assert reminders.plan_missing(now=LONG_BEFORE) == 0


def test_hourly_look_leaves_what_was_planned_alone(house, django_assert_num_queries):
    for wall in ("08:00", "09:00", "10:00"):
        book(house, wall)
    with django_assert_num_queries(1):
        assert reminders.plan_missing(now=LONG_BEFORE) == 0


# ---------------------------------------------------------------- C


def test_c_confirms_the_visit_that_the_last_text_was_about(house):
    patient = make_patient(phone=PHONE, texts_ok=True)
    first, second = book(house, patient=patient), book(house, "11:00", patient=patient)
    for visit, minutes in ((second, 0), (first, 5)):
        Message.objects.filter(subject_uid=visit.uid, channel="sms", kind="remind_day").update(
            state="sent", sent_at=NOW + timedelta(minutes=minutes)
        )
    row = texts.receive(gateway_id="SM1", number=PHONE, text="C", now=NOW)
    assert (row.did, "9:00 am" in row.answer) == ("confirmed", True)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.confirmed_at, first.confirmed_by, second.confirmed_at) == (NOW, "patient", None)


def test_c_without_a_text_about_a_visit_confirms_nothing(house):
    book(house)
    assert text_answers.confirm(PHONE, NOW) == ""


def test_c_of_another_number_confirms_nothing(house):
    visit = book(house)
    Message.objects.filter(subject_uid=visit.uid, channel="sms").update(state="sent", sent_at=NOW)
    assert text_answers.confirm("+19075550199", NOW) == ""


def test_c_to_a_visit_that_was_cancelled_goes_to_a_person(house):
    visit = book(house)
    Message.objects.filter(subject_uid=visit.uid, channel="sms").update(state="sent", sent_at=NOW)
    diary.cancel(appointment=visit, by=None, now=NOW)
    assert texts.receive(gateway_id="SM1", number=PHONE, text="C", now=NOW).did == "queue"


def test_ok_to_a_text_that_a_visit_is_cancelled_confirms_no_other(house):
    patient = make_patient(phone=PHONE, texts_ok=True)
    first, second = book(house, patient=patient), book(house, "11:00", patient=patient)
    diary.cancel(appointment=second, by=make_user(), now=NOW)
    for visit, kind, minutes in ((first, "remind_day", 0), (second, "cancelled", 5)):
        sent = Message.objects.filter(subject_uid=visit.uid, channel="sms", kind=kind)
        assert sent.update(state="sent", sent_at=NOW + timedelta(minutes=minutes)) == 1
    assert texts.receive(gateway_id="SM1", number=PHONE, text="OK", now=NOW).did == "queue"
    first.refresh_from_db()
    assert first.confirmed_at is None


def test_desk_reads_what_is_planned_in_words(house, client):
    visit = book(house)
    client.force_login(make_user(groups=["desk"]))
    page = client.get(f"/desk/patients/{visit.patient.uid}/").content.decode()
    assert "First reminder of the visit" in page
    assert "remind early" not in page


def test_reminders_of_a_booking_take_two_statements(house):
    visit = book(house, "11:00", mode="telehealth")
    Message.objects.filter(kind__in=KINDS).delete()
    visit.refresh_from_db()
    ways = [("email", "ana@runner.example"), ("sms", PHONE)]
    with CaptureQueriesContext(connection) as asked:
        assert reminders.remind(visit, ways=ways, now=LONG_BEFORE) == 6
    on_messages = [query["sql"] for query in asked if '"clinic_message"' in query["sql"]]
    assert len(on_messages) == 2
