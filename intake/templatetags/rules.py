"""For pages that show what the rules found: whether clinicians have signed off their versions."""

from django import template

from intake.screening import sign_off

register = template.Library()


@register.simple_tag
def is_signed_off(ruleset: str, questionnaire: str) -> bool:
    """Say whether clinicians have signed off this pair of versions."""
    return sign_off.is_signed_off(ruleset, questionnaire)
