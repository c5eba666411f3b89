"""What staff do with a visit: arrived, seen, no-show, take it back, keep, cancel. Through `booking.diary` only."""

import uuid
from decimal import Decimal
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
from django.views.decorators.http import require_POST

from booking import diary
from booking.models import Appointment, Block
from clinic import recipients, wording
from clinic.desk.pages import back, desk_response, posted
from clinic.forms import LineField
from clinic.models import User

ACTS = {
    "confirm": diary.confirm,
    "arrive": diary.arrive,
    "seen": diary.seen,
    "no_show": diary.no_show,
    "undo": diary.undo,
    "unconfirm": diary.unconfirm,
}
DONE = {
    "confirm": gettext_lazy("%(name)s comes: confirmed."),
    "arrive": gettext_lazy("%(name)s is here."),
    "seen": gettext_lazy("%(name)s was seen."),
    "no_show": gettext_lazy("%(name)s did not come. The time is free again."),
    "undo": gettext_lazy("Taken back: %(name)s is as before."),
    "unconfirm": gettext_lazy("Taken back: %(name)s is to be confirmed again."),
}
LEFT = gettext_lazy("%(name)s joined and left before being seen: a no-show without a fee. The time is free again.")
REASONS = [
    ("patient", gettext_lazy("The patient cannot come")),
    ("better", gettext_lazy("The patient is better")),
    ("elsewhere", gettext_lazy("The patient goes elsewhere")),
    ("clinic", gettext_lazy("We have to cancel")),
    ("mistake", gettext_lazy("Booked by mistake")),
    ("other", gettext_lazy("Another reason")),
]
# Then it is the patient who cancels, and what they accepted about late fees holds.
ASKED = frozenset({"patient", "better", "elsewhere"})


class CancelForm(forms.Form):
    """Why a visit is cancelled."""

    use_required_attribute = False
    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Say why."),
            "invalid_choice": gettext_lazy("Pick one of the reasons."),
        },
    )
    words = LineField(
        label=gettext_lazy("In a few words"),
        max_length=90,
        required=False,
        help_text=gettext_lazy("For us; the patient does not see it. Nothing about health."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")

    @property
    def asked_by_patient(self) -> bool:
        """Say whether the patient wants it, not we."""
        return self.cleaned_data["reason"] in ASKED

    @property
    def told(self) -> str:
        """Return the reason as it is kept."""
        reason = str(dict(REASONS)[self.cleaned_data["reason"]])
        return f"{reason}: {self.cleaned_data['words']}" if self.cleaned_data["words"] else reason


@require_POST
def act(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Do one act with a visit and go back; the message offers to take it back."""
    visit = visit_of(uid)
    now, name = timezone.now(), request.POST.get("act", "")
    if name == "undo" and request.GET.get("of") == "confirm":
        name = "unconfirm"
    if name not in ACTS:
        raise Http404
    try:
        done = ACTS[name](appointment=visit, by=cast("User", request.user), now=now)
    except diary.PatientBusy as error:
        messages.error(request, busy_words(error))
    except (diary.SlotTaken, diary.SlotRefused):  # others have taken the time of a no-show since: shown, and asked why
        return redirect("admin:visit-take-back", uid=uid)
    except diary.DiaryError as error:
        messages.error(request, str(error))
    else:
        undo = f"undo={reverse('admin:visit-act', args=[uid])}"
        if name == "confirm":  # it may have been confirmed by the patient a moment before
            undo = f"{undo}?of=confirm" if done.confirmed_at == now else ""
        elif name in ("undo", "unconfirm"):
            undo = ""
        left = name == "no_show" and visit.block.state == Block.State.ARRIVED  # as it was before
        messages.success(request, (LEFT if left else DONE[name]) % {"name": visit.patient.name}, extra_tags=undo)
    return back(request, "index")


@require_POST
def keep(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Let a visit on hold take place: a PT has decided."""
    visit = visit_of(uid)
    user = cast("User", request.user)
    try:
        diary.keep(appointment=visit, by=user, is_pt=user.has_perm("clinic.end_pt_calls"), now=timezone.now())
    except diary.DiaryError as error:
        messages.error(request, str(error))
    else:
        known = _("%(name)s comes %(when)s as booked, and is told.")
        unknown = _("%(name)s comes %(when)s as booked, and cannot be written to: a call is open.")
        messages.success(request, (known if is_told(visit) else unknown) % told(visit))
    return back(request, "patient", visit.patient.uid)


def cancel(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Ask why, saying what it costs the patient, and cancel."""
    visit, now = visit_of(uid), timezone.now()
    form = CancelForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            done = diary.cancel(
                appointment=visit,
                by=cast("User", request.user),
                reason=form.told,
                asked_by_patient=form.asked_by_patient,
                now=now,
            )
        except diary.DiaryError as error:
            messages.error(request, str(error))
        else:
            known = _("Cancelled. The time is free again, and %(name)s is told.")
            unknown = _("Cancelled. The time is free again. %(name)s cannot be written to: a call is open.")
            messages.success(request, (known if is_told(visit) else unknown) % told(visit))
            if fee := done.fees.standing().first():
                messages.info(request, _("A late fee of %(fee)s is recorded.") % {"fee": _money(fee.amount, visit)})
                return redirect("admin:visit", uid=visit.uid)
        return redirect("admin:patient", uid=visit.patient.uid)
    cost = diary.late_fee(visit, now=now)
    return desk_response(
        request,
        "desk/cancel.html",
        page="today",
        title=_("Cancel this visit?"),
        crumbs=[(visit.patient.name, reverse("admin:patient", args=[visit.patient.uid])), (_("Cancel"), "")],
        visit=visit,
        form=form,
        cost=_money(cost, visit) if cost else "",
        can=visit.block.state in (Block.State.BOOKED, Block.State.ARRIVED),
    )


def _money(amount: Decimal, visit: Appointment) -> str:
    return wording.money(amount, visit.currency)


def visit_of(uid: uuid.UUID) -> Appointment:
    """Return a visit with what pages need of it, or raise Http404."""
    rows = Appointment.objects.select_related("block__practitioner", "block__room", "patient", "service", "location")
    visit = rows.filter(uid=uid).first()
    if visit is None:
        raise Http404
    return visit


def busy_words(error: diary.PatientBusy) -> str:
    """Say which other visit the patient has at a time."""
    return _("They have another visit at that time: %(when)s with %(who)s.") % told(error.appointment)


def is_told(visit: Appointment) -> bool:
    """Say whether a change of a visit is written to its patient; for others `booking.diary` opens a call."""
    return bool(recipients.ways_to_write(visit.patient))


def told(visit: Appointment) -> dict[str, str]:
    """Return what messages say of a visit."""
    return {
        "name": visit.patient.name,
        "when": wording.moment(timezone.localtime(visit.block.starts_at)),
        "who": visit.block.practitioner.name,
    }
