"""The question "why not this time?": a service, how, where, with whom, a day and a time; from the address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.desk.find_form import FindForm
from clinic.forms import ClockField
from clinic.hours import from_wall


class WhyForm(FindForm):
    """The search of the list, for one time of one day. Without a time nothing is asked yet."""

    earliest = latest = days = language = None  # type: ignore[assignment]
    at = ClockField(label=_("Time"), required=False)
    field_order = ("service", "mode", "state", "postal_code", "location", "practitioner", "day", "at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].label = _("Day")

    @property
    def start(self) -> datetime | None:
        """Return the time that is asked about, read from the desk's clock; only for a valid form."""
        day, at = self.cleaned_data.get("day"), self.cleaned_data.get("at")
        if day is None or at is None:
            return None
        return from_wall(str(timezone.get_current_timezone()), day, at.replace(second=0, microsecond=0))

    def clean(self) -> dict[str, Any]:
        """Refuse days that nobody asks about."""
        given = super().clean()
        day = given.get("day")
        if day and day < self.this_day - timedelta(days=366):
            self.add_error("day", _("That is too long ago."))
        return given
