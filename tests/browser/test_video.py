"""In a real browser: a patient joins a visit by video on a phone, and the PT comes to the same room from the brief."""

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from tests.booking.house import local, make_house
from tests.booking.visitor import visit_link
from tests.factories import NOW, make_outcome, make_patient, make_screening, make_user

pytestmark = pytest.mark.django_db(transaction=True)
ROOM = "https://meet.example.org/"
# Its first sign stands left of its last: a number beside a name in Arabic or Hebrew letters is turned round otherwise.
READS_FORWARD = """(link) => {
    const words = link.firstChild, range = document.createRange();
    const left = (place) => {
        range.setStart(words, place);
        range.setEnd(words, place + 1);
        return range.getBoundingClientRect().left;
    };
    return left(0) < left(words.length - 1);
}"""


@pytest.fixture
def house(monkeypatch):
    """It is 8:52 on a Wednesday."""
    monkeypatch.setattr(timezone, "now", lambda: local("08:52"))
    cache.clear()
    return make_house()


def enter(live, page: Page, name: str) -> tuple[str, str | None]:
    """Follow the way into the room; returns where it led and what the room's server was told of our page."""
    live.forgive(r"meet\.example\.org")
    asked: list[Request] = []
    page.context.on("request", lambda request: asked.append(request) if request.url.startswith(ROOM) else None)
    page.context.route(f"{ROOM}**", lambda route: route.fulfill(body="<title>Room</title>", content_type="text/html"))
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=name).click()
    expect(opened.value).to_have_title("Room")
    return opened.value.url, asked[0].header_value("referer")


def test_patient_and_pt_meet_in_one_room(live, house):
    dana = make_user(first_name="Dana", last_name="Reyes", groups=["pt"])
    house.dana.user = dana
    house.dana.save()
    patient = make_patient(birth_date=NOW.date().replace(year=2012))
    screening = make_screening(patient=patient)
    make_outcome(screening=screening)
    visit = house.book("09:00", mode="telehealth", patient=patient, screening=screening, now=NOW)

    phone = live.open(visit_link(visit), width=360, new=True)
    expect(phone.locator("h1")).to_have_text("Before you join")
    phone.get_by_label("Street and number").fill("12 Spruce St")
    phone.get_by_label("Town").fill("Nome")
    phone.get_by_label("State").select_option("FL")
    phone.get_by_label("Phone number to call you back").fill("907-555-0118")
    phone.get_by_label("Emergency contact: name").fill("سارة")
    phone.get_by_label("Emergency contact: phone number").fill("907-555-0119")
    phone.get_by_label("Name of the adult in the room").fill("Ines Oquendo")
    phone.get_by_label("An adult is in the room").check()
    phone.get_by_label("I agree to a visit by video").check()
    live.forgive("409")
    phone.get_by_role("button", name="Go to the waiting room").click()
    expect(phone.get_by_role("heading", name="Please talk to us now")).to_be_visible()
    live.look(phone)
    phone.get_by_label("State").select_option("AK")
    phone.get_by_role("button", name="Go to the waiting room").click()
    expect(phone.locator("h1")).to_have_text("You can join now")
    live.look(phone)

    brief = live.open(reverse("admin:brief", args=[screening.uid]), user=dana, new=True)
    expect(brief.get_by_text("In the waiting room since 8:52 am")).to_be_visible()
    brief.get_by_role("link", name="Open the video visit").click()
    expect(brief.get_by_role("main")).to_contain_text("12 Spruce St, Nome, Alaska")
    expect(brief.get_by_role("main")).to_contain_text("Ines Oquendo, for the whole visit")
    assert brief.get_by_role("link", name="907-555-0119").evaluate(READS_FORWARD)
    live.look(brief)
    room, told = enter(live, phone, "Join the video visit")
    assert room.startswith(f"{ROOM}visit-")
    assert (room, told) == enter(live, brief, "Go into the room")
    assert told is None
