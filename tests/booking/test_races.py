"""Races for one time: first without guards, to see that there is a race at all; then with each guard alone, and all.

The long versions are in tests/proof.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from booking import diary
from booking.availability import free_rooms
from booking.diary import locks, placing
from booking.models import LIVE, Appointment, Block
from clinic.models import Message
from clinic.spans import Span
from tests.booking.contenders import Contender, fight, random_acts
from tests.booking.house import House, local, make_house
from tests.booking.wholeness import faults
from tests.factories import NOW, make_patient, make_user

pytestmark = pytest.mark.django_db(transaction=True)
GUARDS = [one for one in Block._meta.constraints if one.name in ("block_practitioner_free", "block_room_free")]


@pytest.fixture
def diary_house() -> House:
    return make_house()


@contextmanager
def without_constraints() -> Iterator[None]:
    """Take the database's own rules away; the diary is emptied before they come back."""
    with connection.schema_editor() as editor:
        for guard in GUARDS:
            editor.remove_constraint(Block, guard)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in ("booking_appointmentevent", "booking_appointment", "booking_block"):
                cursor.execute(f"DELETE FROM {table}")
        with connection.schema_editor() as editor:
            for guard in GUARDS:
                editor.add_constraint(Block, guard)


def without_locks(monkeypatch) -> None:
    monkeypatch.setattr(placing, "lock_diary", lambda *args, **kwargs: None)


def race(act: Callable[[int], object], *, threads: int) -> Counter[str]:
    """Run an act in threads at once, each with its own connection; count what each ended with."""
    barrier, results = threading.Barrier(threads, timeout=60), Counter[str]()

    def run(number: int) -> None:
        try:
            barrier.wait()
            act(number)
            results["booked"] += 1
        except Exception as error:  # noqa: BLE001  (whatever it is, it is counted)
            results[type(error).__name__] += 1
        finally:
            connection.close()

    started = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return results


def bookings_of_one_slot(house: House, count: int) -> Callable[[int], object]:
    wanted = [house.booking("09:00") for _ in range(count)]
    return lambda number: diary.book(**wanted[number], now=NOW)


def all_look_before_any_writes(monkeypatch, count: int) -> None:
    """Hold everybody between the look at the diary and the write, as an unlucky moment does."""
    barrier, look = threading.Barrier(count, timeout=60), free_rooms

    def wait(*args, **kwargs):
        found = look(*args, **kwargs)
        barrier.wait()
        return found

    monkeypatch.setattr(placing, "free_rooms", wait)


@pytest.mark.postgres
def test_without_locks_and_constraint_two_patients_get_one_time(diary_house, monkeypatch):
    without_locks(monkeypatch)
    all_look_before_any_writes(monkeypatch, 2)
    with without_constraints():
        assert race(bookings_of_one_slot(diary_house, 2), threads=2) == {"booked": 2}
        assert (
            Block.objects.filter(state__in=LIVE, practitioner=diary_house.dana, starts_at=local("09:00")).count() == 2
        )
        assert faults() != []


def last_of_the_day(house: House) -> Callable[[int], object]:
    """Two patients, two times, and one visit a day."""
    house.service.modes.update(limit_a_day=1)
    wanted = [house.booking(wall) for wall in ("09:00", "10:30")]
    return lambda number: diary.book(**wanted[number], now=NOW)


@pytest.mark.postgres
def test_without_locks_the_limit_of_a_day_is_passed(diary_house, monkeypatch):
    without_locks(monkeypatch)
    all_look_before_any_writes(monkeypatch, 2)
    assert race(last_of_the_day(diary_house), threads=2) == {"booked": 2}


def test_last_visit_of_a_day_has_one_winner(diary_house):
    assert race(last_of_the_day(diary_house), threads=2) == {"booked": 1, "SlotTaken": 1}


@pytest.mark.postgres
def test_constraint_alone_lets_one_through(diary_house, monkeypatch):
    without_locks(monkeypatch)
    all_look_before_any_writes(monkeypatch, 2)
    results = race(bookings_of_one_slot(diary_house, 2), threads=2)
    # Without the locks PostgreSQL may also end the loser by "deadlock detected": that is why the acts lock first.
    assert results in ({"booked": 1, "SlotTaken": 1}, {"booked": 1, "TryAgain": 1})
    assert faults() == []


def test_locks_alone_let_one_through(diary_house):
    with without_constraints():
        assert race(bookings_of_one_slot(diary_house, 8), threads=8) == {"booked": 1, "SlotTaken": 7}
        assert faults() == []


def test_sixteen_bookings_of_one_time_have_one_winner(diary_house):
    results = race(bookings_of_one_slot(diary_house, 16), threads=16)
    assert results == {"booked": 1, "SlotTaken": 15}
    assert faults() == []


def test_sixteen_holds_of_one_time_have_one_winner(diary_house):
    def hold(number: int) -> None:
        diary.hold(
            slot=diary_house.slot(), service=diary_house.service, mode="in_clinic", browser=f"b{number}", now=NOW
        )

    assert race(hold, threads=16) == {"booked": 1, "SlotTaken": 15}
    assert Block.objects.count() == 1


def test_one_form_sent_sixteen_times_books_once(diary_house):
    booking = diary_house.booking("09:00")
    assert race(lambda _: diary.book(**booking, now=NOW), threads=16) == {"booked": 16}
    assert Appointment.objects.count() == Block.objects.count() == Message.objects.count() == 1


def test_one_form_sent_at_once_for_two_times_books_once(diary_house):
    booking = diary_house.booking("09:00")
    others = [booking, booking | {"start": local("11:00"), "practitioner": diary_house.jun}]
    assert race(lambda number: diary.book(**others[number], now=NOW), threads=2) == {"booked": 2}
    assert Appointment.objects.count() == Block.objects.count() == 1


def test_one_patient_in_two_tabs_gets_one_of_two_overlapping_times(diary_house):
    patient = make_patient()
    wanted = [
        diary_house.booking("09:00", patient=patient),
        diary_house.booking("09:30", patient=patient, practitioner=diary_house.jun),
    ]
    assert race(lambda number: diary.book(**wanted[number], now=NOW), threads=2) == {"booked": 1, "PatientBusy": 1}


def bookings_of_one_day(house: House, count: int) -> Callable[[int], object]:
    """Different times with one person, who gives one visit a day."""
    house.service.modes.update(limit_a_day=1)
    wanted = [house.booking(f"{8 + number:02d}:00") for number in range(count)]
    return lambda number: diary.book(**wanted[number], now=NOW)


@pytest.mark.postgres
def test_without_locks_a_day_goes_over_its_limit(diary_house, monkeypatch):
    without_locks(monkeypatch)
    all_look_before_any_writes(monkeypatch, 2)
    assert race(bookings_of_one_day(diary_house, 2), threads=2) == {"booked": 2}


def test_last_visit_of_a_limited_day_has_one_winner(diary_house):
    assert race(bookings_of_one_day(diary_house, 4), threads=4) == {"booked": 1, "SlotTaken": 3}
    assert faults() == []


def test_anybody_spreads_over_everybody(diary_house):
    wanted = [diary_house.booking("09:00", practitioner=None) for _ in range(6)]
    results = race(lambda number: diary.book(**wanted[number], now=NOW), threads=6)
    assert results == {"booked": 2, "SlotTaken": 4}
    assert set(Block.objects.values_list("practitioner", flat=True)) == {diary_house.dana.pk, diary_house.jun.pk}


@pytest.mark.parametrize("_time", range(3))
def test_anybody_gets_somebody_while_another_takes_the_one_that_was_shown(diary_house, _time):
    diary.hold(slot=diary_house.slot("09:00"), service=diary_house.service, mode="in_clinic", browser="mine", now=NOW)
    later = NOW + timedelta(minutes=11)  # the time is kept no longer
    wanted = [diary_house.booking("09:00", practitioner=None, browser="mine"), diary_house.booking("09:00")]
    results = race(lambda number: diary.book(**wanted[number], now=later), threads=2)
    # Who asks for Dana may come too late; who asks for anybody never does while Jun is free.
    assert results in ({"booked": 2}, {"booked": 1, "SlotTaken": 1})
    assert Appointment.objects.filter(submission=wanted[0]["submission"]).exists()
    assert faults() == []


def test_two_desks_move_two_visits_to_one_place(diary_house):
    visits = [diary_house.book("08:00", now=NOW), diary_house.book("09:00", now=NOW)]

    def move(number: int) -> None:
        diary.move(
            appointment=visits[number],
            start=local("11:00"),
            practitioner=diary_house.jun,
            location=diary_house.location,
            now=NOW,
        )

    assert race(move, threads=2) == {"booked": 1, "SlotTaken": 1}
    assert faults() == []


@pytest.mark.parametrize("_time", range(4))
def test_move_and_cancel_at_once_leave_a_whole_visit(diary_house, _time):
    visit = diary_house.book("09:00", now=NOW)
    acts = [
        lambda: diary.cancel(appointment=visit, by=None, now=NOW),
        lambda: diary.move(
            appointment=visit, start=local("11:00"), practitioner=None, location=diary_house.location, now=NOW
        ),
    ]
    results = race(lambda number: acts[number](), threads=2)
    assert results in ({"booked": 2}, {"booked": 1, "WrongState": 1})
    visit.refresh_from_db()
    assert visit.block.state == "cancelled"
    assert Message.objects.filter(subject_uid=visit.uid, state="planned").count() == 1


def test_one_browser_in_two_tabs_keeps_one_hold(diary_house):
    walls = ["08:00", "09:00", "10:00", "11:00"]

    def hold(number: int) -> None:
        diary.hold(
            slot=diary_house.slot(walls[number]), service=diary_house.service, mode="in_clinic", browser="b", now=NOW
        )

    results = race(hold, threads=4)
    assert results["booked"] + results["TryAgain"] == 4
    assert results["booked"] >= 1
    assert Block.objects.count() == 1


@pytest.mark.parametrize("_time", range(6))
def test_browsers_that_change_places_give_up_each_others_neighbour(diary_house, _time):
    """Each gives up a time with somebody whom only the other has locked: to free it takes no more than the block."""
    people = [diary_house.dana, diary_house.jun]

    def hold(wall: str, number: int, whom: int) -> None:
        slot = replace(diary_house.slot(wall), practitioner_id=people[whom].pk)
        diary.hold(slot=slot, service=diary_house.service, mode="in_clinic", browser=f"b{number}", now=NOW)

    for number in (0, 1):
        hold("09:00", number, number)
    assert race(lambda number: hold("11:00", number, 1 - number), threads=2) == {"booked": 2}
    held = Block.objects.values_list("browser", "practitioner_id", "starts_at")
    assert set(held) == {(f"b{number}", people[1 - number].pk, local("11:00")) for number in (0, 1)}
    assert faults() == []


def test_holds_that_run_out_are_cleared_while_others_book(diary_house):
    for wall in ("08:00", "09:00", "10:00"):
        diary.hold(slot=diary_house.slot(wall), service=diary_house.service, mode="in_clinic", browser=wall, now=NOW)
    later = NOW + timedelta(minutes=11)
    wanted = [diary_house.booking(wall) for wall in ("08:00", "09:00", "10:00")]

    def act(number: int) -> None:
        if number < 3:
            diary.book(**wanted[number], now=later)
        else:
            diary.expire_holds(now=later)

    assert race(act, threads=6) == {"booked": 6}
    assert set(Block.objects.values_list("kind", flat=True)) == {"visit"}
    assert faults() == []


def test_busy_database_is_a_clean_error_that_says_try_again(diary_house, monkeypatch):
    """Somebody sits on the diary for longer than anybody waits: 10 or 20 seconds, here a tenth of one."""
    booking = diary_house.booking("09:00")
    locked, done = threading.Event(), threading.Event()

    def sit() -> None:
        try:
            with transaction.atomic():
                locks.lock_diary([diary_house.dana.pk], [], during=Span(NOW, NOW + timedelta(hours=1)), now=NOW)
                locked.set()
                done.wait(timeout=60)
        finally:
            connection.close()

    sitting = threading.Thread(target=sit)
    sitting.start()
    assert locked.wait(timeout=60)
    monkeypatch.setattr(locks, "LONGEST_WAIT", "100ms")
    try:
        with short_patience(), pytest.raises(diary.TryAgain) as refused:
            diary.book(**booking, now=NOW)
    finally:
        done.set()
        sitting.join()
    assert "try again" in str(refused.value)
    assert not Block.objects.exists()


@contextmanager
def short_patience() -> Iterator[None]:
    """On SQLite it is the connection that waits; shorten that for one test."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if sqlite:
            cursor.execute("PRAGMA busy_timeout = 100")
        yield
        if sqlite:
            cursor.execute("PRAGMA busy_timeout = 20000")


def test_random_acts_in_processes_leave_a_whole_diary():
    make_house(rooms=2)
    make_user()
    for number in range(12):
        make_patient(texts_ok=number % 2 == 0)
    results: Counter[str] = Counter()
    for seed in (1, 11, 21, 31, 41, 51):  # who meets whom is up to the processes: in one round no move may succeed
        results += fight(random_acts, processes=3, count=36, seed=seed)
        assert faults() == []
        if min(results[name] for name in ("book", "move", "cancel", "SlotTaken")) > 0:
            break
    else:
        pytest.fail(f"nobody has met anybody: {results}")
    assert set(results) <= {*Contender.ACTS, "none", "SlotTaken", "SlotRefused", "PatientBusy", "WrongState"}
