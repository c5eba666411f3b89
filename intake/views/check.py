"""The way through the check: its start, page P0, the pages of questions, and the look over all answers."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import audit, floods, links
from intake import handovers, steps, wish, workflow
from intake import review as reviews
from intake.check_guard import in_check
from intake.forms.check_begin import DISCLAIMER_VERSION, BeginForm, initial_for
from intake.forms.check_page import PageForm, page_form
from intake.forms.nudges import nudges_of
from intake.gate import PURPOSE, current_screening
from intake.models import Level, Screening
from intake.questionnaire import Page
from intake.results import Shown

# Begun from one network within fifteen minutes. Each may ring those on duty, keep one time, and send a letter.
MOST_BEGUN = 40


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Say what the check is, and lead to it: a new one, or the one that this browser has under way."""
    row: Screening | None = links.recall(request, purpose=PURPOSE)
    response = render(request, "intake/check/start.html", {"held": row.state if row else ""})
    wish.keep(request, response)
    return response


@in_check
@require_safe
def resume(_request: HttpRequest, screening: Screening) -> HttpResponse:
    """Go on where the patient was. Links in letters lead here, and the date of birth is asked first."""
    return redirect(steps.where(screening))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Ask who needs help and how to reach them, and begin; with `?change` correct what was given.

    The form's submission stands in the address, so that whoever comes back to it corrects the check just begun.
    """
    now, held = timezone.now(), current_screening(request)
    submission = read_uid(request.GET.get("s", ""))
    if request.method != "POST" and submission is None and not (held and "change" in request.GET):
        again = redirect(f"{request.path}?s={uuid.uuid4()}")
        wish.keep(request, again)
        return again
    mine = held is not None and ("change" in request.GET or held.submission == submission)
    initial = initial_for(held) if held and mine else {"submission": submission, **wish.reason(request)}
    form = BeginForm(request.POST if request.method == "POST" else None, now=now, initial=initial)
    if not form.is_bound or not form.is_valid():
        return render(request, "intake/check/begin.html", {"form": form}, status=422 if form.is_bound else 200)
    if not mine and floods.is_flood(act="screening.started", most=MOST_BEGUN, now=now):
        form.add_error(None, floods.words())
        return render(request, "intake/check/begin.html", {"form": form}, status=429)
    sent = form.cleaned_data["submission"]
    at_desk = None if mine else handovers.patient_for(request, born=form.cleaned_data["birth_date"], now=now)
    screening = workflow.start(
        submission=sent,
        contact=form.contact(),
        visit_reason=form.cleaned_data["visit_reason"],
        disclaimer_version=DISCLAIMER_VERSION,
        may_correct=held is not None and held.submission == sent,
        patient=at_desk,
        now=now,
    )
    # A service that is checked by link: who books is known now, and the questions may wait.
    first = "" if mine or screening.state == Screening.State.FINISHED else wish.before_check_url(request)
    response = redirect(first or steps.where(screening))
    links.remember(response, row=screening, purpose=PURPOSE, birth_date_given=True)
    if at_desk:
        handovers.begun(request, response, patient=at_desk, now=now)
    return response


@require_POST
@in_check
def again(request: HttpRequest, screening: Screening) -> HttpResponse:
    """Ask only the safety pages again; whoever cannot have that is led to the start."""
    try:
        asked = workflow.ask_again(screening=screening, now=timezone.now())
    except workflow.CannotAskAgain:
        return redirect("intake:check")
    response = redirect(steps.where(asked))
    wish.keep(request, response)
    links.remember(response, row=asked, purpose=PURPOSE, birth_date_given=True)
    return response


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@in_check
def page(request: HttpRequest, screening: Screening, number: int) -> HttpResponse:
    """Ask one page of questions. What was sent is saved and judged first, whatever is wrong with it."""
    asked = steps.page_at(steps.form_of(screening), number)
    if asked is None:
        raise Http404
    if request.method != "POST":
        if screening.state == Screening.State.FINISHED or not steps.is_reached(screening, asked):
            return redirect(steps.where(screening))
        return _show(request, screening, asked, page_form(request, screening, asked))
    form = page_form(request, screening, asked)
    try:
        saved = workflow.save_page(screening=screening, page_id=asked.id, cleaned=form.cleaned_page, now=timezone.now())
    except workflow.AlreadyFinished:
        return redirect("intake:check_result")
    if saved.state == Screening.State.FINISHED:
        return redirect("intake:check_result")
    nudges = nudges_of(form)
    if form.errors or nudges:
        return _show(request, saved, asked, form, nudges)
    return redirect(steps.where(saved))


@require_http_methods(["GET", "HEAD", "POST"])
@in_check
def review(request: HttpRequest, screening: Screening) -> HttpResponse:
    """Show all answers before anything is sent; then judge them."""
    if request.method == "POST":
        try:
            workflow.finish(screening=screening, now=timezone.now())
        except workflow.NotFinished:
            return redirect(steps.where(screening))
        return redirect("intake:check_result")
    if steps.where(screening) != request.path:
        return redirect(steps.where(screening))
    audit.record(act="screening.reviewed", subject_uid=screening.uid, request=request)
    chapters = reviews.chapters(screening, get_language() or "en")
    context = {
        "screening": screening,
        "chapters": chapters,
        "open_count": sum(line.open for chapter in chapters for line in chapter.lines),
        "back_url": steps.before(screening, None),
        "step": steps.last_step(screening, _("Your answers")),
    }
    return render(request, "intake/check/review.html", context)


def read_uid(text: str) -> uuid.UUID | None:
    """Return the uid that a text is, or None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _show(
    request: HttpRequest,
    screening: Screening,
    asked: Page,
    form: PageForm,
    nudges: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    language = get_language() or "en"
    outcome = screening.outcome
    context = {
        "screening": screening,
        "form": form,
        "watch": form.refused_words(),
        "heading": asked.heading.text_for(language),
        "intro": asked.intro.text_for(language),
        "none_of_these": asked.none_of_these.text_for(language),
        "has_chart": any(question.layout == "bodychart" for question in asked.questions),
        "has_link": screening.contact.get("email") or screening.contact.get("texts_ok"),
        "back_url": steps.before(screening, asked),
        "step": steps.step_at(screening, asked),
        "nudges": nudges,
        "earlier_emergency": outcome is not None and outcome.level == Level.EMERGENCY,
        # What it is to be told was judged while nobody went on with the form.
        "shown": Shown(screening, outcome, timezone.now(), language) if outcome and outcome.left else None,
    }
    return render(request, "intake/check/page.html", context, status=422 if form.errors else 200)
