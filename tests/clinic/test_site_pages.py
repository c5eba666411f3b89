"""The clinic's own public pages, in every state."""

import json
import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic import calls, registry
from clinic.models import AuditEvent, Call, Closure, Payer, Practitioner, TravelZone
from tests.factories import make_clinic, make_location, make_practitioner, make_service, make_service_mode, make_user

pytestmark = pytest.mark.django_db

PAGES = ["/", "/team/", "/costs/", "/privacy/", "/access/", "/interpreter/"]
HELP = [
    "Call us",
    "tel:+19075550142",
    "I need an interpreter",
    "In an emergency call",
    'href="tel:911"',
    'href="tel:988"',
]
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


@pytest.fixture
def house():
    """A clinic with a place, two services in three modes, a person and a plan."""
    make_clinic(strapline="Physical therapy for runners")
    make_location(name="Midtown clinic")
    person = make_practitioner(
        given_name="Dana", family_name="Reyes", focus="Backs and hips", languages="English, Spanish"
    )
    service = make_service(name="First visit", description="We watch you move.", modes=("in_clinic", "mobile"))
    make_service_mode(service=service, mode="telehealth", practitioners=(person,))
    Payer.objects.create(name="Kenai Mutual", kind="plan")
    TravelZone.objects.create(name="Eagle River", fee=25)
    return person


def words(response) -> str:
    """Return the page's text with each run of spaces made one."""
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("address", PAGES)
def test_page_opens_before_anything_is_set_up(client, address):
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_page_carries_the_ways_to_get_help(client, house, address):
    page = words(client.get(address))
    assert [part for part in HELP if part not in page] == []


@pytest.mark.parametrize("address", PAGES)
def test_page_only_reads(client, house, address):
    assert client.head(address).status_code == 200
    if address != "/interpreter/":
        assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", ["/", "/team/", "/costs/", "/access/"])
def test_page_asks_the_same_number_of_questions_with_one_row_and_with_three(
    client, house, address, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(registry, "home_panels", {})
    monkeypatch.setattr(registry, "team_notes", {})
    for rows in (1, 3):
        while rows > 1 and Closure.objects.count() < rows:
            make_location()
            make_service_mode(
                service=make_service(modes=("mobile", "telehealth")), practitioners=(house, make_practitioner())
            )
            Payer.objects.create(name=f"Plan {uuid.uuid4()}")
            TravelZone.objects.create(name=str(uuid.uuid4()))
            Closure.objects.create(first_day=timezone.now().date(), last_day=timezone.now().date(), reason="Flood")
        # Three of them read the clinic and its hours, which a live process does every 20 seconds only; the home page
        # does so twice here.
        with django_assert_num_queries({"/": 14, "/team/": 5, "/costs/": 7, "/access/": 5}[address]):
            client.get(address)


def test_home_shows_what_the_clinic_has(client, house):
    page = words(client.get("/"))
    for part in (
        "<h1>Running hurts? Start here.</h1>",
        "<dt>First visit, 60 min</dt><dd>$190",
        "We watch you move.",
        "We work with Kenai Mutual, and check your plan",
        "We visit Eagle River.",
        "<strong>Dana Reyes, DPT</strong><br>Backs and hips",
        '<th scope="row">Monday to Friday</th><td>8 am to noon, 1 to 4:30 pm</td>',
        "numbness between your legs or around your bottom",
        "We do not sell it",
    ):
        assert part in page


def test_home_without_services_people_or_places_leaves_their_parts_out(client):
    make_clinic()
    page = words(client.get("/"))
    assert [part for part in ("Hands, eyes", "Come to us", "Who you will see", "Find us") if part in page] == []


def test_home_promises_home_visits_only_where_there_are_any(client):
    make_clinic()
    make_service()
    page = words(client.get("/"))
    assert "How we can meet" in page
    assert "We bring the table" not in page


def test_home_says_when_a_place_is_closed_soon(client, house):
    day = timezone.now().date() + timedelta(days=3)
    Closure.objects.create(first_day=day, last_day=day + timedelta(days=1), reason="Snow <b>days</b>")
    page = words(client.get("/"))
    assert f"{day:%A} {day.day} {day:%B} to" in page
    assert "Snow &lt;b&gt;days&lt;/b&gt;" in page


def test_home_shows_what_the_apps_add(client, house, monkeypatch):
    monkeypatch.setattr(registry, "home_panels", {})
    monkeypatch.setattr(registry, "team_notes", {})
    registry.home_panel("first_free", lambda request, now: f"<p>First at {now:%Z}</p>")
    registry.home_panel("other", lambda request, now: "")
    assert "&lt;p&gt;First at UTC&lt;/p&gt;" in client.get("/").content.decode()


def test_home_leads_only_where_something_is(client, house, monkeypatch):
    monkeypatch.setattr(registry, "site_links", {"discovery": "team", "check": "nowhere"})
    page = words(client.get("/"))
    assert "Ask for a free call" in page
    assert [part for part in ("Start the check", "Ask a PT", 'href=""') if part in page] == []


@pytest.mark.parametrize("address", ["/", "/team/"])
def test_letters_behind_names_are_explained_once(client, house, address):
    make_practitioner(given_name="Jun", family_name="Park")
    explained = "DPT: Doctor of Physical Therapy, the degree of a physical therapist."
    assert words(client.get(address)).count(explained) == 1
    Practitioner.objects.update(credentials="")
    assert 'class="soft">DPT' not in words(client.get(address))


def test_team_shows_who_and_how(client, house, monkeypatch):
    monkeypatch.setattr(registry, "team_notes", {"next": lambda request, now: {house.pk: "Next free: Tue"}})
    page = words(client.get("/team/"))
    for part in ("<h2>Dana Reyes</h2>", "English, Spanish", "<dd>By video</dd>", "Next free: Tue"):
        assert part in page


def test_team_without_anyone_says_so(client):
    make_clinic()
    assert "Call us and we tell you who can see you." in words(client.get("/team/"))


def test_costs_show_each_price_and_the_right_to_an_estimate(client, house):
    page = words(client.get("/costs/"))
    for part in ("good faith estimate", "within 3 business days", "$400 or more", "Eagle River: $25 for the drive"):
        assert part in page
    assert page.count("$190") == 3


def test_costs_without_prices_say_so(client):
    make_clinic()
    assert "Our prices are not on this page yet." in words(client.get("/costs/"))


def test_privacy_has_what_the_law_asks(client, house):
    page = words(client.get("/privacy/"))
    assert "how medical information about you may be used and disclosed" in page
    assert "In effect since 22 November 2026." in page


def test_news_shows_on_every_page_until_its_day(client, house):
    make_clinic(notice="Snow <em>day</em>", notice_until=date(2126, 1, 1))
    assert "Snow &lt;em&gt;day&lt;/em&gt;" in words(client.get("/team/"))
    make_clinic(notice_until=date(2020, 1, 1))
    assert "Snow" not in words(client.get("/team/"))


def test_pages_hold_long_and_hostile_words(client):
    make_clinic(name=f"<script>{LONG}", short_name="<b>" + LONG[:30], notice=LONG * 4)
    make_practitioner(given_name=LONG, focus=f'"><img src=x>{LONG}')
    make_service(name=LONG + "<i>")
    for address in PAGES:
        page = client.get(address).content.decode()
        assert [part for part in ("<script>Llan", "<b>Llan", "<img", "<i>") if part in page] == []


# ------------------------------------------------------------------ the way to an interpreter


def wish(**changes: str) -> dict[str, str]:
    """Return a good wish for an interpreter."""
    good = {"language": "Yup’ik", "name": "Nengaq 🏔", "phone": "907-555-0118"}
    return {**good, "submission": "6f9619ff-8b86-4011-b42d-00c04fc964ff", **changes}


def test_interpreter_puts_a_call_into_the_queue(client, house):
    response = client.post("/interpreter/", wish())
    call = Call.objects.get()
    assert response.url == f"/interpreter/{call.uid}/"
    assert (call.reason, call.name, call.phone) == ("interpreter", "Nengaq 🏔", "+19075550118")
    assert [note.note for note in call.notes.all()] == ["Language: Yup’ik"]
    page = words(client.get(response.url))
    assert "We call you by" in page
    assert "Nengaq" not in page


def test_interpreter_sent_twice_is_one_call(client, house):
    first, second = client.post("/interpreter/", wish()), client.post("/interpreter/", wish(name="Nengaq"))
    assert first.url == second.url
    assert Call.objects.count() == 1
    assert AuditEvent.objects.filter(act="call.opened").count() == 1


@pytest.mark.parametrize("submission", ["", "x", "0d9f5a2e-51c4-4d0c-a5a2-3f0e1b7c9d10"])
def test_interpreter_with_another_submission_and_the_same_words_is_one_call(client, house, submission):
    first, second = client.post("/interpreter/", wish()), client.post("/interpreter/", wish(submission=submission))
    assert first.url == second.url
    assert Call.objects.count() == 1


def test_interpreter_in_another_language_is_a_call_of_its_own(client, house):
    for language in ("Yup’ik", "Inupiaq"):
        client.post("/interpreter/", wish(language=language, submission=str(uuid.uuid4())))
    assert Call.objects.count() == 2


def test_interpreter_wanted_again_after_the_call_is_a_new_call(client, house):
    client.post("/interpreter/", wish())
    call = Call.objects.get()
    calls.finish(call=call, user=make_user(), outcome="reached", now=timezone.now())
    client.post("/interpreter/", wish(submission=str(uuid.uuid4())))
    assert Call.objects.filter(state="open").exclude(pk=call.pk).count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Give a name."),
        ({"name": "Casey\r\nBcc: all@example.com"}, "Write the name on one line."),
        ({"name": "\0"}, "do not print"),
        ({"language": "x" * 100_000}, "Use at most 60 characters."),
        ({"phone": "907-555-01"}, "Give a phone number with 10 digits"),
        ({"phone": "🏃"}, "Give a phone number with 10 digits"),
    ],
)
def test_interpreter_says_what_to_mend_and_keeps_the_rest(client, house, changes, said):
    response = client.post("/interpreter/", wish(**changes))
    page = words(response)
    assert response.status_code == 422
    assert "<title>Error: I need an interpreter - Sidehill</title>" in page
    assert page.count(said) == 2
    assert page.count('value="6f9619ff-8b86-4011-b42d-00c04fc964ff"') == 1
    assert ("907-555-0118" in page) == ("phone" not in changes)
    assert Call.objects.count() == 0


@pytest.mark.parametrize("sent", [{}, {"submission": "\0"}, {"csrfmiddlewaretoken": "x"}])
def test_interpreter_sent_empty_says_what_to_fill_in(client, house, sent):
    assert "3 things to fix" in words(client.post("/interpreter/", sent))


def test_interpreter_thanks_nobody_for_another_call(client, house):
    assert client.get(f"/interpreter/{uuid.uuid4()}/").status_code == 404


# ------------------------------------------------------------------ what else is sent


def test_json_to_a_form_is_a_form_left_empty(client, house):
    response = client.post("/interpreter/", json.dumps(wish()), content_type="application/json")
    assert response.status_code == 422


def test_favicon_is_found_at_the_root(client):
    assert client.get("/favicon.ico").url == "/static/favicon.ico"


# ------------------------------------------------------------------ the clinic's own colours


def test_own_colours_come_as_a_stylesheet_that_may_be_kept(client):
    make_clinic(brand_colour="#1F3A8A", accent_colour="#9D174D")
    assert '<link rel="stylesheet" href="/look/1f3a8a-9d174d.css">' in client.get("/team/").content.decode()
    response = client.get("/look/1f3a8a-9d174d.css")
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in response["Cache-Control"]
    assert "--brand: #1f3a8a;" in response.content.decode()


def test_colours_of_the_house_need_no_stylesheet(client):
    make_clinic(brand_colour="#0f5b4b")
    assert "/look/" not in client.get("/team/").content.decode()


@pytest.mark.parametrize(
    "address", ["/look/1f3a8a.css", "/look/red-blue.css", "/look/1F3A8A-9D174D.css", "/look/١٢٣٤٥٦-9d174d.css"]
)
def test_look_takes_colours_only(client, address):
    assert client.get(address).status_code == 404
