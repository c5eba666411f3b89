"""The reports: their figures from real rows, what they say of few, who sees which, and what they cost."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest

from booking.models import Appointment, Block, TimeOff
from booking.reports.funnel import funnel
from booking.reports.hours import use_of_hours
from booking.reports.missed import missed_visits
from booking.reports.sources import sources
from clinic.models import Arrival, AuditEvent, CallNote, Closure, Patient
from clinic.periods import Period
from clinic.reports import registered
from clinic.reports.calls import first_calls
from clinic.reports.messages import deliveries
from intake.reports import levels
from tests.booking.house import House, local, make_house
from tests.desk import staff, unknown_targets, words
from tests.factories import (
    NOW,
    make_call,
    make_clinic,
    make_location,
    make_message,
    make_outcome,
    make_patient,
    make_request,
    make_screening,
    make_user,
)

# Tuesday 24 November is `NOW`; the period ends with the day before.
WEEK = Period(date(2026, 11, 17), date(2026, 11, 23), "America/Anchorage")
MONDAY = date(2026, 11, 23)
_minutes = count()


@pytest.fixture
def house(db) -> House:
    return make_house()


def past(
    house: House, state: str = "seen", *, patient: Patient | None = None, day: date = MONDAY, **values
) -> Appointment:
    """A visit of an hour in the days of the report, without the acts that would only let it be booked ahead."""
    start = local("09:00", day) + timedelta(minutes=next(_minutes) % 7)
    person = values.pop("practitioner", house.dana)
    block = Block.objects.create(
        kind="visit",
        state=state,
        practitioner=person,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        busy_from=start,
        busy_until=start + timedelta(minutes=75),
        overlap=True,
        overlap_reason="for the figures",
    )
    defaults = {
        "submission": uuid.uuid4(),
        "mode": "telehealth",
        "state_then": "AK",
        "time_zone": "America/Anchorage",
        "wall_time": "2026-11-23 09:00",
        "price": Decimal(190),
        "currency": "USD",
        "created_at": NOW - timedelta(days=3),
    }
    if patient is None:
        patient = Patient.objects.first() or make_patient()
    return Appointment.objects.create(block=block, patient=patient, service=house.service, **{**defaults, **values})


def test_funnel_counts_people_and_how_far_they_got(house):
    Arrival.objects.create(day=MONDAY, origin="search", number=50)
    Arrival.objects.create(day=MONDAY + timedelta(days=1), origin="search", number=7)
    began, wrote, both = make_patient(), make_patient(), make_patient()
    in_days = NOW - timedelta(days=4)
    make_screening(patient=began, state="started", finished_at=None, started_at=in_days)
    make_screening(patient=both, started_at=in_days, finished_at=in_days)
    make_request(patient=wrote, created_at=in_days)
    make_request(patient=both, created_at=in_days)
    make_request(created_at=in_days, answered_at=NOW)  # nobody knows yet whose it is
    make_request(created_at=NOW)  # after the period
    past(house, patient=both)
    past(house, patient=make_patient())  # on the phone: asked nothing before
    report = funnel(WEEK, now=NOW)
    assert report.table.rows == (
        ("Came to the site (times, not people)", 50, None, None),
        ("Began the check or asked us", 4, None, None),
        ("Finished the check or got our answer", 2, None, None),
        ("Booked a visit", 1, None, None),
        ("Seen", 1, None, None),
    )
    assert report.finding == "Too few to say: 1 of 4 who asked have booked"
    assert report.note == "People came to the site 50 times. Arrivals have been counted since 2026-11-23."


def test_no_show_rate_is_missed_of_due_and_says_nothing_of_few(house):
    for place in range(24):
        past(house, "no_show" if place < 6 else "seen")
    past(house, "cancelled")
    past(house, "booked")
    past(house, mode="in_clinic", location=house.location, practitioner=house.jun, state_then="")
    report = missed_visits(WEEK, now=NOW)
    assert report.table.rows == (
        ("How", "At the clinic", 1, 0, None),
        ("How", "By video", 24, 6, 25.0),
        ("With", house.dana.name, 24, 6, 25.0),
        ("With", house.jun.name, 1, 0, None),
    )
    assert report.finding == "6 of 25 visits were missed"
    assert report.fact.value == "24 %"


def test_use_of_hours_takes_breaks_closed_days_and_time_off_away(house):
    # Four hours on each of five open days, but for the closed one; and Dana is away for one of them.
    Closure.objects.create(first_day=date(2026, 11, 19), last_day=date(2026, 11, 19), reason="Floor")
    TimeOff.objects.create(
        practitioner=house.dana, starts_at=local("10:00", MONDAY), ends_at=local("11:00", MONDAY), reason=""
    )
    past(house)
    past(house, "no_show")
    report = use_of_hours(WEEK, now=NOW)
    assert report.table.rows == (
        (house.dana.name, 15.0, 1.0, 0.2, 13.8, None),
        (house.jun.name, 16.0, 0.0, 0.0, 16.0, None),
    )
    assert report.finding == f"3.2 % of working hours are with a patient; most room is left with {house.jun.name}"


def test_sources_say_how_visits_were_booked_and_keep_the_request(house):
    asked = make_request(kind="cost")
    past(house)
    past(house, "cancelled")
    past(house, source="desk", request=asked)
    past(house, source="walk_in")
    Arrival.objects.create(day=MONDAY, origin="social", number=3)
    assert sources(WEEK, now=NOW).table.rows == (
        ("Visit booked", "Online, by the patient", 2, 1, 1),
        ("Visit booked", "After a request: availability and cost", 1, 1, 0),
        ("Visit booked", "Walked in", 1, 1, 0),
        ("Came to the site", "Social networks", 3, None, None),
    )


def test_first_call_is_counted_in_opening_hours_against_its_own_promise(db):
    make_clinic()
    make_location()
    jo = make_user()

    def call(created: str, due: str, tried: str = "", day: date = MONDAY) -> None:
        row = make_call(created_at=local(created, day), due_at=local(due, day))
        CallNote.objects.create(call=row, at=local(created, day), note="from the form")  # no try: nobody made it
        if tried:
            CallNote.objects.create(call=row, at=local(tried, day), by=jo, outcome="no_answer")

    call("09:00", "11:00", "09:10")
    call("11:50", "14:50", "13:10")  # twenty minutes: lunch is not counted
    call("09:00", "09:15", "09:25")  # an emergency, too late
    call("09:00", "11:00")  # never called
    make_call(created_at=local("15:00", MONDAY), due_at=NOW + timedelta(hours=1))  # has time left
    report = first_calls(WEEK, now=NOW)
    assert report.table.rows == (
        ("15 min", 1, 0),
        ("30 min", 1, 1),
        ("1 h", 0, 0),
        ("2 h", 0, 0),
        ("4 h", 0, 0),
        ("longer", 0, 0),
        ("not yet", 0, 1),
    )
    assert report.finding == "Too few calls to say: 2 of 4 kept the promise"
    assert report.note == "2 late, 1 of them still not called. 1 more wait and have time left."


def test_levels_are_those_of_the_rules_and_overrides_by_the_level_before(db):
    pt = make_user()
    for level in ("mechanical", "mechanical", "refer"):
        make_outcome(level=level, created_at=NOW - timedelta(days=2))
    raised = make_outcome(level="unsure", created_at=NOW - timedelta(days=2), current=False)
    make_outcome(
        screening=raised.screening, level="urgent", decided_by=pt, by_pt=True, created_at=NOW - timedelta(days=1)
    )
    same = make_outcome(level="refer", created_at=NOW - timedelta(days=2), current=False)
    make_outcome(screening=same.screening, level="refer", decided_by=pt, created_at=NOW - timedelta(days=1))
    assert levels(WEEK, now=NOW).table.rows == (
        ("Emergency", 0, 0, 0),
        ("Urgent", 0, 0, 0),
        ("Refer", 2, 0, 0),
        ("Unsure", 1, 1, 0),
        ("Mechanical", 2, 0, 0),
    )


def test_messages_that_failed_wait_or_were_dropped_are_told_apart(db):
    at = NOW - timedelta(days=2)
    for state in ("sent", "failed", "dropped", "planned"):
        make_message(kind="booked", state=state, planned_at=at)
    make_message(kind="booked", channel="sms", state="sent", delivered_at=at, planned_at=at)
    make_message(kind="booked", state="planned", planned_at=NOW)  # not due yet
    report = deliveries(WEEK, now=NOW)
    assert report.table.rows == (
        ("A visit is booked", "e-mail", 0, 1, 1, 1, 1),
        ("A visit is booked", "text message", 1, 0, 0, 0, 0),
    )
    assert report.finding == "Too few messages to say: 2 of 4 left"


@pytest.mark.parametrize("kind", sorted(registered.reports))
def test_report_of_nothing_says_so(db, kind):
    make_clinic()
    report = registered.reports[kind].make(WEEK, now=NOW)
    assert report.finding[0].isupper() and "%" not in report.finding
    assert all(len(row) == len(report.table.head) for row in report.table.rows)


def test_page_costs_the_same_with_three_of_everything_as_with_one(house, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = staff("manager")

    def some(number: int) -> None:
        for _one in range(number):
            patient = make_patient()
            past(house, patient=patient, practitioner=house.jun)
            make_outcome(screening=make_screening(patient=patient), created_at=NOW - timedelta(days=2))
            make_request(patient=patient, created_at=NOW - timedelta(days=3))
            make_message(planned_at=NOW - timedelta(days=1))
            CallNote.objects.create(call=make_call(created_at=NOW - timedelta(days=1)), at=NOW, by=client.user)

    address = "/desk/reports/?first=2026-11-17&last=2026-11-23"
    some(1)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    some(2)
    with django_assert_num_queries(len(one)):
        answer = client.get(address)
    assert len(one) < 45
    assert answer.status_code == 200 and not unknown_targets(answer)
    assert b"style=" not in answer.content.partition(b"<main")[2]


def test_desk_sees_no_levels_and_pt_no_reports(house):
    page = words(staff("manager").get("/desk/reports/"))
    assert "Screening levels, and overrides" in page and "Lists to take away" in page
    jo = staff("desk")
    page = words(jo.get("/desk/reports/"))
    assert "No-shows" in page and "overrides" not in page and "Lists to take away" not in page
    assert jo.get("/desk/reports/levels.csv").status_code == 403
    assert jo.get("/desk/lists/").status_code == 403
    assert staff("pt").get("/desk/reports/").status_code == 403


@pytest.mark.parametrize(
    "days",
    ["first=x&last=2026-01-01", "first=2026-02-01&last=2026-01-01", "first=0001-01-01&last=9999-12-31", "first=%00"],
)
def test_days_that_cannot_be_are_refused_in_words(house, days):
    client = staff("manager")
    for address in ("/desk/reports/", "/desk/reports/funnel.csv"):
        answer = client.get(f"{address}?{days}")
        assert answer.status_code == 422
        assert "Please mend this" in words(answer) and not unknown_targets(answer)
        assert "Enter a valid" not in words(answer)


def test_report_is_a_file_and_taking_it_is_written_down(house, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    client = staff("desk")
    past(house, day=date(2025, 11, 24))
    answer = client.get("/desk/reports/no-shows.csv?first=2025-11-18&last=2025-11-24")
    text = b"".join(answer.streaming_content).decode()
    assert answer["Content-Disposition"] == 'attachment; filename="no-shows_2025-11-18_2025-11-24.csv"'
    assert text.splitlines()[:2] == ['\ufeffBy,Name,Due,Missed,"Missed, %"', "How,By video,1,0,"]
    event = AuditEvent.objects.get(act="report.taken")
    assert event.actor == client.user
    assert event.details == {"report": "no-shows", "first": "2025-11-18", "last": "2025-11-24"}
    assert client.get("/desk/reports/nothing.csv").status_code == 404
