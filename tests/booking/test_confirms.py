"""Confirming a visit: once, by link or at the desk, and again after a move."""

import pytest

from booking import diary
from booking.models import Appointment
from tests.booking.house import local
from tests.factories import NOW, make_user


@pytest.mark.parametrize("by_staff", [True, False])
def test_visit_is_confirmed_once(house, by_staff):
    by = make_user() if by_staff else None
    visit = house.book("09:00", now=NOW)
    diary.confirm(appointment=visit, by=by, now=NOW)
    again = diary.confirm(appointment=visit, by=None, now=local("08:00"))
    assert (again.confirmed_at, again.confirmed_by) == (NOW, "staff" if by_staff else "patient")
    assert [(event.act, event.by) for event in visit.events.all()][1:] == [("confirmed", by)]
    assert again.sequence == 0


def test_desk_takes_back_what_it_confirmed_by_a_slip(house):
    visit, jo = house.book("09:00", now=NOW), make_user()
    diary.confirm(appointment=visit, by=jo, now=NOW)
    again = diary.unconfirm(appointment=visit, by=jo, now=NOW)
    assert (again.confirmed_at, again.confirmed_by, again.sequence) == (None, "", 0)
    assert [event.act for event in visit.events.all()][1:] == ["confirmed", "unconfirmed"]


@pytest.mark.parametrize("by_patient", [True, False])
def test_what_the_patient_confirmed_or_nobody_is_not_taken_back(house, by_patient):
    visit = house.book("09:00", now=NOW)
    if by_patient:
        diary.confirm(appointment=visit, by=None, now=NOW)
    with pytest.raises(diary.WrongState):
        diary.unconfirm(appointment=visit, by=make_user(), now=NOW)
    visit.refresh_from_db()
    assert visit.confirmed_by == ("patient" if by_patient else "")


def test_visit_that_moved_is_to_be_confirmed_again(house):
    visit = house.book("09:00", now=NOW)
    diary.confirm(appointment=visit, by=None, now=NOW)
    moved = diary.move(
        appointment=visit, start=local("10:00"), practitioner=house.dana, location=house.location, now=NOW
    )
    assert (moved.confirmed_at, moved.confirmed_by) == (None, "")
    assert diary.confirm(appointment=visit, by=None, now=NOW).confirmed_at == NOW


def test_visit_that_does_not_simply_take_place_is_not_confirmed(house):
    gone, held, begun = (house.book(wall, now=NOW) for wall in ("08:00", "09:00", "10:00"))
    diary.cancel(appointment=gone, by=None, now=NOW)
    Appointment.objects.filter(pk=held.pk).update(hold="talk", held_at=NOW)
    for visit, now in ((gone, NOW), (held, NOW), (begun, local("10:00"))):
        with pytest.raises(diary.WrongState):
            diary.confirm(appointment=visit, by=make_user(), now=now)
    assert not Appointment.objects.exclude(confirmed_at=None).exists()
