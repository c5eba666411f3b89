"""The briefs: a list, the unread first, and the PT's page of one. Every opening is in the audit."""

import uuid
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic import audit, registry
from clinic.desk.pages import desk_response, read_uid
from clinic.models import User
from intake import workflow
from intake.brief import load
from intake.brief.drawn import bars_of, body_of, scale_of
from intake.brief.left import left_of
from intake.desk.brief_access import ask, crumbs, current_outcome, is_outdated, must_ask, say_newer, screening_of
from intake.desk.brief_form import DecideForm
from intake.desk.states import unread_outcomes
from intake.models import BriefRead, Level, Outcome, Screening

PER_PAGE = 50


def unread_count(_request: HttpRequest, _now: datetime) -> tuple[int, bool]:
    """Return how many briefs nobody has read, for the navigation; none of them is late."""
    return unread_outcomes().count(), False


def briefs(request: HttpRequest) -> HttpResponseBase:
    """List the outcomes that count now, the unread first and of those the first due; no answers here."""
    now = timezone.now()
    reads = BriefRead.objects.filter(outcome=OuterRef("pk"))
    rows = (
        Outcome.objects.filter(current=True)
        .annotate(is_read=Exists(reads))
        .select_related("screening__patient", "decided_by")
        .prefetch_related("screening__reads__by")
        .defer("answers", "missing", "not_sure", "screening__answers")
        .order_by("is_read", F("call_due_at").asc(nulls_last=True), "-created_at")
    )
    if request.GET.get("show") == "unread":
        rows = rows.filter(pk__in=unread_outcomes().values("pk"))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("p"))
    return desk_response(
        request,
        "desk/briefs.html",
        page="briefs",
        title=_("Screenings"),
        crumbs=[(_("Screenings"), "")],
        rows=page,
        show=request.GET.get("show", ""),
        unread=unread_outcomes().count(),
        now=now,
        today=timezone.localdate(now),
    )


def brief(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show the brief. Who does not look after the patient says so first, with one tap; staff and VIPs ask for a reason."""
    now = timezone.now()
    screening = screening_of(uid)
    if must_ask(request, screening, now):
        return ask(request, screening, now)
    outcome = current_outcome(screening)
    if outcome is None:
        return _show_unfinished(request, screening, now)
    audit.record(act="brief.seen", subject_uid=screening.uid, request=request, now=now)
    return _show(request, outcome, DecideForm(current=outcome.staff_level), now)


def _show_unfinished(request: HttpRequest, screening: Screening, now: datetime) -> HttpResponseBase:
    """Say that there is no outcome; what was said on the phone is shown to the PT who has to call because of it."""
    left = left_of(screening)
    if left is not None:
        audit.record(act="brief.seen", subject_uid=screening.uid, request=request, now=now)
    return desk_response(
        request,
        "desk/brief_unfinished.html",
        page="briefs",
        title=_("Not finished yet"),
        crumbs=crumbs(screening),
        screening=screening,
        left=left,
    )


@require_POST
def mark_read(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Note that this person has read the brief they have open."""
    now = timezone.now()
    screening = screening_of(uid)
    if must_ask(request, screening, now):
        return redirect("admin:brief", uid=uid)
    outcome = screening.outcomes.filter(uid=read_uid(request.POST.get("outcome", ""))).first()
    if outcome is None:
        raise Http404
    if not outcome.current:
        messages.warning(request, _("There is a newer outcome. Read this one."))
        return redirect("admin:brief", uid=uid)
    workflow.mark_read(outcome=outcome, by=cast("User", request.user), now=now)
    messages.success(request, _("Marked as read."))
    return redirect("admin:brief", uid=uid)


@require_POST
def decide(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Set the level after a call, with a reason; that is what opens booking again, or closes it."""
    now = timezone.now()
    screening = screening_of(uid)
    if must_ask(request, screening, now):
        return redirect("admin:brief", uid=uid)
    outcome = current_outcome(screening)
    if outcome is None:
        raise Http404
    form = DecideForm(request.POST, current=outcome.staff_level)
    if not form.is_valid():
        return _show_again(request, screening, form, now)
    user = cast("User", request.user)
    try:
        workflow.decide(
            screening=screening,
            level=form.cleaned_data["level"],
            reason=form.cleaned_data["reason"],
            by=user,
            is_pt=user.has_perm("intake.read_briefs"),
            seen=request.POST.get("seen", ""),
            now=now,
        )
    except workflow.NewerOutcome:
        return _show_again(request, screening_of(uid), form, now)
    messages.success(request, _("The level is now: %(level)s.") % {"level": Level(form.cleaned_data["level"]).label})
    return redirect("admin:brief", uid=uid)


def _show_again(request: HttpRequest, screening: Screening, form: DecideForm, now: datetime) -> HttpResponseBase:
    """Show the brief as it is now, with what was typed. On a newer outcome the level is picked anew."""
    outcome = current_outcome(screening)
    if outcome is None:
        raise Http404
    status = 200
    if is_outdated(request, outcome):
        form = DecideForm({**request.POST.dict(), "level": outcome.staff_level}, current=outcome.staff_level)
        say_newer(form)
        status = 409
    audit.record(act="brief.seen", subject_uid=screening.uid, request=request, now=now)
    return _show(request, outcome, form, now, status=status)


def _show(
    request: HttpRequest, outcome: Outcome, form: DecideForm, now: datetime, *, status: int = 200
) -> HttpResponseBase:
    screening, sheet = outcome.screening, load(outcome, now=now)
    return desk_response(
        request,
        "desk/brief.html",
        page="briefs",
        title=_("Brief: %(name)s") % {"name": sheet.name},
        crumbs=crumbs(screening),
        screening=screening,
        outcome=outcome,
        sheet=sheet,
        brief=sheet.brief,
        views=body_of(sheet.brief.places),
        scale=scale_of(sheet.brief.pain),
        bars=bars_of(sheet.brief.load) if sheet.brief.load else None,
        mine=BriefRead.objects.filter(outcome=outcome, by=cast("User", request.user)).exists(),
        before=screening.outcomes.filter(current=False).select_related("decided_by").defer("answers"),
        others=_other_screenings(screening),
        panels=[mark_safe(draw(request, screening.patient, now)) for draw in registry.brief_panels.values()],  # noqa: S308
        form=form,
        seen=workflow.stamp(outcome),
        status=status,
    )


def _other_screenings(screening: Screening) -> list[Outcome]:
    others = Outcome.objects.filter(screening__patient=screening.patient, current=True).exclude(screening=screening)
    return list(others.select_related("screening").defer("answers").order_by("-created_at")[:10])
