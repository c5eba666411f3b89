"""The page of visits that fall outside the hours, and the word to a manager who has just changed them."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking import outside
from clinic.desk.pages import desk_response

PERMISSION = "booking.work_day"


def outside_hours(request: HttpRequest) -> HttpResponseBase:
    """List the visits to come that today's hours would not allow, with the ways to deal with each."""
    now = timezone.now()
    found = outside.visits_outside(now=now)
    outside.remember(len(found))
    return desk_response(
        request,
        "desk/outside_hours.html",
        page="today",
        title=_("Visits outside the hours"),
        crumbs=[(_("Today"), reverse("admin:index")), (_("Visits outside the hours"), "")],
        found=found,
    )


def tell(request: HttpRequest, now: datetime) -> None:
    """Say how many visits fall outside the hours, to whoever has just changed something about them."""
    if not request.user.has_perm(PERMISSION):
        return
    number = outside.count(now=now)
    if number:
        words = ngettext(
            "%(number)d visit to come falls outside the hours now.",
            "%(number)d visits to come fall outside the hours now.",
            number,
        ) % {"number": number}
        link = format_html('<a href="{}">{}</a>', reverse("admin:outside-hours"), _("See why, and move or call"))
        messages.warning(request, format_html("{} {}", words, link))
