"""Days of a busy clinic in fast motion: each due reminder leaves once, on time, and no other."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.follow_ups import ASK_AGAIN, THANKS
from booking.reminder_times import KINDS
from clinic.models import Clinic, Message
from tests.booking.house import make_house
from tests.booking.time_travel import LOOK, Journey, expected, follow_ups_due, followed, sent, took_place

ZONE = ZoneInfo("America/Anchorage")


def travel(start: datetime, days: int, *, acts_a_day: int, days_ahead: int = 9) -> Journey:
    """Let days pass, and check all that left."""
    house = make_house(rooms=2)
    Clinic.objects.update(remind_early_hours=72, remind_day_hours=24, remind_soon_hours=2)
    journey = Journey(house, start, seed=days, acts_a_day=acts_a_day, days_ahead=days_ahead)
    journey.run(days)
    left = sent()
    keys = [(one.subject_uid, one.sequence, one.kind, one.channel) for one in left]
    assert set(keys) == expected(journey)
    assert len(keys) == len(set(keys))
    for one in left:
        assert timedelta() <= one.sent_at - one.planned_at < LOOK
        assert time(8) <= one.sent_at.astimezone(ZONE).time() < time(21)
        assert took_place(one)
    after = followed()
    again = [(one.subject_uid, one.sequence, one.kind) for one in after if one.channel == "email"]
    assert follow_ups_due(journey) <= set(again)
    assert len(after) == len({(one.subject_uid, one.sequence, one.kind, one.channel) for one in after})
    for one in after:
        assert time(8) <= one.sent_at.astimezone(ZONE).time() < time(21)
        assert one.kind != ASK_AGAIN or took_place(one)
    overdue = Message.objects.filter(kind__in=KINDS, state="planned", planned_at__lte=journey.now)
    assert not overdue.exists()
    return journey


@pytest.mark.django_db
def test_two_days_of_a_clinic_send_each_due_reminder_once_and_on_time():
    journey = travel(datetime(2026, 10, 26, 8, tzinfo=UTC), 2, acts_a_day=60, days_ahead=3)
    assert len(sent()) > 10
    assert {one.kind for one in followed()} == {ASK_AGAIN, THANKS}
    assert any(stay.until for stay in journey.stays)
