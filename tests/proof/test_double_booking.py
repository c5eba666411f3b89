"""The long versions of tests/booking/test_races.py: nothing is ever booked twice, and no booking is ever half there."""

import pytest
from django.db import connection

from booking.models import Appointment, Block
from tests.booking.contenders import Contender, fight, random_acts, same_slot
from tests.booking.house import House, make_house
from tests.booking.kills import PLACES, kill_acts
from tests.booking.test_killed import assert_holds_free_their_time
from tests.booking.test_swaps import fight_for_rooms, swap_again_and_again
from tests.booking.wholeness import faults
from tests.factories import make_licence, make_patient, make_practitioner, make_user, make_working_hours

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
EXPECTED = {*Contender.ACTS, "none", "SlotTaken", "SlotRefused", "PatientBusy", "WrongState"}


def make_busy_house(*, people: int, rooms: int, patients: int) -> House:
    """A house with more people than rooms."""
    make_user()
    house = make_house(rooms=rooms)
    for _ in range(people - 2):
        person = make_practitioner()
        make_working_hours(person, house.location)
        make_licence(person)
        for offer in house.service.modes.all():
            offer.practitioners.add(person)
    for number in range(patients):
        make_patient(texts_ok=number % 2 == 0)
    return house


def test_two_thousand_random_acts_in_eight_processes_leave_no_overlap():
    make_busy_house(people=5, rooms=3, patients=40)
    results = fight(random_acts, processes=8, count=250)
    assert faults() == []
    assert results.total() == 2000
    assert set(results) <= EXPECTED
    assert results["book"] > 20
    assert results["SlotTaken"] > 200


def test_fifty_tries_for_one_time_have_one_winner():
    make_busy_house(people=2, rooms=2, patients=50)
    results = fight(same_slot, processes=10, count=5)
    assert results == {"book": 1, "SlotTaken": 49}
    assert Block.objects.count() == Appointment.objects.count() == 1
    assert faults() == []


@pytest.mark.parametrize("seed", range(10))
def test_fifty_killed_processes_leave_a_whole_diary(seed):
    house = make_busy_house(people=4, rooms=2, patients=0)
    results = fight(kill_acts, processes=1, count=50, seed=seed)
    print(f"{connection.vendor}, seed {seed}: {dict(results)}")
    assert sum(results[place] for place in set(PLACES.values())) == 50
    assert results["inside"] >= 20
    assert Appointment.objects.exists()
    assert_holds_free_their_time(house)


def test_fifty_swaps_are_refused_to_both_desks():
    assert swap_again_and_again(make_house(), 50) == {"SlotTaken": 100}


def test_last_room_has_one_winner_in_fifty_tries():
    house = make_house()
    house.service.modes.update(horizon_days=90)
    assert fight_for_rooms(house, 50) == {"SlotTaken 1 booked 1": 50}
