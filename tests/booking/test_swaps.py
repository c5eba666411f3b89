"""Two desks that move two visits into each other's place, and two patients who take the last room; 50 of each in tests/proof."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

from booking import diary, recheck
from booking.availability import Slot
from booking.diary import locks, placing
from booking.models import Appointment
from clinic.models import Message, Practitioner
from tests.booking.house import WEDNESDAY, House, local, make_house
from tests.booking.test_races import all_look_before_any_writes, race, without_constraints, without_locks
from tests.booking.wholeness import faults
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = {"override_reason": "asked for it", "overlap_reason": "swapped by the desk"}
# Fifty workdays on which a contest takes place, the first of them tomorrow.
DAYS = [day for day in (WEDNESDAY + timedelta(days=ahead) for ahead in range(70)) if day.weekday() < 5]


@pytest.fixture
def diary_house() -> House:
    return make_house()


def two_visits(house: House, first: str = "09:00", then: str = "10:00", *, other: Practitioner | None = None):
    """Book two visits, and give with them the place of the other."""
    other = other or house.jun
    visits = [house.book(first, now=NOW), house.book(then, practitioner=other, now=NOW)]
    return visits, [(then, other), (first, house.dana)]


def moving(house: House, visits, places, **values) -> Callable[[int], object]:
    def move(number: int) -> None:
        wall, person = places[number]
        to = {"start": local(wall), "practitioner": person, "location": house.location}
        diary.move(appointment=visits[number], **to, **values, now=NOW)

    return move


def assert_nothing_moved(visits: list[Appointment]) -> None:
    rows = Appointment.objects.order_by("pk").values_list("sequence", "block__starts_at", "block__practitioner")
    assert list(rows) == [(0, visit.block.starts_at, visit.block.practitioner_id) for visit in visits]
    assert Message.objects.exclude(kind="booked").count() == 0
    assert faults() == []


@pytest.mark.postgres
def test_without_one_order_of_locks_a_swap_is_a_deadlock(diary_house, monkeypatch):
    visits, places = two_visits(diary_house)
    move, desk, met = moving(diary_house, visits, places), threading.local(), threading.Barrier(2, timeout=60)

    def own_first(people, rooms, **values):
        locks.lock_diary([visits[desk.number].block.practitioner_id], [], **values)
        met.wait()
        return locks.lock_diary(people, rooms, **values)

    def at_desk(number: int) -> None:
        desk.number = number
        move(number)

    monkeypatch.setattr(placing, "lock_diary", own_first)
    # PostgreSQL ends one of the two after a second, and the diary says "try again"; the other finds the place taken.
    assert race(at_desk, threads=2) == {"TryAgain": 1, "SlotTaken": 1}
    assert_nothing_moved(visits)


def swap_again_and_again(house: House, rounds: int) -> Counter[str]:
    """Let two desks try to swap, by turns visits of two people and of one; add up what they were told."""
    pairs = [two_visits(house, "08:00", "09:00"), two_visits(house, "10:00", "11:00", other=house.dana)]
    told: Counter[str] = Counter()
    for number in range(rounds):
        told += race(moving(house, *pairs[number % 2]), threads=2)
        assert_nothing_moved([visit for visits, _ in pairs for visit in visits])
    return told


def test_sixteen_swaps_are_refused_to_both_desks(diary_house):
    """Each place is the other's, and neither desk may know that the other is leaving."""
    assert swap_again_and_again(diary_house, 16) == {"SlotTaken": 32}


def test_three_desks_in_a_ring_are_all_refused(diary_house):
    visits, _ = two_visits(diary_house)
    visits.append(diary_house.book("11:00", now=NOW))
    places = [("10:00", diary_house.jun), ("11:00", diary_house.dana), ("09:00", diary_house.dana)]
    assert race(moving(diary_house, visits, places), threads=3) == {"SlotTaken": 3}
    assert_nothing_moved(visits)


def test_swap_by_way_of_a_third_place_works(diary_house):
    visits, places = two_visits(diary_house)
    moving(diary_house, visits, [("08:00", diary_house.dana)])(0)
    moving(diary_house, visits, places)(1)
    moving(diary_house, visits, places)(0)
    rows = Appointment.objects.order_by("pk").values_list("sequence", "block__starts_at", "block__practitioner")
    assert list(rows) == [(2, local("10:00"), diary_house.jun.pk), (1, local("09:00"), diary_house.dana.pk)]
    assert faults() == []


def test_desks_that_overlap_on_purpose_swap_at_once(diary_house):
    visits, places = two_visits(diary_house)
    assert race(moving(diary_house, visits, places, by=make_user(), **BOTH), threads=2) == {"booked": 2}
    rows = Appointment.objects.order_by("pk").values_list("block__starts_at", "block__practitioner")
    assert list(rows) == [(local("10:00"), diary_house.jun.pk), (local("09:00"), diary_house.dana.pk)]
    assert faults() == []
    assert recheck.clashes(now=NOW) == []


def for_the_last_room(house: House, day: date, how: str) -> Callable[[int], object]:
    """Prepare two who want the one room at overlapping times, each with a practitioner of their own."""
    first = house.booking(start=local("09:00", day))
    second = house.booking(start=local("09:30", day), practitioner=house.jun)
    acts: list[Callable[[], object]] = [lambda: diary.book(**first, now=NOW), lambda: diary.book(**second, now=NOW)]
    if how == "move":
        visit = house.book(start=local("11:00", day), now=NOW)
        place = {"start": first["start"], "practitioner": house.dana, "location": house.location}
        acts[0] = lambda: diary.move(appointment=visit, **place, now=NOW)
    if how == "hold":
        slot = Slot(first["start"], house.dana.pk, house.location.pk, "in_clinic")
        asked = {"service": house.service, "mode": "in_clinic", "browser": f"{day}"}
        acts[0] = lambda: diary.hold(slot=slot, **asked, now=NOW)
    return lambda number: acts[number]()


def fight_for_rooms(house: House, rounds: int) -> Counter[str]:
    """Let two fight for the last room, each round on a day of its own; count how the rounds ended."""
    house.rooms[1].delete()
    ended: Counter[str] = Counter()
    for day, how in zip(DAYS[:rounds], ["book", "move", "hold", "book"] * rounds, strict=False):
        results = race(for_the_last_room(house, day, how), threads=2)
        ended[" ".join(f"{name} {count}" for name, count in sorted(results.items()))] += 1
        assert faults() == []
    return ended


@pytest.mark.postgres
def test_without_locks_and_constraint_two_patients_get_one_room(diary_house, monkeypatch):
    diary_house.rooms[1].delete()
    act = for_the_last_room(diary_house, WEDNESDAY, "book")
    without_locks(monkeypatch)
    all_look_before_any_writes(monkeypatch, 2)
    with without_constraints():
        assert race(act, threads=2) == {"booked": 2}
        assert any("room_id" in fault for fault in faults())


@pytest.mark.postgres
def test_constraint_alone_gives_the_room_to_one(diary_house, monkeypatch):
    diary_house.rooms[1].delete()
    act = for_the_last_room(diary_house, WEDNESDAY, "book")
    without_locks(monkeypatch)
    all_look_before_any_writes(monkeypatch, 2)
    assert race(act, threads=2) in ({"booked": 1, "SlotTaken": 1}, {"booked": 1, "TryAgain": 1})
    assert faults() == []


def at_midnight_of_utc(house: House) -> Callable[[int], object]:
    """Two who want the one room at overlapping times, each with somebody else: one before midnight and into the next day."""
    house.dana.working_hours.update(ends=time(18))
    house.jun.working_hours.update(ends=time(18))
    wanted = [house.booking("14:30"), house.booking("15:00", practitioner=house.jun)]
    return lambda number: diary.book(**wanted[number], now=NOW)


@pytest.mark.postgres
def test_with_people_locked_and_not_rooms_two_patients_get_one_room(diary_house, monkeypatch):
    diary_house.rooms[1].delete()
    monkeypatch.setattr(placing, "lock_diary", lambda people, _rooms, **values: locks.lock_diary(people, [], **values))
    all_look_before_any_writes(monkeypatch, 2)
    with without_constraints():
        assert race(at_midnight_of_utc(diary_house), threads=2) == {"booked": 2}


def test_locks_alone_give_the_room_to_one(diary_house):
    diary_house.rooms[1].delete()
    for day, how in zip(DAYS[:6], ["book", "move", "hold"] * 2, strict=True):
        with without_constraints():
            assert race(for_the_last_room(diary_house, day, how), threads=2) == {"booked": 1, "SlotTaken": 1}
            assert faults() == []


def test_locks_alone_give_the_room_to_one_about_midnight_of_utc(diary_house):
    diary_house.rooms[1].delete()
    with without_constraints():
        assert race(at_midnight_of_utc(diary_house), threads=2) == {"booked": 1, "SlotTaken": 1}
        assert faults() == []


def test_last_room_has_one_winner_in_sixteen_tries(diary_house):
    assert fight_for_rooms(diary_house, 16) == {"SlotTaken 1 booked 1": 16}
