"""Yes, no, not sure: three large buttons in a row instead of a list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

YES_NO_NOT_SURE = [("yes", _("Yes")), ("no", _("No")), ("not_sure", _("Not sure"))]


class Trio(forms.RadioSelect):
    """Radio buttons drawn as one row; for two or three short answers."""


class TrioField(forms.ChoiceField):
    """A question with the answers yes, no and not sure; cleans to "yes", "no", "not_sure", or "" when skipped."""

    widget = Trio
    default_error_messages = {
        "required": _("Pick an answer. “Not sure” is fine."),
        "invalid_choice": _("Pick one of the answers."),
    }

    def __init__(self, *, choices: Any = YES_NO_NOT_SURE, **kwargs: Any) -> None:
        super().__init__(choices=choices, **kwargs)
