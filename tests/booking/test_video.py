"""The room of a visit by video: when it is open, for whom, and where it is."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from booking import diary, told, video
from booking.models import Appointment, Block, VideoJoin
from booking.video import Door
from clinic import links
from clinic.models import Consent
from tests.booking.house import local
from tests.factories import NOW, make_licence, make_patient, make_user

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def visit(house) -> Appointment:
    """Wednesday 9:00 to 10:00 by video with Dana."""
    return house.book("09:00", mode="telehealth", now=NOW)


def said(visit: Appointment, **values):
    """What `diary.join` is told."""
    defaults = {
        "submission": uuid.uuid4(),
        "appointment": visit,
        "address": "12 Spruce St, Nome",
        "state": "AK",
        "phone": "+19075550118",
        "contact_name": "Sam Oquendo",
        "contact_phone": "+19075550119",
        "agreed": True,
        "now": local("08:52"),
    }
    return {**defaults, **values}


def fresh(visit: Appointment) -> Appointment:
    return Appointment.objects.select_related("block__practitioner", "patient").get(pk=visit.pk)


# ---------------------------------------------------------------- when it is open


@pytest.mark.parametrize(
    ("wall", "off", "door"),
    [
        ("08:50", -SECOND, Door.EARLY),
        ("08:50", timedelta(), Door.OPEN),
        ("10:30", -SECOND, Door.OPEN),
        ("10:30", timedelta(), Door.OVER),
    ],
)
def test_room_is_open_from_ten_minutes_before_until_half_an_hour_after(visit, wall, off, door):
    assert video.door(visit, now=local(wall) + off) == door


def test_room_of_a_moved_visit_opens_at_its_new_time(house, visit):
    diary.move(appointment=visit, start=local("11:00"), practitioner=house.dana, now=NOW)
    moved = fresh(visit)
    assert video.door(moved, now=local("08:55")) == Door.EARLY
    assert video.door(moved, now=local("10:50")) == Door.OPEN


@pytest.mark.parametrize(
    ("starts", "opens"),
    [
        # The clock goes from 2:00 to 3:00.
        (datetime(2027, 3, 14, 11, 0, tzinfo=UTC), "1:50 am, Anchorage time"),
        # 1:00 to 2:00 comes twice, so the clock alone does not say which.
        (datetime(2026, 11, 1, 9, 0, tzinfo=UTC), "12:50 am, Anchorage time"),
        (datetime(2026, 11, 1, 10, 0, tzinfo=UTC), "1:50 am, Anchorage time, AKDT"),
        (datetime(2026, 11, 1, 11, 0, tzinfo=UTC), "1:50 am, Anchorage time, AKST"),
        (datetime(2026, 11, 25, 9, 5, tzinfo=UTC), "Tue 24 Nov, 11:55 pm, Anchorage time"),
    ],
)
def test_opening_is_told_by_the_clock_of_that_minute(visit, starts, opens):
    visit.block.starts_at, visit.block.ends_at = starts, starts + timedelta(hours=1)
    assert told.opens(visit) == opens
    assert video.door(visit, now=starts - timedelta(minutes=10)) == Door.OPEN
    assert video.door(visit, now=starts - timedelta(minutes=10) - SECOND) == Door.EARLY


def test_only_visits_by_video_that_take_place_have_an_open_room(house, visit, settings):
    now = local("08:55")
    assert video.door(house.book("11:00", now=NOW), now=now) == Door.NONE
    for hold, state in (("talk", "booked"), ("", "cancelled"), ("", "no_show")):
        visit.hold, visit.block.state = hold, state
        assert video.door(visit, now=now) == Door.SHUT
    visit.hold, visit.block.state = "", "seen"
    assert video.door(visit, now=now) == Door.OPEN
    settings.TELEHEALTH_ROOM_URL = ""
    assert video.door(visit, now=now) == Door.NONE


# ---------------------------------------------------------------- where it is


def test_room_is_one_for_each_visit_and_changes_with_its_links_only(house, visit):
    other = house.book("11:00", mode="telehealth", patient=make_patient(), now=NOW)
    url = video.room_url(visit)
    name = url.removeprefix("https://meet.example.org/visit-")
    assert len(name) == 32
    assert set(name) <= set("0123456789abcdef")
    assert str(visit.uid) not in url
    assert video.room_url(other) != url
    diary.move(appointment=visit, start=local("10:00"), practitioner=house.jun, now=NOW)
    assert video.room_url(fresh(visit)) == url
    links.revoke(row=visit)
    assert video.room_url(visit) != url


def test_room_cannot_be_worked_out_without_the_key(visit, settings):
    url = video.room_url(visit)
    settings.SECRET_KEY = "another key, as long as it takes to be no mistake of the test"
    assert video.room_url(visit) != url


# ---------------------------------------------------------------- joining


def test_joining_lets_the_patient_arrive_and_keeps_what_was_said(visit):
    row = diary.join(**said(visit))
    assert (row.address, row.phone, row.contact_name) == ("12 Spruce St, Nome", "+19075550118", "Sam Oquendo")
    assert Block.objects.get(pk=visit.block_id).state == "arrived"
    event = visit.events.latest("id")
    assert (event.act, event.by_label, event.details["from"]) == ("arrived", "patient", "booked")
    assert "Spruce" not in str(event.details)
    consent = Consent.objects.get(subject_uid=visit.uid, kind="telehealth")
    assert (consent.text_version, consent.given_by) == (video.CONSENT_VERSION, "self")


def test_what_was_said_is_encrypted_in_the_database(visit):
    row = diary.join(**said(visit))
    names = ["address", "phone", "contact_name", "contact_phone", "adult_name"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM booking_videojoin WHERE id = %s", [row.pk])
        stored = " ".join(cursor.fetchone())
    assert not any(word in stored for word in ("Spruce", "5550118", "Oquendo", "5550119"))


def test_desk_can_take_arriving_back(visit):
    diary.join(**said(visit))
    diary.undo(appointment=visit, by=make_user(), now=local("08:53"))
    assert Block.objects.get(pk=visit.block_id).state == "booked"
    assert video.waiting_since([fresh(visit)]) == {}


def test_same_form_twice_joins_once(visit):
    form = said(visit)
    assert diary.join(**form) == diary.join(**{**form, "address": "elsewhere"})
    assert VideoJoin.objects.count() == 1


def test_form_of_another_visit_joins_nothing(house, visit):
    other = house.book("09:00", mode="telehealth", patient=make_patient(), practitioner=house.jun, now=NOW)
    form = said(other)
    diary.join(**form)
    with pytest.raises(diary.WrongState):
        diary.join(**said(visit, submission=form["submission"]))


def test_joining_again_counts_from_the_first_time_and_takes_the_newest_place(visit):
    diary.join(**said(visit))
    diary.join(**said(visit, address="Airport, Nome", now=local("09:05"), agreed=False))
    assert video.waiting_since([fresh(visit)]) == {visit.pk: local("08:52")}
    assert [row.address for row in video.came(visit)] == ["12 Spruce St, Nome", "Airport, Nome"]
    assert [event.act for event in visit.events.order_by("id")] == ["booked", "arrived", "joined"]


@pytest.mark.parametrize("wall", ["08:49", "10:30"])
def test_nobody_joins_outside_the_window(visit, wall):
    with pytest.raises(diary.WrongState):
        diary.join(**said(visit, now=local(wall)))
    assert not VideoJoin.objects.exists()


def test_nobody_joins_a_visit_that_was_cancelled_meanwhile(visit):
    diary.cancel(appointment=visit, by=make_user(), now=NOW)
    with pytest.raises(diary.WrongState):
        diary.join(**said(visit))


def test_place_without_a_licence_of_the_day_is_refused_and_changes_nothing(house, visit):
    make_licence(house.dana, state="WA", expires_on=date(2026, 11, 24))
    for state in ("WA", "OR", "other", ""):
        with pytest.raises(diary.NotLicensed):
            diary.join(**said(visit, state=state))
    assert not VideoJoin.objects.exists()
    assert Block.objects.get(pk=visit.block_id).state == "booked"
    house.dana.licences.filter(state="WA").update(expires_on=date(2026, 11, 25))
    assert diary.join(**said(visit, state="WA")).state == "WA"


def test_somebody_under_18_on_the_day_needs_an_adult(house):
    born = date(2008, 11, 26)
    visit = house.book("09:00", mode="telehealth", patient=make_patient(birth_date=born), now=NOW)
    with pytest.raises(diary.AdultNeeded):
        diary.join(**said(visit))
    row = diary.join(**said(visit, adult_name="Ines Oquendo"))
    assert (row.minor, row.adult_here, row.adult_name) == (True, True, "Ines Oquendo")
    assert Consent.objects.get(subject_uid=visit.uid, kind="telehealth").given_by == "adult in the room"


def test_somebody_who_turns_18_on_the_day_needs_none(house):
    visit = house.book("09:00", mode="telehealth", patient=make_patient(birth_date=date(2008, 11, 25)), now=NOW)
    assert diary.join(**said(visit, adult_name="not asked for")).adult_name == ""


def test_database_keeps_no_minor_without_an_adult(visit):
    row = diary.join(**said(visit))
    with pytest.raises(IntegrityError), transaction.atomic():
        VideoJoin.objects.filter(pk=row.pk).update(minor=True)


def test_consent_is_needed_once_for_a_visit(visit):
    with pytest.raises(diary.NotAgreed):
        diary.join(**said(visit, agreed=False))
    diary.join(**said(visit))
    diary.join(**said(visit, agreed=False))
    assert VideoJoin.objects.count() == 2


def test_waiting_rooms_of_many_take_one_query(house, django_assert_num_queries):
    visits = []
    for wall in ("08:00", "09:00", "10:00"):
        visit = house.book(wall, mode="telehealth", patient=make_patient(), now=NOW)
        diary.join(**said(visit, now=visit.block.starts_at))
        visits.append(fresh(visit))
    with django_assert_num_queries(1):
        assert len(video.waiting_since(visits)) == 3
    with django_assert_num_queries(1):
        assert len(video.waiting_since(visits[:1])) == 1
