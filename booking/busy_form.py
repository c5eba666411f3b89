"""The address of a practitioner's own calendar, as somebody types it in."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.busy import fetching


class OwnCalendarForm(forms.Form):
    """One address; what is no address of the net is refused at once, what does not answer when it is read."""

    use_required_attribute = False
    address = forms.CharField(
        label=gettext_lazy("Address of the calendar"),
        max_length=fetching.MOST_ADDRESS,
        help_text=gettext_lazy("It begins with https:// or webcal:// and mostly ends with .ics."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Paste the address of the calendar.")},
    )

    def clean_address(self) -> str:
        """Return the address as it is fetched."""
        try:
            return fetching.tidy(self.cleaned_data["address"])
        except fetching.BadAddress:
            raise ValidationError(_("Paste an address that begins with https:// or webcal://.")) from None
