"""What a PT decides after a call: the level, and why."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms import PlainTextField
from intake.models import Level


class DecideForm(forms.Form):
    """The level that counts from now on."""

    use_required_attribute = False
    level = forms.ChoiceField(
        label=_("Level after your call"),
        choices=Level.choices,
        error_messages={"required": _("Pick a level."), "invalid_choice": _("Pick one of the levels.")},
    )
    reason = PlainTextField(
        label=_("Why, in a sentence or two"),
        max_length=1000,
        rows=2,
        error_messages={"required": _("Say why.")},
    )

    def __init__(self, data: Any = None, *, current: str) -> None:
        super().__init__(data, label_suffix="", initial={"level": current})
