"""What all request forms have: who asks, how to reach them, an interpreter, and consent."""

from typing import Any

from crispy_forms.layout import HTML, Fieldset, Layout
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from clinic import sms
from clinic.forms import EmailAddressField, LineField, NameField, PatientForm, PhoneField, not_ours

# The version of the words beside the two boxes of consent; change it when they change.
CONSENT_VERSION = "contact-1"
# The error summary lists the fields as they stand on the page.
REACH = ("phone", "email")
END = ("interpreter", "spoken", "contact_ok", "texts_ok")


class AskForm(PatientForm):
    """What all request forms have: who, how to reach them, an interpreter, and consent."""

    name = NameField(label=_("Your name"), max_length=120)
    phone = PhoneField(label=_("Phone number"), required=False)
    email = EmailAddressField(
        label=_("E-mail"),
        required=False,
        help_text=_("We send a note that says who answers by when. Nothing about your health."),
    )
    interpreter = forms.BooleanField(label=_("I need an interpreter. It is free."), required=False)
    spoken = LineField(label=_("Language you speak"), max_length=60, required=False)
    contact_ok = forms.BooleanField(
        label=_("Yes, contact me about this request"),
        error_messages={"required": _("Tick the box so that we may contact you.")},
    )
    texts_ok = forms.BooleanField(label=_("You may also send me texts"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sms.has_route():
            del self.fields["texts_ok"]
        self.fields["spoken"].widget.attrs["class"] = "short"
        for name in ("phone", "email", "interpreter"):
            self.fields[name].mark_optional = False  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        """Refuse our own number."""
        return not_ours(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        """Refuse a request that nobody could answer."""
        data = super().clean() or {}
        if missing := self.missing_way(data):
            self.add_error(*missing)
        elif data.get("texts_ok") and not data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Give a phone number for texts, or take the tick for texts away."))
        if data.get("interpreter") and not data.get("spoken") and "spoken" not in self.errors:
            self.add_error("spoken", _("Write which language you speak."))
        return data

    def missing_way(self, data: dict[str, Any]) -> tuple[str, str] | None:
        """Return which field is missing for an answer, and the words that ask for it; None where we can answer."""
        if data.get("phone") or data.get("email") or {"phone", "email"} & set(self.errors):
            return None
        return "phone", str(_("Give a phone number or an e-mail address, so that we can answer."))

    def asked(self) -> dict[str, Any]:
        """Return the cleaned form as arguments of `requests.receive`."""
        data = self.cleaned_data
        return {
            "submission": data["submission"],
            "name": data["name"],
            "phone": data["phone"],
            "email": data["email"],
            # Whoever writes a language without the tick wants an interpreter all the same.
            "interpreter": data["spoken"],
            "texts_ok": data.get("texts_ok", False),
            "text": data["text"],
            "details": self.details(data),
            "consent_version": CONSENT_VERSION,
        }

    def details(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what this kind of request asks beside the text; see `intake.requests`."""
        raise NotImplementedError

    def layout(self) -> Layout:
        return Layout(*self.about(), "name", *self.reach(), *self.end())

    def about(self) -> list[Any]:
        """Return the part of the layout that is about the request itself."""
        raise NotImplementedError

    def reach(self) -> list[Any]:
        # One of the two is enough, so neither is marked as optional.
        hint = format_html('<p class="hint">{}</p>', _("A phone number or an e-mail address is enough."))
        return [Fieldset(_("How can we reach you?"), HTML(hint), "phone", "email")]

    def end(self) -> list[Any]:
        return [
            Fieldset(_("Do you need an interpreter?"), "interpreter", "spoken"),
            HTML('{% include "intake/_promise.html" %}'),
            Fieldset(_("May we contact you?"), *(name for name in ("contact_ok", "texts_ok") if name in self.fields)),
        ]
