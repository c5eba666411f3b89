"""The clinic's own phone number, which stands on every page, typed where somebody gives theirs."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic import phones
from clinic.models import Clinic


def not_ours(number: str) -> str:
    """Return a phone number in E.164; raise ValidationError `ours` for our own: nobody could be called back there."""
    if number and phones.show(number) == phones.show(Clinic.get().phone):
        raise ValidationError(_("That is our own number. Give another one."), code="ours")
    return number
