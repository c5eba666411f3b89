"""Tags of the desk's pages: icons, phone numbers, ages, and how soon something is due."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic import phones, wording
from clinic.desk.clock import age_on, due_words
from clinic.spans import Span

register = template.Library()

NEAR = timedelta(minutes=30)
ARRIVES = timedelta(hours=12)


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
def clock(at: datetime | None) -> str:
    """Say the time of a moment in the desk's zone: "9:40 am"."""
    return wording.clock(timezone.localtime(at)) if at else ""


@register.filter
def hour(at: time | None) -> str:
    """Say a time of day as hours are said: "8 am", "noon"."""
    return wording.hour(at) if at is not None else ""


@register.filter
def local(at: datetime, pattern: str) -> str:
    """Write the date of a moment in the desk's zone for an address."""
    return dateformat.format(timezone.localtime(at), pattern)


@register.filter
def moment(at: datetime | None, now: datetime | None = None) -> str:
    """Say day and time of a moment in the desk's zone: "Tue 24 Nov, 9:40 am"; with `now` a year that is another one, too."""
    return wording.moment(timezone.localtime(at), today=timezone.localdate(now) if now else None) if at else ""


@register.filter
def until(start: datetime, end: datetime) -> str:
    """Say day and time of a stretch of one day: "Tue 24 Nov, 9:40 to 10:40 am"."""
    first, last = timezone.localtime(start), timezone.localtime(end)
    return f"{wording.short_day(first)}, {wording.span(first, last)}"


@register.filter
def day(at: date | None) -> str:
    """Say a day: "Tue 24 Nov"."""
    return wording.short_day(at) if at else ""


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """Say a price with its currency."""
    return wording.money(amount, currency)


@register.filter
def clock24(at: datetime) -> str:
    """Return the time of a moment in the desk's zone for an address: "14:40"."""
    return f"{timezone.localtime(at):%H:%M}"


@register.filter
def near(span: Span, now: datetime) -> bool:
    """Say whether a visit is under way or begins within half an hour."""
    return span.start - NEAR <= now <= span.end + NEAR


@register.filter
def soon(at: datetime, now: datetime) -> bool:
    """Say whether a visit is close enough for its patient to arrive."""
    return at - ARRIVES <= now


@register.filter
def undo_path(message: Message) -> str:
    """Return where a message's act can be taken back (`extra_tags="undo=/..."`), or nothing."""
    tags = message.extra_tags or ""
    return tags.removeprefix("undo=") if tags.startswith("undo=/") else ""


@register.filter
def language(code: str) -> str:
    """Return a language of letters by its name; one that is not spoken here any more as it is kept."""
    return str(dict(settings.LANGUAGES).get(code, code))


@register.filter
def age(birth_date: date, on: date) -> int:
    """Return the age in whole years on a day."""
    return age_on(birth_date, on)


@register.inclusion_tag("desk/_field.html")
def desk_field(field: Any, mark_optional: bool = True) -> dict[str, Any]:
    """Draw a form field for staff: label, hint, input and errors, tied together for screen readers."""
    return {"field": field, "optional": mark_optional and not field.field.required}


@register.inclusion_tag("desk/_no_contact.html")
def no_contact(patient: Any) -> dict[str, Any]:
    """Mark a patient whom nobody may write to or call; nothing for anybody else, or for nobody."""
    return {"patient": patient}
