"""The short code that the front desk gives."""

from django.utils.translation import gettext_lazy as _

from clinic.forms import LineField, PatientForm

MOST = 20  # letters: six, and whatever people put between them


class CodeForm(PatientForm):
    """Asks for the code."""

    code = LineField(
        label=_("Code from the front desk"),
        max_length=MOST,
        help_text=_("Six letters and digits. Large or small, it is the same."),
        error_messages={"required": _("Type the code that the front desk gave you.")},
    )
