"""What a patient says each time they come to a visit by video. Nothing in it is filled in beforehand.

The link to a visit asks for no date of birth, so whoever has it must not read a number or a name that we have.
"""

from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from booking import video
from booking.choices import ELSEWHERE
from booking.models import Appointment
from clinic.forms import LineField, NameField, PatientForm, PhoneField, not_ours
from clinic.states import STATES


class JoinForm(PatientForm):
    """Where the patient is, how to call back, whom to call; for a minor the adult in the room; and consent once."""

    # Watched for words that cannot wait, also when the form is wrong.
    TYPED = ("street", "city", "contact_name", "adult_name")

    street = LineField(
        label=_("Street and number"),
        help_text=_("Or how to find you, if there is none."),
        max_length=120,
        error_messages={"required": _("Give the street and number, or how to find you.")},
    )
    city = LineField(label=_("Town"), max_length=80, error_messages={"required": _("Give the town.")})
    state = forms.ChoiceField(
        label=_("State"),
        help_text=_("We may treat you by video only where we hold a license."),
        error_messages={"required": _("Pick the state."), "invalid_choice": _("Pick the state from the list.")},
    )
    phone = PhoneField(
        label=_("Phone number to call you back"),
        help_text=_("If the video fails, we call this number."),
        error_messages={"required": _("Give a number that we can call during the visit.")},
    )
    contact_name = NameField(
        label=_("Emergency contact: name"),
        autocomplete="off",
        help_text=_("Who should we call if something happens to you?"),
        error_messages={"required": _("Give the name of somebody we may call.")},
    )
    contact_phone = PhoneField(
        label=_("Emergency contact: phone number"),
        error_messages={"required": _("Give the phone number of your emergency contact.")},
    )
    adult_name = NameField(
        label=_("Name of the adult in the room"),
        autocomplete="off",
        error_messages={"required": _("Give the name of the adult who is in the room.")},
    )
    adult_here = forms.BooleanField(
        label=_("An adult is in the room, and stays for the whole visit"),
        error_messages={"required": _("Ask an adult to come into the room, and tick this box.")},
    )
    agree = forms.BooleanField(
        label=_("I agree to a visit by video"),
        help_text=_("The PT sees and hears you and cannot touch you, and may ask you to come in."),
        error_messages={"required": _("Tick this box to have a visit by video.")},
    )

    def __init__(self, *args: Any, visit: Appointment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not video.is_minor(visit):
            del self.fields["adult_name"], self.fields["adult_here"]
        if video.has_agreed(visit):
            del self.fields["agree"]
        states = [("", _("Pick a state")), *STATES.items(), (ELSEWHERE, _("Another country"))]
        self.fields["state"].choices = states  # type: ignore[attr-defined]
        tokens = {"street": "street-address", "city": "address-level2", "state": "address-level1"}
        for name, token in tokens.items():
            self.fields[name].widget.attrs["autocomplete"] = token
        self.fields["state"].widget.attrs["class"] = "short"
        # The browser would offer the patient's own number.
        self.fields["contact_phone"].widget.attrs["autocomplete"] = "off"

    def clean_phone(self) -> str:
        """Refuse our own number."""
        return not_ours(self.cleaned_data["phone"])

    def clean_contact_phone(self) -> str:
        """Refuse our own number here, too."""
        return not_ours(self.cleaned_data["contact_phone"])

    def layout(self) -> Layout:
        """Ask where they are first: that is what help would need."""
        groups = [
            (_("Where are you now?"), ("street", "city", "state")),
            (_("How do we reach you?"), ("phone", "contact_name", "contact_phone")),
            (_("Under 18: an adult has to be there"), ("adult_name", "adult_here")),
            (_("Before the first visit by video"), ("agree",)),
        ]
        shown = [(title, [name for name in names if name in self.fields]) for title, names in groups]
        return Layout(*(Fieldset(title, *names) for title, names in shown if names))

    @property
    def address(self) -> str:
        """Return where the patient is, on one line without the state."""
        return f"{self.cleaned_data['street']}, {self.cleaned_data['city']}"

    @property
    def told(self) -> dict[str, Any]:
        """Return what `diary.join` wants to know."""
        given = self.cleaned_data
        return {
            "submission": given["submission"],
            "address": self.address,
            "state": given["state"],
            "phone": given["phone"],
            "contact_name": given["contact_name"],
            "contact_phone": given["contact_phone"],
            "adult_name": given.get("adult_name", ""),
            "agreed": given.get("agree", False),
        }
