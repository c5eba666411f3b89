"""The duty roster as rows to type in: a day, a person, from, until, and first or second in line."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.duty import MIDNIGHT, Shift
from clinic.forms import ClockField, Problem
from clinic.models import DutyShift, User
from clinic.models.places import Weekday

# Rows to add at a time; saved, and there are as many again.
EMPTY_ROWS = 4
MOST_ROWS = 140
LINES = [("first", _("First")), ("second", _("Second"))]


class DutyForm(forms.Form):
    """One row. A row without day, person and times is none."""

    use_required_attribute = False
    weekday = forms.TypedChoiceField(
        label=_("Day"), coerce=int, empty_value=None, choices=[("", "–"), *Weekday.choices], required=False
    )
    user = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none(), required=False, empty_label="–")
    starts = ClockField(label=_("From"), required=False)
    ends = ClockField(label=_("Until"), required=False)
    line = forms.ChoiceField(label=_("In line"), choices=LINES, initial="first")
    gone = forms.BooleanField(label=_("Take away"), required=False)

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        users: Any = self.fields["user"]
        users.queryset = User.objects.filter(pk__in=[one.pk for one in people])
        users.choices = [("", "–"), *((one.pk, one.display_name) for one in people)]
        for name in ("user", "weekday"):
            self.fields[name].error_messages["invalid_choice"] = _("Pick one of the list.")

    @property
    def says_nothing(self) -> bool:
        """Say whether the row is empty, or is to go; only after it was looked at."""
        given = self.cleaned_data
        return bool(given.get("gone")) or not any(
            given.get(name) is not None for name in ("weekday", "user", "starts", "ends")
        )

    def clean(self) -> dict[str, Any]:
        """Ask for the whole of a row that was begun; the end is after the start, 0:00 is midnight."""
        given = super().clean() or self.cleaned_data
        if given.get("gone"):
            self.errors.clear()  # whatever it says: it goes
        if given.get("gone") or self.errors or self.says_nothing:
            return given
        for name, message in (
            ("weekday", _("Pick the day.")),
            ("user", _("Pick who.")),
            ("starts", _("Say from when.")),
            ("ends", _("Say until when.")),
        ):
            if given.get(name) is None:
                self.add_error(name, message)
        starts, ends = given.get("starts"), given.get("ends")
        if starts is not None and ends is not None and ends != MIDNIGHT and ends <= starts:
            self.add_error("ends", _("The end must be after the start. 12:00 am is midnight."))
        return given

    @property
    def shift(self) -> Shift:
        """Return the shift of a valid row that says something."""
        given = self.cleaned_data
        return Shift(given["user"], given["weekday"], given["starts"], given["ends"], given["line"] == "second")


if TYPE_CHECKING:
    Rows = forms.BaseFormSet[DutyForm]
else:
    Rows = forms.BaseFormSet


class RosterForms(Rows):
    """All rows; nobody is there twice at one time."""

    def clean(self) -> None:
        """Point at the row that would have somebody there twice: first and second would be one person."""
        if any(self.errors):
            return
        rows = [form for form in self.forms if not form.says_nothing]
        for number, form in enumerate(rows):
            if any(_meet(form.shift, other.shift) for other in rows[:number]):
                form.add_error("user", _("This person is on duty then already, first or second in line."))

    @property
    def shifts(self) -> list[Shift]:
        """Return the roster that was typed; only when valid."""
        return [form.shift for form in self.forms if not form.says_nothing]

    @property
    def problems(self) -> list[Problem]:
        """Return what is wrong, each with the field it is about."""
        found = [Problem(str(message), "") for message in self.non_form_errors()]
        for form in self.forms:
            for name, messages in form.errors.items():
                found += [Problem(str(message), form[name].id_for_label) for message in messages]
        return found


def roster_forms(data: Any, *, shifts: Sequence[DutyShift], people: Sequence[User]) -> RosterForms:
    """Return the rows of a roster and some empty ones, with what was posted if anything was."""
    make = forms.formset_factory(
        DutyForm, formset=RosterForms, extra=EMPTY_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
    )
    initial = [
        {
            "weekday": row.weekday,
            "user": row.user_id,
            "starts": row.starts,
            "ends": row.ends,
            "line": "second" if row.second else "first",
        }
        for row in shifts
    ]
    rows = make(data, initial=initial, form_kwargs={"people": people, "label_suffix": ""}, prefix="row")
    return cast("RosterForms", rows)


def _meet(one: Shift, other: Shift) -> bool:
    if (one.user, one.weekday) != (other.user, other.weekday):
        return False
    return (other.ends == MIDNIGHT or one.starts < other.ends) and (one.ends == MIDNIGHT or other.starts < one.ends)
