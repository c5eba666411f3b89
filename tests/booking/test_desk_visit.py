"""A visit's page at the desk: its history in words, its fees, waiving one; confirming; and what a cancel there costs."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from booking import diary
from booking.models import Appointment, Fee
from clinic.models import AuditEvent, Patient
from tests.booking.fees import book_under_rule, fees
from tests.booking.house import local
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_patient

pytestmark = pytest.mark.django_db
LATE = local("08:00")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATE)


@pytest.fixture
def jo():
    return staff("desk", username="jo", first_name="Jo", last_name="Bennett")


@pytest.fixture
def late(house) -> Appointment:
    """A visit at 9:00 that its patient cancelled an hour before."""
    visit = book_under_rule(house)
    return diary.cancel(appointment=visit, by=None, reason="Car broke", agreed=Decimal(40), now=LATE)


def page_of(visit: Appointment) -> str:
    return reverse("admin:visit", args=[visit.uid])


def waive_at(fee: Fee) -> str:
    return reverse("admin:fee-waive", args=[fee.uid])


def cancel_at(visit: Appointment) -> str:
    return reverse("admin:visit-cancel", args=[visit.uid])


def test_page_tells_what_happened_by_whom_and_why(house, jo):
    visit = book_under_rule(house)
    diary.confirm(appointment=visit, by=jo.user, now=NOW)
    diary.move(
        appointment=visit,
        start=local("10:00"),
        practitioner=house.dana,
        location=house.location,
        by=jo.user,
        override_reason="x",
        now=NOW,
    )
    diary.cancel(appointment=visit, by=None, reason="Car broke", agreed=Decimal(0), now=NOW)
    diary.undo_cancel(appointment=visit, now=NOW)
    diary.no_show(appointment=visit, by=jo.user, now=local("10:20"))
    answer = jo.get(page_of(visit))
    text = words(answer)
    for said in (
        "Fee recorded By Jo Bennett: $75, did not come",
        "No-show By Jo Bennett",
        "Cancel taken back By the patient",
        "Cancelled By the patient Why: Car broke",
        "Moved By Jo Bennett: Wed 25 Nov, 10:00 am",
        "instead of Wed 25 Nov, 9:00 am",
        "Confirmed By Jo Bennett",
        "Booked By the patient: Wed 25 Nov, 9:00 am",
        "Accepted Tue 24 Nov, 9:40 am:",
        "After that it costs $40.",
    ):
        assert said in text
    assert unknown_targets(answer) == set()
    assert AuditEvent.objects.filter(act="visit.looked_at", subject_uid=visit.uid, actor=jo.user).count() == 1


def test_patients_page_leads_to_the_visit_and_its_fee(late, jo):
    answer = jo.get(reverse("admin:patient", args=[late.patient.uid]))
    assert "Fee recorded" in words(answer)
    assert "$40, cancelled late" in words(answer)
    assert page_of(late) in answer.content.decode()


def test_patients_timeline_says_where_the_visit_stood_then(house, jo):
    visit = house.book("09:00", now=NOW)
    diary.confirm(appointment=visit, by=None, now=NOW)
    diary.move(appointment=visit, start=local("10:00"), practitioner=house.jun, location=house.location, now=NOW)
    text = words(jo.get(reverse("admin:patient", args=[visit.patient.uid])))
    dana, jun, service = house.dana, house.jun, house.service
    assert f"Moved {service}, Wed 25 Nov, 10:00 am, {jun}, instead of Wed 25 Nov, 9:00 am. By the patient" in text
    assert f"Confirmed {service}, Wed 25 Nov, 9:00 am, {dana}. By the patient" in text
    assert f"Booked {service}, Wed 25 Nov, 9:00 am, {dana}. By the patient" in text


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Pacific/Honolulu", ", for them 8:00 am, Hawaii time"),
        ("Pacific/Kiritimati", ", for them Thu 26 Nov, 8:00 am, Kiritimati time"),
        ("America/Anchorage", ""),
    ],
)
def test_desk_reads_the_clock_of_a_patient_elsewhere(house, jo, zone, said):
    visit = house.book("09:00", mode="telehealth", time_zone=zone, now=NOW)
    uid = visit.uid
    patient = visit.patient.uid
    for path in (page_of(visit), f"/desk/visit/{uid}/cancel/", reverse("admin:patient", args=[patient])):
        text = words(jo.get(path))
        assert said in text
        assert bool(said) == ("for them" in text)


def test_fee_is_waived_with_a_reason(late, jo):
    fee = Fee.objects.get()
    assert "Owed" in words(jo.get(page_of(late)))
    text = words(jo.post(waive_at(fee), {"reason": "Her child was ill"}, follow=True))
    assert "Waived: nothing is owed for this visit." in text
    assert "Waived by Jo Bennett, Wed 25 Nov, 8:00 am. Why: Her child was ill" in text
    assert "Fee waived By Jo Bennett: $40, cancelled late Why: Her child was ill" in text
    assert fees(late) == [("late_cancel", "40.00", "waived")]
    again = words(jo.post(waive_at(fee), {"reason": "Again"}, follow=True))
    assert "This fee is waived already, or was taken back." in again


@pytest.mark.parametrize("reason", ["", "  ", "x" * 241, "a\x00b", "a\nb"])
def test_reason_that_is_none_waives_nothing(late, jo, reason):
    answer = jo.post(waive_at(Fee.objects.get()), {"reason": reason})
    assert answer.status_code == 422
    assert "Please mend this" in words(answer)
    assert fees(late) == [("late_cancel", "40.00", "owed")]


def test_pt_sees_the_history_and_no_fees_and_waives_none(late):
    pt = staff("pt")
    answer = pt.get(page_of(late))
    assert "Cancelled By the patient" in words(answer)
    assert "Waive the fee" not in words(answer)
    assert "Fees" not in words(answer)
    assert pt.post(waive_at(Fee.objects.get()), {"reason": "x"}).status_code == 403
    assert fees(late) == [("late_cancel", "40.00", "owed")]


def test_record_marked_staff_or_vip_asks_why_first(late, jo):
    Patient.objects.update(sensitive=True)
    assert jo.get(page_of(late))["Location"] == reverse("admin:patient", args=[late.patient.uid])
    assert jo.post(waive_at(Fee.objects.get()), {"reason": ""}).status_code == 302


@pytest.mark.parametrize(
    ("reason", "owed"), [("patient", 1), ("better", 1), ("clinic", 0), ("mistake", 0), ("other", 0)]
)
def test_cancel_at_the_desk_costs_when_the_patient_wants_it(house, jo, reason, owed):
    visit = book_under_rule(house)
    assert "It is late: if the patient wants it (the first three reasons), $40 is recorded" in words(
        jo.get(cancel_at(visit))
    )
    text = words(jo.post(cancel_at(visit), {"reason": reason}, follow=True))
    assert len(fees(visit)) == owed
    assert ("A late fee of $40 is recorded." in text) == bool(owed)


def test_cancel_in_time_says_nothing_of_fees(house, jo, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    visit = book_under_rule(house)
    assert "$40" not in words(jo.get(cancel_at(visit)))


def test_visit_is_confirmed_from_the_board(house, jo):
    visit = house.book("09:00", now=NOW)
    board = f"{reverse('admin:index')}?day=2026-11-25"
    assert "Unconfirmed" in words(jo.get(board))
    text = words(jo.post(reverse("admin:visit-act", args=[visit.uid]), {"act": "confirm", "next": board}, follow=True))
    assert "Ana Oquendo comes: confirmed." in text
    assert "Unconfirmed" not in text
    assert visit.events.last().by == jo.user


def test_confirming_offers_to_be_taken_back(house, jo):
    visit = house.book("09:00", now=NOW)
    address = reverse("admin:visit-act", args=[visit.uid])
    page = jo.post(address, {"act": "confirm"}, follow=True)
    undo = f"{address}?of=confirm"
    assert f'action="{undo}"' in page.content.decode()
    assert "Ana Oquendo is to be confirmed again." in words(jo.post(undo, {"act": "undo"}, follow=True))
    visit.refresh_from_db()
    assert (visit.confirmed_at, visit.events.last().act) == (None, "unconfirmed")


def test_confirming_what_the_patient_has_confirmed_offers_no_undo(house, jo):
    visit = house.book("09:00", now=NOW)
    diary.confirm(appointment=visit, by=None, now=NOW - timedelta(hours=1))
    address = reverse("admin:visit-act", args=[visit.uid])
    assert "of=confirm" not in jo.post(address, {"act": "confirm"}, follow=True).content.decode()


def test_time_kept_for_undo_says_so_on_the_board(late, jo):
    assert "Just cancelled, kept for undo" in words(jo.get(f"{reverse('admin:index')}?day=2026-11-25"))


def test_pages_take_as_many_queries_for_one_row_as_for_many(house, late, jo):
    def count(path: str) -> int:
        jo.get(path)
        with CaptureQueriesContext(connection) as captured:
            jo.get(path)
        return len(captured)

    fee_list = reverse("admin:booking_fee_changelist")
    few = [count(page_of(late)), count(fee_list)]
    for wall in ("10:00", "11:00"):
        visit = book_under_rule(house, wall, patient=make_patient(given_name=f"Bea {wall[:2]}"))
        diary.no_show(appointment=visit, by=jo.user, now=local("11:30"))
    diary.undo_cancel(appointment=late, now=LATE)
    diary.cancel(appointment=late, by=jo.user, asked_by_patient=True, now=LATE)
    assert [count(page_of(late)), count(fee_list)] == few
