"""The roads, rule by rule: what they leave between two visits, and at both ends of a day."""

from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from booking.availability import Calendar, Reason, Roads, Site, Slot, Stay, free_slots, in_words, place_of, refusal
from tests.booking.values import (
    DANA,
    HILLSIDE,
    MIDTOWN,
    NOW,
    TUESDAY,
    at,
    make_calendar,
    make_person,
    make_shift,
    minutes,
    span,
)

# Travel zones. Midtown lies in TOWN, Hillside in HILLS.
TOWN, HILLS, RIVER = 1, 2, 3
CLINIC, STUDIO = Site(MIDTOWN, TOWN), Site(HILLSIDE, HILLS)
ROADS = Roads(
    {
        (TOWN, TOWN): minutes(10),
        (TOWN, HILLS): minutes(20),
        (TOWN, RIVER): minutes(30),
        (RIVER, TOWN): minutes(40),
    },
    unknown=minutes(45),
)


def home(zone: int | None) -> Site:
    return Site(None, zone, home=True)


def stay(start: str, end: str, site: Site, day: date = TUESDAY) -> Stay:
    around = span(start, end, day)
    return Stay(around.start, around.end, site)


def calendar(*people, home: int | None = TOWN, mode: str = "mobile", **values) -> Calendar:
    """Home visits of half an hour every quarter, in TOWN; nobody is busy unless told otherwise."""
    rules = {"mode": mode, "duration": minutes(30), "grid": minutes(15), "notice": minutes(0), **values}
    made = make_calendar(*people, **rules)
    zones = {MIDTOWN: TOWN, HILLSIDE: HILLS}
    places = {pk: replace(place, travel_zone=zones[pk]) for pk, place in made.places.items()}
    return replace(made, places=places, roads=ROADS, home=home)


def worker(*taken: Stay, **values):
    return make_person(taken=taken, **values)


def listed(made: Calendar, day: date = TUESDAY, **chosen) -> list[str]:
    slots = free_slots(made, first_day=day, days=1, now=NOW, **chosen)
    return [f"{slot.start.astimezone(ZoneInfo('America/Anchorage')):%H:%M}" for slot in slots]


def why(made: Calendar, wall: str, location: int | None = None) -> list[Reason]:
    return refusal(made, Slot(at(wall), DANA, location, made.rules.mode), now=NOW)


def test_day_begins_and_ends_with_the_road_from_and_to_the_location_of_the_shift():
    made = calendar(home=HILLS)
    assert (listed(made)[0], listed(made)[-1]) == ("08:30", "11:00")
    assert why(made, "08:15") == why(made, "11:15") == [Reason.ROAD]


def test_road_takes_as_long_back_as_there_unless_told_otherwise():
    made = calendar(home=RIVER)
    assert (listed(made)[0], listed(made)[-1]) == ("08:30", "10:45")


def test_day_may_start_in_one_zone_and_end_in_another():
    made = calendar(worker(day_starts=RIVER, day_ends=HILLS))
    assert (listed(made)[0], listed(made)[-1]) == ("08:45", "11:00")


def test_day_goes_from_the_first_working_hours_to_the_last_in_any_mode_and_place():
    rest = [
        make_shift(starts=time(7), ends=time(8), modes=frozenset({"in_clinic"})),
        make_shift(starts=time(12), ends=time(13), modes=frozenset({"telehealth"}), place_id=HILLSIDE),
    ]
    made = calendar(worker(shifts=(make_shift(modes=frozenset({"mobile"})), *rest)), home=HILLS)
    assert (listed(made)[0], listed(made)[-1]) == ("08:00", "11:30")


def test_time_kept_free_at_the_ends_of_a_day_may_reach_out_of_it():
    assert listed(calendar(before=minutes(60), after=minutes(60))) == listed(calendar())


def test_time_off_is_like_the_night():
    made = calendar(make_person(away=(span("09:30", "10:00"),)), home=HILLS)
    assert listed(made) == ["08:30", "10:30", "10:45", "11:00"]
    assert why(made, "09:00") == why(made, "10:15") == [Reason.ROAD]
    assert why(made, "09:45") == [Reason.AWAY]


def test_road_lies_between_what_is_kept_free_after_one_visit_and_before_the_next():
    before, after = stay("08:00", "08:35", home(RIVER)), stay("11:05", "12:00", home(RIVER))
    made = calendar(worker(before, after), before=minutes(5), after=minutes(10))
    # There at 9:15 and ready at 9:20; up at 10:15, on the road at 10:25, there at 10:55.
    assert listed(made) == ["09:30", "09:45"]
    assert why(made, "09:15") == why(made, "10:00") == [Reason.ROAD]


def test_visit_may_begin_the_minute_that_one_is_there():
    assert listed(calendar(worker(stay("08:00", "08:50", home(TOWN)))))[0] == "09:00"


def test_visit_at_the_clinic_leaves_time_for_the_road_to_a_home_and_from_it():
    person = worker(stay("09:00", "10:00", home(RIVER)))
    made = calendar(person, mode="in_clinic", grid=minutes(30))
    assert listed(made) == ["08:00", "11:00", "11:30"]
    assert why(made, "08:30", MIDTOWN) == why(made, "10:00", MIDTOWN) == [Reason.ROAD]


def test_visit_by_video_is_at_the_location_of_the_shift():
    person = worker(stay("09:00", "10:00", home(RIVER)))
    made = calendar(person, mode="telehealth", grid=minutes(30))
    assert listed(made) == ["08:00", "11:00", "11:30"]
    assert listed(calendar(worker(stay("09:00", "10:00", CLINIC)), mode="telehealth"))[:3] == [
        "08:00",
        "08:15",
        "08:30",
    ]
    assert place_of(made, Slot(at("11:00"), DANA, None, "telehealth"), now=NOW) == MIDTOWN


def test_visit_by_video_is_where_the_road_lets_it_be():
    shifts = (make_shift(), make_shift(place_id=HILLSIDE))
    made = calendar(worker(stay("09:00", "10:00", STUDIO), shifts=shifts), mode="telehealth")
    slots = {slot.start: slot for slot in free_slots(made, first_day=TUESDAY, days=1, now=NOW)}
    assert place_of(made, slots[at("10:00")], now=NOW) == HILLSIDE
    assert place_of(made, slots[at("10:30")], now=NOW) == MIDTOWN


def test_two_locations_on_one_day_need_the_road_between_them():
    shifts = (make_shift(ends=time(10)), make_shift(starts=time(10), place_id=HILLSIDE))
    made = calendar(worker(stay("09:00", "10:00", CLINIC), shifts=shifts), mode="in_clinic")
    assert listed(made, location_id=HILLSIDE)[0] == "10:30"
    assert why(made, "10:15", HILLSIDE) == [Reason.ROAD]


def test_two_locations_of_which_nothing_is_known_need_no_road():
    shifts = (make_shift(ends=time(10)), make_shift(starts=time(10), place_id=HILLSIDE))
    made = calendar(worker(stay("09:00", "10:00", CLINIC), shifts=shifts), mode="in_clinic")
    assert listed(replace(made, roads=Roads(unknown=minutes(45))), location_id=HILLSIDE)[0] == "10:00"


@pytest.mark.parametrize("where", [home(None), home(99), Site()])
def test_road_of_which_nothing_is_known_takes_what_the_clinic_says(where):
    assert listed(calendar(worker(stay("08:00", "09:00", where))))[0] == "09:45"


def test_home_of_which_nothing_is_known_is_far_from_everywhere():
    assert listed(calendar(home=None))[:1] == ["08:45"]
    assert listed(calendar(worker(stay("09:00", "10:00", home(TOWN))), home=None))[0] == "10:45"


def test_meeting_somewhere_is_no_road_from_the_clinic():
    assert "10:00" in listed(calendar(worker(stay("09:00", "10:00", Site())), mode="in_clinic"))


def test_every_stay_counts_and_not_the_neighbour_alone():
    """The road by way of a short visit at the clinic is no shorter than the road itself."""
    person = worker(stay("08:00", "09:00", home(RIVER)), stay("09:00", "09:05", CLINIC))
    assert listed(calendar(person))[0] == "09:45"


def test_road_and_what_it_leads_to_are_told_apart():
    made = calendar(worker(stay("09:00", "10:00", home(RIVER))))
    assert why(made, "09:15") == [Reason.TAKEN]
    assert why(made, "08:15") == why(made, "10:30") == [Reason.ROAD]
    assert "road" in in_words(Reason.ROAD)


@pytest.mark.parametrize(
    ("day", "walls"),
    [
        # At 2:00 the clock jumps to 3:00: 40 minutes after 1:30 it shows 3:10.
        (date(2026, 3, 8), ["00:10", "03:10", "03:20"]),
        # At 2:00 the clock goes back to 1:00: 40 minutes after the first 1:30 it shows 1:10 again, which is no start.
        (date(2026, 11, 1), ["00:10", "02:00", "02:10", "02:20"]),
    ],
)
def test_road_takes_its_minutes_when_the_clock_changes(day, walls):
    shift = make_shift(weekday=6, starts=time(0), ends=time(4))
    person = worker(stay("00:50", "01:30", home(RIVER), day), shifts=(shift,))
    made = replace(calendar(person, duration=minutes(10), grid=minutes(10)), roads=replace(ROADS, unknown=minutes(0)))
    slots = free_slots(made, first_day=day, days=1, now=at("12:00", date(day.year, day.month - 1, 25)))
    assert [f"{slot.start.astimezone(ZoneInfo('America/Anchorage')):%H:%M}" for slot in slots][: len(walls)] == walls
