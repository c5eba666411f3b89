"""Booking in a real browser: from the check to a visit in each mode, moved and cancelled, by thumb, light and dark."""

import re
from datetime import date

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from booking.models import Appointment, Block
from clinic import links
from clinic.models import Clinic, Closure, Location, Practitioner, Service, TravelZone
from intake.models import Screening
from tests.booking.house import House, make_house
from tests.booking.visitor import check_url, slot_value, times_url
from tests.browser.passes import with_pass
from tests.browser.test_check import begin, fill_in_and_send
from tests.browser.watched import WIDTHS
from tests.browser.weighing import settle, weighed
from tests.factories import (
    NOW,
    make_location,
    make_outcome,
    make_patient,
    make_practitioner,
    make_room,
    make_screening,
    make_service,
    make_working_hours,
)

pytestmark = pytest.mark.django_db(transaction=True)
MODES = ["in_clinic", "mobile", "telehealth"]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"
SUMMARY = "#error-summary"
PARTS = 3  # of the pages before booking, so that one worker does not have them all


@pytest.fixture
def house(monkeypatch) -> House:
    """A clinic of two places; the clock stands at 9:40 on a Tuesday."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    cache.clear()
    house = make_house()
    Service.objects.update(name="First visit", slug="first-visit", description="We watch you move.")
    Practitioner.objects.filter(pk=house.dana.pk).update(family_name="Reyes", focus="Backs, hips", slug="dana")
    Practitioner.objects.filter(pk=house.jun.pk).update(focus="Achilles and feet", slug="jun")
    other = make_location(name="Hillside studio", slug="hillside", directions="Trailhead parking at the door.")
    make_room(other)
    make_working_hours(house.jun, other, starts="13:00", ends="16:00")
    for row in (house.service, house.dana, house.jun):
        row.refresh_from_db()
    return house


def checked(live, page: Page, *, level: str = "mechanical", **contact) -> Screening:
    """Let the browser have filled in the check."""
    typed = {"name": "Casey Tran", "email": "casey@runner.example", "phone": "+19075550118", "texts_ok": True}
    screening = make_screening(
        patient=make_patient(), contact=typed | contact, place_state="AK", time_zone="America/Anchorage"
    )
    make_outcome(screening=screening, level=level)
    with_pass(live, page, screening, "check")
    return screening


def check(live, page: Page) -> None:
    live.look(page)


def fits_everywhere(live, page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        live.fits(page)


def choose_mode(page: Page, mode: str) -> None:
    """Go from the list of visits to the times of one in a mode."""
    page.click("text=First visit")
    page.click(f".switch a[href*='mode={mode}']")
    if mode == "mobile":
        page.fill("[name=zip]", "99504")
        page.click("text=See free times")
    if mode == "telehealth":
        page.select_option("[name=state]", "AK")
        page.click("text=See free times")


def confirm(page: Page, mode: str) -> None:
    """Fill in the last page and book."""
    if mode == "mobile":
        page.fill("[name=street]", "7310 Boundary Avenue")
        page.fill("[name=city]", "Anchorage")
    if mode == "telehealth":
        page.check("[name=telehealth]")
    page.check("[name=agree]")
    page.click("text=Book this visit")


# ---------------------------------------------------------------- journeys


@pytest.mark.parametrize(("mode", "javascript"), [("in_clinic", True), ("mobile", False), ("telehealth", True)])
def test_visit_is_booked_moved_and_cancelled(live, house, mode, javascript):
    live.forgive("422")
    page = live.page(width=360, javascript=javascript)
    checked(live, page)
    page.goto("/book/")
    choose_mode(page, mode)
    page.click(".first.soonest button")
    expect(page.locator("h1")).to_have_text("Check and book")
    expect(page.locator(".promise-note")).to_contain_text("This time is yours until 9:50 am")
    page.click("text=Book this visit")
    expect(page.locator(SUMMARY)).to_contain_text("Tick this box to book.")
    if javascript:
        expect(page.locator(SUMMARY)).to_be_focused()
    confirm(page, mode)
    expect(page).to_have_url(re.compile("/visit/booked/$"))
    expect(page.locator(".ticket h1")).to_contain_text("Tuesday 24 November1:00 pm")
    with page.expect_download() as download:
        page.click("text=Add to calendar")
    assert download.value.suggested_filename == "visit.ics"
    visit = Appointment.objects.get()
    page.click("text=Change or cancel")
    page.click("text=Move to another time")
    expect(page.locator("main")).to_contain_text("Only times with Jun Park.")
    page.click("main >> text=Each person")
    page.click("button[value^='2026-11-26T17:00Z|dana']")
    expect(page.locator(".summary")).to_contain_text("Instead of")
    page.click("text=Move my visit")
    expect(page.locator(".flash")).to_have_text("Done. Your visit has a new time.")
    expect(page.locator(".ticket .num")).to_contain_text("Thursday 26 November8:00 am")
    page.click(".acts >> text=Cancel")
    page.fill("[name=reason]", "Sick")
    page.click("text=Cancel the visit")
    expect(page.locator("h1")).to_have_text("Your visit is cancelled")
    assert Block.objects.get(pk=visit.block_id).state == "cancelled"
    assert page.title().startswith("Your visit is cancelled")


@pytest.mark.parametrize("javascript", [True, False])
def test_way_leads_from_the_home_page_through_the_check_to_a_visit(live, house, javascript):
    """Somebody looks at the first free times, does the check, and books with nothing but the pages.

    The questions of the check are answered by `test_main_journey`.
    """
    page = live.open("/", width=360, javascript=javascript)
    page.click(".first-free li:first-child a")
    expect(page.locator("h1")).to_have_text("Free times")
    assert page.locator("button.time").count() == 0
    page.click(".check-first .go")
    begin(page)
    fill_in_and_send(page)
    page.click("text=See free times")
    expect(page.locator("h1")).to_have_text("Pick a time")
    page.click(".first.soonest button")
    expect(page.locator(".summary >> nth=1")).to_contain_text("ana@runner.example")
    confirm(page, "in_clinic")
    expect(page).to_have_url(re.compile("/visit/booked/$"))
    visit = Appointment.objects.get()
    assert visit.screening.outcome.level == "mechanical"


def test_link_of_the_letter_opens_the_visit_in_another_browser(live, house):
    visit = house.book("09:00", now=NOW)
    page = live.open(links.make(row=visit, purpose="visit"), width=360)
    expect(page).to_have_url(re.compile("/visit/$"))
    expect(page.locator(".ticket")).to_contain_text("Wednesday 25 November9:00 am")
    page.click("text=Not you? Leave")
    expect(page.locator(".flash")).to_have_text("Done. This browser no longer shows the visit.")


def test_time_taken_meanwhile_keeps_what_was_typed(live, house):
    live.forgive("409")
    page = live.page(width=360)
    checked(live, page)
    page.goto(check_url(house, mode="mobile"))
    page.fill("[name=access_notes]", "Dog: side gate.")
    house.book("09:00", mode="mobile", now=NOW)
    confirm(page, "mobile")
    expect(page.locator(SUMMARY)).to_contain_text("That time has just gone")
    expect(page.locator(SUMMARY)).to_be_focused()
    assert page.locator(".near .time").count() == 6
    check(live, page)
    page.locator(".near .time").nth(3).click()
    assert page.input_value("[name=street]") == "7310 Boundary Avenue"
    assert page.input_value("[name=access_notes]") == "Dog: side gate."
    page.check("[name=agree]")
    page.click("text=Book this visit")
    expect(page).to_have_url(re.compile("/visit/booked/$"))


def test_back_button_after_booking_shows_what_is_booked(live, house):
    page = live.page(width=360)
    checked(live, page)
    page.goto(times_url(house))
    page.click(".first.soonest button")
    confirm(page, "in_clinic")
    expect(page).to_have_url(re.compile("/visit/booked/$"))
    page.go_back()
    page.reload()
    expect(page).to_have_url(re.compile("/visit/booked/$"))
    assert Appointment.objects.count() == 1


def test_double_click_books_once(live, house):
    page = live.page(width=360)
    checked(live, page)
    page.goto(check_url(house))
    page.check("[name=agree]")
    page.dblclick("text=Book this visit")
    expect(page).to_have_url(re.compile("/visit/booked/$"))
    assert Appointment.objects.count() == 1


def test_rest_of_a_full_day_opens_without_javascript(live, house):
    page = live.page(width=360, javascript=False)
    checked(live, page)
    page.goto(times_url(house))
    hidden = page.locator("details .time").first
    expect(hidden).to_be_hidden()
    page.locator("summary").first.click()
    expect(hidden).to_be_visible()
    hidden.click()
    expect(page.locator("h1")).to_have_text("Check and book")


def test_times_can_be_picked_by_keyboard(live, house):
    page = live.page()
    checked(live, page)
    page.goto(times_url(house))
    page.locator("button.time").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Check and book")


def test_who_lost_the_message_asks_for_the_link(live, house):
    live.forgive("422")
    page = live.open("/visit/find/", width=360)
    page.click("text=Send me the link")
    expect(page.locator(SUMMARY)).to_contain_text("Give your e-mail or phone number.")
    check(live, page)
    page.fill("[name=contact]", "casey@runner.example")
    for part, value in {"month": "3", "day": "14", "year": "1984"}.items():
        page.fill(f"[name=birth_date_{part}]", value)
    page.click("text=Send me the link")
    expect(page.locator("h1")).to_have_text("Look for our message")
    check(live, page)


# ---------------------------------------------------------------- every state, every look


def states(house: House) -> dict[str, str]:
    """Pages that need a check and nothing else, by name."""
    return {
        "visits": "/book/",
        "times": times_url(house),
        "times of one person": times_url(house, **{"with": "jun"}),
        "times at one place": times_url(house, place="hillside"),
        "another week": times_url(house, **{"from": "2026-12-01"}),
        "home visit, asked": "/book/first-visit/?mode=mobile",
        "home visit": times_url(house, "mobile"),
        "home visit, outside": times_url(house, "mobile", zip="99999"),
        "video, asked": "/book/first-visit/?mode=telehealth",
        "video, elsewhere": times_url(house, "telehealth", state="other"),
        "video across the date line": times_url(house, "telehealth", zone="Pacific/Kiritimati"),
        "never offered": check_url(house, "15:00"),
        "last page": check_url(house),
        "last page of a home visit": check_url(house, mode="mobile"),
        "last page of a visit by video": check_url(house, mode="telehealth", zone="Pacific/Kiritimati"),
        "known people only": "/book/later/",
    }


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_before_booking_passes_axe_and_fits(live, house, part):
    live.forgive("40[039]|422")
    make_service(slug="later", name=LONG).modes.update(new_patients=False)
    TravelZone.objects.update(fee=25)
    Closure.objects.create(first_day=date(2026, 11, 26), last_day=date(2026, 11, 26), reason="Thanksgiving")
    page = live.page(width=360)
    checked(live, page)
    for path in list(states(house).values())[part::PARTS]:
        page.goto(path)
        check(live, page)


def test_time_that_is_kept_and_last_page_with_something_wrong_pass_axe_and_fit(live, house):
    live.forgive("422")
    page = live.page(width=360)
    checked(live, page)
    page.goto(times_url(house))
    page.click("button.time >> nth=0")
    page.click("text=Other times")
    expect(page.locator(".kept")).to_contain_text("We are keeping")
    check(live, page)
    page.goto(check_url(house, mode="mobile"))
    page.click("text=Book this visit")
    check(live, page)


def test_every_gate_passes_axe_and_fits(live, house):
    page = live.page(width=360)
    page.goto(times_url(house))
    check(live, page)
    for level in ("emergency", "urgent", "unsure", "refer"):
        page.context.clear_cookies()
        checked(live, page, level=level)
        page.goto(times_url(house, "telehealth") if level == "refer" else times_url(house))
        check(live, page)


def test_own_visits_in_the_way_and_all_that_one_may_book_pass_axe_and_fit(live, house):
    live.forgive("409")
    page = live.page(width=360)
    screening = checked(live, page)
    house.book("09:00", patient=screening.patient, screening=screening, now=NOW)
    page.goto(check_url(house, "09:30", **{"with": house.jun.slug}))
    expect(page.locator(SUMMARY)).to_contain_text("You already have a visit at that time")
    check(live, page)
    for wall in ("08:00", "10:00"):
        house.book(wall, patient=screening.patient, screening=screening, now=NOW)
    page.goto(times_url(house))
    expect(page.locator("h1")).to_have_text("Call us to book more")
    check(live, page)


def test_words_that_cannot_wait_pass_axe_and_fit(live, house):
    visit = house.book("09:00", now=NOW)
    page = live.page(width=360)
    with_pass(live, page, visit, "visit")
    page.goto("/visit/cancel/")
    page.fill("[name=reason]", "My chest hurts and I want to end my life")
    page.click("text=Cancel the visit")
    expect(page.locator("h1")).to_have_text("Get care now")
    check(live, page)
    page.click("text=See your visit")
    expect(page.locator("h1")).to_have_text("Your visit is cancelled")


@pytest.mark.parametrize("mode", MODES[1:])
def test_visit_of_each_mode_passes_axe_and_fits(live, house, mode):
    visit = house.book("09:00", mode=mode, now=NOW)
    page = live.page(width=360)
    with_pass(live, page, visit, "visit")
    for path in ("", "booked/"):
        page.goto(f"/visit/{path}")
        check(live, page)


def test_every_page_of_a_visit_passes_axe_and_fits(live, house):
    live.forgive("400|409|422")
    visit = house.book("09:00", now=NOW)
    page = live.page(width=360)
    with_pass(live, page, visit, "visit")
    slot = slot_value(house, "10:00")
    for path in ("", "booked/", "move/", f"move/check/?slot={slot}", "move/check/?slot=x", "cancel/"):
        page.goto(f"/visit/{path}")
        check(live, page)
    page.goto(f"/visit/move/check/?slot={slot}")
    house.book("10:00", now=NOW)
    page.click("text=Move my visit")
    expect(page.locator(SUMMARY)).to_contain_text("That time has just gone")
    check(live, page)
    make_outcome(patient=visit.patient, level="urgent")
    page.goto("/visit/move/")
    expect(page.locator("h1")).to_have_text("Talk to us first")
    check(live, page)
    page.goto("/visit/cancel/")
    page.fill("[name=reason]", "x" * 200)
    page.click("text=Cancel the visit")
    check(live, page)
    page.fill("[name=reason]", "")
    page.click("text=Cancel the visit")
    check(live, page)
    page.goto("/visit/booked/")
    check(live, page)


def test_long_names_fit(live, house):
    Service.objects.update(name=f"{LONG} {LONG}"[:120], description=LONG * 4)
    Practitioner.objects.update(
        given_name=LONG, family_name=LONG[:70], focus=LONG * 2, credentials="DPT, OCS, SCS, CSCS"
    )
    Location.objects.update(name=LONG, street=LONG * 2, directions=LONG * 4)
    TravelZone.objects.update(name=LONG, fee=25)
    Closure.objects.create(first_day=date(2026, 11, 26), last_day=date(2026, 11, 26), reason=LONG)
    page = live.page(width=360)
    checked(live, page, name=f"{LONG} {LONG}", preferred_name="👩🏽‍🦱 محمد", email=f"{'x' * 60}@{'y' * 60}.example")
    for path in ("/", "/team/", "/book/", times_url(house), check_url(house), check_url(house, mode="mobile")):
        page.goto(path)
        fits_everywhere(live, page)
    visit = house.book("09:00", now=NOW)
    with_pass(live, page, visit, "visit")
    for path in ("/visit/", "/visit/booked/", "/visit/move/", f"/visit/move/check/?slot={slot_value(house)}"):
        page.goto(path)
        fits_everywhere(live, page)


def test_pages_are_light(live, house):
    """At most 14 KB of HTML and 60 KB in all, compressed, though the demo clinic is small and a large one is not."""
    for number in range(8):
        person = make_practitioner(given_name=f"Given{number}", focus="Backs, hips, and coming back after a baby")
        make_working_hours(person, house.location, starts="08:00", ends="17:00")
        make_room(house.location)
        house.service.modes.get(mode="in_clinic").practitioners.add(person)
    assert Clinic.get().hold_minutes
    page = live.page(width=360, new=True)
    checked(live, page)
    sizes = weighed(page)
    for path in ("/book/", times_url(house), check_url(house)):
        sizes.clear()
        page.goto(path)
        settle(page, sizes)
        html = sizes.pop(page.url)
        assert html < 14_000
        assert html + sum(sizes.values()) < 60_000
