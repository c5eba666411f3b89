"""Taking a no-show back whose time others have taken since: what stands in the way is shown, and a reason asked for."""

import uuid
from typing import cast

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking import diary, verdicts
from booking.desk.in_the_way import ways_of
from booking.desk.over_form import OverForm
from booking.desk.visits import DONE, busy_words, visit_of
from booking.models import Block
from clinic.desk.access import must_say_why
from clinic.desk.pages import desk_response, posted
from clinic.models import User


class BackForm(OverForm):
    """Asks why a visit takes a time again that is somebody else's, or that breaks a rule by now."""

    gone_words = gettext_lazy("That time was given away a moment ago. Look below at who has it.")


def take_back(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show what stands in the way of a visit's own time, or let the visit take it again."""
    visit, now = visit_of(uid), timezone.now()
    if visit.block.state != Block.State.NO_SHOW:
        return redirect("admin:visit", uid=uid)
    if must_say_why(request, visit.patient, now=now):
        return redirect("admin:patient", uid=visit.patient.uid)
    start = visit.block.starts_at
    form = BackForm(posted(request), ways=ways_of(verdicts.given_away(visit, now=now), start=start, now=now))
    if request.method == "POST" and form.is_valid():
        reasons = {"override_reason": form.override_reason, "overlap_reason": form.overlap_reason}
        try:
            diary.undo(appointment=visit, by=cast("User", request.user), **reasons, now=now)
        except diary.PatientBusy as error:
            form.add_error(None, busy_words(error))
        except diary.DiaryError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, DONE["undo"] % {"name": visit.patient.name})
            return redirect("admin:visit", uid=uid)
    return desk_response(
        request,
        "desk/take_back.html",
        page="today",
        title=_("Take the no-show of %(name)s back?") % {"name": visit.patient.name},
        crumbs=[(visit.patient.name, reverse("admin:patient", args=[visit.patient.uid])), (_("Take back"), "")],
        visit=visit,
        form=form,
    )
