"""The check to its ends on a telephone, also by the guardian of a child of fifteen, and the pages after the result.

`test_check` walks the three ends of an adult that are not here.
"""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from clinic.models import Call
from intake.models import Screening
from intake.questionnaire import current
from tests.browser import walking
from tests.browser.passes import with_cookies
from tests.browser.test_check import held_by
from tests.browser.walking import Visitor
from tests.factories import make_clinic, make_location, make_service
from tests.intake.answering import all_clear
from tests.intake.checking import finished, p0, page_data

pytestmark = pytest.mark.django_db(transaction=True)
ENDS = {
    "emergency": ({"em_collapse": "yes"}, "Get care now"),
    "urgent": ({"dvt_swelling": "yes"}, "See a doctor today"),
    "refer": ({"sys_weight_loss": "yes"}, "Get checked first"),
    "unsure": ({"em_collapse": "not_sure"}, "A PT will call you"),
    "mechanical": ({}, "You can book now"),
}


@pytest.fixture(autouse=True)
def house():
    make_clinic()
    make_location()
    make_service(name="First visit", slug="first-visit")


def fifteen() -> date:
    """The birth date of somebody who is fifteen."""
    return timezone.localdate() - timedelta(days=15 * 365 + 200)


# Answers whatever the page shows, and what that opens, in one go: a finger on each answer would take a minute.
ANSWER = """(answers) => {
    for (let round = 0; round < 4; round += 1) {
        document.querySelectorAll("[data-question]").forEach((part) => {
            const name = part.dataset.question;
            if (part.offsetParent === null || part.querySelector(`[name="${name}"]:checked`)) return;
            [].concat(answers[name]).forEach((value) => {
                const box = part.querySelector(`input[value="${value}"]`);
                if (box) box.click();
            });
        });
    }
}"""


def walk(page: Page, person: Visitor) -> None:
    """Through the whole check, to its end."""
    page.goto("/check/")
    walking.begin(page, person)
    age = 15 if person.guardian else 42
    answers = all_clear(age_years=age, sex_at_birth=person.sex, pain_areas=["calf"], **person.answers)
    answers["pain_areas"] = list(person.spots)
    for _ in range(20):
        form = page.locator("form[data-live]")
        if not form.count():
            break
        page.evaluate(ANSWER, answers)
        with page.expect_navigation():
            form.locator("button.go").click()
    send = page.get_by_role("button", name="Send my answers")
    if send.count():
        send.click()


def send(client: Client, person: Visitor) -> None:
    """Through the whole check too, in a browser that shows nothing: what each page holds the walks have shown."""
    born = {f"birth_date_{part}": str(getattr(person.born, part)) for part in ("year", "month", "day")}
    who = {"answered_by": "guardian", "respondent_name": person.guardian} if person.guardian else {}
    client.post("/check/begin/", p0(**born, **who))
    form, answers = current(), {**person.answers, "pain_areas": list(person.spots)}
    while (screening := Screening.objects.get()).state == "started" and (page := form.first_page(screening.answers)):
        given = {name: value for name, value in answers.items() if form.question(name).page_id == page.id}
        client.post(f"/check/{form.page_order[page.id]}/", page_data(screening, page.id, **given))
    client.post("/check/answers/")


def visitor(who: str, level: str) -> Visitor:
    answers, _ = ENDS[level]
    if who == "adult":
        return Visitor(answers=answers, spots=("calf-l",))
    private = {"hx_ivdu": "prefer_not", "menses": "prefer_not"}
    return Visitor(answers={**answers, **private}, spots=("calf-l",), born=fifteen(), guardian="Marta Tran")


def ended(live, page: Page, who: str, level: str) -> None:
    """Fail unless the page is the end at this level, and the check is what led there."""
    expect(page.locator("h1")).to_have_text(ENDS[level][1])
    screening = Screening.objects.get()
    assert (screening.outcome.level, screening.respondent) == (level, "self" if who == "adult" else "guardian")
    assert page.locator("main").get_by_role("link", name="See free times").count() == (
        1 if level == "mechanical" else 0
    )
    assert page.get_by_role("heading", name="Help your PT be ready").count() == (0 if level == "emergency" else 1)
    assert {call.reason for call in Call.objects.all()} == ({level} - {"mechanical"})
    assert "injected" not in page.inner_text("main").lower()
    live.fits(page)


def test_guardian_comes_through_the_check_to_its_end(live):
    page = live.page(width=360)
    walk(page, visitor("guardian", "mechanical"))
    ended(live, page, "guardian", "mechanical")


@pytest.mark.parametrize(
    ("who", "level"), [("adult", "urgent"), ("adult", "refer"), *(("guardian", level) for level in ENDS)]
)
def test_check_ends_at_each_level(live, client, level, who):
    send(client, visitor(who, level))
    page = live.page(width=360)
    with_cookies(live, page, client)
    page.goto("/check/result/")
    ended(live, page, who, level)


@pytest.mark.parametrize("javascript", [True, False])
def test_pages_after_the_result_are_filled_in(live, javascript):
    finished(now=timezone.now(), run_long_jump="large")
    page = live.page(width=360, javascript=javascript)
    held_by(page)
    expect(page.locator(".topics")).to_contain_text("More running, or less rest")
    page.get_by_role("link", name="Your week").click()
    for place in (1, 2, 3):
        expect(page).to_have_url(re.compile(f"/check/more/{place}/"))
        if javascript:
            live.look(page)
        if place == 1:
            page.check("#id_warmup_rarely")
        if place == 2:
            page.get_by_role("link", name="Skip this page").click()
            continue
        if place == 3:
            page.fill("[name=goal_text]", "Crow Pass in July")
        page.click("form[data-live] .button.go")
    expect(page.locator(".flash")).to_contain_text("Your PT reads this before your visit")
    expect(page.locator(".topics")).to_contain_text("Little warm-up")
    if javascript:
        live.look(page)
    answers = Screening.objects.get().answers
    assert (answers["warmup"], answers["goal_text"], "out_worry" in answers) == ("rarely", "Crow Pass in July", False)


def test_words_after_the_result_show_what_to_do_at_once(live):
    finished(now=timezone.now())
    page = live.page(width=360)
    held_by(page)
    page.get_by_role("link", name="Goals").click()
    page.fill("[name=goal_text]", "x" * 1001)
    live.forgive("422")
    page.click("form[data-live] .button.go")
    expect(page.locator(".error-summary")).to_be_focused()
    live.look(page)
    page.fill("[name=goal_text]", "I want to end my life, and I can't pee")
    page.click("form[data-live] .button.go")
    expect(page.locator("h1")).to_have_text("Get care now")
    expect(page.locator("a.call").first).to_have_attribute("href", "tel:911")
    expect(page.locator("a.call").last).to_have_attribute("href", "tel:988")


def test_private_answer_of_a_child_is_not_shown_to_who_comes_by_link(live):
    born = fifteen()
    who = {"respondent": "guardian", "respondent_name": "Marta", "birth_date": born}
    screening = finished(now=timezone.now(), patient=who, hx_ivdu="yes", em_collapse="not_sure").screening
    Screening.objects.filter(pk=screening.pk).update(state="started", finished_at=None)
    page = live.page(width=360)
    held_by(page)
    page.goto("/check/7/")
    expect(page.locator("#q_hx_ivdu")).to_contain_text("You have answered this in private")
    expect(page.locator("#q_hx_ivdu input:checked")).to_have_count(0)
    live.look(page)
    with page.expect_navigation():
        page.locator("form[data-live] .button.go").click()
    assert Screening.objects.get().answers["hx_ivdu"] == "yes"
