"""Any sequence of acts leaves a whole diary; long ones in tests/proof."""

from hypothesis import settings

from tests.booking.machine import run
from tests.factories import make_user


def test_any_sequence_of_acts_leaves_a_whole_diary(house):
    told = run(house, make_user(), settings(max_examples=10, stateful_step_count=30))
    # What was done and what was refused, not one of them only.
    assert min(told["book done"], told["book refused"], told["hold done"], told["move done"], told["cancel done"]) > 0
