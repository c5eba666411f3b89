"""The pages on which practitioners' own calendars are named, and say how reading them goes."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.busy import acts
from booking.busy_form import OwnCalendarForm
from booking.models import OwnCalendar
from clinic.desk.pages import desk_response
from clinic.models import Practitioner, User

OWN, ANYBODYS = "booking.see_own_day", "booking.change_timeoff"


@dataclass(frozen=True)
class Row:
    """A practitioner, their calendar, if one is read, and how many busy times it says from now on."""

    person: Practitioner
    calendar: OwnCalendar | None
    busy: int
    reads_now: bool

    @property
    def host(self) -> str:
        """Return the machine that the calendar is on: the whole address is a key to it, and is not shown again."""
        return urlsplit(self.calendar.address).hostname or "" if self.calendar else ""


def failing(_request: HttpRequest, _now: datetime) -> tuple[int, bool]:
    """Count the calendars that could not be read the last time: what is booked meanwhile may meet something in one."""
    number = OwnCalendar.objects.filter(practitioner__active=True).exclude(trouble="").count()
    return number, number > 0


def calendars(request: HttpRequest) -> HttpResponseBase:
    """Show everybody's calendar to a manager. Two queries of its own."""
    now = timezone.now()
    return desk_response(
        request,
        "desk/busy_calendars.html",
        page="busy-calendars",
        title=_("Own calendars"),
        crumbs=[(_("Own calendars"), "")],
        rows=_rows(Practitioner.objects.filter(active=True), now=now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_of(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show a practitioner's calendar to themselves or to a manager; on POST follow an address, read now, or forget it."""
    now = timezone.now()
    person = get_object_or_404(Practitioner, uid=uid, active=True)
    user = request.user
    mine = isinstance(user, User) and person.user_id == user.pk
    if not isinstance(user, User) or not (mine or user.has_perm(ANYBODYS)):
        raise PermissionDenied
    act = request.POST.get("act", "") if request.method == "POST" else ""
    form = OwnCalendarForm(request.POST if act == "follow" else None, label_suffix="")
    if act == "follow" and form.is_valid():
        acts.follow(practitioner=person, address=form.cleaned_data["address"], by=user, now=now)
        messages.success(request, _("The calendar is being read. Look again in a minute."))
    elif act == "read":
        acts.read_soon(practitioner=person, now=now)
        messages.success(request, _("The calendar is being read. Look again in a minute."))
    elif act == "forget":
        acts.forget(practitioner=person, by=user, now=now)
        messages.success(request, _("Done. The calendar is not read any more, and its busy times are free again."))
    if act and not form.errors:
        return redirect("admin:busy-calendar", uid=person.uid)
    crumbs = [(_("Own calendars"), reverse("admin:busy-calendars"))] if user.has_perm(ANYBODYS) else []
    return desk_response(
        request,
        "desk/busy_calendar.html",
        page="busy-calendars",
        title=_("Busy times of %(name)s") % {"name": person.name},
        crumbs=[*crumbs, (person.name, "")],
        status=422 if form.errors else 200,
        row=_rows(Practitioner.objects.filter(pk=person.pk), now=now)[0],
        mine=mine,
        form=form,
    )


def _rows(people: QuerySet[Practitioner], *, now: datetime) -> list[Row]:
    coming = Count("time_off", filter=Q(time_off__imported=True, time_off__ends_at__gt=now))
    found = people.select_related("own_calendar").annotate(coming=coming)
    rows = []
    for person in found:
        calendar = getattr(person, "own_calendar", None)
        rows.append(Row(person, calendar, person.coming, bool(calendar and calendar.is_being_read(now))))
    return rows
