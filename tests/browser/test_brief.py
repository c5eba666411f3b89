"""The PT's brief in a real browser: in every look, on paper, and copied into a chart."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from clinic.models import AuditEvent, User
from intake.models import Outcome
from tests.factories import NOW, make_clinic, make_location, make_patient, make_user
from tests.intake.briefs import LATER, REFER, judged

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 12


@pytest.fixture
def dana(monkeypatch) -> User:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    make_location()
    make_clinic()
    return make_user(first_name="Dana", last_name="Reyes", groups=["pt"])


def full() -> Outcome:
    """The second screening of a patient, with seven findings and all that was added later."""
    patient = make_patient(given_name="June", family_name="Parrish", interpreter=True, spoken_language="Spanish")
    judged(patient=patient, now=NOW - timedelta(days=13), leg_pain_extent="above_knee", nprs_worst=4, run_miles_week=34)
    return judged(patient=patient, now=NOW - timedelta(hours=1), later=LATER, **REFER)


def opened(live, outcome: Outcome, user: User, **look) -> Page:
    page = live.open(reverse("admin:brief", args=[outcome.screening.uid]), user=user, **look)
    page.get_by_role("button", name="I am covering: open the brief").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(outcome.screening.patient.name)
    page.wait_for_load_state()  # the words may be there before their style is
    return page


def test_brief_and_text_for_the_chart_are_accessible_and_fit(live, dana):
    outcome = full()
    page = opened(live, outcome, dana, width=360)
    for summary in page.locator("main summary").all():
        summary.click()
    live.look(page, widths=(320, 360, 800, 1280))
    page.goto(reverse("admin:brief-text", args=[outcome.screening.uid]))
    live.look(page)


def test_brief_with_long_words_and_an_emergency_fits(live, dana):
    patient = make_patient(access_needs=LONG, guardian_name="Marta Fisk", guardian_relation=LONG[:60])
    typed = {"goal_text": f"{LONG} I can't breathe and want to die", "medicines": LONG}
    outcome = judged(patient=patient, em_chest_breath="yes", free_text=LONG, later=typed)
    page = opened(live, outcome, dana, width=320)
    expect(page.get_by_text("Words of a crisis in what they wrote: goal")).to_be_visible()
    live.axe(page)
    live.fits(page)


@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_usual_full_brief_prints_on_one_page(live, dana, paper):
    page = opened(live, full(), dana)
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper, print_background=True))) == 1


def test_long_brief_prints_to_its_end(live, dana):
    page = opened(live, judged(later={"goal_text": LONG * 4, "medicines": LONG * 4}, **REFER), dana)
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="Letter")))
    assert 1 < pages <= 4


def test_drawing_shows_on_which_side_it_hurts(live, dana):
    page = opened(live, judged(pain_areas=["knee"], pain_spots=["knee-l"]), dana)
    # One look at both: between two looks the page may be laid out anew.
    figure, front, back = page.locator(".body").evaluate(
        """(body) => [body.querySelector("svg"), ...body.querySelectorAll(".hurt")].map((drawn) => {
            const box = drawn.getBoundingClientRect();
            return { middle: box.x + box.width / 2, quarter: box.width / 4 };
        })"""
    )
    # Seen from the front the left knee is on the right of the body; seen from the back it is on its left.
    assert figure["middle"] - figure["quarter"] < front["middle"] < figure["middle"]
    assert figure["middle"] < back["middle"] < figure["middle"] + figure["quarter"]


def test_one_tap_copies_the_text_for_the_chart_and_is_recorded(live, dana):
    outcome = full()
    page = opened(live, outcome, dana)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Copy for the chart").click()
    expect(page.get_by_text("Copied. That is recorded.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("SUBJECTIVE, from the intake questionnaire")
    assert AuditEvent.objects.filter(act="brief.text", subject_uid=outcome.screening.uid, actor=dana).count() == 1


def test_text_can_be_taken_from_its_page_without_the_clipboard(live, dana):
    page = opened(live, full(), dana)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("link", name="Copy for the chart").click()
    field = page.get_by_label("Text for the chart")
    expect(field).to_have_value(re.compile("SUBJECTIVE"))
    field.focus()
    assert page.evaluate("document.getSelection().toString()").startswith("SUBJECTIVE")


def test_text_page_has_no_dead_button_without_javascript(live, dana):
    outcome = full()
    page = opened(live, outcome, dana, javascript=False)
    page.get_by_role("link", name="Copy for the chart").click()
    expect(page.get_by_label("Text for the chart")).to_have_value(re.compile("SUBJECTIVE"))
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
