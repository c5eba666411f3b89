"""The main job in one go, with real input in a real browser: from "it hurts" to "booked" to "the PT has read it"."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from booking.demo import house
from booking.models import Appointment
from clinic.models import AuditEvent, Call
from intake.models import BriefRead, Screening
from tests.browser import walking
from tests.browser.walking import Visitor

pytestmark = pytest.mark.django_db(transaction=True)

CASEY = Visitor()
# What she answers must never be seen by the desk.
VERA = Visitor(
    "Vera",
    "Olsen",
    date(1971, 7, 3),
    email="vera.olsen@example.com",
    spots=("low_back",),
    answers={"ces_bladder": "new", "leg_pain_extent": "below_knee"},
)
HER_ANSWERS = ("bladder", "pee", "saddle", "leak", "low back", "E08", "cauda")


@pytest.fixture
def clinic():
    """The demo's house, with its staff, rooms, services and hours, and nobody in it yet."""
    return house.build(timezone.localdate())


@pytest.fixture
def looked(live):
    """Checks that a page fits its window; axe looks at the same pages in the tests of each."""
    return live.fits


def book_a_visit(page: Page, look: walking.Look) -> Appointment:
    """From the home page through the check to a visit at the clinic."""
    page.goto("/")
    look(page)
    page.get_by_role("main").get_by_role("link", name="Start the check").click()
    walking.begin(page, CASEY, look=look)
    walking.fill_in(page, CASEY, look=look)
    look(page)
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You can book now")
    look(page)
    page.get_by_role("main").get_by_role("link", name="See free times").click()
    look(page)
    page.get_by_role("main").get_by_role("link", name="First visit").click()
    look(page)
    walking.pick_first_time(page)
    look(page)
    page.get_by_label("I agree to what cancelling late").check()
    page.get_by_label("I have read the privacy notice").check()
    page.get_by_role("button", name="Book this visit").click()
    expect(page.get_by_role("main")).to_contain_text("Booked")
    look(page)
    return Appointment.objects.select_related("block__practitioner__user", "patient").get()


def test_main_journey(live, clinic, looked):
    visit = book_a_visit(live.page(width=360), looked)
    assert visit.patient.name == "Casey Tran"
    assert (visit.mode, visit.block.state, visit.screening.outcome.level) == ("in_clinic", "booked", "mechanical")

    # The PT who was booked opens the brief and marks it as read.
    therapist = visit.block.practitioner.user
    pt = live.page()
    walking.sign_in(pt, therapist.username, house.PASSWORD)
    looked(pt)
    pt.get_by_role("link", name="Screenings").first.click()
    looked(pt)
    pt.get_by_role("main").get_by_role("link", name="Casey Tran").click()
    expect(pt.get_by_role("heading", level=1)).to_contain_text("Casey Tran")
    expect(pt.locator(".brief .level")).to_contain_text("Mechanical")
    looked(pt)
    pt.get_by_role("button", name="Mark as read").click()
    expect(pt.get_by_role("main")).to_contain_text(f"Read by: {therapist.display_name}")
    looked(pt)
    assert BriefRead.objects.get().by == therapist

    # The desk sees the visit on the board of its day, the brief read, and nobody to call.
    desk = live.page()
    walking.sign_in(desk, "jo", house.PASSWORD)
    desk.goto(f"/desk/?day={timezone.localdate(visit.block.starts_at).isoformat()}")
    card = desk.locator("li.visit")
    expect(card).to_contain_text("Casey Tran")
    expect(card).to_contain_text("Screening complete")
    looked(desk)
    see_calls(desk)
    expect(desk.get_by_role("main")).to_contain_text("Nobody is waiting for a call")
    looked(desk)

    # A second patient meets an emergency: nothing to book, and a call at once.
    ill = live.open("/check/", width=360)
    walking.begin(ill, VERA)
    walking.fill_in(ill, VERA)
    expect(ill.get_by_role("heading", level=1)).to_have_text("Get care now")
    expect(ill.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    assert ill.get_by_role("main").get_by_role("link", name="times").count() == 0
    looked(ill)
    ill.goto("/book/first-visit/")
    assert ill.locator("button.time").count() == 0
    looked(ill)

    # The desk sees that a PT must call, and none of her answers, also by typing the address of the brief.
    desk.reload()
    desk.get_by_role("main").get_by_role("link", name="Vera Olsen").click()
    expect(desk.get_by_role("main")).to_contain_text("Emergency")
    looked(desk)
    sees_no_answers(desk)
    screening = Screening.objects.get(patient__family_name="Olsen")
    live.forgive("status of 403")
    answer = desk.goto(f"/desk/brief/{screening.uid}/")
    assert answer is not None
    assert answer.status == 403
    sees_no_answers(desk)

    # The PT reads why, calls, and sets the level, which ends the call.
    see_calls(pt)
    pt.get_by_role("main").get_by_role("link", name="Vera Olsen").click()
    looked(pt)
    pt.get_by_role("button", name="Claim this call").click()
    pt.get_by_label("Sent to other care").check()
    pt.get_by_label("Note").fill("On the way to the emergency room.")
    looked(pt)
    pt.get_by_role("button", name="Save").click()
    expect(pt.get_by_role("status").first).to_contain_text("The call stays open until a PT sets the level")
    pt.get_by_role("main").get_by_role("link", name="Open the brief").click()
    pt.get_by_role("button", name="I am covering: open the brief").click()
    pt.get_by_text("Set the level after your call").click()
    pt.get_by_label("Level after your call").select_option("emergency")
    pt.get_by_label("Why, in a sentence or two").fill("On the way to the emergency room.")
    pt.get_by_role("button", name="Set the level").click()
    expect(pt.get_by_role("status").first).to_contain_text("The level is now: Emergency.")
    see_calls(pt)
    expect(pt.get_by_role("main")).to_contain_text("Nobody is waiting for a call")
    looked(pt)
    call = Call.objects.get(reason="emergency")
    assert (call.state, call.claimed_by, call.patient.name) == ("done", therapist, "Vera Olsen")
    assert set(AuditEvent.objects.filter(act="brief.seen").values_list("actor", flat=True)) == {therapist.pk}


# Without JavaScript axe cannot run either: the pages are the same, so only their width is looked at.


def test_patient_books_without_javascript(live, clinic):
    visit = book_a_visit(live.page(width=360, javascript=False), live.fits)
    assert (visit.patient.name, visit.block.state) == ("Casey Tran", "booked")


def test_emergency_is_told_without_javascript(live, clinic):
    page = live.open("/check/", width=360, javascript=False)
    walking.begin(page, VERA)
    walking.fill_in(page, VERA)
    expect(page.get_by_role("heading", level=1)).to_have_text("Get care now")
    live.fits(page)
    assert Call.objects.get().reason == "emergency"


def see_calls(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Calls").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Calls")


def sees_no_answers(page: Page) -> None:
    words = page.content().lower()
    assert [word for word in HER_ANSWERS if word.lower() in words] == []
