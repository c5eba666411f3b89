"""The way through the check: which page is next, its address, and how far somebody has come.

Addresses number the pages ("/check/3/") and name none of them.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from intake import afterwards, way
from intake import questionnaire as questionnaires
from intake.models import Screening
from intake.questionnaire import Page, Questionnaire

# The width of the elevation profile on the step line, in its own units.
PROFILE = 288


@dataclass(frozen=True)
class Step:
    """Where somebody is: "Step 2 of 9", the page's short title, and how much of the profile is climbed."""

    number: int
    total: int
    title: str

    @property
    def width(self) -> int:
        """Return how much of the profile is drawn as done."""
        return round(PROFILE * self.number / self.total)


def form_of(screening: Screening) -> Questionnaire:
    """Return the questionnaire that a screening began with."""
    return questionnaires.get(screening.questionnaire)


def url_of(form: Questionnaire, page: Page) -> str:
    """Return the address of a page; of page P0 the one where its data can be corrected."""
    if page.kind == "contact":
        return f"{reverse('intake:check_begin')}?change=1"
    return reverse("intake:check_page", args=[form.page_order[page.id]])


def page_at(form: Questionnaire, number: int) -> Page | None:
    """Return the page of questions with this number on the way to a result, or None."""
    if not 0 < number < len(form.pages) or form.pages[number].kind == "contact" or form.pages[number].after_result:
        return None
    return form.pages[number]


def where(screening: Screening) -> str:
    """Return the address at which this screening goes on: the first open page, the check of answers, or the result."""
    if screening.state == Screening.State.FINISHED:
        return reverse("intake:check_result")
    form = form_of(screening)
    page = way.first_open(form, screening.answers)
    return reverse("intake:check_review") if page is None else url_of(form, page)


def is_reached(screening: Screening, page: Page) -> bool:
    """Say whether a page may be looked at: it is shown to this patient, and no page before it is open."""
    form = form_of(screening)
    first = way.first_open(form, screening.answers)
    if page not in way.pages(form, screening.answers):
        return False
    return first is None or form.page_order[page.id] <= form.page_order[first.id]


def before(screening: Screening, page: Page | None) -> str:
    """Return the address of the page before this one (None: the check of answers), for the link back."""
    form = form_of(screening)
    pages = _question_pages(form, screening.answers)
    earlier = pages if page is None else [p for p in pages if form.page_order[p.id] < form.page_order[page.id]]
    return url_of(form, earlier[-1]) if earlier else reverse("intake:check")


def step_at(screening: Screening, page: Page) -> Step:
    """Return the step of a page. The check of answers is the last step, so the way never looks shorter than it is."""
    pages = _question_pages(form_of(screening), screening.answers)
    number = pages.index(page) + 1 if page in pages else len(pages)
    return Step(number, len(pages) + 1, page.title.text_for(get_language() or "en"))


def last_step(screening: Screening, title: Any) -> Step:
    """Return the step of the check of answers."""
    total = len(_question_pages(form_of(screening), screening.answers)) + 1
    return Step(total, total, str(title))


def _question_pages(form: Questionnaire, answers: dict[str, Any]) -> list[Page]:
    return [page for page in way.pages(form, answers) if page.kind != "contact"]


# ---------------------------------------------------------------- after the result


@dataclass(frozen=True)
class Place:
    """One optional page after the result as the patient finds it listed: its address, and whether it was filled in."""

    title: str
    url: str
    done: bool


def added_url(form: Questionnaire, page: Page) -> str:
    """Return the address of a page after the result."""
    return reverse("intake:check_more_page", args=[_after_result(form).index(page) + 1])


def added_at(screening: Screening, place: int) -> Page | None:
    """Return the page after the result with this number, counted from 1, if it concerns the patient."""
    listed = _after_result(form_of(screening))
    page = listed[place - 1] if 0 < place <= len(listed) else None
    return page if page in afterwards.pages(screening) else None


def added_next(screening: Screening, page: Page) -> str:
    """Return where to go on after a page after the result: the next of them, else the result."""
    listed = afterwards.pages(screening)
    later = listed[listed.index(page) + 1 :]
    return added_url(form_of(screening), later[0]) if later else reverse("intake:check_result")


def added_before(screening: Screening, page: Page) -> str:
    """Return where the link back leads: the page before, else the result."""
    listed = afterwards.pages(screening)
    place = listed.index(page)
    return added_url(form_of(screening), listed[place - 1]) if place else reverse("intake:check_result")


def added_step(screening: Screening, page: Page) -> Step:
    """Return the step of a page after the result."""
    listed = afterwards.pages(screening)
    return Step(listed.index(page) + 1, len(listed), page.title.text_for(get_language() or "en"))


def added_places(screening: Screening) -> list[Place]:
    """Return the pages after the result that concern the patient; none while they are not open."""
    if not afterwards.is_open(screening):
        return []
    form, language = form_of(screening), get_language() or "en"
    return [
        Place(page.title.text_for(language), added_url(form, page), page.id in screening.pages_done)
        for page in afterwards.pages(screening)
    ]


def _after_result(form: Questionnaire) -> list[Page]:
    return [page for page in form.pages if page.after_result]
