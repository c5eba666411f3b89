"""What becomes of a visit: moved, cancelled, arrived, seen, not come, and undone."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from booking import diary, ical
from booking.availability import Reason
from booking.diary import records
from booking.models import Appointment, AppointmentEvent, Block
from clinic import outbox
from clinic.models import AuditEvent, Call, Message, Room, ServiceMode, TravelZone
from tests.booking.house import WEDNESDAY, local, other_patient
from tests.factories import NOW, make_location, make_patient, make_room, make_user, make_working_hours

LATER = NOW + timedelta(hours=1)


def move(house, visit, wall="11:00", *, now=LATER, **values):
    defaults = {"practitioner": house.dana, "location": house.location if visit.mode == "in_clinic" else None}
    return diary.move(appointment=visit, start=local(wall), now=now, **(defaults | values))


def letters(visit) -> list[tuple[str, int, str]]:
    return list(Message.objects.filter(subject_uid=visit.uid).order_by("pk").values_list("kind", "sequence", "state"))


def test_move_keeps_the_visit_and_raises_its_sequence(house):
    visit = house.book("09:00", now=NOW)
    moved = move(house, visit, practitioner=house.jun)
    assert (moved.pk, moved.uid, moved.sequence) == (visit.pk, visit.uid, 1)
    moved = Appointment.objects.get()
    assert (moved.block.starts_at, moved.block.practitioner) == (local("11:00"), house.jun)
    assert moved.wall_time == "2026-11-25 11:00"
    assert Block.objects.count() == 1


def test_move_leaves_an_event_an_audit_event_and_one_letter(house):
    visit = house.book("09:00", now=NOW)
    move(house, visit)
    event = visit.events.last()
    assert (event.act, event.sequence, event.details["from"]) == ("moved", 1, "2026-11-25T18:00:00+00:00")
    assert AuditEvent.objects.filter(subject_uid=visit.uid, act="visit.moved").count() == 1
    assert letters(visit) == [("booked", 0, "dropped"), ("moved", 1, "planned")]


def test_letter_that_was_sent_stays_sent(house):
    visit = house.book("09:00", now=NOW)
    Message.objects.update(state="sent")
    move(house, visit)
    assert letters(visit) == [("booked", 0, "sent"), ("moved", 1, "planned")]


@pytest.mark.parametrize("mode", ["in_clinic", "mobile", "telehealth"])
def test_move_in_each_mode_keeps_uid_price_and_place_and_raises_the_calendars_sequence(house, mode):
    TravelZone.objects.update(fee=25)
    visit = house.book("09:00", mode=mode, now=NOW)
    ServiceMode.objects.update(price=500)
    TravelZone.objects.update(fee=99)
    (before,) = Calendar.from_ical(ical.calendar_file(visit, now=NOW)).walk("VEVENT")
    moved = move(house, visit)
    (after,) = Calendar.from_ical(ical.calendar_file(moved, now=LATER)).walk("VEVENT")
    assert (before["uid"], before["sequence"], after["sequence"]) == (after["uid"], 0, 1)
    assert (after["dtstart"].dt, before["location"]) == (local("11:00"), after["location"])
    kept = ("mode", "address", "state_then", "time_zone", "price", "zone_id", "zone_fee", "location_id")
    assert [getattr(moved, name) for name in kept] == [getattr(visit, name) for name in kept]
    assert letters(visit) == [("booked", 0, "dropped"), ("moved", 1, "planned")]


def test_patient_moves_a_visit_until_it_begins(house):
    visit = house.book("09:00", now=NOW)
    house.service.modes.update(notice_minutes=30)
    assert move(house, visit, now=local("08:59")).block.starts_at == local("11:00")


def test_move_into_its_own_time_is_possible(house):
    visit = house.book("09:00", now=NOW)
    assert move(house, visit, "09:30").block.starts_at == local("09:30")


def test_move_to_where_it_is_changes_nothing(house):
    visit = house.book("09:00", now=NOW)
    assert move(house, visit, "09:00").sequence == 0
    assert move(house, visit, "09:00", practitioner=None).sequence == 0
    assert letters(visit) == [("booked", 0, "planned")]


def test_move_frees_the_old_time(house):
    visit = house.book("09:00", now=NOW)
    move(house, visit)
    assert house.book("09:00", now=LATER)


def test_move_to_a_taken_time_leaves_the_visit_where_it_was(house):
    visit = house.book("09:00", now=NOW)
    house.book("10:00", patient=other_patient(), now=NOW)
    with pytest.raises(diary.SlotTaken):
        move(house, visit, "10:30")
    visit.refresh_from_db()
    assert (visit.block.starts_at, visit.sequence) == (local("09:00"), 0)


def test_move_to_a_time_that_is_not_offered_is_refused(house):
    visit = house.book("09:00", now=NOW)
    with pytest.raises(diary.SlotRefused) as refused:
        move(house, visit, "11:10")
    assert refused.value.reasons == (Reason.NOT_WORKING,)


def test_move_by_staff_goes_over_a_rule_with_a_reason(house):
    visit = house.book("09:00", now=NOW)
    moved = move(house, visit, "11:10", by=make_user(), override_reason="her train is late")
    assert moved.events.last().details["passed_over"] == ["not_working"]


def test_move_by_staff_overlaps_with_a_reason_and_back_without(house):
    house.book("09:00", now=NOW)
    visit = house.book("11:00", now=NOW)
    jo = make_user()
    moved = move(house, visit, "09:30", by=jo, overlap_reason="two sisters")
    assert (moved.block.overlap, moved.block.overlap_reason) == (True, "two sisters")
    back = move(house, moved, "11:00", by=jo)
    assert (back.block.overlap, back.block.overlap_reason) == (False, "")


def test_move_to_another_location_takes_its_room_and_zone(house):
    visit = house.book("09:00", now=NOW)
    hillside = make_location(name="Hillside studio", time_zone="America/Los_Angeles")
    room = make_room(hillside)
    make_working_hours(house.jun, hillside, starts="13:00", ends="15:00")
    moved = diary.move(
        appointment=visit,
        start=local("13:00", WEDNESDAY, "America/Los_Angeles"),
        practitioner=house.jun,
        location=hillside,
        now=LATER,
    )
    assert (moved.location, moved.block.room) == (hillside, room)
    assert (moved.time_zone, moved.wall_time) == ("America/Los_Angeles", "2026-11-25 13:00")


def test_move_by_video_keeps_the_patients_zone(house):
    visit = house.book("09:00", mode="telehealth", time_zone="Asia/Tokyo", now=NOW)
    moved = move(house, visit)
    assert (moved.time_zone, moved.wall_time) == ("Asia/Tokyo", "2026-11-26 05:00")


def test_move_keeps_the_mode(house):
    visit = house.book("09:00", mode="telehealth", now=NOW)
    with pytest.raises(diary.SlotRefused):
        move(house, visit, location=house.location)


def test_move_with_anybody_takes_the_lightest_day(house):
    house.book("08:00", now=NOW)
    visit = house.book("09:00", now=NOW)
    assert move(house, visit, practitioner=None).block.practitioner == house.jun


def test_move_of_a_first_visit_that_staff_booked_is_possible(house):
    house.service.modes.update(new_patients=False)
    visit = house.book("09:00", by=make_user(), override_reason="knows Dana", now=NOW)
    assert move(house, visit).block.starts_at == local("11:00")


def test_move_into_another_visit_of_the_patient_is_refused(house):
    patient = make_patient()
    visit = house.book("09:00", patient=patient, now=NOW)
    house.book("11:00", patient=patient, practitioner=house.jun, now=NOW)
    with pytest.raises(diary.PatientBusy):
        move(house, visit)


def test_move_uses_the_browsers_own_hold(house):
    visit = house.book("09:00", now=NOW)
    diary.hold(slot=house.slot("11:00"), service=house.service, mode="in_clinic", browser="mine", now=NOW)
    with pytest.raises(diary.SlotTaken):
        move(house, visit, now=NOW)
    assert move(house, visit, browser="mine", now=NOW).block.starts_at == local("11:00")
    assert Block.objects.count() == 1


def test_visit_that_has_begun_is_moved_by_staff_only(house):
    visit = house.book("09:00", now=NOW)
    begun = local("09:05")
    with pytest.raises(diary.WrongState):
        diary.move(appointment=visit, start=local("10:00"), practitioner=house.dana, location=house.location, now=begun)
    moved = diary.move(
        appointment=visit,
        start=local("10:00"),
        practitioner=house.dana,
        location=house.location,
        by=make_user(),
        override_reason="late",
        now=begun,
    )
    assert moved.block.starts_at == local("10:00")


def test_cancel_frees_the_time_and_tells_the_patient(house):
    visit = house.book("09:00", now=NOW)
    gone = diary.cancel(appointment=visit, by=None, reason="  A cold  ", now=LATER)
    assert (gone.block.state, gone.cancelled_at, gone.cancelled_by) == ("cancelled", LATER, "patient")
    assert (gone.cancel_reason, gone.sequence) == ("A cold", 1)
    assert letters(visit) == [("booked", 0, "dropped"), ("cancelled", 1, "planned")]
    event = visit.events.last()
    assert (event.act, event.why, event.details) == ("cancelled", "A cold", {})
    with pytest.raises(diary.SlotTaken):
        house.book("09:00", now=LATER)
    assert house.book("09:00", now=LATER + timedelta(minutes=2))


def test_cancel_by_staff_frees_the_time_and_tells_the_patient_at_once(house):
    visit = house.book("09:00", now=NOW)
    diary.cancel(appointment=visit, by=make_user(), now=LATER)
    assert Message.objects.get(kind="cancelled").planned_at == LATER
    assert house.book("09:00", now=LATER)


def test_cancel_twice_is_once(house):
    visit = house.book("09:00", now=NOW)
    diary.cancel(appointment=visit, by=None, now=LATER)
    again = diary.cancel(appointment=visit, by=make_user(), now=LATER + timedelta(hours=1))
    assert (again.cancelled_at, again.cancelled_by, again.sequence) == (LATER, "patient", 1)
    assert visit.events.count() == 2


def test_long_reason_is_cut(house):
    visit = house.book("09:00", now=NOW)
    assert len(diary.cancel(appointment=visit, by=None, reason="x" * 5000, now=LATER).cancel_reason) == 120


def test_visit_that_has_begun_is_cancelled_by_staff_only(house):
    visit = house.book("09:00", now=NOW)
    with pytest.raises(diary.WrongState):
        diary.cancel(appointment=visit, by=None, now=local("09:00"))
    assert diary.cancel(appointment=visit, by=make_user(), now=local("09:30")).cancelled_by == "staff"


def test_patient_whom_no_message_reaches_is_called_about_a_change(house):
    patient = make_patient(email="", texts_ok=False)
    visit = house.book("09:00", patient=patient, now=NOW)
    diary.cancel(appointment=visit, by=make_user(), now=LATER)
    call = Call.objects.get()
    assert (call.reason, call.subject_uid, call.patient, call.phone) == ("message", visit.uid, patient, patient.phone)


def test_patient_who_would_get_texts_is_called_where_there_is_no_gateway(house, settings):
    settings.DEMO = settings.DEBUG = False
    visit = house.book("09:00", patient=make_patient(email="", texts_ok=True), now=NOW)
    diary.cancel(appointment=visit, by=make_user(), now=LATER)
    assert Call.objects.get().reason == "message"
    assert not Message.objects.exists()


def test_day_of_a_visit(house):
    jo = make_user()
    visit = house.book("09:00", now=NOW)
    assert diary.arrive(appointment=visit, by=jo, now=local("08:50")).block.state == "arrived"
    assert diary.seen(appointment=visit, by=jo, now=local("10:00")).block.state == "seen"
    acts = AppointmentEvent.objects.order_by("pk").values_list("act", "by", "details__from")
    assert list(acts) == [("booked", None, None), ("arrived", jo.pk, "booked"), ("seen", jo.pk, "arrived")]
    assert list(AuditEvent.objects.filter(subject_uid=visit.uid).order_by("pk").values_list("act", flat=True)) == [
        "visit.booked",
        "visit.arrived",
        "visit.seen",
    ]


def test_click_twice_is_once(house):
    jo = make_user()
    visit = house.book("09:00", now=NOW)
    diary.arrive(appointment=visit, by=jo, now=local("08:50"))
    diary.arrive(appointment=visit, by=jo, now=local("08:50"))
    assert visit.events.filter(act="arrived").count() == 1


def test_no_show_frees_the_time(house):
    visit = house.book("09:00", now=NOW)
    diary.no_show(appointment=visit, by=make_user(), now=local("09:20"))
    visit.refresh_from_db()
    assert visit.block.state == "no_show"
    assert house.book("09:00", by=make_user(), override_reason="walked in", now=local("09:20"))


@pytest.mark.parametrize(
    ("before", "act", "wall"),
    [
        ([], "no_show", "08:59"),  # not begun
        (["arrive"], "no_show", "09:20"),
        (["seen"], "arrive", "09:20"),
        (["no_show"], "arrive", "09:20"),
        (["no_show"], "seen", "09:20"),
        (["cancel"], "arrive", "09:20"),
        (["cancel"], "no_show", "09:20"),
        (["cancel"], "undo", "09:20"),
        ([], "undo", "09:20"),
        (["seen"], "cancel", "09:20"),
        (["no_show"], "cancel", "09:20"),
        (["arrive"], "move", "09:20"),
        (["cancel"], "move", "09:20"),
    ],
)
def test_act_in_the_wrong_state_changes_nothing(house, before, act, wall):
    jo = make_user()
    visit = house.book("09:00", now=NOW)
    acts = {
        "arrive": diary.arrive,
        "seen": diary.seen,
        "no_show": diary.no_show,
        "cancel": diary.cancel,
        "undo": diary.undo,
        "move": lambda **values: move(house, values["appointment"], by=jo, override_reason="x", now=values["now"]),
    }
    for name in before:
        acts[name](appointment=visit, by=jo, now=local("09:20"))
    state, events = Block.objects.get().state, visit.events.count()
    with pytest.raises(diary.WrongState):
        acts[act](appointment=visit, by=jo, now=local(wall))
    assert (Block.objects.get().state, visit.events.count()) == (state, events)


def test_arrival_on_another_day_is_a_slip(house):
    visit = house.book("09:00", now=NOW)
    with pytest.raises(diary.WrongState):
        diary.arrive(appointment=visit, by=make_user(), now=NOW)


def test_undo_goes_back_one_step(house):
    jo = make_user()
    visit = house.book("09:00", now=NOW)
    for act in (diary.arrive, diary.seen):
        act(appointment=visit, by=jo, now=local("09:20"))
    assert diary.undo(appointment=visit, by=jo, now=local("09:21")).block.state == "arrived"
    assert diary.undo(appointment=visit, by=jo, now=local("09:21")).block.state == "booked"
    with pytest.raises(diary.WrongState):
        diary.undo(appointment=visit, by=jo, now=local("09:21"))
    assert visit.events.filter(act="undone").count() == 2


def test_undo_of_seen_without_arrival_is_booked(house):
    jo = make_user()
    visit = house.book("09:00", now=NOW)
    diary.seen(appointment=visit, by=jo, now=local("09:20"))
    assert diary.undo(appointment=visit, by=jo, now=local("09:21")).block.state == "booked"


def test_undo_of_a_no_show_takes_the_time_again(house):
    jo = make_user()
    visit = house.book("09:00", now=NOW)
    diary.no_show(appointment=visit, by=jo, now=local("09:20"))
    assert diary.undo(appointment=visit, by=jo, now=local("09:21")).block.state == "booked"
    with pytest.raises(diary.SlotTaken):
        house.book("09:00", by=jo, override_reason="x", now=local("09:21"))


def test_undo_of_a_no_show_whose_time_is_given_away_is_refused_or_shares_it_for_a_reason(house):
    jo = make_user()
    visit = house.book("09:00", now=NOW)
    diary.no_show(appointment=visit, by=jo, now=local("09:20"))
    house.book("09:15", by=jo, override_reason="walked in", now=local("09:20"))
    with pytest.raises(diary.SlotTaken):
        diary.undo(appointment=visit, by=jo, override_reason="here after all", now=local("09:21"))
    visit.block.refresh_from_db()
    assert visit.block.state == "no_show"
    block = diary.undo(appointment=visit, by=jo, overlap_reason="both fit", now=local("09:21")).block
    assert (block.state, block.overlap, block.overlap_reason) == ("booked", True, "both fit")


def test_undo_of_a_no_show_whose_room_is_given_away_is_refused_or_takes_another(house):
    jo, other = make_user(), Room.objects.filter(pk=house.rooms[1].pk)
    other.update(active=False)
    visit = house.book("09:00", now=NOW)
    diary.no_show(appointment=visit, by=jo, now=local("09:20"))
    house.book("09:15", practitioner=house.jun, by=jo, override_reason="walked in", now=local("09:20"))
    with pytest.raises(diary.SlotTaken):
        diary.undo(appointment=visit, by=jo, now=local("09:21"))
    other.update(active=True)
    assert diary.undo(appointment=visit, by=jo, now=local("09:21")).block.room == house.rooms[1]


def test_undo_of_a_no_show_on_a_day_that_has_become_full_needs_a_reason(house):
    jo = make_user()
    house.service.modes.update(limit_a_day=1)
    visit = house.book("09:00", now=NOW)
    diary.no_show(appointment=visit, by=jo, now=local("09:20"))
    house.book("11:00", by=jo, now=NOW)
    with pytest.raises(diary.SlotRefused) as refused:
        diary.undo(appointment=visit, by=jo, now=local("09:21"))
    assert refused.value.reasons == (Reason.DAY_FULL,)
    diary.undo(appointment=visit, by=jo, override_reason="here after all", now=local("09:21"))
    event = visit.events.get(act="undone")
    assert (event.details["passed_over"], event.why) == (["day_full"], "here after all")


def test_no_letter_of_a_visit_goes_out_twice(house):
    visit = house.book("09:00", now=NOW)
    outbox.deliver_due(now=NOW)
    moved = move(house, visit)
    outbox.deliver_due(now=LATER)
    diary.cancel(appointment=moved, by=None, now=LATER)
    outbox.deliver_due(now=LATER + timedelta(minutes=2))
    assert letters(visit) == [("booked", 0, "sent"), ("moved", 1, "sent"), ("cancelled", 2, "sent")]


def test_undo_of_a_no_show_is_refused_to_a_patient_who_is_elsewhere_by_then(house):
    visit, jo = house.book("09:00", now=NOW), make_user()
    diary.no_show(appointment=visit, by=jo, now=local("09:10"))
    late = house.book(
        "09:30", practitioner=house.jun, patient=visit.patient, by=jo, override_reason="late", now=local("09:10")
    )
    with pytest.raises(diary.PatientBusy) as refused:
        diary.undo(appointment=visit, by=jo, now=local("09:11"))
    assert refused.value.appointment == late
    visit.refresh_from_db()
    assert visit.block.state == "no_show"


def test_undo_of_a_no_show_takes_back_a_slip_beside_a_visit_that_was_there_before(house):
    visit, jo = house.book("09:00", now=NOW), make_user()
    beside = house.booking(
        "09:30", practitioner=house.jun, patient=visit.patient, by=jo, override_reason="both at once"
    )
    diary.book(**beside, now=NOW)
    diary.no_show(appointment=visit, by=jo, now=local("09:10"))
    assert diary.undo(appointment=visit, by=jo, now=local("09:11")).block.state == "booked"


def test_visit_that_is_moved_again_and_again_is_told_once_it_rests(house):
    visit = house.book("09:00", now=NOW)
    for number in range(10):
        now = LATER + timedelta(seconds=number)
        move(house, visit, ("10:00", "11:00")[number % 2], now=now)
        outbox.deliver_due(now=now)
    told = Message.objects.filter(subject_uid=visit.uid, kind="moved")
    assert told.filter(state="sent").count() == records.RESTLESS
    last = told.get(state="planned")
    assert (last.sequence, last.planned_at) == (10, now + records.REST)


def test_what_staff_do_with_a_visit_is_told_at_once(house):
    visit, by = house.book("09:00", now=NOW), make_user()
    for number in range(10):
        now = LATER + timedelta(seconds=number)
        move(house, visit, ("10:00", "11:00")[number % 2], now=now, by=by)
        outbox.deliver_due(now=now)
    assert Message.objects.filter(subject_uid=visit.uid, kind="moved", state="sent").count() == 10
