"""Walks through the product as people do: they read what a page shows, click, type and press its button.

Nothing here knows addresses of pages but the first; what a page asks is read from the page. Works with and without
JavaScript, so questions that an answer opens may come at once or after the button.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from playwright.sync_api import Locator, Page, expect

from intake.questionnaire import Questionnaire, current
from tests.intake.answering import clear_answer

# More than the check has pages, with the second looks that a page without JavaScript asks for.
MOST_STEPS = 60
Look = Callable[[Page], None]


@dataclass(frozen=True)
class Visitor:
    """Somebody with a pain; `answers` differ from those of a clear case, by the questionnaire's ids.

    `spots` are places of the drawing. With a `guardian`, that person answers.
    """

    given: str = "Casey"
    family: str = "Tran"
    born: date = date(1984, 3, 14)
    sex: str = "female"
    phone: str = "907-555-0118"
    email: str = "casey.tran@example.com"
    spots: tuple[str, ...] = ("knee-l",)
    guardian: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)


def look_at_nothing(page: Page) -> None:
    """The look of who only walks through."""


def begin(page: Page, person: Visitor, *, look: Look = look_at_nothing) -> None:
    """From the page that says what the check is, to its first page of questions."""
    look(page)
    page.get_by_role("main").get_by_role("link", name="Start the check").click()
    look(page)
    _tick(page, "visit_reason", "new_pain")
    _tick(page, "answered_by", "guardian" if person.guardian else "self")
    if person.guardian:
        page.locator("[name=respondent_name]").fill(person.guardian)
    page.get_by_label("Given name").fill(person.given)
    page.get_by_label("Family name").fill(person.family)
    for part, value in (("Month", person.born.month), ("Day", person.born.day), ("Year", person.born.year)):
        page.get_by_role("group", name="Date of birth").get_by_label(part).fill(str(value))
    page.get_by_label("Phone number").fill(person.phone)
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Town").fill("Anchorage")
    page.get_by_label("State").select_option("AK")
    page.get_by_label("I have read this").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Continue").click()


def fill_in(page: Page, person: Visitor, *, look: Look = look_at_nothing) -> None:
    """Answer page after page, until the check shows all answers, or ends."""
    form = current()
    answered: dict[str, Any] = {}
    for _ in range(MOST_STEPS):
        if page.get_by_role("button", name="Send my answers").count() or not page.locator("form[data-live]").count():
            return
        look(page)
        answer_page(page, person, form, answered)
        # What comes next is counted, not waited for: it has to be there.
        with page.expect_navigation():
            page.locator("form[data-live] button.go").click()
    raise AssertionError(f"The check does not end: {page.url}")


def answer_page(page: Page, person: Visitor, form: Questionnaire, answered: dict[str, Any]) -> None:
    """Answer all that the page shows; an answer may open another question on it."""
    before: set[str] = set()
    while fresh := [name for name in _questions(page) if name not in before]:
        for name in fresh:
            answered[name] = _wanted(person, form, name, answered)
            _answer(page.locator(f"[data-question='{name}']"), person, name, answered[name])
            before.add(name)


def pick_first_time(page: Page) -> str:
    """Press the first time of the list; returns its words."""
    button = page.locator("button.time").first
    words = " ".join(button.inner_text().split())
    button.click()
    return words


def sign_in(page: Page, login: str, password: str) -> None:
    """Sign in as staff, and land on today."""
    page.goto("/desk/")
    page.get_by_label("Username").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("h1")).not_to_have_text("Log in")


def _questions(page: Page) -> list[str]:
    """The questions that can be seen on the page, in its order."""
    names: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("[data-question]")]
            .filter((part) => part.offsetParent !== null)
            .map((part) => part.dataset.question)"""
    )
    return names


def _wanted(person: Visitor, form: Questionnaire, name: str, answered: dict[str, Any]) -> Any:
    own = {"sex_at_birth": person.sex, "pain_areas": [spot.rpartition("-")[0] or spot for spot in person.spots]}
    if name in person.answers:
        return person.answers[name]
    return own[name] if name in own else clear_answer(form.question(name), answered)


def _answer(part: Locator, person: Visitor, name: str, value: Any) -> None:
    if name == "pain_areas":
        for spot in person.spots:
            part.locator(f"label.side[for='{spot}']").click()
        return
    if value is None:
        return
    for code in value if isinstance(value, list) else [value]:
        box = part.locator(f"[name='{name}'][value='{code}']")
        if box.count():
            box.check()
        elif part.locator(f"input[name='{name}'][type=text], textarea").count():
            part.locator(f"input[name='{name}'][type=text], textarea").fill(str(code))
        else:  # the answer "yes" of two steps: when it began is asked below it, at once or after the button
            part.locator(f"[name='{name}'][value=yes]").check()
            later = part.locator(f"[name='{name}-when'][value='{code}']")
            if later.is_visible():
                later.check()


def _tick(page: Page, name: str, value: str) -> None:
    page.locator(f"[name='{name}'][value='{value}']").check()
