"""What stands before each page of the check: the screening that this browser holds, and nobody else's."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from clinic import links
from clinic.link_gate import MARK, by_link, needs_birth_date
from intake import questionnaire as questionnaires
from intake import screening as rules
from intake import steps
from intake.forms.check_page import PageForm
from intake.gate import PURPOSE
from intake.questionnaire.answers import MAX_TEXT
from intake.screening import watchlist
from intake.screening.free_text import TEXTS

View = Callable[..., HttpResponseBase]


def in_check(view: View) -> View:
    """Guard a page of the check: `view(request, screening, ...)` with the one that this browser holds.

    Without one, or with a page of another left open in a second tab, the way leads to the start, but not before a page
    that was sent has been looked at for an emergency. Put it above `require_safe`: the date of birth, asked for at the
    page's own address, is sent to it.
    """
    guarded = by_link(PURPOSE)(view)

    @wraps(view)
    def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        row = links.recall(request, purpose=PURPOSE)
        if row is None or request.POST.get("row", str(row.uid)) != str(row.uid):
            return _lost(request, **kwargs)
        if request.method == "POST" and MARK not in request.POST and needs_birth_date(request, row, PURPOSE):
            # The date of birth is asked next, and the page that was sent is gone: it is judged before that.
            if alarm := _alarm(request, **kwargs):
                return alarm
            messages.warning(
                request, _("We did not save the page you just sent. Give the date of birth, then answer it again.")
            )
        return guarded(request, *args, **kwargs)

    return guard


def _lost(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    """Answer a browser that holds no such check (any more): its page could not be saved, but it can be judged."""
    if alarm := _alarm(request, **kwargs):
        return alarm
    messages.warning(
        request,
        _("We could not find your check in this browser. After two hours without an answer it forgets. ")
        + _("Use the link in our message to go on, or start again."),
    )
    return redirect("intake:check")


def _alarm(request: HttpRequest, *, number: int | None = None, **_kwargs: Any) -> HttpResponseBase | None:
    """Return what to do now, if a page that cannot be saved holds an emergency or the words of a watch list."""
    form = questionnaires.current()
    words, signs = _words(request), False
    asked = steps.page_at(form, number) if number is not None else None
    if request.method == "POST" and asked is not None:
        answers = PageForm(form, asked, {}, data=request.POST).cleaned_page.answers
        signs = bool(rules.emergency_now(answers, questionnaire=form))
    if not words and not signs:
        return None
    watch = ["emergency", *words] if words and signs and "emergency" not in words else words
    return render(request, "intake/check/emergency_lost.html", {"watch": watch})


def _words(request: HttpRequest) -> list[str]:
    """Return which watch lists hit what was written on a page that cannot be saved: "emergency", "crisis"."""
    if request.method != "POST":
        return []
    texts = [question.id for question in questionnaires.current().questions.values() if question.type in TEXTS]
    hits = [watchlist.scan(request.POST.get(name, "")[:MAX_TEXT]) for name in texts]
    return [kind for kind in ("emergency", "crisis") if any(getattr(hit, kind) for hit in hits)]
