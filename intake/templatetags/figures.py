"""The drawing of a body for templates."""

from django import template

from intake.figure import VIEW_BOX, VIEWS, View

register = template.Library()


@register.simple_tag
def figure_views() -> tuple[View, ...]:
    """Return the views of the drawing, the front first."""
    return VIEWS


@register.simple_tag
def figure_box() -> str:
    """Return the drawing's `viewBox`."""
    return VIEW_BOX
