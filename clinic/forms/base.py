"""The base of all patient forms: one submission id, no browser bubbles, errors that can be listed and linked."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.forms.dates import DateOfBirthField

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Problem:
    """A line of the error summary: what to mend and the id of the input to go to ("" when there is none)."""

    message: str
    target: str


# Django's words for a choice that is missing or none, in ours. The first kind that fits counts.
_PLAIN: "list[tuple[type[forms.Field], dict[str, _StrPromise]]]" = [
    (
        forms.MultipleChoiceField,
        {
            "required": _("Pick at least one."),
            "invalid_choice": _("Pick from the list."),
            "invalid_list": _("Pick from the list."),
        },
    ),
    (forms.ChoiceField, {"required": _("Pick one."), "invalid_choice": _("Pick one from the list.")}),
    (forms.BooleanField, {"required": _("Tick the box to go on.")}),
    (forms.Field, {"required": _("Fill this in.")}),
]


class SubmissionField(forms.UUIDField):
    """The form's own UUID: the second of two equal submissions finds the first. Garbage counts as a new submission."""

    def __init__(self) -> None:
        # No id: two forms on one page would have it twice.
        super().__init__(widget=forms.HiddenInput(attrs={"id": False}), initial=uuid.uuid4, required=False)

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()

    def bound_data(self, data: Any, initial: Any) -> uuid.UUID:
        return self.clean(data)


class PatientForm(forms.Form):
    """Base of every form that a patient fills in.

    Give `now` (aware) from the view; dates of birth are checked against it. Subclasses may override `layout()`.
    Templates write the <form> tag, the CSRF token, `{% error_summary form %}`, `{% crispy form %}` and the button.
    """

    use_required_attribute = False  # our messages, not the browser's bubbles
    submission = SubmissionField()
    # The field that errors of the whole form point to; without one they point to the first field.
    form_error_field: str | None = None

    def __init__(self, *args: Any, now: dt.datetime | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.now = now or timezone.now()
        for field in self.fields.values():
            _speak_plainly(field)
            if isinstance(field, DateOfBirthField) and field.latest is None:
                field.latest = timezone.localdate(self.now)

    def layout(self) -> Layout:
        """Return the crispy layout; by default all fields in order."""
        return Layout(*(name for name in self.fields if not self[name].is_hidden))

    @cached_property
    def helper(self) -> FormHelper:
        """Return the crispy helper: fields only, hidden fields always, and no field can be forgotten."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.include_media = False
        helper.render_hidden_fields = True
        helper.render_unmentioned_fields = True
        helper.layout = self.layout()
        return helper


def _speak_plainly(field: forms.Field) -> None:
    """Put our words in place of Django's own, where a form has not set its."""
    words = next(words for kind, words in _PLAIN if isinstance(field, kind))
    for code, message in words.items():
        told = field.error_messages.get(code)
        if any(told is base.__dict__.get("default_error_messages", {}).get(code) for base in _djangos(type(field))):
            field.error_messages[code] = message


def _djangos(kind: type[forms.Field]) -> Iterator[type]:
    """Yield the classes of Django itself that a kind of field is made of."""
    return (base for base in kind.__mro__ if base.__module__.startswith("django."))


def problems_of(form: forms.BaseForm) -> Iterator[Problem]:
    """Yield each error with the id of its input: those of the whole form first, then in the fields' order."""
    visible = [field for field in form if not field.is_hidden]
    named = getattr(form, "form_error_field", None)
    first = form[named] if named else (visible[0] if visible else None)
    for message in form.non_field_errors():
        yield Problem(str(message), focus_id(first) if first else "")
    for field in form:
        for message in field.errors:
            yield Problem(str(message), "" if field.is_hidden else focus_id(field))


def focus_id(field: BoundField) -> str:
    """Return the id of the input that an error link of `field` leads to."""
    if target := getattr(field, "focus_id", ""):
        return str(target)
    if target := field.id_for_label:
        return target
    # A group of radio buttons or boxes has no input of its own: go to its first.
    options = list(field.subwidgets)
    return str(options[0].id_for_label or "") if options else ""
