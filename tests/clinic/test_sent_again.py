"""Sending a message once more, and what a message has come to, in the admin."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from booking import diary
from clinic import outbox, sent_again, texting
from clinic.models import AuditEvent, Message, Patient
from tests.booking.house import make_house
from tests.desk import staff, words
from tests.factories import NOW, make_clinic, make_message, make_patient, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def house(db):
    return make_house()


def booked(house, **values) -> Message:
    """The letter of a visit that was booked, sent."""
    patient = make_patient(**{"email": "old@runner.example", "phone": "+19075550118", "texts_ok": True, **values})
    house.book("09:00", now=NOW, patient=patient)
    outbox.deliver_due(now=NOW)
    return Message.objects.get(kind="booked", channel="email")


def test_message_is_written_anew_to_the_address_of_today(house):
    first = booked(house)
    Patient.objects.update(email="new@runner.example", preferred_name="Annie")
    by = make_user()
    row = sent_again.send_again(message=first, by=by, now=NOW + HOUR)
    assert (row.again_of, row.again, row.to, row.state) == (first, 1, "new@runner.example", "planned")
    assert sent_again.send_again(message=first, by=by, now=NOW + HOUR) == row
    outbox.deliver_due(now=NOW + HOUR)
    row.refresh_from_db()
    assert (row.state, row.title, "Hi Annie" in row.text) == ("sent", first.title, True)
    assert mail.outbox[-1].to == ["new@runner.example"]
    assert row.message_id != first.message_id
    event = AuditEvent.objects.get(act="message.sent_again")
    assert event.subject_uid == first.patient.uid
    again = sent_again.send_again(message=row, by=by, now=NOW + 2 * HOUR)
    assert (again.again_of, again.again) == (first, 2)


def test_the_ledger_still_knows_the_first_by_its_key(house):
    first = booked(house)
    sent_again.send_again(message=first, by=None, now=NOW)
    same = outbox.post(
        kind=first.kind, channel="email", subject_uid=first.subject_uid, to="x@runner.example", planned_at=NOW
    )
    assert same == first


def test_it_says_why_not(house):
    first = booked(house)
    visit = first.patient.appointments.get()
    text = Message.objects.get(kind="booked", channel="sms")

    def why(message, now=NOW):
        message.refresh_from_db()
        return sent_again.why_not(message, now=now)

    assert (why(first), why(text)) == ("", "")
    texting.stop(number="+19075550118", now=NOW)
    assert "they answered STOP" in why(text)
    assert why(first, now=NOW + timedelta(days=9)) == "It is too late for it now."
    Patient.objects.update(email="")
    assert "has no address" in sent_again.why_not(Message.objects.get(pk=first.pk), now=NOW)
    Patient.objects.update(email="old@runner.example")
    first = Message.objects.get(pk=first.pk)
    diary.cancel(appointment=visit, by=make_user(), now=NOW)
    assert why(first) == "What it says no longer holds."
    assert why(make_message(patient=None, state="failed")) == "It belongs to no patient."
    planned = Message.objects.filter(kind="cancelled").first()
    assert "Only what was sent, or has failed" in why(planned)
    with pytest.raises(sent_again.NotAgain):
        sent_again.send_again(message=first, by=None, now=NOW)


def test_nobody_gets_the_same_more_often_than_three_times(house):
    first = booked(house)
    for number in (1, 2, 3):
        sent_again.send_again(message=first, by=None, now=NOW + number * HOUR)
        outbox.deliver_due(now=NOW + number * HOUR)
    with pytest.raises(sent_again.NotAgain, match="3 times already"):
        sent_again.send_again(message=first, by=None, now=NOW + 4 * HOUR)


def test_answer_is_written_on_the_last_text_to_that_number():
    patient = make_patient(phone="+19075550118")
    texts = [
        make_message(
            patient=patient, channel="sms", to=patient.phone, state="sent", sent_at=NOW - hours * HOUR, sequence=hours
        )
        for hours in (1, 2)
    ]
    texting.note_answer(number=patient.phone, now=NOW)
    assert [Message.objects.get(pk=text.pk).replied_at for text in texts] == [NOW, None]


def test_desk_sends_again_from_the_message_and_pts_do_not():
    make_clinic()
    first = make_message(
        kind="staff_note",
        patient=make_patient(),
        state="sent",
        sent_at=NOW,
        context={"words": "Bring your shoes.", "by": "Jo Bennett"},
    )
    page, again = (reverse(f"admin:clinic_message_{name}", args=[first.pk]) for name in ("change", "again"))
    client = staff("desk")
    assert "Send again" in words(client.get(page))
    answer = client.post(again, follow=True)
    assert "It is sent once more" in words(answer)
    assert "Written by staff, again" in words(answer)
    assert Message.objects.filter(again_of=first).count() == 1
    assert (client.get(again).status_code, staff("pt").post(again).status_code) == (405, 403)


def test_list_is_narrowed_by_what_became_of_a_message():
    patient = make_patient()
    rows = {
        "planned": make_message(patient=patient),
        "delivered": make_message(patient=patient, state="sent", sent_at=NOW, delivered_at=NOW),
        "replied": make_message(patient=patient, state="sent", sent_at=NOW, replied_at=NOW),
        "failed": make_message(patient=patient, state="failed", error="Refused 550"),
    }
    client, page = staff("desk"), reverse("admin:clinic_message_changelist")
    for name, row in rows.items():
        shown = client.get(page, {"became": name})
        assert shown.status_code == 200, shown.headers
        assert [one.pk for one in shown.context["cl"].result_list] == [row.pk], name
    of_them = client.get(page, {"q": str(patient.uid)})
    assert of_them.context["cl"].result_count == len(rows)
    assert client.get(page, {"became": "x"}).status_code == 200


def test_list_of_messages_says_in_one_cell_what_became_of_each(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    make_clinic()
    make_message(state="failed", attempts=6, error="The gateway refused it.", planned_at=NOW)
    text = words(staff("desk").get(reverse("admin:clinic_message_changelist")))
    assert "Tue 24 Nov, 9:40 am" in text
    assert "failed, 6 tries, The gateway refused it." in text
