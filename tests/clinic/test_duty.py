"""The duty roster: who is on duty when, what nobody covers, its rules in the database, and the page that keeps it."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic import duty, opening
from clinic.constraints import violates
from clinic.models import AuditEvent, DutyShift
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_clinic, make_duty, make_location, make_user

pytestmark = pytest.mark.django_db
PAGE = "/desk/duty/"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return make_clinic()


# ---------------------------------------------------------------- who


def test_people_are_the_first_in_line_first():
    second = make_duty(second=True, starts=time(7)).user
    first = make_duty().user
    make_duty(weekday=2)
    assert duty.people(NOW) == [first, second]
    assert duty.people(NOW, second=True) == [second]


def test_people_are_on_duty_by_the_clinics_clock():
    early = make_duty(starts=time(8), ends=time(9, 40)).user
    late = make_duty(starts=time(9, 40), ends=time(12)).user
    assert duty.people(NOW) == [late]
    assert duty.people(NOW - MINUTE) == [early]
    assert duty.people(datetime(2026, 11, 24, 9, 40, tzinfo=UTC)) == []  # the evening before, in Anchorage


def test_people_who_have_left_are_not_on_duty():
    make_duty(user=make_user(is_active=False))
    assert duty.people(NOW) == []


def test_shift_until_midnight_holds_to_the_end_of_the_day():
    night = make_duty(starts=time(17), ends=time(0)).user
    assert duty.people(NOW + timedelta(hours=14, minutes=19)) == [night]  # 23:59
    assert duty.people(NOW + timedelta(hours=14, minutes=20)) == []


def test_next_first_is_who_comes_on_duty_next_today():
    make_duty(starts=time(12), ends=time(17), second=True)
    later = make_duty(starts=time(13), ends=time(17))
    found = duty.next_first(NOW)
    assert found is not None
    assert (found.user, found.starts) == (later.user, time(13))


# ---------------------------------------------------------------- what nobody covers


def test_gaps_are_the_open_hours_without_a_shift():
    make_location()  # weekdays 8:00 to 12:00 and 13:00 to 16:30
    for weekday in (0, 2, 3, 4):
        make_duty(weekday=weekday)
    make_duty(starts=time(9), ends=time(14))
    make_duty(starts=time(13, 30), ends=time(15))
    found = [(gap.weekday, gap.starts, gap.ends) for gap in duty.gaps(duty.roster(), opening.hours_for())]
    assert found == [(1, time(8), time(9)), (1, time(15), time(16, 30))]


# ---------------------------------------------------------------- never


def test_one_person_is_never_first_and_second_at_one_time():
    shift = make_duty()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_duty(user=shift.user, starts=time(16), ends=time(18), second=True)
    assert violates(refused.value, "duty_once_at_a_time")
    with pytest.raises(ValidationError, match="on duty then already"):
        DutyShift(user=shift.user, weekday=1, starts=time(16), ends=time(18), second=True).full_clean()
    make_duty(user=shift.user, starts=time(17), ends=time(0))
    make_duty(user=shift.user, weekday=2)


def test_shift_never_ends_before_it_starts():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_duty(starts=time(9), ends=time(8))


# ---------------------------------------------------------------- the page


def typed(*rows: tuple[object, ...], seen: str | None = None) -> dict[str, object]:
    """What the form sends: (weekday, user, from, until, line, and perhaps gone)."""
    data: dict[str, object] = {
        "row-TOTAL_FORMS": len(rows),
        "row-INITIAL_FORMS": 0,
        "seen": duty.stamp(duty.roster()) if seen is None else seen,
    }
    for number, row in enumerate(rows):
        for name, value in zip(("weekday", "user", "starts", "ends", "line", "gone"), row, strict=False):
            if value != "":
                data[f"row-{number}-{name}"] = value
    return data


def test_page_names_who_is_on_duty_and_the_gaps_in_words():
    make_location()
    make_duty(user=make_user(first_name="Dana", last_name="Reyes"), ends=time(12))
    page = staff("manager", first_name="Hana", last_name="Lindqvist").get(PAGE)
    text = words(page)
    assert "Dana Reyes 8 am to noon" in text
    assert "Nobody is on duty Tuesday 1 to 4:30 pm" in text
    assert "Nobody is second 8 am to noon" in text
    assert "alerts go at once to: Hana Lindqvist" in text
    assert unknown_targets(page) == set()


def test_page_asks_for_as_much_with_three_rows_as_with_one(django_assert_num_queries):
    manager = staff("manager")
    make_duty()
    with CaptureQueriesContext(connection) as one:
        manager.get(PAGE)
    make_duty(weekday=2)
    make_duty(second=True)
    with django_assert_num_queries(len(one)):
        manager.get(PAGE)


def test_roster_is_saved_as_typed_and_kept_on_record():
    manager, dana, jun = staff("manager"), make_user(), make_user()
    make_duty(weekday=3)
    rows = (
        (1, dana.pk, "08:00", "12:00", "first"),
        (1, jun.pk, "08:00", "00:00", "second"),
        ("", "", "", "", "first"),
        (3, dana.pk, "08:00", "17:00", "first", "on"),
    )
    page = manager.post(PAGE, typed(*rows), follow=True)
    assert "This is who is alerted from now on." in words(page)
    told = [(row.user, row.weekday, row.starts, row.ends, row.second) for row in duty.roster()]
    assert told == [(dana, 1, time(8), time(12), False), (jun, 1, time(8), time(0), True)]
    assert AuditEvent.objects.filter(act="record.changed", actor=manager.user).count() == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((1, "", "08:00", "17:00", "first"), "Pick who."),
        ((1, "dana", "17:00", "08:00", "first"), "The end must be after the start."),
        ((9, "dana", "08:00", "17:00", "first"), "Pick one of the list."),
        ((1, "dana", "08:00\x00", "x", "first"), "Give a time, such as 9:15 or 14:30."),
        ((1, "dana", "09:00", "10:00", "second"), "on duty then already"),
    ],
)
def test_wrong_rows_say_what_is_wrong_and_change_nothing(row, message):
    dana = make_user()
    before = make_duty()
    given = tuple(dana.pk if value == "dana" else value for value in row)
    page = staff("manager").post(PAGE, typed((1, dana.pk, "08:00", "17:00", "first"), given))
    assert page.status_code == 422
    assert message in words(page)
    assert duty.roster() == [before]


def test_roster_that_a_colleague_changed_meanwhile_is_not_overwritten():
    theirs = make_duty()
    page = staff("manager").post(PAGE, typed((1, make_user().pk, "08:00", "17:00", "first"), seen="old"), follow=True)
    assert "a colleague has changed the roster" in words(page)
    assert duty.roster() == [theirs]


@pytest.mark.parametrize("group", ["desk", "pt"])
def test_only_managers_keep_the_roster(group):
    assert staff(group).get(PAGE).status_code == 403


def test_queue_says_who_is_alerted_now_next_and_second():
    make_duty(user=make_user(first_name="Marcus", last_name="Oyelaran"), ends=time(12))
    make_duty(user=make_user(first_name="Dana", last_name="Reyes"), starts=time(12))
    make_duty(user=make_user(first_name="Hana", last_name="Lindqvist"), second=True)
    text = words(staff("desk").get(reverse("admin:calls")))
    assert "Marcus Oyelaran until noon, then Dana Reyes from noon" in text
    assert "If nobody takes the call in 10 min: Hana Lindqvist" in text


def test_queue_with_nobody_on_duty_names_the_managers():
    make_user(groups=["manager"], first_name="Hana", last_name="Lindqvist")
    text = words(staff("desk").get(reverse("admin:calls")))
    assert "nobody , so the managers: Hana Lindqvist" in text
