"""What the patient forms' fields accept, refuse and say."""

import datetime as dt
import uuid

import pytest
from django import forms
from django.core.exceptions import ValidationError

from clinic.forms import (
    DateOfBirthField,
    DatePartsField,
    EmailAddressField,
    LineField,
    NameField,
    PatientForm,
    PhoneField,
    PlainTextField,
    TrioField,
)

NOW = dt.datetime(2026, 11, 23, 19, 0, tzinfo=dt.UTC)


def message(field: forms.Field, value: object) -> str:
    """Return what `field` says about `value`; fail when it accepts it."""
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    return " ".join(caught.value.messages)


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    "name",
    [
        "Casey Tran",
        "Zoë O’Brien-Łuczak",
        "محمد بن عبد الله",
        "\u200fדנה כהן",
        "李小龍",
        "Aputsiaq 🏔️👩‍👩‍👧",
        "Robert'); DROP TABLE visits;--",
        "<b>Kim</b>",
    ],
)
def test_name_accepts_any_script(name: str) -> None:
    assert NameField().clean(name) == name


def test_name_is_composed_and_spaced_once() -> None:
    assert NameField().clean("  Zoe\u0308 \u00a0\t Brand ") == "Zoë Brand"


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_name_refuses_line_breaks(line_break: str) -> None:
    assert message(NameField(), f"Casey{line_break}Bcc: all@example.com") == "Write the name on one line."


@pytest.mark.parametrize(
    "bad", ["\0", "Ca\0sey", "Casey\x07", "\x1b[31mCasey", "Casey\x9b", "\ud800", "Casey \u202egro.elpmaxe"]
)
def test_name_refuses_control_characters(bad: str) -> None:
    assert message(NameField(), bad) == "Take out the characters that do not print. They often come with copied text."


@pytest.mark.parametrize("empty", ["", "   ", "\u200b\u200d", "\u00a0", None])
def test_name_refuses_what_cannot_be_seen(empty: str | None) -> None:
    assert message(NameField(), empty) == "Give a name."


@pytest.mark.parametrize(
    "advert", ["Win at https://example.com", "WWW.example.com", "Casey of example.com", "Win (XN--E.SHOP/1)"]
)
def test_name_refuses_web_addresses(advert: str) -> None:
    assert message(NameField(), advert) == "Leave web addresses out of the name."


@pytest.mark.parametrize(
    "name", ["J. R. Comstock", "St.Clair", "A.Netter", "Dr.Orgad", "O.Com", "Mary-Ann.Lyon", "Ana.Rusu"]
)
def test_name_with_a_full_stop_is_a_name(name: str) -> None:
    assert NameField().clean(name) == name


def test_name_too_long_says_how_long() -> None:
    assert message(NameField(max_length=80), "a" * 100_000) == "Use at most 80 characters. You have 100000."


def test_optional_name_may_be_empty() -> None:
    assert NameField(required=False).clean("  ") == ""


# ------------------------------------------------------------------ sentences


def test_plain_text_keeps_lines_tabs_and_emoji() -> None:
    assert (
        PlainTextField().clean("Left knee.\r\n\tSix weeks 🏃🏽‍♀️\rStairs hurt.  ")
        == "Left knee.\n\tSix weeks 🏃🏽‍♀️\nStairs hurt."
    )


@pytest.mark.parametrize("bad", ["knee\0", "knee\x08", "\x1b]0;title\x07"])
def test_plain_text_refuses_control_characters(bad: str) -> None:
    assert "do not print" in message(PlainTextField(), bad)


def test_plain_text_counts_a_line_end_once() -> None:
    assert PlainTextField(max_length=7).clean("one\r\ntwo") == "one\ntwo"
    assert message(PlainTextField(max_length=6), "one\r\ntwo") == "Use at most 6 characters. You have 7."


def test_line_refuses_a_second_line() -> None:
    assert message(LineField(), "Line one\nLine two") == "Write this on one line."


# ------------------------------------------------------------------ phone numbers


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("907-555-0142", "+19075550142"),
        ("(907) 555 0142", "+19075550142"),
        ("1.907.555.0142", "+19075550142"),
        ("+1 907 555 0142", "+19075550142"),
        ("+44 20 7946 0958", "+442079460958"),
        ("+49 (0)30 901820", "+4930901820"),
        ("011 44 20 7946 0958", "+442079460958"),
        ("٩٠٧٥٥٥٠١٤٢", "+19075550142"),
    ],
)
def test_phone_is_kept_as_e164(typed: str, kept: str) -> None:
    assert PhoneField().clean(typed) == kept


@pytest.mark.parametrize(
    "bad", ["907-555-01", "555-0142", "call me", "911", "0000000000", "+", "+999 123", "1" * 40, "🏃", "Casey\u202e"]
)
def test_phone_refuses_what_cannot_be_called(bad: str) -> None:
    assert message(PhoneField(), bad)


def test_phone_says_what_a_number_looks_like() -> None:
    assert (
        message(PhoneField(), "907-555-01")
        == "Give a phone number with 10 digits, like 907-555-0123. From another country, start with +."
    )


def test_phone_refuses_numbers_that_charge() -> None:
    assert "charge" in message(PhoneField(), "1-900-555-0123")


def test_phone_refuses_extensions() -> None:
    assert "extension" in message(PhoneField(), "212 736 5000 ext 4")


def test_phone_over_long_or_with_nul_has_a_message() -> None:
    assert "at most 40" in message(PhoneField(), "9" * 100_000)
    assert "do not print" in message(PhoneField(), "907\x00555")


def test_optional_phone_may_be_empty() -> None:
    assert PhoneField(required=False).clean(" ") == ""


def test_kept_phone_is_shown_as_people_write_it() -> None:
    assert PhoneField().prepare_value("+19075550142") == "907-555-0142"
    assert PhoneField().prepare_value("907 555") == "907 555"


# ------------------------------------------------------------------ e-mail


def test_email_lowers_the_host_only() -> None:
    assert EmailAddressField().clean(" Casey.Tran@Example.COM ") == "Casey.Tran@example.com"


@pytest.mark.parametrize("bad", ["casey", "casey@", "a@b", "two@example.com, three@example.com", "<casey@example.com>"])
def test_email_refuses_with_an_example(bad: str) -> None:
    assert message(EmailAddressField(), bad) == "Give an e-mail address like name@example.com."


@pytest.mark.parametrize("letter", ["\u0131", "\u0130", "\u017f", "\u212a\u0301"])
def test_email_refuses_letters_that_are_others_in_capitals(letter: str) -> None:
    assert message(EmailAddressField(), f"m{letter}ke@example.com") == "Give an e-mail address like name@example.com."


def test_email_keeps_a_host_in_ascii() -> None:
    assert EmailAddressField().clean("mike@\u0131cloud.com") == "mike@xn--cloud-m4a.com"
    assert EmailAddressField().clean("mike@B\u00fccher.example") == "mike@xn--bcher-kva.example"


def test_email_refuses_a_host_that_is_no_name() -> None:
    host = "\u00fc" * 60
    assert message(EmailAddressField(), f"mike@{host}.example") == "Give an e-mail address like name@example.com."


@pytest.mark.parametrize(
    "bad", ["casey@example.com\nBcc: all@example.com", "casey@example.com\r\n", "casey\0@example.com"]
)
def test_email_refuses_header_injection(bad: str) -> None:
    assert message(EmailAddressField(), bad)


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        (["3", "14", "1984"], dt.date(1984, 3, 14)),
        (["03", " 04 ", "2008"], dt.date(2008, 3, 4)),
        (["March", "14", "1984"], dt.date(1984, 3, 14)),
        (["sept.", "1", "1990"], None),
        (["Sep", "1", "1990"], dt.date(1990, 9, 1)),
        (["2", "29", "2024"], dt.date(2024, 2, 29)),
        (["٣", "١٤", "١٩٨٤"], dt.date(1984, 3, 14)),
        (["1", "1", "1900"], dt.date(1900, 1, 1)),
    ],
)
def test_birth_date_reads_numbers_and_names(typed: list[str], date: dt.date | None) -> None:
    if date is None:
        assert message(DateOfBirthField(), typed) == "Give the month as a number from 1 to 12, or its name."
    else:
        assert DateOfBirthField().clean(typed) == date


@pytest.mark.parametrize(
    ("typed", "said", "parts"),
    [
        (
            ["2", "31", "1984"],
            "That month does not have that many days. Check the day and the month.",
            ("day", "month"),
        ),
        (
            ["2", "29", "2023"],
            "That month does not have that many days. Check the day and the month.",
            ("day", "month"),
        ),
        (["13", "1", "1984"], "Give the month as a number from 1 to 12, or its name.", ("month",)),
        (["3", "32", "1984"], "Give the day as a number from 1 to 31.", ("day",)),
        (["3", "²", "1984"], "Give the day as a number from 1 to 31.", ("day",)),
        (["3", "-4", "1984"], "Give the day as a number from 1 to 31.", ("day",)),
        (["3", "14", "84"], "Give the year with four digits, like 1984.", ("year",)),
        (["3", "14", "9" * 5000], "Give the year with four digits, like 1984.", ("year",)),
        (["3", "14", "\0"], "Give the year with four digits, like 1984.", ("year",)),
        (["", "14", "1984"], "Add the month.", ("month",)),
        (["3", "", ""], "Add the day.", ("day", "year")),
        (["12", "31", "1899"], "Check the year of birth. It is before 1900.", ("year",)),
        (["1", "1", "2199"], "That date is in the future. Check the date of birth.", ("month", "day", "year")),
        (["", "", ""], "Give the date of birth.", None),
        ([None, None, None], "Give the date of birth.", None),
    ],
)
def test_birth_date_says_which_box_to_mend(typed: list[str | None], said: str, parts: tuple[str, ...] | None) -> None:
    with pytest.raises(ValidationError) as caught:
        DateOfBirthField().clean(typed)
    assert caught.value.messages == [said]
    assert (caught.value.params or {}).get("parts") == parts


def test_dates_keep_to_their_limits() -> None:
    field = DatePartsField(earliest=dt.date(2026, 1, 1), latest=dt.date(2026, 12, 31))
    assert field.clean(["12", "31", "2026"]) == dt.date(2026, 12, 31)
    assert message(field, ["12", "31", "2025"]) == "That date is too long ago. Check the year."
    assert message(field, ["1", "1", "2027"]) == "That date is too far ahead. Check the year."


def test_optional_date_may_be_empty() -> None:
    assert DatePartsField(required=False).clean(["", "", ""]) is None


# ------------------------------------------------------------------ yes, no, not sure


def test_trio_takes_its_answers_only() -> None:
    assert TrioField().clean("not_sure") == "not_sure"
    assert message(TrioField(), "maybe") == "Pick one of the answers."
    assert message(TrioField(), "") == "Pick an answer. “Not sure” is fine."
    assert TrioField(required=False).clean("") == ""


# ------------------------------------------------------------------ the base form


class Small(PatientForm):
    name = NameField()
    birth_date = DateOfBirthField()


def data(**changes: str) -> dict[str, str]:
    """Return a good submission of `Small`."""
    good = {"name": "Casey", "birth_date_month": "3", "birth_date_day": "14", "birth_date_year": "1984"}
    return {**good, "submission": "6f9619ff-8b86-4011-b42d-00c04fc964ff", **changes}


def test_form_keeps_the_submission_id() -> None:
    form = Small(data(), now=NOW)
    assert form.is_valid()
    assert form.cleaned_data["submission"] == uuid.UUID("6f9619ff-8b86-4011-b42d-00c04fc964ff")


@pytest.mark.parametrize("garbage", ["", "1; DROP", "\0", "9" * 10_000, "00000000"])
def test_form_takes_a_tampered_submission_id_as_a_new_one(garbage: str) -> None:
    form = Small(data(submission=garbage, name=""), now=NOW)
    assert list(form.errors) == ["name"]
    assert uuid.UUID(str(form["submission"].value())).version == 4


def test_form_reads_the_clock_once(settings) -> None:
    born_today = data(birth_date_month="11", birth_date_day="23", birth_date_year="2026")
    assert Small(born_today, now=NOW).is_valid()
    form = Small(born_today, now=NOW - dt.timedelta(days=1))
    assert form.errors["birth_date"] == ["That date is in the future. Check the date of birth."]


def test_form_lets_the_server_speak_not_the_browser() -> None:
    assert "required" not in str(Small(now=NOW)["name"])


class Choices(PatientForm):
    one = forms.ChoiceField(choices=[("a", "A")])
    own = forms.ChoiceField(choices=[("a", "A")], error_messages={"required": "Say where."})
    many = forms.MultipleChoiceField(choices=[("a", "A")])
    box = forms.BooleanField()
    trio = TrioField()


def test_form_speaks_plainly_where_it_has_no_words_of_its_own() -> None:
    assert Choices({}, now=NOW).errors == {
        "one": ["Pick one."],
        "own": ["Say where."],
        "many": ["Pick at least one."],
        "box": ["Tick the box to go on."],
        "trio": ["Pick an answer. “Not sure” is fine."],
    }


def test_form_does_not_repeat_a_tampered_choice() -> None:
    errors = Choices({"one": "<b>x", "many": ["<b>x"], "trio": "<b>x", "own": "a", "box": "on"}, now=NOW).errors
    assert errors == {
        "one": ["Pick one from the list."],
        "many": ["Pick from the list."],
        "trio": ["Pick one of the answers."],
    }
