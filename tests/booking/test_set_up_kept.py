"""What the clinic has set up is kept for pages and bookings: each decides on what is true as it decides."""

import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils.module_loading import import_string

from booking import diary, schedule
from booking.busy import acts as own_calendars
from booking.diary import locks
from booking.models import OwnCalendar, TimeOff, WorkingHours
from clinic.beat import SCHEDULE
from clinic.models import Closure, Practitioner, SetUpMark
from clinic.set_up import look
from tests.booking.calendar_site import calendar_site
from tests.booking.house import WEDNESDAY, House, make_house
from tests.booking.test_busy_reading import file
from tests.booking.visitor import buttons, check_url, checked, times_url
from tests.factories import NOW, make_user

NINE = "DTSTART;TZID=America/Anchorage:20261125T090000\nDTEND;TZID=America/Anchorage:20261125T100000\nSUMMARY:Dentist"


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def times(house: House) -> int:
    with look():
        return len(
            schedule.find(service=house.service, mode="in_clinic", first_day=WEDNESDAY, days=1, now=NOW, staff=True)
        )


def test_each_change_of_the_set_up_shows_in_the_next_search(house):
    def changed(change: Any) -> bool:
        before = times(house)
        change()
        return times(house) != before

    offer = house.service.modes.get(mode="in_clinic")
    assert times(house) == times(house) > 0
    assert changed(lambda: offer.practitioners.remove(house.jun))
    assert changed(lambda: offer.practitioners.add(house.jun))
    assert changed(lambda: Practitioner.objects.filter(pk=house.jun.pk).update(active=False))
    assert changed(lambda: WorkingHours.objects.filter(practitioner=house.dana).update(ends="10:00"))
    assert changed(lambda: WorkingHours.objects.filter(practitioner=house.dana, starts="08:00").delete())
    assert changed(lambda: Practitioner.objects.filter(pk=house.jun.pk).update(active=True))
    assert changed(
        lambda: Closure.objects.bulk_create([Closure(first_day=WEDNESDAY, last_day=WEDNESDAY, reason="Closed")])
    )


def test_page_shows_what_a_manager_has_just_changed(client, house, clock):
    checked(client)
    shown = buttons(client.get(times_url(house)))
    assert buttons(client.get(times_url(house))) == shown != []
    WorkingHours.objects.filter(practitioner=house.dana).delete()
    fewer = buttons(client.get(times_url(house)))
    assert 0 < len(fewer) < len(shown)
    house.service.modes.update(active=False)
    assert client.get(times_url(house)).status_code == 404
    assert client.get(check_url(house)).status_code == 404


def test_what_happens_often_leaves_the_mark_as_it_is(client, house, clock, settings):
    settings.CALENDARS_FROM_ANYWHERE = True
    user = make_user()
    with calendar_site() as site:
        site.body = file(NINE)
        own_calendars.follow(practitioner=house.dana, address=site.address, by=user, now=NOW)
        before = SetUpMark.objects.get().mark
        assert own_calendars.read_due(now=NOW) == 1
        assert TimeOff.objects.filter(imported=True).count() == OwnCalendar.objects.count() == 1
        client.force_login(user)
        checked(client)
        client.get(times_url(house))
        visit = house.book("11:00", now=NOW)
        diary.hold(
            slot=house.slot("10:00"), service=house.service, mode="in_clinic", browser="check-1", state="", now=NOW
        )
        diary.cancel(appointment=visit, by=None, now=NOW)
        for row in SCHEDULE.values():
            import_string(_function(row["task"]))()
    assert SetUpMark.objects.get().mark == before


def _function(task: str) -> str:
    """The path of a task's function; one is named otherwise than its task."""
    return task.replace("booking.tasks.recheck", "booking.tasks.look_over_diary")


# ------------------------------------------------------------------ under the locks


def book_while_somebody_leaves(house: House) -> str:
    """Begin a booking just before the practitioner is no longer active, and tell how it ends."""
    house.book("08:00", now=NOW)  # what was set up is kept now
    ended: list[str] = []
    wanted = house.booking("10:00")
    begun = threading.Event()

    def book() -> None:
        begun.set()
        try:
            diary.book(**wanted, now=NOW)
            ended.append("booked")
        except diary.DiaryError as error:
            ended.append(type(error).__name__)
        finally:
            connection.close()

    waiting = threading.Thread(target=book)
    with transaction.atomic():
        Practitioner.objects.filter(pk=house.dana.pk).update(active=False)
        waiting.start()
        assert begun.wait(60)
        wait_until_somebody_waits()
        assert ended == []
    waiting.join()
    return ended[0]


def wait_until_somebody_waits() -> None:
    """PostgreSQL tells who waits for a lock. On SQLite nobody else can have begun, however soon we go on."""
    if connection.vendor == "sqlite":
        time.sleep(0.2)
        return
    until = time.monotonic() + 60
    waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with connection.cursor() as cursor:
        while cursor.execute(waits).fetchone() is None:
            assert time.monotonic() < until, "nobody waits for a lock"
            time.sleep(0.01)
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees one state of that table


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_looking_again_a_booking_goes_by_what_was_true_before_it_waited(monkeypatch):
    monkeypatch.setattr(locks, "look_again", lambda mark: None)
    assert book_while_somebody_leaves(make_house()) == "booked"


@pytest.mark.django_db(transaction=True)
def test_booking_decides_on_what_is_true_under_its_locks():
    assert book_while_somebody_leaves(make_house()) == "SlotRefused"
