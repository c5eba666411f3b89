"""The form of a free guide."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms import EmailAddressField, PatientForm


class GuideForm(PatientForm):
    """Where to send the guide; news is a wish of its own."""

    email = EmailAddressField(label=_("E-mail"), help_text=_("We send the link to the guide to this address."))
    marketing = forms.BooleanField(
        label=_("Also send me news and new guides, at most once a month. I can stop it at any time."), required=False
    )
