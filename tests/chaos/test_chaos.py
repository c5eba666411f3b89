"""A small storm. A big one is in tests/proof."""

import pytest

from tests.chaos.outside import Gateway, MailServer
from tests.chaos.storm import big_house, storm

pytestmark = [pytest.mark.postgres, pytest.mark.redis_server, pytest.mark.django_db(transaction=True)]


def test_every_message_of_a_small_storm_leaves(tmp_path):
    big_house()
    counts = storm(tmp_path, bookings=40, workers=2, share=0.1, seed=1)
    assert (counts.bookings, counts.letters, counts.texts) == (40, 40, 20)
    assert counts.kills["redis"] >= 1
    assert counts.kills["worker"] >= 3
    assert set(counts.whims) == {*MailServer.KINDS, *(f"text {kind}" for kind in Gateway.KINDS)}
    # What was taken without our side hearing of it has gone twice: stalled, hung up or killed after it. A worker that the
    # weather kills may leave a whim of the mail server without its letter; a gateway takes in the same breath.
    assert counts.twice >= counts.unheard >= 3
