"""A day at the desk with the keyboard alone, on a board that keeps itself fresh."""

import re

import pytest
from playwright.sync_api import Page, expect

from booking import diary
from clinic.models import Call
from tests.browser.test_desk import Day

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "(e) => e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || e.name || ''"


@pytest.fixture
def day(monkeypatch) -> Day:
    return Day(monkeypatch)


def tab_to(page: Page, name: str, *, most: int = 150) -> None:
    """Press Tab until something of this name has the focus; whatever cannot be reached so fails."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(f"({NAME})(document.activeElement)").strip())
        if re.search(name, passed[-1]):
            return
    pytest.fail(f"No {name!r} among {passed}", pytrace=False)


def leave(page: Page, key: str) -> None:
    """Press a key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    leave(page, "Enter")


def skip(page: Page) -> None:
    """Go past the navigation of a page that has just come, by its first link."""
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def to_row(page: Page, name: str) -> None:
    """Go from visit to visit, or from call to call, with j until the one of this name has the focus."""
    page.evaluate("document.activeElement.blur()")
    for _ in range(20):
        page.keyboard.press("j")
        if name in page.evaluate("document.activeElement.innerText"):
            return
    pytest.fail(f"j does not lead to {name}.", pytrace=False)


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_contain_text(words)


def test_day_at_the_desk_by_keyboard_alone(live, day):
    day.visit("09:00", "Bea", "Tallman", who=day.house.jun, level="mechanical")
    day.screen(day.soon.patient, "mechanical")
    day.jo.set_password("a-Good-one-77")
    day.jo.save()
    page = live.open("/desk/")

    expect(page.locator(":focus")).to_have_attribute("name", "username")  # as the page is drawn, which may be late
    page.keyboard.type(day.jo.username)
    page.keyboard.press("Tab")
    page.keyboard.type("a-Good-one-77")
    leave(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Wednesday 25 November")

    to_row(page, "Bea Tallman")
    leave(page, "a")
    said(page, "Bea Tallman is here.")
    to_row(page, "Bea Tallman")
    leave(page, "s")
    said(page, "Bea Tallman was seen.")

    to_row(page, "Mai Vang")
    leave(page, "u")  # was not she
    said(page, "Mai Vang is as before.")
    to_row(page, "Mai Vang")
    leave(page, "n")
    said(page, "Mai Vang did not come.")
    to_row(page, "Mai Vang")
    leave(page, "u")
    said(page, "Mai Vang is as before.")

    # A colleague takes Mai in: the board shows it by itself, and the focus stays where it was.
    to_row(page, "Walt Sorensen")
    page.keyboard.press("ArrowUp")
    expect(page.locator(":focus")).to_have_text("Mai Vang")
    diary.arrive(appointment=day.here, by=day.hana, now=day.now)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-fresh-said]")).to_have_text("Mai Vang, 9:00 am: Arrived")
    expect(page.locator(":focus")).to_have_text("Mai Vang")
    page.keyboard.press("ArrowDown")
    expect(page.locator(":focus")).to_have_text("Walt Sorensen")

    leave(page, "m")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Walt Sorensen")
    skip(page)
    press(page, "^Move here")
    said(page, "Moved: Walt Sorensen now comes")

    press(page, "^Today")
    expect(page.get_by_role("heading", level=1)).to_have_text("Wednesday 25 November")
    leave(page, "b")
    skip(page)
    press(page, "^Choose")
    skip(page)
    tab_to(page, "^Given name")
    page.keyboard.type("Noor")
    tab_to(page, "^Family name")
    page.keyboard.type("Haddad")
    tab_to(page, "^Date of birth")
    page.keyboard.type("02/11/1990")
    tab_to(page, "^Phone")
    page.keyboard.type("907-555-0119")
    press(page, "^Book this time")
    said(page, "Booked: Noor Haddad comes")

    press(page, "^Calls")
    to_row(page, "Casey Tran")
    press(page, "^Claim")
    to_row(page, "Casey Tran")
    leave(page, "Enter")
    skip(page)
    page.keyboard.press("5")
    expect(page.get_by_label("Reached")).to_be_checked()
    press(page, "^Save")
    said(page, "Casey Tran")
    assert Call.objects.get(pk=day.asked.pk).state == "done"

    press(page, "^Log out")
    page.goto("/desk/")
    expect(page.get_by_label("Username")).to_be_focused()
