"""The form of words that staff write to a patient."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clinic import writing
from clinic.forms import PlainTextField
from clinic.models import Message

# An e-mail that is longer is a letter.
LONGEST = 1000


class WriteForm(forms.Form):
    """By which ways, and what."""

    use_required_attribute = False
    submission = forms.UUIDField(widget=forms.HiddenInput)
    channels = forms.MultipleChoiceField(
        label=_("How?"),
        choices=Message.Channel,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Pick how to send it."),
            "invalid_choice": _("They cannot be written to that way."),
        },
    )
    words = PlainTextField(
        label=_("What do you write?"),
        max_length=LONGEST,
        help_text=_("Nothing about health: others may read it on a lock screen. Our name is added."),
        error_messages={"required": _("Write something.")},
    )

    def __init__(self, data: Any = None, *, ways: dict[str, str], language: str) -> None:
        # A text is read at once, and what the desk writes from the board cannot wait.
        first = Message.Channel.SMS if Message.Channel.SMS in ways else Message.Channel.EMAIL
        super().__init__(data, label_suffix="", initial={"submission": uuid.uuid4(), "channels": [first]})
        labels = dict(Message.Channel.choices)
        channels: Any = self.fields["channels"]
        channels.choices = [(channel, f"{str(labels[channel]).capitalize()}: {to}") for channel, to in ways.items()]
        self._language = language

    def clean(self) -> dict[str, Any]:
        """Refuse what is too long for a text message, if it should go as one."""
        given = super().clean() or {}
        words = given.get("words", "")
        if (
            words
            and Message.Channel.SMS in given.get("channels", [])
            and not writing.fits_a_text(words, self._language)
        ):
            self.add_error(
                "words",
                ValidationError(
                    _("Too long for a text message. Say it in about 250 characters, or send an e-mail only.")
                ),
            )
        return given
