"""When somebody works, out of the database: breaks, hours on a date, walk-in hours; and limits a day, in the acts."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from booking import diary, schedule
from booking.availability import Reason, Slot
from booking.choices import licensed_states
from booking.models import Block, WorkingHours
from clinic.models import OpeningHours, ServiceMode
from tests.booking.house import WEDNESDAY, House, local
from tests.factories import (
    NOW,
    make_licence,
    make_location,
    make_patient,
    make_practitioner,
    make_service_mode,
    make_user,
    make_working_hours,
)

THURSDAY = WEDNESDAY + timedelta(days=1)


def found(house: House, mode: str = "in_clinic", *, days: int = 1, **asked) -> list[Slot]:
    if mode == "telehealth":
        asked.setdefault("state", "AK")
    return schedule.find(
        **{"service": house.service, "mode": mode, "first_day": WEDNESDAY, "days": days, "now": NOW, **asked}
    )


def with_limit(house: House, limit: int, mode: str = "in_clinic") -> None:
    house.service.modes.filter(mode=mode).update(limit_a_day=limit)


# ------------------------------------------------------------------ breaks, dates, walk-in hours


def test_break_is_kept_free_in_every_mode(house):
    house.dana.working_hours.update(break_starts="09:00", break_ends="10:00")
    for mode in ("in_clinic", "telehealth"):
        mine = [slot.start for slot in found(house, mode, practitioner=house.dana)]
        assert mine == [local(wall) for wall in ("08:00", "10:00", "10:15", "10:30", "10:45", "11:00")]
    with pytest.raises(diary.SlotRefused) as refused:
        house.book("08:30", now=NOW)
    assert refused.value.reasons == (Reason.BREAK,)


def test_hours_on_a_date_stand_instead_of_the_weekly_ones_at_every_location(house):
    studio = make_location(position=5)
    WorkingHours.objects.create(
        practitioner=house.dana, location=studio, on_date=WEDNESDAY, starts="18:00", ends="19:30", modes=["telehealth"]
    )
    assert found(house, practitioner=house.dana) == []
    assert [slot.start for slot in found(house, "telehealth", practitioner=house.dana)] == [
        local(wall) for wall in ("18:00", "18:15", "18:30")
    ]
    assert found(house, practitioner=house.jun) != []
    assert found(house, practitioner=house.dana, first_day=THURSDAY) != []


def test_hours_on_another_date_change_nothing(house):
    before = found(house)
    make_working_hours(house.dana, house.location, weekdays=[None], on_date=date(2026, 12, 24))
    assert found(house) == before


def test_hours_for_walk_ins_only_are_booked_by_staff_with_a_reason_only(house):
    OpeningHours.objects.filter(location=house.location, opens="08:00").update(walk_in=True)
    assert found(house) != []
    OpeningHours.objects.filter(location=house.location, opens="08:00").update(walk_in_only=True)
    assert found(house) == []
    assert found(house, "telehealth") != []
    with pytest.raises(diary.SlotRefused) as refused:
        house.book("09:00", now=NOW)
    assert refused.value.reasons == (Reason.WALK_IN,)
    assert house.book("09:00", by=make_user(), override_reason="walked in", now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekday": None},
        {"on_date": WEDNESDAY},
        {"weekday": None, "on_date": WEDNESDAY, "valid_from": WEDNESDAY},
        {"break_starts": "08:00", "break_ends": "09:00"},
        {"break_starts": "11:00", "break_ends": "12:00"},
        {"break_starts": "10:00", "break_ends": "09:00"},
        {"break_starts": "10:00"},
    ],
)
def test_hours_that_make_no_sense_are_refused_by_the_database(house, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkingHours.objects.create(
            **{"practitioner": house.dana, "location": house.location, "weekday": 2, "starts": "08:00", "ends": "12:00"}
            | wrong
        )


def test_hours_on_one_date_begin_once_at_one_time(house):
    make_working_hours(house.dana, house.location, weekdays=[None], on_date=WEDNESDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_working_hours(house.dana, make_location(), weekdays=[None], on_date=WEDNESDAY)


def test_number_of_queries_stays_whatever_the_breaks_and_dates_and_a_limit_takes_one(house):
    house.service.refresh_from_db()
    with CaptureQueriesContext(connection) as few:
        found(house, days=28)
    with_limit(house, 3)
    house.dana.working_hours.update(break_starts="09:00", break_ends="10:00")
    OpeningHours.objects.filter(location=house.location).update(walk_in=True, walk_in_only=True)
    for number in range(3):
        person = make_practitioner()
        make_licence(person)
        make_working_hours(person, house.location)
        make_working_hours(
            person,
            make_location(),
            weekdays=[None],
            on_date=WEDNESDAY + timedelta(days=number),
            starts="13:00",
            ends="16:00",
        )
        house.service.modes.get(mode="in_clinic").practitioners.add(person)
    with CaptureQueriesContext(connection) as many:
        assert found(house, days=28) == []
    assert len(many) == len(few) + 1


# ------------------------------------------------------------------ licences on the day


@pytest.mark.parametrize("kind", ["licence", "compact"])
def test_licence_and_privilege_are_honoured_to_the_end_of_the_day_in_the_state_of_the_patient(house, kind):
    house.dana.working_hours.update(starts="17:00", ends="23:00")
    make_licence(house.dana, state="NY", kind=kind, expires_on=WEDNESDAY)
    in_new_york = [slot.start for slot in found(house, "telehealth", state="NY", days=3)]
    # Midnight in New York is 8 pm in Anchorage.
    assert (in_new_york[0], in_new_york[-1]) == (local("17:00"), local("19:00"))
    at_eight = {"mode": "telehealth", "state_then": "NY", "time_zone": "America/New_York"}
    with pytest.raises(diary.SlotRefused) as refused:
        house.book("19:15", by=make_user(), override_reason="please", **at_eight, now=NOW)
    assert refused.value.reasons == (Reason.LICENCE,)
    assert house.book("19:00", **at_eight, now=NOW)


def test_state_is_offered_through_the_last_day_of_its_licence(house):
    make_licence(house.dana, state="HI", kind="compact", expires_on=WEDNESDAY)
    assert "HI" in licensed_states(local("23:30", WEDNESDAY, "Pacific/Honolulu"))
    assert "HI" not in licensed_states(local("00:30", WEDNESDAY + timedelta(days=2), "Pacific/Honolulu"))


# ------------------------------------------------------------------ limits a day


def test_day_at_its_limit_is_not_listed_for_that_person_only(house):
    with_limit(house, 1)
    house.book("09:00", now=NOW)
    listed = found(house, days=2)
    assert {slot.start.date() for slot in listed if slot.practitioner_id == house.dana.pk} == {THURSDAY}
    assert {slot.start.date() for slot in listed if slot.practitioner_id == house.jun.pk} == {WEDNESDAY, THURSDAY}
    reasons = schedule.why_not(
        service=house.service,
        mode="in_clinic",
        start=local("11:00"),
        practitioner=house.dana,
        location=house.location,
        now=NOW,
    )
    assert reasons == [Reason.DAY_FULL]


def test_limit_counts_one_service_in_one_mode(house):
    with_limit(house, 1)
    house.book("08:00", mode="telehealth", now=NOW)
    other = make_service_mode(practitioners=(house.dana,), duration_minutes=15)
    house.book("09:00", service=other.service, now=NOW)
    assert house.book("10:00", now=NOW)


def test_cancelled_visit_gives_its_place_back(house):
    with_limit(house, 1)
    visit = house.book("09:00", now=NOW)
    diary.cancel(appointment=visit, by=None, now=NOW)
    with pytest.raises(diary.SlotTaken):  # it may be taken back
        house.book("11:00", now=NOW)
    assert house.book("11:00", now=NOW + timedelta(minutes=2))


def test_patient_who_comes_too_late_for_the_last_is_told_that_it_has_gone(house):
    with_limit(house, 1)
    house.book("09:00", now=NOW)
    with pytest.raises(diary.SlotTaken):
        house.book("11:00", now=NOW)


def test_time_that_is_held_counts_and_books(house):
    with_limit(house, 1)
    diary.hold(slot=house.slot("09:00"), service=house.service, mode="in_clinic", browser="mine", now=NOW)
    with pytest.raises(diary.SlotTaken):
        diary.hold(slot=house.slot("11:00"), service=house.service, mode="in_clinic", browser="other", now=NOW)
    with pytest.raises(diary.SlotTaken):
        house.book("11:00", browser="other", now=NOW)
    assert house.book("09:00", browser="mine", now=NOW)


def test_hold_that_has_run_out_does_not_count(house):
    with_limit(house, 1)
    diary.hold(slot=house.slot("09:00"), service=house.service, mode="in_clinic", browser="mine", now=NOW)
    assert house.book("11:00", now=NOW + timedelta(minutes=10))


def test_visit_may_be_moved_within_its_day_at_the_limit_and_not_into_a_full_one(house):
    with_limit(house, 1)
    visit = house.book("09:00", now=NOW)
    other = house.book("09:00", practitioner=house.jun, now=NOW)
    where = {"location": house.location, "now": NOW}
    moved = diary.move(appointment=visit, start=local("11:00"), practitioner=house.dana, **where)
    assert moved.block.starts_at == local("11:00")
    with pytest.raises(diary.SlotTaken):
        diary.move(appointment=other, start=local("08:00"), practitioner=house.dana, **where)


def test_staff_pass_over_the_limit_with_a_reason(house):
    with_limit(house, 1)
    house.book("09:00", now=NOW)
    jo = make_user()
    with pytest.raises(diary.SlotRefused) as refused:
        house.book("11:00", by=jo, now=NOW)
    assert refused.value.reasons == (Reason.DAY_FULL,)
    visit = house.book("11:00", by=jo, override_reason="Dana agrees", now=NOW)
    assert visit.events.get().details["passed_over"] == ["day_full"]


def test_anybody_is_somebody_below_the_limit_or_nobody(house):
    with_limit(house, 1)
    for _ in range(2):
        assert house.book("09:00", practitioner=None, now=NOW)
    with pytest.raises(diary.SlotTaken):
        house.book("11:00", practitioner=None, now=NOW)


def test_block_knows_what_it_gives_through_hold_book_and_move(house):
    offer = ServiceMode.objects.get(service=house.service, mode="in_clinic")
    held = diary.hold(slot=house.slot(), service=house.service, mode="in_clinic", browser="mine", now=NOW)
    assert held.offer == offer
    visit = house.book("09:00", browser="mine", patient=make_patient(), now=NOW)
    assert visit.block.offer == offer
    Block.objects.update(offer=None)
    diary.move(appointment=visit, start=local("10:00"), practitioner=None, location=house.location, now=NOW)
    visit.block.refresh_from_db()
    assert visit.block.offer == offer
