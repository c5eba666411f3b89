"""The manager's pages of message texts."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic import own_words
from clinic.models import MessageText
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_clinic, make_location

pytestmark = pytest.mark.django_db
PAGE = "/desk/texts/booked/email/en/"
MINE = {"subject": "See you {when}", "lead": "You are in.", "body": "{questions}\n\n{bring}\n\n{rule}"}


@pytest.fixture(autouse=True)
def clinic():
    make_location()
    return make_clinic()


def test_managers_rewrite_messages_and_others_do_not():
    assert [staff(group).get(path).status_code for group in ("desk", "pt") for path in ("/desk/texts/", PAGE)] == [
        403
    ] * 4
    answer = staff("manager").get("/desk/texts/")
    assert "A visit is booked" in words(answer)
    assert "It says what to do, by when, and which signs cannot wait." in words(answer)


def test_list_asks_as_often_for_one_own_text_as_for_three():
    client, asked = staff("manager"), []
    for kinds in (["booked"], ["moved", "visit_again"]):
        for kind in kinds:
            own_words.keep(kind=kind, channel="email", language="en", parts=MINE, seen=None, by=client.user, now=NOW)
        client.get("/desk/texts/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/desk/texts/")
        asked.append(len(queries))
    assert asked[0] == asked[1] < 20


def test_page_shows_the_shipped_words_their_placeholders_and_takes_others():
    client = staff("manager", first_name="Hana", last_name="Abe")
    answer = client.get(PAGE)
    assert "Your visit on {when}" in answer.content.decode()
    assert "{rule} must stay" in words(answer)
    assert unknown_targets(answer) == set()
    answer = client.post(PAGE, {**MINE, "seen": ""}, follow=True)
    assert "Saved. This is what is sent from now on." in words(answer)
    assert "Written by Hana Abe. Sent now." in words(answer)
    row = MessageText.objects.get()
    assert (row.subject, row.made_by) == ("See you {when}", client.user)
    answer = client.post(f"{PAGE}shipped/", follow=True)
    assert "The shipped words are sent again." in words(answer)
    assert "You are in." in client.get(f"{PAGE}?from={row.uid}").content.decode()


def test_nothing_typed_is_lost_when_it_cannot_be_sent():
    client = staff("manager")
    answer = client.post(PAGE, {**MINE, "body": "Only this, {whom}."})
    assert answer.status_code == 422
    assert "Only this, {whom}." in answer.content.decode()
    assert "There is no placeholder {whom} in this message." in words(answer)
    assert not MessageText.objects.exists()


def test_words_about_health_need_a_second_look():
    client = staff("manager")
    mine = {**MINE, "subject": "Your knee on {when}"}
    answer = client.post(PAGE, mine)
    assert "Other people may read this: knee." in words(answer)
    assert client.post(PAGE, {**mine, "sure": "on"}).status_code == 302


def test_second_manager_is_told_that_the_text_has_changed():
    client = staff("manager")
    client.post(PAGE, MINE)
    answer = client.post(PAGE, {**MINE, "lead": "Mine.", "seen": ""})
    assert (answer.status_code, "somebody else has changed this text" in words(answer)) == (422, True)


def test_preview_shows_what_was_typed_as_html_text_and_text_message():
    client = staff("manager")
    answer = client.post(f"{PAGE}preview/", {**MINE, "lead": "<b>Typed</b> & not kept."})
    html = answer.content.decode()
    assert "<h1>See you Wed 2 Dec, 9:30 am</h1>" in html
    assert "&amp;lt;b&amp;gt;Typed" in html  # escaped in the letter, which is escaped in the frame
    assert "&lt;b&gt;Typed&lt;/b&gt; &amp; not kept." in html
    policy = answer.headers["Content-Security-Policy"]
    assert ("sandbox" in policy, "script" in policy, answer.headers["X-Frame-Options"]) == (True, False, "SAMEORIGIN")
    assert "frame-src 'self'" in client.get(PAGE).headers["Content-Security-Policy"]
    answer = client.post("/desk/texts/booked/sms/en/preview/", {"sms": "Come. {act}: {link}"})
    assert "Come. See, change or cancel: http://testserver/l/visit~" in answer.content.decode()
    assert "104 characters, 1 part." in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/desk/texts/check_result/email/en/",
        "/desk/texts/guide/sms/en/",
        "/desk/texts/booked/email/xx/",
        "/desk/texts/x/y/z/",
    ],
)
def test_what_nobody_rewrites_has_no_page(path):
    client = staff("manager")
    assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]


def test_hostile_input_gets_a_message():
    client = staff("manager")
    for mine in (
        {},
        {**MINE, "subject": "a\r\nBcc: b"},
        {**MINE, "body": "\x00" + MINE["body"]},
        {**MINE, "lead": "a" * 5000},
        {**MINE, "seen": "x"},
    ):
        assert client.post(PAGE, mine).status_code == 422, mine
        assert client.post(f"{PAGE}preview/", mine).status_code == 200, mine
    assert client.get(f"{PAGE}?from=%00").status_code == 200
    assert not MessageText.objects.exists()
