"""The forms of choosing, booking, cancelling, and finding a visit again."""

from datetime import datetime
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from booking import zones
from booking.choices import ELSEWHERE, Choice, licensed_states
from booking.terms import Terms
from clinic import sms
from clinic.forms import DateOfBirthField, EmailAddressField, LineField, PatientForm, PhoneField, PlainTextField
from clinic.models import Mode
from clinic.states import STATES
from clinic.wording import zone_words


def _privacy_label() -> SafeString:
    words = gettext("I have read the {link}, and I know how to move or cancel")
    link = format_html('<a href="{}">{}</a>', reverse("privacy"), gettext("privacy notice"))
    return format_html(words, link=link)


class AreaForm(forms.Form):
    """Where a home visit would be: the postal code decides whether we come."""

    use_required_attribute = False
    zip = LineField(
        label=_("ZIP code of your home"),
        max_length=10,
        error_messages={"required": _("Give the ZIP code of your home.")},
    )

    def __init__(self, *args: Any, choice: Choice, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.choice = choice
        attributes = {"autocomplete": "postal-code", "inputmode": "numeric", "class": "short"}
        self.fields["zip"].widget.attrs.update(attributes)

    def clean_zip(self) -> str:
        """Refuse what is no postal code, and one where we do not go."""
        if not self.choice.postal_code:
            raise ValidationError(_("Give a ZIP code with 5 digits."), code="invalid")
        if self.choice.area is None:
            raise ValidationError(_("We do not make home visits at that ZIP code."), code="outside")
        return self.choice.postal_code

    @property
    def outside(self) -> bool:
        """Say whether it is a postal code where we do not go."""
        return self.is_bound and self.has_error("zip", "outside")


class PlaceForm(forms.Form):
    """Where the patient will be during a visit by video: a license holds for a state, and clocks differ."""

    use_required_attribute = False
    state = forms.ChoiceField(
        label=_("Where will you be during the visit?"),
        help_text=_("We may treat you by video only where we hold a license."),
        error_messages={"required": _("Pick the state."), "invalid_choice": _("Pick the state from the list.")},
    )
    zone = forms.ChoiceField(
        label=_("Your time zone"),
        required=False,
        error_messages={"invalid_choice": _("Pick the time zone from the list.")},
    )

    def __init__(self, *args: Any, choice: Choice, now: datetime, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        if self.is_bound and choice.complete and not self.data.get("zone"):
            # The usual one was asked for: shown by its name, or the next press would send the first of the list.
            self.data = {**self.data.dict(), "zone": choice.zone}  # type: ignore[attr-defined]
        states = [("", _("Pick a state")), *((code, STATES.get(code, code)) for code in licensed_states(now))]
        listed = zones.CHOICES if choice.zone in zones.CHOICES else (choice.zone, *zones.CHOICES)
        usual = [("", _("The usual one there"))] if not choice.complete else []
        self.fields["state"].choices = [*states, (ELSEWHERE, _("Another place"))]  # type: ignore[attr-defined]
        self.fields["zone"].choices = [*usual, *((name, zone_words(name)) for name in listed)]  # type: ignore[attr-defined]
        self.fields["zone"].mark_optional = False  # type: ignore[attr-defined]
        self.fields["state"].widget.attrs.update({"autocomplete": "address-level1", "class": "short"})
        self.fields["zone"].widget.attrs["class"] = "short"


class BookForm(PatientForm):
    """The last page before a visit is booked: what the mode still needs to know, and what the patient agrees to."""

    # What is kept for the next try when the time is lost meanwhile.
    TYPED = ("street", "city", "access_notes")

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
        label=_("I agree to a visit by video. I will be in the place I gave. A minor will have an adult in the room."),
        error_messages={"required": _("Tick this box to have a visit by video.")},
    )
    late = forms.BooleanField(
        label=_("I agree to what cancelling late or not coming costs, as it says above"),
        error_messages={"required": _("Read what cancelling late or not coming costs, and tick this box.")},
    )
    agree = forms.BooleanField(
        label=lazy(_privacy_label, SafeString)(),
        error_messages={"required": _("Tick this box to book.")},
    )

    def __init__(self, *args: Any, choice: Choice, terms: Terms | None = None, **kwargs: Any) -> None:
        self.choice, self.terms = choice, terms
        super().__init__(*args, **kwargs)
        if terms is None:
            del self.fields["late"]
        elif self.is_bound and self.data.get("rule") != terms.version:
            # The rule was changed since the page was shown: what was ticked were other words.
            self.data = {name: value for name, value in self.data.items() if name != "late"}
        if choice.mode != Mode.MOBILE:
            for name in self.TYPED:
                del self.fields[name]
        else:
            self.fields["street"].widget.attrs["autocomplete"] = "street-address"
            self.fields["city"].widget.attrs["autocomplete"] = "address-level2"
        if choice.mode != Mode.TELEHEALTH:
            del self.fields["telehealth"]

    def layout(self) -> Layout:
        """Ask for the address first, then what is agreed to."""
        agreed = Fieldset(
            _("Before you book"), *(name for name in ("telehealth", "late", "agree") if name in self.fields)
        )
        if self.choice.mode == Mode.MOBILE:
            return Layout(Fieldset(_("Where do we come?"), *self.TYPED), agreed)
        return Layout(agreed)

    @property
    def address(self) -> str:
        """Return the address of a home visit on one line, or ""."""
        given = self.cleaned_data
        if self.choice.mode != Mode.MOBILE:
            return ""
        return f"{given['street']}, {given['city']} {self.choice.postal_code}"


class ModeForm(BookForm):
    """What another way to meet still needs to know, before a visit is changed."""

    def __init__(self, *args: Any, choice: Choice, **kwargs: Any) -> None:
        super().__init__(*args, choice=choice, **kwargs)
        del self.fields["agree"]

    def layout(self) -> Layout:
        """Ask for the address, or for the consent to a visit by video; at the clinic for nothing."""
        if self.choice.mode == Mode.MOBILE:
            return Layout(Fieldset(_("Where do we come?"), *self.TYPED))
        if self.choice.mode == Mode.TELEHEALTH:
            return Layout(Fieldset(_("Before we meet by video"), "telehealth"))
        return Layout()


class CancelForm(PatientForm):
    """Cancel a visit; the reason helps us and may be left out."""

    reason = LineField(label=_("Why?"), help_text=_("A few words, if you like."), required=False, max_length=120)


class FindForm(PatientForm):
    """Find one's visits again: an address that we have, and the date of birth."""

    contact = LineField(
        label=_("Your e-mail or phone number"),
        help_text=_("The one that you gave us."),
        max_length=254,
        error_messages={"required": _("Give your e-mail or phone number.")},
    )
    birth_date = DateOfBirthField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].widget.attrs.update({"autocomplete": "email", "spellcheck": "false"})

    def clean_contact(self) -> str:
        """Return an e-mail address, or a phone number in E.164."""
        text: str = self.cleaned_data["contact"]
        if "@" not in text and not sms.has_route():
            raise ValidationError(_("We cannot send texts. Give your e-mail, or call us."))
        return str((EmailAddressField() if "@" in text else PhoneField()).clean(text))
