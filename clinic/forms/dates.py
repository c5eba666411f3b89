"""Dates typed in three boxes: quicker and safer than a calendar for a date of birth."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import gettext_lazy as _

PARTS = ("month", "day", "year")
_LABELS = {"month": _("Month"), "day": _("Day"), "year": _("Year")}


@dataclass(frozen=True)
class Part:
    """One of the three boxes, ready for the template."""

    part: str
    label: str
    name: str
    id: str
    value: str
    autocomplete: str
    wrong: bool


class DatePartsWidget(forms.MultiWidget):
    """Three text inputs named `<name>_month`, `<name>_day` and `<name>_year`."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({part: forms.TextInput() for part in PARTS}, attrs)

    def decompress(self, value: Any) -> list[str]:
        if isinstance(value, dt.date):
            return [str(value.month), str(value.day), str(value.year)]
        return ["", "", ""]

    def id_for_label(self, id_: str) -> str:
        """Return the first box's id: a label or an error link leads there."""
        return f"{id_}_{PARTS[0]}" if id_ else ""


class DatePartsBoundField(BoundField):
    """A bound date field that knows its three boxes and which of them are wrong."""

    @property
    def parts(self) -> list[Part]:
        """Return the boxes in the order they are shown, with what was typed in them."""
        value = self.value()
        typed = value if isinstance(value, list) else self.field.widget.decompress(value)
        wrong = self.wrong_parts
        tokens: dict[str, str] = getattr(self.field, "autocomplete", {})
        return [
            Part(
                part=part,
                label=str(_LABELS[part]),
                name=f"{self.html_name}_{part}",
                id=f"{self.auto_id}_{part}" if self.auto_id else "",
                value=typed[index] or "",
                autocomplete=tokens.get(part, ""),
                wrong=part in wrong,
            )
            for index, part in enumerate(PARTS)
        ]

    @property
    def wrong_parts(self) -> tuple[str, ...]:
        """Return the names of the boxes that the first error is about; all of them when it does not say."""
        errors = self.errors.as_data()
        if not errors:
            return ()
        named: tuple[str, ...] = (errors[0].params or {}).get("parts", PARTS)
        return named

    @property
    def focus_id(self) -> str:
        """Return the id of the box that an error link leads to."""
        wrong = self.wrong_parts
        return f"{self.auto_id}_{wrong[0] if wrong else PARTS[0]}"


class DatePartsField(forms.Field):
    """A date in three boxes; the month may be a number or a name. Cleans to a `date`, or None when left empty.

    `earliest` and `latest` are the first and last day accepted; each has its own message.
    """

    widget = DatePartsWidget
    autocomplete: dict[str, str] = {}
    default_error_messages = {
        "required": _("Give the date."),
        "missing_month": _("Add the month."),
        "missing_day": _("Add the day."),
        "missing_year": _("Add the year."),
        "month": _("Give the month as a number from 1 to 12, or its name."),
        "day": _("Give the day as a number from 1 to 31."),
        "year": _("Give the year with four digits, like 1984."),
        "no_such_day": _("That month does not have that many days. Check the day and the month."),
        "early": _("That date is too long ago. Check the year."),
        "late": _("That date is too far ahead. Check the year."),
    }

    def __init__(self, *, earliest: dt.date | None = None, latest: dt.date | None = None, **kwargs: Any) -> None:
        self.earliest = earliest
        self.latest = latest
        super().__init__(**kwargs)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> DatePartsBoundField:
        return DatePartsBoundField(form, self, field_name)

    def to_python(self, value: Any) -> dt.date | None:
        """Return the date; raise ValidationError that names the boxes to mend in `params["parts"]`."""
        if isinstance(value, dt.date) or not value:
            return value or None
        typed = dict(zip(PARTS, (str(part or "").strip() for part in value), strict=True))
        missing = tuple(part for part in PARTS if not typed[part])
        if len(missing) == len(PARTS):
            return None
        if missing:
            raise self._error(f"missing_{missing[0]}", *missing)
        month, day, year = _month(typed["month"]), _number(typed["day"], 2), _number(typed["year"], 4)
        if month is None:
            raise self._error("month", "month")
        if day is None or not 1 <= day <= 31:
            raise self._error("day", "day")
        if year is None or year < 1000:
            raise self._error("year", "year")
        try:
            return dt.date(year, month, day)
        except ValueError as error:
            raise self._error("no_such_day", "day", "month") from error

    def validate(self, value: dt.date | None) -> None:
        super().validate(value)
        if value is None:
            return
        if self.earliest and value < self.earliest:
            raise self._error("early", "year")
        if self.latest and value > self.latest:
            raise self._error("late", "year")

    def _error(self, code: str, *parts: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params={"parts": parts})


class DateOfBirthField(DatePartsField):
    """A date of birth: from 1900 to today. PatientForm sets `latest` from the request's `now`."""

    autocomplete = {"month": "bday-month", "day": "bday-day", "year": "bday-year"}
    default_error_messages = {
        "required": _("Give the date of birth."),
        "early": _("Check the year of birth. It is before 1900."),
        "late": _("That date is in the future. Check the date of birth."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Date of birth"))
        kwargs.setdefault("help_text", _("For example, March 14 1984."))
        super().__init__(earliest=dt.date(1900, 1, 1), **kwargs)

    def validate(self, value: dt.date | None) -> None:
        if self.latest is None and value is not None and value > timezone.localdate():
            raise self._error("late", "month", "day", "year")
        super().validate(value)


def _number(text: str, most_digits: int) -> int | None:
    """Read a whole number in any script's digits; None for anything else or for more than `most_digits`."""
    return int(text) if text.isdecimal() and len(text) <= most_digits else None


def _month(text: str) -> int | None:
    """Read a month as a number or a name ("3", "Mar", "march") in the language of the page."""
    number = _number(text, 2)
    if number is not None:
        return number if 1 <= number <= 12 else None
    wanted = text.casefold().rstrip(".")
    for names in (MONTHS, MONTHS_3):
        for index, name in names.items():
            if str(name).casefold() == wanted:
                return index
    return None
