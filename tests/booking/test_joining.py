"""The pages by which a patient joins a visit by video, through the visit's link."""

import re
import uuid
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from booking import diary, video
from booking.models import Appointment, Block, VideoJoin
from clinic.models import AuditEvent, Call
from tests.booking.house import local
from tests.booking.visitor import text, visit_link
from tests.factories import NOW, make_licence, make_patient, make_user

pytestmark = pytest.mark.django_db
JOIN = "/visit/join/"
ROOM = "https://meet.example.org/"


@pytest.fixture
def visit(client, house, monkeypatch) -> Appointment:
    """Wednesday at 9:00 by video with Dana, opened by its link at 8:52."""
    visit = house.book("09:00", mode="telehealth", now=NOW)
    set_clock(monkeypatch, "08:52")
    client.get(visit_link(visit))
    return visit


def set_clock(monkeypatch, wall: str) -> None:
    monkeypatch.setattr(timezone, "now", lambda: local(wall))


def typed(**values) -> dict[str, str]:
    """What the form is sent with; None leaves a field out."""
    sent = {
        "submission": str(uuid.uuid4()),
        "street": "12 Spruce St",
        "city": "Nome",
        "state": "AK",
        "phone": "907-555-0118",
        "contact_name": "Sam Oquendo",
        "contact_phone": "907-555-0119",
        "agree": "on",
    }
    return {name: value for name, value in (sent | values).items() if value is not None}


def room_in(response) -> list[str]:
    return re.findall(rf'href="({ROOM}[^"]*)"', response.content.decode())


# ---------------------------------------------------------------- the way in


def test_link_leads_straight_to_the_waiting_room_while_it_is_open(client, visit, monkeypatch):
    for wall, page in (("08:49", "/visit/"), ("08:50", JOIN), ("10:29", JOIN), ("10:30", "/visit/")):
        set_clock(monkeypatch, wall)
        assert Client().get(visit_link(visit))["Location"] == page


def test_page_that_is_too_early_says_from_when_on_and_shows_no_room(client, visit, monkeypatch):
    set_clock(monkeypatch, "08:00")
    page = client.get(JOIN)
    assert "You can join from 8:50 am, Anchorage time" in text(page)
    assert "Have ready" in text(page)
    assert room_in(page) == []
    assert client.post(JOIN, typed()).status_code == 409
    assert not VideoJoin.objects.exists()


def test_looking_at_the_page_changes_nothing(client, visit):
    page = client.get(JOIN)
    assert (page.status_code, room_in(page)) == (200, [])
    assert Block.objects.get(pk=visit.block_id).state == "booked"
    assert page["Cache-Control"] == "no-store"


def test_patient_says_where_they_are_and_gets_the_room(client, visit):
    response = client.post(JOIN, typed(row=str(visit.uid)))
    assert (response.status_code, response["Location"]) == (302, JOIN)
    page = client.get(JOIN)
    assert room_in(page) == [video.room_url(visit)]
    link = re.search(r"<a [^>]*meet\.example\.org[^>]*>", page.content.decode()).group(0)
    assert 'rel="noopener noreferrer"' in link
    assert 'referrerpolicy="no-referrer"' in link
    assert "907-555-0142" in text(page)
    assert "stay near your phone: Dana calls the number you gave" in text(page)
    row = VideoJoin.objects.get()
    assert (row.address, row.state, row.phone) == ("12 Spruce St, Nome", "AK", "+19075550118")
    assert Block.objects.get(pk=visit.block_id).state == "arrived"


def test_another_browser_says_it_anew_and_reads_nothing_of_the_first(client, visit):
    client.post(JOIN, typed())
    other = Client()
    other.get(visit_link(visit))
    page = other.get(JOIN)
    assert room_in(page) == []
    for known in ("Spruce", "Nome", "0118", "0119", "Oquendo", visit.patient.email, visit.patient.phone[-7:]):
        assert known not in text(page)


def test_form_is_never_filled_in_beforehand(client, house, visit, monkeypatch):
    """The link asks for no date of birth: whoever has it must not read what the record holds."""
    page = client.get(JOIN).content.decode()
    values = dict(re.findall(r'<input[^>]* name="([a-z_]+)"[^>]* value="([^"]*)"', page))
    assert set(values) <= {"csrfmiddlewaretoken", "row", "submission"}


def test_room_is_asked_about_again_when_the_patient_goes_elsewhere(client, visit):
    client.post(JOIN, typed())
    assert "Where are you now?" in text(client.get(f"{JOIN}?again=1"))
    client.post(JOIN, typed(street="Airport", agree=None))
    assert [row.address for row in VideoJoin.objects.all()] == ["12 Spruce St, Nome", "Airport, Nome"]


def test_what_was_said_before_a_move_opens_no_room_after_it(client, house, visit, monkeypatch):
    client.post(JOIN, typed())
    diary.undo(appointment=visit, by=make_user(), now=local("08:53"))
    diary.move(appointment=visit, start=local("11:00"), practitioner=house.dana, by=make_user(), now=local("08:54"))
    assert room_in(client.get(JOIN)) == []
    set_clock(monkeypatch, "10:55")
    page = client.get(JOIN)
    assert room_in(page) == []
    assert "Where are you now?" in text(page)


def close(visit: Appointment, what: str, monkeypatch, settings) -> None:
    if what == "cancelled":
        diary.cancel(appointment=visit, by=make_user(), now=NOW)
    elif what == "hold":
        Appointment.objects.filter(pk=visit.pk).update(hold="talk", held_at=NOW)
    elif what == "over":
        set_clock(monkeypatch, "10:30")
    else:
        settings.TELEHEALTH_ROOM_URL = ""


@pytest.mark.parametrize("what", ["cancelled", "hold", "over", "no rooms"])
def test_visit_without_an_open_room_says_why_on_its_page(client, visit, monkeypatch, settings, what):
    close(visit, what, monkeypatch, settings)
    for response in (client.get(JOIN), client.post(JOIN, typed())):
        assert (response.status_code, response["Location"]) == (302, "/visit/")
    assert room_in(client.get("/visit/")) == []
    assert not VideoJoin.objects.exists()


def test_page_says_when_the_room_closed_on_who_was_not_seen(client, visit, monkeypatch):
    set_clock(monkeypatch, "10:29")
    assert "The room of this visit closed" not in text(client.get("/visit/"))
    set_clock(monkeypatch, "10:30")
    page = text(client.get("/visit/"))
    assert "This visit is over" in page
    assert "The room of this visit closed at 10:30 am, Anchorage time." in page
    Block.objects.filter(pk=visit.block_id).update(state="seen")
    page = text(client.get("/visit/"))
    assert "This visit is over" in page
    assert "The room of this visit closed" not in page


def test_visit_page_says_that_it_has_begun_and_that_it_is_over(client, visit, monkeypatch):
    for wall, says in (("09:00", "begun"), ("09:59", "begun"), ("10:00", "over")):
        set_clock(monkeypatch, wall)
        Block.objects.filter(pk=visit.block_id).update(state="no_show")
        page = text(client.get("/visit/"))
        assert ("This visit has begun" in page, "This visit is over" in page) == (says == "begun", says == "over"), wall


def test_visit_at_the_clinic_has_no_room(client, house, visit):
    client.get(visit_link(house.book("09:00", patient=make_patient(), practitioner=house.jun, now=NOW)))
    assert client.get(JOIN)["Location"] == client.post(JOIN, typed())["Location"] == "/visit/"


def test_visit_page_leads_to_the_waiting_room_while_it_is_open(client, visit, monkeypatch):
    for wall, says in (("08:49", False), ("08:50", True), ("09:30", True), ("10:30", False)):
        set_clock(monkeypatch, wall)
        assert ("Join the visit" in text(client.get("/visit/"))) == says, wall


def test_leaving_takes_the_room_from_the_browser(client, visit):
    client.post(JOIN, typed())
    client.post("/visit/leave/")
    assert client.cookies["link_joined"].value == ""


# ---------------------------------------------------------------- what is refused


def test_state_without_a_licence_is_told_plainly_and_the_desk_calls(client, visit):
    page = client.post(JOIN, typed(state="WA"))
    assert page.status_code == 409
    assert "holds no license there" in text(page)
    assert "Your visit is still booked" in text(page)
    assert 'value="12 Spruce St"' in page.content.decode()
    call = Call.objects.get(reason="video")
    assert (call.phone, call.due_at, call.subject_uid) == ("+19075550118", local("09:00"), visit.uid)
    assert "Washington" in call.notes.get().note
    assert not VideoJoin.objects.exists()
    assert room_in(client.get(JOIN)) == []
    client.post(JOIN, typed())
    call.refresh_from_db()
    assert call.state == "done"


def test_each_time_elsewhere_presses_the_same_call(client, visit):
    for state in ("WA", "other"):
        client.post(JOIN, typed(state=state))
    call = Call.objects.get(reason="video")
    assert "outside the United States" in call.notes.latest("id").note


def test_call_keeps_no_more_notes_than_somebody_may_join(client, visit, monkeypatch):
    monkeypatch.setattr(diary.joins, "MOST", 2)
    for number in range(4):
        assert client.post(JOIN, typed(state="WA", street=f"{number} Pine St")).status_code == 409
    notes = Call.objects.get(reason="video").notes
    assert [note.note.partition(": ")[2] for note in notes.order_by("id")] == ["0 Pine St, Nome", "1 Pine St, Nome"]


def test_licence_that_ended_yesterday_counts_for_nothing(client, house, visit):
    make_licence(house.dana, state="WA", expires_on=date(2026, 11, 24))
    assert client.post(JOIN, typed(state="WA")).status_code == 409


def test_minor_is_asked_for_an_adult(client, house, monkeypatch):
    child = house.book("09:00", mode="telehealth", patient=make_patient(birth_date=date(2012, 5, 1)), now=NOW)
    set_clock(monkeypatch, "08:52")
    client.get(visit_link(child))
    page = client.post(JOIN, typed())
    assert page.status_code == 422
    assert "Give the name of the adult who is in the room." in text(page)
    assert "Ask an adult to come into the room" in text(page)
    assert client.post(JOIN, typed(adult_name="Ines", adult_here="on")).status_code == 302
    assert VideoJoin.objects.get().adult_name == "Ines"


def test_adult_is_not_asked_for_one(client, visit):
    assert "Under 18" not in text(client.get(JOIN))


def test_consent_that_was_given_at_booking_is_not_asked_for_again(client, house, monkeypatch):
    visit = house.book("09:00", mode="telehealth", consents={"telehealth": "2026-11-22"}, now=NOW)
    set_clock(monkeypatch, "08:52")
    client.get(visit_link(visit))
    assert "I agree to a visit by video" not in text(client.get(JOIN))
    assert client.post(JOIN, typed(agree=None)).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"street": ""},
        {"street": "a\x00b"},
        {"street": "x" * 5000},
        {"city": "\n"},
        {"state": "XX"},
        {"state": "AK\x00"},
        {"phone": "911"},
        {"phone": "9" * 5000},
        {"contact_name": "https://example.com"},
        {"contact_name": "a\r\nBcc: b@example.com"},
        {"contact_phone": "no"},
        {"phone": "907-555-0142"},  # the clinic's own
        {"contact_phone": "(907) 555 0142"},
        {"agree": None},
    ],
)
def test_wrong_form_is_told_and_keeps_what_was_typed(client, visit, wrong):
    page = client.post(JOIN, typed(**wrong))
    assert page.status_code == 422
    assert "There is a problem" in text(page) or "error-summary" in page.content.decode()
    kept = "12 Spruce St" if "street" not in wrong else "Nome"
    assert f'value="{kept}"' in page.content.decode()
    assert not VideoJoin.objects.exists()


@pytest.mark.parametrize("submission", ["", "nonsense", "\x00", "x" * 9000])
def test_tampered_submission_counts_as_a_new_one(client, visit, submission):
    assert client.post(JOIN, typed(submission=submission)).status_code == 302
    assert VideoJoin.objects.count() == 1


def test_emoji_and_other_scripts_are_kept(client, visit):
    client.post(JOIN, typed(street="ул. Ленина 1 🏠", contact_name="Żaneta 李"))
    row = VideoJoin.objects.get()
    assert (row.address, row.contact_name) == ("ул. Ленина 1 🏠, Nome", "Żaneta 李")


def test_page_of_another_visit_cannot_join_this_one(client, house, visit):
    other = house.book("09:00", mode="telehealth", patient=make_patient(), practitioner=house.jun, now=NOW)
    assert client.post(JOIN, typed(row=str(other.uid))).status_code == 404


def test_who_joins_again_and_again_is_asked_to_call(client, visit):
    VideoJoin.objects.bulk_create(
        VideoJoin(submission=uuid.uuid4(), appointment=visit, at=local("08:51"), state="AK") for _number in range(20)
    )
    page = client.post(JOIN, typed())
    assert page.status_code == 409
    assert "Please call us: we help you to join." in text(page)
    assert VideoJoin.objects.count() == 20


def test_words_that_cannot_wait_are_answered_first_and_heard(client, visit):
    response = client.post(JOIN, typed(street="12 Spruce St, I have chest pain and can't breathe"))
    assert response["Location"] == "/visit/first/?n=1"
    assert Call.objects.filter(reason="alert", phone="+19075550118").exists()
    wrong = client.post(JOIN, typed(street="chest pain, cannot breathe", state=""))
    assert wrong.status_code == 422
    assert "911" in text(wrong)


def test_nothing_that_was_said_gets_into_the_audit(client, visit):
    client.post(JOIN, typed())
    events = AuditEvent.objects.filter(subject_uid=visit.uid)
    assert events.filter(act="visit.arrived").exists()
    said = str(list(events.values()))
    assert not any(word in said for word in ("Spruce", "Nome", "555-0118", "5550118", "Sam", "meet.example"))


def test_form_and_room_take_as_many_queries_the_third_time(client, visit, django_assert_num_queries):
    for _time in range(3):
        with django_assert_num_queries(9):
            client.get(f"{JOIN}?again=1")
        client.post(JOIN, typed())
        with django_assert_num_queries(8):
            client.get(JOIN)
