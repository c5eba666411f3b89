"""Tags and filters of the public pages: icons, phone numbers, dates, times and prices."""

import datetime as dt
from decimal import Decimal
from functools import cache, partial

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from clinic import credentials, phones, registry, wording

register = template.Library()

register.filter("clock", wording.clock)
register.filter("hour", wording.hour)
register.filter("day", wording.day)
register.filter("short_day", wording.short_day)
register.filter("moment", wording.moment)
register.filter("minutes", wording.minutes)
register.filter("listed", wording.listed)
register.filter("phone", phones.show)
register.filter("phone_link", phones.link)


@register.filter
def spelled_out(letters: str) -> list[str]:
    """Say what the letters behind one name stand for."""
    return credentials.spelled_out([letters])


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Draw an icon of `icons.svg`; it is decoration, so words must stand beside it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name)


@register.simple_tag
def address(name: str) -> str:
    """Return where a link of the public pages leads (`registry.site_link`), or "" when nothing offers it.

    The names: `check` (start the screening), `times` (free times), `consultation`, `discovery`, `question`, `cost`,
    `group` (the requests), `change` (change a visit).
    """
    try:
        return reverse(registry.site_links[name])
    except (KeyError, NoReverseMatch):
        return ""


@register.simple_tag(takes_context=True)
def frame(context: template.Context, name: str, shows: object = "") -> SafeString:
    """Draw a template that every page has around it, and that hangs on nothing but the clinic, the language and `shows`.

    It is drawn once in SITE_SECONDS: it took as long as what the pages are for. Pages of a site in trouble draw their own.
    """
    drawn = partial(context.template.engine.get_template(name).render, context)  # type: ignore[union-attr]
    here = context.get("here")
    return SafeString(here.drawn_once(drawn, name, get_language(), shows) if here else drawn())


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """Return a price with its currency: `{{ mode.price|money:clinic.currency }}`."""
    return wording.money(amount, currency)


@register.filter
def hours_until(start: dt.time, end: dt.time) -> str:
    """Return a stretch of opening hours: `{{ stretch.opens|hours_until:stretch.closes }}`."""
    return wording.hours(start, end)
