"""The question behind some links: the date of birth of the patient."""

from clinic.forms.base import PatientForm
from clinic.forms.dates import DateOfBirthField


class BirthDateForm(PatientForm):
    """Asks for the date of birth before a page with somebody's data is shown."""

    birth_date = DateOfBirthField()
