"""What a patient reads of late fees, and of taking a cancel back: before booking, before the tap, and after it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import diary
from booking.models import Appointment, Fee
from booking.terms import terms_of
from booking.views.confirming import TERMS
from clinic.models import Consent, Message
from tests.booking.fees import book_under_rule, fees, set_rule
from tests.booking.house import local, other_patient
from tests.booking.visitor import answers, check_url, checked, slot_value, text, visit_link
from tests.factories import NOW, make_outcome, make_screening, make_user

pytestmark = pytest.mark.django_db
LATE = local("06:00")


def set_clock(monkeypatch, now) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    set_clock(monkeypatch, NOW)


@pytest.fixture
def visit(client, house) -> Appointment:
    """A visit on Wednesday at 9:00 whose cancel costs $40 from 5:00 on, opened by its link."""
    visit = book_under_rule(house)
    client.get(visit_link(visit))
    return visit


def post(client: Client, visit: Appointment, name: str = "cancel", **values):
    return client.post(f"/visit/{name}/", {"row": str(visit.uid), **values})


# ---------------------------------------------------------------- before booking


def test_rule_is_shown_agreed_to_and_kept(client, house):
    set_rule(house.service)
    checked(client)
    page = text(client.get(check_url(house)))
    assert "After that it costs $40." in page
    assert "If you do not come and have not cancelled, it costs $75." in page
    rule = terms_of(house.service)
    assert client.post(check_url(house), answers(rule=rule.version, late="on")).status_code == 302
    visit = Appointment.objects.get()
    assert (visit.terms, visit.late_fee, visit.terms_at) == (rule.words, 40, NOW)
    assert Consent.objects.get(kind="policy").text_version == f"{TERMS}/{rule.version}"


@pytest.mark.parametrize(
    "sent", [{}, {"late": "on"}, {"late": "on", "rule": "deadbeef"}, {"late": "on", "rule": "\x00" * 900}]
)
def test_nobody_books_who_has_not_agreed_to_these_very_words(client, house, sent):
    set_rule(house.service)
    checked(client)
    response = client.post(check_url(house), answers(**sent))
    assert response.status_code == 422
    assert "Read what cancelling late or not coming costs" in text(response)
    assert f'value="{terms_of(house.service).version}"' in response.content.decode()
    assert not Appointment.objects.exists()


def test_service_without_a_rule_asks_for_nothing(client, house):
    checked(client)
    assert 'name="late"' not in client.get(check_url(house)).content.decode()
    assert client.post(check_url(house), answers(late="on", rule="x")).status_code == 302
    assert Appointment.objects.get().terms == ""


# ---------------------------------------------------------------- before the tap


def test_pages_say_until_when_a_cancel_is_free(client, visit):
    for path in ("/visit/", "/visit/booked/", "/visit/cancel/"):
        assert "Cancelling is free until Wed 25 Nov, 5:00 am. After that it costs $40." in text(client.get(path))


def test_page_says_what_it_costs_before_the_tap(client, visit, monkeypatch):
    set_clock(monkeypatch, LATE)
    assert "Cancelling it now costs $40, as you agreed on Tuesday 24 November" in text(client.get("/visit/"))
    page = client.get("/visit/cancel/")
    assert "Cancelling now costs $40, as you agreed on Tuesday 24 November." in text(page)
    assert "Cancel for $40" in text(page)
    assert 'name="agreed" value="40.00"' in page.content.decode()
    response = post(client, visit, agreed="40.00")
    assert response["Location"] == "/visit/"
    assert fees(visit) == [("late_cancel", "40.00", "owed")]
    assert "Cancelling late costs $40, as you agreed on Tuesday 24 November." in text(client.get("/visit/"))


@pytest.mark.parametrize("agreed", ["0", "", "39.99", "NaN", "Infinity", "-1", "x" * 5000, "\x00", "1e999999999"])
def test_page_that_showed_less_does_not_cost_more(client, visit, monkeypatch, agreed):
    set_clock(monkeypatch, LATE)
    response = post(client, visit, agreed=agreed, reason="Sick")
    page = text(response)
    if agreed == "1e999999999":  # more than enough
        assert response.status_code == 302
        assert fees(visit) == [("late_cancel", "40.00", "owed")]
        return
    assert response.status_code == 409
    assert "It is late now, so it costs something" in page
    assert "Cancelling now costs $40" in page
    assert 'value="Sick"' in response.content.decode()
    assert fees(visit) == []


def test_visit_on_hold_says_that_it_costs_nothing(client, visit, monkeypatch):
    Appointment.objects.update(hold="talk", held_at=NOW)
    set_clock(monkeypatch, LATE)
    assert "Moving or cancelling it costs you nothing." in text(client.get("/visit/"))
    assert "$40" not in text(client.get("/visit/cancel/"))
    post(client, visit)
    assert fees(visit) == []


def test_late_move_says_that_a_cancel_costs_from_then_on(client, house, visit, monkeypatch):
    set_clock(monkeypatch, LATE)
    page = text(client.get("/visit/move/check/", {"slot": slot_value(house, "11:00")}))
    assert "Moving the visit is free all the same. If you cancel it later, that costs $40" in page


def test_other_way_at_another_time_says_the_same_when_it_is_late(client, house, visit, monkeypatch):
    set_clock(monkeypatch, LATE)
    where = {"mode": "telehealth", "state": "AK"}
    said = "If you cancel the visit later, that costs $40"
    for wall, told in (("11:00", True), ("09:00", False)):
        slot = slot_value(house, wall, mode="telehealth")
        assert (said in text(client.get("/visit/how/check/", where | {"slot": slot}))) == told


# ---------------------------------------------------------------- after it


def test_waived_fee_is_told(client, visit):
    diary.cancel(appointment=visit, by=None, agreed=Decimal(40), now=LATE)
    diary.waive(fee=Fee.objects.get(), by=make_user(), reason="Ill", now=LATE)
    page = text(client.get("/visit/"))
    assert "We have dropped the fee of $40. You owe nothing for this visit." in page
    assert "Ill" not in page


def test_missed_visit_says_what_it_costs(client, visit, monkeypatch):
    diary.no_show(appointment=visit, by=make_user(), now=local("09:20"))
    set_clock(monkeypatch, local("10:00"))
    assert "Not coming costs $75, as you agreed on Tuesday 24 November." in text(client.get("/visit/"))


# ---------------------------------------------------------------- taking it back


def test_end_of_taking_back_a_visit_by_video_names_its_zone(client, house):
    visit = house.book("09:00", mode="telehealth", time_zone="Pacific/Honolulu", now=NOW)
    client.get(visit_link(visit))
    post(client, visit)
    assert "We keep your time until 8:42 am, Hawaii time." in text(client.get("/visit/"))


def test_cancel_is_taken_back_by_one_tap(client, visit):
    post(client, visit)
    assert "We keep your time until 9:42 am." in text(client.get("/visit/"))
    page = text(client.post("/visit/undo/", {"row": str(visit.uid)}, follow=True))
    assert "Done. You are booked as before." in page
    assert "Changed your mind?" not in page
    visit.refresh_from_db()
    assert visit.block.state == "booked"


def test_looking_takes_nothing_back_and_confirms_nothing(client, visit):
    post(client, visit)
    for path in ("/visit/undo/", "/visit/confirm/"):
        assert client.get(path)["Location"] == "/visit/"
    visit.refresh_from_db()
    assert (visit.block.state, visit.confirmed_at) == ("cancelled", None)


def test_undo_that_is_too_late_says_so(client, visit, monkeypatch):
    post(client, visit)
    set_clock(monkeypatch, NOW + timedelta(minutes=2, seconds=1))
    assert "Changed your mind?" not in text(client.get("/visit/"))
    page = text(client.post("/visit/undo/", {"row": str(visit.uid)}, follow=True))
    assert "It is too late to take that back." in page


def test_undo_of_a_time_that_has_gone_shows_the_nearest(client, house, visit):
    post(client, visit)
    house.book("09:00", patient=other_patient(), now=NOW + timedelta(minutes=2))
    response = post(client, visit, "undo")
    assert response.status_code == 409
    page = text(response)
    assert "That time has just gone" in page
    assert "10:00 am with" in page


def test_undo_of_a_home_visit_whose_time_has_gone_says_so(client, house):
    visit = house.book("09:00", mode="mobile", now=NOW)
    client.get(visit_link(visit))
    post(client, visit)
    house.book("09:00", mode="mobile", patient=other_patient(), now=NOW + timedelta(minutes=2))
    page = text(client.post("/visit/undo/", {"row": str(visit.uid)}, follow=True))
    assert "That time has just gone" in page


def test_undo_of_somebody_with_a_level_shows_no_times(client, house, visit):
    post(client, visit)
    house.book("09:00", patient=other_patient(), now=NOW + timedelta(minutes=2))
    make_outcome(screening=make_screening(patient=visit.patient), level="emergency", booking="not_offered")
    response = post(client, visit, "undo")
    assert response.status_code == 403
    assert "10:00 am" not in text(response)


def test_undo_beside_another_visit_tells_nothing_of_it(client, house, visit):
    post(client, visit)
    house.book("09:30", practitioner=house.jun, patient=visit.patient, now=NOW)
    page = text(client.post("/visit/undo/", {"row": str(visit.uid)}, follow=True))
    assert "We cannot book that time for you here any more. Please call us." in page
    assert "9:30" not in page


@pytest.mark.parametrize("name", ["undo", "confirm", "cancel"])
def test_nothing_is_done_with_another_visit_or_without_a_link(client, house, visit, name):
    other = house.book("11:00", patient=other_patient(), now=NOW)
    assert post(client, other, name).status_code == 404
    assert post(Client(), visit, name).status_code == 404
    other.refresh_from_db()
    assert (other.confirmed_at, other.cancelled_at) == (None, None)


# ---------------------------------------------------------------- confirming


def test_visit_is_confirmed_by_one_tap_and_shows_it(client, visit):
    assert "I am coming" in text(client.get("/visit/"))
    page = text(client.post("/visit/confirm/", {"row": str(visit.uid)}, follow=True))
    assert "Thank you. We know that you come." in page
    assert "Booked and confirmed" in page
    assert "I am coming" not in page


# ---------------------------------------------------------------- letters, queries


def test_letters_carry_the_rule_and_the_fee(house, visit):
    from clinic import registry

    set_rule(house.service, fee_note="We don't ask & you needn't tell.")
    visit = book_under_rule(house, "10:00")

    def letter(kind):
        message = Message.objects.filter(subject_uid=visit.uid, kind=kind, channel="email").latest("pk")
        return registry.letters[kind](message, LATE)

    booked = letter("booked")
    assert "You agreed to this on Tuesday 24 November:" in booked.text
    assert "- We don't ask & you needn't tell." in booked.text
    assert "We don&#x27;t ask &amp; you needn&#x27;t tell." in booked.html
    diary.cancel(appointment=visit, by=None, agreed=Decimal(40), now=LATE)
    gone = letter("cancelled")
    for words in (gone.text, gone.html):
        assert "It was late: this costs $40, as you agreed on Tuesday 24 November." in words
    diary.undo_cancel(appointment=visit, now=LATE)
    again = letter("visit_again")
    assert again.subject == "Booked again: your visit on Wed 25 Nov, 10:00 am"
    for words in (again.text, again.html):
        assert "You took the cancel back. You are booked as before." in words


def test_pages_take_few_queries_more_for_a_late_visit(client, visit, monkeypatch):
    set_clock(monkeypatch, LATE)

    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        return len(captured)

    late = {path: count(path) for path in ("/visit/", "/visit/cancel/", "/visit/booked/")}
    Appointment.objects.update(terms="", terms_at=None, late_fee=0, no_show_fee=0, free_until=None)
    assert {path: count(path) for path in late} == late
