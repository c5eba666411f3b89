"""Busy times from practitioners' own calendars: read from a real server, and seen by the one engine."""

from datetime import UTC, date, datetime, timedelta

import pytest

from booking import outside, schedule
from booking.availability import Reason
from booking.busy import acts
from booking.errors import SlotRefused, SlotTaken
from booking.models import OwnCalendar, TimeOff
from booking.verdicts import ask
from clinic.models import AuditEvent
from tests.booking.calendar_site import calendar_site
from tests.booking.house import House, local, make_house
from tests.booking.test_busy_reading import file
from tests.factories import NOW, make_user

NINE = "DTSTART;TZID=America/Anchorage:20261125T090000\nDTEND;TZID=America/Anchorage:20261125T100000\nSUMMARY:Dentist"


@pytest.fixture
def house(db) -> House:
    return make_house()


@pytest.fixture
def site(settings):
    settings.CALENDARS_FROM_ANYWHERE = True
    with calendar_site() as site:
        site.body = file(NINE)
        yield site


def follow(house: House, address: str) -> OwnCalendar:
    return acts.follow(practitioner=house.dana, address=address, by=make_user(), now=NOW)


def reasons(house: House, wall: str = "09:00") -> tuple[Reason, ...]:
    answer = ask(
        service=house.service,
        mode="in_clinic",
        start=local(wall),
        practitioner=house.dana,
        location=house.location,
        now=NOW,
    )
    return answer.verdicts[0].desk


def busy() -> list[datetime]:
    return list(TimeOff.objects.filter(imported=True).order_by("starts_at").values_list("starts_at", flat=True))


def test_busy_time_is_not_offered_not_booked_and_says_why(house, site):
    follow(house, site.address)
    assert reasons(house) == ()
    assert acts.read_due(now=NOW) == 1
    assert reasons(house) == (Reason.BUSY_ELSEWHERE,)
    assert reasons(house, "10:00") == ()
    with pytest.raises((SlotRefused, SlotTaken)):
        house.book("09:30", now=NOW)
    house.book("10:00", now=NOW)
    row = TimeOff.objects.get()
    assert (row.starts_at, row.ends_at, row.reason) == (local("09:00"), local("10:00"), "")


def test_busy_times_are_replaced_and_an_unchanged_file_is_left(house, site):
    site.headers = {"ETag": '"one"'}
    row = follow(house, site.address)
    acts.read_due(now=NOW)
    pk = TimeOff.objects.get().pk
    later = NOW + timedelta(hours=1)
    assert acts.read_due(now=later) == 1
    assert acts.read_due(now=later) == 0  # each once an hour
    row.refresh_from_db()
    assert (row.read_at, row.whole_at, TimeOff.objects.get().pk) == (later, NOW, pk)
    site.body, site.headers = file(NINE.replace("T09", "T11").replace("T10", "T12")), {"ETag": '"two"'}
    acts.read_due(now=later + timedelta(hours=1))
    assert busy() == [local("11:00")]
    far = NOW + timedelta(days=4)
    acts.read_due(now=far)
    assert "If-None-Match" not in site.asked[-1]  # now and then the whole file, for what has come into sight
    row.refresh_from_db()
    assert row.whole_at == far


def test_slow_calendars_are_left_for_another_run(house, site, monkeypatch):
    follow(house, site.address)
    nudged = []
    monkeypatch.setattr(acts, "LONGEST_RUN", -1.0)
    monkeypatch.setattr(acts, "nudge", lambda: nudged.append(True))
    assert (acts.read_due(now=NOW), nudged) == (0, [True])
    assert OwnCalendar.objects.get().next_at <= NOW


def test_what_is_known_stays_while_the_calendar_cannot_be_read(house, site):
    row = follow(house, site.address)
    acts.read_due(now=NOW)
    site.body = b"<html>Sign in</html>"
    for hours in (1, 2):
        acts.read_due(now=NOW + timedelta(hours=hours))
    row.refresh_from_db()
    assert (row.trouble, row.failing_since, row.read_at) == ("no_calendar", NOW + timedelta(hours=1), NOW)
    assert busy() == [local("09:00")]
    site.body = file()
    acts.read_due(now=NOW + timedelta(hours=3))
    row.refresh_from_db()
    assert (row.trouble, row.failing_since, busy()) == ("", None, [])


def test_visit_that_now_collides_is_listed_and_our_own_visits_do_not_block_themselves(house, site):
    mine, other = house.book("09:00", now=NOW), house.book("10:00", now=NOW)
    site.body = file(
        f"UID:{mine.uid}\n{NINE}",
        f"UID:{mine.block.uid}\n{NINE}",
        "UID:dentist\nDTSTART:20261125T193000Z\nDURATION:PT1H",  # 10:30
    )
    follow(house, site.address)
    acts.read_due(now=NOW)
    assert busy() == [local("10:30")]
    assert outside.reasons_by_visit(now=NOW) == {other.pk: (Reason.BUSY_ELSEWHERE,)}
    # Of somebody else's visits only the time is known: they are busy times like any other.
    site.body = file(f"UID:{other.uid}\n{NINE}")
    acts.follow(practitioner=house.jun, address=site.address, by=make_user(), now=NOW)
    acts.read_due(now=NOW)
    assert TimeOff.objects.filter(practitioner=house.jun).count() == 1


def test_calendar_that_is_removed_or_changed_while_it_is_read_writes_nothing(house, site):
    old = follow(house, site.address)
    follow(house, site.address)
    acts._read(old, now=NOW)  # as a worker that was still at it
    assert busy() == []
    acts.read_due(now=NOW)
    assert busy() == [local("09:00")]
    acts.forget(practitioner=house.dana, by=make_user(), now=NOW)
    assert busy() == [] and not OwnCalendar.objects.exists()
    assert list(AuditEvent.objects.order_by("id").values_list("act", flat=True)) == [
        "own_calendar.set",
        "own_calendar.set",
        "own_calendar.removed",
    ]


def test_time_off_of_people_stays_when_a_calendar_is_read(house, site):
    away = TimeOff.objects.create(practitioner=house.dana, starts_at=local("11:00"), ends_at=local("12:00"))
    follow(house, site.address)
    acts.read_due(now=NOW)
    acts.forget(practitioner=house.dana, by=make_user(), now=NOW)
    assert list(TimeOff.objects.all()) == [away]


def test_search_leaves_out_what_the_judge_refuses(house, site):
    site.body = file("DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=WEEKLY;COUNT=2", NINE)
    follow(house, site.address)
    acts.read_due(now=NOW)
    found = schedule.find(
        service=house.service,
        mode="in_clinic",
        first_day=date(2026, 11, 25),
        days=9,
        practitioner=house.dana,
        now=NOW,
    )
    days = {slot.start.astimezone(UTC).date() for slot in found}
    assert local("09:00") not in {slot.start for slot in found} and date(2026, 11, 26) not in days
    assert date(2026, 11, 27) in days and date(2026, 12, 3) not in days
