"""Booking a visit."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from booking import diary, schedule
from booking.availability import Reason
from booking.models import Appointment, AppointmentEvent, Block
from clinic.models import AuditEvent, Call, Consent, Message, ServiceMode
from intake.models import BookingGate, Outcome, Screening
from intake.screening import RULESET
from tests.booking.house import local, other_patient
from tests.factories import NOW, make_location, make_patient, make_practitioner, make_user, make_working_hours


def make_outcome(patient, booking=BookingGate.OPEN, **values) -> Outcome:
    screening = Screening.objects.create(
        submission=uuid.uuid4(),
        patient=patient,
        questionnaire="intake-1",
        state="finished",
        started_at=NOW,
        saved_at=NOW,
        finished_at=NOW,
    )
    defaults = {
        "level": "mechanical",
        "staff_level": "mechanical",
        "klass": "none",
        "ruleset": RULESET,
        "questionnaire": "intake-1",
        "created_at": NOW,
        "full_at": NOW,
    }
    return Outcome.objects.create(screening=screening, booking=booking, **{**defaults, **values})


def test_booking_writes_block_and_appointment(house):
    ServiceMode.objects.update(buffer_before_minutes=5, buffer_after_minutes=10)
    visit = house.book("09:00", now=NOW)
    block = visit.block
    assert (block.kind, block.state, block.browser, block.expires_at) == ("visit", "booked", "", None)
    assert (block.starts_at, block.ends_at) == (local("09:00"), local("10:00"))
    assert (block.busy_from, block.busy_until) == (local("08:55"), local("10:10"))
    assert (block.room, block.room_from, block.room_until) == (house.rooms[0], local("08:55"), local("10:10"))
    assert (visit.location, visit.mode, visit.source, visit.sequence) == (house.location, "in_clinic", "online", 0)
    assert (visit.wall_time, visit.time_zone) == ("2026-11-25 09:00", "America/Anchorage")
    assert (visit.price, visit.currency, visit.created_at) == (190, "USD", NOW)


def test_visit_by_video_keeps_the_patients_zone_and_state(house):
    visit = house.book("09:00", mode="telehealth", time_zone="Asia/Tokyo", state_then="AK", now=NOW)
    assert (visit.wall_time, visit.time_zone, visit.state_then) == ("2026-11-26 03:00", "Asia/Tokyo", "AK")
    assert (visit.location, visit.block.room) == (None, None)


def test_visit_at_the_clinic_keeps_the_clinics_zone(house):
    visit = house.book("09:00", time_zone="Asia/Tokyo", now=NOW)
    assert (visit.wall_time, visit.time_zone) == ("2026-11-25 09:00", "America/Anchorage")


def test_visit_at_home_keeps_address_and_notes(house):
    visit = house.book("09:00", mode="mobile", access_notes="Dog. Side gate.", now=NOW)
    visit.refresh_from_db()
    assert (visit.address, visit.access_notes) == ("7310 Boundary Avenue", "Dog. Side gate.")
    assert (visit.location, visit.block.room, visit.time_zone) == (None, None, "America/Anchorage")


def test_visit_at_home_outside_the_area_is_refused(house):
    with pytest.raises(diary.OutsideArea):
        house.book("09:00", mode="mobile", postal_code="99801", now=NOW)
    assert not Block.objects.exists()


def test_booking_leaves_an_event_and_an_audit_event(house):
    visit = house.book("09:00", now=NOW)
    event = AppointmentEvent.objects.get()
    assert (event.appointment, event.act, event.by, event.by_label, event.at) == (visit, "booked", None, "patient", NOW)
    audit = AuditEvent.objects.get(subject_uid=visit.uid)
    assert (audit.act, audit.details["start"]) == ("visit.booked", "2026-11-25T18:00:00+00:00")


def test_booking_writes_its_consents(house):
    visit = house.book("09:00", consents={"policy": "2026-11", "telehealth": "2"}, now=NOW)
    given = Consent.objects.filter(subject_uid=visit.uid).values_list("kind", "text_version", "patient", "given_at")
    assert set(given) == {
        ("policy", "2026-11", visit.patient_id, NOW),
        ("telehealth", "2", visit.patient_id, NOW),
    }


@pytest.mark.parametrize(
    ("patient", "channels"),
    [
        ({"texts_ok": False}, {"email"}),
        ({"texts_ok": True}, {"email", "sms"}),
        ({"texts_ok": True, "email": ""}, {"sms"}),
        ({"texts_ok": True, "phone": ""}, {"email"}),
        ({"texts_ok": True, "phone": "call the front desk"}, {"email"}),
        ({"texts_ok": False, "email": ""}, set()),
    ],
)
def test_booking_writes_its_messages(house, patient, channels):
    visit = house.book("09:00", patient=make_patient(**patient), now=NOW)
    messages = Message.objects.filter(subject_uid=visit.uid)
    assert {message.channel for message in messages} == channels
    assert {(message.kind, message.sequence, message.planned_at) for message in messages} <= {("booked", 0, NOW)}
    assert not Call.objects.exists()


def test_same_submission_gives_the_same_visit_and_messages(house):
    booking = house.booking("09:00")
    first = diary.book(**booking, now=NOW)
    again = diary.book(**booking, now=NOW + timedelta(minutes=1))
    assert again == first
    assert Appointment.objects.count() == Block.objects.count() == Message.objects.count() == 1


def test_same_submission_with_another_time_is_still_one_visit(house):
    booking = house.booking("09:00")
    first = diary.book(**booking, now=NOW)
    again = diary.book(**(booking | {"start": local("11:00"), "practitioner": house.jun}), now=NOW)
    assert again == first
    assert Block.objects.count() == 1


def test_same_submission_for_somebody_else_is_refused(house):
    booking = house.booking("09:00")
    diary.book(**booking, now=NOW)
    with pytest.raises(diary.WrongState):
        diary.book(**(booking | {"patient": other_patient()}), now=NOW)


def test_taken_time_is_refused(house):
    house.book("09:00", now=NOW)
    with pytest.raises(diary.SlotTaken):
        house.book("09:30", now=NOW)
    assert Block.objects.count() == 1


def test_last_room_taken_is_refused(house):
    house.rooms[1].delete()
    house.book("09:00", now=NOW)
    with pytest.raises(diary.SlotTaken):
        house.book("09:00", practitioner=house.jun, now=NOW)


def test_time_that_is_not_offered_is_refused_with_reasons(house):
    with pytest.raises(diary.SlotRefused) as refused:
        house.book("09:10", now=NOW)
    assert refused.value.reasons == (Reason.OFF_GRID,)
    assert str(refused.value) == "Visits do not start at that minute."


def test_patient_cannot_be_in_two_places(house):
    patient = make_patient()
    first = house.book("09:00", patient=patient, now=NOW)
    with pytest.raises(diary.PatientBusy) as refused:
        house.book("09:30", patient=patient, practitioner=house.jun, now=NOW)
    assert refused.value.appointment == first
    assert house.book("10:00", patient=patient, practitioner=house.jun, now=NOW)


def test_patient_may_book_again_over_a_cancelled_visit(house):
    patient = make_patient()
    first = house.book("09:00", patient=patient, now=NOW)
    diary.cancel(appointment=first, by=None, now=NOW)
    assert house.book("09:00", patient=patient, now=NOW + timedelta(minutes=2)) != first


def test_new_patient_cannot_book_what_is_for_known_ones(house):
    at_clinic = house.service.modes.filter(mode="in_clinic")
    at_clinic.update(new_patients=False)
    patient = make_patient()
    with pytest.raises(diary.SlotRefused) as refused:
        house.book("09:00", patient=patient, now=NOW)
    assert refused.value.reasons == (Reason.NEW_PATIENT,)
    seen = house.book("09:00", mode="telehealth", patient=patient, now=NOW)  # that is for everybody
    diary.seen(appointment=seen, by=make_user(), now=local("09:10"))
    assert schedule.is_new(patient) is False
    assert house.book("11:00", patient=patient, now=NOW)


def test_hold_becomes_the_visit(house):
    diary.hold(slot=house.slot(), service=house.service, mode="in_clinic", browser="mine", now=NOW)
    visit = house.book("09:00", browser="mine", now=NOW)
    assert list(Block.objects.all()) == [visit.block]


def test_hold_of_another_time_is_given_up(house):
    diary.hold(slot=house.slot("11:00"), service=house.service, mode="in_clinic", browser="mine", now=NOW)
    visit = house.book("09:00", browser="mine", now=NOW)
    assert list(Block.objects.all()) == [visit.block]


def test_hold_of_another_browser_is_in_the_way(house):
    diary.hold(slot=house.slot(), service=house.service, mode="in_clinic", browser="theirs", now=NOW)
    with pytest.raises(diary.SlotTaken):
        house.book("09:00", browser="mine", now=NOW)


def test_good_hold_outlasts_the_notice(house):
    now = local("09:00") - timedelta(minutes=120)
    diary.hold(slot=house.slot(), service=house.service, mode="in_clinic", browser="mine", now=now)
    later = now + timedelta(minutes=9)
    with pytest.raises(diary.SlotRefused) as refused:
        house.book("09:00", now=later)
    assert refused.value.reasons == (Reason.NOTICE, Reason.TAKEN)
    assert house.book("09:00", browser="mine", now=later)


def test_hold_of_a_visit_by_video_outlasts_no_notice_of_the_clinic(house):
    slot = house.slot(mode="telehealth")
    diary.hold(slot=slot, service=house.service, mode="telehealth", browser="mine", state="AK", now=NOW)
    house.service.modes.filter(mode="in_clinic").update(notice_minutes=60 * 24)
    with pytest.raises(diary.SlotRefused) as refused:
        house.book("09:00", browser="mine", now=NOW)
    assert refused.value.reasons == (Reason.NOTICE,)


def test_hold_that_has_run_out_does_not_outlast_the_notice(house):
    now = local("09:00") - timedelta(minutes=120)
    diary.hold(slot=house.slot(), service=house.service, mode="in_clinic", browser="mine", now=now)
    with pytest.raises(diary.SlotRefused) as refused:
        house.book("09:00", browser="mine", now=now + timedelta(minutes=10))
    assert refused.value.reasons == (Reason.NOTICE,)


def test_hold_that_has_run_out_still_books_if_nobody_came(house):
    diary.hold(slot=house.slot(), service=house.service, mode="in_clinic", browser="mine", now=NOW)
    assert house.book("09:00", browser="mine", now=NOW + timedelta(hours=3))


def test_anybody_is_the_one_with_the_lightest_day(house):
    house.book("11:00", now=NOW)
    assert house.book("09:00", practitioner=None, now=NOW).block.practitioner == house.jun
    assert house.book("08:00", practitioner=None, now=NOW).block.practitioner == house.dana


def test_anybody_is_the_one_that_the_browser_holds(house):
    diary.hold(slot=house.slot(), service=house.service, mode="in_clinic", browser="mine", now=NOW)
    house.book("11:00", now=NOW)
    visit = house.book("09:00", practitioner=None, browser="mine", now=NOW)
    assert visit.block.practitioner == house.dana


def test_anybody_is_chosen_again_if_the_held_one_is_gone(house):
    diary.hold(slot=house.slot(), service=house.service, mode="in_clinic", browser="mine", now=NOW)
    later = NOW + timedelta(minutes=11)
    house.book("09:00", practitioner=house.dana, now=later)
    assert house.book("09:00", practitioner=None, browser="mine", now=later).block.practitioner == house.jun


def test_anybody_at_a_time_that_nobody_has_is_taken_or_refused(house):
    house.book("09:00", practitioner=house.dana, now=NOW)
    house.book("09:00", practitioner=house.jun, now=NOW)
    with pytest.raises(diary.SlotTaken):
        house.book("09:00", practitioner=None, now=NOW)
    with pytest.raises(diary.SlotRefused) as refused:
        house.book("09:10", practitioner=None, now=NOW)
    assert refused.value.reasons[0] == Reason.OFF_GRID


@pytest.mark.parametrize("gate", [BookingGate.NOT_OFFERED, BookingGate.AFTER_MEDICAL_REVIEW, BookingGate.HELD])
def test_nobody_is_booked_whose_newest_outcome_forbids_it(house, gate):
    patient = make_patient()
    clear = make_outcome(patient, created_at=NOW - timedelta(hours=1))
    newest = make_outcome(patient, gate)
    with pytest.raises(diary.NotCleared) as refused:
        house.book("09:00", patient=patient, screening=clear.screening, now=NOW)
    assert refused.value.gate.outcome == newest
    with pytest.raises(diary.NotCleared):
        house.book("09:00", patient=patient, by=make_user(), override_reason="She asked.", now=NOW)
    assert not Appointment.objects.exists()


def test_consultation_after_a_flag_is_in_person(house):
    patient = make_patient()
    make_outcome(patient, BookingGate.CONSULT_FLAGGED)
    with pytest.raises(diary.NotCleared):
        house.book("09:00", patient=patient, mode="telehealth", now=NOW)
    assert house.book("09:00", patient=patient, flag="consult_flagged", now=NOW).flag == "consult_flagged"


def test_staff_book_what_is_not_online(house):
    house.service.online = False
    house.service.save()
    with pytest.raises(diary.SlotRefused):
        house.book("09:00", now=NOW)
    jo = make_user()
    visit = house.book("09:00", by=jo, source="desk", flag="unscreened", now=NOW)
    assert (visit.source, visit.flag, visit.events.get().by) == ("desk", "unscreened", jo)


def test_staff_book_over_a_rule_with_a_reason(house):
    with pytest.raises(diary.SlotRefused):
        house.book("12:10", by=make_user(), now=NOW)
    with pytest.raises(diary.SlotRefused):
        house.book("12:10", override_reason="She drives from Seward", now=NOW)  # not staff
    visit = house.book("12:10", by=make_user(), override_reason="She drives from Seward", now=NOW)
    event = visit.events.get()
    assert event.details["passed_over"] == ["not_working"]
    assert event.why == "She drives from Seward"
    audit = AuditEvent.objects.get(subject_uid=visit.uid)
    assert audit.details["passed_over"] == ["not_working"]
    assert "why" not in audit.details
    assert visit.block.room == house.rooms[0]
    assert visit.block.overlap is False


def test_reason_for_a_rule_is_none_for_somebody_elses_time(house):
    house.book("09:00", now=NOW)
    with pytest.raises(diary.SlotTaken):
        house.book("09:00", by=make_user(), override_reason="urgent", now=NOW)


def test_staff_overlap_on_purpose_with_a_reason(house):
    first = house.book("09:00", now=NOW)
    visit = house.book("09:00", by=make_user(), overlap_reason="Two sisters, one session", now=NOW)
    assert (visit.block.overlap, visit.block.overlap_reason) == (True, "Two sisters, one session")
    assert visit.block.room == house.rooms[1]
    assert (first.block.overlap, visit.events.get().details["passed_over"]) == (False, ["taken"])


def test_reason_for_an_overlap_is_not_kept_where_there_is_none(house):
    visit = house.book("09:00", by=make_user(), overlap_reason="just in case", now=NOW)
    assert (visit.block.overlap, visit.block.overlap_reason) == (False, "")


def test_nobody_books_unflagged_over_a_flagged_visit(house):
    house.book("09:00", now=NOW)
    flagged = house.book("09:30", by=make_user(), overlap_reason="brief check", now=NOW)
    diary.cancel(appointment=Appointment.objects.get(block__starts_at=local("09:00")), by=None, now=NOW)
    with pytest.raises(diary.SlotTaken):
        house.book("10:00", now=NOW)
    assert flagged.block.overlap


def test_staff_use_a_room_twice_on_purpose(house):
    house.rooms[1].delete()
    house.book("09:00", now=NOW)
    visit = house.book("09:00", practitioner=house.jun, by=make_user(), overlap_reason="mat work", now=NOW)
    assert (visit.block.room, visit.block.overlap) == (house.rooms[0], True)


def test_nobody_books_video_without_a_licence(house):
    with pytest.raises(diary.SlotRefused) as refused:
        house.book(
            "09:00", mode="telehealth", state_then="TX", by=make_user(), override_reason="moved last week", now=NOW
        )
    assert refused.value.reasons == (Reason.LICENCE,)


def test_nobody_books_with_somebody_who_has_left(house):
    gone = make_practitioner(active=False)
    with pytest.raises(diary.SlotRefused):
        house.book("09:00", practitioner=gone, by=make_user(), override_reason="please", now=NOW)


def test_staff_book_somebody_who_does_not_give_the_service_with_a_reason(house):
    other = make_practitioner()
    make_working_hours(other, house.location)
    with pytest.raises(diary.SlotRefused):
        house.book("09:00", practitioner=other, by=make_user(), now=NOW)
    visit = house.book("09:00", practitioner=other, by=make_user(), override_reason="covers Dana", now=NOW)
    assert visit.events.get().details["passed_over"] == ["mode"]


def test_staff_reason_does_not_make_sense_of_a_malformed_booking(house):
    jo = make_user()
    with pytest.raises(diary.SlotRefused):
        house.book("09:00", location=None, by=jo, override_reason="x", now=NOW)
    with pytest.raises(diary.SlotRefused):
        house.book("09:00", mode="telehealth", location=house.location, by=jo, override_reason="x", now=NOW)
    with pytest.raises(diary.SlotRefused):
        house.book("09:00", mode="no such mode", location=None, by=jo, override_reason="x", now=NOW)
    with pytest.raises(diary.SlotRefused):
        house.book("09:00", start=local("09:00").replace(year=9999), by=jo, override_reason="x", now=NOW)


def test_staff_may_book_a_patient_twice_with_a_reason(house):
    patient = make_patient()
    house.book("09:00", patient=patient, now=NOW)
    jo = make_user()
    with pytest.raises(diary.PatientBusy):
        house.book("09:00", patient=patient, practitioner=house.jun, by=jo, now=NOW)
    assert house.book("09:00", patient=patient, practitioner=house.jun, by=jo, override_reason="both PTs", now=NOW)


def test_other_location_needs_its_own_rooms_and_hours(house):
    hillside = make_location(name="Hillside studio")
    with pytest.raises(diary.SlotRefused) as refused:
        house.book("09:00", location=hillside, now=NOW)
    assert set(refused.value.reasons) == {Reason.NOT_WORKING, Reason.NO_ROOM}


def test_block_written_past_the_acts_makes_the_next_room_do(house, monkeypatch):
    """The engine is blinded for the room the first time, so that only the database's own rule is left."""
    from booking.diary import placing

    Block.objects.create(
        kind="busy",
        state="booked",
        practitioner=house.jun,
        room=house.rooms[0],
        **dict.fromkeys(("starts_at", "busy_from", "room_from"), local("09:00")),
        **dict.fromkeys(("ends_at", "busy_until", "room_until"), local("10:00")),
    )
    look, seen = placing.free_rooms, iter([[room.pk for room in house.rooms]])
    monkeypatch.setattr(placing, "free_rooms", lambda *args, **kwargs: next(seen, None) or look(*args, **kwargs))
    assert house.book("09:00", now=NOW).block.room == house.rooms[1]
    assert Message.objects.filter(kind="booked").count() == 1
    monkeypatch.setattr(placing, "free_rooms", lambda *args, **kwargs: [house.rooms[0].pk])
    monkeypatch.setattr(placing, "refusal", lambda *args, **kwargs: [])
    with pytest.raises(diary.SlotTaken):
        house.book("09:00", practitioner=make_practitioner(), now=NOW)
    assert Block.objects.count() == 2


def test_constraint_lets_nothing_past_the_acts(house):
    visit = house.book("09:00", now=NOW)
    twin = Block.objects.get(pk=visit.block_id)
    twin.pk, twin.uid = None, uuid.uuid4()
    with pytest.raises(IntegrityError):
        twin.save()


def test_booking_that_fails_late_leaves_nothing(house, monkeypatch):
    from booking.diary import bookings

    def fails(*args, **kwargs):
        raise RuntimeError("the power went")

    monkeypatch.setattr(bookings, "tell_booked", fails)
    diary.hold(slot=house.slot(), service=house.service, mode="in_clinic", browser="mine", now=NOW)
    with pytest.raises(RuntimeError):
        house.book("09:00", browser="mine", now=NOW)
    assert list(Block.objects.values_list("kind", flat=True)) == ["hold"]
    assert not Appointment.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize("day", [date(2026, 12, 31), date(2027, 1, 1), date(2026, 11, 2)])
def test_every_listed_time_of_a_day_books_and_is_then_gone(house, day):
    now = local("12:00", day - timedelta(days=20))
    for _ in range(20):
        slots = schedule.find(service=house.service, mode="in_clinic", first_day=day, days=1, now=now)
        if not slots:
            break
        slot = slots[len(slots) // 2]
        visit = house.book(
            now=now, start=slot.start, practitioner=house.dana if slot.practitioner_id == house.dana.pk else house.jun
        )
        assert visit.block.starts_at == slot.start
    assert slots == []
    assert Appointment.objects.count() >= 4


def test_leap_day_books(house):
    leap = date(2028, 2, 29)
    visit = house.book(start=local("09:00", leap), now=local("12:00", date(2028, 2, 20)))
    assert visit.wall_time == "2028-02-29 09:00"
