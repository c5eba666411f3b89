"""A brief to take along: as a PDF, and as text for the clinic's own chart. Each look is in the audit.

Whoever has still to say why they open the brief is sent to where that is asked.
"""

import uuid

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from clinic import audit
from clinic.desk.pages import desk_response
from clinic.models import Clinic
from intake.brief import load
from intake.brief.printed import pdf_of
from intake.brief.text import text_of
from intake.desk.brief_access import crumbs, current_outcome, must_ask, screening_of


@require_GET
def pdf(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Send the brief as a PDF, on A4 with `?paper=a4`. Its name tells neither whom nor what it is about."""
    now = timezone.now()
    screening = screening_of(uid)
    outcome = None if must_ask(request, screening, now) else current_outcome(screening)
    if outcome is None:
        return redirect("admin:brief", uid=uid)
    sheet = load(outcome, now=now)
    paper = "a4" if request.GET.get("paper") == "a4" else "letter"
    page = pdf_of(sheet, clinic=Clinic.get().name, paper=paper)
    audit.record(act="brief.pdf", subject_uid=screening.uid, request=request, now=now)
    headers = {
        "Content-Disposition": f'inline; filename="sheet-{str(outcome.uid)[:8]}.pdf"',
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(page, content_type="application/pdf", headers=headers)


@require_GET
def text(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show the brief as text to copy into the chart."""
    now = timezone.now()
    screening = screening_of(uid)
    outcome = None if must_ask(request, screening, now) else current_outcome(screening)
    if outcome is None:
        return redirect("admin:brief", uid=uid)
    audit.record(act="brief.text", subject_uid=screening.uid, request=request, now=now)
    return desk_response(
        request,
        "desk/brief_text.html",
        page="briefs",
        title=_("For the chart"),
        crumbs=crumbs(screening),
        screening=screening,
        text=text_of(load(outcome, now=now)),
    )
