"""How a page draws its times."""

from datetime import datetime
from zoneinfo import ZoneInfo

from booking.availability import Slot
from booking.listing import Row
from booking.templatetags.times import first_times, free_times
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


def test_first_time_of_each_leads_to_all_with_them_unless_it_is_the_only_one():
    dana = Practitioner(given_name="Dana", family_name="Reyes", slug="dana", focus="Backs")
    one, other = row(person=dana, at_clinic="Wed 25 Nov, 9:00 am", place=Location(name="Midtown")), row(person=dana)
    (alone,) = first_times([one], "/book/x/?mode=mobile&zip=99504").split("\n")
    assert alone == (
        '<li class="first soonest"><div class="who"><span class="face" aria-hidden="true">DR</span>'
        "<p><strong>Dana Reyes</strong></p></div>"
        '<p class="num"><small>Tuesday 24 November</small>9:00 am</p>'
        '<p class="where">Wed 25 Nov, 9:00 am. Midtown. Backs</p>'
        '<button class="button go" name="slot" value="2026-11-24T18:00Z|dana|">Book'
        '<span class="hidden"> Tuesday 24 November, 9:00 am with Dana Reyes</span></button></li>'
    )
    look = first_times([one, other], "/book/x/?mode=mobile&zip=99504", look=True)
    assert "<button" not in look
    assert look.count("soonest") == 1
    assert look.count('href="/book/x/?mode=mobile&amp;zip=99504&amp;with=dana">All with Dana</a></li>') == 2


def test_what_is_typed_by_people_is_escaped_in_every_part_of_a_first_time():
    bad = '"><script>'
    person = Practitioner(given_name=bad, family_name=bad, slug=bad, focus=bad)
    place = Location(name=bad)
    drawn = first_times([row(value=bad, clock=bad, named=bad, at_clinic=bad, place=place, person=person)] * 2, bad)
    assert "<script>" not in drawn
    assert '"">' not in drawn
