"""Requests and guides in a real browser: at phone and desk width, light and dark, with and without JavaScript."""

import gzip
import re
from datetime import time

import pytest
from playwright.sync_api import Page, expect

from clinic import links
from clinic.models import Call, Message, Payer
from intake import requests
from intake.guides.library import load_guides
from intake.models import GuideRequest, Request
from tests.factories import (
    NOW,
    make_clinic,
    make_duty,
    make_guide_request,
    make_location,
    make_request,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)

FORMS = ["/ask/call/", "/ask/question/", "/ask/cost/", "/ask/team/"]
PAGES = [*FORMS, "/ask/thanks/", "/guides/", "/guides/knees-that-climb/", "/guides/thanks/"]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"


@pytest.fixture
def house():
    make_clinic()
    make_location(name="Midtown clinic")
    make_service(name="First visit", slug="first-visit", modes=("in_clinic", "telehealth"))
    make_service(name=LONG, slug="long")
    Payer.objects.create(name="Kenai Mutual")
    Payer.objects.create(name=LONG)
    load_guides()


def check(live, page: Page) -> None:
    live.look(page)


def say_who(page: Page) -> None:
    page.fill("[name=name]", "Casey Tran")
    page.fill("[name=phone]", "907-555-0118")
    page.fill("[name=email]", "casey@runner.example")
    page.check("[name=contact_ok]")


def send(page: Page) -> None:
    page.click("form button.go")


# ---------------------------------------------------------------- every page, every look


def test_pages_pass_axe_and_fit(live, house):
    page = live.page(width=360)
    for path in PAGES:
        page.goto(path)
        check(live, page)


def test_forms_with_every_error_pass_axe_and_fit(live, house):
    live.forgive("422")
    page = live.page(width=360)
    for path in FORMS:
        page.goto(path)
        page.fill("[name=phone]", LONG)
        page.check("[name=interpreter]")
        page.fill("[name=text]", LONG * 60)
        send(page)
        expect(page.locator("#error-summary")).to_be_focused()
        check(live, page)


def test_emergency_and_crisis_pass_axe_and_fit(live, house):
    page = live.page(width=360)
    for words in ("I can't pee", "I want to die", "Chest pain, and I want to die"):
        page.goto("/ask/question/")
        page.fill("[name=text]", words)
        say_who(page)
        send(page)
        expect(page.locator(".call").first).to_be_in_viewport()
        check(live, page)


def test_answer_and_guide_pass_axe_and_fit(live, house):
    row = make_request()
    requests.answer(request=row, text=f"{LONG}\n\n{LONG * 4}", by=make_user(first_name=LONG), now=NOW)
    page = live.open(links.make(row=row, purpose="answer"), width=360)
    check(live, page)
    for guide in load_guides():
        page.goto(links.make(row=make_guide_request(guide=guide), purpose="guide"))
        check(live, page)


def test_long_details_fit_on_the_thank_you_page(live, house):
    page = live.open("/ask/call/", width=320)
    say_who(page)
    page.fill("[name=email]", f"{LONG[:40]}@{'x' * 60}.example".replace("ä", "a"))
    send(page)
    expect(page.locator("h1")).to_contain_text("by")
    check(live, page)


# ---------------------------------------------------------------- journeys


@pytest.mark.parametrize("javascript", [True, False])
def test_a_call_is_asked_for(live, house, javascript):
    live.forgive("422")
    page = live.open("/ask/call/", width=360, javascript=javascript)
    page.fill("[name=text]", "Outer knee, six weeks")
    send(page)
    expect(page.locator("#error-summary")).to_contain_text("3 things to fix")
    assert page.input_value("[name=text]") == "Outer knee, six weeks"
    page.click("#error-summary a:has-text('Give a name.')")
    say_who(page)
    box = page.locator("[name=when]").nth(5)
    box.check()
    page.check("#id_how_long_1")
    page.check("[name=texts_ok]")
    send(page)
    expect(page).to_have_url(re.compile(r"/ask/thanks/(#id_name)?$"))
    row, call = Request.objects.get(), Call.objects.get()
    assert (row.kind, row.details["how_long"], len(row.details["windows"])) == ("discovery", "w2_6", 1)
    assert (call.reason, call.due_at, Message.objects.count()) == ("discovery", row.due_at, 2)
    expect(page.locator(".ticket")).to_contain_text("A PT calls you.")


@pytest.mark.parametrize("javascript", [True, False])
def test_an_emergency_is_told_at_once_and_alerts(live, house, javascript):
    for weekday in range(7):
        make_duty(weekday=weekday, starts=time(0), ends=time(0))
    page = live.open("/ask/question/", width=360, javascript=javascript)
    page.fill("[name=text]", "Since this morning I can’t pee")
    say_who(page)
    send(page)
    expect(page.locator("h1")).to_have_text("Get care now")
    expect(page.locator(".alarm .call")).to_have_attribute("href", "tel:911")
    assert page.title().startswith("Get care now")
    assert Call.objects.filter(reason="alert").count() == 1
    assert Message.objects.filter(kind="call_alert").count() >= 1


def test_availability_and_cost_are_asked_for(live, house):
    live.forgive("422")
    page = live.open("/ask/cost/", width=360)
    page.select_option("[name=service]", "first-visit")
    page.check("#id_mode_1")
    page.select_option("[name=payer]", "Kenai Mutual")
    page.check("#id_days_0")
    say_who(page)
    send(page)
    expect(page.locator("#error-summary")).to_contain_text("This is offered here: At the clinic and By video.")
    page.check("#id_mode_2")
    send(page)
    expect(page.locator(".ticket")).to_contain_text("Our front desk answers.")
    details = Request.objects.get().details
    assert (details["service"], details["mode"], details["payer"], details["days"]) == (
        "first-visit",
        "telehealth",
        "Kenai Mutual",
        [0],
    )


def test_a_team_asks(live, house):
    page = live.open("/ask/team/", width=360)
    for name, words in (("group", "Ridge Runners"), ("dates", "May"), ("size", "12"), ("ages", "14 to 18")):
        page.fill(f"[name={name}]", words)
    say_who(page)
    send(page)
    expect(page.locator(".ticket")).to_contain_text("Our front desk answers.")
    assert Request.objects.get().details["size"] == 12


def test_back_and_send_again_gives_one_request_and_the_same_thanks(live, house):
    page = live.open("/ask/call/", width=360)
    say_who(page)
    send(page)
    expect(page).to_have_url(re.compile(r"/ask/thanks/$"))
    thanks = page.inner_text("main")
    page.go_back()
    page.fill("[name=name]", "Casey Tran")
    page.check("[name=contact_ok]")
    send(page)
    expect(page).to_have_url(re.compile(r"/ask/thanks/$"))
    assert (page.inner_text("main"), Request.objects.count()) == (thanks, 1)


def test_boxes_can_be_clicked_on_the_box_itself_and_by_keyboard(live, house):
    page = live.open("/ask/call/", width=360)
    box = page.locator("[name=contact_ok]")
    box.click()
    expect(box).to_be_checked()
    page.click("label[for=id_contact_ok]")
    expect(box).not_to_be_checked()
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_guide_is_asked_for_and_read(live, house, javascript):
    page = live.open("/", width=360, javascript=javascript)
    page.click("text=Knees that climb >> nth=-1")
    expect(page.locator("[name=marketing]")).not_to_be_checked()
    page.fill("[name=email]", "casey@runner.example")
    send(page)
    expect(page.locator("h1")).to_have_text("Your guide is on its way")
    page.goto(links.make(row=GuideRequest.objects.get(), purpose="guide"))
    expect(page).to_have_url(re.compile(r"/guides/read/$"))
    expect(page.locator("h1")).to_have_text("Knees that climb")
    with page.expect_download() as download:
        page.click("text=Keep it as a PDF")
    assert download.value.suggested_filename == "knees-that-climb.pdf"


def test_forms_weigh_at_most_14_kb_compressed(live, house):
    page = live.page(width=360)
    for path in FORMS:
        answer = page.goto(path)
        assert answer is not None
        assert len(gzip.compress(answer.body())) <= 14 * 1024, path
