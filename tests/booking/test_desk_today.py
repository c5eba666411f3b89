"""The day board, a PT's own list, and what is done with a visit there."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from booking import diary
from booking.models import Block, TimeOff, WorkingHours
from clinic.models import Call
from intake.models import BriefRead
from tests.booking.house import local
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_call, make_duty, make_outcome, make_patient, make_practitioner, make_user

pytestmark = pytest.mark.django_db
TODAY = "/desk/"
WEDNESDAY = "/desk/?day=2026-11-25"


@pytest.fixture(autouse=True)
def clock(monkeypatch, house):
    set_clock(monkeypatch, "09:20")


def set_clock(monkeypatch, wall: str) -> None:
    now = local(wall)
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.fixture
def jo():
    return staff("desk")


def act(client, visit, name: str, **more):
    return client.post(reverse("admin:visit-act", args=[visit.uid]), {"act": name, **more}, follow=True)


# ---------------------------------------------------------------- the board


def test_board_has_a_column_for_each_practitioner_with_visits_in_time_order(house, jo):
    late = house.book("11:00", now=NOW, patient=make_patient(given_name="Late"))
    early = house.book("08:00", now=NOW, patient=make_patient(given_name="Early"))
    other = house.book("09:00", now=NOW, practitioner=house.jun, patient=make_patient(given_name="Other"))
    html = jo.get(TODAY).content.decode()
    columns = re.findall(r'<section class="col".*?</section>', html, re.DOTALL)
    assert len(columns) == 2
    assert columns[0].index(early.patient.name) < columns[0].index(late.patient.name)
    assert other.patient.name in columns[1]
    assert early.patient.name not in columns[1]


def test_card_says_time_name_state_service_and_room_in_words(house, jo):
    visit = house.book("09:00", now=NOW)
    text = words(jo.get(TODAY))
    assert f"9:00 Ana Oquendo Unconfirmed {house.service.name} {visit.block.room.name}" in text


@pytest.mark.parametrize(("mode", "where"), [("mobile", "Home visit"), ("telehealth", "Video, AK")])
def test_card_says_how_the_visit_takes_place(house, jo, mode, where):
    house.book("09:00", now=NOW, mode=mode)
    assert where in words(jo.get(TODAY))


def test_card_stands_at_its_time(house, jo):
    house.book("09:00", now=NOW)
    assert re.search(r'class="visit booked [^"]*\br13 s12"', jo.get(TODAY).content.decode())


def test_chips_say_what_the_desk_may_know(house, jo):
    for wall, level in (("08:00", "mechanical"), ("09:00", "unsure"), ("10:00", "refer")):
        make_outcome(patient=house.book(wall, now=NOW).patient, level=level)
    house.book("11:00", now=NOW)
    text = words(jo.get(TODAY))
    for chip in ("Mechanical, unread", "Call first", "Unsure, unread", "Refer, unread", "Not screened"):
        assert chip in text
    assert "Low back" not in text


def test_line_of_now_is_read_at_its_place(house, jo):
    house.book("08:00", now=NOW, patient=make_patient(given_name="Before"))
    house.book("10:00", now=NOW, patient=make_patient(given_name="After"))
    text = words(jo.get(TODAY))
    assert text.index("Before Oquendo") < text.index("Now 9:20 am") < text.rindex("After Oquendo")


def test_other_days_have_no_line_of_now(jo):
    assert "Now 9:20" not in words(jo.get("/desk/?day=2026-11-26"))


def test_board_leads_to_the_day_before_and_after(jo):
    html = jo.get(WEDNESDAY).content.decode()
    assert "?day=2026-11-24" in html
    assert "?day=2026-11-26" in html


@pytest.mark.parametrize("day", ["", "x", "2026-02-31", "0001-01-01", "9999-12-31", "\x00", "2026-11-25T00:00"])
def test_nonsense_in_the_address_shows_today(jo, day):
    assert "Wednesday 25 November" in words(jo.get(TODAY, {"day": day}))


def test_free_stretches_lead_to_finding_a_time_there(house, jo):
    house.book("09:00", now=NOW)
    html = jo.get(TODAY).content.decode()
    assert f"?day=2026-11-25&amp;practitioner={house.dana.uid}&amp;from=10:00" in html
    assert "Book 10:00 am" in words(jo.get(TODAY))


def test_time_off_and_holds_are_shown_and_not_offered(house, jo):
    TimeOff.objects.create(
        practitioner=house.jun, starts_at=local("10:00"), ends_at=local("11:00"), reason="Course in Fairbanks"
    )
    house.service.modes.update(notice_minutes=0)
    diary.hold(slot=house.slot("10:00"), service=house.service, mode="in_clinic", browser="b", now=local("09:20"))
    text = words(jo.get(TODAY))
    assert "Away Course in Fairbanks" in text
    assert "Being booked online" in text
    assert "Book 10:00 am" not in text


def test_closure_is_said_and_nothing_is_offered(house, jo):
    house.book("09:00", now=NOW)
    house.location.closures.create(first_day="2026-11-25", last_day="2026-11-25", reason="Snow")
    text = words(jo.get(TODAY))
    assert "Midtown clinic closed: Snow" in text
    assert "Ana Oquendo" in text
    assert not re.search(r"Book \d", text)


def test_overlap_on_purpose_stands_side_by_side_with_its_reason(house, jo):
    house.book("09:00", now=NOW)
    house.book("09:00", now=NOW, by=jo.user, overlap_reason="Twins")
    html = jo.get(TODAY).content.decode()
    assert 'class="lanes-2"' in html
    assert "Why: Twins" in words(jo.get(TODAY))


def test_both_visits_that_share_a_time_say_so_by_word_and_shape(house, jo):
    house.book("09:00", now=NOW, patient=make_patient(given_name="Casey", family_name="Tran"))
    house.book("09:30", now=NOW, by=jo.user, overlap_reason="Twins", override_reason="Twins")
    house.book("11:00", now=NOW, patient=make_patient(given_name="Kim"))
    page = jo.get(TODAY)
    assert words(page).count("Shared time") == 2
    assert page.content.decode().count("#i-overlap") == 2
    assert "With 9:30 am Ana Oquendo. Why: Twins" in words(page)
    assert "With 9:00 am Casey Tran. Why: Twins" in words(page)


def test_visits_that_share_a_room_with_two_people_say_so(house, jo):
    house.rooms[1].delete()
    house.book("09:00", now=NOW)
    house.book("09:00", now=NOW, practitioner=house.jun, by=jo.user, overlap_reason="Two tables in it")
    assert words(jo.get(TODAY)).count("Why: Two tables in it") == 2


def test_cancelled_visits_are_not_on_the_board(house, jo):
    visit = house.book("09:00", now=NOW)
    diary.cancel(appointment=visit, by=jo.user, now=NOW)
    assert "Ana Oquendo" not in words(jo.get(TODAY))


def test_counts_say_what_needs_the_desk(house, jo):
    make_outcome(patient=house.book("10:00", now=NOW).patient)
    house.book("11:00", now=NOW)
    make_call(due_at=local("09:00"))
    make_call(due_at=local("09:28"))
    text = words(jo.get(TODAY))
    assert "2 Calls due 1 overdue, next in 8 min" in text
    assert "1 Screenings unread first at 10:00 am, Ana Oquendo" in text
    assert "1 Not screened first at 11:00 am, Ana Oquendo" in text
    assert "2 visits: 2 to come." in text


def test_call_put_off_is_counted_at_its_next_try_as_in_the_queue(house, jo):
    make_call(due_at=local("09:00"), next_try_at=local("09:28"))
    assert "1 Calls due none overdue, next in 8 min" in words(jo.get(TODAY))


def test_board_asks_for_as_much_with_three_visits_as_with_one(house, jo, django_assert_num_queries):
    def fill(wall: str) -> None:
        make_outcome(patient=house.book(wall, now=NOW).patient)

    fill("08:00")
    jo.get(TODAY)  # the number of visits outside the hours is kept for half a minute
    with CaptureQueriesContext(connection) as one:
        jo.get(TODAY)
    fill("09:00")
    fill("10:00")
    assert len(one) < 20
    with django_assert_num_queries(len(one)):
        jo.get(TODAY)


def test_board_hangs_together(house, jo):
    house.book("09:00", now=NOW)
    page = jo.get(TODAY)
    assert unknown_targets(page) == set()
    assert b" style=" not in page.content
    ids = re.findall(r'\bid="([^"]+)"', page.content.decode())
    assert len(ids) == len(set(ids))


def test_day_when_nobody_works_says_so_and_leads_to_the_next(house, jo):
    page = jo.get("/desk/?day=2026-11-29")
    following = min(row.weekday or 0 for row in WorkingHours.objects.all())
    assert "Nobody works on this day. Next:" in words(page)
    assert f'href="?day={date(2026, 11, 30) + timedelta(days=following):%Y-%m-%d}"' in page.content.decode()


def test_day_when_nobody_works_at_all_says_only_that(jo):
    WorkingHours.objects.all().delete()
    assert "Next:" not in words(jo.get("/desk/?day=2026-11-29"))


# ---------------------------------------------------------------- acts


@pytest.mark.parametrize(
    ("name", "state", "told"),
    [
        ("arrive", "arrived", "Ana Oquendo is here."),
        ("seen", "seen", "Ana Oquendo was seen."),
        ("no_show", "no_show", "Ana Oquendo did not come."),
    ],
)
def test_one_click_changes_the_state_says_so_and_can_be_taken_back(house, jo, name, state, told):
    visit = house.book("09:00", now=NOW)
    page = act(jo, visit, name)
    visit.block.refresh_from_db()
    assert visit.block.state == state
    assert told in words(page)
    undo = reverse("admin:visit-act", args=[visit.uid])
    assert f'<form method="post" action="{undo}">' in page.content.decode()
    page = act(jo, visit, "undo")
    visit.block.refresh_from_db()
    assert visit.block.state == "booked"
    assert "Taken back: Ana Oquendo is as before." in words(page)


def test_act_goes_back_to_the_day_it_came_from(house, jo):
    visit = house.book("09:00", now=NOW)
    answer = jo.post(reverse("admin:visit-act", args=[visit.uid]), {"act": "arrive", "next": WEDNESDAY})
    assert answer["Location"] == WEDNESDAY


def test_act_that_cannot_be_done_says_why(house, jo):
    visit = house.book("11:00", now=NOW)
    assert "That cannot be done with this visit any more." in words(act(jo, visit, "no_show"))
    visit.block.refresh_from_db()
    assert visit.block.state == "booked"


def test_taking_a_no_show_back_when_the_time_is_gone_shows_who_has_it_and_asks_why(house, jo, monkeypatch):
    visit = house.book("09:00", now=NOW)
    act(jo, visit, "no_show")
    set_clock(monkeypatch, "08:50")
    late = house.book("09:00", now=local("08:00"), by=jo.user, override_reason="walked in")
    page = act(jo, visit, "undo")
    assert "That time is taken." in words(page)
    assert late.patient.name in words(page)
    address = page.request["PATH_INFO"]
    said = words(jo.post(address, {"seen": "taken", "why": "both fit"}))
    assert "Tick that they share the time" in said
    page = jo.post(address, {"seen": "taken", "why": "both fit", "overlap": "on"}, follow=True)
    assert "Taken back: Ana Oquendo is as before." in words(page)
    visit.block.refresh_from_db()
    assert (visit.block.state, visit.block.overlap_reason) == ("booked", "both fit")


def test_undo_of_a_no_show_says_where_else_they_are_by_now(house, jo):
    visit = house.book("09:00", now=NOW)
    act(jo, visit, "no_show")
    elsewhere = {"practitioner": house.jun, "patient": visit.patient, "source": "desk"}
    house.book("09:30", by=make_user(), override_reason="late", now=local("09:20"), **elsewhere)
    said = words(act(jo, visit, "undo"))
    assert f"They have another visit at that time: Wed 25 Nov, 9:30 am with {house.jun.name}." in said


@pytest.mark.parametrize("name", ["", "delete", "\x00", "book"])
def test_unknown_acts_are_not_found(house, jo, name):
    visit = house.book("09:00", now=NOW)
    assert jo.post(reverse("admin:visit-act", args=[visit.uid]), {"act": name}).status_code == 404


def test_acts_are_posts(house, jo):
    visit = house.book("09:00", now=NOW)
    assert jo.get(reverse("admin:visit-act", args=[visit.uid])).status_code == 405


def test_cancel_asks_why_and_keeps_the_reason(house, jo):
    visit = house.book("11:00", now=NOW)
    address = reverse("admin:visit-cancel", args=[visit.uid])
    assert "Wed 25 Nov, 11:00 am" in words(jo.get(address))
    assert "Say why." in words(jo.post(address, {}))
    page = jo.post(address, {"reason": "mistake", "words": "two forms"}, follow=True)
    visit.refresh_from_db()
    assert visit.cancel_reason == "Booked by mistake: two forms"
    assert visit.block.__class__.objects.get(pk=visit.block_id).state == Block.State.CANCELLED
    assert "Cancelled. The time is free again" in words(page)


def test_cancelling_says_when_the_patient_could_not_be_written_to(house, jo):
    visit = house.book("10:00", now=NOW, patient=make_patient(email="", texts_ok=False))
    page = jo.post(reverse("admin:visit-cancel", args=[visit.uid]), {"reason": "clinic"}, follow=True)
    assert "The time is free again. Ana Oquendo cannot be written to: a call is open." in words(page)
    assert "is told" not in words(page)
    assert Call.objects.get().subject_uid == visit.uid


@pytest.mark.parametrize(
    "given", [{"reason": "x"}, {"reason": "other", "words": "a\x00"}, {"reason": "other", "words": "a" * 91}]
)
def test_wrong_reasons_cancel_nothing(house, jo, given):
    visit = house.book("11:00", now=NOW)
    page = jo.post(reverse("admin:visit-cancel", args=[visit.uid]), given)
    assert page.status_code == 200
    assert unknown_targets(page) == set()
    visit.refresh_from_db()
    assert visit.cancelled_at is None


def test_visit_that_was_seen_cannot_be_cancelled(house, jo):
    visit = house.book("09:00", now=NOW)
    act(jo, visit, "seen")
    address = reverse("admin:visit-cancel", args=[visit.uid])
    assert "It cannot be cancelled any more." in words(jo.get(address))
    jo.post(address, {"reason": "mistake"})
    visit.refresh_from_db()
    assert visit.cancelled_at is None


# ---------------------------------------------------------------- a PT's own list


@pytest.fixture
def dana(house):
    client = staff("pt")
    house.dana.user = client.user
    house.dana.save(update_fields=["user"])
    return client


def test_own_list_has_only_the_own_visits(house, dana):
    house.book("10:00", now=NOW, patient=make_patient(given_name="Mine"))
    house.book("10:00", now=NOW, practitioner=house.jun, patient=make_patient(given_name="Theirs"))
    text = words(dana.get(TODAY))
    assert "Mine Oquendo" in text
    assert "Theirs Oquendo" not in text


def test_own_list_has_those_within_thirty_minutes_first(house, dana):
    house.book("08:00", now=NOW, patient=make_patient(given_name="Ran out"))
    house.book("09:30", now=NOW, patient=make_patient(given_name="Soon"))
    house.book("11:00", now=NOW, patient=make_patient(given_name="Later"))
    text = words(dana.get(TODAY))
    places = [
        text.index(part) for part in ("Now and within 30 minutes", "Soon Oquendo", "Later today", "Later Oquendo")
    ]
    assert places == sorted(places)


def test_own_list_leads_to_each_brief_and_says_whether_it_was_read(house, dana):
    first, second = (house.book(wall, now=NOW) for wall in ("09:30", "10:30"))
    read, unread = (make_outcome(patient=visit.patient) for visit in (first, second))
    BriefRead.objects.create(outcome=read, screening=read.screening, by=dana.user, at=NOW)
    page = dana.get(TODAY)
    for outcome in (read, unread):
        assert reverse("admin:brief", args=[outcome.screening.uid]) in page.content.decode()
    text = words(page)
    assert "Brief, read of Ana Oquendo" in text
    assert "Read the brief of Ana Oquendo" in text
    assert "2 visits, 1 brief to read." in text


def test_brief_of_the_own_patient_opens_without_a_tap(house, dana):
    outcome = make_outcome(patient=house.book("10:00", now=NOW).patient)
    page = dana.get(reverse("admin:brief", args=[outcome.screening.uid]))
    assert "Today 10:00 am" in words(page)


def test_own_list_costs_the_same_for_three_visits_as_for_one(house, dana, django_assert_num_queries):
    def fill(wall: str) -> None:
        make_outcome(patient=house.book(wall, now=NOW).patient)

    fill("08:00")
    with CaptureQueriesContext(connection) as one:
        dana.get(TODAY)
    fill("09:00")
    fill("10:00")
    with django_assert_num_queries(len(one)):
        dana.get(TODAY)


def test_pt_without_a_practitioner_is_told_what_to_do():
    assert "Your login is not linked to a practitioner." in words(staff("pt").get(TODAY))


def test_address_of_a_home_visit_is_on_the_own_list(house, dana):
    house.book("10:00", now=NOW, mode="mobile", address="7310 Boundary Avenue", access_notes="Dog: side gate")
    text = words(dana.get(TODAY))
    assert "7310 Boundary Avenue Dog: side gate" in text


def test_own_list_says_whom_to_tell_how_to_join_by_video_without_a_room(house, dana, settings):
    settings.TELEHEALTH_ROOM_URL = ""
    house.book("10:00", now=NOW, mode="telehealth", patient=make_patient(phone="+19075550118"))
    house.book("11:00", now=NOW, mode="telehealth", patient=make_patient(phone="", email="only@runner.example"))
    text = words(dana.get(TODAY))
    assert "Tell them just before the start how to join: 907-555-0118" in text
    assert "Tell them just before the start how to join: only@runner.example" in text


def test_own_list_leads_to_the_days_before_and_after(house, dana):
    house.book("10:00", now=NOW, start=local("10:00", date(2026, 11, 26)), patient=make_patient(given_name="Tomorrow"))
    assert "?day=2026-11-24" in dana.get(TODAY).content.decode()
    assert "?day=2026-11-26" in dana.get(TODAY).content.decode()
    text = words(dana.get(TODAY, {"day": "2026-11-26"}))
    for part in ("Your day: Thursday 26 November", "1 visit", "To come", "Tomorrow Oquendo", "Back to today"):
        assert part in text
    assert "No visits on this day." in words(dana.get(TODAY, {"day": "2026-11-27"}))


@pytest.mark.parametrize("day", ["x", "2026-02-31", "0001-01-01", "9999-12-31", "\x00"])
def test_nonsense_in_the_address_of_the_own_list_shows_today(house, dana, day):
    assert "Your day: Wednesday 25 November" in words(dana.get(TODAY, {"day": day}))


def test_own_list_is_empty_on_a_day_without_visits(house, dana):
    assert "No visits today." in words(dana.get(TODAY))


def test_board_shows_a_practitioner_who_left_but_has_a_visit(house, jo):
    gone = make_practitioner(given_name="Gone", active=False)
    visit = house.book("09:00", now=NOW)
    Block.objects.filter(pk=visit.block_id).update(practitioner=gone)
    assert "Gone Reyes" in words(jo.get(TODAY))


def test_late_evening_visits_are_on_the_board(house, jo):
    visit = house.book("09:00", now=NOW)
    shift = timedelta(hours=11)
    Block.objects.filter(pk=visit.block_id).update(
        starts_at=visit.block.starts_at + shift,
        ends_at=visit.block.ends_at + shift,
        busy_from=visit.block.busy_from + shift,
        busy_until=visit.block.busy_until + shift,
        room_from=visit.block.room_from + shift,
        room_until=visit.block.room_until + shift,
    )
    assert "8:00 Ana Oquendo" in words(jo.get(TODAY))


# ---------------------------------------------------------------- who is on duty


def test_board_of_today_says_who_is_alerted_now(house, jo):
    make_duty(user=make_user(first_name="Marcus", last_name="Oyelaran"), weekday=2)
    assert "On duty for alerts now: Marcus Oyelaran." in words(jo.get(TODAY))
    assert "On duty for alerts" not in words(jo.get(reverse("admin:index"), {"day": "2026-11-26"}))


def test_board_of_today_says_who_is_alerted_while_nobody_is_on_duty(house, jo):
    assert "Nobody is on duty now: alerts go to the managers." in words(jo.get(TODAY))
