"""Let a browser hold what a test has made, as if it had come there by itself: walks that another test shows are left out."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from clinic import links
from intake import questionnaire as questionnaires
from intake.models import Screening
from tests.browser.watched import Live
from tests.intake.answering import all_clear
from tests.intake.checking import save, start


def with_pass(live: Live, page: Page, row: Any, purpose: str) -> None:
    """Let the browser hold a row, as if it had just made it or opened its link."""
    response = HttpResponse()
    links.remember(response, row=row, purpose=purpose, birth_date_given=True)
    _carry(live, page, response.cookies)


def with_cookies(live: Live, page: Page, client: Client) -> None:
    """Let the browser go on where one without scripts and styles has come to."""
    _carry(live, page, client.cookies)


def at_page(live: Live, page: Page, number: int) -> None:
    """Open a page of the check in a browser that has filled in all before it, and nothing of it."""
    screening = begun_until(number)
    with_pass(live, page, screening, "check")
    page.goto(f"/check/{number}/")


def begun_until(number: int) -> Screening:
    """A check of somebody with a low back pain, all clear, whose page `number` comes next."""
    now = timezone.now()
    screening = start(now=now)
    form = questionnaires.get(screening.questionnaire)
    answers = all_clear(**screening.answers)
    while (page := form.first_page(screening.answers)) and form.page_order[page.id] < number:
        given = {question.id: answers.get(question.id) for question in form.shown_questions(page, answers)}
        screening = save(screening, page.id, now=now, **given)
    return screening


def _carry(live: Live, page: Page, cookies: Any) -> None:
    for name, morsel in cookies.items():
        page.context.add_cookies([{"name": name, "value": morsel.value, "url": live.url}])
