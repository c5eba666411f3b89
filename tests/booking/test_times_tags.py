"""How a page draws its times."""

from datetime import datetime
from zoneinfo import ZoneInfo

from booking.availability import Slot
from booking.listing import Row
from booking.templatetags.times import free_times
from clinic.models import Location, Practitioner

NINE = datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("America/Anchorage"))


def row(**values) -> Row:
    defaults = {
        "value": "2026-11-24T18:00Z|dana|",
        "slot": Slot(NINE, 1, None, "telehealth"),
        "starts": NINE,
        "clock": "9:00 am",
        "named": "Dana",
        "at_clinic": "",
        "person": Practitioner(),
        "place": None,
    }
    return Row(**{**defaults, **values})


def test_time_is_a_button_that_says_day_time_and_with_whom():
    assert free_times([row(place=Location(name="Midtown"), at_clinic="Wed 25 Nov, 9:00 am")]) == (
        '<li><button class="time" name="slot" value="2026-11-24T18:00Z|dana|">'
        '<span class="hidden">Tuesday 24 November, </span><b>9:00 am</b> with Dana'
        '<span class="hidden">, Midtown</span><small>Wed 25 Nov, 9:00 am</small></button></li>'
    )


def test_time_to_look_at_is_no_button():
    assert free_times([row()], look=True) == (
        '<li><span class="time"><span class="hidden">Tuesday 24 November, </span><b>9:00 am</b> with Dana</span></li>'
    )


def test_what_is_typed_by_people_is_escaped_in_every_part():
    bad = '"><script>'
    drawn = free_times([row(value=bad, clock=bad, named=bad, at_clinic=bad, place=Location(name=bad))])
    assert "<script>" not in drawn
    assert drawn.count("&quot;&gt;&lt;script&gt;") == 5
