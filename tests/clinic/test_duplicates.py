"""Which records may be one person's."""

from datetime import date

import pytest

from clinic import duplicates
from tests.factories import NOW, make_patient, make_user

pytestmark = pytest.mark.django_db
BORN = date(1983, 5, 12)


@pytest.fixture
def june():
    return make_patient(
        given_name="June", family_name="Parrish", birth_date=BORN, phone="+19075550126", email="june@runner.example"
    )


def why(june, **values) -> str:
    defaults = {
        "given_name": "Bo",
        "family_name": "Tallman",
        "birth_date": date(1960, 1, 1),
        "phone": "+19075550199",
        "email": "bo@runner.example",
    }
    other = make_patient(**{**defaults, **values})
    return next((pair.why for pair in duplicates.twins_of(june) if pair.other == other), "")


def test_slips_in_the_name_with_one_phone_address_or_birth_date_are_one_person(june):
    name = {"given_name": "Jun", "family_name": "Parish"}
    assert why(june, **name, phone="+19075550126") == "name, phone"
    assert why(june, **name, email="JUNE@runner.example") == "name, e-mail"
    assert why(june, **name, birth_date=BORN) == "name, birth date"
    assert why(june, given_name="Parrish", family_name="June", birth_date=BORN) == "name, birth date"
    assert why(june, birth_date=BORN, phone="+19075550126") == "birth date, phone"


def test_a_family_that_shares_a_phone_and_strangers_with_one_birth_date_are_not(june):
    assert why(june, given_name="Ray", family_name="Parrish", phone="+19075550126") == ""
    assert why(june, birth_date=BORN) == ""
    assert why(june, given_name="June", family_name="Parrish") == ""


def test_two_who_were_said_to_be_two_are_not_suggested_again(june):
    other = make_patient(given_name="June", family_name="Parish", birth_date=BORN)
    assert [(pair.one, pair.other) for pair in duplicates.newest_pairs()] == [(june, other)]
    duplicates.say_two(one=other, other=june, by=make_user(), now=NOW)
    duplicates.say_two(one=june, other=other, by=make_user(), now=NOW)
    assert duplicates.newest_pairs() == duplicates.twins_of(june) == []


def test_list_asks_for_as_much_with_three_pairs_as_with_one(june, django_assert_num_queries):
    for number in (1, 3):
        for _ in range(number):
            make_patient(given_name="June", family_name="Parish", birth_date=BORN)
        with django_assert_num_queries(5):
            assert duplicates.newest_pairs()
