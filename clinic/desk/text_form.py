"""The words of one kind of message, in the parts that a manager may rewrite."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic import own_words
from clinic.forms import LineField, PlainTextField
from clinic.placeholders import BODY, LEAD, SMS, SUBJECT, Wording

_FIELDS: dict[str, Callable[[], forms.Field]] = {
    SUBJECT: lambda: LineField(
        label=gettext_lazy("Subject"),
        max_length=150,
        help_text=gettext_lazy("What and when, never why: other people read it on the lock screen."),
    ),
    LEAD: lambda: LineField(label=gettext_lazy("First line, in large letters"), max_length=150),
    BODY: lambda: PlainTextField(
        label=gettext_lazy("Text"),
        max_length=4000,
        rows=10,
        help_text=gettext_lazy("An empty line begins a paragraph. Lines that begin with “- ” make a list."),
    ),
    SMS: lambda: PlainTextField(
        label=gettext_lazy("Text message"),
        max_length=600,
        rows=4,
        help_text=gettext_lazy("What and when, never why. At most 2 parts, with the link."),
    ),
}


class TextForm(forms.Form):
    """A field for each part; `seen` are the words that were there when these were begun."""

    use_required_attribute = False
    # Whether there is something to be sure of.
    unsure = False
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, own: Wording, channel: str, language: str, words: Any, seen: Any) -> None:
        super().__init__(data, label_suffix="", initial={**words, "seen": seen or ""})
        self.own, self.channel, self.language = own, channel, language
        for part in own.parts(channel):
            field = _FIELDS[part]()
            field.error_messages["required"] = _("Write something here.")
            self.fields[part] = field
        # Asked for only when there is something to be sure of.
        self.fields["sure"] = forms.BooleanField(
            label=_("These words tell nothing of anybody's health here. Keep them."), required=False
        )

    @property
    def parts(self) -> dict[str, str]:
        """Return the words by part; of a form that is not valid, what can be read of them."""
        return {part: self.cleaned_data.get(part, "") for part in self.own.parts(self.channel)}

    @property
    def version(self) -> uuid.UUID | None:
        """Return which words these were begun with; None for the shipped ones."""
        try:
            return uuid.UUID(self.cleaned_data["seen"]) if self.cleaned_data.get("seen") else None
        except ValueError:
            return uuid.UUID(int=0)  # of no row: told as somebody else's change

    @property
    def shown(self) -> list[Any]:
        """Return the fields of the parts, in order."""
        return [self[part] for part in self.own.parts(self.channel)]

    def clean(self) -> dict[str, Any]:
        """Refuse what could not be sent; words that may tell of somebody's health need a second look."""
        given = super().clean() or self.cleaned_data
        if any(part not in given for part in self.own.parts(self.channel)):
            return given
        problems = own_words.problems_of(self.own, channel=self.channel, language=self.language, parts=self.parts)
        for part, words in problems:
            self.add_error(part, words)
        found = own_words.telling(self.parts)
        if found and not problems and not given.get("sure"):
            words = _("Other people may read this: %(words)s. Take it out, or tick the box below.")
            first = SMS if SMS in given else SUBJECT
            self.add_error(first, words % {"words": ", ".join(found)})
            self.unsure = True
        return given
