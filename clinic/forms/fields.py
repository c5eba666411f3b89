"""Text fields that refuse what could hurt (NUL, control characters, line breaks in names) with a plain message."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from clinic import phones, plaintext

STRANGE_CHARACTERS = _("Take out the characters that do not print. They often come with copied text.")
TOO_LONG = ngettext_lazy(
    "Use at most %(limit_value)d character. You have %(show_value)d.",
    "Use at most %(limit_value)d characters. You have %(show_value)d.",
    "limit_value",
)


class _TextField(forms.CharField):
    """A CharField that tidies and checks the text before anything else looks at it."""

    default_error_messages = {"required": _("Fill this in."), "strange": STRANGE_CHARACTERS, "max_length": TOO_LONG}
    allow_lines = False

    def to_python(self, value: Any) -> str:
        """Return the tidied text; raise ValidationError `strange` on characters no keyboard makes."""
        text = self.tidy(str(value)) if value is not None else ""
        self.check(text)
        return text if plaintext.has_visible_character(text) else ""

    def tidy(self, text: str) -> str:
        """Return the text as it will be kept."""
        return plaintext.tidy_lines(text) if self.allow_lines else plaintext.tidy_line(text)

    def check(self, text: str) -> None:
        """Raise ValidationError on what this kind of text may not have."""
        if plaintext.has_control_character(text, allow_lines=self.allow_lines):
            raise ValidationError(self.error_messages["strange"], code="strange")


class PlainTextField(_TextField):
    """A few sentences: lines allowed, HTML is only text, LF line ends, at most `max_length` characters."""

    widget = forms.Textarea
    allow_lines = True

    def __init__(self, *, max_length: int = 2000, rows: int = 5, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.widget.attrs.update({"rows": rows, "cols": False})  # the width is the column's

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out maxlength: a browser would cut what is pasted without a word."""
        return {}


class LineField(_TextField):
    """One line of text: an address, a plan's name, a member number."""

    default_error_messages = {"line_break": _("Write this on one line.")}

    def __init__(self, *, max_length: int = 120, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def check(self, text: str) -> None:
        if plaintext.has_line_break(text):
            raise ValidationError(self.error_messages["line_break"], code="line_break")
        super().check(text)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out maxlength: a browser would cut what is pasted without a word."""
        return {}


class NameField(LineField):
    """A person's name in any script, emoji and right-to-left names included; no line breaks, no web addresses.

    Names go into mail headers and letters: a line break would add a header, an address would send advertising.
    """

    default_error_messages = {
        "required": _("Give a name."),
        "line_break": _("Write the name on one line."),
        "address": _("Leave web addresses out of the name."),
    }

    def __init__(self, *, max_length: int = 80, autocomplete: str = "name", **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.widget.attrs.setdefault("autocomplete", autocomplete)
        self.widget.attrs.setdefault("spellcheck", "false")

    def check(self, text: str) -> None:
        super().check(text)
        if plaintext.has_web_address(text):
            raise ValidationError(self.error_messages["address"], code="address")


class PhoneField(LineField):
    """A phone number of any country; cleans to E.164 ("+19075550142"), a number without country code is a US number."""

    widget = forms.TelInput
    default_error_messages = {
        "required": _("Give a phone number."),
        "invalid": _("Give a phone number with 10 digits, like 907-555-0123. From another country, start with +."),
        "paid": _("We cannot call numbers that charge the caller. Give another number."),
        "extension": _("Give a number without an extension, so that a call or a text reaches you."),
    }

    def __init__(self, *, region: str = phones.HOME_REGION, max_length: int = 40, **kwargs: Any) -> None:
        self.region = region
        super().__init__(max_length=max_length, **kwargs)
        for name, value in (("autocomplete", "tel"), ("class", "short")):
            self.widget.attrs.setdefault(name, value)

    def clean(self, value: Any) -> str:
        """Return E.164; raise ValidationError `invalid`, `paid` or `extension`."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return phones.read(text, self.region)
        except phones.PaidNumber as error:
            raise ValidationError(self.error_messages["paid"], code="paid") from error
        except phones.HasExtension as error:
            raise ValidationError(self.error_messages["extension"], code="extension") from error
        except phones.NotAPhoneNumber as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Say whether another number was typed; the same one written otherwise is no change."""
        try:
            return bool(self.clean(data) != (initial or ""))
        except ValidationError:
            return True

    def prepare_value(self, value: Any) -> Any:
        """Show a number we kept as people write it; what was just typed stays as it was typed."""
        return phones.show(value, self.region) if isinstance(value, str) and value.startswith("+") else value


class EmailAddressField(LineField):
    """An e-mail address; one message whatever is wrong with it."""

    widget = forms.EmailInput
    default_error_messages = {
        "required": _("Give an e-mail address."),
        "invalid": _("Give an e-mail address like name@example.com."),
    }

    def __init__(self, *, max_length: int = 254, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.widget.attrs.setdefault("autocomplete", "email")
        self.widget.attrs.setdefault("spellcheck", "false")

    def clean(self, value: Any) -> str:
        """Return the address with its host in lower case and in ASCII; raise ValidationError `invalid`.

        Databases find addresses without regard to case, and in capitals an i without its dot is an I, as in
        icloud.com: whoever owns the host without the dot would get the letters of somebody at the other. Mail goes to the ASCII form of it anyway.
        """
        text = super().clean(value)
        if not text:
            return ""
        local, _at, host = text.rpartition("@")
        try:
            validate_email(text)
            address = f"{local}@{punycode(host).lower()}"
            address.encode("ascii")
        except (ValidationError, UnicodeError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        return address
