"""Choosing a service and a time: what is offered to whom, and what happens to what nobody was offered."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import diary, schedule
from booking.models import Block, TimeOff
from booking.picked import button
from clinic import set_up
from clinic.models import Call, Clinic, Closure, Location, Mode, Practitioner, Service, TravelZone
from tests.booking.house import WEDNESDAY, local
from tests.booking.visitor import (
    anonymous,
    buttons,
    check_url,
    checked,
    holds,
    later,
    slot_value,
    text,
    times_url,
    weight,
)
from tests.factories import (
    NOW,
    make_call,
    make_location,
    make_patient,
    make_practitioner,
    make_room,
    make_service,
    make_service_mode,
    make_user,
    make_working_hours,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    set_clock(monkeypatch, NOW)


def set_clock(monkeypatch, now) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def held() -> list[Block]:
    return list(Block.objects.filter(state="held"))


def taken(house, wall: str = "09:00", person: Practitioner | None = None) -> None:
    house.book(wall, practitioner=person or house.dana, now=NOW)


# ---------------------------------------------------------------- services


def test_services_stand_in_their_lines_with_ways_and_prices(client, house):
    make_service(name="Massage, 30 minutes", category="massage")
    page = text(client.get("/book/"))
    assert "Sports physical therapy" in page
    assert "Sports massage Massage, 30 minutes At the clinic, 60 min, $190" in page
    assert f"{house.service.name} At the clinic, 60 min, $190 At your home, 60 min, $190 By video" in page


def test_what_is_not_booked_online_is_not_listed_and_has_no_page(client, house):
    for values in ({"online": False}, {"active": False}, {"modes": ()}):
        service = make_service(name="Nowhere", **values)
        assert "Nowhere" not in text(client.get("/book/"))
        assert client.get(f"/book/{service.slug}/").status_code == 404
        assert client.get(f"/book/{service.slug}/check/").status_code == 404


def test_services_without_any_say_so(client, house):
    Service.objects.update(online=False)
    assert "Nothing can be booked here right now" in text(client.get("/book/"))


def test_wanted_service_is_led_to_and_an_unknown_one_is_not(client, house):
    assert client.get("/book/", {"service": house.service.slug})["Location"] == f"/book/{house.service.slug}/"
    for slug in ("nothing", "\x00", "x" * 9000, "//evil.example", "é"):
        assert client.get("/book/", {"service": slug}).status_code == 200


def test_consultation_leads_to_the_first_consultation_or_to_all_services(client, house):
    assert client.get("/consultation/")["Location"] == "/book/"
    service = make_service(category="consultation")
    assert client.get("/consultation/")["Location"] == f"/book/{service.slug}/"


def test_services_take_as_many_queries_with_one_as_with_four(client, house):
    with CaptureQueriesContext(connection) as one:
        client.get("/book/")
    for _ in range(3):
        make_service(modes=("in_clinic", "telehealth"))
    with CaptureQueriesContext(connection) as four:
        client.get("/book/")
    assert len(four) == len(one)


# ---------------------------------------------------------------- who is known stays unsaid


@pytest.fixture
def later_visit(house):
    service = make_service(name="Later visit", slug="later", modes=())
    make_service_mode(service=service, practitioners=(house.dana,), new_patients=False)
    return service


def seen(house, patient):
    """A visit of a patient that took place."""
    visit = house.book("08:00", patient=patient, now=later(days=-1))
    set_to = local("08:00", WEDNESDAY) + timedelta(hours=2)
    return diary.seen(appointment=visit, by=make_user(), now=set_to)


def test_visit_for_known_people_is_offered_only_to_who_shows_it(house, later_visit):
    known = make_patient()
    visit = seen(house, known)
    typed, stranger, shown = Client(), Client(), Client()
    checked(typed, patient=known)  # knows the name and the birth date; that shows nothing
    checked(stranger)
    checked(shown, patient=known)
    holds(shown, visit, "visit")
    for client, is_offered in ((typed, False), (stranger, False), (shown, True)):
        assert ("Later visit" in text(client.get("/book/"))) is is_offered
        page = client.get("/book/later/")
        assert ("For people we have seen before" in text(page)) is not is_offered
        assert client.post("/book/later/", {"slot": slot_value(house)}).status_code == (302 if is_offered else 403)
        assert client.get("/book/later/check/").status_code == (400 if is_offered else 200)
    assert anonymous(typed.get("/book/later/")) == anonymous(stranger.get("/book/later/"))


def test_mode_for_known_people_leaves_the_others_to_everybody(client, house, later_visit):
    make_service_mode(service=later_visit, mode="telehealth", practitioners=(house.dana,), duration_minutes=30)
    checked(client)
    lines = client.get("/book/").context["lines"]
    shown = {service.name: [offer.mode for offer in service.offers] for line in lines.values() for service in line}
    assert shown["Later visit"] == ["telehealth"]
    assert client.get("/book/later/").context["choice"].mode == "telehealth"
    page = client.get("/book/later/?mode=in_clinic")
    assert "For people we have seen before" in text(page)
    assert "New here? You can have this visit in another way: By video" in text(page)
    assert 'href="/book/later/?mode=telehealth"' in page.content.decode()
    assert client.post("/book/later/?mode=in_clinic", {"slot": slot_value(house)}).status_code == 403


def test_visit_of_somebody_else_shows_nothing(client, house, later_visit):
    holds(client, seen(house, make_patient()), "visit")
    assert "Later visit" in text(client.get("/book/"))
    checked(client)
    assert "Later visit" not in text(client.get("/book/"))


def test_visit_still_ahead_shows_nothing(client, house, later_visit):
    patient = make_patient()
    checked(client, patient=patient)
    holds(client, house.book("09:00", patient=patient, now=NOW), "visit")
    assert "Later visit" not in text(client.get("/book/"))


# ---------------------------------------------------------------- the gate


def test_without_a_check_times_can_be_looked_at_and_not_picked(client, house):
    response = client.get(times_url(house))
    page = text(response)
    assert "Before you book: a short check." in page
    assert "9:00 am with Dana" in page
    assert buttons(response) == []
    assert f'href="/check/?for={house.service.slug}"' in response.content.decode()
    refused = client.post(times_url(house), {"slot": slot_value(house)})
    assert (refused.status_code, held()) == (403, [])
    assert "First, a short check" in text(refused)


def test_unfinished_check_counts_as_none(client, house):
    screening = checked(client)
    screening.outcomes.all().delete()
    type(screening).objects.update(state="started", finished_at=None)
    assert buttons(client.get(times_url(house))) == []


def test_old_check_is_asked_for_again(client, house, monkeypatch):
    checked(client)
    assert buttons(client.get(times_url(house)))
    set_clock(monkeypatch, later(days=7))
    response = client.get(times_url(house))
    assert "Your last check is too old to book with." in text(response)
    assert buttons(response) == []
    assert client.post(times_url(house), {"slot": slot_value(house, day=date(2026, 12, 2))}).status_code == 403


@pytest.mark.parametrize(
    ("level", "words"),
    [("emergency", "Get care now"), ("urgent", "See a doctor first"), ("unsure", "A PT calls you first")],
)
def test_level_that_blocks_shows_no_time_and_holds_none(client, house, level, words):
    checked(client, level=level)
    for url in (times_url(house), check_url(house)):
        page = client.get(url)
        assert page.status_code == 200
        assert words in text(page)
        assert "9:00 am" not in text(page)
        refused = client.post(url, {"slot": slot_value(house), "agree": "on"})
        assert refused.status_code == 403
        assert words in text(refused)
    assert not Block.objects.exists()


def test_emergency_page_has_nothing_but_what_to_do_now(client, house):
    checked(client, level="emergency")
    html = client.get(times_url(house)).content.decode()
    assert 'href="tel:911"' in html
    assert "<nav" not in html


@pytest.mark.parametrize("reason", ["emergency", "urgent", "unsure"])
def test_call_about_an_older_check_blocks_without_saying_why(client, house, reason):
    patient = make_patient()
    make_call(patient=patient, reason=reason)
    screening = checked(client, patient=patient)
    page = client.get(times_url(house))
    assert "Talk to us first" in text(page)
    for word in ("doctor first", "answers", "emergency room now, or call. Do not wait", "medical"):
        assert word not in text(page).partition("Signs that cannot wait")[0]
    assert client.post(times_url(house), {"slot": slot_value(house)}).status_code == 403
    Call.objects.filter(patient=screening.patient).update(state="done", outcome="reached", closed_at=NOW)
    assert buttons(client.get(times_url(house)))


def test_exam_in_person_is_not_booked_by_video(client, house):
    checked(client, level="refer")
    page = client.get(times_url(house, "telehealth"))
    assert "Come in person" in text(page)
    assert "?mode=in_clinic" in page.content.decode()
    assert client.post(times_url(house, "telehealth"), {"slot": slot_value(house)}).status_code == 403
    assert buttons(client.get(times_url(house)))


# ---------------------------------------------------------------- the times


@pytest.mark.parametrize("mode", list(Mode.values))
def test_listed_times_are_those_of_the_schedule(client, house, mode):
    checked(client)
    taken(house)
    asked = {"mobile": {"postal_code": "99504"}, "telehealth": {"state": "AK"}}.get(mode, {})
    slots = schedule.find(
        service=house.service, mode=mode, **asked, first_day=date(2026, 11, 24), days=7, now=NOW, new_patient=True
    )
    people = {house.dana.pk: house.dana.slug, house.jun.pk: house.jun.slug}
    place = house.location.slug if mode == "in_clinic" else ""
    wanted = {button(slot.start, people[slot.practitioner_id], place) for slot in slots}
    assert set(buttons(client.get(times_url(house, mode)))) == wanted
    assert len(wanted) > 20


def test_first_times_of_each_person_stand_on_top_from_today_only(client, house):
    checked(client)
    page = text(client.get(times_url(house)))
    assert f"The first free times DR {house.dana.name} Wednesday 25 November 8:00 am Midtown clinic." in page
    assert "The first free times" not in text(client.get(times_url(house, **{"from": "2026-12-01"})))


def test_first_time_of_each_person_is_looked_for_four_weeks_ahead(client, house):
    checked(client)
    until = local("00:00", WEDNESDAY + timedelta(days=20))
    TimeOff.objects.create(practitioner=house.jun, starts_at=local("00:00"), ends_at=until)
    shown = text(client.get(times_url(house)))
    assert f"JP {house.jun.name} Tuesday 15 December 8:00 am Midtown clinic." in shown
    assert shown.index(house.dana.name) < shown.index(house.jun.name)


def test_one_person_and_one_place_can_be_asked_for(client, house):
    checked(client)
    other = make_location(name="Hillside studio", slug="hillside")
    make_room(other)
    make_working_hours(house.jun, other, starts="13:00", ends="16:00")
    by_jun = buttons(client.get(times_url(house, **{"with": house.jun.slug})))
    assert by_jun
    assert all(f"|{house.jun.slug}|" in value for value in by_jun)
    at_hillside = buttons(client.get(times_url(house, place="hillside")))
    assert at_hillside
    assert all(value.endswith("|hillside") for value in at_hillside)


def test_people_with_one_given_name_are_told_apart(client, house):
    checked(client)
    Practitioner.objects.filter(pk=house.jun.pk).update(given_name="Dana")
    assert "9:00 am with Dana Park" in text(client.get(times_url(house)))


def test_heading_of_a_day_is_read_out_once(client, house):
    checked(client)
    page = client.get(times_url(house)).content.decode()
    heading = re.search(r"<h3>(<span class=\"num date\".*?)</h3>", page, re.DOTALL).group(1)
    read_out = re.sub(r"<[^>]+>", "", re.sub(r'<span[^>]*aria-hidden="true">[^<]*</span>', "", heading))
    assert re.fullmatch(r"Wednesday 25 November, [0-9]+ free times", " ".join(read_out.split()))


def test_full_day_shows_a_choice_first_and_the_rest_on_demand(client, house):
    checked(client)
    make_working_hours(house.jun, house.location, weekdays=[2], starts="13:00", ends="16:00")
    response = client.get(times_url(house))
    day = response.context["week"].days[0]
    morning, afternoon = day.parts
    assert (morning.name, len(morning.rows), len(morning.more)) == ("Morning", 6, 20)
    assert (afternoon.name, len(afternoon.rows), len(afternoon.more)) == ("Afternoon", 6, 3)
    clocks = [(row.clock, row.named) for row in morning.rows]
    assert clocks[:2] == [("8:00 am", "Dana"), ("8:00 am", "Jun")]
    assert ("9:00 am", "Dana") in clocks
    assert "25 Wednesday Wednesday 25 November, 35 free times Morning" in text(response)
    assert "20 more times" in text(response)


def test_weeks_lead_to_one_another_within_today_and_the_horizon(client, house):
    checked(client)
    first = client.get(times_url(house)).content.decode()
    assert ">Earlier</a>" not in first
    assert "from=2026-12-01" in first
    second = client.get(times_url(house, **{"from": "2026-12-01"})).content.decode()
    assert "from=2026-11-24" in second
    horizon = house.service.modes.get(mode="in_clinic").horizon_days
    last = client.get(times_url(house, **{"from": str(date(2026, 11, 24) + timedelta(days=horizon))}))
    assert "Later" not in text(last)
    for wild in ("0001-01-01", "9999-12-31", "2119-01-01", "2026-02-30", "x", "2021-01-01"):
        assert client.get(times_url(house, **{"from": wild})).status_code == 200


def test_closed_day_says_why(client, house):
    checked(client)
    Closure.objects.create(
        first_day=WEDNESDAY + timedelta(days=1), last_day=WEDNESDAY + timedelta(days=1), reason="Snow"
    )
    page = text(client.get(times_url(house)))
    assert "26 Thursday Thursday 26 November, Snow We are closed." in page


def test_empty_week_leads_to_the_next_free_time(client, house):
    checked(client)
    Closure.objects.create(first_day=WEDNESDAY, last_day=WEDNESDAY + timedelta(days=10), reason="Snow")
    response = client.get(times_url(house))
    assert "No free time in these days. The next one is Monday 7 December, 8:00 am, with Dana" in text(response)
    assert "from=2026-12-07" in response.content.decode()
    Closure.objects.update(last_day=WEDNESDAY + timedelta(days=50))
    assert "No free time in these days, nor in the four weeks after them." in text(client.get(times_url(house)))


def test_kept_time_leads_on_from_the_list(client, house):
    checked(client)
    picked = client.post(times_url(house), {"slot": slot_value(house)})
    back = client.get(picked["Location"]).context["picked"].others_url
    page = client.get(back)
    assert f"We are keeping Wednesday 25 November, 9:00 am, with {house.dana.name} for you." in text(page)
    assert picked["Location"].replace("&", "&amp;") in page.content.decode()
    assert "We are keeping" not in text(Client().get(back))


def test_kept_time_stands_in_nobodys_own_way(house):
    mine, other = Client(), Client()
    checked(mine)
    checked(other)
    mine.post(times_url(house), {"slot": slot_value(house)})
    for wall in ("09:00", "09:15"):
        assert slot_value(house, wall) in buttons(mine.get(times_url(house)))
        assert slot_value(house, wall) not in buttons(other.get(times_url(house)))
    assert mine.post(times_url(house), {"slot": slot_value(house, "09:15")}).status_code == 302


# ---------------------------------------------------------------- home visits and video


def test_home_visits_ask_for_the_postal_code_first(client, house):
    checked(client)
    page = client.get(times_url(house, "mobile", zip=""))
    assert (page.status_code, buttons(page)) == (422, [])
    assert "Give the ZIP code of your home." in text(page)
    fresh = client.get(f"/book/{house.service.slug}/?mode=mobile")
    assert (fresh.status_code, buttons(fresh)) == (200, [])
    assert "to fix" not in text(fresh)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("99999", "We do not make home visits at that ZIP code."),
        ("9" * 5000, "Use at most 10 characters."),
        ("\x00", "ZIP"),
        ("99504\x00", "Take out the characters that do not print"),
        ("<b>", "Give a ZIP code with 5 digits."),
        ("🏔️🏔️", "Give a ZIP code with 5 digits."),
    ],
)
def test_postal_code_that_is_none_of_ours_gets_a_message(client, house, code, words):
    checked(client)
    page = client.get(times_url(house, "mobile", zip=code))
    assert (page.status_code, buttons(page)) == (422, [])
    assert words in text(page)
    assert client.post(
        times_url(house, "mobile", zip=code), {"slot": slot_value(house, mode="mobile")}
    ).status_code in (
        400,
        422,
    )
    assert held() == []


def test_postal_code_is_read_as_people_write_it(client, house):
    checked(client)
    for code in (" 99504 ", "99504-1234", "995 04"):
        assert buttons(client.get(times_url(house, "mobile", zip=code)))


def test_drive_is_priced(client, house):
    checked(client)
    TravelZone.objects.update(fee=25)
    assert "$190 and $25 for the drive to East" in text(client.get(times_url(house, "mobile")))


def test_video_asks_for_the_state_with_the_one_of_the_check_picked(client, house):
    checked(client)
    page = client.get(f"/book/{house.service.slug}/?mode=telehealth")
    assert (page.status_code, buttons(page)) == (200, [])
    assert '<option value="AK" selected>' in page.content.decode()


@pytest.mark.parametrize("state", ["", "TX", "ak", "\x00", "A" * 900])
def test_video_needs_a_state_of_a_license(client, house, state):
    checked(client)
    page = client.get(times_url(house, "telehealth", state=state))
    assert (page.status_code, buttons(page)) == (422, [])


def test_video_elsewhere_is_told_so(client, house):
    checked(client)
    page = client.get(times_url(house, "telehealth", state="other"))
    assert "We hold no license there" in text(page)
    assert buttons(page) == []


def test_expired_license_is_no_license(client, house):
    checked(client)
    house.dana.licences.update(expires_on=date(2026, 11, 20))
    house.jun.licences.update(expires_on=date(2026, 11, 20))
    page = client.get(times_url(house, "telehealth"))
    assert (page.status_code, buttons(page)) == (422, [])


def test_times_by_video_are_told_by_the_usual_clock_of_the_state(client, house):
    checked(client)
    house.dana.licences.create(state="NY", expires_on=None)
    page = text(client.get(times_url(house, "telehealth", state="NY", zone="")))
    assert "All times are Eastern time." in page
    assert "12:00 noon with Dana" in page


def test_times_by_video_on_the_other_side_of_the_date_line_tell_both(client, house):
    """Kiritimati is 23 hours ahead of Anchorage: Tuesday's 8:00 there is Wednesday's 7:00 here."""
    checked(client)
    page = text(client.get(times_url(house, "telehealth", zone="Pacific/Kiritimati")))
    assert "All times are Kiritimati time." in page
    assert "26 Thursday Thursday 26 November," in page
    assert "7:00 am with Dana Wed 25 Nov, 8:00 am, Anchorage time" in page


def test_times_behind_the_date_line_lose_no_day(client, house, monkeypatch):
    """At 9:40 on Monday in Anchorage it is Tuesday in Kiritimati: Monday's times are Tuesday's there, and listed."""
    set_clock(monkeypatch, local("06:00", date(2026, 11, 23)))
    checked(client, created_at=later(days=-3))
    page = text(client.get(times_url(house, "telehealth", zone="Pacific/Kiritimati")))
    assert "24 Tuesday Tuesday 24 November," in page
    assert "Mon 23 Nov, 8:00 am, Anchorage time" in page


def test_last_day_of_the_horizon_is_reached_on_either_side_of_the_date_line(client, house):
    checked(client)
    house.service.modes.update(horizon_days=2)
    here = buttons(client.get(times_url(house, "telehealth")))
    there = buttons(client.get(times_url(house, "telehealth", zone="Pacific/Kiritimati")))
    assert here == there


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "../../etc/passwd", "\x00", "x" * 9000, "Factory", "america/anchorage"]
)
def test_unknown_zone_gets_a_message_and_no_times(client, house, zone):
    checked(client)
    page = client.get(times_url(house, "telehealth", zone=zone))
    assert (page.status_code, buttons(page)) == (422, [])
    assert "Pick the time zone from the list." in text(page)


def clocks(client, house) -> list[str]:
    """The times of the first day in New York, as they are told, in order."""
    week = client.get(times_url(house, "telehealth", state="NY", zone="America/New_York")).context["week"]
    sunday = next(day for day in week.days if day.weekday == "Sunday")
    rows = [row for part in sunday.parts for row in (*part.rows, *part.more)]
    return [row.clock for row in sorted(rows, key=lambda row: row.slot.start)]


def test_hour_that_comes_twice_in_autumn_is_told_apart(client, house, monkeypatch):
    """On 1 November 2026 New York's clock shows 1:00 to 2:00 twice; in Honolulu it is Saturday evening."""
    Clinic.objects.update(time_zone="Pacific/Honolulu")
    Location.objects.update(time_zone="Pacific/Honolulu")
    make_working_hours(house.dana, house.location, weekdays=[5], starts="18:30", ends="22:30")
    house.dana.licences.create(state="NY", expires_on=None)
    set_clock(monkeypatch, local("12:00", date(2026, 10, 30)))
    checked(client, created_at=local("11:00", date(2026, 10, 30)))
    night = [clock for clock in clocks(client, house) if clock.endswith(("am", "EDT", "EST"))]
    twice = [f"1:{minute} am {name}" for name in ("EDT", "EST") for minute in ("00", "15", "30", "45")]
    assert night == ["12:30 am", "12:45 am", *twice, "2:00 am", "2:15 am", "2:30 am"]


def test_hour_that_is_left_out_in_spring_is_not_shown(client, house, monkeypatch):
    """On 14 March 2027 New York's clock goes from 1:59 to 3:00."""
    Clinic.objects.update(time_zone="Pacific/Honolulu")
    Location.objects.update(time_zone="Pacific/Honolulu")
    make_working_hours(house.dana, house.location, weekdays=[5], starts="18:30", ends="23:30")
    house.dana.licences.create(state="NY", expires_on=None)
    set_clock(monkeypatch, local("12:00", date(2027, 3, 11)))
    checked(client, created_at=local("11:00", date(2027, 3, 11)))
    assert [clock for clock in clocks(client, house) if clock.endswith("am") and clock.partition(":")[0] in set("123")][
        :8
    ] == ["1:00 am", "1:15 am", "1:30 am", "1:45 am", "3:00 am", "3:15 am", "3:30 am", "3:45 am"]


# ---------------------------------------------------------------- picking


def test_picked_time_is_kept_for_the_check(client, house):
    screening = checked(client)
    response = client.post(times_url(house), {"slot": slot_value(house)})
    assert response.status_code == 302
    assert response["Location"] == check_url(house)
    (block,) = held()
    assert (block.browser, block.starts_at, block.practitioner) == (
        f"check-{screening.uid}",
        local("09:00"),
        house.dana,
    )
    assert block.expires_at == NOW + timedelta(minutes=Clinic.get().hold_minutes)


def test_another_pick_gives_the_first_up(client, house):
    checked(client)
    for wall in ("09:00", "10:00"):
        client.post(times_url(house), {"slot": slot_value(house, wall)})
    assert [block.starts_at for block in held()] == [local("10:00")]


def test_one_check_keeps_one_time_whatever_its_cookies(house):
    first = Client()
    screening = checked(first)
    first.post(times_url(house), {"slot": slot_value(house)})
    second = Client()
    holds(second, screening, "check")
    second.post(times_url(house), {"slot": slot_value(house, "11:00")})
    assert [block.starts_at for block in held()] == [local("11:00")]


@pytest.mark.parametrize("mode", list(Mode.values))
def test_time_that_has_just_gone_shows_three_before_and_three_after_in_the_same_mode(client, house, mode):
    checked(client)
    taken(house, "10:00")
    response = client.post(times_url(house, mode), {"slot": slot_value(house, "10:00", mode=mode)})
    assert response.status_code == 409
    page = text(response)
    assert page.startswith("All visits That time has just gone")
    before, after = response.context["near"]
    assert [len(before), len(after)] == [3, 3]
    assert all(row.slot.mode == mode and row.slot.start < local("10:00") for row in before)
    assert all(row.slot.mode == mode and row.slot.start >= local("10:00") for row in after)
    assert {row.value for row in (*before, *after)} <= set(buttons(response))
    assert held() == []


def test_time_that_has_gone_leads_on_from_any_page(client, house):
    """The buttons and links of the page must lead to the list, also when the last page shows it."""
    checked(client)
    taken(house)
    page = client.get(check_url(house))
    assert page.status_code == 409
    assert f'action="/book/{house.service.slug}/?' in page.content.decode()
    assert 'href="?' not in page.content.decode()


def wrong_slots(house) -> dict[str, str]:
    place, dana, jun = house.location.slug, house.dana.slug, house.jun.slug
    outside = make_practitioner(slug="outside")
    make_working_hours(outside, house.location)
    gone = make_practitioner(slug="gone", active=False)
    closed = make_location(slug="closed", active=False)
    elsewhere = make_location(slug="elsewhere")
    return {
        "nothing": "",
        "garbage": "hello",
        "bars": "||||",
        "no person": f"2026-11-25T18:00Z||{place}",
        "unknown person": f"2026-11-25T18:00Z|nobody|{place}",
        "person who does not give it": f"2026-11-25T18:00Z|{outside.slug}|{place}",
        "person who has left": f"2026-11-25T18:00Z|{gone.slug}|{place}",
        "no place": f"2026-11-25T18:00Z|{dana}|",
        "unknown place": f"2026-11-25T18:00Z|{dana}|nowhere",
        "closed place": f"2026-11-25T18:00Z|{dana}|{closed.slug}",
        "place where nobody works": f"2026-11-25T18:00Z|{dana}|{elsewhere.slug}",
        "off the grid": f"2026-11-25T18:07Z|{jun}|{place}",
        "not working": f"2026-11-25T23:00Z|{jun}|{place}",
        "weekend": f"2026-11-28T18:00Z|{jun}|{place}",
        "past": f"2026-11-23T18:00Z|{jun}|{place}",
        "long past": f"1999-11-23T18:00Z|{jun}|{place}",
        "too soon": f"2026-11-24T19:00Z|{jun}|{place}",
        "beyond the horizon": f"2027-06-02T18:00Z|{jun}|{place}",
        "next century": f"2119-11-25T18:00Z|{jun}|{place}",
        "first year": f"0001-01-01T00:00Z|{jun}|{place}",
        "last year": f"9999-12-31T23:59Z|{jun}|{place}",
        "no such day": f"2026-02-30T18:00Z|{jun}|{place}",
        "other zone": f"2026-11-25T09:00+09|{jun}|{place}",
        "seconds": f"2026-11-25T18:00:30Z|{jun}|{place}",
        "odd digits": f"\uff12\uff10\uff12\uff16-11-25T18:00Z|{jun}|{place}",
        "NUL": f"2026-11-25T18:00Z|{jun}\x00|{place}",
        "NUL in the time": f"2026-11-25T18:00Z\x00|{jun}|{place}",
        "huge": "2026-11-25T18:00Z|" + "x" * 100_000,
        "emoji": f"2026-11-25T18:00Z|🏔️|{place}",
    }


def test_time_that_was_never_offered_is_refused(client, house):
    checked(client)
    for name, slot in wrong_slots(house).items():
        response = client.post(times_url(house), {"slot": slot})
        assert (name, response.status_code) == (name, 400)
        assert "That time is not offered" in text(response)
        assert buttons(response)
    assert not Block.objects.exists()


def test_time_in_a_mode_where_it_is_not_offered_is_refused(client, house):
    checked(client)
    house.service.modes.filter(mode="telehealth").update(active=False)
    for url, slot in (
        (times_url(house, "telehealth"), slot_value(house, mode="telehealth")),
        (times_url(house, "mobile"), slot_value(house)),
        (times_url(house), slot_value(house, mode="mobile")),
        (f"/book/{house.service.slug}/?mode=submarine", slot_value(house, mode="mobile")),
    ):
        assert client.post(url, {"slot": slot}).status_code == 400
    assert not Block.objects.exists()


WILD = ["\x00", "x" * 20_000, "🏔️\u202e", "' OR 1=1 --", "<script>alert(1)</script>", "-1"]


@pytest.mark.parametrize(
    "name", ["mode", "place", "with", "zip", "state", "zone", "from", "slot", "start", "service", "any"]
)
def test_any_address_gets_an_answer(client, house, name):
    checked(client)
    urls = ("/book/", times_url(house), times_url(house, "mobile"), times_url(house, "telehealth"), check_url(house))
    for number, value in enumerate(WILD):
        for url in urls[number % 2 :: 2]:
            joined = f"{url}{'&' if '?' in url else '?'}"
            for response in (client.get(joined, {name: value}), client.post(url, {name: value})):
                assert response.status_code in (200, 302, 400, 405, 409, 422)
                assert b"<script>alert" not in response.content
    assert client.get("/book/%00/").status_code == 404


def test_bytes_that_are_no_text_get_an_answer(client, house):
    checked(client)
    for query in ("mode=%FF%FE", "zip=%00", "zone=%ED%A0%80", "from=%F0%9F", "&&&==", "mode[]=x"):
        assert client.get(f"/book/{house.service.slug}/?{query}").status_code in (200, 422)


# ---------------------------------------------------------------- weight and queries


def queries(client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


@pytest.mark.parametrize("mode", list(Mode.values))
def test_times_take_as_many_queries_however_many_there_are(client, house, mode):
    checked(client)
    url = times_url(house, mode, **{"from": "2026-12-05"})
    client.get(url)

    def asked() -> tuple[int, int]:
        """By the first page since the set-up has changed, and by the second."""
        set_up.forget()
        return queries(client, url), queries(client, url)

    few = asked()
    offer = house.service.modes.get(mode=mode)
    for _ in range(3):
        person = make_practitioner()
        make_working_hours(person, house.location, starts="08:00", ends="17:00")
        offer.practitioners.add(person)
        make_room(house.location)
    for wall in ("08:00", "09:00", "10:00"):
        taken(house, wall)
    assert asked() == few
    assert few[0] <= 23
    assert few[1] <= 13


def test_page_of_a_busy_clinic_weighs_less_than_14_kilobytes(client, house):
    checked(client)
    offer = house.service.modes.get(mode="in_clinic")
    for number in range(10):
        person = make_practitioner(given_name=f"Given{number}", focus="Backs, hips, and coming back after a baby")
        make_working_hours(person, house.location, starts="07:00", ends="19:00")
        offer.practitioners.add(person)
        make_room(house.location)
    response = client.get(times_url(house, **{"from": str(WEDNESDAY)}))
    assert 400 < len(buttons(response)) <= 710
    assert weight(response) < 14_000
    assert (response.context["week"].last_day, response.context["week"].later) == (WEDNESDAY, date(2026, 11, 26))
