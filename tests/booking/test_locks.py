"""The locks of the diary are taken one after the other: people first, then rooms."""

import threading
import time

import pytest
from django.db import connection, transaction

from booking.diary import locks
from clinic.models import Practitioner, Room
from tests.booking.house import make_house
from tests.factories import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def waits(backend: int) -> bool:
    """Another connection waits for a lock that somebody has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [backend])
        return cursor.fetchone()[0]


def test_no_room_is_locked_before_all_people_are():
    house = make_house(rooms=2)
    people = [house.dana.pk, house.jun.pk]
    rooms = [room.pk for room in house.rooms]
    backends, locked = [], []

    def lock() -> None:
        try:
            with transaction.atomic():
                connection.ensure_connection()
                backends.append(connection.connection.info.backend_pid)
                locks.lock_diary(people, rooms, now=NOW)
                locked.append(True)
        finally:
            connection.close()

    def free(model: type[Practitioner] | type[Room]) -> set[int]:
        with transaction.atomic():
            return set(model.objects.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))

    other = threading.Thread(target=lock)
    with transaction.atomic():
        list(Practitioner.objects.select_for_update(no_key=True).filter(pk=max(people)))
        other.start()
        end = time.monotonic() + 60
        while not (backends and waits(backends[0])):
            assert time.monotonic() < end
            time.sleep(0.01)
        assert free(Room) == set(rooms)
        assert free(Practitioner) == {max(people)}  # ours; the other has the first
        assert locked == []
    other.join()
    assert locked == [True]


@pytest.mark.parametrize("count", [0, 1])
def test_people_and_rooms_stay_locked_until_the_act_ends(count):
    house = make_house(rooms=2)
    wanted = {Practitioner: {house.dana.pk}, Room: {room.pk for room in house.rooms[:count]}}
    free = {}

    def look() -> None:
        try:
            with transaction.atomic():
                for model in wanted:
                    rows = model.objects.select_for_update(skip_locked=True, no_key=True)
                    free[model] = set(rows.values_list("pk", flat=True))
        finally:
            connection.close()

    for _ in range(12):  # with a plan for these keys, and after the first eight with the one that PostgreSQL keeps
        free.clear()
        with transaction.atomic():
            locks.lock_diary(wanted[Practitioner], wanted[Room], now=NOW)
            other = threading.Thread(target=look)
            other.start()
            other.join()
        assert free == {model: set(model.objects.values_list("pk", flat=True)) - keys for model, keys in wanted.items()}
