"""Going over what stands in the way of a time, on purpose: with a reason, after having seen what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from booking.desk.in_the_way import Way
from clinic.forms import LineField

LONGEST_WHY = 120


class OverForm(forms.Form):
    """Asks why, and for a tick where two visits would share a time; asks nothing of a time that breaks no rule.

    The page sends back which rules it showed. What stands in the way since then is shown first: a reason covers only
    what its writer has seen.
    """

    use_required_attribute = False
    # Said when somebody else has taken the time since the page was made.
    gone_words: Promise = _("That time has just gone. Pick one of the nearest below; what you typed is kept.")
    overlap = forms.BooleanField(label=_("They share the time on purpose"), required=False)
    why = LineField(
        label=_("Why do you book over it?"),
        max_length=LONGEST_WHY,
        required=False,
        help_text=_("Kept with the visit, for staff. Nothing about health."),
    )

    def __init__(self, data: Any = None, *, ways: Sequence[Way] = (), **kwargs: Any) -> None:
        self.ways = tuple(ways)
        self.seen = set(str(data.get("seen", "")).split(",")) if data is not None else set()
        super().__init__(data, label_suffix="", **kwargs)
        if not self.ways or self.never:
            del self.fields["why"]
        if self.never or not any(way.clash for way in self.ways):
            del self.fields["overlap"]

    @property
    def never(self) -> bool:
        """Say whether something stands in the way that nobody goes over."""
        return any(way.hard for way in self.ways)

    @property
    def shown(self) -> str:
        """Return which rules the page shows, for a hidden field."""
        return ",".join(way.code for way in self.ways)

    @property
    def news(self) -> tuple[Way, ...]:
        """Return what stands in the way and was not on the page that was sent."""
        return tuple(way for way in self.ways if way.code not in self.seen)

    @property
    def gone(self) -> bool:
        """Say whether somebody else has taken the time since the page was made."""
        return any(way.clash for way in self.news)

    @property
    def override_reason(self) -> str:
        """Return the reason for going over rules; only for a valid form."""
        return self._why if any(not way.clash for way in self.ways) else ""

    @property
    def overlap_reason(self) -> str:
        """Return the reason for sharing a time; only for a valid form."""
        return self._why if self.cleaned_data.get("overlap") else ""

    @property
    def _why(self) -> str:
        return str(self.cleaned_data.get("why", ""))

    def clean(self) -> dict[str, Any]:
        """Ask for the reason, and for the tick; show what is new first."""
        given = super().clean() or self.cleaned_data
        if self.never or self.news:
            self._tell()
        elif self.ways:
            if not given.get("why") and "why" not in self.errors:
                self.add_error("why", _("Say why you book over it."))
            if "overlap" in self.fields and not given.get("overlap"):
                self.add_error("overlap", _("Tick that they share the time, or pick another time."))
        return given

    def _tell(self) -> None:
        if self.gone:
            self.add_error(None, str(self.gone_words))
        for way in self.ways if self.never else self.news:
            if way.hard or not way.clash:
                self.add_error(None, way.words)
