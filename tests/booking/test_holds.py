"""Holds: a time kept for one browser."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import diary
from booking.availability import Reason
from booking.choices import read
from booking.models import Appointment, Block
from booking.picked import Picked
from booking.tasks import expire_holds
from tests.booking.house import local
from tests.factories import NOW, make_clinic, make_user


def hold(house, wall="09:00", *, browser="browser one", now=NOW, mode="in_clinic", **values):
    slot = replace(house.slot(wall, mode=mode), **values.pop("slot", {}))
    return diary.hold(slot=slot, service=house.service, mode=mode, browser=browser, now=now, **values)


def test_hold_takes_practitioner_and_room_until_it_runs_out(house):
    make_clinic(hold_minutes=12)
    block = hold(house)
    assert (block.kind, block.state, block.browser) == ("hold", "held", "browser one")
    assert (block.starts_at, block.ends_at) == (local("09:00"), local("10:00"))
    assert (block.practitioner, block.room) == (house.dana, house.rooms[0])
    assert block.expires_at == NOW + timedelta(minutes=12)


def test_hold_of_a_taken_time_is_refused(house):
    hold(house)
    with pytest.raises(diary.SlotTaken):
        hold(house, browser="browser two")


def test_hold_of_the_second_practitioner_takes_the_second_room(house):
    hold(house)
    block = hold(house, browser="browser two", slot={"practitioner_id": house.jun.pk})
    assert block.room == house.rooms[1]


def test_hold_without_a_free_room_is_refused(house):
    house.rooms[1].delete()
    hold(house)
    with pytest.raises(diary.SlotTaken):
        hold(house, browser="browser two", slot={"practitioner_id": house.jun.pk})


def test_browser_has_one_hold(house):
    hold(house)
    block = hold(house, "09:30")
    assert list(Block.objects.all()) == [block]


def test_browser_keeps_its_hold_when_the_next_is_refused(house):
    mine = hold(house)
    hold(house, "11:00", browser="browser two")
    with pytest.raises(diary.SlotTaken):
        hold(house, "10:30")
    assert mine in Block.objects.all()


def test_browser_may_hold_the_same_time_again(house):
    hold(house)
    again = hold(house, now=NOW + timedelta(minutes=5))
    assert again.expires_at == NOW + timedelta(minutes=15)


def test_hold_that_has_run_out_is_in_nobodys_way(house):
    hold(house)
    block = hold(house, browser="browser two", now=NOW + timedelta(minutes=10))
    assert list(Block.objects.all()) == [block]


def test_hold_with_anybody_goes_to_the_lightest_day(house):
    house.book("11:00", now=NOW)
    block = hold(house, slot={"practitioner_id": None})
    assert block.practitioner == house.jun


@pytest.mark.parametrize(
    ("wall", "reasons"),
    [
        ("09:10", [Reason.OFF_GRID]),
        ("12:00", [Reason.NOT_WORKING]),
        ("11:30", [Reason.NOT_WORKING]),
    ],
)
def test_hold_of_a_time_that_is_not_offered_is_refused_with_reasons(house, wall, reasons):
    with pytest.raises(diary.SlotRefused) as refused:
        hold(house, wall)
    assert list(refused.value.reasons) == reasons
    assert not Block.objects.exists()


@pytest.mark.parametrize("years", [-2000, -30, 30, 7900])
def test_hold_in_any_year_is_refused(house, years):
    with pytest.raises(diary.SlotRefused):
        hold(house, slot={"start": local("09:00").replace(year=local("09:00").year + years)})


@pytest.mark.parametrize(
    "values",
    [
        {"practitioner_id": 10**9},
        {"location_id": 10**9},
        {"location_id": None},
        {"mode": "mobile"},
        {"mode": "nonsense", "location_id": None},
    ],
)
def test_hold_of_a_tampered_slot_is_refused(house, values):
    with pytest.raises(diary.SlotRefused):
        hold(house, slot=values)


def test_hold_at_home_is_refused_outside_the_area(house):
    with pytest.raises(diary.OutsideArea):
        hold(house, mode="mobile", postal_code="99801")
    assert hold(house, mode="mobile", postal_code="99504").room is None


def test_hold_by_video_needs_a_licence(house):
    with pytest.raises(diary.SlotRefused) as refused:
        hold(house, mode="telehealth", state="TX")
    assert refused.value.reasons == (Reason.LICENCE,)
    assert hold(house, mode="telehealth", state="AK").room is None


def test_hold_of_what_is_not_online_is_for_staff(house):
    house.service.online = False
    house.service.save()
    with pytest.raises(diary.SlotRefused):
        hold(house)
    assert hold(house, by=make_user())


def test_hold_without_a_browser_is_a_mistake_of_the_caller(house):
    with pytest.raises(ValueError, match="browser"):
        hold(house, browser="")


def test_release_gives_the_hold_up(house):
    hold(house)
    assert diary.release(browser="browser one", now=NOW) is True
    assert diary.release(browser="browser one", now=NOW) is False
    assert diary.release(browser="", now=NOW) is False
    assert not Block.objects.exists()


def test_holds_that_have_run_out_are_deleted_and_others_kept(house):
    hold(house)
    hold(house, "11:00", browser="browser two", now=NOW + timedelta(minutes=5))
    visit = house.book("10:00", now=NOW)
    assert diary.expire_holds(now=NOW + timedelta(minutes=10)) == 1
    assert set(Block.objects.values_list("browser", "kind")) == {("browser two", "hold"), ("", "visit")}
    assert Appointment.objects.get() == visit


def test_worker_deletes_holds_that_have_run_out(house):
    hold(house)
    Block.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    expire_holds()
    assert not Block.objects.exists()


def test_time_kept_for_a_visit_by_video_is_not_shown_as_kept_at_the_clinic(house):
    held = hold(house, mode="telehealth", state="AK")
    for mode, kept in (("telehealth", True), ("in_clinic", False)):
        choice = read(house.service, QueryDict(f"mode={mode}&state=AK"), now=NOW)
        assert Picked(choice, start=local("09:00"), person=house.dana).is_kept_by(held) is kept


def test_booking_reads_no_block_but_by_an_index(house):
    """Holds to give up were once sought through every block there ever was, because an order was asked of them."""
    diary.hold(slot=house.slot("09:00"), service=house.service, mode="in_clinic", browser="mine", now=NOW)
    with CaptureQueriesContext(connection) as queries:
        house.book("09:00", browser="mine", now=NOW)
    asked = [
        query["sql"] for query in queries if query["sql"].startswith("SELECT") and '"booking_block"' in query["sql"]
    ]
    steps = [step for sql in asked for step in plan(sql)]
    assert any("SEARCH booking_block" in step or "Index" in step for step in steps)
    # That index has nothing but holds in it.
    scans = [step for step in steps if "SCAN booking_block" in step or "Seq Scan on booking_block" in step]
    assert [step for step in scans if "block_expiring" not in step] == []


def plan(sql: str) -> list[str]:
    """Say how the database reads; PostgreSQL as if the table were large."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}" if connection.vendor == "postgresql" else f"EXPLAIN QUERY PLAN {sql}")
        return [row[-1] for row in cursor.fetchall()]
