"""Two records that may be one person's: the list, the two side by side, merging them, and taking that back."""

import uuid
from datetime import datetime
from typing import Any, cast

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic import audit, duplicates, merging, registry, wording
from clinic.desk.access import must_say_why
from clinic.desk.pages import desk_response, posted
from clinic.desk.same_form import MergeForm, label_of, said
from clinic.models import Patient, PatientMerge, User

PERMISSION = "clinic.change_patient"
MOST = 100


def same(request: HttpRequest) -> HttpResponseBase:
    """List the pairs of records that may be one person's; that the list was read is in the audit."""
    now = timezone.now()
    pairs = duplicates.newest_pairs()
    details = {"number": len(pairs)}
    audit.record(act="patients.compared", subject_uid=None, request=request, details=details, now=now)
    return desk_response(
        request,
        "desk/same.html",
        page="patients",
        title=_("Same person?"),
        crumbs=[(_("Patients"), reverse("admin:patients")), (_("Same person?"), "")],
        pairs=pairs[:MOST],
        more=max(0, len(pairs) - MOST),
    )


def compare(request: HttpRequest, kept: uuid.UUID, gone: uuid.UUID) -> HttpResponseBase:
    """Show two records side by side; on POST merge them, or write down that they are two people."""
    now = timezone.now()
    one, other = _patient(kept), _patient(gone)
    if one.pk == other.pk or one.merged_into_id or other.merged_into_id:
        messages.error(request, _("These two are one record already."))
        return redirect("admin:patient", uid=kept)
    for row in (one, other):
        if must_say_why(request, row, now=now):
            return redirect("admin:patient", uid=row.uid)
    if request.method == "POST" and "two" in request.POST:
        duplicates.say_two(one=one, other=other, by=cast("User", request.user), now=now)
        messages.success(request, _("Noted: they are two people."))
        return redirect("admin:patient", uid=one.uid)
    form = MergeForm(posted(request), kept=one, gone=other, in_common=duplicates.in_common(one, other))
    if request.method == "POST" and form.is_valid():
        return _merge(request, one, other, form, now)
    return _page(request, one, other, form, now)


def _merge(request: HttpRequest, one: Patient, other: Patient, form: MergeForm, now: datetime) -> HttpResponseBase:
    try:
        row = merging.merge(kept=one, gone=other, take=form.take, by=cast("User", request.user), now=now)
    except merging.CannotMerge:
        messages.error(request, _("Somebody else has merged one of these meanwhile."))
    except merging.Busy:
        messages.error(request, _("Somebody is at work on one of these records. Try again in a moment."))
        return redirect("admin:compare", kept=one.uid, gone=other.uid)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("admin:compare", kept=one.uid, gone=other.uid)
    else:
        words = _("Merged. Everything of the other record is here now. You can take it back until %(until)s.")
        messages.success(
            request,
            words % {"until": wording.moment(timezone.localtime(row.undo_until))},
            extra_tags=f"undo={reverse('admin:merge-undo', args=[row.uid])}",
        )
    return redirect("admin:patient", uid=one.uid)


@require_POST
def undo(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Take a merge back, or say what is in the way."""
    now = timezone.now()
    row = PatientMerge.objects.select_related("kept", "gone").filter(uid=uid).first()
    if row is None:
        raise Http404
    # The record that was kept is marked if either was; the page of the other leads on to it.
    if must_say_why(request, row.kept, now=now):
        return redirect("admin:patient", uid=row.kept.uid)
    try:
        merging.undo(merge=row, by=cast("User", request.user), now=now)
    except merging.CannotUndo as error:
        messages.error(request, error.why)
    except merging.Busy:
        messages.error(request, _("Somebody is at work on one of these records. Try again in a moment."))
    else:
        messages.success(request, _("They are two records again, each with what it had."))
    return redirect("admin:patient", uid=row.kept.uid)


def panel(request: HttpRequest, patient: Patient, now: datetime) -> str:
    """Show on a patient's page who may be the same person, and what was merged into the record lately."""
    if not request.user.has_perm(PERMISSION):
        return ""
    twins = [pair.other if pair.one.pk == patient.pk else pair.one for pair in duplicates.twins_of(patient)]
    merges = PatientMerge.objects.filter(kept=patient, undone_at=None).select_related("gone", "by")
    return render_to_string(
        "desk/_same.html", {"patient": patient, "twins": twins, "merges": merges[:5], "now": now}, request
    )


def _page(request: HttpRequest, one: Patient, other: Patient, form: MergeForm, now: datetime) -> HttpResponseBase:
    for row in (one, other):
        audit.record(act="patient.seen", subject_uid=row.uid, request=request, now=now)
    return desk_response(
        request,
        "desk/compare.html",
        page="patients",
        title=_("One person?"),
        crumbs=[(_("Patients"), reverse("admin:patients")), (one.name, reverse("admin:patient", args=[one.uid]))],
        kept=one,
        gone=other,
        form=form,
        shared=duplicates.in_common(one, other),
        equal=[
            (capfirst(label_of(choice)), said(one, choice) or said(other, choice))
            for choice in merging.CHOICES
            if choice not in {*form.fields, "emergency_name"} and (said(one, choice) or said(other, choice))
        ],
        counts=_counts(one, other),
    )


def _counts(one: Patient, other: Patient) -> list[tuple[str, int, int]]:
    """Return how many rows of each table the two records have."""
    counted = []
    for name in registry.patient_rows:
        model: Any = apps.get_model(name)
        numbers = [model._default_manager.filter(patient=row).count() for row in (one, other)]
        if any(numbers):
            counted.append((capfirst(model._meta.verbose_name_plural), *numbers))
    return counted


def _patient(uid: uuid.UUID) -> Patient:
    row = Patient.objects.filter(uid=uid).first()
    if row is None:
        raise Http404
    return row
