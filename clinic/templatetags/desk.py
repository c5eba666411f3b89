"""Tags of the desk's pages: icons, phone numbers, ages, and how soon something is due."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic import phones
from clinic.desk.clock import age_on, due_words

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite in `templates/desk/icons.html`; it says nothing to screen readers."""
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.filter
def phone(stored: str) -> str:
    """Show a stored phone number as people write it."""
    return phones.show(stored)


@register.filter
def phone_link(stored: str) -> str:
    """Return the `tel:` address of a stored phone number."""
    return phones.link(stored)


@register.simple_tag
def due(at: datetime, now: datetime) -> dict[str, Any]:
    """Return how soon something is due: words, and a tone (red when overdue, amber within the hour)."""
    return due_words(at, now)


@register.filter
def age(birth_date: date, on: date) -> int:
    """Return the age in whole years on a day."""
    return age_on(birth_date, on)


@register.inclusion_tag("desk/_field.html")
def desk_field(field: Any, label_class: str = "") -> dict[str, Any]:
    """Draw a form field for staff: label, hint, input and errors, tied together for screen readers."""
    return {"field": field, "label_class": label_class}
