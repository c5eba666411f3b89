"""Who is booked for, and what a visit at home or by video needs; as heard on the phone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import zones
from booking.desk.caller import Caller
from booking.desk.in_the_way import Way
from booking.desk.over_form import OverForm
from clinic import sms
from clinic.forms import DayField, EmailAddressField, LineField, NameField, PhoneField, PlainTextField
from clinic.models import Mode
from clinic.wording import zone_words

CONTACT = ("given_name", "family_name", "birth_date", "phone", "email", "texts_ok", "spoken_language", "interpreter")


class BookForm(OverForm):
    """The form of the booking page: contact data of a new person, the place of a visit, and the questions by link."""

    given_name = NameField(label=_("Given name"), error_messages={"required": _("Give the given name.")})
    family_name = NameField(label=_("Family name"), error_messages={"required": _("Give the family name.")})
    birth_date = DayField(
        label=_("Date of birth"),
        error_messages={"required": _("Give the date of birth."), "invalid": _("Give the date of birth.")},
    )
    phone = PhoneField(label=_("Phone"), required=False, help_text=_("This, or an e-mail address."))
    email = EmailAddressField(label=_("E-mail"), required=False)
    texts_ok = forms.BooleanField(label=_("They agree to texts about their visits"), required=False)
    spoken_language = LineField(label=_("Speaks"), max_length=60, required=False)
    interpreter = forms.BooleanField(label=_("Needs an interpreter"), required=False)
    address = PlainTextField(
        label=_("Address of the visit"),
        max_length=300,
        rows=2,
        error_messages={"required": _("Give the address of the visit.")},
    )
    access_notes = PlainTextField(label=_("Gate, pets, parking"), max_length=500, rows=2, required=False)
    time_zone = forms.ChoiceField(label=_("Their time zone"))
    invite = forms.BooleanField(
        label=_("Send the questions by link now. Without answers we call them a day before the visit."),
        required=False,
        initial=True,
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        caller: Caller,
        mode: str,
        unscreened: bool,
        ways: Sequence[Way] = (),
        now: Any,
    ) -> None:
        patient = caller.patient
        self.patient, self.now = patient, now
        super().__init__(data, ways=ways, initial=_initial(caller))
        here, known = str(timezone.get_current_timezone()), patient.time_zone if patient else ""
        listed = [zone for zone in (here, known) if zones.is_zone(zone) and zone not in zones.CHOICES]
        names = list(dict.fromkeys([*listed, *zones.CHOICES]))
        self.fields["time_zone"].choices = [(name, zone_words(name)) for name in names]  # type: ignore[attr-defined]
        self.initial["time_zone"] = known if known in names else here
        if patient is not None:
            self._drop(*CONTACT)
        elif not sms.has_route():
            self._drop("texts_ok")
        if mode != Mode.MOBILE:
            self._drop("address", "access_notes")
        if mode != Mode.TELEHEALTH:
            self._drop("time_zone")
        if not unscreened:
            self._drop("invite")

    def _drop(self, *names: str) -> None:
        for name in names:
            del self.fields[name]

    def clean_birth_date(self) -> date:
        """Refuse a date of birth that cannot be."""
        day: date = self.cleaned_data["birth_date"]
        if day > timezone.localdate(self.now) or day.year < 1900:
            raise ValidationError(_("Check the date of birth."))
        return day

    def clean_submission(self) -> uuid.UUID:
        """Return the form's own id; one that was tampered with counts as a new form."""
        return self.cleaned_data.get("submission") or uuid.uuid4()

    def clean(self) -> dict[str, Any]:
        """Ask for one way to reach a new person."""
        given = super().clean() or self.cleaned_data
        asked = "phone" in self.fields and "phone" not in self.errors and "email" not in self.errors
        if asked and not given.get("phone") and not given.get("email"):
            self.add_error("phone", _("Give a phone number or an e-mail address."))
        if given.get("texts_ok") and not given.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Texts need a phone number."))
        return given

    @property
    def contact(self) -> dict[str, Any]:
        """Return the contact data of a new person; only for a valid form."""
        return {name: self.cleaned_data[name] for name in CONTACT if name in self.fields}


def _initial(caller: Caller) -> dict[str, Any]:
    """Return what a request, or a call, already says, so that nobody types it again."""
    request, call = caller.request, caller.call
    if request is None and call is None:
        return {"submission": uuid.uuid4()}
    # Who only sent a text is called by the number.
    name = "" if any(letter.isdigit() for letter in caller.name) else caller.name.strip()
    given, _blank, family = name.rpartition(" ")
    known = {
        "submission": uuid.uuid4(),
        "given_name": given or family,
        "family_name": family if given else "",
        "phone": caller.phone,
        "email": caller.email,
    }
    if request is None:
        return known
    return known | {
        "texts_ok": request.texts_ok,
        "spoken_language": request.interpreter,
        "interpreter": bool(request.interpreter),
    }
