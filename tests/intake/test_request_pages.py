"""The pages of the four requests: what is shown, sent, thanked for and answered."""

import re
import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from clinic import context, links, registry, wording
from clinic.models import AuditEvent, Call, Clinic, Message
from intake import requests
from intake.models import Request
from tests.factories import NOW, make_clinic, make_location, make_patient, make_request, make_user
from tests.intake.test_request_forms import GOOD

pytestmark = pytest.mark.django_db
KINDS = dict(zip(("call", "question", "cost", "team"), GOOD.values(), strict=True))
THANKS = "/ask/thanks/"


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    context.forget()
    make_location()
    yield make_clinic()
    context.forget()


def send(client, kind="call", **values):
    data = {key: value for key, value in {**KINDS[kind], **values}.items() if value is not None}
    return client.post(f"/ask/{kind}/", data)


def words(answer) -> str:
    """The page's words without marks, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def without_tokens(answer) -> str:
    """The page without what differs each time it is drawn."""
    return re.sub(r'name="(csrfmiddlewaretoken|submission)" value="[^"]*"', "", answer.content.decode())


# ---------------------------------------------------------------- the forms


@pytest.mark.first_case
@pytest.mark.parametrize("kind", KINDS)
def test_form_page_says_what_every_public_form_says(client, kind):
    page = client.get(f"/ask/{kind}/")
    assert page.status_code == 200
    text = words(page)
    assert "We do not read this around the clock. In an emergency call 911 ." in text
    assert "We do not sell them or use them for others’ marketing." in text
    assert page["Cache-Control"] == "no-store"


@pytest.mark.first_case
@pytest.mark.parametrize("kind", KINDS)
def test_form_page_refers_only_to_what_is_on_it(client, kind):
    for page in (client.get(f"/ask/{kind}/"), client.post(f"/ask/{kind}/", {"email": "x"})):
        html = page.content.decode()
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        used = [
            name for value in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', html) for name in value.split()
        ]
        used += re.findall(r'href="#([^"]+)"', html) + re.findall(r'for="([^"]+)"', html)
        assert set(used) <= set(ids)


def test_form_page_says_by_when_somebody_answers(client):
    assert "Today by 11:40 am A PT calls you." in words(client.get("/ask/call/"))
    assert "Thursday 26 November, by 9:40 am A PT answers." in words(client.get("/ask/question/"))


def test_form_page_has_the_interpreter_ticked_when_the_link_says_so(client):
    assert 'id="id_interpreter" checked' in client.get("/ask/team/?interpreter=1").content.decode()
    assert 'id="id_interpreter" checked' not in client.get("/ask/team/").content.decode()


@pytest.mark.parametrize("kind", ["discovery", "admin", "%00", "call/../call", "ask"])
def test_form_page_of_no_kind_is_not_found(client, kind):
    assert client.get(f"/ask/{kind}/").status_code == 404
    assert client.post(f"/ask/{kind}/", KINDS["call"]).status_code == 404


def test_form_page_takes_no_other_method(client):
    assert [client.put("/ask/call/").status_code, client.post(THANKS).status_code] == [405, 405]


@pytest.mark.parametrize("kind", KINDS)
def test_errors_come_first_and_nothing_typed_is_lost(client, kind):
    page = send(client, kind, name="Zoë <b>Tran</b>", phone="907-555-01", text="Typed words", contact_ok=None)
    html = page.content.decode()
    assert page.status_code == 422
    assert "<title>Error:" in html
    assert html.index('role="alert"') < html.index("<h1>")
    assert "2 things to fix" in html
    for kept in ("Zoë &lt;b&gt;Tran&lt;/b&gt;", "907-555-01", "casey@runner.example", "Typed words"):
        assert kept in html
    assert Request.objects.count() == 0


def test_errors_keep_the_submission(client):
    submission = str(uuid.uuid4())
    assert submission in send(client, name=None, submission=submission).content.decode()


def test_a_form_that_is_too_large_is_refused_with_a_page(client):
    answer = send(client, text="x" * 1_100_000)
    assert (answer.status_code, Request.objects.count()) == (400, 0)
    assert "<h1" in answer.content.decode()


def test_a_form_without_the_token_is_refused_with_a_page():
    answer = send(Client(enforce_csrf_checks=True))
    assert (answer.status_code, Request.objects.count()) == (403, 0)
    assert "Please send that again" in words(answer)


# ---------------------------------------------------------------- sent


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_is_kept_and_thanked_for(client, kind):
    answer = send(client, kind)
    row = Request.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, THANKS)
    page = client.get(THANKS)
    due = row.due_at.astimezone(timezone.get_fixed_timezone(-540))
    assert f"by {wording.clock(due)}" in words(page)
    assert "Anchorage time" in words(page)
    assert "A note is on its way to casey@runner.example." in words(page)
    assert "Signs that cannot wait" in words(page)
    assert str(row.uid) not in page.content.decode()


def test_thanks_say_the_window_that_was_wished(client):
    send(client, when=["20261125T1900Z-20261125T2100Z"])
    assert "Wednesday 25 November 10 am to noon A PT calls you." in words(client.get(THANKS))


def test_thanks_say_what_happens_without_a_phone(client):
    send(client, phone=None)
    assert "We write to you to set up the call." in words(client.get(THANKS))


@pytest.mark.parametrize("kind", KINDS)
def test_thanks_promise_an_interpreter_on_the_line_only_where_we_call(client, kind):
    send(client, kind, spoken="Spanish")
    said = "An interpreter will be on the line." if kind == "call" else "If we call, an interpreter is on the line."
    assert said in words(client.get(THANKS))


def test_thanks_promise_no_note_to_who_gave_no_address(client):
    send(client, email=None)
    assert "is on its way" not in words(client.get(THANKS))


def test_thanks_without_a_request_say_nothing_of_anybody(client):
    make_request()
    page = client.get(THANKS)
    assert (page.status_code, "Casey" in words(page)) == (200, False)
    assert "Signs that cannot wait" in words(page)


def test_thanks_of_a_foreign_cookie_show_nothing(client):
    send(client)
    client.cookies["link_request"].set("link_request", "forged", "forged")
    assert "casey@runner.example" not in words(client.get(THANKS))


def test_sending_twice_gives_one_request_and_the_same_thanks(client):
    submission = str(uuid.uuid4())
    pages = []
    for _time in range(2):
        assert send(client, submission=submission)["Location"] == THANKS
        pages.append(without_tokens(client.get(THANKS)))
    assert (Request.objects.count(), Call.objects.count(), pages[0]) == (1, 1, pages[1])


def test_sending_from_two_tabs_gives_one_request(client):
    for _tab in range(2):
        send(client, submission=str(uuid.uuid4()))
    assert Request.objects.count() == 1


def test_the_page_is_the_same_whether_an_address_is_known_or_not(client):
    make_patient(given_name="Casey", family_name="Tran", email="casey@runner.example", phone="+19075550118")
    make_request(email="casey@runner.example")
    send(client)
    known = without_tokens(client.get(THANKS))
    send(client, email="casez@runner.example")
    assert without_tokens(client.get(THANKS)).replace("casez@", "casey@") == known


# ---------------------------------------------------------------- words that cannot wait


@pytest.mark.parametrize("kind", KINDS)
def test_emergency_words_are_shown_before_the_thanks(client, kind):
    send(client, kind, text="No puedo orinar")
    html = client.get(THANKS).content.decode()
    assert html.index("Get care now") < html.index("We have what you wrote")
    assert html.index('class="call" href="tel:911"') < html.index("We have what you wrote")
    assert html.count("<h1") == 1


@pytest.mark.parametrize("text", ["No puedo orinar", "I want to die"])
def test_alarm_leaves_nothing_else_to_read_or_to_click(client, text):
    send(client, text=text)
    html = client.get(THANKS).content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    for other in ("We have your request", "See free times", "Read a free guide", "While you wait"):
        assert other not in main


def test_alarm_tells_when_the_pt_calls_on_the_page_and_in_the_letter(client):
    send(client, text="No puedo orinar")
    due = Call.objects.get(reason="alert").due_at
    assert due < Request.objects.get().due_at
    told = wording.clock(due.astimezone(ZoneInfo(Clinic.get().time_zone)))
    assert told in words(client.get(THANKS))
    message = Message.objects.filter(kind="request_received").first()
    assert told in registry.letters["request_received"](message, NOW).text


@pytest.mark.parametrize("kind", KINDS)
def test_words_of_a_form_that_is_refused_are_answered_at_once(client, kind):
    page = send(client, kind, text="I have chest pain and can't breathe", email="x", phone="x")
    assert page.status_code == 422
    assert "Get care now" in words(page)
    assert page.content.decode().count("<h1") == 1


def test_crisis_words_show_the_crisis_line_before_the_thanks(client):
    send(client, text="I want to die")
    html = client.get(THANKS).content.decode()
    assert html.index('class="call" href="tel:988"') < html.index("We have what you wrote")
    assert ("Get care now" in html, html.count("<h1")) == (False, 1)


def test_both_are_shown_when_both_are_meant(client):
    send(client, text="Chest pain. I want to die")
    html = client.get(THANKS).content.decode()
    assert html.index("tel:911") < html.index("Talk to someone now") < html.index("We have what you wrote")
    assert html.count("<h1") == 1


def test_the_clinics_own_numbers_are_shown(client):
    make_clinic(emergency_number="112", crisis_number="116 123")
    send(client, text="Chest pain. I want to die")
    page = client.get(THANKS)
    html = page.content.decode()
    assert ('href="tel:112"' in html, 'href="tel:116123"' in html) == (True, True)
    assert ("911" in words(page), "tel:911" in html) == (False, False)


def test_ordinary_words_show_no_alarm(client):
    send(client)
    assert 'class="alarm' not in client.get(THANKS).content.decode()


def test_words_sent_again_with_an_emergency_are_shown_too(client):
    submission = str(uuid.uuid4())
    send(client, submission=submission)
    send(client, submission=submission, text="And I can't pee")
    assert "Get care now" in words(client.get(THANKS))


# ---------------------------------------------------------------- answered


def test_the_answer_is_read_by_link(client):
    row = make_request()
    user = make_user(first_name="Dana", last_name="Reyes")
    requests.answer(request=row, text="Two easy days first.\n<script>", by=user, now=NOW)
    page = client.get(links.make(row=row, purpose="answer"), follow=True)
    assert page.redirect_chain == [("/ask/answer/", 302)]
    assert "From Dana Reyes" in words(page)
    assert "Two easy days first.<br>&lt;script&gt;" in page.content.decode()
    assert "sore heel" not in words(page)
    assert AuditEvent.objects.filter(act="request.answer_shown", subject_uid=row.uid).count() == 1


def test_the_answer_needs_its_link(client):
    row = make_request()
    assert client.get("/ask/answer/").status_code == 404
    assert client.get(links.make(row=row, purpose="answer"), follow=True).status_code == 404  # not answered yet


def test_the_thanks_cookie_does_not_open_the_answer(client):
    send(client, "question")
    requests.answer(request=Request.objects.get(), text="Yes.", by=make_user(), now=NOW + timedelta(hours=1))
    assert client.get("/ask/answer/").status_code == 404
