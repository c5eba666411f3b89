"""Tags of the pages of free times."""

from collections.abc import Iterable
from functools import cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from booking.listing import Row
from clinic import wording

register = template.Library()

_PICK = '<li><button class="time" name="slot" value="{}"><span class="hidden">{}, </span><b>{}</b> {}</button></li>'
_LOOK = '<li><span class="time"><span class="hidden">{1}, </span><b>{2}</b> {3}</span></li>'


@register.simple_tag
def free_times(rows: Iterable[Row], look: bool = False) -> SafeString:
    """Draw times as items of a list: buttons to pick them, or with `look` just the words.

    A page has hundreds. A template for each took longer than finding them, so what they share is put into words once.
    """
    day = cache(wording.day)
    who = cache(_who)
    return format_html_join(
        "\n",
        _LOOK if look else _PICK,
        (
            (row.value, day(row.day), row.clock, who(row.named, row.place.name if row.place else "", row.at_clinic))
            for row in rows
        ),
    )


def _who(named: str, place: str, at_clinic: str) -> SafeString:
    """Say with whom, at which place, and when that is by the clinic's clock where the patient's shows another date."""
    return format_html(
        "{}{}{}",
        _("with %(name)s") % {"name": named},
        format_html('<span class="hidden">, {}</span>', place) if place else "",
        format_html("<small>{}</small>", at_clinic) if at_clinic else "",
    )
