"""What staff say about a level: that it is graver than it stands, or that somebody has cleared the patient."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms import DayField, LineField, PlainTextField
from intake.models import Level

# The gravest first, as the levels stand.
GRAVER = [str(level) for level in Level.values]


class RaiseForm(forms.Form):
    """A graver level than the one that counts, and why. Anybody may raise, without having seen an answer."""

    use_required_attribute = False
    level = forms.ChoiceField(
        label=_("New level"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick a level."), "invalid_choice": _("Pick one of the levels.")},
    )
    reason = PlainTextField(
        label=_("What makes you raise it?"),
        max_length=1000,
        rows=3,
        help_text=_("In the patient's words, if they told you. PTs read it."),
        error_messages={"required": _("Say why.")},
    )

    def __init__(self, data: Any = None, *, current: str) -> None:
        super().__init__(data, label_suffix="")
        graver = set(GRAVER[: GRAVER.index(current)])
        self.fields["level"].choices = [pair for pair in Level.choices if pair[0] in graver]  # type: ignore[attr-defined]


class ClearForm(forms.Form):
    """Who has cleared a patient, when, and what the letter says."""

    use_required_attribute = False
    cleared_by = LineField(
        label=_("Who cleared them"),
        max_length=160,
        help_text=_("Name and role, as on the letter. The patient sees it."),
        error_messages={"required": _("Say who.")},
    )
    cleared_on = DayField(label=_("On which day"))
    letter = PlainTextField(
        label=_("What the letter says, and where it is kept"),
        max_length=4000,
        rows=4,
        help_text=_("For PTs only."),
        error_messages={"required": _("Say what the letter says.")},
    )

    def __init__(self, data: Any = None, *, first_day: date, last_day: date) -> None:
        super().__init__(data, label_suffix="")
        self.first_day, self.last_day = first_day, last_day

    def clean_cleared_on(self) -> date:
        """Refuse a day before the check, and one that is to come."""
        day: date = self.cleaned_data["cleared_on"]
        if day > self.last_day:
            raise forms.ValidationError(_("That day is to come."))
        if day < self.first_day:
            raise forms.ValidationError(_("That is before the check. A clearance answers what the check found."))
        return day
