"""Tags of the pages of free times."""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from html import escape

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from booking.listing import Row
from clinic import wording

register = template.Library()


@register.simple_tag
def free_times(rows: Iterable[Row], look: bool = False) -> SafeString:
    """Draw times as items of a list: buttons to pick them, or with `look` just the words.

    A page has hundreds. A template for each took longer than finding them, so what they share is put into words, and
    made safe, once; what is left for each is its value.
    """
    day = cache(lambda date: escape(wording.day(date)))
    clock = cache(escape)
    language = get_language()
    items = []
    for row in rows:
        words = (
            f'<span class="hidden">{day(row.day)}, </span><b>{clock(row.clock)}</b> '
            f"{_who(row.named, row.place.name if row.place else '', row.at_clinic, row.person is None, language)}"
        )
        if look:
            items.append(f'<li><span class="time">{words}</span></li>')
        else:
            items.append(f'<li><button class="time" name="slot" value="{escape(row.value)}">{words}</button></li>')
    return SafeString("\n".join(items))


@register.simple_tag
def first_times(rows: Sequence[Row], times_url: str, look: bool = False) -> SafeString:
    """Draw the first free time of each person as items of a list; `times_url` lists the times of all of them.

    Drawn as `free_times` are, and for the same reason.
    """
    book, day = escape(_("Book")), cache(lambda date: escape(wording.day(date)))
    items = []
    for row in rows:
        if row.person is None:
            continue
        name, clock = escape(row.person.name), escape(row.clock)
        told = [row.at_clinic, row.place.name if row.place else ""]
        where = escape(" ".join([*(f"{words}." for words in told if words), row.person.focus]))
        soonest, go = (" soonest", " go") if row is rows[0] else ("", "")
        pick = (
            f'<button class="button{go}" name="slot" value="{escape(row.value)}">{book}'
            f'<span class="hidden"> {day(row.day)}, {clock} {_("with %(name)s") % {"name": name}}</span></button>'
        )
        others = (
            f'<a class="tap all-with" href="{escape(times_url)}&amp;with={escape(row.person.slug)}">'
            f"{_('All with %(name)s') % {'name': escape(row.named)}}</a>"
        )
        items.append(
            f'<li class="first{soonest}">'
            f'<div class="who"><span class="face" aria-hidden="true">{escape(row.person.initials)}</span>'
            f"<p><strong>{name}</strong></p></div>"
            f'<p class="num"><small>{day(row.day)}</small>{clock}</p>'
            f'<p class="where">{where}</p>{"" if look else pick}{others if len(rows) > 1 else ""}</li>'
        )
    return SafeString("\n".join(items))


@lru_cache(maxsize=512)
def _who(named: str, place: str, at_clinic: str, anybody: bool, _language: str | None) -> SafeString:
    """Say with whom, at which place, and when that is by the clinic's clock where the patient's shows another date."""
    return format_html(
        "{}{}{}",
        named if anybody else _("with %(name)s") % {"name": named},
        format_html('<span class="hidden">, {}</span>', place) if place and not (anybody and named) else "",
        format_html("<small>{}</small>", at_clinic) if at_clinic else "",
    )
