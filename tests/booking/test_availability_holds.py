"""What must hold for any calendar: the list and the refusal agree, and both agree with slow, obvious counting."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from booking.availability import (
    Calendar,
    Person,
    Place,
    Roads,
    RoomUse,
    Shift,
    Site,
    Slot,
    Stay,
    free_rooms,
    free_slots,
    lightest,
    refusal,
)
from clinic.hours import Closure, Stretch, from_wall
from clinic.spans import Span
from tests.booking.values import HILLSIDE, MIDTOWN, TUESDAY, at, make_calendar, make_rules, make_shift, minutes

ZONES = ["America/Anchorage", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Tokyo"]
FIVE = timedelta(minutes=5)
# Two days around a change of the clock in Anchorage and one in Lord Howe, and an ordinary one.
FIRST_DAYS = [date(2026, 10, 31), date(2026, 3, 7), date(2026, 10, 3), date(2026, 4, 4), TUESDAY]


@st.composite
def spans_near(draw, day: date, zone: str) -> Span:
    start = at("00:00", day, zone) + draw(st.integers(-12, 60)) * minutes(30)
    return Span(start, start + draw(st.integers(1, 20)) * minutes(15))


# Where somebody may be: each place, whatever its zone, homes in zones known and not, and anywhere.
SITES = [Site(MIDTOWN, 1), Site(HILLSIDE, 2), Site(None, 1, True), Site(None, 3, True), Site(None, None, True), Site()]


@st.composite
def stays_near(draw, day: date, zone: str) -> Stay:
    span = draw(spans_near(day, zone))
    return Stay(span.start, span.end, draw(st.sampled_from(SITES)))


@st.composite
def roads(draw) -> Roads:
    pairs = st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from([1, 2, 3]))
    lengths = st.sampled_from([minutes(0), minutes(10), minutes(35), minutes(240)])
    return Roads(draw(st.dictionaries(pairs, lengths, max_size=6)), draw(st.sampled_from([minutes(0), minutes(45)])))


@st.composite
def shifts(draw, day: date) -> Shift:
    first = draw(st.integers(0, 20))
    last = draw(st.integers(first + 1, 23))
    starts = time(first, draw(st.sampled_from([0, 20, 30])))
    ends = time(last, draw(st.sampled_from([30, 45, 59])))
    rests, resumes = time(draw(st.integers(first, last)), 35), time(draw(st.integers(first, last)), 40)
    modes = draw(st.sampled_from([{"in_clinic"}, {"telehealth", "mobile"}, {"in_clinic", "telehealth", "mobile"}]))
    return make_shift(
        weekday=draw(st.sampled_from([day.weekday(), (day.weekday() + 1) % 7])),
        starts=starts,
        ends=ends,
        place_id=draw(st.sampled_from([MIDTOWN, HILLSIDE])),
        modes=frozenset(modes),
        valid_until=draw(st.sampled_from([None, None, day])),
        pause=(rests, resumes) if starts < rests < resumes < ends else None,
        on=draw(st.sampled_from([None, None, None, day])),
        but=frozenset(draw(st.sampled_from([(), (), (), (day,)]))),
    )


@st.composite
def calendars(draw) -> tuple[Calendar, date, datetime]:
    day, zone = draw(st.sampled_from(FIRST_DAYS)), draw(st.sampled_from(ZONES))
    taken = st.lists(spans_near(day, zone), max_size=4).map(tuple)
    people = tuple(
        Person(
            pk,
            offers=draw(st.sampled_from([True, True, True, False])),
            shifts=draw(st.lists(shifts(day), max_size=4).map(tuple)),
            away=draw(st.lists(spans_near(day, zone), max_size=1).map(tuple)),
            taken=draw(st.one_of(taken, st.lists(stays_near(day, zone), max_size=4).map(tuple))),
            day_starts=draw(st.sampled_from([None, None, 3])),
            day_ends=draw(st.sampled_from([None, None, 2])),
            licensed_until=draw(st.sampled_from([{"AK": None}, {"AK": day}, {"AK": date.max}, {}])),
            given=draw(st.lists(spans_near(day, zone), max_size=2).map(lambda some: tuple(one.start for one in some))),
        )
        for pk in range(10, 10 + draw(st.integers(1, 2)))
    )
    calendar = make_calendar(
        *people,
        zone=zone,
        closures=draw(st.sampled_from([(), (), (Closure(day, day),)])),
        walk_in=draw(st.sampled_from([(), (Stretch(day.weekday(), time(1, 15), time(10)),)])),
        state_zone=draw(st.sampled_from(["", "Pacific/Guam", "America/New_York"])),
        rooms=tuple(
            RoomUse(pk, draw(st.sampled_from([MIDTOWN, HILLSIDE])), draw(taken))
            for pk in range(draw(st.integers(0, 3)))
        ),
        rules=make_rules(
            mode=draw(st.sampled_from(["in_clinic", "telehealth", "mobile"])),
            duration=minutes(draw(st.sampled_from([5, 30, 60, 90]))),
            before=minutes(draw(st.sampled_from([0, 15]))),
            after=minutes(draw(st.sampled_from([0, 5, 30]))),
            notice=minutes(draw(st.sampled_from([0, 120, 1440]))),
            horizon_days=draw(st.sampled_from([1, 30])),
            grid=minutes(draw(st.sampled_from([5, 15, 20, 40]))),
            room_kind=draw(st.sampled_from(["", "treatment"])),
            limit_a_day=draw(st.sampled_from([None, None, 1, 2])),
        ),
    )
    lies_in = {MIDTOWN: 1, HILLSIDE: draw(st.sampled_from([None, 2]))}
    calendar = replace(
        calendar,
        places={pk: replace(place, travel_zone=lies_in[pk]) for pk, place in calendar.places.items()},
        roads=draw(roads()),
        home=draw(st.sampled_from([None, 1, 3])),
    )
    return calendar, day, at("00:00", day, zone) + draw(st.integers(-30, 20)) * minutes(60)


def every_slot(calendar: Calendar, day: date) -> list[Slot]:
    """Every five minutes of two days, with everybody, at each place."""
    zone = next(iter(calendar.places.values())).zone
    mode = calendar.rules.mode
    wheres = (MIDTOWN, HILLSIDE) if mode == "in_clinic" else (None,)
    start, end = at("00:00", day, zone), at("00:00", day + timedelta(days=2), zone)
    starts = [start + step * FIVE for step in range((end - start) // FIVE)]
    return [Slot(one, person.id, where, mode) for one in starts for person in calendar.people for where in wheres]


def counted_from(shift: Shift, wall: time) -> time:
    return shift.pause[1] if shift.pause and wall >= shift.pause[1] else shift.starts


def is_full(calendar: Calendar, person: Person, zone: str, day: date) -> bool:
    given_then = [start for start in person.given if start.astimezone(ZoneInfo(zone)).date() == day]
    return calendar.rules.limit_a_day is not None and len(given_then) >= calendar.rules.limit_a_day


def is_licensed(calendar: Calendar, person: Person, slot: Slot, zone: str) -> bool:
    last = slot.start + calendar.rules.duration - timedelta(microseconds=1)
    until = person.licensed_until.get("AK", date.min)
    return until is None or last.astimezone(ZoneInfo(calendar.state_zone or zone)).date() <= until


def road(calendar: Calendar, start: Site, end: Site) -> timedelta:
    known, there, back = calendar.roads.known, (start.zone_id, end.zone_id), (end.zone_id, start.zone_id)
    if start.place_id is not None and start.place_id == end.place_id:
        return timedelta()
    if None not in there and (there in known or back in known):
        return known[there] if there in known else known[back]
    return calendar.roads.unknown if start.home or end.home else timedelta()


def leaves_time_for_roads(calendar: Calendar, person: Person, place: Place, slot: Slot) -> bool:
    """Drive there from each stay before, and from there to each one after, and look at the clock."""
    rules = calendar.rules
    ends = slot.start + rules.duration
    at_home = rules.mode == "mobile"
    here = Site(None, calendar.home, True) if at_home else Site(place.id, place.travel_zone)
    for span in person.taken:
        there = span.site if isinstance(span, Stay) else Site()
        if span.start < slot.start and slot.start - rules.before < span.end + road(calendar, there, here):
            return False
        if span.start >= slot.start and ends + rules.after + road(calendar, here, there) > span.start:
            return False
    if not at_home:
        return True
    place_site = Site(place.id, place.travel_zone)
    first = road(calendar, Site(zone_id=person.day_starts) if person.day_starts else place_site, here)
    last = road(calendar, here, Site(zone_id=person.day_ends) if person.day_ends else place_site)
    day = slot.start.astimezone(ZoneInfo(place.zone)).date()
    hours = [
        (from_wall(zone, day, shift.starts), from_wall(zone, day, shift.ends, ending=True))
        for shift in person.shifts
        for zone, closures in [(calendar.places[shift.place_id].zone, calendar.places[shift.place_id].closures)]
        if shift.holds_on(day) and not any(one.first <= day <= one.last for one in closures)
    ]
    hours = [(opens, closes) for opens, closes in hours if opens < closes]
    if not hours or slot.start - first < min(hours)[0] or ends + last > max(closes for _, closes in hours):
        return False
    return all(slot.start - first >= span.end or ends + last <= span.start for span in person.away)


def free_by_counting(calendar: Calendar, slot: Slot, now: datetime) -> bool:
    """The rules once more, each in the plainest way, at each place."""
    rules, person = calendar.rules, calendar.person(slot.practitioner_id)
    assert person is not None
    visit = [slot.start + step * FIVE for step in range(rules.duration // FIVE)]
    busy = Span(slot.start - rules.before, slot.start + rules.duration + rules.after)
    if not person.offers or slot.start < now + rules.notice or any(busy.overlaps(other) for other in person.taken):
        return False
    if any(span.contains(moment) for span in person.away for moment in visit):
        return False
    for place in calendar.places.values():
        wall = slot.start.astimezone(ZoneInfo(place.zone))
        day = wall.date()
        shifts = [
            shift
            for shift in person.shifts
            if shift.place_id == place.id and rules.mode in shift.modes and shift.holds_on(day)
        ]
        on_grid = any(
            shift.starts <= wall.time() < shift.ends
            and wall.fold == 0
            and (wall.replace(tzinfo=None) - datetime.combine(day, counted_from(shift, wall.time()))) % rules.grid
            == timedelta()
            for shift in shifts
        )
        shut = [(shift.pause[0], shift.pause[1]) for shift in shifts if shift.pause]
        if rules.mode == "in_clinic":
            shut += [(one.opens, one.closes) for one in place.walk_in if one.weekday == day.weekday()]
        resting = any(
            from_wall(place.zone, day, first) <= moment < from_wall(place.zone, day, last, ending=True)
            for first, last in shut
            for moment in visit
        )
        walls = [moment.astimezone(ZoneInfo(place.zone)) for moment in visit]
        # The last minute of a visit counts too: shifts may end at :59.
        walls.append((slot.start + rules.duration - minutes(1)).astimezone(ZoneInfo(place.zone)))
        inside = all(
            any(shift.starts <= one.time() < shift.ends for shift in shifts) and one.date() == day for one in walls
        )
        if (
            slot.location_id in (None, place.id)
            and leaves_time_for_roads(calendar, person, place, slot)
            and on_grid
            and inside
            and not resting
            and not is_full(calendar, person, place.zone, day)
            and not any(closure.first <= day <= closure.last for closure in place.closures)
            and (day - now.astimezone(ZoneInfo(place.zone)).date()).days <= rules.horizon_days
            and (rules.mode != "telehealth" or is_licensed(calendar, person, slot, place.zone))
            and (
                not rules.needs_room
                or any(
                    room.place_id == place.id and not any(busy.overlaps(other) for other in room.taken)
                    for room in calendar.rooms
                )
            )
        ):
            return True
    return False


@given(calendars())
def test_list_is_what_counting_finds(drawn):
    calendar, day, now = drawn
    slots = free_slots(calendar, first_day=day, days=2, now=now)
    counted = [slot for slot in every_slot(calendar, day) if free_by_counting(calendar, slot, now)]
    assert sorted(slots, key=_key) == sorted(counted, key=_key)


@given(calendars(), st.integers(0, 400), st.sampled_from([0, 1, 150]))
def test_time_is_refused_with_reasons_unless_it_is_listed(drawn, step, seconds):
    calendar, day, now = drawn
    listed = set(free_slots(calendar, first_day=day, days=2, now=now))
    sample = every_slot(calendar, day)[step % 7 :: 7]
    for slot in sample:
        other = Slot(slot.start + timedelta(seconds=seconds), slot.practitioner_id, slot.location_id, slot.mode)
        assert (refusal(calendar, other, now=now) == []) == (other in listed)


@given(calendars())
def test_listed_time_has_a_free_room_and_anybody_finds_it(drawn):
    calendar, day, now = drawn
    for slot in free_slots(calendar, first_day=day, days=2, now=now)[::5]:
        assert (
            bool(free_rooms(calendar, start=slot.start, location_id=slot.location_id)) or not calendar.rules.needs_room
        )
        assert lightest(calendar, start=slot.start, location_id=slot.location_id, now=now) is not None


@given(calendars())
def test_asking_for_one_person_or_place_is_a_part_of_the_list(drawn):
    calendar, day, now = drawn
    everything = free_slots(calendar, first_day=day, days=2, now=now)
    for person in calendar.people:
        mine = free_slots(calendar, first_day=day, days=2, now=now, practitioner_id=person.id)
        assert mine == [slot for slot in everything if slot.practitioner_id == person.id]
    if calendar.rules.mode == "in_clinic":
        here = free_slots(calendar, first_day=day, days=2, now=now, location_id=MIDTOWN)
        assert here == [slot for slot in everything if slot.location_id == MIDTOWN]


def _key(slot: Slot) -> tuple[datetime, int, int]:
    return slot.start, slot.practitioner_id or 0, slot.location_id or 0
