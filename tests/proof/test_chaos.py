"""A storm of 2,000 bookings, and ten workers with two clocks; figures in docs/decisions."""

import pytest

from tests.chaos.storm import big_house, storm, workers_alone

pytestmark = [
    pytest.mark.proof,
    pytest.mark.postgres,
    pytest.mark.redis_server,
    pytest.mark.django_db(transaction=True),
]


def test_every_message_of_two_thousand_bookings_leaves(tmp_path):
    big_house()
    counts = storm(tmp_path, bookings=2_000, workers=3, share=0.03, seed=2)
    assert (counts.bookings, counts.letters, counts.texts) == (2_000, 2_000, 1_000)
    assert counts.kills["worker"] >= 20
    assert counts.kills["redis"] >= 5


def test_ten_workers_and_two_clocks_send_nothing_twice(tmp_path):
    counts = workers_alone(tmp_path, messages=200, workers=10, beats=2)
    assert (counts.letters, counts.twice) == (200, 0)
