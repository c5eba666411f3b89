"""In a real browser: a visit booked before the check, put on hold by it, and let go on by a PT; raising and clearing."""

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from booking.models import Appointment
from clinic.models import Service
from intake import workflow
from intake.models import Outcome
from tests.booking.house import House, make_house
from tests.browser.passes import with_pass
from tests.factories import NOW, make_user
from tests.intake.checking import finished

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(monkeypatch) -> House:
    """A clinic; the clock stands at 9:40 on a Tuesday."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    cache.clear()
    return make_house()


def on_hold(house) -> Appointment:
    screening = finished().screening
    visit = house.book("09:00", patient=screening.patient, screening=screening, now=NOW)
    workflow.decide(screening=screening, level="urgent", reason="Spoke.", by=make_user(), is_pt=False, now=NOW)
    visit.refresh_from_db()
    return visit


@pytest.mark.parametrize("javascript", [True, False])
def test_service_by_link_is_booked_after_page_p0_alone(live, house, javascript):
    Service.objects.update(check_needed="link", name="Plan talk", slug="plan-talk")
    page = live.page(width=360, javascript=javascript)
    page.goto("/book/plan-talk/?mode=in_clinic")
    if javascript:  # which axe needs
        live.look(page)
    page.get_by_role("link", name="Tell us who you are").click()
    page.check("[name=visit_reason][value=performance]")
    page.check("[name=answered_by][value=self]")
    page.get_by_label("Given name").fill("Nora")
    page.get_by_label("Family name").fill("Walker")
    for part, value in (("Month", "3"), ("Day", "14"), ("Year", "1990")):
        page.get_by_role("group", name="Date of birth").get_by_label(part).fill(value)
    page.get_by_label("Phone number").fill("907-555-0191")
    page.get_by_label("E-mail").fill("nora@runner.example")
    page.get_by_label("Town").fill("Anchorage")
    page.get_by_label("State").select_option("AK")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("main")).to_contain_text("We ask the questions about your health before the visit")
    page.click(".first.soonest button")
    page.check("[name=agree]")
    page.click("text=Book this visit")
    expect(page.locator("main")).to_contain_text("Some questions before the visit")
    if javascript:
        live.look(page)
    assert Appointment.objects.get().flag == "unscreened"


def test_page_of_a_visit_on_hold_fits_and_is_accessible(live, house):
    visit = on_hold(house)
    page = live.page(width=360)
    with_pass(live, page, visit, "visit")
    page.goto("/visit/")
    expect(page.get_by_role("heading", name="Please talk to us before this visit")).to_be_visible()
    live.look(page)


def test_desk_raises_a_level_by_keyboard(live, house):
    screening = finished().screening
    page = live.page(user=make_user(groups=["desk"]))
    page.goto(f"/desk/patients/{screening.patient.uid}/")
    page.get_by_role("link", name="Raise the level").click()
    live.look(page)
    page.get_by_role("button", name="Raise the level").click()
    expect(page.locator("#problems")).to_be_focused()
    live.look(page)
    page.get_by_label("Urgent").focus()
    page.keyboard.press("Space")
    page.get_by_label("What makes you raise it?").fill("She says that she has a fever.")
    page.get_by_role("button", name="Raise the level").click()
    expect(page.locator("main")).to_contain_text("is now at: Urgent")
    assert Outcome.objects.get(current=True).staff_level == "urgent"


def test_pt_clears_and_the_visit_goes_on(live, house):
    visit = on_hold(house)
    page = live.page(user=make_user(groups=["pt"]))
    page.goto(f"/desk/patients/{visit.patient.uid}/")
    expect(page.locator("main")).to_contain_text("On hold: a PT decides")
    live.look(page)
    page.get_by_role("link", name="Open the brief").click()
    page.get_by_role("button", name="I am covering: open the brief").click()
    page.get_by_role("link", name="Record a clearance").click()
    live.look(page)
    page.get_by_label("Who cleared them").fill("Dr. Ada Moss, physician")
    page.get_by_label("On which day").fill("2026-11-24")
    page.get_by_label("What the letter says, and where it is kept").fill("Fit for therapy. In the chart.")
    page.get_by_role("button", name="Record the clearance").click()
    expect(page.locator("main")).to_contain_text("can book now, and is told")
    visit.refresh_from_db()
    assert not visit.hold


def test_pt_lets_a_visit_take_place(live, house):
    visit = on_hold(house)
    page = live.page(width=360, user=make_user(groups=["pt"]))
    page.goto(f"/desk/patients/{visit.patient.uid}/")
    page.get_by_role("button", name="Let it take place").click()
    expect(page.locator("main")).to_contain_text("as booked, and is told")
    visit.refresh_from_db()
    assert visit.kept_at == NOW
