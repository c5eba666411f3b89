"""The public holidays on which the clinic, or one location, is closed: boxes to tick."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic import wording
from clinic.public_holidays import Holiday


class HolidayForm(forms.Form):
    """A box for each day that is not closed for another reason."""

    use_required_attribute = False
    # No box ticked and a form cut short look the same but for this field, and the second must open no closed day.
    whole = forms.CharField(
        initial="1",
        widget=forms.HiddenInput,
        error_messages={"required": _("The form did not come whole. Nothing was changed.")},
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Closed on"),
        coerce=date.fromisoformat,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("Pick the days from the list. It may have changed since you opened it."),
            "invalid_list": _("Pick the days from the list."),
        },
    )

    def __init__(self, data: Any = None, *, listed: Sequence[Holiday]) -> None:
        super().__init__(data, label_suffix="", initial={"days": [one.day.isoformat() for one in listed if one.picked]})
        self.listed = listed
        field: Any = self.fields["days"]
        field.choices = [(one.day.isoformat(), one.name) for one in listed if not one.closed]

    @property
    def years(self) -> list[tuple[int, list[tuple[Holiday, str, Any]]]]:
        """Return the days by year, each with its words and its box; None for a box where it is closed anyway."""
        boxes = {str(box.data["value"]): box for box in self["days"]}
        rows = [(one, wording.day(one.day), boxes.get(one.day.isoformat())) for one in self.listed]
        return [(year, list(group)) for year, group in groupby(rows, key=lambda row: row[0].day.year)]
