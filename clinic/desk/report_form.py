"""The days that reports and lists are about: from and to, or one of a few usual stretches."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic import periods
from clinic.forms import DayField
from clinic.periods import Period


class PeriodForm(forms.Form):
    """Two days; without them the last four weeks."""

    use_required_attribute = False
    first = DayField(label=gettext_lazy("From"))
    last = DayField(label=gettext_lazy("To"))

    def __init__(self, data: Any, *, today: date, zone: str, most_days: int) -> None:
        self.today, self.zone, self.most_days = today, zone, most_days
        usual = periods.last_days(today, 28, zone)
        asked = {name: data.get(name, "") for name in ("first", "last")}
        usual_days = {"first": usual.first.isoformat(), "last": usual.last.isoformat()}
        super().__init__(asked if any(asked.values()) else usual_days, label_suffix="")

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, years nobody means, and more days at once than a page can count."""
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last:
            if last < first:
                self.add_error("last", _("The last day must not be before the first."))
            elif first < periods.FIRST_DAY or last > periods.LAST_DAY:
                self.add_error("first", _("Give a year from 2000 to 2100."))
            elif (last - first).days >= self.most_days:
                self.add_error("last", _("At most %(days)d days at once.") % {"days": self.most_days})
        return data

    @property
    def period(self) -> Period:
        """Return the days; only for a valid form."""
        return Period(self.cleaned_data["first"], self.cleaned_data["last"], self.zone)

    @property
    def usual(self) -> list[tuple[str, Period]]:
        """Return stretches that are asked for often, with their names."""
        today, zone = self.today, self.zone
        return [
            (_("Last 7 days"), periods.last_days(today, 7, zone)),
            (_("Last 4 weeks"), periods.last_days(today, 28, zone)),
            (_("Last month"), periods.last_month(today, zone)),
            (_("Last quarter"), periods.last_quarter(today, zone)),
        ]
