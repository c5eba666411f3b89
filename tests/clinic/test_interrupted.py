"""What staff had typed when their session ended comes back after the login, to them alone, and is sent by one button."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import CallNote
from tests.desk import words
from tests.factories import NOW, make_call, make_clinic, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/desk/login/"
NOTE = "She slept badly again & asks < 2 visits\nCall after 5"


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    set_clock(monkeypatch, NOW)
    return make_clinic()


@pytest.fixture
def browser():
    """Where Jo has logged in."""
    make_user(username="jo", groups=["desk"])
    make_user(username="sam", groups=["desk"])
    client = Client()
    log_in(client, "jo")
    return client


def set_clock(monkeypatch, now) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def log_in(client, name, **data):
    return client.post(LOGIN, {"username": name, "password": "not a secret", "next": "/desk/", **data})


def send(client, **headers):
    """Send a note about a call from its page."""
    path = reverse("admin:call", args=[make_call().uid])
    data = {"outcome": "reached", "note": NOTE}
    return path, client.post(path, data, headers={"referer": f"http://testserver{path}", **headers})


def token_in(answer) -> str:
    return html.unescape(re.search(r'name="typed" value="([^"]*)"', answer.content.decode())[1])


def fields_in(answer) -> dict[str, str]:
    """What the button would send."""
    form = answer.content.decode().partition("<main")[2]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def test_note_comes_back_after_the_login_and_is_sent_by_one_button(browser):
    Session.objects.all().delete()
    path, answer = send(browser)
    assert answer.status_code == 403
    assert "You were logged out. Log in again: what you typed comes back." in words(answer)
    assert not CallNote.objects.exists()
    back = log_in(browser, "jo", typed=token_in(answer))
    assert f'action="{path}"' in back.content.decode()
    assert "She slept badly again &amp; asks &lt; 2 visits" in words(back)
    assert fields_in(back)["note"] == NOTE
    browser.post(path, fields_in(back))
    assert CallNote.objects.get().note.split() == NOTE.split()


def test_nothing_of_it_stands_in_clear_on_the_login_page_nor_in_an_address(browser):
    Session.objects.all().delete()
    _path, answer = send(browser)
    assert "slept" not in answer.content.decode()
    assert token_in(answer).startswith("gAAAA")
    assert "Location" not in answer


def test_wrong_password_keeps_it(browser):
    Session.objects.all().delete()
    _path, answer = send(browser)
    again = log_in(browser, "jo", typed=token_in(answer), password="wrong")
    assert fields_in(log_in(browser, "jo", typed=token_in(again)))["note"] == NOTE


def test_somebody_else_who_logs_in_does_not_get_it(browser):
    Session.objects.all().delete()
    _path, answer = send(browser)
    back = browser.post(
        LOGIN, {"username": "sam", "password": "not a secret", "next": "/desk/", "typed": token_in(answer)}, follow=True
    )
    assert "slept" not in back.content.decode()
    assert "it was somebody else’s, or too old" in words(back)


def test_it_is_given_back_for_four_hours(browser, monkeypatch):
    Session.objects.all().delete()
    _path, answer = send(browser)
    token = token_in(answer)
    set_clock(monkeypatch, NOW + timedelta(hours=4, minutes=1))
    assert log_in(browser, "jo", typed=token).status_code == 302


@pytest.mark.parametrize("token", ["x", "gAAAA", "\x00", "é"])
def test_token_that_is_none_is_no_trouble(browser, token):
    assert log_in(browser, "jo", typed=token).status_code == 302


@pytest.mark.parametrize("data", [{}, {"old_password": "hush", "note": "a b"}, {"note": "a " * 60_000}])
def test_passwords_and_what_is_too_long_are_not_taken_along(browser, data):
    Session.objects.all().delete()
    answer = browser.post(reverse("admin:call-act", args=[make_call().uid]), data)
    assert answer["Location"].startswith(LOGIN)


def test_browser_in_which_nobody_has_logged_in_takes_nothing_along():
    _path, answer = send(Client())
    assert answer["Location"].startswith(LOGIN)


def test_page_from_before_another_login_gives_back_what_was_typed():
    make_user(username="jo", groups=["desk"])
    client = Client(enforce_csrf_checks=True)
    client.get(LOGIN)
    log_in(client, "jo", csrfmiddlewaretoken=client.cookies["csrftoken"].value)
    path, answer = send(client, origin="http://testserver")
    assert answer.status_code == 403
    assert fields_in(answer)["note"] == NOTE
    client.post(path, fields_in(answer))
    assert CallNote.objects.get().note.split() == NOTE.split()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_form_of_another_site_is_shown_to_nobody(origin):
    make_user(username="jo", groups=["desk"])
    client = Client(enforce_csrf_checks=True)
    client.get(LOGIN)
    log_in(client, "jo", csrfmiddlewaretoken=client.cookies["csrftoken"].value)
    _path, answer = send(client, origin=origin)
    assert answer.status_code == 403
    assert "slept" not in answer.content.decode()
