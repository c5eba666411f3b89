"""The end of the check: what to do and by when, the page to show to a doctor, a mistaken tap taken back, and the way out."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic import audit, links
from intake import results, steps, wish, workflow
from intake.check_guard import in_check
from intake.models import Level, Screening


@in_check
@require_safe
def result(request: HttpRequest, screening: Screening) -> HttpResponse:
    """Show the result that counts now."""
    shown = results.shown(screening, now=timezone.now())
    if shown is None:
        return redirect(steps.where(screening))
    audit.record(act="screening.result_seen", subject_uid=screening.uid, request=request)
    context = {
        "shown": shown,
        "screening": screening,
        "watch": shown.words,
        "book_url": wish.booking_url(request),
        "places": steps.added_places(screening),
    }
    page = "cleared" if shown.cleared else shown.level
    if shown.is_overtaken:
        page = "later"
    return render(request, f"intake/check/result_{page}.html", context)


@require_POST
@in_check
def mistake(request: HttpRequest, screening: Screening) -> HttpResponse:
    """Take back one answer of an emergency and ask it again."""
    question = request.POST.get("question", "")
    try:
        reopened = workflow.reopen(screening=screening, question_id=question, now=timezone.now())
    except workflow.NotFinished:
        return redirect(steps.where(screening))
    except KeyError as error:
        raise Http404 from error
    return redirect(f"{steps.where(reopened)}#q_{question}")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Take the check, and whatever else this browser may open, away from it: a tablet or a computer goes round."""
    messages.success(request, _("Done. This browser no longer shows your answers. We keep them for your PT."))
    response = redirect("home")
    links.forget_all(request, response)
    return response


@in_check
@require_safe
def for_doctor(request: HttpRequest, screening: Screening) -> HttpResponse:
    """Show the answers in plain order, to print or to hold up, in the language of the emergency room."""
    shown = results.shown(screening, now=timezone.now())
    if shown is None or shown.level not in (Level.EMERGENCY, Level.URGENT, Level.REFER):
        return redirect(steps.where(screening))
    audit.record(act="screening.answers_shown", subject_uid=screening.uid, request=request)
    with translation.override("en"):
        return render(request, "intake/check/doctor.html", {"shown": shown.in_english(), "screening": screening})
