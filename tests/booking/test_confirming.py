"""The last page before a visit is booked, and what becomes of what is sent from it."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from booking import diary, typed
from booking.models import Appointment, Block
from booking.views import confirming
from clinic import links
from clinic.models import AuditEvent, Clinic, Consent, Location, Message, Mode, TravelZone
from clinic.notices import PRIVACY_NOTICE
from tests.booking.house import WEDNESDAY, local
from tests.booking.visitor import (
    ADDRESS,
    anonymous,
    answers,
    buttons,
    check_url,
    checked,
    holds,
    later,
    slot_value,
    text,
    times_url,
)
from tests.factories import NOW, make_call, make_outcome, make_patient, make_practitioner, make_working_hours

pytestmark = pytest.mark.django_db
BOOKED = "/visit/booked/"


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    set_clock(monkeypatch, NOW)


def set_clock(monkeypatch, now) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def pick(client, house, wall: str = "09:00", mode: str = "in_clinic") -> None:
    response = client.post(times_url(house, mode), {"slot": slot_value(house, wall, mode=mode)})
    assert response.status_code == 302


# ---------------------------------------------------------------- what it shows


def test_page_shows_when_with_whom_where_what_and_for_how_much(client, house):
    checked(client)
    pick(client, house)
    page = text(client.get(check_url(house)))
    for words in (
        "Nothing is booked yet.",
        "This time is yours until 9:50 am.",
        "When Wednesday 25 November, 9:00 to 10:00 am Anchorage time",
        f"With {house.dana.name}, DPT DPT: Doctor of Physical Therapy, the degree of a physical therapist.",
        "Where Midtown clinic, 2100 Birchline Ave, Suite 140, Anchorage, AK 99503",
        f"What {house.service.name}, 60 min",
        "Price $190",
    ):
        assert words in page


def test_page_shows_only_what_this_browser_typed(client, house):
    known = make_patient(phone="+19074441234", email="secret@record.example", given_name="Ana")
    checked(client, patient=known)
    page = client.get(check_url(house)).content.decode()
    assert "casey@runner.example" in page
    assert "907-555-0118" in page
    for words in ("secret@record.example", "444-1234", "Oquendo"):
        assert words not in page


def test_pages_are_the_same_for_somebody_known_and_somebody_new(house):
    known = make_patient()
    house.book("08:00", patient=known, now=NOW)
    pages = []
    for patient in (known, make_patient()):
        browser = Client()
        checked(browser, patient=patient)
        pages.append([anonymous(browser.get(url)) for url in ("/book/", times_url(house), check_url(house, "10:00"))])
    assert pages[0] == pages[1]


def test_home_visit_shows_area_and_drive(client, house):
    TravelZone.objects.update(fee=25)
    checked(client)
    page = text(client.get(check_url(house, mode="mobile")))
    assert "Where At your home, East 99504" in page
    assert "Price $190 and $25 for the drive without a plan" in page


def test_visit_by_video_tells_both_clocks_across_the_date_line(client, house):
    checked(client)
    page = text(client.get(check_url(house, mode="telehealth", zone="Pacific/Kiritimati")))
    assert "When Thursday 26 November, 8:00 to 9:00 am Kiritimati time" in page
    assert "At the clinic it is Wed 25 Nov, 9:00 am, Anchorage time then." in page
    assert "Where By video. You will be in Alaska." in page


def test_hold_of_a_visit_by_video_names_the_zone_of_its_end(client, house):
    checked(client)
    client.post(times_url(house, "telehealth"), {"slot": slot_value(house, mode="telehealth")})
    assert "This time is yours until 9:50 am, Anchorage time." in text(client.get(check_url(house, mode="telehealth")))


def test_location_in_another_zone_tells_its_own_time(client, house):
    Location.objects.update(time_zone="America/New_York")
    checked(client)
    page = text(client.get(check_url(house, day=WEDNESDAY).replace("18%3A00Z", "14%3A00Z")))
    assert "When Wednesday 25 November, 9:00 to 10:00 am Eastern time" in page


def test_hold_that_has_run_out_is_said_and_the_time_can_still_be_booked(client, house, monkeypatch):
    checked(client)
    pick(client, house)
    set_clock(monkeypatch, later(minutes=11))
    page = text(client.get(check_url(house)))
    assert "We no longer keep this time for you. It was still free a moment ago." in page
    assert client.post(check_url(house), answers())["Location"] == BOOKED


def test_second_visit_of_one_check_is_pointed_out(client, house):
    checked(client)
    client.post(check_url(house), answers())
    page = text(client.get(check_url(house, "11:00")))
    assert f"You have this visit booked already: Wednesday 25 November, 9:00 am, with {house.dana.name}." in page


@pytest.mark.parametrize("name", ["with", "start", "place"])
def test_address_without_a_part_shows_the_times(client, house, name):
    checked(client)
    response = client.get(check_url(house, **{name: ""}))
    assert response.status_code == 400
    assert "That time is not offered" in text(response)


def test_address_that_nobody_was_offered_shows_the_times(client, house):
    checked(client)
    outside = make_practitioner()
    make_working_hours(outside, house.location)
    wrong = {
        "never worked": check_url(house, "15:00"),
        "off the grid": check_url(house, "09:07"),
        "past": check_url(house, day=date(2026, 11, 20)),
        "too soon": check_url(house, "11:00", day=date(2026, 11, 24)),
        "too far": check_url(house, day=date(2027, 3, 3)),
        "first year": check_url(house, start="0001-01-01T00:00Z"),
        "last year": check_url(house, start="9999-12-31T23:59Z"),
        "somebody else": check_url(house, **{"with": outside.slug}),
        "other mode": check_url(house, mode="telehealth", state="", zone=""),
        "no such mode": check_url(house).replace("mode=in_clinic", "mode=submarine").replace("place=", "p="),
        "no postal code": check_url(house, mode="mobile", zip=""),
        "no area": check_url(house, mode="mobile", zip="99999"),
    }
    for name, url in wrong.items():
        for response in (client.get(url), client.post(url, answers("mobile", telehealth="on"))):
            assert (name, response.status_code) in ((name, 400), (name, 422))
            assert b"Check and book" not in response.content
    assert not Appointment.objects.exists()


# ---------------------------------------------------------------- booking


@pytest.mark.parametrize("mode", list(Mode.values))
def test_visit_is_booked_in_each_mode(client, house, mode):
    screening = checked(client)
    pick(client, house, mode=mode)
    response = client.post(check_url(house, mode=mode), answers(mode))
    assert (response.status_code, response["Location"]) == (302, BOOKED)
    visit = Appointment.objects.get()
    assert (visit.patient, visit.screening, visit.mode, visit.source) == (screening.patient, screening, mode, "online")
    assert (visit.block.starts_at, visit.block.practitioner) == (local("09:00"), house.dana)
    assert visit.location == (house.location if mode == "in_clinic" else None)
    assert visit.address == ("7310 Boundary Avenue, Anchorage 99504" if mode == "mobile" else "")
    assert visit.access_notes == ("Dog: side gate." if mode == "mobile" else "")
    assert visit.state_then == ("AK" if mode == "telehealth" else "")
    assert visit.time_zone == "America/Anchorage"
    assert Block.objects.filter(state="held").count() == 0
    kinds = {row.kind: row.text_version for row in Consent.objects.all()}
    wanted = {"privacy": PRIVACY_NOTICE.isoformat(), "policy": confirming.TERMS}
    assert kinds == (wanted | {"telehealth": confirming.TERMS} if mode == "telehealth" else wanted)
    assert Message.objects.get(channel="email").to == visit.patient.email
    page = text(client.get(BOOKED))
    assert page.startswith("Booked Wednesday 25 November 9:00 am")


def test_visit_by_video_keeps_the_zone_of_the_patient(client, house):
    checked(client)
    client.post(check_url(house, mode="telehealth", zone="Pacific/Kiritimati"), answers("telehealth"))
    visit = Appointment.objects.get()
    assert (visit.time_zone, visit.wall_time) == ("Pacific/Kiritimati", "2026-11-26 08:00")


def test_flag_of_an_exam_in_person_is_kept_on_the_visit(client, house):
    checked(client, level="refer")
    client.post(check_url(house), answers())
    assert Appointment.objects.get().flag == "consult_flagged"


@pytest.mark.parametrize(
    ("mode", "left_out", "words"),
    [
        ("in_clinic", "agree", "Tick this box to book."),
        ("telehealth", "telehealth", "Tick this box to have a visit by video."),
        ("mobile", "street", "Give the street and number."),
        ("mobile", "city", "Give the town."),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(client, house, mode, left_out, words):
    checked(client)
    response = client.post(check_url(house, mode=mode), answers(mode, **{left_out: None}))
    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: Check and book" in page
    assert words in text(response)
    if mode == "mobile":
        assert "Dog: side gate." in page
        assert sum(ADDRESS[name] in page for name in ("street", "city")) >= 1
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("street", "x" * 121),
        ("street", "7310\nBcc: all@example.com"),
        ("city", "Anchorage\x00"),
        ("access_notes", "x" * 401),
        ("access_notes", "gate\x00"),
        ("street", "   "),
        ("city", "\u200b"),
    ],
)
def test_text_that_cannot_be_kept_gets_a_message(client, house, name, value):
    checked(client)
    response = client.post(check_url(house, mode="mobile"), answers("mobile", **{name: value}))
    assert response.status_code == 422
    assert "to fix" in text(response)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("value", ["ул. Ленина 5", "شارع 12", "🏔️ 12", "O’Malley’s <b>Rd</b> #5"])
def test_addresses_in_any_script_are_kept(client, house, value):
    checked(client)
    client.post(check_url(house, mode="mobile"), answers("mobile", street=value))
    assert Appointment.objects.get().address == f"{value}, Anchorage 99504"


@pytest.mark.parametrize("value", ["", "x", "\x00", "x" * 10_000, "00000000-0000-0000-0000-000000000000"])
def test_garbage_for_a_submission_still_books(client, house, value):
    checked(client)
    assert client.post(check_url(house), answers(submission=value))["Location"] == BOOKED


def test_flood_of_bookings_from_one_network_is_refused(client, house):
    rows = [AuditEvent(act="visit.booked", at=NOW, ip="11.22.33.44") for _ in range(confirming.MOST_BOOKED - 1)]
    AuditEvent.objects.bulk_create(rows)
    checked(client)
    assert client.post(check_url(house), answers(), REMOTE_ADDR="11.22.33.44")["Location"] == BOOKED
    other = Client()
    checked(other)
    refused = other.post(check_url(house, "10:00"), answers(), REMOTE_ADDR="11.22.33.44")
    assert refused.status_code == 429
    assert "Too much came from your network just now. Call us at 907-555-0142" in text(refused)
    assert Appointment.objects.count() == 1
    assert other.post(check_url(house, "10:00"), answers(), REMOTE_ADDR="11.22.33.45")["Location"] == BOOKED


def test_get_changes_nothing(client, house):
    checked(client)
    before = Block.objects.count()
    client.get(check_url(house))
    client.head(check_url(house))
    assert Block.objects.count() == before == Appointment.objects.count()


def test_other_methods_are_refused(client, house):
    checked(client)
    assert client.put(check_url(house)).status_code == 405
    assert client.delete(times_url(house)).status_code == 405


# ---------------------------------------------------------------- the time goes


@pytest.mark.parametrize("mode", list(Mode.values))
def test_time_taken_meanwhile_offers_the_nearest_and_keeps_what_was_typed(client, house, mode):
    checked(client)
    house.book("09:00", mode=mode, now=NOW)
    response = client.post(check_url(house, mode=mode), answers(mode))
    assert response.status_code == 409
    assert "That time has just gone" in text(response)
    before, after = response.context["near"]
    assert all(row.slot.mode == mode for row in (*before, *after))
    assert (len(before), len(after)) == (3, 3)
    assert Appointment.objects.count() == 1
    pick(client, house, "11:00", mode=mode)
    again = client.get(check_url(house, "11:00", mode=mode)).content.decode()
    assert all((words in again) is (mode == "mobile") for words in ("7310 Boundary Avenue", "Dog: side gate."))


def test_what_was_typed_is_unreadable_in_the_cookie_and_gone_once_booked(client, house):
    checked(client)
    house.book("09:00", now=NOW)
    client.post(check_url(house, mode="mobile"), answers("mobile"))
    cookie = client.cookies[typed.COOKIE]
    assert "Boundary" not in cookie.value
    assert (cookie["httponly"], cookie["path"], cookie["max-age"]) == (True, "/book/", 1800)
    client.post(check_url(house, "11:00", mode="mobile"), answers("mobile"))
    assert client.cookies[typed.COOKIE].value == ""


def test_what_was_typed_does_not_show_for_the_next_person_at_the_browser(client, house):
    checked(client)
    house.book("09:00", now=NOW)
    client.post(check_url(house, mode="mobile"), answers("mobile"))
    checked(client)
    assert "Boundary" not in client.get(check_url(house, "11:00", mode="mobile")).content.decode()


@pytest.mark.parametrize("value", ["x", "é", "\x00", "gAAAAA", "x" * 4000])
def test_garbage_in_the_cookie_is_nothing(client, house, value):
    checked(client)
    client.cookies[typed.COOKIE] = value
    assert client.get(check_url(house, mode="mobile")).status_code == 200


def test_longest_address_still_fits_the_cookie(client, house):
    checked(client)
    house.book("09:00", now=NOW)
    longest = {"street": "🏔" * 120, "city": "🏔" * 80, "access_notes": "🏔" * 400}
    client.post(check_url(house, mode="mobile"), answers("mobile", **longest))
    assert len(client.cookies[typed.COOKIE].value) < 4000
    assert longest["access_notes"] in client.get(check_url(house, "11:00", mode="mobile")).content.decode()
    longer = {name: value * 50 for name, value in longest.items()}
    assert client.post(check_url(house, mode="mobile"), answers("mobile", **longer)).status_code == 422


def test_time_lost_before_the_page_opens_is_said_at_once(client, house, monkeypatch):
    checked(client)
    pick(client, house)
    set_clock(monkeypatch, later(minutes=11))
    house.book("09:00", now=later(minutes=11))
    response = client.get(check_url(house))
    assert response.status_code == 409
    assert "That time has just gone" in text(response)


def test_time_that_became_too_soon_is_still_booked_while_it_is_kept(client, house, monkeypatch):
    """Notice is two hours: 11:45 can be picked at 9:45 at the latest."""
    checked(client)
    house.service.modes.update(duration_minutes=15)
    url = check_url(house, "11:45", day=date(2026, 11, 24))
    client.post(times_url(house), {"slot": slot_value(house, "11:45", day=date(2026, 11, 24))})
    set_clock(monkeypatch, later(minutes=8))
    assert client.get(url).status_code == 200
    assert client.post(url, answers())["Location"] == BOOKED


def test_time_that_became_too_soon_unkept_is_refused(client, house, monkeypatch):
    checked(client)
    house.service.modes.update(duration_minutes=15)
    url = check_url(house, "11:45", day=date(2026, 11, 24))
    set_clock(monkeypatch, later(minutes=8))
    assert client.get(url).status_code == 400
    assert client.post(url, answers()).status_code == 400


def test_service_withdrawn_meanwhile_is_refused(client, house):
    checked(client)
    pick(client, house)
    house.service.modes.filter(mode="in_clinic").update(active=False)
    response = client.post(check_url(house), answers())
    assert response.status_code == 400
    house.service.modes.update(active=False)
    assert client.post(check_url(house), answers()).status_code == 404


def test_busy_database_says_try_again_and_keeps_what_was_typed(client, house, monkeypatch):
    checked(client)

    def busy(**_kwargs):
        raise diary.TryAgain

    monkeypatch.setattr(diary, "book", busy)
    response = client.post(check_url(house, mode="mobile"), answers("mobile"))
    assert response.status_code == 503
    assert "Nothing was booked yet. Please press the button again." in text(response)
    assert "Boundary Avenue" in response.content.decode()


# ---------------------------------------------------------------- twice


def test_form_sent_twice_books_once(client, house):
    checked(client)
    sent = answers()
    for _ in range(2):
        assert client.post(check_url(house), sent)["Location"] == BOOKED
    assert Appointment.objects.count() == Message.objects.filter(channel="email").count() == 1


def test_two_tabs_with_the_same_time_book_once(client, house):
    checked(client)
    for _ in range(2):
        assert client.post(check_url(house), answers())["Location"] == BOOKED
    assert Appointment.objects.count() == 1


def test_back_button_leads_to_what_is_booked(client, house):
    checked(client)
    client.post(check_url(house), answers())
    assert client.get(check_url(house))["Location"] == BOOKED


def test_one_form_sent_for_two_times_books_once(client, house):
    checked(client)
    sent = answers()
    for wall in ("09:00", "11:00"):
        assert client.post(check_url(house, wall), sent)["Location"] == BOOKED
    assert [visit.block.starts_at for visit in Appointment.objects.all()] == [local("09:00")]


def test_two_tabs_with_overlapping_times_book_once(client, house):
    checked(client)
    client.post(check_url(house), answers())
    response = client.post(check_url(house, "09:30", **{"with": house.jun.slug}), answers())
    assert response.status_code == 409
    assert "You already have a visit at that time" in text(response)
    assert Appointment.objects.count() == 1


def test_form_of_somebody_else_books_nothing_and_shows_nothing(client, house):
    other = house.book("08:00", now=NOW)
    checked(client)
    response = client.post(check_url(house), answers(submission=str(other.submission)))
    assert response.status_code == 400
    assert other.patient.name not in text(response)
    assert Appointment.objects.count() == 1


# ---------------------------------------------------------------- the gate, and who is known


@pytest.mark.parametrize("level", ["emergency", "urgent", "unsure"])
def test_level_given_after_the_page_was_opened_blocks_booking(client, house, level):
    screening = checked(client)
    pick(client, house)
    screening.outcomes.update(current=False)
    make_outcome(screening=screening, level=level)
    assert client.post(check_url(house), answers()).status_code == 403
    assert not Appointment.objects.exists()


def test_level_of_a_newer_check_blocks_the_older_browser_without_saying_why(client, house):
    patient = make_patient()
    checked(client, patient=patient)
    make_outcome(patient=patient, level="urgent", created_at=NOW)
    response = client.post(check_url(house), answers())
    assert response.status_code == 403
    assert "Talk to us first" in text(response)
    assert "doctor first" not in text(response)
    assert not Appointment.objects.exists()


def test_call_that_waits_blocks_booking(client, house):
    patient = make_patient()
    checked(client, patient=patient)
    make_call(patient=patient, reason="emergency")
    response = client.post(check_url(house), answers())
    assert response.status_code == 403
    assert "Talk to us first" in text(response)


def test_visit_that_only_the_records_know_is_not_told(client, house):
    patient = make_patient()
    checked(client, patient=patient)
    house.book("09:00", patient=patient, now=NOW)
    response = client.post(check_url(house, "09:30", **{"with": house.jun.slug}), answers())
    assert response.status_code == 409
    page = text(response)
    assert "We cannot book that time for you here" in page
    assert "already" not in page
    assert Appointment.objects.count() == 1


def test_check_opened_by_link_counts_once_the_birth_date_was_given(client, house):
    screening = checked(Client())
    client.get(links.make(row=screening, purpose="check"))
    assert client.post(check_url(house), answers()).status_code == 403
    holds(client, screening, "check")
    assert client.post(check_url(house), answers())["Location"] == BOOKED


def test_last_page_without_a_check_asks_for_it(client, house):
    assert "First, a short check" in text(client.get(check_url(house)))
    assert client.post(check_url(house), answers()).status_code == 403
    assert not Appointment.objects.exists()


# ---------------------------------------------------------------- booked


def test_page_after_booking_promises_a_note_only_where_one_can_go(house):
    for contact, words in (
        ({"email": "a@b.example"}, "A note is on its way to you."),
        ({"phone": "+19075550118", "texts_ok": True}, "A note is on its way to you."),
        ({"phone": "+19075550118", "texts_ok": False}, "Write the time down"),
    ):
        client = Client()
        screening = checked(client)
        type(screening).objects.filter(pk=screening.pk).update(contact=contact)
        wall = buttons(client.get(times_url(house)))[0]
        picked = client.post(times_url(house), {"slot": wall})["Location"]
        client.post(picked, answers())
        assert words in text(client.get(BOOKED))


def test_page_after_booking_promises_no_text_without_a_gateway(client, house, settings):
    settings.DEMO = settings.DEBUG = False
    screening = checked(client)
    type(screening).objects.filter(pk=screening.pk).update(contact={"phone": "+19075550118", "texts_ok": True})
    picked = client.post(times_url(house), {"slot": buttons(client.get(times_url(house)))[0]})["Location"]
    client.post(picked, answers())
    assert "Write the time down" in text(client.get(BOOKED))


def test_hold_lasts_as_long_as_the_clinic_says(client, house):
    Clinic.objects.update(hold_minutes=30)
    checked(client)
    pick(client, house)
    assert "This time is yours until 10:10 am." in text(client.get(check_url(house)))
    assert len(Block.objects.get().browser) <= 64
