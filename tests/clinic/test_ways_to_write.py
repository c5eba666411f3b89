"""By which ways somebody can be written to, and that without any a person calls."""

import pytest

from clinic import recipients
from tests.factories import make_patient

pytestmark = pytest.mark.django_db
EMAIL, TEXT = ("email", "ana@runner.example"), ("sms", "+19075550118")


def ways(**values) -> list[tuple[str, str]]:
    return recipients.ways_to_write(make_patient(**{"email": EMAIL[1], "phone": TEXT[1], "texts_ok": True} | values))


@pytest.fixture
def no_gateway(settings):
    """A clinic of its own that cannot send texts."""
    settings.DEMO = settings.DEBUG = False
    settings.SMS_URL = ""


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, [EMAIL, TEXT]),
        ({"texts_ok": False}, [EMAIL]),
        ({"email": ""}, [TEXT]),
        ({"phone": ""}, [EMAIL]),
        ({"phone": "call the front desk"}, [EMAIL]),
        ({"email": "ana@", "phone": "1"}, []),
    ],
)
def test_ways_are_those_that_were_given_and_allowed(values, found):
    assert ways(**values) == found


def test_without_a_gateway_a_text_is_no_way(no_gateway):
    assert ways() == [EMAIL]
    assert ways(email="") == []
