"""The pages for trouble, and the roster with somebody away, in a real browser: for patients and for staff."""

from datetime import date

import pytest

from tests.factories import make_clinic, make_duty, make_location, make_stand_in, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def house():
    make_clinic()
    make_location()


def test_address_that_takes_only_a_press_passes_axe_and_fits(live):
    live.forgive("405")
    live.look(live.open("/visit/leave/"))


def test_trouble_at_the_desk_passes_axe_and_fits(live):
    live.forgive("404")
    page = live.page(user=make_user(groups=["desk"]))
    page.goto("/desk/no/such/page/")
    live.look(page)


def test_roster_with_somebody_away_passes_axe_and_fits(live):
    make_stand_in(user=make_duty().user, first_day=date(2099, 11, 24))
    page = live.page(user=make_user(groups=["manager"]))
    page.goto("/desk/duty/")
    live.look(page)
