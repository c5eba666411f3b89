"""A day and a time of day as staff pick them, with messages that say what to type where a browser has no picker."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DayField(forms.DateField):
    """A day, drawn with the browser's own calendar."""

    default_error_messages = {
        "required": _("Give the day."),
        "invalid": _("Give the day as year, month and day, such as 2026-11-24."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class ClockField(forms.TimeField):
    """A time of day, drawn with the browser's own clock."""

    default_error_messages = {
        "required": _("Give the time."),
        "invalid": _("Give a time, such as 9:15 or 14:30."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **kwargs)
