"""The roads in a real browser: a home visit that the road hides, the desk that is told why, the table of minutes."""

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from clinic.models import ZoneMinutes
from tests.booking.house import House, make_house
from tests.booking.test_roads_kept import with_roads
from tests.booking.visitor import times_url
from tests.browser.test_booking import checked
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(monkeypatch) -> House:
    """Home visits in East and River; Dana works in Town, from eight to noon."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    cache.clear()
    house = with_roads(make_house())
    house.service.modes.get(mode="mobile").practitioners.remove(house.jun)
    return house


def test_home_visit_that_the_road_hides_is_explained_at_the_desk(live, house):
    live.forgive("status of 4(09|22)")
    patient = live.page(width=360)
    checked(live, patient)
    patient.goto(times_url(house, "mobile", **{"from": "2026-11-25"}))
    ten = patient.get_by_role("button", name="Wednesday 25 November, 10:00 am with Dana", exact=True)
    expect(ten).to_be_visible()
    house.book("08:30", mode="mobile", postal_code="99577", now=NOW)
    ten.click()
    expect(patient.get_by_role("heading", name="The nearest free times")).to_be_visible()
    expect(ten).to_have_count(0)
    patient.goto(times_url(house, "mobile", zip="98101"))
    live.look(patient)
    patient.get_by_role("link", name="By video See the times").click()
    expect(patient.get_by_label("Where will you be during the visit?")).to_be_visible()

    desk = live.page(user=make_user(groups=["desk"]))
    asked = f"service={house.service.uid}&mode=mobile&postal_code=99504&day=2026-11-25&at=10:00"
    desk.goto(f"/desk/why-not/?{asked}")
    expect(desk.get_by_text("The road before or after leaves too little time.")).to_be_visible()
    desk.goto("/desk/?day=2026-11-25")
    expect(desk.get_by_text("back to Midtown clinic")).to_be_visible()
    live.look(desk)


def test_minutes_of_the_road_are_typed_into_one_table(live, house):
    live.forgive("status of 422")
    ZoneMinutes.objects.filter(from_zone__name="East", to_zone__name="River").delete()
    page = live.open("/desk/roads/", width=360, user=make_user(groups=["manager"]))
    expect(page.get_by_role("listitem").filter(has_text="East and River")).to_be_visible()
    live.look(page)
    page.get_by_label("River to East").fill("241")
    page.get_by_role("button", name="Save the roads").click()
    expect(page.get_by_role("alert")).to_contain_text("River to East: a road takes 0 to 240 minutes")
    live.look(page)
    page.get_by_label("River to East").fill("40")
    page.get_by_role("button", name="Save the roads").click()
    expect(page.get_by_text("Saved: 1 road changed.")).to_be_visible()
    expect(page.get_by_label("East to River")).to_have_attribute("placeholder", "40")
