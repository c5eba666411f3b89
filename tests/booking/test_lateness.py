"""Somebody runs late: who is still to come is told, each once, as far as it reaches."""

import pytest
from django.urls import reverse
from django.utils import timezone

from booking import diary
from booking.desk.day import day_span
from booking.lateness import delays
from booking.models import Block
from clinic import registry
from clinic.letters import segments
from clinic.models import Call, Message
from clinic.spans import Span
from tests.booking.house import WEDNESDAY, local
from tests.booking.test_visit_letters import CLINICAL
from tests.desk import staff, words
from tests.factories import NOW, make_patient, make_user

NINE = "09:00"


def span(start: str, end: str) -> Span:
    return Span(local(start), local(end))


@pytest.mark.parametrize(
    ("spans", "minutes", "late"),
    [
        ([], 20, []),
        ([("09:00", "10:00"), ("10:00", "11:00")], 20, [20, 20]),
        ([("09:00", "10:00"), ("10:10", "11:00"), ("11:30", "12:00")], 20, [20, 10, 0]),
        ([("09:00", "10:00"), ("10:08", "11:00")], 20, [20, 15]),
        ([("09:00", "10:00"), ("09:30", "11:00")], 10, [10, 10]),
    ],
)
def test_time_between_visits_takes_lateness_up(spans, minutes, late):
    assert delays([span(*one) for one in spans], minutes) == late


# ---------------------------------------------------------------- the act


@pytest.fixture
def jo(db):
    return make_user(groups=["desk"])


def run_late(house, jo, minutes=20, now=NINE):
    with timezone.override("America/Anchorage"):
        return diary.run_late(practitioner=house.dana, day=day_span(WEDNESDAY), minutes=minutes, by=jo, now=local(now))


def told(visit) -> list[tuple]:
    rows = Message.objects.filter(subject_uid=visit.uid, kind="visit_late").order_by("pk")
    return [(row.channel, row.context["minutes"]) for row in rows]


def test_those_still_to_come_are_told_by_each_way(house, jo):
    there, gone = house.book("09:00", now=NOW), house.book("08:00", now=NOW)
    diary.arrive(appointment=there, by=jo, now=local("08:50"))
    coming = house.book("10:00", now=NOW, patient=make_patient(texts_ok=True))
    others = house.book("10:00", now=NOW, practitioner=house.jun)
    done = run_late(house, jo)
    assert done.written == (coming,)
    assert told(coming) == [("email", 20), ("sms", 20)]
    assert told(there) == told(gone) == told(others) == []
    assert coming.events.get(act="late").details["minutes"] == 20


def test_nobody_is_told_the_same_twice_and_everybody_a_new_lateness(house, jo):
    visit = house.book("10:00", now=NOW)
    run_late(house, jo)
    assert run_late(house, jo, now="09:05").known == (visit,)
    assert told(visit) == [("email", 20)]
    run_late(house, jo, minutes=45, now="09:10")
    assert told(visit) == [("email", 20), ("email", 45)]


def test_patient_with_two_visits_is_told_of_the_first(house, jo):
    first = house.book("10:00", now=NOW)
    second = house.book("11:00", now=NOW, patient=first.patient, by=jo, override_reason="twice")
    run_late(house, jo)
    assert (told(first), told(second)) == ([("email", 20)], [])


def test_who_cannot_be_written_to_is_a_call_due_at_the_start(house, jo):
    visit = house.book("10:00", now=NOW, patient=make_patient(email="", texts_ok=False))
    assert run_late(house, jo).to_call == (visit,)
    call = Call.objects.get(subject_uid=visit.uid, reason="message")
    assert call.due_at == visit.block.starts_at


def test_who_is_not_to_be_contacted_is_neither_written_to_nor_called(house, jo):
    patient = make_patient(no_contact="asked", no_contact_since=NOW)
    visit = house.book("10:00", now=NOW, patient=patient)
    assert run_late(house, jo) == diary.Told((), (), ())
    assert told(visit) == []
    assert not Call.objects.filter(subject_uid=visit.uid, reason="message").exists()


def test_minutes_that_nobody_offers_are_refused(house, jo):
    with pytest.raises(diary.WrongState):
        run_late(house, jo, minutes=5)


# ---------------------------------------------------------------- the letter


def letter(visit, channel="email"):
    message = Message.objects.get(subject_uid=visit.uid, kind="visit_late", channel=channel)
    return registry.letters["visit_late"](message, local("09:01"))


@pytest.mark.parametrize(
    ("mode", "said"), [("in_clinic", "starts at about 10:20 am"), ("mobile", "with you at about 10:20 am")]
)
def test_letter_says_how_late_and_when_then(house, jo, mode, said):
    visit = house.book("10:00", now=NOW, mode=mode, patient=make_patient(texts_ok=True))
    run_late(house, jo)
    mail, text = letter(visit), letter(visit, "sms")
    assert mail.subject == "About 20 minutes late: your visit on Wed 25 Nov, 10:00 am"
    assert said in mail.text
    assert "starts at about 10:20 am" in text.text
    assert segments(text.text) <= 2
    assert not CLINICAL.search(f"{mail.subject} {text.text}")


def test_letter_says_nothing_once_they_are_here_or_it_has_moved(house, jo):
    here, moved = house.book("10:00", now=NOW), house.book("11:00", now=NOW)
    run_late(house, jo)
    diary.arrive(appointment=here, by=jo, now=local("09:05"))
    Block.objects.filter(pk=moved.block_id).update(starts_at=local("11:10"))
    assert letter(here) is letter(moved) is None


# ---------------------------------------------------------------- the page


@pytest.fixture
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: local("09:20"))


def address(person) -> str:
    return reverse("admin:late", args=[person.uid])


def test_page_says_whom_each_lateness_reaches_and_tells_them_with_one_click(clock, house):
    client = staff("desk")
    house.book("10:00", now=NOW)
    unreachable = make_patient(given_name="Lena", email="", texts_ok=False)
    house.book("11:00", now=NOW, patient=unreachable)
    page = words(client.get(address(house.dana)))
    assert "30 minutes late Tells Ana Oquendo (10:00 am, then about 10:30 am)" in page
    assert "Lena Oquendo (11:00 am, then about 11:30 am, by a call from you )" in page
    page = words(client.post(address(house.dana), {"minutes": "30"}, follow=True))
    assert "1 patient is told. Cannot be written to, a call is open: Lena Oquendo." in page
    assert "Told: 30 min late" in page
    assert "Call: 30 min late" in page


def test_pt_says_it_of_themselves_only(clock, house):
    client = staff("pt")
    house.dana.user = client.user
    house.dana.save()
    assert client.get(address(house.dana)).status_code == 200
    assert client.get(address(house.jun)).status_code == 403
    assert client.post(address(house.jun), {"minutes": "10"}).status_code == 403


@pytest.mark.parametrize("minutes", ["", "7", "x", "10\x00", "9" * 400])
def test_nonsense_tells_nobody(clock, house, minutes):
    house.book("10:00", now=NOW)
    assert staff("desk").post(address(house.dana), {"minutes": minutes}).status_code == 404
    assert not Message.objects.filter(kind="visit_late").exists()
