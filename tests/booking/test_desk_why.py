"""The page that says why a time is not offered: every reason, who is in the way, what helps, the nearest times."""

import html
import re
import uuid
from datetime import date, time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from booking import diary
from booking.availability import Reason, in_words
from booking.models import Appointment, TimeOff
from clinic.models import Licence
from tests.booking.house import local
from tests.booking.test_roads_kept import with_roads
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_location, make_outcome, make_patient, make_practitioner, make_room, make_user

pytestmark = pytest.mark.django_db
WHY = "/desk/why-not/"
DAY = "2026-11-25"


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def jo():
    return staff("desk")


def ask(client, house, at: str = "09:00", **values):
    given = {"service": house.service.uid, "mode": "in_clinic", "day": DAY, "at": at, **values}
    return client.get(WHY, given)


def of(page, person) -> str:
    """What the page says of one person."""
    parts = page.content.decode().split('<section class="why"')
    part = next(part for part in parts if f'id="w-{person.slug}"' in part).partition("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))


def ways_on(page) -> list[str]:
    """Where the page's times lead."""
    return [
        html.unescape(each)
        for each in re.findall(r'href="(/desk/(?:book|visit)/[^"]*slot=[^"]+)"', page.content.decode())
    ]


def test_time_that_is_free_can_be_chosen_at_once(house, jo):
    page = ask(jo, house, practitioner=house.dana.uid)
    assert "This time is free." in words(page)
    assert "Patients online see this time too." in words(page)
    chosen = parse_qs(urlsplit(ways_on(page)[0]).query)["slot"][0]
    assert chosen.startswith(local("09:00").isoformat())
    assert "breaks a rule" not in words(jo.get(ways_on(page)[0]))


def test_each_reason_is_named_with_what_would_help(house, jo):
    house.service.modes.update(notice_minutes=48 * 60)
    house.location.closures.create(first_day=DAY, last_day=DAY, reason="Ice on the road")
    TimeOff.objects.create(practitioner=house.dana, starts_at=local("07:00"), ends_at=local("10:00"), reason="Dentist")
    page = ask(jo, house, "07:10", practitioner=house.dana.uid)
    said = html.unescape(words(page))
    for reason in (Reason.CLOSED, Reason.NOT_WORKING, Reason.AWAY, Reason.NOTICE):
        assert in_words(reason) in said
    assert "Ice on the road" in said
    assert "Works 8 am to noon." in said
    assert "Dentist" in said
    assert "Not offered: 4 rules stand in the way." in said
    assert "Book over it with a reason" in said


def test_reason_with_a_figure_says_it(house, jo):
    house.service.modes.update(notice_minutes=48 * 60, limit_a_day=1, horizon_days=30)
    house.book("08:00", by=make_user(), override_reason="asked", now=NOW)
    said = words(ask(jo, house, "10:07", practitioner=house.dana.uid))
    assert "Booked at least 2 days before." in said
    assert "A visit starts every 15 min from the start of work" in said
    assert "At most 1 a day." in said
    assert "Booked at most 30 days ahead." in words(ask(jo, house, practitioner=house.dana.uid, day="2027-02-03"))


def test_time_of_another_year_says_its_year(house, jo):
    assert "Wed 3 Feb 2027, 9:00 am to" in words(ask(jo, house, day="2027-02-03"))
    assert "Wed 25 Nov, 9:00 am to" in words(ask(jo, house))


def test_license_is_said_by_its_state_and_a_state_without_one_is_told_plainly(house, jo):
    Licence.objects.filter(practitioner=house.dana).update(expires_on=date(2026, 11, 24))
    page = ask(jo, house, mode="telehealth", state="AK")
    assert "The license for Alaska ends on Tuesday 24 November 2026." in of(page, house.dana)
    said = words(ask(jo, house, mode="telehealth", state="TX"))
    assert "Nobody here holds a license there. Pick a state from the list, or another way to meet." in said


def test_everybody_who_gives_the_service_has_a_row(house, jo):
    house.book("09:00", now=NOW, patient=make_patient(given_name="Casey", family_name="Tran"))
    page = ask(jo, house)
    assert "Free with 1 of 2 people." in words(page)
    assert "9:00 to 10:00 am, Casey Tran" in of(page, house.dana)
    assert "Only as a time that two visits share, with a reason." in of(page, house.dana)
    assert f"Free then: {house.rooms[1].name}" in of(page, house.jun)
    assert "Choose" in of(page, house.jun)


def test_each_is_judged_where_they_work_then(house, jo):
    other = make_location(name="Hillside", position=0)
    make_room(other)
    house.book("09:00", now=NOW)
    page = ask(jo, house, "09:07", practitioner=house.dana.uid)
    assert in_words(Reason.TAKEN) in of(page, house.dana)
    assert "Midtown clinic" in of(page, house.dana)


def test_somebody_who_does_not_give_the_service_can_be_asked_about(house, jo):
    other = make_practitioner(given_name="Kit")
    page = ask(jo, house, practitioner=other.uid)
    assert "not offered this way or with this person" in of(page, other)


def test_road_names_the_visit_that_is_too_far_away(house, jo):
    with_roads(house)
    house.book("08:30", mode="mobile", patient=make_patient(given_name="Casey", family_name="Tran"), now=NOW)
    page = ask(jo, house, "09:45", practitioner=house.dana.uid)
    assert in_words(Reason.ROAD) in of(page, house.dana)
    assert "8:30 to 9:30 am, Casey Tran, " in of(page, house.dana)
    assert ": 20 min on the road" in of(page, house.dana)
    far = ask(jo, house, "08:00", mode="mobile", postal_code="99577", practitioner=house.jun.uid)
    assert "Too far from where this person starts or ends the day." in of(far, house.jun)


def test_break_says_when_it_is(house, jo):
    house.dana.working_hours.update(ends=time(16), break_starts=time(12), break_ends=time(13))
    page = ask(jo, house, "12:00", practitioner=house.dana.uid)
    assert in_words(Reason.BREAK) in of(page, house.dana)
    assert "Works 8 am to 4 pm. Break noon to 1 pm." in of(page, house.dana)


def test_rule_that_holds_for_everybody_is_told_once(house, jo):
    house.service.modes.update(new_patients=False)
    page = ask(jo, house)
    assert words(page).count("for people who have been here before") == 1
    assert "Not offered, whoever gives it." in words(page)
    assert "If they have been here, find the patient first." in words(page)
    assert "Nothing else stands in the way." in of(page, house.jun)


def test_patients_online_are_told_more_than_the_desk(house, jo):
    house.service.online = False
    house.service.save()
    page = ask(jo, house, practitioner=house.dana.uid)
    assert "Not shown to patients online: This kind of visit cannot be booked online." in of(page, house.dana)
    page = ask(jo, house, "09:07", practitioner=house.dana.uid)
    assert "For patients online also: This kind of visit cannot be booked online." in of(page, house.dana)


def test_nobody_goes_over_a_licence(house, jo):
    house.dana.licences.all().delete()
    page = ask(jo, house, mode="telehealth", state="AK")
    assert "Nobody may book over this" in of(page, house.dana)
    assert "with a reason" not in of(page, house.dana)
    assert "Choose" in of(page, house.jun)


def test_nearest_times_before_and_after_are_offered_with_the_same_person(house, jo):
    house.book("09:00", now=NOW)
    page = ask(jo, house, practitioner=house.dana.uid)
    near = [parse_qs(urlsplit(url).query)["slot"][0] for url in ways_on(page)[1:]]
    assert len(near) == 4
    assert near[0].startswith(local("08:00").isoformat())
    assert near[1].startswith(local("10:00").isoformat())
    assert all(str(house.dana.uid) in each for each in near)


def test_patients_own_visit_stands_in_the_way_too(house, jo):
    patient = make_patient()
    make_outcome(patient=patient)
    house.book("09:00", now=NOW, patient=patient, practitioner=house.jun)
    page = ask(jo, house, practitioner=house.dana.uid, patient=patient.uid)
    assert "They have another visit at that time: Wed 25 Nov, 9:00 am with Jun" in words(page)
    assert "Book over it with a reason" in of(page, house.dana)


def test_patient_whose_gate_is_shut_is_offered_no_time(house, jo):
    patient = make_patient()
    make_outcome(patient=patient, level="urgent")
    page = ask(jo, house, patient=patient.uid)
    assert "A PT must call first" in words(page)
    assert ways_on(page) == []


def test_home_outside_the_area_is_one_of_the_reasons(house, jo):
    page = ask(jo, house, mode="mobile", postal_code="10001")
    assert "We do not make home visits there." in words(page)
    assert "Ask for the postal code" in words(ask(jo, house, mode="mobile"))


def test_visit_to_be_moved_is_not_in_its_own_way_and_leads_to_its_page(house, jo):
    visit = house.book("09:00", now=NOW)
    make_outcome(patient=visit.patient)
    page = ask(jo, house, "09:15", practitioner=house.dana.uid, visit=visit.uid)
    assert "This time is free." in words(page)
    address = ways_on(page)[0]
    assert address.startswith(reverse("admin:visit-move", args=[visit.uid]))
    assert "Move here" in words(jo.get(address))
    blocked = ask(jo, house, "09:07", practitioner=house.dana.uid, visit=visit.uid)
    assert "Visits do not start at that minute." in words(jo.get(ways_on(blocked)[0]))


def test_list_board_and_move_page_lead_here(house, jo):
    visit = house.book("09:00", now=NOW)
    make_outcome(patient=visit.patient)
    for address in ("/desk/find-slot/", reverse("admin:index"), reverse("admin:visit-move", args=[visit.uid])):
        assert WHY in jo.get(address).content.decode()


def test_day_shown_in_whole_names_the_times_that_are_not_listed(house, jo):
    house.book("09:00", now=NOW)
    house.book("09:00", now=NOW, practitioner=house.jun)
    page = jo.get("/desk/find-slot/", {"day": DAY, "only": "1"})
    asked = [html.unescape(each) for each in re.findall(rf'href="({WHY}[^"]+at=[^"]+)"', page.content.decode())]
    nine = next(each for each in asked if "at=09:00" in each)
    assert not [each for each in asked if "at=08:00" in each]
    assert "That time is taken." in words(jo.get(nine))


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"at": "9"},
        {"at": "25:61"},
        {"at": "\x00"},
        {"at": "09:00:59.999"},
        {"day": "31 February"},
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
        {"service": "x", "mode": "rocket"},
        {"mode": "mobile", "postal_code": "\x00"},
        {"mode": "telehealth", "state": "ZZ"},
        {"practitioner": "\x00"},
        {"practitioner": "0f0e7a52-8a0f-4993-9ba8-e22922245dd9"},
        {"location": "x"},
    ],
)
def test_nonsense_in_the_address_is_no_error_page(house, jo, query):
    page = jo.get(WHY, {"day": DAY, "at": "09:00", **query})
    assert page.status_code == 200
    assert unknown_targets(page) == set()


@pytest.mark.parametrize("who", ["patient", "request", "visit"])
@pytest.mark.parametrize("uid", ["x", "\x00", "0f0e7a52-8a0f-4993-9ba8-e22922245dd9"])
def test_somebody_who_is_not_there_is_not_found(jo, who, uid):
    assert jo.get(WHY, {who: uid}).status_code == 404


def test_time_that_cannot_be_is_told_and_not_an_error(house, jo):
    assert "That time has passed." in words(ask(jo, house, day="2026-01-05"))
    assert "too far ahead to book yet" in words(ask(jo, house, day="2027-11-25"))
    house.service.modes.filter(mode="mobile").update(active=False)
    assert "This cannot be booked." in words(ask(jo, house, mode="mobile", postal_code="99504"))


def test_page_costs_the_same_with_three_people_and_three_visits_in_the_way(house, jo, django_assert_num_queries):
    house.book("09:00", now=NOW)
    TimeOff.objects.create(practitioner=house.jun, starts_at=local("09:00"), ends_at=local("10:00"))
    ask(jo, house)
    with CaptureQueriesContext(connection) as one:
        ask(jo, house)
    kit = make_practitioner(given_name="Kit", position=3)
    for offer in house.service.modes.all():
        offer.practitioners.add(kit)
    for wall in ("09:15", "09:30"):
        diary.book(**house.booking(wall), by=jo.user, overlap_reason="Group", override_reason="Group", now=NOW)
    with django_assert_num_queries(len(one)):
        page = ask(jo, house)
    assert of(page, kit)


def test_record_of_staff_or_vip_asks_why_first(house, jo):
    patient = make_patient(sensitive=True)
    assert ask(jo, house, patient=patient.uid)["Location"] == reverse("admin:patient", args=[patient.uid])


def test_looking_changes_nothing(house, jo):
    ask(jo, house)
    assert not Appointment.objects.exists()
    assert jo.get(WHY, {"submission": uuid.uuid4(), "now": str(NOW + timedelta(days=1))}).status_code == 200
