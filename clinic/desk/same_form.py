"""What of two records of one person is kept, chosen line by line."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic import phones
from clinic.merging import CHOICES
from clinic.models import Patient

KEPT, GONE = "kept", "gone"


class MergeForm(forms.Form):
    """One question for each thing that the two records say differently; what only one of them says is kept."""

    sure = forms.BooleanField(
        label=gettext_lazy("I have made sure that this is one person."),
        error_messages={"required": gettext_lazy("These records have too little in common. Make sure, then say so.")},
    )

    def __init__(self, *args: Any, kept: Patient, gone: Patient, in_common: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if in_common:
            del self.fields["sure"]
        for choice in CHOICES:
            mine, theirs = said(kept, choice), said(gone, choice)
            if mine and theirs and mine != theirs:
                self.fields[choice] = forms.ChoiceField(
                    label=label_of(choice),
                    choices=[(KEPT, mine), (GONE, theirs)],
                    widget=forms.RadioSelect,
                    initial=KEPT,
                    error_messages={"required": _("Say which of the two is right."), "invalid_choice": _("Pick one.")},
                )
        self.order_fields([*CHOICES, "sure"])
        self._filled = [choice for choice in CHOICES if said(gone, choice) and not said(kept, choice)]

    @property
    def choices(self) -> list[Any]:
        """Return the questions, as bound fields."""
        return [self[name] for name in self.fields if name in CHOICES]

    @property
    def take(self) -> list[str]:
        """Return what the record that is kept takes over from the other."""
        return [*self._filled, *(name for name in CHOICES if self.cleaned_data.get(name) == GONE)]


def label_of(choice: str) -> str:
    """Return the name of a line."""
    return str(Patient._meta.get_field(choice).verbose_name)  # type: ignore[union-attr]


def said(patient: Patient, choice: str) -> str:
    """Return what a record says in a line, in words; "" for nothing."""
    if choice == "birth_date":
        return dateformat.format(patient.birth_date, "j M Y")
    if choice == "emergency_name":
        return patient.emergency_name  # enough to choose by
    if choice == "prefers":
        return patient.get_prefers_display()
    if choice == "phone":
        texts = _("%(phone)s (texts are fine)") if patient.texts_ok else "%(phone)s"
        return texts % {"phone": phones.show(patient.phone)} if patient.phone else ""
    parts = [getattr(patient, field) for field in CHOICES[choice]]
    if choice == "language":
        return str(dict(settings.LANGUAGES).get(patient.language, patient.language))
    if choice == "spoken_language":
        parts = [patient.spoken_language, _("interpreter needed") if patient.interpreter else ""]
    return ", ".join(str(part) for part in parts if part)
