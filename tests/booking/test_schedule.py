"""Free times out of the database."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import diary, schedule
from booking.availability import Reason, Slot
from booking.errors import OutsideArea
from booking.models import Block, TimeOff
from clinic.models import Closure, Licence, Mode, Room, ServiceMode, TravelZone
from tests.booking.house import WEDNESDAY, House, local
from tests.factories import (
    NOW,
    make_licence,
    make_location,
    make_practitioner,
    make_room,
    make_working_hours,
)


def found(house: House, mode: str = "in_clinic", *, days: int = 1, **asked) -> list[Slot]:
    if mode == "telehealth":
        asked.setdefault("state", "AK")
    if mode == "mobile":
        asked.setdefault("postal_code", "99504")
    return schedule.find(
        **{"service": house.service, "mode": mode, "first_day": WEDNESDAY, "days": days, "now": NOW, **asked}
    )


def starts(slots: list[Slot]) -> list[datetime]:
    return sorted({slot.start for slot in slots})


MORNING = [local(f"{hour:02d}:{minute:02d}") for hour in (8, 9, 10) for minute in (0, 15, 30, 45)] + [local("11:00")]


@pytest.mark.parametrize("mode", Mode.values)
def test_day_without_bookings_is_free_with_everybody(house, mode):
    slots = found(house, mode)
    assert starts(slots) == MORNING
    assert {slot.practitioner_id for slot in slots} == {house.dana.pk, house.jun.pk}
    assert {slot.location_id for slot in slots} == ({house.location.pk} if mode == "in_clinic" else {None})


@pytest.mark.parametrize("mode", Mode.values)
def test_number_of_queries_stays_whatever_the_weeks_people_and_bookings(house, mode):
    house.service.refresh_from_db()
    with CaptureQueriesContext(connection) as few:
        found(house, mode, days=1)
    for number in range(3):
        person = make_practitioner()
        make_licence(person)
        make_working_hours(person, house.location)
        make_working_hours(person, make_location(), starts="13:00", ends="16:00")
        make_room(house.location)
        house.service.modes.get(mode=mode).practitioners.add(person)
        house.book(f"{8 + number:02d}:00", practitioner=person, now=NOW, mode=mode)
    with CaptureQueriesContext(connection) as many:
        slots = found(house, mode, days=28)
    assert len(slots) > 1000
    assert len(many) == len(few)
    assert len(many) <= 10


@pytest.mark.parametrize(("kind", "bound"), [("treatment", '"starts_at" > '), ("", '"busy_from" > ')])
def test_blocks_are_read_once_and_with_a_lower_bound(house, kind, bound):
    ServiceMode.objects.update(room_kind=kind)
    with CaptureQueriesContext(connection) as queries:
        found(house)
    (overlaps,) = [query["sql"] for query in queries if 'FROM "booking_block"' in query["sql"]]
    assert bound in overlaps


@pytest.mark.parametrize(
    ("room", "walls"),
    [
        ({}, ["10:00", "10:15", "10:30", "10:45", "11:00"]),
        ({"room_from": local("09:15")}, ["08:00", "08:15", "10:00", "10:15", "10:30", "10:45", "11:00"]),
        ({"room_until": local("09:45")}, ["09:45", "10:00", "10:15", "10:30", "10:45", "11:00"]),
    ],
)
def test_room_is_taken_for_its_own_time(house, room, walls):
    visit = house.book("09:00", now=NOW)
    Block.objects.filter(pk=visit.block_id).update(**{"room_from": local("08:45"), "busy_from": local("08:45"), **room})
    Room.objects.exclude(pk=visit.block.room_id).update(active=False)
    assert starts(found(house, practitioner=house.jun)) == [local(wall) for wall in walls]


def test_booked_time_is_gone(house):
    house.book("09:00", now=NOW)
    dana = [slot for slot in found(house) if slot.practitioner_id == house.dana.pk]
    assert starts(dana) == [local("08:00"), *MORNING[8:]]


def test_overlap_on_purpose_counts_as_taken(house):
    visit = house.book("09:00", now=NOW)
    Block.objects.filter(pk=visit.block_id).update(overlap=True, overlap_reason="two at once")
    assert local("09:00") not in starts(found(house, practitioner=house.dana))


@pytest.mark.parametrize(("expires", "free"), [(timedelta(0), True), (timedelta(seconds=1), False)])
def test_hold_counts_until_it_has_run_out(house, expires, free):
    block = diary.hold(slot=house.slot(), service=house.service, mode="in_clinic", browser="b", now=NOW)
    Block.objects.filter(pk=block.pk).update(expires_at=NOW + expires)
    assert (local("09:00") in starts(found(house, practitioner=house.dana))) is free


def test_last_room_makes_the_other_practitioner_unavailable_too(house):
    house.rooms[1].delete()
    house.book("09:00", now=NOW)
    assert starts(found(house, practitioner=house.jun)) == [local("08:00"), *MORNING[8:]]


def test_room_of_another_kind_or_out_of_use_does_not_count(house):
    house.rooms[0].kind = "gym"
    house.rooms[1].active = False
    for room in house.rooms:
        room.save()
    assert found(house) == []
    assert found(house, "telehealth") != []


def test_closure_counts_for_its_location_or_for_all(house):
    Closure.objects.create(location=make_location(), first_day=WEDNESDAY, last_day=WEDNESDAY, reason="Flood")
    assert starts(found(house)) == MORNING
    Closure.objects.create(first_day=WEDNESDAY, last_day=WEDNESDAY, reason="Thanksgiving Eve")
    assert found(house) == []


def test_time_off_counts(house):
    TimeOff.objects.create(practitioner=house.dana, starts_at=local("08:00"), ends_at=local("10:30"))
    assert starts(found(house, practitioner=house.dana)) == MORNING[10:]


def test_working_hours_count_between_their_dates(house):
    house.dana.working_hours.update(valid_until=WEDNESDAY - timedelta(days=1))
    assert found(house, practitioner=house.dana) == []


def test_inactive_practitioner_location_service_or_mode_has_no_slots(house):
    house.dana.active = False
    house.dana.save()
    assert {slot.practitioner_id for slot in found(house)} == {house.jun.pk}
    house.location.active = False
    house.location.save()
    assert found(house) == []
    ServiceMode.objects.filter(mode="mobile").update(active=False)
    assert found(house, "mobile") == []
    house.service.active = False
    house.service.save()
    assert found(house, "telehealth") == []


def test_practitioner_who_does_not_give_the_service_has_no_slots(house):
    house.service.modes.get(mode="in_clinic").practitioners.remove(house.dana)
    assert {slot.practitioner_id for slot in found(house)} == {house.jun.pk}


def test_video_is_offered_by_those_with_a_licence_in_the_state(house):
    make_licence(house.jun, state="WA", kind="compact", expires_on=WEDNESDAY)
    assert {slot.practitioner_id for slot in found(house, "telehealth", state="WA", days=2)} == {house.jun.pk}
    assert {slot.start.date() for slot in found(house, "telehealth", state="WA", days=2)} == {WEDNESDAY}
    assert found(house, "telehealth", state="OR") == []
    assert found(house, "telehealth", state="") == []


def test_longer_of_licence_and_compact_privilege_counts(house):
    Licence.objects.filter(practitioner=house.jun).update(expires_on=WEDNESDAY - timedelta(days=1))
    assert found(house, "telehealth", practitioner=house.jun) == []
    make_licence(house.jun, kind="compact", expires_on=WEDNESDAY)
    assert starts(found(house, "telehealth", practitioner=house.jun)) == MORNING


@pytest.mark.parametrize("code", ["99504", " 99504 ", "99504-1234"])
def test_home_visit_is_offered_inside_the_area(house, code):
    assert starts(found(house, "mobile", postal_code=code)) == MORNING


@pytest.mark.parametrize("code", ["", "99801", "9950", "\U0001f3d4" * 300])
def test_home_visit_outside_the_area_is_an_error_of_its_own(house, code):
    with pytest.raises(OutsideArea):
        found(house, "mobile", postal_code=code)


def test_zone_out_of_use_is_outside_the_area(house):
    TravelZone.objects.update(active=False)
    with pytest.raises(OutsideArea):
        found(house, "mobile")


def test_service_that_is_not_online_is_found_by_staff_only(house):
    house.service.online = False
    house.service.save()
    assert found(house) == []
    assert starts(found(house, staff=True)) == MORNING


def test_service_for_known_patients_is_not_found_by_new_ones(house):
    house.service.modes.filter(mode="in_clinic").update(new_patients=False)
    assert found(house, new_patient=True) == []
    assert starts(found(house, "telehealth", new_patient=True)) == MORNING
    assert starts(found(house, new_patient=False)) == MORNING


@pytest.mark.parametrize("first_day", [date.min, date(2025, 1, 1), date(2027, 6, 1), date.max])
def test_days_without_sense_have_no_slots(house, first_day):
    assert found(house, first_day=first_day) == []


def test_days_are_cut_at_the_horizon(house):
    slots = found(house, days=10_000_000)
    assert slots[-1].start.date() <= NOW.date() + timedelta(days=61)
    assert len({slot.start.date() for slot in slots}) == 43  # working days to 23 January


def test_far_location_counts_its_own_days(house):
    house.location.time_zone = "Pacific/Auckland"
    house.location.save()
    thursday = WEDNESDAY + timedelta(days=1)
    assert starts(found(house, first_day=thursday))[0] == local("08:00", thursday, "Pacific/Auckland")


def test_why_not_is_empty_for_what_is_listed_only(house):
    house.book("09:00", now=NOW)

    def why_not(wall):
        return schedule.why_not(
            service=house.service,
            mode="in_clinic",
            start=local(wall),
            practitioner=house.dana,
            location=house.location,
            now=NOW,
        )

    assert why_not("08:00") == []
    assert why_not("08:30") == [Reason.TAKEN]
    assert why_not("09:10") == [Reason.OFF_GRID, Reason.TAKEN]
    assert why_not("07:00") == [Reason.NOT_WORKING]


def test_why_not_tells_of_somebody_who_does_not_give_the_service(house):
    other = make_practitioner()
    reasons = schedule.why_not(
        service=house.service, mode="telehealth", start=local("09:00"), practitioner=other, state="AK", now=NOW
    )
    assert set(reasons) == {Reason.MODE, Reason.LICENCE, Reason.NOT_WORKING}


@pytest.mark.parametrize(("year", "reason"), [(1, Reason.PAST), (1999, Reason.PAST), (9999, Reason.HORIZON)])
def test_why_not_bears_any_year(house, year, reason):
    start = NOW.replace(year=year)
    assert schedule.why_not(service=house.service, mode="mobile", start=start, practitioner=house.dana, now=NOW) == [
        reason
    ]
