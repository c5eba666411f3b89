"""The long version of tests/booking/test_sequences.py: sequences of sixty acts, other ones in each part."""

import pytest
from django.db import connection
from hypothesis import settings

from tests.booking.house import make_house
from tests.booking.machine import run
from tests.factories import make_user

pytestmark = [pytest.mark.proof, pytest.mark.django_db]


@pytest.mark.parametrize("seed", range(10))
def test_any_long_sequence_of_acts_leaves_a_whole_diary(seed):
    # Other examples with each seed, and the same with the same: so not derandomised.
    part = settings(max_examples=40, stateful_step_count=60, derandomize=False, database=None, print_blob=True)
    told = run(make_house(), make_user(), part, seed=seed)
    print(f"{connection.vendor}, seed {seed}: {dict(sorted(told.items()))}")
