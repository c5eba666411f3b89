"""Form fields, widgets and the base form of all patient pages; rendered by `templates/stridewell/`."""

from clinic.forms.base import PatientForm, Problem
from clinic.forms.choices import Trio, TrioField
from clinic.forms.dates import DateOfBirthField, DatePartsField
from clinic.forms.days import ClockField, DayField
from clinic.forms.fields import EmailAddressField, LineField, NameField, PhoneField, PlainTextField
from clinic.forms.ours import not_ours

__all__ = [
    "ClockField",
    "DateOfBirthField",
    "DatePartsField",
    "DayField",
    "EmailAddressField",
    "LineField",
    "NameField",
    "PatientForm",
    "PhoneField",
    "PlainTextField",
    "Problem",
    "Trio",
    "TrioField",
    "not_ours",
]
