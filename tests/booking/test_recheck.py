"""The look over the diary at night: times that are no longer as told, and overlaps without a reason."""

import zoneinfo
from datetime import timedelta
from importlib.resources import files
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from booking import diary, recheck, tasks
from booking.models import Appointment, AppointmentEvent, Block
from clinic import outbox
from clinic.models import Clinic, Message
from tests.booking.house import local, make_house, other_patient
from tests.factories import NOW, make_patient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(db):
    return make_house()


@pytest.fixture
def new_zone_data(tmp_path):
    """After an update of the zone data Anchorage keeps the clock of Denver, two hours ahead."""

    def update(rules_of: str = "America/Denver") -> None:
        folder = tmp_path / "America"
        folder.mkdir()
        rules = files("tzdata").joinpath("zoneinfo", *rules_of.split("/")).read_bytes()
        (folder / "Anchorage").write_bytes(rules)
        zoneinfo.reset_tzpath(to=[str(tmp_path)])

    before = zoneinfo.TZPATH
    yield update
    zoneinfo.reset_tzpath(to=before)


def force(**values) -> Block:
    """Write a block past the acts, as an import does."""
    start = values.pop("start")
    span = {"starts_at": start, "ends_at": start + timedelta(minutes=30)}
    span |= {"busy_from": span["starts_at"], "busy_until": span["ends_at"]}
    block = Block.objects.create(**{"kind": "busy", "state": "booked", **span, **values})
    Block.objects.filter(pk=block.pk).update(created_at=NOW + timedelta(hours=1))
    return block


def pairs(now=NOW) -> list[tuple[int, int, bool]]:
    return [(found.first.pk, found.second.pk, found.room) for found in recheck.clashes(now=now)]


# ---------------------------------------------------------------- times that are not as told


def test_visits_as_booked_are_at_the_time_that_was_told(house):
    house.book("09:00", now=NOW)
    house.book("10:00", mode="telehealth", time_zone="America/New_York", patient=other_patient(), now=NOW)
    assert recheck.shifted(now=NOW) == []


def test_new_zone_data_shift_what_was_booked_before(house, new_zone_data):
    visit = house.book("09:00", now=NOW)
    house.book("10:00", mode="telehealth", time_zone="America/New_York", patient=other_patient(), now=NOW)
    new_zone_data()
    assert recheck.shifted(now=NOW) == [recheck.Shifted(visit, "2026-11-25 11:00")]


def test_only_coming_visits_are_looked_at(house, new_zone_data):
    gone, over = house.book("09:00", now=NOW), house.book("10:00", patient=other_patient(), now=NOW)
    diary.cancel(appointment=gone, by=None, now=NOW)
    new_zone_data()
    assert [found.visit for found in recheck.shifted(now=NOW)] == [over]
    assert recheck.shifted(now=local("10:01")) == []


def test_zone_that_is_gone_is_told(house):
    house.book("09:00", now=NOW)
    Appointment.objects.update(time_zone="America/Sidehill")
    assert [found.shows for found in recheck.shifted(now=NOW)] == [""]
    assert recheck.lines(now=NOW) == [
        f"{house.dana.name}, told as Wed 25 Nov, 9:00 am, Sidehill time: there is no such time zone any more."
    ]


def test_shifted_takes_one_query(house, django_assert_num_queries):
    house.book("09:00", now=NOW)
    with django_assert_num_queries(1):
        recheck.shifted(now=NOW)
    house.book("10:00", patient=other_patient(), now=NOW)
    house.book("11:00", patient=make_patient(given_name="Ana"), now=NOW)
    with django_assert_num_queries(1):
        recheck.shifted(now=NOW)


# ---------------------------------------------------------------- overlaps


def test_full_day_without_overlaps_has_no_clash(house):
    house.book("09:00", now=NOW)
    house.book("10:00", patient=other_patient(), now=NOW)
    house.book("09:00", practitioner=house.jun, patient=make_patient(given_name="Ana"), now=NOW)
    assert pairs() == []


def test_overlap_with_a_reason_is_fine(house):
    house.book("09:00", now=NOW)
    later = NOW + timedelta(minutes=1)
    house.book("09:00", patient=other_patient(), by=make_user(), overlap_reason="Two sisters", now=later)
    assert pairs() == []


def test_unflagged_block_over_a_flagged_one_is_told(house):
    house.book("09:00", now=NOW)
    reason = {"by": make_user(), "overlap_reason": "Two sisters"}
    flagged = house.book("09:00", patient=other_patient(), now=NOW, **reason)
    first = Appointment.objects.exclude(pk=flagged.pk).get()
    diary.cancel(appointment=first, by=make_user(), now=NOW)
    other = force(start=local("09:00"), practitioner=house.dana, label="import")
    assert pairs() == [(flagged.block.pk, other.pk, False)]


def test_time_kept_for_undo_is_no_clash_with_whom_the_visit_shared_it(house):
    visit = house.book("09:00", now=NOW)
    house.book("09:30", by=make_user(), overlap_reason="two sisters", now=NOW)
    diary.cancel(appointment=visit, by=None, now=NOW)
    assert recheck.clashes(now=NOW) == []


def test_no_show_taken_back_beside_who_has_its_time_has_said_why(house):
    jo, visit = make_user(), house.book("09:00", now=NOW)
    diary.no_show(appointment=visit, by=jo, now=local("09:05"))
    house.book("09:00", by=jo, now=NOW)
    diary.undo(appointment=visit, by=jo, overlap_reason="both fit", now=local("09:10"))
    assert recheck.clashes(now=NOW) == []


def test_block_moved_under_a_flagged_one_is_told_by_its_last_move(house):
    visit = house.book("09:00", now=NOW)
    flagged = house.book("09:00", patient=other_patient(), by=make_user(), overlap_reason="Sisters", now=NOW)
    AppointmentEvent.objects.create(
        appointment=visit, at=NOW + timedelta(hours=1), act="moved", by_label="staff", sequence=1
    )
    assert pairs() == [(visit.block.pk, flagged.block.pk, False)]


def test_reason_of_blanks_is_none(house):
    house.book("09:00", now=NOW)
    flagged = house.book("09:00", patient=other_patient(), by=make_user(), overlap_reason="x", now=NOW)
    Block.objects.filter(pk=flagged.block.pk).update(overlap_reason="  ")
    assert len(pairs()) == 1


def test_room_taken_twice_is_told_apart_from_the_person(house):
    first = house.book("09:00", now=NOW)
    room, start = first.block.room, local("09:00")
    where = {"room": room, "room_from": start, "room_until": start + timedelta(minutes=30)}
    unflagged = force(start=start, practitioner=house.jun, overlap=True, overlap_reason=" ", **where)
    assert pairs() == [(first.block.pk, unflagged.pk, True)]
    assert recheck.lines(now=NOW) == [f"{room}, Wed 25 Nov, 9:00 am: taken twice, and nobody said why."]


def test_back_to_back_cancelled_and_run_out_do_not_clash(house):
    first = house.book("09:00", now=NOW)
    values = {"practitioner": house.dana, "overlap": True, "overlap_reason": " "}
    force(start=first.block.busy_until, **values)
    force(start=first.block.starts_at, state="cancelled", **values)
    force(start=first.block.starts_at, kind="hold", state="held", browser="b", expires_at=NOW - timedelta(1), **values)
    assert pairs() == []


def test_clashes_of_yesterday_are_told_and_older_ones_not(house):
    values = {"practitioner": house.dana, "overlap": True, "overlap_reason": " "}
    for _time in range(2):
        force(start=NOW - timedelta(hours=20), **values)
        force(start=NOW - timedelta(hours=30), **values)
    assert len(pairs()) == 1


def test_clash_is_found_where_the_database_lost_its_rule(house):
    visit = house.book("09:00", now=NOW)
    with connection.cursor() as cursor:  # within the test's transaction, which is rolled back
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER block_practitioner_free_insert")
            cursor.execute("DROP TRIGGER block_practitioner_free_update")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE booking_block DROP CONSTRAINT block_practitioner_free")
    other = force(start=local("09:00"), practitioner=house.dana)
    assert pairs() == [(visit.block.pk, other.pk, False)]


# ---------------------------------------------------------------- told


def test_managers_are_told_once_a_night(house, new_zone_data, mailoutbox):
    hana = make_user(groups=["manager"], email="hana@sidehill.example")
    make_user(groups=["desk"])
    make_user(groups=["manager"], is_active=False)
    house.book("09:00", now=NOW)
    new_zone_data()
    first = recheck.tell_managers(now=NOW)
    assert [message.to for message in first] == [hana.email]
    assert recheck.tell_managers(now=NOW + timedelta(hours=1)) == first
    assert recheck.tell_managers(now=NOW + timedelta(hours=18)) != first
    outbox.deliver_due(now=NOW)
    letter = next(mail for mail in mailoutbox if mail.to == [hana.email])
    assert letter.subject == "The diary has 1 thing to look at"
    told = "told as Wed 25 Nov, 9:00 am, Anchorage time: that clock will show Wed 25 Nov, 11:00 am."
    assert f"- {house.dana.name}, {told}" in letter.body
    assert "Casey" not in letter.body
    assert "/desk/" in letter.body


def test_clinic_is_told_where_no_manager_can_be(house, new_zone_data):
    house.book("09:00", now=NOW)
    new_zone_data()
    assert [message.to for message in recheck.tell_managers(now=NOW)] == [Clinic.get().email]
    Clinic.objects.update(email="")
    assert recheck.tell_managers(now=NOW + timedelta(days=1)) == []


def test_nobody_is_told_when_all_is_well(house):
    make_user(groups=["manager"])
    house.book("09:00", now=NOW)
    assert recheck.tell_managers(now=NOW) == []


def test_letter_is_dropped_once_all_is_mended(house, new_zone_data):
    make_user(groups=["manager"])
    visit = house.book("09:00", now=NOW)
    new_zone_data()
    message = recheck.tell_managers(now=NOW)[0]
    diary.cancel(appointment=visit, by=None, now=NOW)
    outbox.deliver_due(now=NOW)
    message.refresh_from_db()
    assert message.state == Message.State.DROPPED


def test_task_tells_by_the_clock_of_now(house, monkeypatch, new_zone_data):
    make_user(groups=["manager"])
    house.book("09:00", now=NOW)
    new_zone_data()
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    tasks.look_over_diary()
    assert Message.objects.filter(kind=recheck.KIND).count() == 1


def test_command_lists_what_it_finds_and_ends_with_code_1(house, monkeypatch, new_zone_data):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    house.book("09:00", now=NOW)
    said = StringIO()
    call_command("recheck", stdout=said)
    assert said.getvalue().startswith("All coming visits are at the time that was told")
    new_zone_data()
    with pytest.raises(SystemExit) as ended:
        call_command("recheck", stdout=said)
    assert ended.value.code == 1
    assert "that clock will show Wed 25 Nov, 11:00 am." in said.getvalue()
    assert not Message.objects.filter(kind=recheck.KIND).exists()
