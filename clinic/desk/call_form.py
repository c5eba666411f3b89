"""How a call went: the outcome, a note, and when to try again."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import opening
from clinic.forms import ClockField, DayField, PlainTextField
from clinic.models import Call

# After these the call stays in the queue; all others finish it.
TRIES = (Call.Outcome.NO_ANSWER, Call.Outcome.VOICEMAIL, Call.Outcome.WRONG_NUMBER)
ENDS = (
    Call.Outcome.BOOKED,
    Call.Outcome.REACHED,
    Call.Outcome.ANSWERED,
    Call.Outcome.DECLINED,
    Call.Outcome.ELSEWHERE,
)
# The call goes to the PTs at once, and needs no next try.
PASSES = (Call.Outcome.PASSED,)
FURTHEST = timedelta(days=60)
AGAIN_MINUTES = 120


def next_try(now: datetime) -> datetime:
    """Propose when to try again: after two more open hours, at the next half hour (clinic's clock)."""
    after = timezone.localtime(opening.due_after(minutes=AGAIN_MINUTES, now=now))
    hour = after.replace(minute=0, second=0, microsecond=0)
    return hour + timedelta(minutes=-(-after.minute // 30) * 30)


class CallForm(forms.Form):
    """What the person who called writes down. `at` is when to try again, aware, or None."""

    use_required_attribute = False
    outcome = forms.ChoiceField(
        label=_("How did it go?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick how it went."), "invalid_choice": _("Pick how it went.")},
    )
    day = DayField(label=_("Try again on"), required=False)
    time = ClockField(label=_("at"), required=False)
    note = PlainTextField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Any = None, *, call: Call, tries_only: bool, now: datetime) -> None:
        super().__init__(data, label_suffix="")
        self.call, self.now = call, now
        passes = () if call.for_pt else PASSES
        outcomes = TRIES if tries_only else (*TRIES, *ENDS, *passes)
        self.fields["outcome"].choices = [(outcome.value, outcome.label) for outcome in outcomes]  # type: ignore[attr-defined]
        proposed = next_try(now)
        self.fields["day"].initial, self.fields["time"].initial = proposed.date(), proposed.time()

    @property
    def keeps_open(self) -> bool:
        """Say whether the call goes back to the queue."""
        return self.cleaned_data["outcome"] in TRIES

    @property
    def passes_on(self) -> bool:
        """Say whether the call goes to the PTs."""
        return self.cleaned_data["outcome"] in PASSES

    def clean(self) -> dict[str, Any]:
        """Ask for the next try where one is needed; it lies ahead, on the clinic's clock."""
        given = super().clean() or self.cleaned_data
        given["at"] = None
        if given.get("outcome") not in TRIES or self.errors:
            return given
        day, at = given.get("day"), given.get("time")
        if not day or not at:
            self.add_error("day" if not day else "time", _("Say when to try again."))
            return given
        today = timezone.localdate(self.now)
        if day > today + FURTHEST:
            self.add_error("day", _("Try again within two months."))
        elif day < today or (tried := timezone.make_aware(datetime.combine(day, at))) <= self.now:
            self.add_error("day", _("The next try must lie ahead."))
        else:
            given["at"] = tried
        return given
