"""Tags and filters of the public pages: icons, phone numbers, dates, times and prices."""

import datetime as dt
from decimal import Decimal

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic import phones, wording

register = template.Library()

register.filter("clock", wording.clock)
register.filter("hour", wording.hour)
register.filter("day", wording.day)
register.filter("short_day", wording.short_day)
register.filter("moment", wording.moment)
register.filter("minutes", wording.minutes)
register.filter("phone", phones.show)
register.filter("phone_link", phones.link)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of `icons.svg`; it is decoration, so words must stand beside it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name)


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """Return a price with its currency: `{{ mode.price|money:clinic.currency }}`."""
    return wording.money(amount, currency)


@register.filter
def hours_until(start: dt.time, end: dt.time) -> str:
    """Return a stretch of opening hours: `{{ stretch.opens|hours_until:stretch.closes }}`."""
    return wording.hours(start, end)
