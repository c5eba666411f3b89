"""Booking and moving over a rule at the desk: what stands in the way is shown first, and a reason is asked for."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from booking.models import Appointment, Block, TimeOff
from clinic.models import AuditEvent
from tests.booking.house import local
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_outcome, make_patient

pytestmark = pytest.mark.django_db
BOOK = "/desk/book/"


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def jo():
    return staff("desk")


@pytest.fixture
def ana():
    """A patient whose check is an all-clear."""
    patient = make_patient()
    make_outcome(patient=patient)
    return patient


def text(house, wall: str, *, who=None, mode: str = "in_clinic") -> str:
    return f"{local(wall).isoformat()}|{(who or house.dana).uid}|{house.location.uid if mode == 'in_clinic' else ''}"


def asked(house, patient, wall: str, *, mode: str = "in_clinic", **data) -> dict[str, str]:
    extra = {"telehealth": {"state": "AK"}, "mobile": {"postal_code": "99504"}}.get(mode, {})
    return {
        "service": str(house.service.uid),
        "mode": mode,
        "slot": text(house, wall, mode=mode),
        "patient": str(patient.uid),
        **extra,
        **data,
    }


def send(client, house, patient, wall: str, **data):
    return client.post(BOOK, {**asked(house, patient, wall, **data), "submission": uuid.uuid4()}, follow=True)


def seen(page) -> str:
    """Which rules the page shows."""
    found = re.search(r'name="seen" value="([^"]*)"', page.content.decode())
    return found[1] if found else ""


def test_free_time_asks_for_no_reason(house, jo, ana):
    page = jo.get(BOOK, asked(house, ana, "09:00"))
    assert "Why do you book over it?" not in words(page)
    assert "breaks a rule" not in words(page)


def test_time_off_the_grid_says_so_and_asks_why(house, jo, ana):
    page = jo.get(BOOK, asked(house, ana, "09:07"))
    assert "Visits do not start at that minute." in words(page)
    assert seen(page) == "off_grid"
    assert unknown_targets(page) == set()


def test_rule_is_booked_over_with_a_reason_that_only_the_event_keeps(house, jo, ana):
    send(jo, house, ana, "09:07", seen="off_grid", why="Bus comes at nine")
    visit = Appointment.objects.get()
    event = visit.events.get(act="booked")
    assert (event.details["passed_over"], event.why, event.by) == (["off_grid"], "Bus comes at nine", jo.user)
    assert not visit.block.overlap
    logged = AuditEvent.objects.get(act="visit.booked")
    assert logged.details["passed_over"] == ["off_grid"]
    assert "Bus" not in str(logged.details)


@pytest.mark.parametrize("why", ["", "   ", "\x00", "x" * 121])
def test_rule_is_not_booked_over_without_a_good_reason(house, jo, ana, why):
    page = send(jo, house, ana, "09:07", seen="off_grid", why=why)
    assert page.status_code == 200
    assert 'id="id_why_error"' in page.content.decode()
    assert unknown_targets(page) == set()
    assert not Appointment.objects.exists()


def test_reason_covers_only_what_its_writer_has_seen(house, jo, ana):
    TimeOff.objects.create(practitioner=house.dana, starts_at=local("09:00"), ends_at=local("10:00"), reason="Dentist")
    page = send(jo, house, ana, "09:07", seen="off_grid", why="Bus comes at nine")
    assert "This person is away then." in words(page)
    assert "Dentist" in words(page)
    assert seen(page) == "away,off_grid"
    assert not Appointment.objects.exists()


def test_time_of_another_names_who_has_it_and_links_there(house, jo, ana):
    other = house.book("09:00", now=NOW, patient=make_patient(given_name="Casey", family_name="Tran"))
    page = jo.get(BOOK, asked(house, ana, "09:00"))
    assert f"9:00 to 10:00 am, Casey Tran, {house.service.name}" in words(page)
    assert reverse("admin:visit", args=[other.uid]) in page.content.decode()


def test_time_of_another_takes_a_tick_and_a_reason(house, jo, ana):
    house.book("09:00", now=NOW)
    page = send(jo, house, ana, "09:00", seen="taken", why="Sisters")
    assert "Tick that they share the time" in words(page)
    send(jo, house, ana, "09:00", seen="taken", overlap="on")
    assert Appointment.objects.count() == 1
    send(jo, house, ana, "09:00", seen="taken", overlap="on", why="Sisters")
    visit = Appointment.objects.get(patient=ana)
    assert (visit.block.overlap, visit.block.overlap_reason) == (True, "Sisters")
    assert visit.events.get(act="booked").why == "Sisters"


def test_time_that_was_taken_since_the_page_was_made_is_told_before_it_is_shared(house, jo, ana):
    house.book("09:00", now=NOW)
    page = send(jo, house, ana, "09:00", seen="off_grid", overlap="on", why="Sisters")
    assert "That time has just gone." in words(page)
    assert Appointment.objects.count() == 1


def test_time_being_booked_online_says_until_when_it_is_kept(house, jo, ana):
    Block.objects.create(
        kind="hold",
        state="held",
        practitioner=house.dana,
        starts_at=local("09:00"),
        ends_at=local("10:00"),
        busy_from=local("09:00"),
        busy_until=local("10:00"),
        browser="b",
        expires_at=NOW + timedelta(minutes=10),
    )
    shown = words(jo.get(BOOK, asked(house, ana, "09:00")))
    assert "9:00 to 10:00 am, being booked online; kept until 9:50 am" in shown


def test_last_room_names_who_is_in_each(house, jo, ana):
    house.rooms[1].delete()
    house.book("09:00", now=NOW, practitioner=house.jun)
    page = words(jo.get(BOOK, asked(house, ana, "09:00")))
    assert "No room is free then." in page
    assert f"{house.rooms[0].name}: 9:00 to 10:00 am, Ana Oquendo" in page
    assert "That time is taken." not in page


def test_nobody_goes_over_a_licence(house, jo, ana):
    house.dana.licences.all().delete()
    data = {"seen": "licence", "why": "Just this once", "overlap": "on"}
    assert "Book it all the same" not in words(jo.get(BOOK, asked(house, ana, "09:00", mode="telehealth")))
    page = send(jo, house, ana, "09:00", mode="telehealth", **data)
    assert "This time cannot be booked" in words(page)
    assert "Nobody may book over this: it is against the law." in words(page)
    assert not Appointment.objects.exists()


def test_patients_other_visit_is_booked_over_with_a_reason(house, jo, ana):
    other = house.book("09:00", now=NOW, patient=ana, practitioner=house.jun)
    page = jo.get(BOOK, asked(house, ana, "09:00"))
    assert seen(page) == "patient_busy"
    send(jo, house, ana, "09:00", seen="patient_busy", why="Two PTs at once")
    visit = Appointment.objects.exclude(pk=other.pk).get()
    assert visit.events.get(act="booked").details["patient_busy"] == str(other.uid)


def test_home_outside_the_area_is_visited_with_a_reason(house, jo, ana):
    data = {"mode": "mobile", "postal_code": "10001", "address": "1 Far Road"}
    page = send(jo, house, ana, "09:00", **data)
    assert "We do not make home visits there." in words(page)
    assert "outside_area" in seen(page).split(",")
    send(jo, house, ana, "09:00", **data, seen=seen(page), why="On the way home")
    assert Appointment.objects.get().address == "1 Far Road"


def test_double_submit_over_a_rule_books_once(house, jo, ana):
    data = {**asked(house, ana, "09:07"), "submission": str(uuid.uuid4()), "seen": "off_grid", "why": "Bus"}
    jo.post(BOOK, data)
    assert "Booked: Ana Oquendo" in words(jo.post(BOOK, data, follow=True))
    assert Appointment.objects.count() == 1


# ---------------------------------------------------------------- moving


def move(client, visit, slot: str, **data):
    return client.post(reverse("admin:visit-move", args=[visit.uid]), {"slot": slot, **data}, follow=True)


def test_move_over_a_rule_asks_why_first(house, jo, ana):
    visit = house.book("09:00", now=NOW, patient=ana)
    page = move(jo, visit, text(house, "10:07"))
    assert "Visits do not start at that minute." in words(page)
    move(jo, visit, text(house, "10:07"), seen=seen(page), why="After the school run")
    visit.block.refresh_from_db()
    assert visit.block.starts_at == local("10:07")
    assert visit.events.get(act="moved").why == "After the school run"


def test_visit_that_moves_does_not_stand_in_its_own_way(house, jo, ana):
    visit = house.book("09:00", now=NOW, patient=ana)
    assert "Moved: Ana Oquendo now comes Wed 25 Nov, 9:15 am" in words(move(jo, visit, text(house, "09:15")))


def test_two_desks_that_swap_two_visits_are_both_told_who_is_there(house, jo, ana):
    casey = make_patient(given_name="Casey", family_name="Tran")
    make_outcome(patient=casey)
    first, second = house.book("09:00", now=NOW, patient=ana), house.book("10:00", now=NOW, patient=casey)
    there, back = move(jo, first, text(house, "10:00")), move(staff("desk"), second, text(house, "09:00"))
    assert "That time has just gone." in words(there)
    assert "10:00 to 11:00 am, Casey Tran" in words(there)
    assert "9:00 to 10:00 am, Ana Oquendo" in words(back)
    assert "To let two visits change places, move one of them to a free time first." in words(back)
    near = re.findall(r'<button class="btn" name="slot" value="([^"]+)"', back.content.decode())
    assert len(near) == 6
    assert not AuditEvent.objects.filter(act="visit.moved").exists()


def test_move_onto_another_visit_takes_a_tick_and_a_reason(house, jo, ana):
    visit = house.book("09:00", now=NOW, patient=ana)
    house.book("10:00", now=NOW)
    move(jo, visit, text(house, "10:00"), seen="taken", overlap="on", why="Sisters")
    visit.block.refresh_from_db()
    assert (visit.block.starts_at, visit.block.overlap_reason) == (local("10:00"), "Sisters")


def test_visit_by_video_never_moves_to_somebody_without_a_licence(house, jo, ana):
    visit = house.book("09:00", now=NOW, patient=ana, mode="telehealth")
    house.jun.licences.all().delete()
    slot = text(house, "10:00", who=house.jun, mode="telehealth")
    page = move(jo, visit, slot, seen="licence", why="Just this once", overlap="on")
    assert "This time cannot be booked" in words(page)
    assert "Move here all the same" not in words(page)
    visit.refresh_from_db()
    assert visit.sequence == 0


def test_page_of_one_time_costs_the_same_with_three_in_the_way_as_with_one(house, jo, ana, django_assert_num_queries):
    def fill(wall: str) -> None:
        reason = "" if not Block.objects.exists() else "Group"
        house.book(wall, now=NOW, by=jo.user, overlap_reason=reason)

    fill("09:00")
    jo.get(BOOK, asked(house, ana, "09:00"))
    with CaptureQueriesContext(connection) as one:
        jo.get(BOOK, asked(house, ana, "09:00"))
    fill("09:15")
    fill("09:30")
    with django_assert_num_queries(len(one)):
        page = jo.get(BOOK, asked(house, ana, "09:00"))
    assert words(page).count(f", Ana Oquendo, {house.service.name}") >= 3
