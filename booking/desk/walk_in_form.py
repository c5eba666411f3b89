"""Who walked in, and who sees them when: the form of the walk-in page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.desk.book_form import BookForm
from booking.desk.caller import Caller
from booking.desk.in_the_way import Way
from clinic.desk.pages import read_uid
from clinic.models import Location, Mode, Patient, Service, ServiceMode


class AskForm(forms.Form):
    """What they come for, and where: from the address, which may be nonsense. Without an answer the first of each."""

    use_required_attribute = False
    service = forms.ModelChoiceField(
        label=_("Service"), queryset=Service.objects.none(), to_field_name="uid", required=False, empty_label=None
    )
    location = forms.ModelChoiceField(
        label=_("Where"), queryset=Location.objects.none(), to_field_name="uid", required=False, empty_label=None
    )

    def __init__(self, data: Mapping[str, str]) -> None:
        offered = ServiceMode.objects.filter(mode=Mode.IN_CLINIC, active=True)
        services = Service.objects.filter(active=True, modes__in=offered).distinct()
        places = Location.objects.filter(active=True)
        self.chosen_service = services.filter(uid=read_uid(data.get("service", ""))).first() or services.first()
        self.chosen_place = places.filter(uid=read_uid(data.get("location", ""))).first() or places.first()
        chosen = {"service": self.chosen_service, "location": self.chosen_place}
        super().__init__(label_suffix="", initial={name: row.uid for name, row in chosen.items() if row})
        self.fields["service"].queryset = services  # type: ignore[attr-defined]
        self.fields["location"].queryset = places  # type: ignore[attr-defined]


class WalkInForm(BookForm):
    """The contact data of somebody new, and a choice of who sees them when."""

    slot = forms.ChoiceField(
        label=_("Who sees them, and when"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick who sees them."), "invalid_choice": _("Pick who sees them.")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        patient: Patient | None,
        choices: Sequence[tuple[str, str]],
        unscreened: bool,
        ways: Sequence[Way] = (),
        now: datetime,
    ) -> None:
        super().__init__(
            data, caller=Caller(patient=patient), mode=Mode.IN_CLINIC, unscreened=unscreened, ways=ways, now=now
        )
        self.fields["slot"].choices = list(choices)  # type: ignore[attr-defined]
        if choices:
            self.initial["slot"] = choices[0][0]
        if "invite" in self.fields:
            self.fields["invite"].label = _("Send the questions by link now. Until they are answered a call is open.")
