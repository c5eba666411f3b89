"""Public holidays: which there are, and picking those on which the clinic is closed."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic import public_holidays
from clinic.models import AuditEvent, Closure
from tests.desk import links, staff, unknown_targets, words
from tests.factories import NOW, make_clinic, make_location

PAGE = "/desk/holidays/"
FIRST = date(2026, 11, 24)
THANKSGIVING, CHRISTMAS = date(2026, 11, 26), date(2026, 12, 25)
SEWARDS_DAY = date(2027, 3, 29)


@pytest.fixture
def midtown(db):
    make_clinic()
    return make_location(name="Midtown", slug="midtown", position=1)


@pytest.fixture
def hana(midtown, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return staff("manager")


def closed() -> list[tuple[str, date, str]]:
    rows = Closure.objects.order_by("first_day", "pk")
    return [(row.location.name if row.location else "", row.first_day, row.reason) for row in rows]


# ------------------------------------------------------------------ which there are, and the act


def test_holidays_are_those_of_the_state_to_the_end_of_next_year():
    found = public_holidays.offered("AK", first=FIRST)
    assert list(found)[:3] == [THANKSGIVING, CHRISTMAS, date(2027, 1, 1)]
    assert found[THANKSGIVING] == "Thanksgiving Day"
    assert found[SEWARDS_DAY] == "Seward's Day"
    assert max(found).year == 2027
    assert SEWARDS_DAY not in public_holidays.offered("WA", first=FIRST)


def test_no_state_and_a_wrong_one_have_the_holidays_of_the_nation():
    assert public_holidays.offered("", first=FIRST) == public_holidays.offered("ZZ", first=FIRST)
    assert THANKSGIVING in public_holidays.offered("ZZ", first=FIRST)


def test_leap_year_and_years_end_have_holidays_on_their_days():
    found = public_holidays.offered("AK", first=date(2027, 12, 31))
    assert found[date(2027, 12, 31)] == "New Year's Day (observed)"
    assert found[date(2028, 5, 29)] == "Memorial Day"


def test_picked_days_become_closures_with_the_name_of_the_holiday(midtown):
    assert public_holidays.pick(location=None, days=[THANKSGIVING, CHRISTMAS], first=FIRST) == (2, 0)
    assert closed() == [("", THANKSGIVING, "Thanksgiving Day"), ("", CHRISTMAS, "Christmas Day")]


def test_picking_again_changes_nothing(midtown):
    public_holidays.pick(location=None, days=[THANKSGIVING], first=FIRST)
    before = list(Closure.objects.values_list("pk", flat=True))
    assert public_holidays.pick(location=None, days=[THANKSGIVING], first=FIRST) == (0, 0)
    assert list(Closure.objects.values_list("pk", flat=True)) == before


def test_unpicking_takes_away_only_what_was_picked_here(midtown):
    studio = make_location(name="Studio", position=2)
    Closure.objects.create(first_day=THANKSGIVING, last_day=THANKSGIVING, reason="By hand")
    public_holidays.pick(location=None, days=[THANKSGIVING], first=FIRST)
    public_holidays.pick(location=studio, days=[THANKSGIVING, CHRISTMAS], first=FIRST)
    public_holidays.pick(location=None, days=[date(2026, 11, 11)], first=date(2026, 11, 1))
    assert public_holidays.pick(location=None, days=[], first=FIRST) == (0, 0)
    assert closed() == [
        ("", date(2026, 11, 11), "Veterans Day"),  # gone by: not for this page any more
        ("", THANKSGIVING, "By hand"),
        ("Studio", THANKSGIVING, "Thanksgiving Day"),
        ("Studio", CHRISTMAS, "Christmas Day"),
    ]
    assert public_holidays.pick(location=studio, days=[CHRISTMAS], first=FIRST) == (0, 1)


def test_day_that_is_no_holiday_is_passed_over(midtown):
    assert public_holidays.pick(location=None, days=[date(2026, 11, 25)], first=FIRST) == (0, 0)


def test_list_says_what_is_picked_and_what_is_closed_anyway(midtown):
    public_holidays.pick(location=None, days=[THANKSGIVING], first=FIRST)
    Closure.objects.create(location=midtown, first_day=date(2026, 12, 20), last_day=CHRISTMAS, reason="New floor")
    here = {one.day: one for one in public_holidays.listed(location=midtown, first=FIRST)}
    everywhere = {one.day: one for one in public_holidays.listed(location=None, first=FIRST)}
    assert (here[THANKSGIVING].picked, here[THANKSGIVING].closed) == (False, "Thanksgiving Day")
    assert (here[CHRISTMAS].picked, here[CHRISTMAS].closed) == (False, "New floor")
    assert (everywhere[THANKSGIVING].picked, everywhere[THANKSGIVING].closed) == (True, "")
    assert (everywhere[CHRISTMAS].picked, everywhere[CHRISTMAS].closed) == (False, "")


# ------------------------------------------------------------------ the page


def test_page_lists_the_holidays_of_the_state_with_what_is_picked(hana):
    public_holidays.pick(location=None, days=[THANKSGIVING], first=FIRST)
    page = hana.get(PAGE)
    html = page.content.decode()
    assert "Thursday 26 November, Thanksgiving Day" in words(page)
    assert "Holidays of Alaska" in words(page)
    ticked = [line for line in html.split("<input") if 'name="days"' in line and "checked" in line]
    assert ['value="2026-11-26"' in line for line in ticked] == [True]
    assert html.count("checked") == 1
    assert "Veterans Day" in words(page)  # the one of next year
    assert 'value="2026-11-11"' not in html
    assert unknown_targets(page) == set()


def test_page_saves_and_says_how_many(hana):
    answer = hana.post(PAGE, {"whole": "1", "days": ["2026-11-26", "2026-12-25"]}, follow=True)
    assert "Closed days added: 2, taken away: 0." in words(answer)
    answer = hana.post(PAGE, {"whole": "1", "days": ["2026-12-25"]}, follow=True)
    assert "Closed days added: 0, taken away: 1." in words(answer)
    assert closed() == [("", CHRISTMAS, "Christmas Day")]
    assert AuditEvent.objects.filter(act="record.changed", details__record="closure").count() == 2


def test_form_that_is_cut_short_opens_no_closed_day(hana):
    public_holidays.pick(location=None, days=[THANKSGIVING], first=FIRST)
    answer = hana.post(PAGE, {})
    assert answer.status_code == 422
    assert "Nothing was changed." in words(answer)
    assert closed() == [("", THANKSGIVING, "Thanksgiving Day")]


def test_page_of_one_location_is_about_that_location(hana, midtown):
    make_location(name="Studio", slug="studio", state="WA", position=2)
    page = hana.get(PAGE, {"place": "studio"})
    assert "Holidays of Washington" in words(page)
    assert "Seward" not in words(page)
    answer = hana.post(f"{PAGE}?place=studio", {"whole": "1", "days": ["2026-11-26"]})
    assert answer["Location"] == f"{PAGE}?place=studio"
    assert closed() == [("Studio", THANKSGIVING, "Thanksgiving Day")]


@pytest.mark.parametrize("day", ["2026-11-25", "2026-11-11", "x", "", "2026-11-26\x00", "9" * 5000, "0001-01-01"])
def test_page_refuses_what_is_not_on_its_list(hana, day):
    answer = hana.post(PAGE, {"whole": "1", "days": ["2026-11-26", day]})
    assert answer.status_code == 422
    assert "Pick the days from the list." in words(answer)
    assert not Closure.objects.exists()


@pytest.mark.parametrize("place", ["nowhere", "\x00", "x" * 5000])
def test_page_of_no_location_is_that_of_the_whole_clinic(hana, place):
    assert "All locations" not in words(hana.get(PAGE, {"place": place}))  # there is one only, and no choice
    assert hana.get(PAGE, {"place": place}).status_code == 200


def test_page_of_a_clinic_without_a_location_has_the_nations_holidays(db):
    make_clinic()
    assert "Thanksgiving Day" in words(staff("manager").get(PAGE))


def test_page_asks_for_as_much_with_three_closures_as_with_one(hana, midtown):
    public_holidays.pick(location=None, days=[THANKSGIVING], first=FIRST)
    hana.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        hana.get(PAGE)
    public_holidays.pick(location=midtown, days=[THANKSGIVING, CHRISTMAS, SEWARDS_DAY], first=FIRST)
    with CaptureQueriesContext(connection) as many:
        hana.get(PAGE)
    assert len(many) == len(few)


@pytest.mark.parametrize(("group", "status"), [("manager", 200), ("desk", 403), ("pt", 403)])
def test_page_is_for_who_may_change_closures(midtown, group, status):
    client = staff(group)
    assert client.get(PAGE).status_code == status
    assert (PAGE in links(client.get("/desk/"))) is (status == 200)
