"""What is still missing before the first patient comes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking import first_run as booking_part
from clinic import first_run, outbox, setting_up
from clinic.first_run import Facts, State
from clinic.models import Clinic, Message, User
from intake import first_run as intake_part
from tests.booking.house import make_house
from tests.desk import links, staff, unknown_targets, words
from tests.factories import NOW, make_clinic, make_duty, make_user

THERE = Facts(
    clinic=Clinic(name="Sidehill", phone="+19075550142", email="desk@sidehill.example"),
    demo=False,
    places=1,
    opening_hours=True,
    first_in_line=True,
    second_in_line=True,
    groups_with_people=frozenset({"desk", "pt", "manager"}),
    payers=3,
    sends_mail=True,
    letter_arrived=True,
    from_address="Sidehill <visits@sidehill.example>",
    sends_texts=True,
    text_arrived=True,
    ticked=frozenset({"privacy", "words", "backups"}),
)
DIARY = booking_part.Facts(bookable=True, people=2, has_room=True)


def open_items(facts: Facts) -> dict[str, State]:
    return {row.name: row.state for row in first_run.items(facts) if not row.done}


def test_nothing_is_missing_where_all_is_there():
    assert open_items(THERE) == {}
    assert first_run.summary(first_run.items(THERE)) == "Everything is there. Patients may come."


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"demo": True}, "demo"),
        ({"clinic": None, "ticked": THERE.ticked}, "clinic"),
        ({"places": 0}, "place"),
        ({"opening_hours": False}, "hours"),
        ({"groups_with_people": frozenset({"desk"})}, "logins"),
        ({"easy_passwords": ("hana",)}, "passwords"),
        ({"first_in_line": False}, "duty"),
        ({"second_in_line": False}, "second"),
        ({"unpriced": ("First visit",)}, "prices"),
        ({"payers": 0}, "payers"),
        ({"sends_mail": False}, "mail"),
        ({"letter_arrived": False}, "letter"),
        ({"from_address": "visits@example.org"}, "sender"),
        ({"text_arrived": False}, "text"),
        ({"worker": "the worker has not been heard of"}, "worker"),
        ({"found": (("stridewell.E003", "SITE_URL leads to this machine.", "Set it."),)}, "https"),
        ({"found": (("stridewell.W021", "Some words cannot be sent.", ""),)}, "stridewell.W021"),
    ],
)
def test_what_is_missing_is_named(change, name):
    row = next(row for row in first_run.items(replace(THERE, **change)) if row.name == name)
    assert (row.state, bool(row.words)) == (State.MISSING, True)


def test_what_no_machine_knows_waits_for_a_tick():
    facts = replace(THERE, sends_texts=False, ticked=frozenset())
    assert open_items(facts) == dict.fromkeys(["no_texts", "privacy", "words", "backups"], State.LOOK)


def test_diary_names_who_and_what_lacks_something():
    facts = replace(
        DIARY,
        without_hours=("Dana Reyes",),
        without_license=("Jun Park",),
        rooms_lacking=("Massage",),
        mobile=True,
        by_video=True,
        has_room=False,
        bookable=False,
    )
    rows = {row.name: row for row in booking_part.items(facts)}
    assert {name for name, row in rows.items() if not row.done} == {
        *("working_hours", "licenses", "bookable", "rooms", "zones", "video")
    }
    assert "Dana Reyes" in rows["working_hours"].words
    assert all(row.done for row in booking_part.items(DIARY))


def test_rules_are_signed_off_or_read_here():
    (rules, emergency) = intake_part.items(signed_off=False, guides=1, ticked=())
    assert (rules.state, emergency.state) == (State.LOOK, State.LOOK)
    assert [row.done for row in intake_part.items(signed_off=True, guides=1, ticked=["emergency_words"])] == [
        True,
        True,
    ]


@pytest.mark.django_db
def test_facts_are_looked_up(settings):
    settings.DEMO = False
    house = make_house()
    make_user(username="hana", password="stridewell-demo")
    make_duty(user=make_user())
    facts = setting_up.gather(now=NOW)
    assert (facts.places, facts.opening_hours, facts.first_in_line, facts.second_in_line) == (1, True, True, False)
    assert (facts.easy_passwords, facts.letter_arrived) == (("hana",), False)
    diary = booking_part.gather(ticked=(), now=NOW)
    assert (diary.people, diary.bookable, diary.without_hours, diary.without_license) == (2, True, (), ())
    house.dana.licences.all().delete()
    assert booking_part.gather(ticked=(), now=NOW).without_license == (house.dana.name,)


@pytest.mark.django_db
def test_test_letter_shows_that_letters_arrive():
    make_clinic()
    by = make_user()
    message = setting_up.send_test(channel="email", by=by, now=NOW)
    assert setting_up.send_test(channel="email", by=by, now=NOW) == message
    outbox.deliver_due(now=NOW)
    assert Message.objects.get().title == "A test from Sidehill"
    assert setting_up.gather(now=NOW).letter_arrived
    assert not setting_up.gather(now=NOW + timedelta(days=90)).letter_arrived


@pytest.mark.django_db
def test_manager_ticks_tests_and_takes_the_list_off_the_menu(monkeypatch):
    make_clinic()
    client = staff("manager")
    page = client.get("/desk/first-run/")
    assert "things are still to do." in words(page)
    assert unknown_targets(page) == set()
    client.post("/desk/first-run/act/", {"act": "tick", "name": "backups"})
    assert Clinic.get().first_run["backups"]["by"] == User.objects.get().display_name
    assert "Take the tick back : Backups" in words(client.get("/desk/first-run/"))
    assert client.post("/desk/first-run/act/", {"act": "tick", "name": "\x00nonsense"}).status_code == 400
    client.post("/desk/first-run/act/", {"act": "test", "name": "email"})
    assert Message.objects.get().kind == "test_message"
    assert "Not yet" in words(client.post("/desk/first-run/act/", {"act": "live"}, follow=True))
    assert "Before going live" in client.get("/desk/texts/").content.decode()
    Clinic.objects.update(live_since=NOW)
    assert "Before going live" not in client.get("/desk/texts/").content.decode()
    assert "/desk/first-run/" in links(client.get("/desk/clinic/clinic/1/change/"))
    assert staff("desk").get("/desk/first-run/").status_code == 403


@pytest.mark.django_db
def test_page_works_before_there_is_a_clinic():
    client = staff("", is_superuser=True)
    assert "There is no active location." in words(client.get("/desk/first-run/"))
    assert "Fill in the clinic first." in words(client.post("/desk/first-run/act/", {"act": "live"}, follow=True))


@pytest.mark.django_db
def test_what_patients_read_is_linked_where_it_is_to_be_looked_at():
    make_clinic()
    page = staff("manager").get("/desk/first-run/")
    assert {"/privacy/", "/check/"} <= links(page)
