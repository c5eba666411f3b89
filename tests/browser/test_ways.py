"""A visit that takes place another way, in a real browser: each way into each other, and every look of the pages."""

import re
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from booking.models import Appointment
from clinic import links
from clinic.models import Service, ServiceMode, TravelZone
from tests.booking.house import House, make_house, other_patient
from tests.factories import NOW, make_location, make_user

pytestmark = pytest.mark.django_db(transaction=True)
# From the clinic to each way once; each pair of them is gone through in tests/booking/test_way_pages.py.
ROUND = ("mobile", "telehealth", "in_clinic")
HOW = {"in_clinic": "at the clinic", "mobile": "at your home", "telehealth": "by video"}


@pytest.fixture
def house(monkeypatch) -> House:
    """A clinic where home visits cost more, and video less; the clock stands at 9:40 on a Tuesday."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    cache.clear()
    house = make_house()
    Service.objects.update(name="First visit", slug="first-visit")
    TravelZone.objects.update(fee=25)
    ServiceMode.objects.filter(mode="telehealth").update(price=150, duration_minutes=45)
    return house


def say_where(page: Page, mode: str) -> None:
    """Answer what a way needs to know before it can say whether the time works."""
    if mode == "mobile":
        page.get_by_label("ZIP code of your home").fill("99504")
    elif mode == "telehealth":
        page.get_by_label("Where will you be during the visit?").select_option("AK")
    else:
        return
    page.get_by_role("button", name="See whether my time works").click()


def finish(page: Page, mode: str) -> None:
    """Fill in the last page and change the visit."""
    if mode == "mobile":
        page.get_by_label("Street and number").fill("7310 Boundary Avenue")
        page.get_by_label("Town").fill("Anchorage")
    elif mode == "telehealth":
        page.get_by_label("I agree to a visit by video").check()
    page.get_by_role("button", name="Change my visit").click()


def test_visit_goes_from_way_to_way_without_javascript(live, house):
    visit = house.book("09:00", now=NOW)
    page = live.open(links.make(row=visit, purpose="visit"), width=360, javascript=False)
    for mode in ROUND:
        page.get_by_role("link", name="Change how we meet").click()
        page.get_by_role("link", name=f"Meet {HOW[mode]}").click()
        say_where(page, mode)
        expect(page.get_by_role("heading", name="Your time works")).to_be_visible()
        page.get_by_role("button", name="Go on").click()
        expect(page.locator(".summary")).to_contain_text("Wednesday 25 November, 9:00 am")
        finish(page, mode)
        expect(page.locator(".flash")).to_have_text(f"Done. We now meet {HOW[mode]}.")
        expect(page.locator(".ticket .num")).to_contain_text("Wednesday 25 November9:00 am")
    visit = Appointment.objects.get()
    assert (visit.mode, visit.sequence, visit.total, visit.address) == ("in_clinic", len(ROUND), Decimal(190), "")


def test_pages_of_another_way_pass_axe_and_fit(live, house):
    live.forgive("409|422")
    make_location(name="Hillside studio", slug="hillside")
    visit = house.book("09:00", mode="telehealth", now=NOW)
    for room in house.rooms[1:]:
        room.delete()
    house.book("09:30", practitioner=house.jun, patient=other_patient(), now=NOW)
    page = live.open(links.make(row=visit, purpose="visit"), width=360)
    live.look(page)
    page.get_by_role("link", name="Change how we meet").click()
    live.look(page)
    page.get_by_role("link", name="Meet at the clinic").click()
    expect(page.locator(".promise-note")).to_contain_text("Your time does not work this way. No room is free then.")
    live.look(page)
    page.goto("/visit/how/times/?mode=mobile&zip=10001")
    live.look(page)
    page.get_by_label("ZIP code of your home").fill("99504")
    page.get_by_role("button", name="See whether my time works").click()
    live.look(page)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Change my visit").click()
    expect(page.locator("#error-summary")).to_be_focused()
    live.look(page)
    house.book("08:00", mode="mobile", patient=other_patient(), now=NOW)
    ServiceMode.objects.filter(mode="mobile").update(price=240)
    finish(page, "mobile")
    expect(page.locator("#error-summary")).to_contain_text(re.compile("The price has changed|That time has just gone"))
    live.look(page)


def test_desk_gives_a_visit_another_way_over_a_rule(live, house):
    live.forgive("422")
    visit = house.book("09:00", mode="telehealth", now=NOW)
    for room in house.rooms[1:]:
        room.delete()
    house.book("09:30", practitioner=house.jun, patient=other_patient(), now=NOW)
    jo = make_user(groups=("desk",))
    page = live.open(f"/desk/visit/{visit.uid}/how/", user=jo)
    expect(page.locator(".over")).to_contain_text("This time breaks a rule")
    live.look(page)
    page.get_by_role("button", name="Change it all the same").click()
    expect(page.locator("#problems")).to_contain_text("Say why you book over it.")
    page.get_by_label("They share the time on purpose").check()
    page.get_by_label("Why do you book over it?").fill("Both in the gym")
    page.get_by_role("button", name="Change it all the same").click()
    expect(page.locator(".messagelist")).to_contain_text("at the clinic, and is told.")
    assert Appointment.objects.get(pk=visit.pk).mode == "in_clinic"
