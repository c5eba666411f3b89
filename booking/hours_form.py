"""The forms of working hours: weekly, on one date, and of everybody; and that nobody works twice at one time."""

from itertools import combinations
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.models import WorkingHours
from clinic import wording
from clinic.models import Mode

_TIMES = ["starts", "ends", "break_starts", "break_ends", "location", "modes"]


class HoursForm(forms.ModelForm):
    """A stretch of work, the modes as boxes to tick."""

    modes = forms.MultipleChoiceField(
        label=gettext_lazy("Modes"), choices=Mode.choices, widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, Any]:
        """Refuse half a break with a word of its own."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        rests, resumes = cleaned.get("break_starts"), cleaned.get("break_ends")
        for name, missing, there in (("break_starts", rests, resumes), ("break_ends", resumes, rests)):
            if missing is None and there is not None and name not in self.errors:
                self.add_error(name, _("A break needs its beginning and its end."))
        return cleaned


class WeeklyForm(HoursForm):
    """A stretch of a weekday."""

    class Meta:
        """Without the date."""

        model = WorkingHours
        fields = ["weekday", *_TIMES, "valid_from", "valid_until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weekday"].required = True


class DateForm(HoursForm):
    """A stretch of one date, which stands instead of the weekly hours."""

    class Meta:
        """Without the day of the week."""

        model = WorkingHours
        fields = ["on_date", *_TIMES]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on_date"].required = True


class AnyHoursForm(HoursForm):
    """A stretch of anybody, of a weekday or of a date, against all others of that person."""

    class Meta:
        """All fields."""

        model = WorkingHours
        fields = ["practitioner", "weekday", "on_date", *_TIMES, "valid_from", "valid_until"]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        row = self.instance
        if self.errors:
            return
        others = WorkingHours.objects.filter(practitioner=row.practitioner, weekday=row.weekday, on_date=row.on_date)
        for other in others.exclude(pk=row.pk).select_related("location"):
            if row.clashes_with(other):
                self.add_error("starts", overlap_words(other))


class OneAtATime:
    """Mix in before a formset of one person's hours: no two stretches at one time."""

    def clean(self: Any) -> None:
        """Compare each stretch with those before it."""
        super().clean()  # type: ignore[misc]
        rows = [form for form in self.forms if _counts(form) and not self._should_delete_form(form)]
        for first, second in combinations(rows, 2):
            if not second.errors and first.instance.clashes_with(second.instance):
                second.add_error("starts", overlap_words(first.instance))


def overlap_words(other: WorkingHours) -> str:
    """Say which stretch is in the way: "Overlaps with Monday, 8 am to noon, Midtown clinic."."""
    day = wording.day(other.on_date) if other.on_date else other.get_weekday_display()
    facts = {"day": day, "hours": wording.hours(other.starts, other.ends), "place": other.location}
    return _("Overlaps with %(day)s, %(hours)s, %(place)s. Nobody works twice at one time.") % facts


def _counts(form: forms.ModelForm) -> bool:
    """Say whether a row has all it needs to be compared; an empty extra row has not."""
    return form.is_valid() and (form.has_changed() or form.instance.pk is not None)
