"""One visit at the desk: what was agreed, what happened, what is owed; and waiving a fee."""

import uuid
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from booking import diary
from booking.desk import history
from booking.desk.cards import hold_chips
from booking.desk.visits import visit_of
from booking.models import Appointment, Block, Fee
from clinic import audit, wording
from clinic.desk.access import must_say_why
from clinic.desk.pages import desk_response
from clinic.forms import LineField
from clinic.models import User

WAIVES = "booking.waive_fee"
SEES_FEES = "booking.view_fee"


class WaiveForm(forms.Form):
    """Why a fee is waived."""

    use_required_attribute = False
    reason = LineField(
        label=gettext_lazy("Why is it waived?"),
        max_length=240,
        help_text=gettext_lazy("For us; the patient reads only that the fee is dropped."),
        error_messages={"required": gettext_lazy("Say why the fee is waived.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


@require_safe
def visit(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show a visit. A record marked staff or VIP asks why first; each look is in the audit."""
    return _page(request, visit_of(uid), WaiveForm(), now=timezone.now())


@require_POST
def waive(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Waive a fee with a reason."""
    now = timezone.now()
    fee = Fee.objects.filter(uid=uid).select_related("appointment").first()
    if fee is None:
        raise Http404
    form = WaiveForm(request.POST)
    if not form.is_valid():
        return _page(request, visit_of(fee.appointment.uid), form, now=now, status=422)
    try:
        diary.waive(fee=fee, by=cast("User", request.user), reason=form.cleaned_data["reason"], now=now)
    except diary.DiaryError:
        messages.error(request, _("This fee is waived already, or was taken back."))
    else:
        messages.success(request, _("Waived: nothing is owed for this visit."))
    return redirect("admin:visit", uid=fee.appointment.uid)


def _page(
    request: HttpRequest, row: Appointment, form: WaiveForm, *, now: datetime, status: int = 200
) -> HttpResponseBase:
    if must_say_why(request, row.patient, now=now):
        return redirect("admin:patient", uid=row.patient.uid)
    audit.record(act="visit.looked_at", subject_uid=row.uid, request=request, now=now)
    sees_fees = request.user.has_perm(SEES_FEES)
    return desk_response(
        request,
        "desk/visit.html",
        page="patients",
        title=_("Visit of %(name)s") % {"name": row.patient.name},
        crumbs=[
            (_("Patients"), reverse("admin:patients")),
            (row.patient.name, reverse("admin:patient", args=[row.patient.uid])),
            (wording.moment(timezone.localtime(row.block.starts_at)), ""),
        ],
        status=status,
        visit=row,
        chips=hold_chips(row),
        coming=row.block.state in (Block.State.BOOKED, Block.State.ARRIVED),
        begun=row.block.starts_at <= now,
        may_work=request.user.has_perm("booking.work_day"),
        has_ways=row.service.modes.filter(active=True).exclude(mode=row.mode).exists(),
        sees_fees=sees_fees,
        may_waive=request.user.has_perm(WAIVES),
        fees=list(row.fees.select_related("waived_by")) if sees_fees else [],
        form=form,
        rule=row.terms.splitlines(),
        days=history.of_visit(row),
        here=request.get_full_path(),
    )
