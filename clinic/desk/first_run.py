"""The page of what is missing before the first patient comes."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic import first_run, setting_up
from clinic.desk.pages import desk_response
from clinic.first_run import State
from clinic.models import Clinic, Message, User
from clinic.recipients import BadRecipient


def page(request: HttpRequest) -> HttpResponseBase:
    """Show the list: what is missing first."""
    now = timezone.now()
    rows = setting_up.whole_list(now=now)
    tests = Message.objects.filter(kind=setting_up.TEST).order_by("-pk")[:3]
    groups: list[tuple[str, list[Any]]] = [
        (_("Still missing"), [_shown(row) for row in rows if row.state == State.MISSING]),
        (_("Please look, and tick"), [_shown(row) for row in rows if row.state == State.LOOK]),
        (_("Done"), [_shown(row) for row in rows if row.state == State.DONE]),
    ]
    return desk_response(
        request,
        "desk/first_run.html",
        page="first-run",
        title=_("Before going live"),
        crumbs=[(_("Before going live"), "")],
        groups=[group for group in groups if group[1]],
        summary=first_run.summary(rows),
        left=first_run.left(rows),
        clinic=Clinic.objects.first(),
        ticked=setting_up.ticks(),
        tests=tests,
        now=now,
    )


@require_POST
def act(request: HttpRequest) -> HttpResponseBase:
    """Tick something off, send a test, or take the list off the desk."""
    now, by = timezone.now(), cast("User", request.user)
    wanted, name = request.POST.get("act", ""), request.POST.get("name", "")
    if not Clinic.objects.exists():
        messages.error(request, _("Fill in the clinic first."))
    elif wanted == "tick" and name in {row.name for row in setting_up.whole_list(now=now)}:
        setting_up.tick(name=name, by=by, now=now)
    elif wanted == "test" and name in Message.Channel.values:
        _send(request, name, by)
    elif wanted == "live":
        try:
            setting_up.go_live(by=by, now=now)
        except setting_up.StillMissing:
            messages.error(request, _("Not yet: something is still missing."))
        else:
            messages.success(request, _("This list has left the menu. It stays at the foot of the clinic's record."))
    else:
        raise BadRequest
    return redirect("admin:first-run")


def _send(request: HttpRequest, channel: str, by: User) -> None:
    try:
        setting_up.send_test(channel=channel, by=by, now=timezone.now())
    except BadRecipient:
        messages.error(
            request, _("Your login has no such address. Fill in your e-mail, or your phone with country code.")
        )
    else:
        messages.success(request, _("On its way. Open this page again in a minute to see what became of it."))


def _shown(row: first_run.Item) -> dict[str, Any]:
    url = reverse(row.page) if row.page else reverse(f"admin:{row.place}") if row.place else ""
    return {"item": row, "url": url}
