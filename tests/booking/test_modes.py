"""A visit that takes place another way: the same visit, with everything that follows, or nothing changed at all."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from icalendar import Calendar

from booking import diary, ical
from booking.availability import Reason
from booking.diary import modes as acts
from booking.models import LIVE, Appointment, AppointmentEvent, Block
from booking.terms import terms_of
from clinic import outbox, registry
from clinic.letters import segments
from clinic.models import (
    AuditEvent,
    Call,
    Consent,
    Licence,
    Message,
    Mode,
    ServiceMode,
    TravelZone,
    ZoneMinutes,
    ZonePostalCode,
)
from tests.booking.house import House, local, make_house, other_patient
from tests.booking.test_races import race
from tests.booking.test_visit_letters import CLINICAL
from tests.booking.wholeness import faults
from tests.factories import NOW, make_clinic, make_licence, make_location, make_outcome, make_patient, make_user

LATER = NOW + timedelta(hours=1)
NEEDS = {
    "in_clinic": {},
    "mobile": {"address": "12 Muldoon Road, Anchorage 99504", "access_notes": "Gate 4711", "postal_code": "99504"},
    "telehealth": {"state_then": "AK", "time_zone": "America/Anchorage"},
}
CHANGES = list(permutations(Mode.values, 2))


def change(house: House, visit: Appointment, mode: str, *, now=LATER, **values) -> Appointment:
    defaults = {"practitioner": visit.block.practitioner, "location": house.location if mode == "in_clinic" else None}
    return diary.change_mode(appointment=visit, mode=mode, now=now, **(defaults | NEEDS[mode] | values))


def state_of_everything() -> list[object]:
    """Every row that a change of mode could leave half done."""
    tables = (Block, Appointment, AppointmentEvent, Message, AuditEvent, Call, Consent)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def price(mode: str, amount: int) -> None:
    ServiceMode.objects.filter(mode=mode).update(price=amount)


# ---------------------------------------------------------------- each way into each other


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_change_keeps_the_visit_and_brings_what_follows(house, before, after):
    price(after, 135)
    visit = house.book("09:00", mode=before, now=NOW)
    changed = change(house, visit, after)
    found = Appointment.objects.select_related("block").get()
    assert (found.pk, found.uid, found.sequence) == (visit.pk, visit.uid, 1)
    assert (changed.mode, found.mode, found.price) == (after, after, Decimal(135))
    assert (found.block.starts_at, found.block.practitioner) == (local("09:00"), house.dana)
    assert (found.block.room in house.rooms, found.block.room_from is not None) == (
        (True, True) if after == "in_clinic" else (False, False)
    )
    assert found.location == (house.location if after == "in_clinic" else None)
    assert found.address == NEEDS[after].get("address", "")
    assert found.access_notes == NEEDS[after].get("access_notes", "")
    assert found.state_then == NEEDS[after].get("state_then", "")
    assert (found.time_zone, found.wall_time) == ("America/Anchorage", "2026-11-25 09:00")
    assert Block.objects.count() == 1


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_change_leaves_one_event_one_audit_event_and_one_letter_that_replaces_the_last(house, before, after):
    visit = house.book("09:00", mode=before, now=NOW)
    change(house, visit, after)
    event = visit.events.last()
    assert (event.act, event.sequence, event.details["mode"]) == ("mode_changed", 1, after)
    assert (event.details["from"], event.details["from_mode"]) == (local("09:00").isoformat(), before)
    assert (event.details["from_price"], event.details["from_practitioner"]) == ("190.00", house.dana.pk)
    assert AuditEvent.objects.filter(subject_uid=visit.uid, act="visit.mode_changed").count() == 1
    letters = Message.objects.filter(subject_uid=visit.uid).order_by("pk")
    assert list(letters.values_list("kind", "sequence", "state")) == [
        ("booked", 0, "dropped"),
        ("mode_changed", 1, "planned"),
    ]


def test_fee_for_the_drive_comes_with_a_visit_at_home_and_goes_with_it(house):
    TravelZone.objects.update(fee=25)
    east = TravelZone.objects.get()
    visit = house.book("09:00", now=NOW)
    home = change(house, visit, "mobile")
    assert (home.zone, home.zone_fee, home.total) == (east, Decimal(25), Decimal(215))
    assert (home.block.zone, home.block.location) == (east, None)
    TravelZone.objects.update(fee=30)
    assert change(house, visit, "mobile", address="9 Tudor Road, Anchorage 99504").zone_fee == Decimal(25)
    back = change(house, visit, "in_clinic")
    assert (back.zone, back.zone_fee, back.total) == (None, Decimal(0), Decimal(190))
    assert (back.block.zone, back.block.location) == (None, house.location)


def test_change_names_no_address_in_the_history(house):
    visit = house.book("09:00", mode="mobile", now=NOW)
    change(house, visit, "mobile", address="9 Tudor Road, Anchorage 99504")
    assert "Tudor" not in str(list(AppointmentEvent.objects.values())) + str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_calendar_file_has_the_same_uid_and_a_higher_sequence(house, before, after):
    visit = house.book("09:00", mode=before, now=NOW)
    (first,) = Calendar.from_ical(ical.calendar_file(visit, now=NOW)).walk("VEVENT")
    (second,) = Calendar.from_ical(ical.calendar_file(change(house, visit, after), now=LATER)).walk("VEVENT")
    assert first["uid"] == second["uid"]
    assert (first["sequence"], second["sequence"]) == (0, 1)
    assert first["location"] != second["location"]


def test_change_takes_length_and_buffers_of_the_new_way(house):
    ServiceMode.objects.filter(mode="telehealth").update(
        duration_minutes=30, buffer_before_minutes=10, buffer_after_minutes=20
    )
    block = change(house, house.book("09:00", now=NOW), "telehealth").block
    assert (block.starts_at, block.ends_at) == (local("09:00"), local("09:30"))
    assert (block.busy_from, block.busy_until) == (local("08:50"), local("09:50"))


def test_change_may_name_another_time_and_person(house):
    visit = house.book("09:00", now=NOW)
    changed = change(house, visit, "telehealth", start=local("11:00"), practitioner=house.jun)
    assert (changed.block.starts_at, changed.block.practitioner) == (local("11:00"), house.jun)
    assert changed.wall_time == "2026-11-25 11:00"
    assert house.book("09:00", patient=other_patient(), now=LATER)


def test_change_with_anybody_takes_the_lightest_day(house):
    house.book("08:00", now=NOW)
    visit = house.book("09:00", now=NOW)
    assert change(house, visit, "telehealth", practitioner=None).block.practitioner == house.jun


def test_time_of_a_visit_by_video_is_told_by_the_patients_clock_and_then_by_ours_again(house):
    visit = house.book("09:00", now=NOW)
    video = change(house, visit, "telehealth", time_zone="Pacific/Kiritimati")
    assert (video.time_zone, video.wall_time) == ("Pacific/Kiritimati", "2026-11-26 08:00")
    home = change(house, visit, "mobile", time_zone="Pacific/Kiritimati")
    assert (home.time_zone, home.wall_time) == ("America/Anchorage", "2026-11-25 09:00")


def test_room_given_up_is_free_at_once(house):
    house.rooms[1].delete()
    visit = house.book("09:00", now=NOW)
    change(house, visit, "telehealth")
    assert house.book("09:00", practitioner=house.jun, patient=other_patient(), now=LATER).block.room == house.rooms[0]


def test_change_to_what_it_is_changes_nothing(house):
    for mode in Mode.values:
        visit = house.book(
            "09:00", mode=mode, now=NOW, **({"address": NEEDS["mobile"]["address"]} if mode == "mobile" else {})
        )
        same = {"access_notes": ""} if mode == "mobile" else {}
        before = state_of_everything()
        assert change(house, visit, mode, **same).sequence == 0
        assert change(house, visit, mode, practitioner=None, address="", state_then="", **same).sequence == 0
        assert state_of_everything() == before
        diary.cancel(appointment=visit, by=make_user(), now=LATER)


def test_form_sent_twice_changes_once(house):
    visit = house.book("09:00", now=NOW)
    for _ in range(2):
        change(house, visit, "mobile")
    assert Appointment.objects.get().sequence == 1


def test_address_of_a_visit_at_home_can_be_changed(house):
    visit = house.book("09:00", mode="mobile", now=NOW)
    changed = change(house, visit, "mobile", address="9 Tudor Road, Anchorage 99504", access_notes="")
    assert (changed.address, changed.access_notes, changed.sequence) == ("9 Tudor Road, Anchorage 99504", "", 1)


def test_change_keeps_the_consent_to_a_visit_by_video(house):
    visit = house.book("09:00", now=NOW)
    change(house, visit, "telehealth", consents={"telehealth": "1"})
    assert list(Consent.objects.values_list("subject_uid", "kind")) == [(visit.uid, "telehealth")]


def test_words_typed_for_a_visit_at_home_are_watched(house):
    change(house, house.book("09:00", now=NOW), "mobile", access_notes="I have crushing chest pain")
    assert [call.reason for call in Call.objects.order_by("reason")] == ["alert", "unsure"]


# ---------------------------------------------------------------- what stands in the way; nothing half done


def refused(house: House, visit: Appointment, mode: str, error: type[diary.DiaryError], **values) -> diary.DiaryError:
    before = state_of_everything()
    with pytest.raises(error) as raised:
        change(house, visit, mode, **values)
    assert state_of_everything() == before
    return raised.value


def test_last_room_is_somebody_elses(house):
    house.rooms[1].delete()
    visit = house.book("09:00", mode="telehealth", now=NOW)
    house.book("09:00", practitioner=house.jun, patient=other_patient(), now=NOW)
    refused(house, visit, "in_clinic", diary.SlotTaken)


def test_longer_way_does_not_run_into_the_next_visit(house):
    ServiceMode.objects.filter(mode="mobile").update(buffer_after_minutes=30)
    visit = house.book("09:00", now=NOW)
    house.book("10:00", patient=other_patient(), now=NOW)
    refused(house, visit, "mobile", diary.SlotTaken)


def test_nobody_is_seen_by_video_without_a_licence_and_staff_cannot_pass_over_it(house):
    visit = house.book("09:00", now=NOW)
    Licence.objects.all().delete()
    assert refused(house, visit, "telehealth", diary.SlotRefused).reasons == (Reason.LICENCE,)
    jo = make_user()
    refused(house, visit, "telehealth", diary.SlotRefused, by=jo, override_reason="asked", overlap_reason="asked")


def test_state_decides_by_video(house):
    make_licence(house.jun, state="WA")
    visit = house.book("09:00", now=NOW)
    refused(house, visit, "telehealth", diary.SlotRefused, state_then="WA")
    assert change(house, visit, "telehealth", state_then="WA", practitioner=house.jun).state_then == "WA"


def test_video_needs_a_state(house):
    refused(house, house.book("09:00", now=NOW), "telehealth", diary.SlotRefused, state_then="")


def test_visit_outside_the_area_is_refused_unless_staff_say_why(house):
    visit = house.book("09:00", now=NOW)
    refused(house, visit, "mobile", diary.OutsideArea, postal_code="10001")
    refused(house, visit, "mobile", diary.OutsideArea, postal_code="")
    assert change(house, visit, "mobile", postal_code="10001", by=make_user(), override_reason="near").mode == "mobile"


def test_way_that_the_service_does_not_exist_in_is_refused(house):
    ServiceMode.objects.filter(mode="mobile").update(active=False)
    visit = house.book("09:00", now=NOW)
    assert refused(house, visit, "mobile", diary.SlotRefused).reasons == (Reason.MODE,)
    assert refused(house, visit, "telehealth", diary.SlotRefused, location=house.location).reasons == (Reason.MODE,)


def test_way_for_people_who_have_been_here_is_refused_to_others(house):
    ServiceMode.objects.filter(mode="telehealth").update(new_patients=False)
    visit = house.book("09:00", now=NOW)
    assert refused(house, visit, "telehealth", diary.SlotRefused).reasons == (Reason.NEW_PATIENT,)
    assert change(house, visit, "telehealth", by=make_user(), override_reason="knows Dana").mode == "telehealth"


def test_road_is_judged_with_the_new_home(house):
    far = TravelZone.objects.create(name="Far")
    ZonePostalCode.objects.create(zone=far, code="99577")
    ZoneMinutes.objects.create(from_zone=TravelZone.objects.get(name="East"), to_zone=far, minutes=40)
    visit = house.book("09:00", now=NOW)
    house.book("10:00", mode="mobile", patient=other_patient(), now=NOW)
    refused(house, visit, "mobile", diary.SlotTaken, postal_code="99577")
    changed = change(house, visit, "mobile", postal_code="99577", start=local("08:15"))
    assert (changed.zone, changed.block.zone) == (far, far)


def test_way_that_needs_more_notice_is_refused(house):
    ServiceMode.objects.filter(mode="mobile").update(notice_minutes=48 * 60)
    visit = house.book("09:00", now=NOW)
    assert refused(house, visit, "mobile", diary.SlotRefused).reasons == (Reason.NOTICE,)
    assert change(house, visit, "mobile", by=make_user(), override_reason="snow").mode == "mobile"


def test_location_where_nobody_works_is_refused(house):
    visit = house.book("09:00", mode="telehealth", now=NOW)
    refused(house, visit, "in_clinic", diary.SlotRefused, location=make_location())


def test_fee_counts_in_the_price_that_was_told(house):
    TravelZone.objects.update(fee=25)
    visit = house.book("09:00", now=NOW)
    refused(house, visit, "mobile", diary.PriceChanged, price=Decimal(190))
    assert change(house, visit, "mobile", price=Decimal(215)).total == Decimal(215)


def test_price_that_the_patient_was_not_told_is_refused(house):
    price("telehealth", 135)
    visit = house.book("09:00", now=NOW)
    refused(house, visit, "telehealth", diary.PriceChanged, price=Decimal(120))
    assert change(house, visit, "telehealth", price=Decimal("135.00")).price == Decimal(135)


def test_other_visit_of_the_patient_stands_in_the_way(house):
    ServiceMode.objects.filter(mode="telehealth").update(duration_minutes=90)
    patient = make_patient()
    visit = house.book("09:00", patient=patient, now=NOW)
    house.book("10:00", patient=patient, practitioner=house.jun, now=NOW)
    refused(house, visit, "telehealth", diary.PatientBusy)


def test_visit_that_has_begun_is_changed_by_staff_only(house):
    visit = house.book("09:00", now=NOW)
    refused(house, visit, "telehealth", diary.WrongState, now=local("09:05"))
    changed = change(house, visit, "telehealth", now=local("09:05"), by=make_user(), override_reason="stuck in snow")
    assert changed.mode == "telehealth"
    assert visit.events.last().details["passed_over"] == ["past"]


def test_visit_that_is_over_or_cancelled_is_not_changed(house):
    visit = house.book("09:00", now=NOW)
    diary.cancel(appointment=visit, by=None, now=NOW)
    refused(house, visit, "telehealth", diary.WrongState, by=make_user())


def test_staff_change_over_somebody_elses_time_with_a_reason(house):
    ServiceMode.objects.filter(mode="mobile").update(buffer_after_minutes=30)
    visit = house.book("09:00", now=NOW)
    house.book("10:00", patient=other_patient(), now=NOW)
    changed = change(house, visit, "mobile", by=make_user(), overlap_reason="Dana said yes")
    assert (changed.block.overlap, changed.block.overlap_reason) == (True, "Dana said yes")
    back = change(house, visit, "in_clinic", by=make_user())
    assert (back.block.overlap, back.block.overlap_reason) == (False, "")


def test_move_after_a_change_keeps_the_new_way(house):
    price("telehealth", 135)
    visit = house.book("09:00", now=NOW)
    change(house, visit, "telehealth")
    moved = diary.move(appointment=visit, start=local("11:00"), practitioner=house.dana, now=LATER)
    assert (moved.mode, moved.sequence, moved.price) == ("telehealth", 2, Decimal(135))


# ---------------------------------------------------------------- levels, holds and calls


@pytest.mark.parametrize("level", ["emergency", "urgent", "unsure"])
def test_level_that_closes_every_way_refuses_patients_and_staff(house, level):
    visit = house.book("09:00", now=NOW)
    make_outcome(patient=visit.patient, level=level)
    for by in (None, make_user()):
        refused(house, visit, "mobile", diary.NotCleared, by=by, override_reason="asked")


def test_level_that_asks_for_an_exam_in_person_refuses_video_and_no_more(house):
    visit = house.book("09:00", now=NOW)
    make_outcome(patient=visit.patient, level="refer")
    for by in (None, make_user()):
        refused(house, visit, "telehealth", diary.NotCleared, by=by, override_reason="asked")
    assert change(house, visit, "mobile").mode == "mobile"


def on_hold(house: House, mode: str, level: str) -> Appointment:
    visit = house.book("09:00", mode=mode, now=NOW)
    make_outcome(patient=visit.patient, level=level)
    diary.follow_level(patient=visit.patient, now=NOW)
    visit.refresh_from_db()
    return visit


def test_patient_changes_nothing_on_hold(house):
    refused(house, on_hold(house, "telehealth", "refer"), "in_clinic", diary.WrongState)


@pytest.mark.parametrize("mode", ["in_clinic", "mobile"])
def test_visit_held_only_because_it_was_by_video_goes_on_in_person(house, mode):
    visit = on_hold(house, "telehealth", "refer")
    assert visit.hold == "in_person"
    assert Call.objects.open().filter(reason="held").exists()
    changed = change(house, visit, mode, by=make_user())
    assert (changed.hold, changed.held_at, changed.flag) == ("", None, "consult_flagged")
    assert list(visit.events.values_list("act", flat=True))[-2:] == ["mode_changed", "released"]
    assert visit.events.get(act="mode_changed").details["on_hold"] is True
    assert not Call.objects.open().filter(reason="held").exists()
    assert letter(changed).subject.endswith({"in_clinic": "now at the clinic", "mobile": "now at your home"}[mode])


def test_visit_held_for_a_talk_stays_on_hold_in_person_and_is_never_by_video(house):
    visit = on_hold(house, "in_clinic", "unsure")
    refused(house, visit, "telehealth", diary.NotCleared, by=make_user(), override_reason="asked")
    changed = change(house, visit, "mobile", by=make_user())
    assert (changed.mode, changed.hold) == ("mobile", "talk")
    assert Call.objects.open().filter(reason="held").exists()
    assert "talk to us" in letter(changed).subject


def test_visit_held_because_it_was_by_video_waits_for_a_talk_once_something_else_holds_it(house):
    visit = on_hold(house, "telehealth", "refer")
    make_outcome(patient=visit.patient, level="unsure", created_at=NOW)
    changed = change(house, visit, "in_clinic", by=make_user())
    assert changed.hold == "in_person"


def test_visit_that_a_pt_kept_is_changed_in_person_only(house):
    visit = on_hold(house, "in_clinic", "refer")
    make_outcome(patient=visit.patient, level="unsure", created_at=NOW)
    diary.follow_level(patient=visit.patient, now=NOW)
    diary.keep(appointment=visit, by=make_user(), is_pt=True, now=NOW)
    refused(house, visit, "telehealth", diary.NotCleared, by=make_user())
    assert change(house, visit, "mobile", by=make_user()).hold == ""


def test_call_before_an_unscreened_visit_moves_with_it(house):
    house.service.check_needed = "link"
    house.service.save()
    visit = house.book("09:00", flag="unscreened", now=NOW)
    change(house, visit, "telehealth", start=local("11:00") + timedelta(days=1))
    assert Call.objects.get(reason="unscreened").due_at == local("11:00")


def test_another_time_is_to_be_confirmed_again_and_the_same_is_not(house):
    visit = house.book("09:00", now=NOW)
    diary.confirm(appointment=visit, by=None, now=NOW)
    assert change(house, visit, "telehealth").confirmed_at == NOW
    assert change(house, visit, "mobile", start=local("11:00")).confirmed_at is None


def test_time_until_which_a_cancel_is_free_follows_a_new_time_as_in_a_move(house):
    house.service.late_fee, house.service.late_hours = Decimal(40), 24
    house.service.save()
    starts, day = local("09:00") + timedelta(days=2), timedelta(days=1)
    visit = house.book("09:00", start=starts, terms=terms_of(house.service), now=NOW)
    assert change(house, visit, "telehealth").free_until == starts - day
    assert change(house, visit, "mobile", start=starts + timedelta(hours=2)).free_until == starts - day + timedelta(
        hours=2
    )
    late = starts - timedelta(hours=20)
    assert change(house, visit, "in_clinic", start=starts, now=late).free_until < late


def test_call_about_joining_by_video_ends_with_the_video(house):
    visit = house.book("09:00", mode="telehealth", now=NOW)
    diary.cannot_join(appointment=visit, address="Reno", state="NV", phone="+19075550118", now=NOW)
    change(house, visit, "in_clinic")
    assert not Call.objects.open().filter(reason="video").exists()


# ---------------------------------------------------------------- what the patient is told


def letter(visit: Appointment):
    message = Message.objects.filter(subject_uid=visit.uid, channel="email").latest("pk")
    return registry.letters[message.kind](message, LATER)


@pytest.mark.parametrize(
    ("mode", "how", "bring"),
    [
        ("in_clinic", "at the clinic", "Come 10 minutes early"),
        ("mobile", "at your home", "free floor"),
        ("telehealth", "by video", "a camera"),
    ],
)
def test_letter_says_how_we_meet_now_and_what_it_costs(house, mode, how, bring):
    price(mode, 135)
    before = "mobile" if mode != "mobile" else "telehealth"
    sent = letter(change(house, house.book("09:00", mode=before, now=NOW), mode))
    assert sent.subject == f"Your visit on Wed 25 Nov, 9:00 am is now {how}"
    for text in (sent.text, sent.html):
        assert f"We now meet {how}." in text
        assert "$135 without a plan" in text
        assert "The time stays the same." in text
        assert bring in text
        assert "Muldoon" not in text
    assert sent.attachments[0].name == "visit.ics"


def test_letter_says_that_the_time_is_another_too(house):
    changed = change(house, house.book("09:00", now=NOW), "telehealth", start=local("11:00"))
    assert "Your visit also has a new time." in letter(changed).text


def test_letter_of_a_change_that_was_changed_again_is_not_sent(house):
    visit = house.book("09:00", now=NOW)
    change(house, visit, "telehealth")
    old = Message.objects.get(kind="mode_changed")
    change(house, visit, "mobile")
    assert registry.letters["mode_changed"](old, LATER) is None


@pytest.mark.parametrize("after", list(Mode.values))
def test_text_message_is_short_and_nothing_in_it_the_subject_or_the_calendar_file_is_clinical(house, settings, after):
    settings.TELEHEALTH_ROOM_URL = "https://video.example/{room}"
    make_clinic(short_name="Sidehill")
    zone = "America/Argentina/ComodRivadavia"
    before = "mobile" if after != "mobile" else "telehealth"
    visit = house.book("11:00", mode=before, patient=make_patient(texts_ok=True), now=NOW)
    change(house, visit, after, **({"time_zone": zone} if after == "telehealth" else {}))
    message = Message.objects.get(kind="mode_changed", channel="sms")
    text = registry.letters["mode_changed"](message, LATER).text
    assert segments(text) <= 2
    assert {"in_clinic": "now at the clinic", "mobile": "now at your home", "telehealth": "now by video"}[after] in text
    email = letter(visit)
    file = email.attachments[0].content.decode().replace("\r\n ", "").replace("Midtown clinic", "")
    assert CLINICAL.findall(email.subject + text + file) == []


def test_letters_of_changes_leave(house):
    change(house, house.book("09:00", now=NOW), "mobile")
    assert outbox.deliver_due(now=LATER) == 1
    assert Message.objects.get(kind="mode_changed").state == "sent"


# ---------------------------------------------------------------- at once


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @staticmethod
    def last_room():
        """A visit by video at nine, one room, and somebody who would book it at half past."""
        house = make_house(rooms=1)
        visit = house.book("09:00", mode="telehealth", now=NOW)
        other = house.booking("09:30", practitioner=house.jun, patient=other_patient())
        ways = [lambda: change(house, visit, "in_clinic"), lambda: diary.book(**other, now=LATER)]
        return house, visit, lambda number: ways[number]()

    @pytest.mark.postgres
    def test_without_guards_a_change_and_a_booking_both_get_the_last_room(self, monkeypatch):
        from tests.booking.test_races import all_look_before_any_writes, without_constraints, without_locks

        house, _visit, act = self.last_room()
        without_locks(monkeypatch)
        all_look_before_any_writes(monkeypatch, 2)
        with without_constraints():
            assert race(act, threads=2) == {"booked": 2}
            assert Block.objects.filter(state__in=LIVE, room=house.rooms[0]).count() == 2

    def test_last_room_has_one_winner(self):
        house, visit, act = self.last_room()
        assert race(act, threads=2) == {"booked": 1, "SlotTaken": 1}
        assert faults() == []
        assert Block.objects.filter(room=house.rooms[0]).count() == 1
        visit.refresh_from_db()
        assert (visit.mode, visit.sequence) in (("telehealth", 0), ("in_clinic", 1))

    def test_changes_into_two_ways_at_once_follow_each_other(self):
        house = make_house()
        visit = house.book("09:00", now=NOW)
        ways = ("mobile", "telehealth")
        assert race(lambda number: change(house, visit, ways[number]), threads=2) == {"booked": 2}
        visit.refresh_from_db()
        assert (visit.sequence, visit.block.room) == (2, None)
        assert (visit.address == "") == (visit.mode == "telehealth")
        assert Message.objects.filter(subject_uid=visit.uid, state="planned").count() == 1
        assert faults() == []

    def test_change_that_fails_at_the_end_leaves_nothing(self, monkeypatch):
        house = make_house()
        visit = house.book("09:00", now=NOW)
        before = state_of_everything()

        def broken(*args, **kwargs):
            raise RuntimeError("the machine stops here")

        monkeypatch.setattr(acts, "tell", broken)
        with pytest.raises(RuntimeError):
            change(house, visit, "mobile")
        assert state_of_everything() == before
