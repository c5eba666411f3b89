"""What the letters behind a name stand for."""

import pytest

from clinic import credentials

DOCTOR = "DPT: Doctor of Physical Therapy, the degree of a physical therapist."


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["DPT"], [DOCTOR]),
        (["DPT", "", "DPT"], [DOCTOR]),
        (["PT, DPT"], ["PT: licensed physical therapist.", DOCTOR]),
        (["dpt/LMT"], [DOCTOR, "LMT: licensed massage therapist."]),
        (["Ph.D., XYZ", "🏃"], []),
        ([], []),
    ],
)
def test_letters_are_spelled_out_once(written, said):
    assert credentials.spelled_out(written) == said
