"""The safety net as a tag, so that no page carries a list of its own."""

from typing import Any

from django import template

from clinic.safety_net import CALL_SIGNS, EMERGENCY_SIGNS

register = template.Library()


@register.inclusion_tag("site/safety_net.html", takes_context=True)
def safety_net(context: template.Context, since_answered: bool = False) -> dict[str, Any]:
    """Draw the signs that cannot wait; `since_answered` for pages that follow a form with questions on health."""
    return {
        "clinic": context.get("clinic"),
        "signs": EMERGENCY_SIGNS,
        "when_to_call": CALL_SIGNS,
        "since_answered": since_answered,
    }
