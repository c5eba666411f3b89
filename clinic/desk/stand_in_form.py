"""Who is away from duty on which days, and who instead."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.forms import DayField
from clinic.models import DutyShift, User
from clinic.models.stand_ins import LONGEST

PICK = {"required": gettext_lazy("Pick who."), "invalid_choice": gettext_lazy("Pick one of the list.")}


class StandInForm(forms.Form):
    """Whole days, on the clinic's calendar."""

    use_required_attribute = False
    user = forms.ModelChoiceField(
        label=gettext_lazy("Who is away"), queryset=User.objects.none(), empty_label="–", error_messages=PICK
    )
    first_day = DayField(label=gettext_lazy("From"))
    last_day = DayField(label=gettext_lazy("Until"), required=False, help_text=gettext_lazy("Empty: that one day."))
    instead = forms.ModelChoiceField(
        label=gettext_lazy("Who instead"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody"),
        error_messages=PICK,
    )

    def __init__(self, data: Any = None, *, shifts: Sequence[DutyShift], people: Sequence[User], today: date) -> None:
        super().__init__(data, label_suffix="", prefix="away")
        self.shifts, self.today = shifts, today
        rostered = list(dict.fromkeys(shift.user for shift in shifts))
        for name, some in (("user", rostered), ("instead", people)):
            field: Any = self.fields[name]
            field.queryset = User.objects.filter(pk__in=[one.pk for one in some])
            field.choices = [("", field.empty_label), *((one.pk, one.display_name) for one in some)]

    def clean(self) -> dict[str, Any]:
        """Ask for days that are to come, on which the person is on duty, and for somebody else."""
        given = super().clean() or self.cleaned_data
        user, first, instead = given.get("user"), given.get("first_day"), given.get("instead")
        if "last_day" in given:
            given["last_day"] = given["last_day"] or first
        last = given.get("last_day")
        if user and user == instead:
            self.add_error("instead", _("Pick somebody else, or nobody."))
        if not first or not last:
            return given
        if last < first:
            self.add_error("last_day", _("The last day must not be before the first."))
        elif last < self.today:
            self.add_error("first_day", _("These days are over."))
        elif last - first >= LONGEST or (first - self.today) > LONGEST:
            self.add_error("last_day", _("At most a year at once, and a year ahead."))
        elif user and not self._on_duty(user, first, last):
            self.add_error("user", _("%(name)s is not on the roster on these days.") % {"name": user.display_name})
        return given

    def _on_duty(self, user: User, first: date, last: date) -> bool:
        days = {date.fromordinal(first.toordinal() + n).weekday() for n in range(min((last - first).days + 1, 7))}
        return any(shift.user == user and shift.weekday in days for shift in self.shifts)
