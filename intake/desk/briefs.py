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
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic import audit, registry
from clinic.desk.access import Why, WhyForm, is_opened, open_record
from clinic.desk.pages import desk_response, posted, read_uid
from clinic.models import Message, User
from intake import workflow
from intake.brief import brief_of
from intake.desk.brief_form import DecideForm
from intake.desk.states import unread_outcomes
from intake.models import BriefRead, Level, Outcome, Screening

PER_PAGE = 50
TONES = {Level.EMERGENCY: "red", Level.URGENT: "red", Level.REFER: "amber", Level.UNSURE: "amber"}


def unread_count(_user: User, _now: datetime) -> int:
    """Return how many briefs nobody has read, for the navigation."""
    return unread_outcomes().count()


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
    screening = _screening(uid)
    patient, user = screening.patient, cast("User", request.user)
    covering = not any(looks_after(patient, user, now) for looks_after in registry.carers.values())
    if (covering or patient.sensitive) and not is_opened(request, patient.uid, now=now):
        return _ask(request, screening, now)
    outcome = screening.outcomes.filter(current=True).select_related("screening", "decided_by").first()
    if outcome is None:
        return desk_response(
            request,
            "desk/brief_unfinished.html",
            page="briefs",
            title=_("Not finished yet"),
            crumbs=_crumbs(screening),
            screening=screening,
        )
    audit.record(act="brief.seen", subject_uid=screening.uid, request=request, now=now)
    return _show(request, screening, outcome, DecideForm(current=outcome.staff_level), now)


@require_POST
def mark_read(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Note that this person has read the brief they have open."""
    now = timezone.now()
    screening = _screening(uid)
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
    screening = _screening(uid)
    outcome = screening.outcomes.filter(current=True).select_related("screening", "decided_by").first()
    if outcome is None:
        raise Http404
    form = DecideForm(request.POST, current=outcome.staff_level)
    if not form.is_valid():
        audit.record(act="brief.seen", subject_uid=screening.uid, request=request, now=now)
        return _show(request, screening, outcome, form, now)
    user = cast("User", request.user)
    workflow.decide(
        screening=screening,
        level=form.cleaned_data["level"],
        reason=form.cleaned_data["reason"],
        by=user,
        is_pt=user.has_perm("intake.read_briefs"),
        now=now,
    )
    messages.success(request, _("The level is now: %(level)s.") % {"level": Level(form.cleaned_data["level"]).label})
    return redirect("admin:brief", uid=uid)


def _show(
    request: HttpRequest, screening: Screening, outcome: Outcome, form: DecideForm, now: datetime
) -> HttpResponseBase:
    patient, level = screening.patient, Level(outcome.staff_level)
    reads = list(BriefRead.objects.filter(screening=screening).select_related("by", "outcome"))
    lines = [line(patient, now) for line in registry.patient_lines.values()]
    return desk_response(
        request,
        "desk/brief.html",
        page="briefs",
        title=_("Brief: %(name)s") % {"name": patient.name},
        crumbs=_crumbs(screening),
        screening=screening,
        patient=patient,
        outcome=outcome,
        level=level,
        tone=TONES.get(level, "ok"),
        brief=brief_of(outcome, outcome.findings.all()),
        reads=[read for read in reads if read.outcome_id == outcome.pk],
        mine=any(read.by_id == request.user.pk and read.outcome_id == outcome.pk for read in reads),
        before=screening.outcomes.filter(current=False).select_related("decided_by").defer("answers"),
        others=_other_screenings(screening),
        told=Message.objects.filter(subject_uid=screening.uid, kind=workflow.CHECK_RESULT).order_by("-id").first(),
        lines=[line for line in lines if line],
        form=form,
        now=now,
        today=timezone.localdate(now),
    )


def _ask(request: HttpRequest, screening: Screening, now: datetime) -> HttpResponseBase:
    """Ask who opens a brief: a reason for staff and VIPs, one tap from a colleague for all others."""
    patient = screening.patient
    form = WhyForm(posted(request)) if patient.sensitive else None
    if request.method == "POST" and (form is None or form.is_valid()):
        why = form.cleaned_data["why"] if form else Why.COVERING.value
        open_record(request, act="brief.opened", subject_uid=patient.uid, why=why, now=now)
        return redirect("admin:brief", uid=screening.uid)
    if patient.sensitive:
        lead = _("This record is marked staff or VIP. Say why you open it; your name and the reason are kept.")
    else:
        lead = _("%(name)s is not on your list. Open the brief if you cover for a colleague; that is kept.")
    return desk_response(
        request,
        "desk/why.html",
        page="briefs",
        title=_("Open as a covering PT?") if form is None else _("Why do you open this brief?"),
        crumbs=_crumbs(screening),
        form=form,
        button=_("I am covering: open the brief") if form is None else _("Open the brief"),
        lead=lead % {"name": patient.name} if form is None else lead,
    )


def _screening(uid: uuid.UUID) -> Screening:
    screening = Screening.objects.select_related("patient").filter(uid=uid).first()
    if screening is None:
        raise Http404
    return screening


def _other_screenings(screening: Screening) -> list[Outcome]:
    others = Outcome.objects.filter(screening__patient=screening.patient, current=True).exclude(screening=screening)
    return list(others.select_related("screening").defer("answers").order_by("-created_at")[:10])


def _crumbs(screening: Screening) -> list[tuple[str, str]]:
    patient = screening.patient
    return [
        (_("Screenings"), reverse("admin:briefs")),
        (patient.name, reverse("admin:patient", args=[patient.uid])),
        (_("Brief"), ""),
    ]
