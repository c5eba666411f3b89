"""The locks of the diary are taken one after the other: people first, then rooms, and these for the days of the visit."""

import threading
import time
from collections.abc import Collection
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from booking.diary import locks
from booking.errors import TryAgain
from clinic.models import Patient, Practitioner
from clinic.spans import Span
from tests.booking.house import House, local, make_house
from tests.factories import NOW, make_patient

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

LOCK_NOT_AVAILABLE = "55P03"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def house() -> House:
    return make_house(rooms=2)


def at(start, length=HOUR) -> Span:
    return Span(start, start + length)


def waits(backend: int) -> bool:
    """Another connection waits for a lock that somebody has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [backend])
        return cursor.fetchone()[0]


def until_it_waits(backends: list[int]) -> None:
    """Go on when another connection, which tells its backend, waits for us."""
    end = time.monotonic() + 60
    while not (backends and waits(backends[0])):
        assert time.monotonic() < end
        time.sleep(0.01)


def rooms_locked() -> set[int]:
    """The rooms that somebody has locked on any day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT classid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return {room for (room,) in cursor.fetchall()}


def people_free() -> set[int]:
    with transaction.atomic():
        rows = Practitioner.objects.select_for_update(skip_locked=True, no_key=True)
        return set(rows.values_list("pk", flat=True))


def in_another(doing) -> None:
    """Do it in another connection, and wait for its end."""

    def work() -> None:
        try:
            doing()
        finally:
            connection.close()

    other = threading.Thread(target=work)
    other.start()
    other.join()


def must_wait(people: Collection[int], rooms: Collection[int], during: Span) -> bool:
    """Say whether another act would have to wait for these."""
    refused = []

    def look() -> None:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '50ms'")
                locks.lock_diary(people, rooms, during=during, now=NOW)
        except OperationalError as error:
            refused.append(error.__cause__.sqlstate)

    in_another(look)
    assert refused in ([], [LOCK_NOT_AVAILABLE])
    return bool(refused)


def test_who_waits_for_a_patient_waits_no_longer_than_for_anything_else(house, monkeypatch):
    patient = make_patient()
    monkeypatch.setattr(locks, "LONGEST_WAIT", "100ms")
    told = []

    def wait() -> None:
        with connection.cursor() as cursor:  # another refusal, of who would wait for ever
            cursor.execute("SET statement_timeout = '30s'")
        with pytest.raises(TryAgain) as refused, locks.act_for(patient.pk):
            told.append("not locked")
        told.append(refused.value.__cause__.__cause__.sqlstate)

    with locks.act_for(patient.pk):
        in_another(wait)
    assert told == [LOCK_NOT_AVAILABLE]


def test_who_waits_for_a_patient_who_is_merged_meanwhile_acts_for_the_one_kept(house):
    kept, gone = make_patient(), make_patient()
    backends, whose = [], []

    def wait() -> None:
        try:
            connection.ensure_connection()
            backends.append(connection.connection.info.backend_pid)
            with locks.act_for(gone.pk) as pk:
                whose.append(pk)
        finally:
            connection.close()

    other = threading.Thread(target=wait)
    with transaction.atomic():
        Patient.objects.filter(pk=gone.pk).update(merged_into=kept)
        other.start()
        until_it_waits(backends)
        assert whose == []
    other.join()
    assert whose == [kept.pk]


def test_no_room_is_locked_before_all_people_are(house):
    people = [house.dana.pk, house.jun.pk]
    rooms = [room.pk for room in house.rooms]
    backends, locked = [], []

    def lock() -> None:
        try:
            with transaction.atomic():
                connection.ensure_connection()
                backends.append(connection.connection.info.backend_pid)
                locks.lock_diary(people, rooms, during=at(NOW), now=NOW)
                locked.append(rooms_locked())
        finally:
            connection.close()

    other = threading.Thread(target=lock)
    with transaction.atomic():
        list(Practitioner.objects.select_for_update(no_key=True).filter(pk=max(people)))
        other.start()
        until_it_waits(backends)
        assert rooms_locked() == set()
        assert people_free() == {max(people)}  # ours; the other has the first
        assert locked == []
    other.join()
    assert locked == [set(rooms)]


@pytest.mark.parametrize("count", [0, 1])
def test_people_and_rooms_stay_locked_until_the_act_ends(house, count):
    people, rooms = {house.dana.pk}, {room.pk for room in house.rooms[:count]}
    seen = []
    for _ in range(12):  # with a plan for these keys, and after the first eight with the one that PostgreSQL keeps
        with transaction.atomic():
            locks.lock_diary(people, rooms, during=at(NOW), now=NOW)
            in_another(lambda: seen.append((people_free(), rooms_locked())))
    everybody = set(Practitioner.objects.values_list("pk", flat=True))
    assert seen == [(everybody - people, rooms)] * 12
    assert rooms_locked() == set()


# In Alaska a day of UTC begins at three in the afternoon.
@pytest.mark.parametrize(("mine", "theirs"), [("09:00", "13:30"), ("14:30", "15:15"), ("15:15", "14:30")])
def test_who_wants_a_room_on_the_same_day_waits(house, mine, theirs):
    rooms = [house.rooms[0].pk]
    with transaction.atomic():
        locks.lock_diary([house.dana.pk], rooms, during=at(local(mine)), now=NOW)
        assert must_wait([house.jun.pk], rooms, at(local(theirs)))


@pytest.mark.parametrize("days", [-1, 1])
def test_who_wants_a_room_on_another_day_does_not_wait(house, days):
    rooms = [house.rooms[0].pk]
    with transaction.atomic():
        locks.lock_diary([house.dana.pk], rooms, during=at(local("10:00")), now=NOW)
        assert not must_wait([house.jun.pk], rooms, at(local("10:00") + days * DAY))


def test_who_wants_another_room_does_not_wait(house):
    first, second = (room.pk for room in house.rooms)
    with transaction.atomic():
        locks.lock_diary([house.dana.pk], [first], during=at(local("10:00")), now=NOW)
        assert not must_wait([house.jun.pk], [second], at(local("10:00")))


def test_who_wants_the_same_person_on_another_day_waits(house):
    with transaction.atomic():
        locks.lock_diary([house.dana.pk], [], during=at(local("10:00")), now=NOW)
        assert must_wait([house.dana.pk], [], at(local("10:00") + DAY))
