"""Two months of a busy clinic in fast motion, one with each change of the clock."""

from datetime import UTC, datetime

import pytest

from tests.booking.test_time_travel import travel
from tests.booking.time_travel import sent

pytestmark = [pytest.mark.proof, pytest.mark.django_db]


@pytest.mark.parametrize("start", [datetime(2026, 10, 15, 8, tzinfo=UTC), datetime(2027, 2, 25, 8, tzinfo=UTC)])
def test_month_of_a_clinic_sends_each_due_reminder_once_and_on_time(start):
    journey = travel(start, 31, acts_a_day=60)
    print(f"\n{len(journey.stays)} stays of visits, {len(sent())} reminders left, each once and within 5 minutes")
    assert len(sent()) > 300
