"""Another way for a visit, as heard on the phone: which way and where; and what a visit at home or by video needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import zones
from booking.desk.in_the_way import Way
from booking.desk.over_form import OverForm
from booking.models import Appointment
from clinic.forms import LineField, PlainTextField
from clinic.models import Location, Mode, Practitioner
from clinic.wording import zone_words


class WhereForm(forms.Form):
    """Which way, and where. All of it comes from the address; without a way it takes the first other one."""

    use_required_attribute = False
    mode = forms.ChoiceField(label=_("How"))
    state = forms.ChoiceField(label=_("State they will be in"), required=False)
    postal_code = LineField(label=_("Postal code of the visit"), max_length=12, required=False)
    location = forms.ModelChoiceField(
        label=_("Where"),
        queryset=Location.objects.none(),
        to_field_name="uid",
        required=False,
        empty_label=_("Either"),
    )

    def __init__(self, data: Any, *, visit: Appointment) -> None:
        offered = visit.service.modes.filter(active=True).values_list("mode", flat=True)
        self.modes = [mode for mode in Mode if mode in set(offered) and mode != visit.mode]
        given = {key: value for key, value in data.items() if "\x00" not in value}
        if self.modes and not given.get("mode"):
            given["mode"] = str(self.modes[0])
        super().__init__(given, label_suffix="")
        self.fields["mode"].choices = [(mode.value, mode.label) for mode in self.modes]  # type: ignore[attr-defined]
        states = Practitioner.objects.filter(active=True, licences__isnull=False).values_list("licences__state")
        names = sorted({row[0] for row in states})
        self.fields["state"].choices = [("", _("Pick one")), *((name, name) for name in names)]  # type: ignore[attr-defined]
        self.fields["location"].queryset = Location.objects.filter(active=True)  # type: ignore[attr-defined]
        needed = {Mode.TELEHEALTH: "state", Mode.MOBILE: "postal_code", Mode.IN_CLINIC: "location"}
        for mode, name in needed.items():
            if given.get("mode") != mode:
                del self.fields[name]

    @property
    def ready(self) -> bool:
        """Say whether enough is known to look: a state for video, a postal code for a visit at home."""
        if not self.is_valid():
            return False
        needed = {Mode.TELEHEALTH: "state", Mode.MOBILE: "postal_code"}.get(self.cleaned_data["mode"])
        return needed is None or bool(self.cleaned_data[needed])

    def value(self, name: str) -> Any:
        """Return what was given for a field, or "" where it was not asked."""
        return self.cleaned_data.get(name) or ""


class ModeForm(OverForm):
    """What another way needs, and the reason where the time breaks a rule."""

    address = PlainTextField(
        label=_("Address of the visit"),
        max_length=300,
        rows=2,
        error_messages={"required": _("Give the address of the visit.")},
    )
    access_notes = PlainTextField(label=_("Gate, pets, parking"), max_length=500, rows=2, required=False)
    time_zone = forms.ChoiceField(label=_("Their time zone"))

    def __init__(self, data: Any = None, *, mode: str, visit: Appointment, ways: Sequence[Way] = ()) -> None:
        super().__init__(data, ways=ways)
        here, known = str(timezone.get_current_timezone()), visit.patient.time_zone
        listed = [zone for zone in (here, known) if zones.is_zone(zone) and zone not in zones.CHOICES]
        names = list(dict.fromkeys([*listed, *zones.CHOICES]))
        self.fields["time_zone"].choices = [(name, zone_words(name)) for name in names]  # type: ignore[attr-defined]
        self.initial["time_zone"] = known if known in names else here
        if mode != Mode.MOBILE:
            del self.fields["address"], self.fields["access_notes"]
        if mode != Mode.TELEHEALTH:
            del self.fields["time_zone"]

    @property
    def asked(self) -> list[forms.BoundField]:
        """Return the fields of the way itself, without those of a rule that is gone over."""
        return [self[name] for name in ("address", "access_notes", "time_zone") if name in self.fields]
