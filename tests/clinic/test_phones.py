"""Phone numbers as people write and dial them."""

import pytest

from clinic import phones


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+19075550142", "907-555-0142"),
        ("+442079460958", "+44 20 7946 0958"),
        ("911", "911"),
        ("988", "988"),
        ("", ""),
        ("call me", "call me"),
    ],
)
def test_show_writes_as_people_do(stored, shown):
    assert phones.show(stored) == shown


@pytest.mark.parametrize(
    ("stored", "link"),
    [
        ("+19075550142", "tel:+19075550142"),
        ("911", "tel:911"),
        ("+1 (907) 555-0142", "tel:+19075550142"),
        ('911"><script>', "tel:911"),
        ("٩١١", "tel:"),
    ],
)
def test_link_has_nothing_but_digits(stored, link):
    assert phones.link(stored) == link


@pytest.mark.parametrize("text", ["", "abc", "+", "1" * 400, "907-555-01"])
def test_read_refuses_what_is_no_number(text):
    with pytest.raises(phones.NotAPhoneNumber):
        phones.read(text)


def test_read_takes_the_region_of_the_caller():
    assert phones.read("020 7946 0958", region="GB") == "+442079460958"
