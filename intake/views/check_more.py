"""After the result: optional pages that help the PT. One at a time, each may be skipped, saved as they go."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from intake import afterwards, steps, workflow
from intake.check_guard import in_check
from intake.forms.check_page import PageForm, page_form
from intake.models import Screening
from intake.questionnaire import Page


@in_check
@require_safe
def more(_request: HttpRequest, screening: Screening) -> HttpResponse:
    """Go to the first page that was not filled in yet; after the last one they can be looked over from the start."""
    places = steps.added_places(screening)
    if not places:
        return redirect(steps.where(screening))
    return redirect(next((place.url for place in places if not place.done), places[0].url))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@in_check
def more_page(request: HttpRequest, screening: Screening, place: int) -> HttpResponse:
    """Ask one page. What is written is read for signs at once, and the result then says what to do."""
    asked = steps.added_at(screening, place)
    if asked is None:
        raise Http404
    if not afterwards.is_open(screening):
        return redirect(steps.where(screening))
    form = page_form(request, screening, asked)
    if request.method != "POST":
        return _show(request, screening, asked, form)
    given, before = form.cleaned_page, screening.outcome
    words = afterwards.new_words(asked, given.answers, screening.answers)
    try:
        saved = workflow.save_after_result(screening=screening, page_id=asked.id, cleaned=given, now=timezone.now())
    except workflow.NotFinished:
        return redirect(steps.where(screening))
    if words.emergency or words.crisis or saved.outcome != before:
        return redirect("intake:check_result")
    if form.errors:
        return _show(request, saved, asked, form)
    onward = steps.added_next(saved, asked)
    if onward == steps.where(saved):
        messages.success(request, _("Thank you. Your PT reads this before your visit."))
    return redirect(onward)


def _show(request: HttpRequest, screening: Screening, asked: Page, form: PageForm) -> HttpResponse:
    language = get_language() or "en"
    context = {
        "screening": screening,
        "form": form,
        "watch": form.refused_words(),
        "heading": asked.heading.text_for(language),
        "intro": asked.intro.text_for(language),
        "back_url": steps.added_before(screening, asked),
        "skip_url": steps.added_next(screening, asked),
        "step": steps.added_step(screening, asked),
        "has_text": any(question.type == "text" for question in asked.questions),
    }
    return render(request, "intake/check/more.html", context, status=422 if form.errors else 200)
