"""Tags of the form template pack: the shape of a field, its options, and the error summary."""

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget

from clinic.forms.base import Problem, problems_of
from clinic.forms.choices import Trio
from clinic.forms.dates import DatePartsWidget

register = template.Library()

# The first match wins, so a subclass comes before its base.
_SHAPES: list[tuple[type[forms.Widget], str]] = [
    (forms.HiddenInput, "hidden"),
    (forms.MultipleHiddenInput, "hidden"),
    (Trio, "trio"),
    (DatePartsWidget, "date"),
    (forms.RadioSelect, "choices"),
    (forms.CheckboxSelectMultiple, "choices"),
    (forms.CheckboxInput, "check"),
]


@register.filter
def shape_template(field: BoundField) -> str:
    """Return the template that draws `field`, chosen by the kind of its widget."""
    widget = field.field.widget
    shape = next((name for kind, name in _SHAPES if isinstance(widget, kind)), "input")
    return f"stridewell/shapes/{shape}.html"


@register.filter
def options(field: BoundField) -> list[BoundWidget]:
    """Return the radio buttons or boxes of `field`, groups flattened."""
    return list(field.subwidgets)


@register.filter
def marked_optional(field: BoundField) -> bool:
    """Say whether the label carries "(optional)": not required, and not switched off by `mark_optional = False`."""
    return not field.field.required and getattr(field.field, "mark_optional", True)


@register.inclusion_tag("stridewell/error_summary.html")
def error_summary(*forms_on_page: forms.BaseForm | None) -> dict[str, Any]:
    """Draw the summary of all errors of the forms given; nothing when there are none."""
    problems: list[Problem] = [problem for form in forms_on_page if form for problem in problems_of(form)]
    return {"problems": problems, "count": len(problems)}
