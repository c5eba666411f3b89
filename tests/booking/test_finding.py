"""Finding one's visits again: the links go to an address that we have, and no answer tells whom we know."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import diary, finding
from clinic import links, outbox, registry, texting
from clinic.letters import segments
from clinic.models import Call, Message
from tests.booking.visitor import later, text
from tests.factories import NOW, make_message, make_patient

pytestmark = pytest.mark.django_db
BORN = {"birth_date_month": "3", "birth_date_day": "14", "birth_date_year": "1984"}
SENT = "/visit/find/sent/"


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    set_clock(monkeypatch, NOW)


def set_clock(monkeypatch, now) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def ask(client, contact: str, **born: str):
    return client.post("/visit/find/", {"contact": contact, **BORN, **born})


def letter(now=NOW):
    message = Message.objects.filter(kind=finding.KIND).latest("pk")
    return registry.letters[finding.KIND](message, now)


def opened(found) -> list:
    return [links.open_token(token)[0] for token in re.findall(r"/l/([^/\s]+)/", found.text)]


def test_links_of_coming_visits_are_sent_to_the_address_on_record(client, house):
    patient = make_patient(email="ana@runner.example", given_name="Ana")
    visits = [house.book(wall, patient=patient, now=NOW) for wall in ("11:00", "09:00")]
    response = ask(client, "ANA@Runner.example")
    assert (response.status_code, response["Location"]) == (302, SENT)
    found = letter()
    assert found.subject == "The links to your visits"
    assert opened(found) == [visits[1], visits[0]]
    for body in (found.text, found.html):
        assert "Hi Ana" in body
        assert "Wed 25 Nov, 9:00 am" in body
        assert "Wed 25 Nov, 11:00 am" in body
    assert outbox.deliver_due(now=NOW) >= 1
    assert Message.objects.get(kind=finding.KIND).state == "sent"


def test_host_that_is_the_same_in_capitals_gets_no_links(client, house):
    house.book("09:00", patient=make_patient(email="ana@icloud.com"), now=NOW)
    assert ask(client, "ana@\u0131cloud.com").status_code == 302
    assert letter() is None


def test_phone_number_gets_a_text_with_the_next_visit(client, house):
    patient = make_patient(phone="+19075550118", email="")
    visits = [house.book(wall, patient=patient, now=NOW) for wall in ("11:00", "09:00")]
    ask(client, "(907) 555-0118")
    found = letter()
    assert found.text.startswith("Sidehill: your next visit is on Wed 25 Nov, 9:00 am, Anchorage time.")
    assert opened(found) == [visits[1]]
    assert segments(found.text) <= 2


def test_family_with_one_address_and_one_birth_date_gets_all_without_a_name(client, house):
    twins = [make_patient(email="home@runner.example", given_name=name) for name in ("Ana-Lucia", "Bo Christian")]
    for wall, twin in zip(("09:00", "10:00"), twins, strict=True):
        house.book(wall, patient=twin, now=NOW)
    ask(client, "home@runner.example")
    found = letter()
    assert len(opened(found)) == 2
    assert "Ana-Lucia" not in found.text
    assert "Christian" not in found.text


def test_nothing_is_sent_to_whom_we_do_not_know_or_who_has_no_visit_ahead(client, house):
    with_visit, cancelled, past = (make_patient(email=f"{name}@runner.example") for name in ("a", "b", "c"))
    make_patient(email="d@runner.example")
    house.book("09:00", patient=with_visit, now=NOW)
    diary.cancel(appointment=house.book("10:00", patient=cancelled, now=NOW), by=None, now=NOW)
    house.book("11:00", patient=past, now=NOW)
    for contact, born, now in (
        ("nobody@runner.example", {}, NOW),
        ("a@runner.example", {"birth_date_year": "1985"}, NOW),
        ("b@runner.example", {}, NOW),
        ("c@runner.example", {}, later(days=2)),
        ("d@runner.example", {}, NOW),
    ):
        ask(client, contact, **born)
        assert letter(now) is None


def test_answer_and_work_are_the_same_for_known_and_unknown(house):
    house.book("09:00", patient=make_patient(email="known@runner.example"), now=NOW)
    answers = []
    for contact in ("known@runner.example", "unknown@runner.example"):
        client = Client()
        client.get("/visit/find/")
        with CaptureQueriesContext(connection) as captured:
            response = ask(client, contact)
        kinds = [query["sql"].split(" ", 1)[0] for query in captured]
        page = client.get(response["Location"])
        answers.append((response.status_code, response["Location"], sorted(response.cookies), kinds, page.content))
    assert answers[0] == answers[1]
    assert "If we know you and you have a visit ahead, the link is on its way." in text(page)


def test_same_person_is_written_to_once_an_hour(client, house, monkeypatch):
    for contact in ("ana@runner.example", "Ana@runner.example"):
        ask(client, contact)
    assert Message.objects.count() == 1
    set_clock(monkeypatch, later(minutes=61))
    ask(client, "ana@runner.example")
    assert Message.objects.count() == 2


def test_too_many_from_one_address_wait(client, house, monkeypatch):
    for number in range(finding.MOST):
        assert ask(client, f"n{number}@runner.example").status_code == 302
    response = ask(client, "one-more@runner.example")
    assert response.status_code == 429
    assert "That was too often. Wait 15 minutes, or call us." in text(response)
    assert Message.objects.count() == finding.MOST
    other = Client(REMOTE_ADDR="203.0.113.9")
    assert ask(other, "one-more@runner.example").status_code == 302
    set_clock(monkeypatch, later(minutes=16))
    assert ask(client, "yet-another@runner.example").status_code == 302


@pytest.mark.parametrize(
    ("contact", "words"),
    [
        ("", "Give your e-mail or phone number."),
        ("ana", "Give a phone number with 10 digits"),
        ("ana@", "Give an e-mail address like name@example.com."),
        ("a@b.example\nBcc: all@b.example", "Write this on one line."),
        ("a@b.example\x00", "Take out the characters that do not print."),
        ("x" * 300 + "@b.example", "Use at most 254 characters."),
        ("🏔️@b.example", "Give an e-mail address like name@example.com."),
        ("+1 900 555 0118", "phone number"),
    ],
)
def test_contact_that_is_none_gets_a_message_and_stays(client, house, contact, words):
    response = ask(client, contact)
    assert response.status_code == 422
    assert words in text(response)
    assert not Message.objects.exists()


@pytest.mark.parametrize("year", ["2030", "0", "x", "", "99999"])
def test_birth_date_that_is_none_gets_a_message(client, house, year):
    assert ask(client, "ana@runner.example", birth_date_year=year).status_code == 422
    assert not Message.objects.exists()


def test_number_of_another_country_is_taken(client, house):
    house.book("09:00", patient=make_patient(phone="+4790123456", email=""), now=NOW)
    ask(client, "+47 901 23 456")
    assert len(opened(letter())) == 1


def test_subject_of_a_message_tells_no_address_and_no_date(client, house):
    ask(client, "ana@runner.example")
    message = Message.objects.get()
    assert message.patient is None
    assert message.subject_uid == finding._subject("ana@runner.example", date(1984, 3, 14))
    assert message.subject_uid != finding._subject("ana@runner.example", date(1984, 3, 15))


def test_old_message_is_dropped_instead_of_sent(client, house):
    patient = make_patient(email="ana@runner.example")
    house.book("09:00", patient=patient, now=NOW)
    ask(client, "ana@runner.example")
    Message.objects.exclude(kind=finding.KIND).delete()
    outbox.deliver_due(now=later(hours=2))
    assert Message.objects.get().state == "dropped"
    assert make_message(kind="other").state == "planned"


def test_page_is_led_to_by_the_name_of_its_link(client, house):
    page = client.get("/visit/find/")
    assert "Use the link in our message about the visit." in text(page)
    assert registry.site_links["change"] == "booking:find"


def test_number_is_not_taken_where_no_text_can_go(client, settings):
    settings.DEMO = settings.DEBUG = False
    page = ask(client, "907-555-0118")
    assert page.status_code == 422
    assert "We cannot send texts. Give your e-mail, or call us." in text(page)
    assert not Message.objects.exists()


def test_number_that_wants_no_texts_is_called_only_if_it_has_visits(client, house):
    house.book("09:00", patient=make_patient(email="", phone="+12125550187"), now=NOW)
    for number in ("+12125550187", "+12125550188"):
        texting.stop(number=number, now=NOW)
        finding.ask(contact=number, birth_date=date(1984, 3, 14), language="en", now=NOW)
    outbox.deliver_due(now=NOW)
    assert set(Message.objects.filter(kind=finding.KIND).values_list("error", flat=True)) == {"stopped"}
    assert [call.phone for call in Call.objects.filter(reason="message")] == ["+12125550187"]
