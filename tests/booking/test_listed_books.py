"""A listed time books and an unlisted one is refused, through the database, for a diary filled at random."""

from contextlib import contextmanager
from datetime import time, timedelta
from itertools import product

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking import diary, schedule
from booking.models import Block, TimeOff, WorkingHours
from clinic.models import Clinic, Closure, Mode, OpeningHours, Practitioner, Room, TravelZone, ZoneMinutes
from tests.booking.house import WEDNESDAY, House, local, other_patient
from tests.booking.wholeness import faults
from tests.factories import NOW

EVERY = timedelta(minutes=5)
ASKED = {"in_clinic": {}, "mobile": {"postal_code": "99504"}, "telehealth": {"state": "AK"}}


@contextmanager
def taken_back():
    """Undo everything done inside, so that each example begins in an empty diary."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def fill(house: House, draw: st.DataObject) -> None:
    """Vary the offer and take some of the morning."""
    offers = house.service.modes
    offers.update(
        duration_minutes=draw.draw(st.sampled_from([15, 45, 60]), "length"),
        buffer_before_minutes=draw.draw(st.sampled_from([0, 10]), "before"),
        buffer_after_minutes=draw.draw(st.sampled_from([0, 5, 20]), "after"),
        notice_minutes=draw.draw(st.sampled_from([0, 900]), "notice"),
        limit_a_day=draw.draw(st.sampled_from([None, None, 1, 2]), "limit"),
    )
    hours(house, draw)
    house.service.grid_minutes = draw.draw(st.sampled_from([15, 20]), "grid")
    house.service.save()
    if draw.draw(st.booleans(), "one room"):
        Room.objects.filter(pk=house.rooms[1].pk).update(active=False)
    if draw.draw(st.integers(0, 9), "closed") == 0:
        Closure.objects.create(first_day=WEDNESDAY, last_day=WEDNESDAY, reason="Snow")
    zones = roads(house, draw)
    for number in range(draw.draw(st.integers(0, 3), "how many taken")):
        start = local("07:30") + draw.draw(st.integers(0, 50)) * EVERY
        end = start + draw.draw(st.integers(1, 12)) * EVERY
        person = draw.draw(st.sampled_from([house.dana, house.jun]))
        if number == 2:
            TimeOff.objects.create(practitioner=person, starts_at=start, ends_at=end)
            continue
        room = house.rooms[0] if draw.draw(st.booleans()) else None
        where = draw.draw(st.sampled_from([{}, {"location": house.location}, *({"zone": zone} for zone in zones)]))
        around = {"starts_at": start, "ends_at": end, "busy_from": start, "busy_until": end}
        if room:
            around |= {"room_from": start, "room_until": end}
        if draw.draw(st.booleans(), "counts"):  # towards the limit of the day
            where |= {"offer": draw.draw(st.sampled_from(list(offers.all())), "offer")}
        block = Block(kind="busy", state="booked", practitioner=person, room=room, **around, **where)
        if not Block.objects.filter(starts_at__lt=end, ends_at__gt=start).exists():
            block.save()


def hours(house: House, draw: st.DataObject) -> None:
    """Give the practitioners a break or hours of their own on the day, and the place hours for who walks in; or not."""
    if draw.draw(st.booleans(), "break"):
        starts = draw.draw(st.sampled_from([time(9), time(9, 40)]))
        WorkingHours.objects.update(break_starts=starts, break_ends=time(10, 5))
    if draw.draw(st.integers(0, 3), "own hours") == 0:
        own = {"on_date": WEDNESDAY, "location": house.location, "modes": ["in_clinic", "telehealth"]}
        WorkingHours.objects.create(practitioner=house.dana, starts=time(7, 30), ends=time(9, 45), **own)
    if draw.draw(st.integers(0, 3), "walk in") == 0:
        OpeningHours.objects.filter(opens=time(8)).update(opens=time(10), walk_in=True, walk_in_only=True)


def roads(house: House, draw: st.DataObject) -> list[TravelZone]:
    """Give some zones roads, the location and the practitioners' homes a zone, or not; return the zones."""
    zones = [TravelZone.objects.get(), TravelZone.objects.create(name="River")]
    some = st.sampled_from([None, *zones])
    house.location.zone = draw.draw(some, "location")
    house.location.save()
    Practitioner.objects.update(day_starts=draw.draw(some, "starts"), day_ends=draw.draw(some, "ends"))
    Clinic.objects.update(road_minutes=draw.draw(st.sampled_from([0, 40]), "unknown"))
    for start, end in product(zones, zones):
        minutes = draw.draw(st.sampled_from([None, 5, 25]), "road")
        if minutes is not None:
            ZoneMinutes.objects.create(from_zone=start, to_zone=end, minutes=minutes)
    return zones


def try_times(house: House, mode: str, draw: st.DataObject) -> None:
    """Fill a diary, and try to book some of the times that are listed then and some that are not."""
    with taken_back():
        fill(house, draw)
        slots = schedule.find(service=house.service, mode=mode, first_day=WEDNESDAY, days=1, now=NOW, **ASKED[mode])
        listed = {(slot.start, slot.practitioner_id) for slot in slots}
        people = {house.dana.pk: house.dana, house.jun.pk: house.jun}
        every = [(local("07:00") + step * EVERY, pk) for step in range(66) for pk in people]
        assert listed <= set(every)
        unlisted = [one for one in every if one not in listed]
        tried = draw.draw(st.lists(st.sampled_from(sorted(listed)), max_size=4, unique=True)) if listed else []
        tried += draw.draw(st.lists(st.sampled_from(unlisted), max_size=4, unique=True))
        patient = other_patient()
        for start, pk in tried:
            with taken_back():
                booking = house.booking(mode=mode, start=start, practitioner=people[pk], patient=patient)
                if (start, pk) in listed:
                    assert diary.book(**booking, now=NOW).block.starts_at == start
                    assert faults() == []
                else:
                    with pytest.raises((diary.SlotTaken, diary.SlotRefused)):
                        diary.book(**booking, now=NOW)


@pytest.mark.parametrize("mode", Mode.values)
@settings(max_examples=14, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(draw=st.data())
def test_listed_time_books_and_unlisted_is_refused(house, mode, draw):
    try_times(house, mode, draw)
