"""The forms of booking, moving and cancelling."""

from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from booking.choices import ELSEWHERE, ZONES, Choice, licensed_states
from clinic.forms import LineField, PatientForm, PlainTextField
from clinic.models import Mode
from clinic.wording import zone_words

STATES = {
    "AK": _("Alaska"),
    "CA": _("California"),
    "ID": _("Idaho"),
    "MT": _("Montana"),
    "OR": _("Oregon"),
    "WA": _("Washington"),
}


class AreaForm(forms.Form):
    """Where a home visit would be: the postal code decides whether we come."""

    use_required_attribute = False
    zip = LineField(
        label=_("ZIP code of your home"),
        max_length=10,
        error_messages={"required": _("Give the ZIP code of your home.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["zip"].widget.attrs.update(
            {"autocomplete": "postal-code", "inputmode": "numeric", "class": "short"}
        )


class PlaceForm(forms.Form):
    """Where the patient will be during a visit by video: a license holds for a state, and clocks differ."""

    use_required_attribute = False
    state = forms.ChoiceField(
        label=_("In what state will you be during the visit?"),
        help_text=_("We may only treat you by video where we hold a license."),
        error_messages={"required": _("Say in which state you will be.")},
    )
    zone = forms.ChoiceField(label=_("Your time zone"))

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        states = [(code, STATES.get(code, code)) for code in licensed_states()]
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a state")),
            *states,
            (ELSEWHERE, _("Another place")),
        ]
        zones = ZONES if zone in ZONES else (zone, *ZONES)
        self.fields["zone"].choices = [(name, zone_words(name)) for name in zones]  # type: ignore[attr-defined]
        self.fields["state"].widget.attrs["autocomplete"] = "address-level1"


class BookForm(PatientForm):
    """The last page before a visit is booked: what the mode still needs to know, and what the patient agrees to."""

    street = LineField(
        label=_("Street and number"), max_length=120, error_messages={"required": _("Give the street and number.")}
    )
    city = LineField(label=_("Town"), max_length=80, error_messages={"required": _("Give the town.")})
    access_notes = PlainTextField(
        label=_("Anything we should know to reach you?"),
        help_text=_("A gate code, pets, where to park."),
        required=False,
        max_length=400,
        rows=3,
    )
    telehealth = forms.BooleanField(
        label=_(
            "I agree to a visit by video. I will be in the place I gave, and a minor will have an adult in the room."
        ),
        error_messages={"required": _("Tick this box to have a visit by video.")},
    )
    agree = forms.BooleanField(
        label=_("I have read the privacy notice, and how to move or cancel"),
        error_messages={"required": _("Tick this box to book.")},
    )

    def __init__(self, *args: Any, choice: Choice, **kwargs: Any) -> None:
        self.choice = choice
        super().__init__(*args, **kwargs)
        if choice.mode != Mode.MOBILE:
            for name in ("street", "city", "access_notes"):
                del self.fields[name]
        else:
            self.fields["street"].widget.attrs["autocomplete"] = "street-address"
            self.fields["city"].widget.attrs["autocomplete"] = "address-level2"
        if choice.mode != Mode.TELEHEALTH:
            del self.fields["telehealth"]

    def layout(self) -> Layout:
        """Ask for the address first, then what is agreed to."""
        agreed = Fieldset(_("Before you book"), *(name for name in ("telehealth", "agree") if name in self.fields))
        if self.choice.mode == Mode.MOBILE:
            return Layout(Fieldset(_("Where do we come?"), "street", "city", "access_notes"), agreed)
        return Layout(agreed)

    @property
    def address(self) -> str:
        """Return the address of a home visit on one line, or ""."""
        given = self.cleaned_data
        if self.choice.mode != Mode.MOBILE:
            return ""
        return f"{given['street']}, {given['city']} {self.choice.postal_code}"


class MoveForm(PatientForm):
    """Confirm a new time; it has nothing to type."""


class CancelForm(PatientForm):
    """Cancel a visit; the reason helps us and may be left out."""

    reason = LineField(label=_("Why?"), help_text=_("A few words, if you like."), required=False, max_length=120)
