"""Processes killed in the middle of acts leave a whole diary. 500 of them die in tests/proof."""

from datetime import timedelta

import pytest
from django.db import transaction

from booking import diary, schedule
from booking.availability import Slot
from booking.models import Appointment, Block
from tests.booking.contenders import fight
from tests.booking.house import WEDNESDAY, House, make_house
from tests.booking.kills import PLACES, kill_acts
from tests.booking.wholeness import faults
from tests.factories import NOW, make_patient

pytestmark = pytest.mark.django_db(transaction=True)


def assert_holds_free_their_time(house: House) -> int:
    """Book each time that is still held, once its hold has run out; return how many there were.

    Each by itself: they need not all have a room at once, if some are held for visits by video.
    """
    held, later = list(Block.objects.filter(state="held")), NOW + timedelta(minutes=10)
    slots = schedule.find(service=house.service, mode="in_clinic", first_day=WEDNESDAY, days=14, now=later)
    for block in held:
        assert Slot(block.starts_at, block.practitioner_id, house.location.pk, "in_clinic") in slots
        wanted = house.booking(start=block.starts_at, practitioner=block.practitioner, patient=make_patient())
        with transaction.atomic():
            diary.book(**wanted, now=later)
            transaction.set_rollback(True)
    diary.expire_holds(now=later)
    assert not Block.objects.filter(state="held").exists()
    assert faults() == []
    return len(held)


def test_ten_processes_killed_in_acts_leave_a_whole_diary():
    house = make_house()
    results = fight(kill_acts, processes=1, count=10)
    assert sum(results[place] for place in set(PLACES.values())) == 10
    assert results["inside"] >= 2, results  # of six that stop inside an act; the others die at any moment
    assert Appointment.objects.exists()
    assert_holds_free_their_time(house)
