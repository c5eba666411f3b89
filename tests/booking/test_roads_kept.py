"""The roads in the diary: where each block takes place, what is listed beside it, and two who would break a road."""

from datetime import timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from booking import diary, schedule
from booking.availability import Reason
from booking.models import Appointment, Block, WorkingHours
from clinic.models import Clinic, TravelZone, ZoneMinutes, ZonePostalCode
from tests.booking.house import WEDNESDAY, House, local, make_house
from tests.booking.test_races import all_look_before_any_writes, race, without_locks
from tests.booking.wholeness import faults
from tests.factories import NOW, make_location, make_user, make_working_hours

# The tests' location lies in TOWN; 99504 is in the zone "East", 99577 in "River".
ROADS = {("Town", "East"): 20, ("East", "East"): 10, ("Town", "River"): 30, ("East", "River"): 40}


def with_roads(house: House) -> House:
    names = ("Town", "East", "River")
    zones = {name: TravelZone.objects.get_or_create(name=name)[0] for name in names}
    ZonePostalCode.objects.create(zone=zones["River"], code="99577")
    for (start, end), minutes in ROADS.items():
        ZoneMinutes.objects.create(from_zone=zones[start], to_zone=zones[end], minutes=minutes)
    house.location.zone = zones["Town"]
    house.location.save()
    return house


@pytest.fixture
def roads(house) -> House:
    return with_roads(house)


def walls(house: House, mode: str, **asked) -> list[str]:
    """Dana's free starts by the clock, on the half hours."""
    asked = {"practitioner": house.dana, "first_day": WEDNESDAY, "days": 1, "now": NOW} | asked
    slots = schedule.find(service=house.service, mode=mode, **asked)
    found = [f"{slot.start - timedelta(hours=9):%H:%M}" for slot in slots]
    return [wall for wall in found if wall[3:] in ("00", "30")]


def why(house: House, wall: str, mode: str, **asked) -> list[Reason]:
    asked = {"start": local(wall), "practitioner": house.dana, "now": NOW} | asked
    return schedule.why_not(service=house.service, mode=mode, **asked)


def zone(name: str) -> TravelZone:
    return TravelZone.objects.get(name=name)


def where(block: Block) -> tuple[str, str]:
    block.refresh_from_db()
    return (block.location.name if block.location else "", block.zone.name if block.zone else "")


def test_home_is_listed_where_both_roads_leave_time(roads):
    assert walls(roads, "mobile", postal_code="99504") == ["08:30", "09:00", "09:30", "10:00", "10:30"]
    roads.book("08:30", now=NOW)
    assert walls(roads, "mobile", postal_code="99504") == ["10:00", "10:30"]
    assert walls(roads, "mobile", postal_code="99577") == ["10:00", "10:30"]


def test_other_home_is_listed_where_the_road_from_the_first_leaves_time(roads):
    roads.book("08:30", mode="mobile", now=NOW)
    assert walls(roads, "mobile", postal_code="99504") == ["10:00", "10:30"]
    assert walls(roads, "mobile", postal_code="99577") == ["10:30"]


@pytest.mark.parametrize(("mode", "asked"), [("in_clinic", {}), ("telehealth", {"state": "AK"})])
def test_visit_where_the_practitioner_works_is_not_listed_in_the_way_of_a_road(roads, mode, asked):
    roads.book("09:00", mode="mobile", now=NOW)
    assert walls(roads, mode, **asked) == ["10:30", "11:00"]
    place = {"location": roads.location} if mode == "in_clinic" else {}
    assert why(roads, "10:00", mode, **asked, **place) == [Reason.ROAD]


def test_hold_of_a_home_visit_keeps_its_roads_too(roads):
    slot = roads.slot("09:00", mode="mobile")
    diary.hold(slot=slot, service=roads.service, mode="mobile", browser="b", postal_code="99504", now=NOW)
    assert walls(roads, "in_clinic") == ["10:30", "11:00"]


def test_own_hold_for_one_home_does_not_book_another_that_the_road_forbids(roads):
    ZoneMinutes.objects.create(from_zone=zone("River"), to_zone=zone("Town"), minutes=45)
    roads.book("10:00", now=NOW)
    slot = roads.slot("08:30", mode="mobile")
    diary.hold(slot=slot, service=roads.service, mode="mobile", browser="b", postal_code="99504", now=NOW)
    with pytest.raises(diary.SlotTaken):
        roads.book("08:30", mode="mobile", postal_code="99577", browser="b", now=NOW)
    assert roads.book("08:30", mode="mobile", postal_code="99504", browser="b", now=NOW)


def test_patient_who_picked_a_time_that_a_road_has_taken_is_told_that_it_has_gone(roads):
    roads.book("08:30", mode="mobile", now=NOW)
    with pytest.raises(diary.SlotTaken):
        roads.book("09:30", now=NOW)
    with pytest.raises(diary.SlotTaken):
        roads.book("09:30", mode="mobile", now=NOW)


def test_staff_are_told_the_road_and_may_pass_over_it_with_a_reason(roads):
    user = make_user()
    roads.book("08:30", mode="mobile", now=NOW)
    with pytest.raises(diary.SlotRefused) as refused:
        roads.book("09:30", by=user, now=NOW)
    assert refused.value.reasons == (Reason.ROAD,)
    visit = roads.book("09:30", by=user, override_reason="the patient walks over from next door", now=NOW)
    assert not visit.block.overlap
    event = visit.events.get()
    assert (event.details["passed_over"], event.why) == (["road"], "the patient walks over from next door")


def test_block_says_where_it_takes_place(roads):
    assert where(roads.book("08:00", now=NOW).block) == ("Midtown clinic", "")
    assert where(roads.book("10:00", mode="mobile", now=NOW).block) == ("", "East")
    assert where(roads.book("11:00", mode="telehealth", practitioner=roads.jun, now=NOW).block)[0] == "Midtown clinic"


def test_visit_by_video_is_at_the_location_where_its_practitioner_works_then(roads):
    studio = make_location(name="Hillside studio")
    make_working_hours(roads.dana, studio, starts="13:00", ends="16:00")
    assert where(roads.book("14:00", mode="telehealth", now=NOW).block) == ("Hillside studio", "")
    assert where(roads.book("09:00", mode="telehealth", now=NOW).block) == ("Midtown clinic", "")


def test_outside_the_area_staff_book_with_a_reason_and_the_road_is_the_unknown_one(roads):
    Clinic.objects.update(road_minutes=60)
    asked = {"mode": "mobile", "postal_code": "98101", "by": make_user(), "override_reason": "her sister drives her"}
    visit = roads.book("09:00", **asked, now=NOW)
    assert (where(visit.block), visit.zone, visit.zone_fee) == (("", ""), None, 0)
    assert walls(roads, "in_clinic") == ["11:00"]


def test_fee_for_the_drive_is_kept_with_the_visit_and_stays_when_it_moves(roads):
    TravelZone.objects.filter(name="East").update(fee=25)
    visit = roads.book("08:30", mode="mobile", now=NOW)
    TravelZone.objects.filter(name="East").update(fee=40)
    moved = diary.move(appointment=visit, start=local("10:00"), practitioner=roads.dana, now=NOW)
    moved.refresh_from_db()
    assert moved.zone == zone("East")
    assert [moved.zone_fee, moved.price, moved.total] == [Decimal(25), Decimal(190), Decimal(215)]
    assert where(moved.block) == ("", "East")


def test_visit_moves_only_to_where_the_road_leaves_time(roads):
    visit = roads.book("08:30", mode="mobile", now=NOW)
    roads.book("10:30", now=NOW)
    with pytest.raises(diary.SlotTaken):
        diary.move(appointment=visit, start=local("09:15"), practitioner=roads.dana, now=NOW)
    assert diary.move(appointment=visit, start=local("09:00"), practitioner=roads.dana, now=NOW).sequence == 1


def test_cancelled_visit_gives_its_roads_back(roads):
    visit = roads.book("09:00", mode="mobile", now=NOW)
    diary.cancel(appointment=visit, by=make_user(), now=NOW)
    assert walls(roads, "in_clinic")[:2] == ["08:00", "08:30"]


@pytest.mark.parametrize("minutes", [-1, 241])
def test_road_takes_0_to_240_minutes(roads, minutes):
    with pytest.raises(IntegrityError), transaction.atomic():
        ZoneMinutes.objects.filter(minutes=20).update(minutes=minutes)


def test_pair_of_zones_has_one_road_each_way(roads):
    with pytest.raises(IntegrityError), transaction.atomic():
        ZoneMinutes.objects.create(from_zone=zone("Town"), to_zone=zone("East"), minutes=5)
    ZoneMinutes.objects.create(from_zone=zone("East"), to_zone=zone("Town"), minutes=5)
    assert ZoneMinutes.objects.filter(minutes=5).count() == 1


def test_block_is_at_a_location_or_at_a_home(roads):
    visit = roads.book("09:00", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Block.objects.filter(pk=visit.block_id).update(zone=zone("East"))


def test_only_a_home_visit_has_a_fee_for_the_drive(roads):
    visit = roads.book("09:00", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=visit.pk).update(zone_fee=5)


def test_upgrade_finds_out_where_older_blocks_are(roads, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    clinic = roads.book("08:00", now=NOW)
    video = roads.book("09:00", mode="telehealth", now=NOW)
    known = roads.book("08:30", mode="mobile", practitioner=roads.jun, address="1 A St, Anchorage 99504-1234", now=NOW)
    other = roads.book("10:30", mode="mobile", practitioner=roads.jun, address="behind the old mill", now=NOW)
    Appointment.objects.update(zone=None)
    Block.objects.update(location=None, zone=None)
    import_module("booking.migrations.0005_where_blocks_are").fill(apps, None)
    assert where(clinic.block) == where(video.block) == ("Midtown clinic", "")
    assert (where(known.block), where(other.block)) == (("", "East"), ("", ""))
    known.refresh_from_db()
    assert known.zone == zone("East")


def test_upgrade_leaves_open_where_somebody_with_two_locations_was_by_video(roads):
    make_working_hours(roads.dana, make_location())
    video = roads.book("09:00", mode="telehealth", now=NOW)
    Block.objects.update(location=None)
    import_module("booking.migrations.0005_where_blocks_are").fill(apps, None)
    assert where(video.block) == ("", "")
    Clinic.objects.update(road_minutes=45)
    WorkingHours.objects.exclude(location=roads.location).delete()
    assert walls(roads, "in_clinic") == ["11:00"]


# ------------------------------------------------------------------ two at once


def two_homes(house: House):
    """Two visits of which each can be reached, but not the one after the other."""
    wanted = [
        house.booking("08:30", mode="mobile", postal_code="99504"),
        house.booking("10:00", mode="mobile", postal_code="99577"),
    ]
    return lambda number: diary.book(**wanted[number], now=NOW)


def two_roads_broken() -> bool:
    return Block.objects.filter(state="booked", zone__isnull=False).count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_locks_two_patients_break_each_others_road(monkeypatch):
    house = with_roads(make_house())
    without_locks(monkeypatch)
    all_look_before_any_writes(monkeypatch, 2)
    assert race(two_homes(house), threads=2) == {"booked": 2}
    assert two_roads_broken()


@pytest.mark.django_db(transaction=True)
def test_two_homes_that_cannot_both_be_reached_have_one_winner():
    house = with_roads(make_house())
    assert race(two_homes(house), threads=2) == {"booked": 1, "SlotTaken": 1}
    assert not two_roads_broken()
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_clinic_and_home_at_once_have_one_winner():
    house = with_roads(make_house())
    wanted = [house.booking("08:00"), house.booking("09:15", mode="mobile")]
    assert race(lambda number: diary.book(**wanted[number], now=NOW), threads=2) == {"booked": 1, "SlotTaken": 1}
    assert faults() == []


def test_no_show_to_which_no_road_leads_any_more_is_taken_back_for_a_reason_only(roads):
    jo, visit = make_user(), roads.book("09:00", mode="mobile", now=NOW)
    diary.no_show(appointment=visit, by=jo, now=local("09:10"))
    assert "10:00" in walls(roads, "in_clinic")
    roads.book("10:00", by=jo, now=NOW)
    with pytest.raises(diary.SlotRefused) as refused:
        diary.undo(appointment=visit, by=jo, now=local("09:20"))
    assert refused.value.reasons == (Reason.ROAD,)
    visit.block.refresh_from_db()
    assert visit.block.state == "no_show"
    assert diary.undo(appointment=visit, by=jo, override_reason="flies", now=local("09:20")).block.state == "booked"
