"""Taking a cancel by link back: within two minutes, all of it or nothing, and never into somebody else's time."""

import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from booking import diary
from booking.diary import placing, undoing
from booking.models import LIVE, Appointment, Block
from booking.reminder_times import KINDS
from clinic import registry
from clinic.models import AuditEvent, Call, Clinic, Message
from tests.booking.fees import book_under_rule, fees
from tests.booking.house import House, local, make_house, other_patient
from tests.booking.test_races import race, without_constraints
from tests.factories import NOW, make_outcome, make_patient, make_screening, make_user

SOON = NOW + timedelta(minutes=1, seconds=59)
PAST = NOW + timedelta(minutes=2)


def cancelled(house: House, wall: str = "09:00", **values) -> Appointment:
    visit = house.book(wall, now=NOW, **values)
    return diary.cancel(appointment=visit, by=None, reason="Sick", now=NOW)


def kinds(visit: Appointment) -> list[tuple[str, int, str]]:
    return list(Message.objects.filter(subject_uid=visit.uid).order_by("pk").values_list("kind", "sequence", "state"))


def test_visit_is_booked_again_as_it_was(house):
    visit = cancelled(house)
    uid, block = visit.uid, visit.block
    again = diary.undo_cancel(appointment=visit, now=SOON)
    assert (again.uid, again.block.state, again.sequence) == (uid, "booked", 2)
    assert (again.cancelled_at, again.cancelled_by, again.cancel_reason) == (None, "", "")
    assert (again.block.starts_at, again.block.room, again.block.practitioner) == (
        block.starts_at,
        block.room,
        block.practitioner,
    )
    assert [(event.act, event.by_label, event.at, event.why) for event in visit.events.all()][1:] == [
        ("cancelled", "patient", NOW, "Sick"),
        ("cancel_undone", "patient", SOON, ""),
    ]
    assert AuditEvent.objects.filter(subject_uid=uid, act="visit.cancel_undone").count() == 1
    assert not Block.objects.filter(state="held").exists()


def test_letter_of_the_cancel_waits_and_is_dropped(house):
    visit = cancelled(house)
    assert Message.objects.get(kind="cancelled").planned_at == PAST
    diary.undo_cancel(appointment=visit, now=SOON)
    assert kinds(visit) == [("booked", 0, "dropped"), ("cancelled", 1, "dropped"), ("visit_again", 2, "planned")]


def test_letter_of_the_cancel_that_a_worker_has_just_taken_says_nothing(house):
    visit = cancelled(house)
    diary.undo_cancel(appointment=visit, now=SOON)
    message = Message.objects.get(kind="cancelled")
    assert registry.letters["cancelled"](message, PAST) is None


def test_reminders_are_planned_again(house):
    Clinic.objects.update(remind_early_hours=72, remind_day_hours=24)
    visit = house.book("09:00", now=NOW - timedelta(days=5))
    planned = Message.objects.filter(subject_uid=visit.uid, kind__in=KINDS, state="planned")
    before = list(planned.order_by("pk").values_list("kind", "channel", "planned_at"))
    diary.cancel(appointment=visit, by=None, now=NOW - timedelta(days=4))
    assert not planned.exists()
    diary.undo_cancel(appointment=visit, now=NOW - timedelta(days=4))
    assert list(planned.order_by("pk").values_list("kind", "channel", "planned_at")) == before
    assert before


def test_undo_twice_is_once(house):
    visit = cancelled(house)
    for _ in range(2):
        assert diary.undo_cancel(appointment=visit, now=SOON).sequence == 2


def test_time_is_kept_while_it_can_be_taken_back(house):
    cancelled(house)
    with pytest.raises(diary.SlotTaken):
        house.book("09:00", patient=other_patient(), now=SOON)
    assert house.book("09:00", patient=other_patient(), now=PAST)


@pytest.mark.parametrize("mode", ["in_clinic", "mobile", "telehealth"])
def test_kept_time_is_that_of_the_visit(house, mode):
    visit = cancelled(house, mode=mode)
    held = Block.objects.get(state="held")
    for name in ("practitioner", "room", "location", "zone", "starts_at", "ends_at", "busy_from", "busy_until"):
        assert getattr(held, name) == getattr(visit.block, name)
    assert held.expires_at == PAST
    assert diary.undo_cancel(appointment=visit, now=SOON).block.state == "booked"


@pytest.mark.parametrize("now", [PAST, local("09:00")])
def test_too_late_is_too_late(house, now):
    visit = cancelled(house)
    with pytest.raises(diary.WrongState):
        diary.undo_cancel(appointment=visit, now=now)


def test_what_staff_cancelled_or_nobody_did_is_not_taken_back(house):
    jo = make_user()
    theirs, seen = house.book("09:00", now=NOW), house.book("10:00", now=NOW)
    diary.cancel(appointment=theirs, by=jo, now=NOW)
    diary.seen(appointment=seen, by=jo, now=local("10:05"))
    for visit in (theirs, seen):
        with pytest.raises(diary.WrongState):
            diary.undo_cancel(appointment=visit, now=SOON)


def test_visit_that_has_begun_meanwhile_stays_cancelled(house):
    visit = house.book("09:00", now=NOW)
    diary.cancel(appointment=visit, by=None, now=local("08:59"))
    with pytest.raises(diary.WrongState):
        diary.undo_cancel(appointment=visit, now=local("09:00"))


def test_time_that_was_given_away_stays_with_the_other(house):
    visit = cancelled(house)
    other = house.book("09:00", patient=other_patient(), now=PAST)
    with pytest.raises(diary.SlotTaken):
        diary.undo_cancel(appointment=visit, now=SOON)
    visit.refresh_from_db()
    assert (visit.block.state, visit.sequence) == ("cancelled", 1)
    other.refresh_from_db()
    assert other.block.state == "booked"


def test_visit_that_shared_its_time_on_purpose_is_taken_back(house):
    """The desk put the other there knowing of it, with a reason; the cancel freed nothing for anybody else."""
    visit = house.book("09:00", now=NOW)
    why = {"by": make_user(), "overlap_reason": "Two tables in one room"}
    other = house.book("09:00", patient=other_patient(), now=NOW, **why)
    diary.cancel(appointment=visit, by=None, now=NOW)
    assert diary.undo_cancel(appointment=visit, now=SOON).block.state == "booked"
    other.refresh_from_db()
    assert (other.block.state, other.block.overlap) == ("booked", True)


def test_nothing_is_taken_back_once_the_time_is_no_longer_kept(house):
    """The time itself is free still; the road to what was booked since may not be."""
    visit = cancelled(house, mode="mobile")
    ends = visit.block.ends_at
    Clinic.objects.update(road_minutes=45)
    wall = f"{ends.astimezone(ZoneInfo('America/Anchorage')):%H:%M}"
    near = house.booking(wall, mode="mobile", patient=other_patient())
    with pytest.raises(diary.SlotTaken):
        diary.book(**near, now=SOON)
    diary.book(**near, now=PAST)
    with pytest.raises(diary.WrongState):
        diary.undo_cancel(appointment=visit, now=SOON)


def test_patient_who_has_booked_something_else_then_is_told(house):
    patient = make_patient()
    visit = cancelled(house, patient=patient)
    other = house.book("09:30", practitioner=house.jun, patient=patient, now=NOW)
    with pytest.raises(diary.PatientBusy) as refused:
        diary.undo_cancel(appointment=visit, now=SOON)
    assert refused.value.appointment == other


def test_undo_does_not_go_past_the_visits_that_one_may_book(house):
    Clinic.objects.update(most_online_visits=1)
    patient = make_patient()
    visit = cancelled(house, patient=patient)
    house.book("11:00", patient=patient, now=NOW)
    with pytest.raises(diary.TooMany):
        diary.undo_cancel(appointment=visit, now=SOON)


def test_fee_is_taken_back_and_comes_again_with_the_next_cancel(house):
    visit = book_under_rule(house)
    now = local("08:00")
    diary.cancel(appointment=visit, by=None, agreed=visit.late_fee, now=now)
    diary.undo_cancel(appointment=visit, now=now)
    assert fees(visit) == [("late_cancel", "40.00", "taken back")]
    diary.cancel(appointment=visit, by=None, agreed=visit.late_fee, now=now)
    assert fees(visit)[1:] == [("late_cancel", "40.00", "owed")]


def test_call_that_the_cancel_closed_is_open_again(house):
    visit = cancelled(house, flag="unscreened")
    assert not Call.objects.filter(state="open").exists()
    diary.undo_cancel(appointment=visit, now=SOON)
    assert Call.objects.get(state="open").reason == "unscreened"


def test_call_that_was_made_before_the_cancel_stays_made(house):
    visit = house.book("09:00", flag="unscreened", now=NOW)
    Call.objects.update(state="done", outcome="answered", closed_at=NOW)
    diary.cancel(appointment=visit, by=None, now=NOW)
    diary.undo_cancel(appointment=visit, now=SOON)
    assert not Call.objects.filter(state="open").exists()


def test_visit_on_hold_is_on_hold_again_with_a_call(house):
    patient = make_patient()
    visit = house.book("09:00", patient=patient, now=NOW)
    make_outcome(screening=make_screening(patient=patient), level="urgent", booking="after_medical_review")
    diary.follow_level(patient=patient, now=NOW)
    diary.cancel(appointment=visit, by=None, now=NOW)
    assert not Call.objects.filter(reason="held", state="open").exists()
    again = diary.undo_cancel(appointment=visit, now=SOON)
    assert (again.hold, again.held_at) == ("talk", SOON)
    assert Call.objects.get(reason="held", state="open").for_pt
    told = Message.objects.filter(subject_uid=visit.uid, state="planned", channel="email").latest("pk")
    assert "talk to us" in registry.letters[told.kind](told, SOON).text


def test_level_found_in_the_two_minutes_holds_the_visit(house):
    patient = make_patient()
    visit = cancelled(house, patient=patient)
    make_outcome(screening=make_screening(patient=patient), level="emergency", booking="not_offered")
    diary.follow_level(patient=patient, now=NOW)
    assert diary.undo_cancel(appointment=visit, now=SOON).hold == "talk"


# ---------------------------------------------------------------- races


@pytest.fixture
def diary_house() -> House:
    return make_house()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_guards_undo_and_booking_share_a_time(diary_house, monkeypatch):
    """The hold has just run out for the one who books, and not yet for the one who takes back."""
    visit, look = cancelled(diary_house), placing.free_rooms

    def undo() -> None:
        diary.undo_cancel(appointment=visit, now=SOON)
        connection.close()

    def undone_between_look_and_write(*args, **kwargs):
        found = look(*args, **kwargs)
        thread = threading.Thread(target=undo)
        thread.start()
        thread.join(timeout=60)
        return found

    monkeypatch.setattr(placing, "lock_diary", lambda *args, **kwargs: None)
    monkeypatch.setattr(undoing, "lock_diary", lambda *args, **kwargs: visit.block)
    Block.objects.filter(state="held").delete()
    monkeypatch.setattr(placing, "free_rooms", undone_between_look_and_write)
    with without_constraints():
        diary_house.book("09:00", patient=other_patient(), now=PAST)
        taken = Block.objects.filter(state__in=LIVE, starts_at=local("09:00"), practitioner=diary_house.dana)
        assert taken.count() == 2


@pytest.mark.django_db(transaction=True)
def test_undo_and_booking_at_once_have_one_winner(diary_house):
    for wall in ("08:00", "09:00", "10:00", "11:00"):
        visit = cancelled(diary_house, wall, patient=make_patient())
        wanted = diary_house.booking(wall, patient=other_patient())
        acts = [
            lambda visit=visit: diary.undo_cancel(appointment=visit, now=SOON),
            lambda wanted=wanted: diary.book(**wanted, now=PAST),
        ]
        assert race(lambda number, acts=acts: acts[number](), threads=2) == {"booked": 1, "SlotTaken": 1}
        taken = Block.objects.filter(state__in=LIVE, starts_at=local(wall), practitioner=diary_house.dana)
        assert taken.count() == 1


@pytest.mark.django_db(transaction=True)
def test_undo_from_two_tabs_at_once_is_done_once(diary_house):
    visit = cancelled(diary_house)
    assert race(lambda _number: diary.undo_cancel(appointment=visit, now=SOON), threads=4) == {"booked": 4}
    visit.refresh_from_db()
    assert (visit.sequence, visit.events.count()) == (2, 3)
