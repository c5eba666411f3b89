"""The long versions of tests/booking/test_sequences.py and test_listed_books.py, with other examples in each part."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from clinic.models import Mode
from tests.booking.house import make_house
from tests.booking.machine import run
from tests.booking.test_listed_books import try_times
from tests.factories import make_user

pytestmark = [pytest.mark.proof, pytest.mark.django_db]


# Other examples with each seed, and the same with the same: so not derandomised.
PART = settings(
    derandomize=False, database=None, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("number", range(10))
def test_any_long_sequence_of_acts_leaves_a_whole_diary(number):
    part = settings(PART, max_examples=40, stateful_step_count=50)
    told = run(make_house(), make_user(), part, seed=number)
    print(f"{connection.vendor}, seed {number}: {told.total()} acts, {dict(sorted(told.items()))}")


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("mode", Mode.values)
def test_listed_times_book_and_unlisted_are_refused(mode, number):
    house = make_house()

    @seed(number)
    @settings(PART, max_examples=100)
    @given(draw=st.data())
    def prove(draw: st.DataObject) -> None:
        try_times(house, mode, draw)

    prove()
