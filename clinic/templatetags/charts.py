"""Draws a chart as SVG: attributes only, for our security policy lets no style into a page."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clinic.charts import Chart, Mark

register = template.Library()


@register.simple_tag
def plot(chart: Chart, name: str, title: str) -> SafeString:
    """Draw a chart under a title that is read aloud in its place; `name` makes the ids of the page unlike."""
    marks = format_html_join("", "{}", ((_drawn(mark),) for mark in chart.marks))
    return format_html(
        '<svg class="plot" viewBox="{}" role="img" aria-labelledby="plot-{}"><title id="plot-{}">{}</title>{}</svg>',
        chart.box,
        name,
        name,
        title,
        marks,
    )


def _drawn(mark: Mark) -> SafeString:
    attributes = format_html_join("", ' {}="{}"', mark.attributes)
    return format_html("<{}{}>{}</{}>", mark.tag, attributes, mark.words, mark.tag)
