"""Who comes without a booking: booked, arrived, and nothing passed over that must not be."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from booking import diary, unscreened
from booking.availability import Reason
from booking.models import Appointment, Block, TimeOff
from clinic.models import Call, Message
from tests.booking.house import local
from tests.factories import NOW, make_outcome, make_patient, make_user

pytestmark = pytest.mark.django_db
# Tuesday 24 November, while everybody works.
HERE = local("09:07", NOW.date())


def come(house, **values: Any) -> Appointment:
    given = {
        "submission": uuid.uuid4(),
        "patient": values.pop("patient", None) or make_patient(),
        "service": house.service,
        "start": HERE,
        "practitioner": house.dana,
        "location": house.location,
        "by": values.pop("by", None) or make_user(),
        "now": HERE,
        **values,
    }
    return diary.walk_in(**given)


def test_walk_in_is_booked_and_has_arrived_at_once(house):
    visit = come(house)
    assert (visit.source, visit.mode, visit.block.state) == ("walk_in", "in_clinic", "arrived")
    assert (visit.block.starts_at, visit.block.room) == (HERE, house.rooms[0])
    assert [event.act for event in visit.events.all()] == ["booked", "arrived"]


def test_walk_in_gives_no_notice_and_starts_at_any_minute_without_a_reason(house):
    house.service.modes.update(notice_minutes=24 * 60)
    passed = come(house).events.get(act="booked").details["passed_over"]
    assert passed == [Reason.OFF_GRID, Reason.NOTICE]


def test_walk_in_gets_no_letter_about_a_time_that_is_now(house):
    come(house)
    assert not Message.objects.exists()


def test_walk_in_that_is_sent_twice_is_one_visit_as_it_is_by_now(house):
    submission, patient = uuid.uuid4(), make_patient()
    visit = come(house, submission=submission, patient=patient)
    diary.seen(appointment=visit, by=make_user(), now=HERE)
    again = come(house, submission=submission, patient=patient)
    assert (again.pk, again.block.state) == (visit.pk, "seen")


def test_walk_in_that_is_not_screened_is_called_about_now(house):
    visit = come(house, flag=unscreened.FLAG)
    call = Call.objects.get()
    assert (call.reason, call.subject_uid, call.due_at) == ("unscreened", visit.uid, HERE)


def test_walk_in_takes_nobody_elses_time(house):
    house.book(start=HERE + timedelta(minutes=53), now=NOW - timedelta(days=1))
    with pytest.raises(diary.SlotTaken):
        come(house)
    assert Appointment.objects.count() == 1


def test_walk_in_shares_a_time_only_with_a_reason(house):
    house.book(start=HERE + timedelta(minutes=53), now=NOW - timedelta(days=1))
    visit = come(house, overlap_reason="Twins")
    assert (visit.block.overlap, visit.block.overlap_reason) == (True, "Twins")
    assert visit.events.get(act="booked").why == "Twins"


@pytest.mark.parametrize("rule", ["closed", "away", "not_working"])
def test_walk_in_goes_over_no_other_rule_without_a_reason(house, rule):
    if rule == "closed":
        house.location.closures.create(first_day=HERE.date(), last_day=HERE.date(), reason="Snow")
    elif rule == "away":
        TimeOff.objects.create(practitioner=house.dana, starts_at=HERE, ends_at=HERE + timedelta(hours=1))
    else:
        house.dana.working_hours.all().delete()
    with pytest.raises(diary.SlotRefused) as refused:
        come(house)
    assert Reason(rule) in refused.value.reasons
    assert not Block.objects.exists()
    assert come(house, override_reason="Dana is here all the same").block.state == "arrived"


def test_walk_in_whose_level_shuts_the_gate_is_not_booked(house):
    patient = make_patient()
    make_outcome(patient=patient, level="urgent")
    with pytest.raises(diary.NotCleared):
        come(house, patient=patient, override_reason="They insist")


def test_patient_online_is_bound_by_notice_whatever_the_source_says(house):
    with pytest.raises(diary.SlotRefused):
        house.book(start=HERE, source=Appointment.Source.WALK_IN, now=HERE)
