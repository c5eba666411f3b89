"""The clinic's own pages in a real browser: axe, width, focus, weight, and life without JavaScript."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinic.models import Closure, Payer, TravelZone
from tests.browser.weighing import settle, weighed
from tests.factories import make_clinic, make_location, make_practitioner, make_service, make_service_mode

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ["/", "/team/", "/costs/", "/privacy/", "/access/", "/interpreter/", "/no/such/page/", "/l/gone/"]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"


@pytest.fixture
def house():
    """A clinic with every part of the home page filled, its words as long as they may be."""
    make_clinic(strapline="Physical therapy for runners in Anchorage", notice=f"Closed for {LONG} on Thursday.")
    make_location(name="Midtown clinic", directions="Park behind the bakery. Ring at the blue door.")
    make_location(name=LONG, open_hours=False)
    dana = make_practitioner(family_name="Reyes", focus="Backs", bio="She likes stubborn backs.", languages="English")
    make_practitioner(given_name=LONG, family_name=LONG[:70], focus=LONG * 2)
    service = make_service(name="First visit", description="We watch you move.", modes=("in_clinic", "mobile"))
    make_service_mode(service=service, mode="telehealth", practitioners=(dana,))
    make_service(name=LONG, category="massage", description=LONG * 3)
    Payer.objects.create(name="Kenai Mutual", kind="plan")
    TravelZone.objects.create(name="Eagle River", fee=25)
    day = timezone.now().date() + timedelta(days=2)
    Closure.objects.create(first_day=day, last_day=day, reason="Thanksgiving")


def test_pages_pass_axe_and_fit(live, house):
    live.forgive("404")
    page = live.page(width=360)
    for address in PAGES:
        page.goto(address)
        live.look(page)


def test_pages_without_any_data_pass_axe(live):
    page = live.page(width=360)
    for address in PAGES[:6]:
        page.goto(address)
        live.axe(page)
        live.fits(page)


@pytest.mark.parametrize(("brand", "accent"), [("#FFD400", "#00E5FF"), ("#1F3A8A", "#9D174D")])
def test_own_colours_pass_axe(live, house, brand, accent):
    make_clinic(brand_colour=brand, accent_colour=accent)
    page = live.page(width=1280)
    for address in ("/", "/team/", "/interpreter/"):
        page.goto(address)
        live.look(page)


@pytest.mark.parametrize(("width", "dark"), [(320, True), (1280, False)])
def test_error_summary_takes_the_focus_and_leads_to_the_field(live, house, width, dark):
    live.forgive("422")
    page = live.open("/interpreter/", width=width, dark=dark)
    page.fill("#id_language", "Korean")
    page.click("text=Call me with an interpreter")
    expect(page.locator("#error-summary")).to_be_focused()
    assert page.title() == "Error: I need an interpreter - Sidehill"
    assert page.input_value("#id_language") == "Korean"
    live.axe(page)
    live.fits(page)
    page.click("text=Give a phone number.")
    expect(page.locator("#id_phone")).to_be_focused()
    assert page.evaluate("document.querySelector('label[for=id_phone]').getBoundingClientRect().top") >= 0


def test_interpreter_is_asked_for_without_javascript_and_by_keyboard(live, house):
    page = live.open("/", width=360, javascript=False)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.click("text=I need an interpreter >> nth=0")
    page.focus("#id_language")
    for words in ("Korean", "Min-ji Park", "907-555-0118"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("We will call you")


def test_every_thing_that_takes_a_thumb_is_large_enough(live, house):
    page = live.open("/", width=320)
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button")]
            .filter((thing) => !thing.matches(".skip") && !thing.closest("p:not(.buttons)"))
            .map((thing) => [thing.textContent.trim(), thing.getBoundingClientRect()])
            .filter(([, box]) => box.height > 0 && (box.height < 44 || box.width < 44))
            .map(([words, box]) => `${words}: ${box.width} x ${box.height}`)"""
    )
    assert small == []


@pytest.mark.parametrize("address", ["/", "/team/", "/interpreter/"])
def test_first_view_is_light(live, house, address):
    page = live.page(width=360, new=True)
    found = weighed(page)
    page.goto(address)
    settle(page, found)
    sizes = {urlsplit(url).path: size for url, size in found.items()}
    assert sizes[address] <= 14_000
    assert sum(sizes.values()) <= 60_000
    assert "/static/site.css" in sizes
