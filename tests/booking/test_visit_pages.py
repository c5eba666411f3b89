"""A patient's visit by its link: see it, take it into a calendar, move it, cancel it; and links that open nothing."""

import re
from datetime import date

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from booking import diary
from booking.models import Appointment, Block, TimeOff
from clinic import links
from clinic.models import Message, Mode, TravelZone
from tests.booking.house import local
from tests.booking.visitor import buttons, later, slot_value, text, visit_link
from tests.factories import NOW, make_call, make_outcome, make_patient, make_practitioner, make_user, make_working_hours

pytestmark = pytest.mark.django_db
PAGES = [
    "/visit/",
    "/visit/booked/",
    "/visit/calendar.ics",
    "/visit/join/",
    "/visit/move/",
    "/visit/move/check/",
    "/visit/cancel/",
]


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    set_clock(monkeypatch, NOW)


@pytest.fixture
def visit(client, house) -> Appointment:
    """A visit on Wednesday at 9:00 with Dana, opened by its link."""
    visit = house.book("09:00", now=NOW)
    client.get(visit_link(visit))
    return visit


def set_clock(monkeypatch, now) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def state(visit: Appointment) -> str:
    return Block.objects.get(pk=visit.block_id).state


def starts(visit: Appointment):
    return Block.objects.get(pk=visit.block_id).starts_at


def with_jun(house, slot: str) -> str:
    return slot.replace(house.dana.slug, house.jun.slug)


def move_to(client, visit, slot: str):
    return client.post("/visit/move/check/", {"slot": slot, "row": str(visit.uid)})


# ---------------------------------------------------------------- links


def test_link_leads_to_the_visit_and_stays_out_of_its_address(client, house):
    visit = house.book("09:00", now=NOW)
    response = client.get(visit_link(visit))
    assert (response.status_code, response["Location"]) == (302, "/visit/")
    page = client.get("/visit/")
    assert "Booked Wednesday 25 November 9:00 am" in text(page)
    assert visit_link(visit) not in page.content.decode()
    assert page["Cache-Control"] == "no-store"


def bad_links(house) -> dict[str, str]:
    visit, other = house.book("09:00", now=NOW), house.book("10:00", now=NOW)
    good = visit_link(visit)
    revoked = visit_link(other)
    links.revoke(row=other)
    old = signing.TimestampSigner(salt="clinic.links.link", sep=".")
    old.timestamp = lambda: signing.b62_encode(1_500_000_000)  # type: ignore[method-assign]
    middle = len(good) // 2
    return {
        "cut short": good[:-3] + "/",
        "mistyped": good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1 :],
        "garbage": "/l/hello/",
        "empty parts": "/l/visit~~.x.y/",
        "NUL": "/l/visit%00/",
        "huge": f"/l/visit~{'x' * 3000}/",
        "another purpose": good.replace("visit~", "check~"),
        "revoked": revoked,
        "expired": f"/l/{old.sign(re.search('/l/([^.]+)', good).group(1))}/",
        "nobody's": good.replace(good.split("~")[1], "A" * 22),
    }


def test_links_that_open_nothing_lead_to_one_page_the_same_for_all(house):
    pages = {}
    for name, link in bad_links(house).items():
        response = Client().get(link)
        assert (name, response.status_code) == (name, 404)
        pages[name] = response.content
    pages |= {path: Client().get(path).content for path in PAGES}
    pages |= {f"post {path}": Client().post(path).content for path in ("/visit/cancel/", "/visit/move/check/")}
    assert len(set(pages.values())) == 1
    assert b'href="/visit/find/"' in pages["garbage"]


def test_bad_link_leaves_the_visit_that_the_browser_holds(client, house, visit):
    client.get("/l/hello/")
    assert client.get("/visit/").status_code == 200


def test_page_left_open_cannot_act_on_the_visit_opened_since(client, house, visit):
    other = house.book("11:00", now=NOW)
    client.get(visit_link(other))
    row = {"row": str(visit.uid)}
    assert client.post("/visit/cancel/", row).status_code == 404
    assert client.post("/visit/move/check/", {"slot": slot_value(house, "10:00"), **row}).status_code == 404
    assert (state(visit), state(other), starts(other)) == ("booked", "booked", local("11:00"))


def test_revoked_link_closes_the_pages_too(client, visit):
    links.revoke(row=visit)
    assert {client.get(path).status_code for path in PAGES} == {404}


def test_visit_can_be_taken_from_a_shared_browser(client, visit):
    assert client.get("/visit/leave/").status_code == 405
    assert client.post("/visit/leave/")["Location"] == "/"
    assert "This browser no longer shows the visit." in client.get("/").content.decode()
    assert client.get("/visit/").status_code == 404


# ---------------------------------------------------------------- seeing


@pytest.mark.parametrize("mode", list(Mode.values))
def test_page_shows_when_with_whom_and_where(client, house, mode):
    visit = house.book("09:00", mode=mode, now=NOW)
    client.get(visit_link(visit))
    for path in ("/visit/", "/visit/booked/"):
        page = text(client.get(path))
        assert "Wednesday 25 November 9:00 am" in page
        assert f"{house.dana.name}, DPT" in page
        assert {"in_clinic": "Midtown clinic", "mobile": "At your home", "telehealth": "By video"}[mode] in page
        assert "9:00 to 10:00 am, Anchorage time" in page
        assert "7310 Boundary" not in page


def test_page_shows_nothing_of_patient_or_health(client, house):
    patient = make_patient(given_name="Wilhelmina", email="secret@record.example", phone="+19074441234")
    make_outcome(patient=patient, level="refer")
    client.get(visit_link(house.book("09:00", patient=patient, now=NOW)))
    for path in ("/visit/", "/visit/booked/", "/visit/move/", "/visit/cancel/", "/visit/calendar.ics"):
        page = client.get(path).content.decode()
        for words in ("Wilhelmina", "Oquendo", "secret@record.example", "444-1234", "consult_flagged"):
            assert words not in page


def test_calendar_file_can_be_had(client, visit):
    response = client.get("/visit/calendar.ics")
    assert response["Content-Type"] == "text/calendar; method=PUBLISH; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="visit.ics"'
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    assert (str(event["uid"]), event["dtstart"].dt) == (str(visit.uid), local("09:00"))


def test_visit_that_has_begun_cannot_be_changed(client, house, visit, monkeypatch):
    set_clock(monkeypatch, local("09:00"))
    page = text(client.get("/visit/"))
    assert "This visit has begun" in page
    assert "It cannot be changed here any more." in page
    for path in ("/visit/move/", "/visit/move/check/", "/visit/cancel/"):
        assert client.get(path)["Location"] == "/visit/"
    for path in ("/visit/move/check/", "/visit/cancel/"):
        assert client.post(path, {"slot": slot_value(house, "11:00")})["Location"] == "/visit/"
    assert state(visit) == "booked"


def test_pages_take_as_many_queries_for_one_visit_as_for_many(client, house, visit):
    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        return len(captured)

    few = {path: count(path) for path in PAGES}
    for wall in ("08:00", "10:00", "11:00"):
        house.book(wall, practitioner=house.jun, patient=visit.patient, source="desk", now=NOW)
    person = make_practitioner()
    make_working_hours(person, house.location)
    house.service.modes.get(mode="in_clinic").practitioners.add(person)
    assert {path: count(path) for path in PAGES} == few
    assert max(few.values()) <= 30


# ---------------------------------------------------------------- cancelling


def test_cancelling_is_asked_once_more_and_then_done(client, visit):
    assert "Cancel this visit?" in text(client.get("/visit/cancel/"))
    assert state(visit) == "booked"
    response = client.post("/visit/cancel/", {"reason": "Sick 🤒", "row": str(visit.uid)}, follow=True)
    page = text(response)
    assert page.startswith("Your visit is cancelled It was for Wednesday 25 November, 9:00 am. It is done")
    assert "<title>Your visit is cancelled" in response.content.decode()
    visit.refresh_from_db()
    assert (state(visit), visit.cancelled_by, visit.cancel_reason) == ("cancelled", "patient", "Sick 🤒")


def test_cancelling_twice_is_done_once(client, visit):
    for _ in range(2):
        assert client.post("/visit/cancel/", {"row": str(visit.uid)})["Location"] == "/visit/"
    assert Message.objects.filter(kind="cancelled").count() == 1
    assert "This visit is cancelled" in text(client.get("/visit/booked/"))
    assert client.get("/visit/move/")["Location"] == "/visit/"
    assert b"METHOD:CANCEL" in client.get("/visit/calendar.ics").content


@pytest.mark.parametrize("reason", ["x" * 121, "a\nb", "a\x00b"])
def test_reason_that_cannot_be_kept_gets_a_message(client, visit, reason):
    response = client.post("/visit/cancel/", {"reason": reason})
    assert response.status_code == 422
    assert "One thing to fix" in text(response)
    assert state(visit) == "booked"


def test_cancelled_time_is_free_once_it_cannot_be_taken_back(client, house, visit):
    client.post("/visit/cancel/", {"row": str(visit.uid)})
    assert house.book("09:00", now=later(minutes=2))


# ---------------------------------------------------------------- moving


def test_moves_list_every_other_time_and_not_the_one_that_is_held(client, house, visit):
    offered = buttons(client.get("/visit/move/?with=each"))
    assert slot_value(house) not in offered
    assert slot_value(house, "09:15") in offered
    assert slot_value(house, "11:00") in offered
    assert with_jun(house, slot_value(house)) in offered


def test_moves_list_the_own_practitioner_first_and_offer_each_and_anybody(client, house, visit):
    page = client.get("/visit/move/")
    assert [link["label"] for link in page.context["people"]] == [house.dana.name, "Each person", "Anybody"]
    assert {value.split("|")[1] for value in buttons(page)} == {house.dana.slug}
    assert f"with={house.dana.slug}&amp;from=" in page.content.decode()
    anybody = client.get(page.context["people"][2]["url"])
    starts = [value.partition("|")[0] for value in buttons(anybody)]
    assert {value.split("|")[1] for value in buttons(anybody)} == {"anybody"}
    assert len(starts) == len(set(starts))
    assert slot_value(house).partition("|")[0] not in starts
    TimeOff.objects.create(practitioner=house.dana, starts_at=NOW, ends_at=later(days=60))
    page = client.get("/visit/move/")
    assert f"{house.dana.name} has no free time in the next four weeks." in text(page)
    assert [link["current"] for link in page.context["people"]] == [False, True, False]
    house.service.modes.get(mode="in_clinic").practitioners.remove(house.dana)
    page = client.get("/visit/move/")
    assert page.context["people"] == []
    assert {value.split("|")[1] for value in buttons(page)} == {house.jun.slug}


def test_move_with_anybody_takes_the_lightest_day_and_another_if_that_one_has_gone(client, house, visit):
    house.book("08:00", now=NOW)
    slot = slot_value(house, "11:00").replace(house.dana.slug, "anybody")
    page = client.get("/visit/move/check/", {"slot": slot})
    assert f"11:00 am {house.jun.name} (we picked who has the most room that day)" in text(page)
    house.book("11:00", practitioner=house.jun, now=NOW)
    sent = {"slot": with_jun(house, slot_value(house, "11:00")), "row": str(visit.uid), "any": "1"}
    assert f'value="{sent["slot"]}"' in page.content.decode()
    page = text(client.post("/visit/move/check/", sent, follow=True))
    assert f"{house.jun.name} is not free any more. Your visit is with {house.dana.name}, at the same time." in page
    block = Block.objects.get(pk=visit.block_id)
    assert (block.practitioner, block.starts_at) == (house.dana, local("11:00"))


def test_time_that_nobody_has_any_more_is_gone_for_who_moves_with_anybody(client, house, visit):
    for person in (house.dana, house.jun):
        house.book("11:00", practitioner=person, now=NOW)
    slot = slot_value(house, "11:00")
    lost = client.get("/visit/move/check/", {"slot": slot.replace(house.dana.slug, "anybody")})
    sent = client.post("/visit/move/check/", {"slot": slot, "row": str(visit.uid), "any": "1"})
    for response in (lost, sent):
        assert response.status_code == 409
        assert "That time has just gone" in text(response)
        assert {value.split("|")[1] for value in buttons(response)} == {"anybody"}
    assert starts(visit) == local("09:00")


@pytest.mark.parametrize("mode", list(Mode.values))
def test_visit_is_moved_in_each_mode(client, house, mode):
    visit = house.book("09:00", mode=mode, now=NOW)
    client.get(visit_link(visit))
    slot = slot_value(house, "09:15", mode=mode)
    assert slot in buttons(client.get("/visit/move/"))
    page = text(client.get("/visit/move/check/", {"slot": slot}))
    assert "New Wednesday 25 November, 9:15 am" in page
    assert "Instead of Wednesday 25 November, 9:00 am" in page
    assert starts(visit) == local("09:00")
    moved = text(client.post("/visit/move/check/", {"slot": slot, "row": str(visit.uid)}, follow=True))
    assert "Done. Your visit has a new time." in moved
    assert "Wednesday 25 November 9:15 am" in moved
    assert starts(visit) == local("09:15")
    assert Message.objects.filter(subject_uid=visit.uid, kind="moved", state="planned").count() == 1


def test_moving_twice_moves_once(client, house, visit):
    for _ in range(2):
        assert move_to(client, visit, slot_value(house, "11:00"))["Location"] == "/visit/"
    visit.refresh_from_db()
    assert visit.sequence == 1


def test_visit_by_video_is_moved_by_the_clock_of_the_patient(client, house):
    visit = house.book("09:00", mode="telehealth", time_zone="Pacific/Kiritimati", now=NOW)
    client.get(visit_link(visit))
    page = text(client.get("/visit/move/"))
    assert "Now: Thursday 26 November, 8:00 am" in page
    assert "All times are Kiritimati time." in page
    slot = slot_value(house, "11:00", mode="telehealth")
    check = text(client.get("/visit/move/check/", {"slot": slot}))
    assert "New Thursday 26 November, 10:00 am" in check
    assert "At the clinic it is Wed 25 Nov, 11:00 am, Anchorage time then." in check


def test_visit_at_home_is_moved_after_the_area_was_given_up(client, house):
    visit = house.book("09:00", mode="mobile", now=NOW)
    client.get(visit_link(visit))
    TravelZone.objects.update(active=False)
    assert move_to(client, visit, slot_value(house, "11:00", mode="mobile"))["Location"] == "/visit/"
    assert starts(visit) == local("11:00")


def test_time_taken_meanwhile_offers_the_nearest_and_leaves_the_visit(client, house, visit):
    house.book("11:00", now=NOW)
    response = move_to(client, visit, slot_value(house, "11:00"))
    assert response.status_code == 409
    assert text(response).startswith("Your visit That time has just gone")
    before, after = response.context["near"]
    assert (len(before), len(after)) == (3, 3)
    assert 'href="?' not in response.content.decode()
    assert starts(visit) == local("09:00")


def test_times_never_offered_are_refused_and_leave_the_visit(client, house, visit):
    gone = make_practitioner(active=False)
    wrong = [
        "",
        "garbage",
        slot_value(house, mode="telehealth"),
        slot_value(house, "15:00"),
        slot_value(house, "09:07"),
        slot_value(house, day=date(2026, 11, 20)),
        slot_value(house, day=date(2027, 5, 5)),
        slot_value(house, "11:00", day=date(2026, 11, 24)),
        slot_value(house).replace(house.dana.slug, gone.slug),
        "0001-01-01T00:00Z|" + slot_value(house).partition("|")[2],
        "2026-11-25T18:00Z|\x00|\x00",
        "x" * 100_000,
    ]
    for slot in wrong:
        assert (slot[:60], move_to(client, visit, slot).status_code) == (slot[:60], 400)
        assert client.get("/visit/move/check/", {"slot": slot[:4000]}).status_code in (200, 400)
    visit.refresh_from_db()
    assert (starts(visit), visit.sequence) == (local("09:00"), 0)


def test_time_of_another_visit_of_the_same_patient_is_refused_without_saying_why(client, house, visit):
    house.book("11:00", practitioner=house.jun, patient=visit.patient, now=NOW)
    response = move_to(client, visit, slot_value(house, "11:00"))
    assert response.status_code == 409
    assert "We cannot book that time for you here" in text(response)


@pytest.mark.parametrize("level", ["emergency", "urgent", "unsure"])
def test_level_given_since_blocks_moving_without_saying_why(client, house, visit, level):
    make_outcome(patient=visit.patient, level=level)
    for response in (
        client.get("/visit/move/"),
        client.get("/visit/move/check/", {"slot": slot_value(house, "11:00")}),
    ):
        assert response.status_code == 200
        head = text(response).partition("Signs that cannot wait")[0]
        assert "Talk to us first" in head
        assert not {"doctor", "answers", "emergency"} & set(head.lower().replace(".", "").split())
    assert move_to(client, visit, slot_value(house, "11:00")).status_code == 403
    assert starts(visit) == local("09:00")
    assert client.post("/visit/cancel/", {"row": str(visit.uid)}).status_code == 302


def test_call_that_waits_blocks_moving(client, house, visit):
    make_call(patient=visit.patient, reason="urgent")
    assert move_to(client, visit, slot_value(house, "11:00")).status_code == 403


def test_old_check_does_not_block_moving(client, house, visit):
    make_outcome(patient=visit.patient, created_at=later(days=-30))
    assert move_to(client, visit, slot_value(house, "11:00"))["Location"] == "/visit/"


def test_visit_cancelled_in_another_tab_is_not_moved(client, house, visit):
    diary.cancel(appointment=visit, by=None, now=NOW)
    assert move_to(client, visit, slot_value(house, "11:00"))["Location"] == "/visit/"
    assert state(visit) == "cancelled"


def test_get_changes_nothing(client, house, visit):
    before = (Message.objects.count(), starts(visit), state(visit))
    for path in PAGES:
        client.get(path, {"slot": slot_value(house, "11:00"), "confirm": "1"})
        client.head(path)
    assert (Message.objects.count(), starts(visit), state(visit)) == before


def test_weeks_of_moving_lead_to_one_another(client, visit):
    assert "from=2026-12-01" in client.get("/visit/move/").content.decode()
    assert client.get("/visit/move/", {"from": "\x00"}).status_code == 200
    assert "from=2026-11-24" in client.get("/visit/move/", {"from": "2026-12-01"}).content.decode()


def test_visit_seen_leads_to_the_next_one(client, house, visit, monkeypatch):
    set_clock(monkeypatch, local("10:30"))
    diary.seen(appointment=visit, by=make_user(), now=local("10:30"))
    assert 'href="/book/">Book another visit' in client.get("/visit/").content.decode()


# ---------------------------------------------------------------- what helps the PT


def with_check(visit: Appointment, level: str) -> None:
    outcome = make_outcome(patient=visit.patient, level=level)
    Appointment.objects.filter(pk=visit.pk).update(screening=outcome.screening)


@pytest.mark.parametrize("path", ["/visit/", "/visit/booked/"])
def test_page_leads_to_the_questions_that_help_the_pt_behind_the_birth_date(client, visit, path):
    with_check(visit, "mechanical")
    page = client.get(path).content.decode()
    assert "Help Dana be ready" in page
    way = re.search(r'href="(/l/check~[^"]+)"', page)
    assert way
    other = Client()
    assert other.get(way[1])["Location"] == "/check/resume/"
    assert "First, your date of birth" in text(other.get("/check/resume/"))


def test_page_offers_no_questions_without_a_check_in_an_emergency_and_after_the_visit(client, visit, monkeypatch):
    assert "be ready" not in client.get("/visit/").content.decode()
    with_check(visit, "emergency")
    assert "be ready" not in client.get("/visit/").content.decode()
    with_check(visit, "mechanical")
    set_clock(monkeypatch, local("10:30"))
    assert "be ready" not in client.get("/visit/").content.decode()
