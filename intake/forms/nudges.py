"""What is worth a second look before a page of the check is left. Nobody is held back by it."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinic.forms.base import focus_id
from intake.forms.check_page import PageForm
from intake.questionnaire import Page


def nudges_of(form: PageForm) -> list[dict[str, Any]]:
    """Return what is worth a second look before the page is left, once, by reason: nobody is held back by it."""
    reasons = [
        (form.second_steps(), _("You said yes. Tell us when it began:")),
        (form.cleaned_page.follow_ups, _("Your answers open a question:")),
        (form.left_empty(), _why_answer(form.page)),
        (form.unhelped(), _("Not sure? Other words may help:")),
    ]
    found = [(why, [name for name in names if name in form.fields]) for names, why in reasons]
    return [
        {"why": why, "rows": [(str(form[name].label), focus_id(form[name])) for name in names]}
        for why, names in found
        if names
    ]


def _why_answer(asked: Page) -> str:
    button = asked.none_of_these.text_for(get_language() or "en")
    if not button:
        return _("No answer yet. You may leave it so, but then a PT calls you first:")
    none = _("No answer yet. Is none of it true? Then use “%(button)s” below the rows.") % {"button": button}
    return none + " " + _("You may also leave them empty, but then a PT calls you first:")
