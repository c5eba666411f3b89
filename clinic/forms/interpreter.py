"""The form of those who need an interpreter: as little as a call takes."""

from django.utils.translation import gettext_lazy as _

from clinic.forms.base import PatientForm
from clinic.forms.fields import LineField, NameField, PhoneField


class InterpreterForm(PatientForm):
    """Language, name and phone."""

    language = LineField(
        label=_("Your language"),
        help_text=_("For example Spanish, Tagalog, Korean, Samoan, Yup’ik, or American Sign Language."),
        max_length=60,
        error_messages={"required": _("Tell us your language.")},
    )
    name = NameField(label=_("Your name"))
    phone = PhoneField(label=_("Phone number"))
