"""Find a patient by name, phone or birth date, and the patient's page: contact, timeline, what other apps add."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from clinic import audit, registry
from clinic.desk.access import WhyForm, must_say_why, open_record
from clinic.desk.pages import desk_response, posted
from clinic.models import Patient
from clinic.patient_search import find
from clinic.patients import survivor
from clinic.window import Window, page_of

MOST_FOUND = 50
# So many entries of the timeline are on a page.
MOST_ENTRIES = 50


def patients(request: HttpRequest) -> HttpResponseBase:
    """Find patients; how many were found goes to the audit, what was looked for does not.

    Who is meant beyond doubt is opened at once.
    """
    now = timezone.now()
    query = request.GET.get("q", "").replace("\x00", "")[:120].strip()
    found = find(query, limit=MOST_FOUND, today=timezone.localdate(now)) if query else []
    if query:
        audit.record(act="patients.found", subject_uid=None, request=request, details={"number": len(found)}, now=now)
    if len(found) == 1 and found[0].off == 0:
        return redirect("admin:patient", uid=found[0].patient.uid)
    return desk_response(
        request,
        "desk/patients.html",
        page="patients",
        title=_("Patients"),
        crumbs=[(_("Patients"), "")],
        query=query,
        found=list_of([one.patient for one in found], now),
        columns=[column.label for column in registry.patient_columns.values()],
        most=MOST_FOUND,
        today=timezone.localdate(now),
    )


def list_of(rows: Sequence[Patient], now: datetime) -> list[tuple[Patient, list[tuple[Any, Any]]]]:
    """Return patients, each with label and words of a list's further columns; no words of those marked staff or VIP."""
    keys = [row.pk for row in rows if not row.sensitive]
    columns = [(column, column.cells(keys, now)) for column in registry.patient_columns.values()]
    return [
        (row, [(one.label, "" if row.sensitive else cells.get(row.pk, one.none)) for one, cells in columns])
        for row in rows
    ]


def patient(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show one patient. A record marked staff or VIP asks why first; each look is in the audit."""
    now = timezone.now()
    row = Patient.objects.filter(uid=uid).first()
    if row is None:
        raise Http404
    if row.merged_into is not None:
        return redirect("admin:patient", uid=survivor(row).uid)
    if must_say_why(request, row, now=now):
        return _ask_why(request, row, now)
    audit.record(act="patient.seen", subject_uid=row.uid, request=request, now=now)
    panels = sorted(registry.patient_panels.values(), key=lambda panel: panel.position)
    drawn = [(panel.main, mark_safe(panel.render(request, row, now))) for panel in panels]  # noqa: S308  (templates)
    return desk_response(
        request,
        "desk/patient.html",
        page="patients",
        title=row.name,
        crumbs=[(_("Patients"), reverse("admin:patients")), (row.name, "")],
        patient=row,
        today=timezone.localdate(now),
        main_panels=[html for main, html in drawn if main and html],
        side_panels=[html for main, html in drawn if not main and html],
        **_timeline(request, row, now),
    )


def _ask_why(request: HttpRequest, row: Patient, now: datetime) -> HttpResponseBase:
    form = WhyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        open_record(request, act="patient.opened", subject_uid=row.uid, why=form.cleaned_data["why"], now=now)
        return redirect("admin:patient", uid=row.uid)
    return desk_response(
        request,
        "desk/why.html",
        page="patients",
        title=_("Why do you open this record?"),
        crumbs=[(_("Patients"), reverse("admin:patients")), (_("Why"), "")],
        form=form,
        lead=_("This record is marked staff or VIP. Say why you open it; your name and the reason are kept."),
    )


def _timeline(request: HttpRequest, row: Patient, now: datetime) -> dict[str, Any]:
    """Return what happened, the newest first, by day on the clinic's clock: one page of one kind, or of all."""
    user: Any = request.user
    sections = sorted(registry.patient_sections.values(), key=lambda section: section.position)
    kinds = {section.kind: section.label for section in sections}
    shown = request.GET.get("show", "")
    window = Window(before=_moment(request.GET.get("before", "")), most=MOST_ENTRIES + 1)
    entries = [
        entry
        for section in sections
        if shown not in kinds or section.kind == shown
        for entry in section.entries(row, user, now, window)
    ]
    page, older = page_of(entries, MOST_ENTRIES)
    days = groupby(page, key=lambda entry: timezone.localdate(entry["at"]))
    return {
        "timeline": [(day, list(rows)) for day, rows in days],
        "kinds": [("", _("All")), *kinds.items()],
        "shown": shown if shown in kinds else "",
        "older": older,
        "newest": window.before is None,
    }


def _moment(text: str) -> datetime | None:
    """Return the moment that an address gives; None for none, or for nonsense."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
