import pytest

from tests.booking.house import House, make_house


@pytest.fixture
def house(db) -> House:
    return make_house()
