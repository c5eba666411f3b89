"""Visits that fall outside the hours because these were changed after the booking."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from booking import diary, outside
from booking.availability import Reason
from booking.models import TimeOff, WorkingHours
from clinic.models import Closure, Licence, OpeningHours, Practitioner
from tests.booking.house import WEDNESDAY, House, local
from tests.desk import links, staff, unknown_targets, words
from tests.factories import NOW, make_location, make_patient, make_user, make_working_hours

pytestmark = pytest.mark.django_db
PAGE = "/desk/outside-hours/"


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def reasons(house: House) -> list[tuple[Reason, ...]]:
    return [found.reasons for found in outside.visits_outside(now=NOW)]


def test_visit_within_the_hours_is_not_listed(house):
    for mode in ("in_clinic", "telehealth", "mobile"):
        house.book({"in_clinic": "08:00", "telehealth": "09:00", "mobile": "10:00"}[mode], mode=mode, now=NOW)
    assert outside.visits_outside(now=NOW) == []


@pytest.mark.parametrize("mode", ["in_clinic", "telehealth"])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda house: house.dana.working_hours.update(starts="09:30"), Reason.NOT_WORKING),
        (lambda house: house.dana.working_hours.all().delete(), Reason.NOT_WORKING),
        (lambda house: house.dana.working_hours.update(modes=["mobile"]), Reason.NOT_WORKING),
        (lambda house: house.dana.working_hours.update(valid_until=WEDNESDAY - timedelta(days=1)), Reason.NOT_WORKING),
        (
            lambda house: house.dana.working_hours.update(break_starts="09:30", break_ends="09:45"),
            Reason.BREAK,
        ),
        (
            lambda house: make_working_hours(
                house.dana, make_location(), weekdays=[None], on_date=WEDNESDAY, starts="14:00", ends="16:00"
            ),
            Reason.NOT_WORKING,
        ),
        (
            lambda house: TimeOff.objects.create(
                practitioner=house.dana, starts_at=local("09:30"), ends_at=local("12:00")
            ),
            Reason.AWAY,
        ),
        (
            lambda house: Closure.objects.create(first_day=WEDNESDAY, last_day=WEDNESDAY, reason="Flood"),
            Reason.CLOSED,
        ),
        (lambda house: house.service.modes.first().practitioners.clear(), None),
        (lambda house: Practitioner.objects.filter(pk=house.dana.pk).update(active=False), Reason.MODE),
        (lambda house: Licence.objects.update(expires_on=WEDNESDAY - timedelta(days=1)), "licence"),
    ],
    ids=[
        "later",
        "never",
        "other modes",
        "until yesterday",
        "break",
        "other hours that day",
        "time off",
        "closed",
        "not given any more",
        "left",
        "licence over",
    ],
)
def test_visit_is_listed_with_the_reason_once_the_hours_are_changed(house, mode, change, reason):
    house.book("09:00", mode=mode, now=NOW)
    house.book("09:00", mode=mode, practitioner=house.jun, patient=make_patient(), now=NOW)
    WorkingHours.objects.filter(practitioner=house.jun).update(starts="07:00")
    change(house)
    found = [each for each in outside.visits_outside(now=NOW) if each.visit.block.practitioner == house.dana]
    if reason is None:  # only the first mode by name has lost its people
        expected = [(Reason.MODE,)] if mode == "in_clinic" else []
    elif reason == "licence":
        expected = [(Reason.LICENCE,)] if mode == "telehealth" else []
    else:
        expected = [(reason,)]
    assert [each.reasons for each in found] == expected


def test_visit_at_a_location_that_was_given_up_is_listed(house):
    house.book("09:00", now=NOW)
    house.location.active = False
    house.location.save()
    assert reasons(house) == [(Reason.NOT_WORKING,)]


def test_hours_that_became_walk_in_only_push_visits_out(house):
    house.book("09:00", now=NOW)
    OpeningHours.objects.filter(location=house.location).update(walk_in=True, walk_in_only=True)
    assert reasons(house) == [(Reason.WALK_IN,)]


def test_what_only_a_booking_is_asked_about_does_not_matter(house):
    house.book("09:00", now=NOW)
    house.book("11:00", now=NOW)
    house.service.grid_minutes = 240
    house.service.save()
    house.service.modes.update(
        notice_minutes=86_400, horizon_days=0, limit_a_day=1, new_patients=False, duration_minutes=240, active=False
    )
    assert reasons(house) == []


def test_visits_that_are_over_cancelled_or_begun_are_not_listed(house):
    house.book("09:00", now=NOW)
    gone = house.book("10:00", now=NOW)
    diary.cancel(appointment=gone, by=None, now=NOW)
    WorkingHours.objects.all().delete()
    assert len(outside.visits_outside(now=NOW)) == 1
    assert outside.visits_outside(now=local("09:00")) == []


def test_what_staff_passed_over_on_purpose_is_not_told_again(house):
    visit = house.book("18:00", by=make_user(), override_reason="late for once", now=NOW)
    assert reasons(house) == []
    TimeOff.objects.create(practitioner=house.dana, starts_at=local("17:00"), ends_at=local("20:00"))
    assert reasons(house) == [(Reason.AWAY,)]
    diary.move(appointment=visit, start=local("09:00"), practitioner=None, location=house.location, now=NOW)
    house.dana.working_hours.all().delete()
    house.jun.working_hours.all().delete()
    assert reasons(house) == [(Reason.NOT_WORKING,)]


def test_number_of_queries_stays_however_many_visits_fall_out(house):
    house.book("08:00", mode="telehealth", now=NOW)
    WorkingHours.objects.filter(practitioner=house.dana).update(starts="11:00")
    jo = staff("desk")
    jo.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        assert jo.get(PAGE).content.decode().count("Outside this person") == 1
    WorkingHours.objects.filter(practitioner=house.dana).update(starts="08:00")
    for wall, mode in (("09:00", "telehealth"), ("10:00", "in_clinic")):
        house.book(wall, mode=mode, now=NOW)
    WorkingHours.objects.filter(practitioner=house.dana).update(starts="11:00")
    with CaptureQueriesContext(connection) as many:
        page = jo.get(PAGE)
    assert page.content.decode().count("Outside this person") == 3
    assert len(many) == len(few)


# ------------------------------------------------------------------ the pages


def test_page_says_why_and_leads_to_move_cancel_and_call(house):
    patient = make_patient(given_name="Ada", phone="+19075550177")
    visit = house.book("09:00", patient=patient, now=NOW)
    Closure.objects.create(first_day=WEDNESDAY, last_day=WEDNESDAY, reason="Flood")
    page = staff("desk").get(PAGE)
    assert "Wed 25 Nov, 9:00 to 10:00 am" in words(page)
    assert "We are closed on that day." in words(page)
    assert {
        reverse("admin:visit-move", args=[visit.uid]),
        reverse("admin:visit-cancel", args=[visit.uid]),
        reverse("admin:patient", args=[patient.uid]),
        "tel:+19075550177",
    } <= links(page)
    assert unknown_targets(page) == set()


def test_page_keeps_the_phone_of_staff_and_vips(house):
    house.book("09:00", patient=make_patient(sensitive=True, phone="+19075550177"), now=NOW)
    WorkingHours.objects.all().delete()
    assert "5550177" not in staff("desk").get(PAGE).content.decode().replace("-", "")


def test_page_says_so_when_all_is_well(house):
    house.book("09:00", now=NOW)
    assert "Every visit to come lies within the hours." in words(staff("desk").get(PAGE))


@pytest.mark.parametrize(("group", "status"), [("desk", 200), ("manager", 200), ("pt", 403), ("", 403)])
def test_page_is_for_who_works_the_day(house, group, status):
    assert staff(group).get(PAGE).status_code == status


def test_board_shows_the_number_only_when_there_is_one(house):
    jo = staff("desk")
    house.book("09:00", now=NOW)
    assert PAGE not in links(jo.get("/desk/"))
    WorkingHours.objects.all().delete()
    outside.count(now=NOW)
    assert PAGE in links(jo.get("/desk/"))
    assert "1 Outside the hours" in words(jo.get("/desk/"))


def test_manager_is_told_right_after_a_change(house):
    hana = staff("manager")
    house.book("09:00", now=NOW)
    add = reverse("admin:clinic_closure_add")
    day = {"first_day": "2026-11-25", "last_day": "2026-11-25", "reason": "Flood"}
    answer = hana.post(add, day, follow=True)
    assert "1 visit to come falls outside the hours now. See why, and move or call" in words(answer)
    assert PAGE in links(answer)
    closure = Closure.objects.get()
    answer = hana.post(reverse("admin:clinic_closure_delete", args=[closure.pk]), {"post": "yes"}, follow=True)
    assert "outside the hours" not in words(answer)
