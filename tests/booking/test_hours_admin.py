"""Working hours in the admin: a week on one page, other hours on a date, and what nobody can work is refused in words."""

from datetime import date, time

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.models import ServiceMode, TravelZone
from tests.booking.house import WEDNESDAY
from tests.booking.test_admin_records import fields_of
from tests.desk import staff, words
from tests.factories import NOW, make_location, make_working_hours

pytestmark = pytest.mark.django_db
MONDAY = {"weekday": "0", "starts": "13:00", "ends": "16:00", "modes": ["in_clinic"]}


@pytest.fixture
def hana(house):
    return staff("manager")


@pytest.fixture
def path(house):
    return reverse("admin:clinic_practitioner_change", args=[house.dana.pk])


def with_row(data, prefix: str, house, **values):
    """The form with one more row in a table."""
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    row = {"location": str(house.location.pk), **values}
    return (
        data
        | {f"{prefix}-TOTAL_FORMS": str(number + 1)}
        | {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    )


def test_week_with_a_break_is_saved(house, hana, path):
    data = fields_of(hana, path)
    answer = hana.post(path, {**data, "working_hours-0-break_starts": "10:00", "working_hours-0-break_ends": "10:15"})
    assert answer.status_code == 302
    monday = house.dana.working_hours.get(weekday=0)
    assert (monday.break_starts, monday.break_ends) == (time(10), time(10, 15))


def test_other_hours_on_a_date_are_saved_and_stand_in_a_table_of_their_own(house, hana, path):
    data = fields_of(hana, path)
    added = with_row(
        data, "working_hours-2", house, on_date="2030-11-25", starts="14:00", ends="16:00", modes=["telehealth"]
    )
    assert hana.post(path, added).status_code == 302
    row = house.dana.working_hours.get(on_date=date(2030, 11, 25))
    assert (row.weekday, row.starts, row.modes) == (None, time(14), ["telehealth"])
    again = fields_of(hana, path)
    assert [str(again[f"working_hours{which}-INITIAL_FORMS"]) for which in ("", "-2")] == ["5", "1"]
    assert hana.post(path, again).status_code == 302


def test_second_stretch_of_a_day_is_saved(house, hana, path):
    data = with_row(fields_of(hana, path), "working_hours", house, **MONDAY)
    assert hana.post(path, data).status_code == 302
    assert house.dana.working_hours.filter(weekday=0).count() == 2


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"starts": "11:00"}, True),
        ({"starts": "07:00", "ends": "17:00"}, True),
        ({"starts": "12:00"}, False),
        ({"starts": "11:00", "weekday": "6"}, False),
    ],
)
def test_nobody_works_twice_at_one_time_at_another_location_too(house, hana, path, values, refused):
    studio = make_location(name="Studio")
    data = with_row(fields_of(hana, path), "working_hours", house, **{**MONDAY, **values, "location": str(studio.pk)})
    answer = hana.post(path, data)
    assert answer.status_code == (200 if refused else 302)
    if refused:
        assert "Overlaps with Monday, 8 am to noon, Midtown clinic. Nobody works twice at one time." in words(answer)
        assert house.dana.working_hours.count() == 5


def test_hours_that_follow_each_other_by_their_dates_do_not_overlap(house, hana, path):
    house.dana.working_hours.update(valid_until="2030-12-31")
    data = fields_of(hana, path)
    later = {**MONDAY, "starts": "09:00"}
    assert hana.post(path, with_row(data, "working_hours", house, **later, valid_from="2030-12-31")).status_code == 200
    assert hana.post(path, with_row(data, "working_hours", house, **later, valid_from="2031-01-01")).status_code == 302


def test_row_that_is_deleted_is_in_nobodys_way(house, hana, path):
    data = with_row(fields_of(hana, path), "working_hours", house, **{**MONDAY, "starts": "09:00"})
    assert hana.post(path, {**data, "working_hours-0-DELETE": "on"}).status_code == 302


@pytest.mark.parametrize(
    ("pause", "message"),
    [
        (("07:00", "09:00"), "A break has a beginning and an end, both within the hours."),
        (("11:00", "12:00"), "A break has a beginning and an end, both within the hours."),
        (("10:00", "09:00"), "A break has a beginning and an end, both within the hours."),
        (("10:00", ""), "A break needs its beginning and its end."),
        (("", "10:00"), "A break needs its beginning and its end."),
        (("25:00", "26:00"), "Enter a valid time."),
    ],
)
def test_break_outside_the_hours_is_refused(house, hana, path, pause, message):
    data = fields_of(hana, path)
    sent = {**data, "working_hours-0-break_starts": pause[0], "working_hours-0-break_ends": pause[1]}
    answer = hana.post(path, sent)
    assert answer.status_code == 200
    assert words(answer).count(message) == (2 if pause[0] == "25:00" else 1)


def test_date_twice_at_one_time_is_refused(house, hana, path):
    make_working_hours(house.dana, house.location, weekdays=[None], on_date=date(2030, 11, 25))
    data = fields_of(hana, path)
    same = {"on_date": "2030-11-25", "starts": "08:00", "ends": "09:00", "modes": ["in_clinic"]}
    answer = hana.post(path, with_row(data, "working_hours-2", house, **same))
    assert answer.status_code == 200
    assert house.dana.working_hours.filter(on_date__isnull=False).count() == 1
    answer = hana.post(path, with_row(data, "working_hours-2", house, **{**same, "starts": "08:30"}))
    assert "Overlaps with Monday 25 November, 8 am to noon, Midtown clinic." in words(answer)
    assert hana.post(path, with_row(data, "working_hours-2", house, **{**same, "starts": "12:00", "ends": "13:00"}))
    assert house.dana.working_hours.filter(on_date__isnull=False).count() == 2


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"weekday": "0", "starts": "11:00", "ends": "13:00"}, "Overlaps with Monday, 8 am to noon, Midtown clinic."),
        ({"starts": "11:00", "ends": "13:00"}, "Choose a day of the week, or one date: not both."),
        (
            {"weekday": "0", "on_date": "2030-11-25", "starts": "13:00", "ends": "14:00"},
            "Choose a day of the week, or one date: not both.",
        ),
    ],
)
def test_hours_typed_in_alone_are_held_against_the_others_of_that_person(house, hana, values, message):
    sent = {"practitioner": house.dana.pk, "location": house.location.pk, "modes": ["in_clinic"], **values}
    answer = hana.post(reverse("admin:booking_workinghours_add"), sent)
    assert answer.status_code == 200
    assert message in words(answer)
    free = {**sent, "weekday": "0", "on_date": "", "starts": "13:00", "ends": "14:00"}
    assert hana.post(reverse("admin:booking_workinghours_add"), free).status_code == 302


def test_list_says_day_break_and_date_in_words(house, hana):
    house.dana.working_hours.filter(weekday=0).update(break_starts="10:00", break_ends="10:30")
    make_working_hours(house.dana, house.location, weekdays=[None], on_date=WEDNESDAY)
    text = words(hana.get(reverse("admin:booking_workinghours_changelist")))
    assert "10 to 10:30 am" in text
    assert "Wednesday 25 November" in text


def test_limit_and_new_patients_are_set_for_each_mode(house, hana):
    path = reverse("admin:clinic_service_change", args=[house.service.pk])
    data = fields_of(hana, path)
    changed = {**data, "modes-0-limit_a_day": "3"}
    changed.pop("modes-0-new_patients")
    assert hana.post(path, changed).status_code == 302
    row = ServiceMode.objects.get(pk=data["modes-0-id"])
    assert (row.limit_a_day, row.new_patients) == (3, False)
    answer = hana.post(path, {**data, "modes-0-limit_a_day": "0"})
    assert "A limit is 1 to 100 visits a day. Leave it empty for no limit." in words(answer)


@pytest.mark.parametrize(
    ("field", "most", "message"),
    [
        ("modes-0-notice_minutes", 86_400, "Book at least ahead: 60 days at most, which is 86,400 minutes."),
        ("modes-0-horizon_days", 732, "Book at most ahead: 2 years at most, which is 732 days."),
        ("modes-0-limit_a_day", 100, "A limit is 1 to 100 visits a day. Leave it empty for no limit."),
        ("check_valid_days", 366, "Answers of a screening stay valid for a year at most, 366 days."),
    ],
)
def test_spans_that_end_the_calendar_are_refused_with_words(house, hana, field, most, message):
    path = reverse("admin:clinic_service_change", args=[house.service.pk])
    data = fields_of(hana, path)
    # Within the column's range on each database; SQLite's has no end.
    assert message in words(hana.post(path, {**data, field: str(most + 1)}))
    assert hana.post(path, {**data, field: "9" * 30}).status_code == 200
    assert hana.post(path, {**data, field: str(most)}).status_code == 302
    assert hana.get(reverse("booking:times", args=[house.service.slug])).status_code == 200


def test_times_to_call_back_that_never_come_are_refused_with_words(house, hana):
    path = reverse("admin:clinic_clinic_change", args=[1])
    data = fields_of(hana, path)
    answer = hana.post(path, {**data, "emergency_call_minutes": "14401"})
    assert "Call and answer within 14,400 open minutes at most, which is 240 hours." in words(answer)
    assert hana.post(path, {**data, "emergency_call_minutes": "15"}).status_code == 302


@pytest.mark.parametrize(
    ("starts", "ends"),
    [("0001-01-01", "2026-11-23"), ("2026-11-23", "9999-12-31"), ("1999-12-31", "2026-11-23")],
)
def test_time_off_at_the_ends_of_the_calendar_is_refused_with_words(house, hana, starts, ends):
    sent = {"practitioner": house.dana.pk, "starts_at_0": starts, "ends_at_0": ends, "reason": ""}
    times = {"starts_at_1": "00:00", "ends_at_1": "23:59"}
    answer = hana.post(reverse("admin:booking_timeoff_add"), {**sent, **times})
    assert "Give a year from 2000 to 2100." in words(answer)
    sent |= {"starts_at_0": "2026-11-23", "ends_at_0": "2026-11-24"}
    assert hana.post(reverse("admin:booking_timeoff_add"), {**sent, **times}).status_code == 302


@pytest.mark.parametrize("code", ["<b>", "k1a0b1", "99 503", "9"])
def test_postal_code_that_no_patient_has_is_refused_with_words(house, hana, code):
    path = reverse("admin:clinic_travelzone_change", args=[TravelZone.objects.get().pk])
    data = fields_of(hana, path)
    answer = hana.post(path, {**data, "postal_codes-0-code": code})
    assert "Write it in digits and capitals without blanks, such as 99503." in words(answer)
    assert hana.post(path, {**data, "postal_codes-0-code": "K1A0B1"}).status_code == 302


def test_walk_in_only_without_walk_in_is_refused(house, hana):
    path = reverse("admin:clinic_location_change", args=[house.location.pk])
    answer = hana.post(path, {**fields_of(hana, path), "opening_hours-0-walk_in_only": "on"})
    assert "Hours for walk-in only are walk-in hours: tick both." in words(answer)


def test_manager_who_cuts_the_hours_is_told_of_the_visits_outside(house, path, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    hana = staff("manager")
    house.book("11:00", now=NOW)
    data = fields_of(hana, path)
    changed = {**data, **{f"working_hours-{row}-ends": "11:30" for row in range(5)}}
    assert "1 visit to come falls outside the hours now." in words(hana.post(path, changed, follow=True))
