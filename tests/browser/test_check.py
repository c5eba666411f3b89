"""The check in a real browser: to each of its ends, by thumb and by key, with and without JavaScript."""

import gzip
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from clinic import links
from clinic.models import Call
from intake import workflow
from intake.models import Outcome, Screening
from intake.questionnaire import current
from tests.browser.passes import at_page, begun_until, with_pass
from tests.factories import NOW, make_clinic, make_location, make_service, make_user
from tests.intake.checking import fill_in, finished, save, start

pytestmark = pytest.mark.django_db(transaction=True)
# The answers of a runner with an ordinary low back pain, page by page: single buttons, then whole pages by one button.
ORDINARY = {
    "sex_at_birth": "female",
    "pregnancy_status": "no",
    "onset_type": "gradual",
    "trauma_level": "none",
    "duration_band": "w2_6",
    "ces_saddle": "no",
    "ces_bladder": "no",
    "ces_bowel": "no",
    "ces_sexual": "no",
    "leg_pain_extent": "none",
    "leg_numb": "no",
    "leg_weak": "none",
    "foot_drop": "no",
    "band_pain": "no",
    "hands_clumsy": "no",
    "gait_unsteady": "no",
    "nprs_now": "3",
    "nprs_worst": "5",
    "pain_trend": "same",
    "pain_mech": "clear",
    "pain_ease": "yes",
    "pain_night": "none",
    "morning_stiff": "none",
    "walk_claud": "no",
    "prior_episodes": "none",
    "tx_response": "none",
    "prior_imaging": "none",
    "runner": "no",
    "menses": "regular",
}
LAST_PAGE = max(number for number, page in enumerate(current().pages) if not page.after_result)
PARTS = 2  # of these pages, so that one worker does not have them all
# Which of these boxes can be seen.
OPEN = """(names) => names.filter((name) => {
    const box = document.getElementById(name);
    return box?.checkVisibility({ visibilityProperty: true }) && box.getBoundingClientRect().width > 0;
})"""


@pytest.fixture
def house():
    make_clinic()
    make_location(name="Midtown clinic")
    make_service(name="First visit", slug="first-visit")


def check(live, page: Page, *, javascript: bool = True) -> None:
    """Every width, light and dark; where the page runs no scripts, axe cannot run either."""
    if javascript:
        live.look(page)
    else:
        live.fits(page)


def pick(page: Page, name: str, value: str) -> None:
    """Tap an answer."""
    page.check(f"#id_{name}_{value}")


def begin(page: Page, *, year: str = "1992", who: str = "self") -> None:
    """Fill in page P0 and go on."""
    page.goto("/check/begin/")
    page.check("[name=visit_reason][value=new_pain]")
    page.check(f"[name=answered_by][value={who}]")
    if who != "self":
        page.fill("[name=respondent_name]", "Marta Oquendo")
    page.fill("[name=given_name]", "Ana")
    page.fill("[name=family_name]", "Oquendo")
    for part, value in {"month": "3", "day": "14", "year": year}.items():
        page.fill(f"[name=birth_date_{part}]", value)
    page.fill("[name=phone]", "907-555-0118")
    page.fill("[name=email]", "ana@runner.example")
    page.fill("[name=city]", "Anchorage")
    page.select_option("[name=state]", "AK")
    page.check("[name=read_ok]")
    go(page)


def go(page: Page) -> None:
    """Send the page; the next one is there when this returns, and not only on its way."""
    with page.expect_navigation():
        page.click("form[data-live] .button.go")


def answer_page(page: Page, answers: dict[str, str]) -> None:
    """Answer what is open on a page and go on; one tap for all rows where there is a button for it."""
    if page.locator("label[for=low_back].side").count():
        page.click("label[for=low_back].side")
    wanted = [f"id_{name}_{value}" for name, value in answers.items()]
    while fresh := page.evaluate(OPEN, wanted):  # an answer may open another question
        for name in fresh:
            page.check(f"#{name}")
        wanted = [name for name in wanted if name not in fresh]
    none = page.locator("button[name=none]")
    if not none.count():
        go(page)
        return
    with page.expect_navigation():
        none.click()


def fill_in_and_send(page: Page) -> None:
    """Go from any page of the check to its end, with clear answers to all that is still open."""
    fill_in(Screening.objects.get(), now=timezone.now())
    page.goto("/check/answers/")
    page.click("form .button.go")


def answer_until(page: Page, path: str, answers: dict[str, str] = ORDINARY) -> None:
    """Answer page after page until one at `path` (a pattern) is reached."""
    for _ in range(30):
        if re.search(path, page.url):
            return
        answer_page(page, answers)
    pytest.fail(f"never came to {path}, last at {page.url}")


def held_by(page: Page) -> None:
    """Put the newest check into a browser, by its link and the date of birth."""
    screening = Screening.objects.latest("id")
    page.goto(links.make(row=screening, purpose="check"))
    born = screening.patient.birth_date
    for part, value in {"month": born.month, "day": born.day, "year": born.year}.items():
        page.fill(f"[name=birth_date_{part}]", str(value))
    page.click("form button.go")


# ---------------------------------------------------------------- the three ends


@pytest.mark.parametrize("javascript", [True, False])
def test_check_ends_in_an_emergency(live, house, javascript):
    page = live.page(width=360, javascript=javascript)
    begin(page)
    pick(page, "em_chest_breath", "yes")
    go(page)
    expect(page.locator("h1")).to_have_text("Get care now")
    expect(page.locator("a.call")).to_have_attribute("href", "tel:911")
    expect(page.locator(".say")).to_contain_text("I have chest pain or trouble breathing.")
    check(live, page, javascript=javascript)
    page.click("text=Show this to the doctor")
    expect(page.locator("h1")).to_have_text("For the doctor")
    check(live, page, javascript=javascript)
    assert Call.objects.get().reason == "emergency"


@pytest.mark.parametrize("javascript", [True, False])
def test_emergency_tapped_by_mistake_ends_unsure(live, house, javascript):
    page = live.page(width=360, javascript=javascript)
    begin(page)
    pick(page, "em_chest_breath", "yes")
    go(page)
    page.click("text=I tapped this by mistake")
    expect(page.locator(".still")).to_contain_text("get care now still holds")
    check(live, page, javascript=javascript)
    fill_in_and_send(page)
    expect(page.locator("h1")).to_have_text("A PT will call you")


@pytest.mark.parametrize("javascript", [True, False])
def test_check_ends_in_a_call_when_somebody_is_not_sure(live, house, javascript):
    page = live.page(width=360, javascript=javascript)
    begin(page)
    pick(page, "em_collapse", "not_sure")
    if javascript:
        expect(page.locator("[data-help=em_collapse]")).to_be_visible()
    page.click("button[name=none]")
    if not javascript:
        expect(page.locator("#nudge")).to_contain_text("Other words may help")
        expect(page.locator("[data-help=em_collapse]")).to_contain_text("Passing out means")
        page.click("button[name=none]")
    fill_in_and_send(page)
    expect(page.locator("h1")).to_have_text("A PT will call you")
    expect(page.locator(".book-now")).to_contain_text("907-555-0118")
    check(live, page, javascript=javascript)
    assert Outcome.objects.get().booking == "held"


@pytest.mark.parametrize("javascript", [True, False])
def test_check_ends_in_booking_when_all_is_clear(live, house, javascript):
    page = live.page(width=360, javascript=javascript)
    page.goto("/check/?for=first-visit")
    begin(page)
    fill_in_and_send(page)
    expect(page.locator("h1")).to_have_text("You can book now")
    check(live, page, javascript=javascript)
    page.click("text=See free times")
    expect(page).to_have_url(re.compile("/book/first-visit/"))


def test_ordinary_check_takes_few_taps(live, house):
    page = live.page(width=360, new=True)
    begin(page)
    page.evaluate("sessionStorage.taps = 0")
    page.add_init_script(
        "addEventListener('click', (e) => e.isTrusted && (sessionStorage.taps = +sessionStorage.taps + 1), true)"
    )
    page.reload()
    answer_until(page, "/check/answers/")
    page.click("form .button.go")
    # About 50 questions: 29 answers and a place, 11 pages, and the end; a label's click brings its input's.
    assert int(page.evaluate("sessionStorage.taps")) <= 2 * 30 + 14


# ---------------------------------------------------------------- as it is answered


def test_questions_open_and_close_as_they_hang_together(live, house):
    page = live.page(width=360)
    at_page(live, page, 2)
    expect(page.locator("#q_preg_warning")).to_be_hidden()
    pick(page, "sex_at_birth", "female")
    pick(page, "pregnancy_status", "pregnant")
    expect(page.locator("#q_preg_warning")).to_be_visible()
    check(live, page)
    pick(page, "sex_at_birth", "male")
    expect(page.locator("#q_pregnancy_status")).to_be_hidden()
    expect(page.locator("#q_preg_warning")).to_be_hidden()


def test_question_that_opened_on_the_page_is_answered_with_it(live, house):
    page = live.page(width=360)
    at_page(live, page, 2)
    pick(page, "sex_at_birth", "female")
    pick(page, "pregnancy_status", "pregnant")
    pick(page, "preg_warning", "no")
    go(page)
    expect(page).to_have_url(re.compile("/check/3/"))
    assert Screening.objects.get().answers["preg_warning"] == "no"


def test_second_step_opens_with_yes(live, house):
    page = live.page(width=360)
    at_page(live, page, 5)
    expect(page.locator("[data-second=ces_bladder]")).to_be_hidden()
    pick(page, "ces_bladder", "yes")
    expect(page.locator("[data-second=ces_bladder]")).to_be_visible()
    expect(page.locator("#q_ces_bladder_cause")).to_be_hidden()
    pick(page, "ces_bladder-when", "old_same")
    expect(page.locator("#q_ces_bladder_cause")).to_be_visible()
    check(live, page)


def test_second_step_is_asked_without_javascript(live, house):
    page = live.page(width=360, javascript=False)
    at_page(live, page, 5)
    for row in ("ces_saddle", "ces_bowel", "ces_sexual"):
        pick(page, row, "no")
    pick(page, "ces_bladder", "yes")
    go(page)
    expect(page.locator("#nudge")).to_contain_text("Tell us when it began")
    check(live, page, javascript=False)
    pick(page, "ces_bladder-when", "new")
    go(page)
    expect(page.locator("h1")).to_have_text("Get care now")


def test_drawing_and_list_are_the_same_boxes(live, house):
    page = live.page(width=1280)
    at_page(live, page, 3)
    page.locator("label[for=knee-l] .knee-l circle").first.dispatch_event("click")
    expect(page.locator("#knee-l")).to_be_checked()
    expect(page.locator("#q_main_area")).to_be_hidden()
    page.click("label[for=knee-r].side")
    expect(page.locator("#q_main_area")).to_be_hidden()  # two knees are one area
    page.click("label[for=low_back].side")
    expect(page.locator("#q_main_area")).to_be_visible()
    expect(page.locator("label[for=id_main_area_knee]")).to_be_visible()
    expect(page.locator("label[for=id_main_area_neck]")).to_be_hidden()
    pick(page, "main_area", "knee")
    go(page)
    answers = Screening.objects.get().answers
    assert (answers["pain_areas"], answers["pain_side"], answers["main_area"]) == (["low_back", "knee"], "both", "knee")
    assert answers["pain_spots"] == ["low_back", "knee-l", "knee-r"]


def test_worst_place_is_asked_without_javascript(live, house):
    page = live.page(width=360, javascript=False)
    at_page(live, page, 3)
    page.click("label[for=knee-r].side")
    page.click("label[for=low_back].side")
    go(page)
    expect(page.locator("#nudge")).to_contain_text("Which place is worst?")
    expect(page.locator("label[for=id_main_area_neck]")).to_be_hidden()
    pick(page, "main_area", "low_back")
    go(page)
    expect(page).to_have_url(re.compile("/check/4/"))


def test_enter_key_never_answers_no_to_everything(live, house):
    page = live.page(width=1280)
    at_page(live, page, 1)
    page.focus("#id_em_chest_breath_no")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#nudge")).to_contain_text("You passed out, or feel you might")
    assert Screening.objects.get().answers["em_collapse"] is None


def test_check_can_be_filled_in_by_keyboard(live, house):
    page = live.page(width=1280)
    at_page(live, page, 1)
    page.focus("#id_em_chest_breath_yes")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
    assert set(Screening.objects.get().answers.values()) >= {"new_pain"}
    expect(page.locator("#id_em_cannot_walk_no")).to_be_checked()
    expect(page.locator("button[name=none]")).to_be_focused()


def test_back_button_and_a_second_sending_make_one_check(live, house):
    page = live.page(width=360)
    begin(page)
    expect(page).to_have_url(re.compile("/check/1/"))
    page.go_back()
    go(page)
    expect(page).to_have_url(re.compile("/check/1/"))
    assert Screening.objects.count() == 1


def test_back_button_keeps_answers_and_what_they_open(live, house):
    page = live.page(width=360)
    at_page(live, page, 2)
    pick(page, "sex_at_birth", "female")
    pick(page, "pregnancy_status", "no")
    go(page)
    expect(page).to_have_url(re.compile("/check/3/"))
    page.go_back()
    expect(page.locator("#id_sex_at_birth_female")).to_be_checked()
    expect(page.locator("#q_pregnancy_status")).to_be_visible()


def test_who_answers_for_another_is_asked_for_a_name(live, house):
    page = live.page(width=360)
    page.goto("/check/begin/")
    expect(page.locator("[name=respondent_name]")).to_be_hidden()
    page.check("[name=answered_by][value=guardian]")
    expect(page.locator("[name=respondent_name]")).to_be_visible()
    check(live, page)


def test_minor_is_asked_for_an_adult_and_may_go_on(live, house):
    live.forgive("422")
    page = live.page(width=360)
    begin(page, year="2012")
    expect(page.locator("#adult")).to_contain_text("ask a parent or guardian")
    expect(page.locator("#adult a")).to_have_attribute("href", "tel:911")
    check(live, page)
    page.check("[name=alone]")
    go(page)
    expect(page).to_have_url(re.compile("/check/1/"))


def test_check_goes_on_at_another_device_by_link_and_birth_date(live, house):
    begun_until(4)
    page = live.page(width=1280)
    held_by(page)
    expect(page).to_have_url(re.compile("/check/4/"))


# ---------------------------------------------------------------- every page, every look


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_of_the_form_passes_axe_and_fits(live, house, part):
    page = live.page(width=360)
    for number in range(1, LAST_PAGE + 1)[part::PARTS]:
        at_page(live, page, number)
        expect(page).to_have_url(re.compile(f"/check/{number}/$"))
        check(live, page)


def test_pages_around_the_form_pass_axe_and_fit(live, house):
    page = live.page(width=360)
    for path in ("/check/", "/check/begin/"):
        page.goto(path)
        check(live, page)
    with_pass(live, page, begun_until(LAST_PAGE + 1), "check")
    for path in ("/check/answers/", "/check/"):
        page.goto(path)
        check(live, page)


def test_every_page_with_something_wrong_passes_axe_and_fits(live, house):
    live.forgive("422")
    page = live.page(width=360)
    page.goto("/check/begin/")
    page.fill("[name=phone]", "x" * 60)
    page.check("[name=answered_by][value=helper]")
    page.check("[name=interpreter]")
    go(page)
    expect(page.locator(".error-summary")).to_be_focused()
    check(live, page)
    begin(page, who="helper")
    pick(page, "em_collapse", "not_sure")
    go(page)
    expect(page.locator("#nudge")).to_be_focused()
    check(live, page)
    go(page)
    go(page)  # page 2 without an answer
    expect(page.locator(".error-summary")).to_be_focused()
    check(live, page)
    at_page(live, page, 3)
    go(page)
    check(live, page)
    at_page(live, page, 5)
    pick(page, "ces_bladder", "yes")
    go(page)
    check(live, page)


def test_every_result_passes_axe_and_fits(live, house):
    page = live.page(width=360)
    screening = finished(now=NOW, em_collapse="not_sure", free_text="I want to end my life, I can't pee").screening
    held_by(page)
    check(live, page)
    by = make_user()
    for level in ("urgent", "refer", "mechanical"):
        workflow.decide(screening=screening, level=level, reason="Talked.", by=by, is_pt=True, now=NOW)
        page.goto("/check/result/")
        check(live, page)
        if level != "mechanical":
            page.goto("/check/show/")
            check(live, page)


def test_emergency_pages_pass_axe_and_fit(live, house):
    page = live.page(width=360)
    fill_in(start(), pain_areas=["low_back"], ces_bladder="new", ces_saddle="worse", leg_numb="yes")
    held_by(page)
    expect(page.locator("h1")).to_have_text("Get care now")
    check(live, page)
    page.goto("/check/show/")
    check(live, page)
    page.context.clear_cookies()
    page.goto("/check/begin/")
    begin(page)
    page.context.clear_cookies(name="link_check")
    pick(page, "em_chest_breath", "yes")
    go(page)
    expect(page.locator("h1")).to_have_text("Get care now")
    check(live, page)


def test_pages_are_light(live, house):
    """At most 14 KB of HTML compressed, 60 KB in all (look.md)."""
    page = live.page(width=360)
    for number in (3, 5, 7, 8):
        path = f"/check/{number}/"
        at_page(live, page, number)
        links_to = page.eval_on_selector_all(
            "link[rel=stylesheet], link[rel=preload], link[rel=icon], script[src]",
            "all => all.map((e) => e.href || e.src)",
        )
        html = len(gzip.compress(page.request.get(path).body()))
        rest = {url: page.request.get(url).body() for url in {*links_to, f"{live.url}/static/icons.svg"}}
        packed = sum(len(body if url.endswith(".woff2") else gzip.compress(body)) for url, body in rest.items())
        assert html <= 14 * 1024, (path, html)
        assert html + packed <= 60 * 1024, (path, html + packed)


def test_reopened_emergency_keeps_its_warning_on_every_page(live, house):
    page = live.page(width=360)
    screening = save(start(), "P1", em_collapse="yes")
    workflow.reopen(screening=screening, question_id="em_collapse", now=NOW)
    held_by(page)
    expect(page.locator(".still a")).to_have_attribute("href", "tel:911")
    answer_until(page, "/check/3/")
    expect(page.locator(".still a")).to_have_attribute("href", "tel:911")
