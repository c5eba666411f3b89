"""Who stands in on single days: who is alerted then, what nobody covers, the rules in the database, and the page."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic import alerts, duty, opening, stand_ins
from clinic.constraints import violates
from clinic.desk.stand_ins import in_words
from clinic.models import AuditEvent, Closure, Message, StandIn
from tests.desk import staff, unknown_targets, words
from tests.factories import (
    NOW,
    make_call,
    make_clinic,
    make_duty,
    make_location,
    make_stand_in,
    make_user,
)

pytestmark = pytest.mark.django_db
PAGE = "/desk/duty/"
TUESDAY = date(2026, 11, 24)  # of NOW, on the clinic's clock
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return make_clinic()


@pytest.fixture
def dana():
    return make_user(first_name="Dana", last_name="Reyes", email="dana@clinic.example")


@pytest.fixture
def jun():
    return make_user(first_name="Jun", last_name="Park", email="jun@clinic.example")


def add(client, **given):
    data = {f"away-{name}": value for name, value in given.items()}
    return client.post(reverse("admin:duty-stand-in"), data, follow=True)


# ---------------------------------------------------------------- who


def test_who_stands_in_is_on_duty_on_these_days_only(dana, jun):
    make_duty(user=dana)
    make_stand_in(user=dana, instead=jun, first_day=TUESDAY - DAY, last_day=TUESDAY)
    assert duty.people(NOW) == [jun]
    assert duty.people(NOW + timedelta(days=7)) == [dana]


def test_days_are_those_of_the_clinics_calendar(dana, jun):
    make_duty(user=dana, starts=time(8), ends=time(0))
    make_stand_in(user=dana, instead=jun)
    assert duty.people(NOW + timedelta(hours=14, minutes=19)) == [jun]  # 23:59; in UTC it is Wednesday


def test_nobody_instead_leaves_the_second_in_line(dana, jun):
    make_duty(user=dana)
    make_duty(user=jun, second=True)
    make_stand_in(user=dana)
    assert (duty.people(NOW, second=False), duty.people(NOW, second=True)) == ([], [jun])


def test_who_stands_in_for_the_first_is_no_longer_the_second(dana, jun):
    make_duty(user=dana)
    make_duty(user=jun, second=True)
    make_stand_in(user=dana, instead=jun)
    assert [(shift.user, shift.second) for shift in duty.on_duty(NOW)] == [(jun, False)]


def test_two_who_name_each_other_have_swapped(dana, jun):
    make_duty(user=dana)
    make_duty(user=jun, second=True)
    make_stand_in(user=dana, instead=jun)
    make_stand_in(user=jun, instead=dana)
    assert [(shift.user, shift.second) for shift in duty.on_duty(NOW)] == [(jun, False), (dana, True)]


def test_who_stands_in_and_is_away_too_passes_it_on(dana, jun):
    third = make_user()
    make_duty(user=dana)
    make_stand_in(user=dana, instead=jun)
    row = make_stand_in(user=jun, instead=third)
    assert duty.people(NOW) == [third]
    StandIn.objects.filter(pk=row.pk).update(instead=None)
    assert duty.people(NOW) == []


def test_ring_of_three_moves_each_by_one(dana, jun):
    third = make_user()
    for user, instead in ((dana, jun), (jun, third), (third, dana)):
        make_stand_in(user=user, instead=instead)
    away = stand_ins.on(TUESDAY)
    assert [stand_ins.in_place_of(user, away) for user in (dana, jun, third)] == [jun, third, dana]


def test_who_has_left_stands_in_for_nobody(dana):
    make_duty(user=dana)
    make_stand_in(user=dana, instead=make_user(is_active=False))
    assert duty.people(NOW) == []


def test_next_in_line_today_is_who_stands_in(dana, jun):
    make_duty(user=dana, starts=time(13))
    make_stand_in(user=dana, instead=jun)
    found = duty.next_first(NOW)
    assert found is not None
    assert found.user == jun


# ---------------------------------------------------------------- alerts


def told() -> set[str]:
    return set(Message.objects.filter(kind="call_alert", channel="email").values_list("to", flat=True))


def test_alert_goes_to_who_stands_in_and_not_to_who_is_away(dana, jun):
    make_duty(user=dana)
    make_stand_in(user=dana, instead=jun)
    alerts.alert(call=make_call(reason="urgent"), now=NOW)
    assert told() == {jun.email}


def test_alert_goes_to_the_managers_where_nobody_stands_in(dana):
    hana = make_user(groups=["manager"], email="hana@clinic.example")
    make_duty(user=dana)
    make_stand_in(user=dana)
    alerts.alert(call=make_call(reason="urgent"), now=NOW)
    assert hana.email in told()
    assert dana.email not in told()


def test_alert_is_passed_to_the_managers_where_the_second_stands_in_for_the_first(dana, jun):
    hana = make_user(groups=["manager"], email="hana@clinic.example")
    make_duty(user=dana)
    make_duty(user=jun, second=True)
    make_stand_in(user=dana, instead=jun)
    alerts.alert(call=make_call(reason="urgent"), now=NOW)
    assert told() == {jun.email}
    assert alerts.escalate(now=NOW + timedelta(minutes=11)) == 1
    assert hana.email in told()


# ---------------------------------------------------------------- never


@pytest.mark.parametrize(
    ("days", "name"),
    [
        ((TUESDAY, TUESDAY - DAY), "stand_in_ends_after_start"),
        ((TUESDAY, TUESDAY + 366 * DAY), "stand_in_within_a_year"),
    ],
)
def test_days_end_after_they_begin_and_within_a_year(dana, days, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_stand_in(user=dana, first_day=days[0], last_day=days[1])


def test_nobody_stands_in_for_themselves(dana):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_stand_in(user=dana, instead=dana)
    assert violates(refused.value, "stand_in_is_somebody_else")


def test_days_of_one_person_do_not_overlap(dana, jun):
    make_stand_in(user=dana, instead=jun, last_day=TUESDAY + DAY)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_stand_in(user=dana, first_day=TUESDAY + DAY)
    assert violates(refused.value, "stand_in_once_at_a_time")
    days = {"first_day": TUESDAY + DAY, "last_day": TUESDAY + DAY}
    with pytest.raises(stand_ins.AlreadyAway):
        stand_ins.add(user=dana, instead=None, **days, by=jun, now=NOW)
    make_stand_in(user=dana, first_day=TUESDAY + 2 * DAY)
    make_stand_in(user=jun)


# ---------------------------------------------------------------- what nobody covers


def shown() -> list[dict]:
    return in_words(stand_ins.to_come(TUESDAY), duty.roster(), opening.hours_for(), TUESDAY)


def test_days_are_shown_with_each_duty_and_what_nobody_covers(dana, jun):
    make_location()  # weekdays 8:00 to 12:00 and 13:00 to 16:30
    make_duty(user=dana)
    make_duty(user=jun, second=True, starts=time(8), ends=time(12))
    make_stand_in(user=dana, first_day=TUESDAY - DAY, last_day=TUESDAY + 2 * DAY)
    (row,) = shown()
    assert row["days"] == "Mon 23 Nov to Thu 26 Nov"
    assert row["duties"] == ["Tue 24 Nov, 8 am to 5 pm, first: nobody"]
    assert row["nobody"] == ["Tue 24 Nov, 1 to 4:30 pm"]
    assert row["no_first"] == ["Tue 24 Nov, 8 am to noon"]


def test_closed_day_needs_nobody(dana):
    make_location()
    make_duty(user=dana)
    make_stand_in(user=dana)
    Closure.objects.create(first_day=TUESDAY, last_day=TUESDAY, reason="Snow day")
    (row,) = shown()
    assert (row["nobody"], row["no_first"]) == ([], [])


def test_what_is_over_is_not_shown(dana):
    make_stand_in(user=dana, first_day=TUESDAY - 2 * DAY, last_day=TUESDAY - DAY)
    assert shown() == []


# ---------------------------------------------------------------- the page


def test_page_takes_who_is_away_and_who_instead(dana, jun):
    make_duty(user=dana)
    hana = staff("manager")
    page = add(hana, user=dana.pk, first_day="2026-11-24", instead=jun.pk)
    assert "Saved. This is who is alerted on those days." in words(page)
    assert "Tue 24 Nov, 8 am to 5 pm, first: Jun Park" in words(page)
    row = StandIn.objects.get()
    assert (row.user, row.instead, row.first_day, row.last_day) == (dana, jun, TUESDAY, TUESDAY)
    assert AuditEvent.objects.get(act="record.added").subject_uid == row.uid
    back = hana.post(reverse("admin:duty-stand-in-remove", args=[row.uid]), follow=True)
    assert "Taken back: Dana Reyes is on duty as on the roster." in words(back)
    assert not StandIn.objects.exists()
    assert AuditEvent.objects.get(act="record.deleted").actor == hana.user
    again = hana.post(reverse("admin:duty-stand-in-remove", args=[row.uid]), follow=True)
    assert "That was taken back already." in words(again)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"user": ""}, "Pick who."),
        ({"user": "0"}, "Pick one of the list."),
        ({"instead": "x"}, "Pick one of the list."),
        ({"instead": "x\x00"}, "Null characters are not allowed."),
        ({"first_day": "24.11."}, "Give the day as year, month and day"),
        ({"first_day": ""}, "Give the day."),
        ({"last_day": "2026-11-23"}, "The last day must not be before the first."),
        ({"first_day": "2026-11-16", "last_day": "2026-11-23"}, "These days are over."),
        ({"last_day": "2028-11-24"}, "At most a year at once"),
        ({"first_day": "2026-11-25"}, "Dana Reyes is not on the roster on these days."),
        ({"instead": "dana"}, "Pick somebody else, or nobody."),
        ({"last_day": "2026-12-05"}, "away on some of these days already"),
    ],
)
def test_wrong_days_say_what_is_wrong_and_change_nothing(dana, jun, given, message):
    make_duty(user=dana)
    make_stand_in(user=dana, first_day=date(2026, 12, 1))
    values = {"user": dana.pk, "first_day": "2026-11-24", "instead": jun.pk, **given}
    page = add(staff("manager"), **{name: dana.pk if value == "dana" else value for name, value in values.items()})
    assert page.status_code == 422
    assert message in words(page)
    assert unknown_targets(page) == set()
    assert StandIn.objects.count() == 1


def test_page_names_who_stands_in_and_cannot_be_told(dana):
    make_duty(user=dana)
    make_stand_in(user=dana, instead=make_user(first_name="Jun", last_name="Park", email="", phone=""))
    assert "no phone that gets texts: Jun Park" in words(staff("manager").get(PAGE))


@pytest.mark.parametrize("group", ["desk", "pt"])
def test_only_managers_say_who_is_away(dana, group):
    make_duty(user=dana)
    client, row = staff(group), make_stand_in(user=dana)
    assert add(client, user=dana.pk, first_day="2026-12-01").status_code == 403
    assert client.post(reverse("admin:duty-stand-in-remove", args=[row.uid])).status_code == 403
    assert StandIn.objects.count() == 1


def test_page_asks_for_as_much_with_three_rows_as_with_one(dana, jun, django_assert_num_queries):
    manager = staff("manager")
    make_duty(user=dana)
    make_duty(user=jun, second=True)
    make_stand_in(user=dana, instead=jun)
    with CaptureQueriesContext(connection) as one:
        manager.get(PAGE)
    make_stand_in(user=jun, instead=dana)
    make_stand_in(user=dana, instead=jun, first_day=TUESDAY + 7 * DAY)
    with django_assert_num_queries(len(one)):
        manager.get(PAGE)
