"""The slot engine, rule by rule, in ordinary weeks."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.availability import Reason, Slot, first_free, free_rooms, free_slots, in_words, lightest, nearest, refusal
from clinic.hours import Closure
from tests.booking.values import (
    DANA,
    HILLSIDE,
    JUN,
    MIDTOWN,
    NOW,
    TUESDAY,
    at,
    make_calendar,
    make_person,
    make_room,
    make_shift,
    minutes,
    span,
)

ANCHORAGE = ZoneInfo("America/Anchorage")


def listed(calendar, *, day=TUESDAY, days=1, now=NOW, **chosen) -> list[str]:
    slots = free_slots(calendar, first_day=day, days=days, now=now, **chosen)
    return [f"{slot.start.astimezone(ANCHORAGE):%H:%M}" for slot in slots]


def why(calendar, wall: str, *, day=TUESDAY, now=NOW, person=DANA, location=None) -> list[Reason]:
    slot = Slot(at(wall, day), person, location, calendar.rules.mode)
    return refusal(calendar, slot, now=now)


def test_slots_fill_a_shift_on_its_grid():
    assert listed(make_calendar()) == ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30", "11:00"]


def test_grid_counts_from_the_start_of_each_shift():
    person = make_person(
        shifts=(make_shift(starts=time(8, 10), ends=time(10)), make_shift(starts=time(13), ends=time(15)))
    )
    assert listed(make_calendar(person, grid=minutes(50), duration=minutes(50))) == ["08:10", "09:00", "13:00", "13:50"]


def test_visit_may_run_from_one_shift_into_the_next():
    person = make_person(shifts=(make_shift(ends=time(10)), make_shift(starts=time(10), ends=time(11))))
    assert listed(make_calendar(person)) == ["08:00", "08:30", "09:00", "09:30", "10:00"]


def test_overlapping_shifts_list_a_time_once():
    person = make_person(shifts=(make_shift(), make_shift(ends=time(10)), make_shift(place_id=HILLSIDE)))
    assert listed(make_calendar(person)) == listed(make_calendar())


def test_shift_of_another_weekday_has_no_slots():
    assert listed(make_calendar(make_person(shifts=(make_shift(weekday=2),)))) == []


def test_shift_without_the_mode_has_no_slots():
    person = make_person(shifts=(make_shift(modes=frozenset({"mobile"})),))
    assert listed(make_calendar(person)) == []
    assert why(make_calendar(person), "09:00") == [Reason.NOT_WORKING]


@pytest.mark.parametrize(
    ("dates", "offered"),
    [
        ({"valid_from": TUESDAY}, True),
        ({"valid_from": TUESDAY + timedelta(days=1)}, False),
        ({"valid_until": TUESDAY}, True),
        ({"valid_until": TUESDAY - timedelta(days=1)}, False),
    ],
)
def test_shift_holds_between_its_dates_both_included(dates, offered):
    calendar = make_calendar(make_person(shifts=(make_shift(**dates),)))
    assert bool(listed(calendar)) is offered
    assert why(calendar, "09:00") == ([] if offered else [Reason.NOT_WORKING])


def test_closed_day_has_no_slots():
    calendar = make_calendar(closures=(Closure(TUESDAY, TUESDAY),))
    assert listed(calendar) == []
    assert why(calendar, "09:00") == [Reason.CLOSED]


def test_closure_of_one_location_leaves_the_other_open():
    person = make_person(shifts=(make_shift(), make_shift(starts=time(13), ends=time(14), place_id=HILLSIDE)))
    assert listed(make_calendar(person, closures=(Closure(TUESDAY, TUESDAY),))) == ["13:00"]


def test_time_off_takes_the_visits_it_touches():
    calendar = make_calendar(make_person(away=(span("09:15", "10:00"),)))
    assert listed(calendar) == ["08:00", "10:00", "10:30", "11:00"]
    assert why(calendar, "09:00") == [Reason.AWAY]


def test_visit_may_end_when_another_begins():
    calendar = make_calendar(make_person(taken=(span("09:00", "10:00"),)))
    assert listed(calendar) == ["08:00", "10:00", "10:30", "11:00"]
    assert why(calendar, "09:30") == [Reason.TAKEN]


def test_buffers_are_kept_free_of_other_bookings():
    calendar = make_calendar(make_person(taken=(span("09:30", "10:00"),)), before=minutes(15), after=minutes(30))
    assert listed(calendar) == ["08:00", "10:30", "11:00"]
    assert why(calendar, "10:00") == [Reason.TAKEN]


def test_buffers_may_reach_out_of_working_hours():
    person = make_person(shifts=(make_shift(ends=time(9)),))
    assert listed(make_calendar(person, before=minutes(30), after=minutes(30))) == ["08:00"]


def test_buffer_that_reaches_into_the_next_day_is_checked():
    late = make_person(
        shifts=(make_shift(starts=time(22), ends=time(23, 59)),),
        taken=(span("00:00", "01:00", TUESDAY + timedelta(days=1)),),
    )
    assert listed(make_calendar(late, duration=minutes(30), after=minutes(45))) == ["22:00", "22:30"]


def test_time_is_offered_from_the_notice_on():
    now = at("07:00")
    assert listed(make_calendar(notice=minutes(120)), now=now) == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    assert why(make_calendar(notice=minutes(120)), "08:30", now=now) == [Reason.NOTICE]
    assert why(make_calendar(notice=minutes(120)), "08:30", now=at("08:31")) == [Reason.PAST]


def test_time_is_offered_up_to_the_horizon_in_local_days():
    wednesday = make_person(shifts=(make_shift(), make_shift(weekday=2)))
    late_on_tuesday = at("23:30", TUESDAY - timedelta(days=7))  # Wednesday already in UTC
    calendar = make_calendar(wednesday, horizon_days=7)
    assert listed(calendar, days=2, now=late_on_tuesday) == listed(make_calendar())
    assert why(calendar, "08:00", day=TUESDAY + timedelta(days=1), now=late_on_tuesday) == [Reason.HORIZON]


def test_time_off_the_grid_is_refused():
    assert why(make_calendar(), "09:10") == [Reason.OFF_GRID]
    slot = Slot(at("09:00") + timedelta(seconds=1), DANA, None, "telehealth")
    assert refusal(make_calendar(), slot, now=NOW) == [Reason.OFF_GRID]


def test_visit_past_the_end_of_work_is_refused():
    assert why(make_calendar(), "11:30") == [Reason.NOT_WORKING]


def test_every_broken_rule_is_told():
    person = make_person(
        offers=False, away=(span("09:00", "10:00"),), taken=(span("09:00", "10:00"),), licensed_until={}
    )
    calendar = make_calendar(person, closures=(Closure(TUESDAY, TUESDAY),), barred=(Reason.NOT_ONLINE,))
    assert set(why(calendar, "09:10", now=at("09:00"))) == {
        Reason.NOT_ONLINE,
        Reason.MODE,
        Reason.LICENCE,
        Reason.CLOSED,
        Reason.OFF_GRID,
        Reason.AWAY,
        Reason.NOTICE,
        Reason.TAKEN,
    }


def test_every_reason_has_words():
    assert all(in_words(reason) for reason in Reason)


def test_barred_service_lists_nothing():
    assert listed(make_calendar(barred=(Reason.NEW_PATIENT,))) == []
    assert why(make_calendar(barred=(Reason.NEW_PATIENT,)), "09:00") == [Reason.NEW_PATIENT]


def test_person_who_does_not_give_the_service_is_not_listed():
    calendar = make_calendar(make_person(offers=False))
    assert listed(calendar) == []
    assert why(calendar, "09:00") == [Reason.MODE]


@pytest.mark.parametrize(
    ("licences", "offered"),
    [
        ({"AK": None}, True),
        ({"AK": TUESDAY}, True),
        ({"AK": TUESDAY - timedelta(days=1)}, False),
        ({"WA": None}, False),
        ({}, False),
    ],
)
def test_video_needs_a_licence_in_the_state_on_the_day(licences, offered):
    calendar = make_calendar(make_person(licensed_until=licences))
    assert bool(listed(calendar)) is offered
    assert why(calendar, "09:00") == ([] if offered else [Reason.LICENCE])


def test_only_video_needs_a_licence():
    assert listed(make_calendar(make_person(licensed_until={}), mode="mobile")) == listed(make_calendar())


def test_video_without_a_state_has_no_slots():
    assert listed(make_calendar(state="")) == []


def test_visit_at_the_clinic_is_listed_with_its_location():
    person = make_person(
        shifts=(make_shift(ends=time(9)), make_shift(starts=time(13), ends=time(14), place_id=HILLSIDE))
    )
    calendar = make_calendar(person, mode="in_clinic")
    slots = free_slots(calendar, first_day=TUESDAY, days=1, now=NOW)
    assert slots == [Slot(at("08:00"), DANA, MIDTOWN, "in_clinic"), Slot(at("13:00"), DANA, HILLSIDE, "in_clinic")]
    assert listed(calendar, location_id=HILLSIDE) == ["13:00"]


def test_visit_by_video_has_no_location():
    assert {slot.location_id for slot in free_slots(make_calendar(), first_day=TUESDAY, days=1, now=NOW)} == {None}


def test_slot_at_the_wrong_location_is_refused():
    calendar = make_calendar(mode="in_clinic")
    assert why(calendar, "09:00", location=MIDTOWN) == []
    assert why(calendar, "09:00", location=HILLSIDE) == [Reason.NOT_WORKING]
    assert why(calendar, "09:00", location=None) == [Reason.MODE]
    assert why(make_calendar(), "09:00", location=MIDTOWN) == [Reason.MODE]


def test_who_never_works_there_is_told_what_else_is_in_the_way():
    calendar = make_calendar(make_person(taken=(span("09:00", "10:00"),)), mode="in_clinic")
    assert why(calendar, "09:00", location=HILLSIDE) == [Reason.NOT_WORKING, Reason.TAKEN]


def test_slot_of_another_mode_or_an_unknown_person_is_refused():
    calendar = make_calendar()
    assert refusal(calendar, Slot(at("09:00"), DANA, None, "mobile"), now=NOW) == [Reason.MODE]
    assert refusal(calendar, Slot(at("09:00"), 99, None, "telehealth"), now=NOW) == [Reason.MODE]


def test_visit_at_the_clinic_needs_one_room_throughout():
    rooms = (make_room(1, span("09:00", "09:30")), make_room(2, span("09:30", "10:00")))
    calendar = make_calendar(mode="in_clinic", room_kind="treatment", rooms=rooms)
    # At 9:00 each half hour has a free room, but no room has both.
    assert listed(calendar) == ["08:00", "08:30", "09:30", "10:00", "10:30", "11:00"]
    assert why(calendar, "09:00", location=MIDTOWN) == [Reason.NO_ROOM]


def test_buffers_count_for_rooms_too():
    calendar = make_calendar(
        mode="in_clinic", room_kind="treatment", rooms=(make_room(1, span("09:30", "10:00")),), after=minutes(15)
    )
    assert listed(calendar) == ["08:00", "10:00", "10:30", "11:00"]


def test_room_of_another_location_does_not_help():
    calendar = make_calendar(mode="in_clinic", room_kind="treatment", rooms=(make_room(1, place_id=HILLSIDE),))
    assert listed(calendar) == []


def test_visit_at_home_needs_no_room():
    assert listed(make_calendar(mode="mobile", room_kind="treatment")) == listed(make_calendar())


def test_free_rooms_come_first_choice_first():
    calendar = make_calendar(
        mode="in_clinic",
        room_kind="treatment",
        rooms=(make_room(3, span("09:00", "10:00")), make_room(2), make_room(7)),
    )
    assert free_rooms(calendar, start=at("09:30"), location_id=MIDTOWN) == [2, 7]


def test_slots_come_by_time_and_then_in_the_order_of_the_people():
    calendar = make_calendar(make_person(JUN), make_person(DANA))
    slots = free_slots(calendar, first_day=TUESDAY, days=1, now=NOW)
    assert [(slot.start, slot.practitioner_id) for slot in slots[:3]] == [
        (at("08:00"), JUN),
        (at("08:00"), DANA),
        (at("08:30"), JUN),
    ]


def test_one_person_can_be_asked_for():
    calendar = make_calendar(make_person(JUN), make_person(DANA))
    slots = free_slots(calendar, first_day=TUESDAY, days=1, now=NOW, practitioner_id=DANA)
    assert {slot.practitioner_id for slot in slots} == {DANA}


def test_first_free_gives_the_first_slot_of_each_person():
    calendar = make_calendar(make_person(JUN, taken=(span("08:00", "09:15"),)), make_person(DANA))
    slots = free_slots(calendar, first_day=TUESDAY, days=7, now=NOW)
    assert [(slot.start, slot.practitioner_id) for slot in first_free(slots)] == [
        (at("08:00"), DANA),
        (at("09:30"), JUN),
    ]


def test_nearest_gives_slots_on_both_sides():
    slots = free_slots(make_calendar(), first_day=TUESDAY, days=1, now=NOW)
    near = nearest(slots, start=at("09:10"), count=2)
    assert [slot.start for slot in near] == [at("08:30"), at("09:00"), at("09:30"), at("10:00")]
    assert nearest(slots, start=at("07:00"), count=1) == slots[:1]
    assert nearest(slots, start=at("19:00"), count=1) == slots[-1:]


def test_anybody_means_the_one_with_the_lightest_day():
    busy = make_person(DANA, taken=(span("10:00", "12:00"),))
    lighter = make_person(JUN, taken=(span("10:00", "11:00"), span("08:00", "12:00", TUESDAY + timedelta(days=1))))
    slot = lightest(make_calendar(busy, lighter), start=at("08:00"), location_id=None, now=NOW)
    assert slot == Slot(at("08:00"), JUN, None, "telehealth")


def test_anybody_between_equals_means_the_first():
    slot = lightest(make_calendar(make_person(JUN), make_person(DANA)), start=at("08:00"), location_id=None, now=NOW)
    assert slot == Slot(at("08:00"), JUN, None, "telehealth")


def test_anybody_passes_over_who_is_taken():
    calendar = make_calendar(
        make_person(JUN, taken=(span("08:00", "08:30"),)), make_person(DANA, taken=(span("10:00", "12:00"),))
    )
    slot = lightest(calendar, start=at("08:00"), location_id=None, now=NOW)
    assert slot == Slot(at("08:00"), DANA, None, "telehealth")
    assert lightest(calendar, start=at("10:10"), location_id=None, now=NOW) is None


def test_leap_day_has_slots():
    leap = date(2028, 2, 29)
    person = make_person(shifts=(make_shift(weekday=leap.weekday(), ends=time(9)),))
    slots = free_slots(make_calendar(person), first_day=date(2028, 2, 28), days=3, now=at("08:00", date(2028, 2, 20)))
    assert [slot.start for slot in slots] == [at("08:00", leap)]


def test_new_year_has_slots_on_both_sides():
    person = make_person(shifts=tuple(make_shift(weekday=day, ends=time(9)) for day in range(7)))
    slots = free_slots(make_calendar(person), first_day=date(2026, 12, 31), days=2, now=at("08:00", date(2026, 12, 1)))
    assert [slot.start for slot in slots] == [at("08:00", date(2026, 12, 31)), at("08:00", date(2027, 1, 1))]
