"""Times that are read as cheap values are the times that were written."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import NullIf

from clinic.models import Message
from clinic.moments import Moment, moment
from tests.factories import make_message

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 24, 18, 40, tzinfo=UTC),
        datetime(2026, 3, 8, 10, 0, 0, 1, tzinfo=UTC),
        datetime(2120, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2000, 1, 1, 0, 0, 0, 123_456, tzinfo=UTC),
        datetime(1950, 6, 1, 12, 30, 1, 999_999, tzinfo=UTC),
    ],
)
def test_moment_is_the_time_that_was_written(at):
    make_message(planned_at=at)
    (told,) = Message.objects.annotate(told=Moment("planned_at")).values_list("told", flat=True)
    assert (moment(told), moment(told).tzinfo) == (at, UTC)


def test_moment_of_nothing_is_nothing():
    at = datetime(2026, 11, 24, 18, 40, tzinfo=UTC)
    make_message(planned_at=at)
    rows = Message.objects.annotate(told=Moment(NullIf("planned_at", "planned_at")))
    assert list(rows.values_list("told", flat=True)) == [None]


def test_every_second_and_microsecond_around_is_told_apart():
    at = datetime(2026, 11, 24, 18, 40, tzinfo=UTC)
    near = [at + timedelta(microseconds=one) for one in (-2, -1, 0, 1, 2)]
    for one in near:
        make_message(planned_at=one)
    told = Message.objects.annotate(told=Moment("planned_at")).order_by("planned_at").values_list("told", flat=True)
    assert [moment(one) for one in told] == near
