"""The long versions of tests/booking/test_races.py: nothing is ever booked twice, and no booking is ever half there."""

from datetime import timedelta

import pytest

from booking import diary
from booking.models import Appointment, Block
from tests.booking.contenders import faults, fight
from tests.booking.house import make_house
from tests.factories import NOW, make_patient, make_practitioner, make_working_hours

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
EXPECTED = {"book", "hold", "move", "cancel", "SlotTaken", "PatientBusy", "WrongState"}


def make_busy_house(*, people: int, rooms: int, patients: int) -> None:
    """A house with more people than rooms."""
    house = make_house(rooms=rooms)
    offer = house.service.modes.get(mode="in_clinic")
    for _ in range(people - 2):
        person = make_practitioner()
        make_working_hours(person, house.location)
        offer.practitioners.add(person)
    for _ in range(patients):
        make_patient()


def test_two_thousand_random_acts_in_eight_processes_leave_no_overlap():
    make_busy_house(people=5, rooms=3, patients=40)
    results = fight("random", processes=8, count=250)
    assert faults() == []
    assert results.total() == 2000
    assert set(results) <= EXPECTED
    assert results["book"] > 20
    assert results["SlotTaken"] > 200


def test_fifty_tries_for_one_time_have_one_winner():
    make_busy_house(people=2, rooms=2, patients=50)
    results = fight("same", processes=10, count=5)
    assert results == {"book": 1, "SlotTaken": 49}
    assert Block.objects.count() == Appointment.objects.count() == 1
    assert faults() == []


@pytest.mark.parametrize("seed", range(10))
def test_fifty_killed_processes_leave_a_whole_diary(seed):
    make_busy_house(people=4, rooms=2, patients=40)
    assert fight("killed", processes=1, count=50, seed=seed) == {"killed": 50}
    assert faults() == []
    assert Appointment.objects.exists()
    diary.expire_holds(now=NOW + timedelta(minutes=10))
    assert not Block.objects.filter(state="held").exists()
