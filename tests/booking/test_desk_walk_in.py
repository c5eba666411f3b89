"""The page for somebody who walks in: who is free, who they are, and they have arrived; nothing goes over silently."""

import html
import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from booking.models import Appointment, TimeOff
from clinic.models import AuditEvent, Call, Consent, Message, Patient
from tests.booking.house import local
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_outcome, make_patient, make_practitioner

pytestmark = pytest.mark.django_db
WALK_IN = "/desk/walk-in/"
# 9:07:20 on Tuesday, while everybody works.
HERE = local("09:07", NOW.date()) + timedelta(seconds=20)
NEW = {
    "given_name": "Bea",
    "family_name": "Tallman",
    "birth_date": "1990-05-02",
    "phone": "907-555-0119",
    "email": "bea@runner.example",
    "invite": "on",
}


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: HERE)


@pytest.fixture
def jo():
    return staff("desk")


@pytest.fixture
def ana():
    """A patient whose check is an all-clear."""
    patient = make_patient()
    make_outcome(patient=patient)
    return patient


def offered(page) -> list[str]:
    """What may be picked, the first choice first."""
    return [html.unescape(each) for each in re.findall(r'name="slot" id="\w+" value="([^"]+)"', page.content.decode())]


def pick(house, wall: str = "09:08", who=None) -> str:
    return f"{local(wall, NOW.date()).isoformat()}|{(who or house.dana).uid}|{house.location.uid}"


def send(client, house, slot: str | None = None, **data):
    given = {"service": house.service.uid, "location": house.location.uid, "submission": uuid.uuid4()}
    return client.post(WALK_IN, {**given, "slot": pick(house) if slot is None else slot, **data}, follow=True)


def test_board_of_today_has_the_button(house, jo):
    assert WALK_IN in jo.get(reverse("admin:index")).content.decode()
    assert WALK_IN not in jo.get(reverse("admin:index") + "?day=2026-11-25").content.decode()


def test_patients_page_has_the_button(house, jo, ana):
    assert f"{WALK_IN}?patient={ana.uid}" in jo.get(reverse("admin:patient", args=[ana.uid])).content.decode()


def test_page_offers_who_is_free_now_and_at_the_next_quarter(house, jo):
    page = jo.get(WALK_IN)
    starts = [each.partition("|")[0] for each in offered(page)]
    assert starts == [local(wall, NOW.date()).isoformat() for wall in ("09:08", "09:08", "09:15", "09:15")]
    assert "Now, 9:08 am, Dana" in words(page)
    assert unknown_targets(page) == set()


def test_who_has_the_least_to_do_comes_first(house, jo):
    house.book(start=local("11:00", NOW.date()), now=NOW - timedelta(days=1))
    assert str(house.jun.uid) in offered(jo.get(WALK_IN))[0]


def test_who_is_not_free_stands_last_with_what_is_in_the_way(house, jo):
    patient = make_patient(given_name="Casey", family_name="Tran")
    house.book(start=local("09:00", NOW.date()), patient=patient, now=NOW - timedelta(days=1))
    page = jo.get(WALK_IN)
    assert str(house.dana.uid) in offered(page)[-1]
    assert "That time is taken. 9:00 to 10:00 am, Casey Tran" in words(page)


def test_known_patient_is_here_with_one_click(house, jo, ana):
    page = send(jo, house, patient=ana.uid)
    visit = Appointment.objects.get()
    assert (visit.patient, visit.source, visit.block.state, visit.flag) == (ana, "walk_in", "arrived", "")
    assert visit.block.starts_at == local("09:08", NOW.date())
    assert f"Ana Oquendo is here: 9:08 am with {house.dana}, {house.rooms[0].name}." in words(page)
    assert AuditEvent.objects.get(act="visit.booked").actor == jo.user
    assert AuditEvent.objects.get(act="visit.arrived").actor == jo.user
    assert not Call.objects.exists()


def test_new_person_is_taken_in_flagged_and_sent_the_questions(house, jo):
    send(jo, house, **NEW, texts_ok="on")
    visit = Appointment.objects.get()
    assert (visit.patient.name, visit.flag, visit.block.state) == ("Bea Tallman", "unscreened", "arrived")
    assert Call.objects.get().reason == "unscreened"
    assert Call.objects.get().due_at == HERE
    assert set(Message.objects.values_list("kind", flat=True)) == {"screening_link"}
    assert Consent.objects.get(kind="texts").text_version == "desk-1"


def test_patient_is_found_by_name_and_the_search_is_in_the_audit(house, jo, ana):
    page = jo.get(WALK_IN, {"q": "oque"})
    assert f"patient={ana.uid}" in page.content.decode()
    assert AuditEvent.objects.get(act="patients.found").details == {"number": 1}
    assert "Nobody found." in words(jo.get(WALK_IN, {"q": "zzz"}))


def test_time_that_passed_while_the_form_was_filled_in_is_now(house, jo, ana, monkeypatch):
    later = HERE + timedelta(minutes=4)
    monkeypatch.setattr(timezone, "now", lambda: later)
    send(jo, house, pick(house, "09:08"), patient=ana.uid)
    assert Appointment.objects.get().block.starts_at == local("09:12", NOW.date())


def test_time_long_past_is_not_now(house, jo, ana):
    page = send(jo, house, pick(house, "08:00"), patient=ana.uid)
    assert "That time has passed." in words(page)
    assert not Appointment.objects.exists()


def test_person_who_was_taken_meanwhile_is_told_and_nothing_typed_is_lost(house, jo):
    house.book(start=local("09:15", NOW.date()), now=NOW - timedelta(days=1))
    page = send(jo, house, **NEW)
    assert "That time has just gone." in words(page)
    assert 'value="Tallman"' in page.content.decode()
    assert not Patient.objects.filter(family_name="Tallman").exists()
    send(jo, house, pick(house, who=house.jun), **NEW)
    assert Appointment.objects.filter(patient__family_name="Tallman").get().block.practitioner == house.jun


@pytest.mark.parametrize("rule", ["closed", "away"])
def test_rule_is_gone_over_only_with_a_reason(house, jo, ana, rule):
    if rule == "closed":
        house.location.closures.create(first_day=HERE.date(), last_day=HERE.date(), reason="Snow")
    else:
        TimeOff.objects.create(practitioner=house.dana, starts_at=HERE, ends_at=HERE + timedelta(hours=1))
    page = send(jo, house, patient=ana.uid)
    assert "Why do you book over it?" in words(page)
    assert not Appointment.objects.exists()
    send(jo, house, patient=ana.uid, seen=rule, why="Dana is here all the same")
    assert Appointment.objects.get().events.get(act="booked").why == "Dana is here all the same"


def test_other_visit_is_gone_over_only_with_a_tick_and_a_reason(house, jo, ana):
    house.book(start=local("09:15", NOW.date()), now=NOW - timedelta(days=1))
    send(jo, house, patient=ana.uid, seen="taken", why="Twins")
    assert Appointment.objects.count() == 1
    send(jo, house, patient=ana.uid, seen="taken", why="Twins", overlap="on")
    assert Appointment.objects.get(patient=ana).block.overlap_reason == "Twins"


@pytest.mark.parametrize("level", ["emergency", "urgent", "unsure"])
def test_patient_whose_gate_is_shut_is_not_taken_in(house, jo, level):
    patient = make_patient()
    make_outcome(patient=patient, level=level)
    shown = words(jo.get(WALK_IN, {"patient": patient.uid}))
    assert "They are here: bring a PT to them now. Nothing was booked." in shown
    assert "Take them in" not in shown
    assert "bring a PT to them now" in words(send(jo, house, patient=patient.uid))
    assert not Appointment.objects.exists()


def test_gate_is_asked_of_somebody_who_turns_out_to_be_known(house, jo):
    known = make_patient(given_name="Bea", family_name="Tallman", birth_date="1990-05-02", email="bea@runner.example")
    make_outcome(patient=known, level="unsure")
    assert "bring a PT to them now" in words(send(jo, house, **NEW))
    assert not Appointment.objects.exists()


def test_double_submit_takes_in_once(house, jo, ana):
    data = {
        "service": house.service.uid,
        "location": house.location.uid,
        "slot": pick(house),
        "patient": ana.uid,
        "submission": str(uuid.uuid4()),
    }
    for _time in range(2):
        assert "Ana Oquendo is here" in words(jo.post(WALK_IN, data, follow=True))
    assert Appointment.objects.count() == 1


def test_record_of_staff_or_vip_asks_why_first(house, jo):
    patient = make_patient(sensitive=True)
    assert jo.get(WALK_IN, {"patient": patient.uid})["Location"] == reverse("admin:patient", args=[patient.uid])


@pytest.mark.parametrize(
    "change",
    [
        {"slot": ""},
        {"slot": "x"},
        {"slot": "\x00"},
        {"slot": "0001-01-01T00:00:00+00:00|{dana}|{place}"},
        {"slot": "9999-12-31T23:59:59+00:00|{dana}|{place}"},
        {"slot": "2026-11-24T18:08:00+00:00|{dana}|"},
        {"slot": "2026-11-24T18:08:00|{dana}|{place}"},
        {"service": "\x00", "slot": "x"},
        {"submission": "x", "slot": "x"},
        {"given_name": "a\x00"},
        {"family_name": "x" * 5000},
        {"birth_date": "2030-01-01"},
        {"seen": "\x00" * 9, "given_name": ""},
    ],
)
def test_nonsense_takes_in_nobody_and_is_no_error_page(house, jo, change):
    change = {key: value.format(dana=house.dana.uid, place=house.location.uid) for key, value in change.items()}
    page = send(jo, house, **{**NEW, **change})
    assert page.status_code == 200
    assert unknown_targets(page) == set()
    assert not Patient.objects.exists()


@pytest.mark.parametrize("query", [{"service": "x"}, {"location": "\x00"}, {"q": "\x00"}, {"q": "x" * 9999}])
def test_nonsense_in_the_address_is_no_error_page(house, jo, query):
    assert jo.get(WALK_IN, query).status_code == 200


def test_clinic_without_services_says_what_is_missing(house, jo):
    house.service.modes.all().delete()
    assert "a manager sets up services and locations" in words(jo.get(WALK_IN, follow=True))


def test_page_costs_the_same_with_three_people_as_with_two(house, jo, django_assert_num_queries):
    jo.get(WALK_IN)
    with CaptureQueriesContext(connection) as two:
        jo.get(WALK_IN)
    kit = make_practitioner(given_name="Kit", position=3)
    house.service.modes.get(mode="in_clinic").practitioners.add(kit)
    house.book(start=local("09:15", NOW.date()), now=NOW - timedelta(days=1))
    with django_assert_num_queries(len(two)):
        assert "Kit" in words(jo.get(WALK_IN))
