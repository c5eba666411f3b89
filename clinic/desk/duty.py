"""The page of the duty roster: the week with its gaps in words, and rows to change it."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import duty as acts
from clinic import opening, sms, wording
from clinic.desk.duty_form import roster_forms
from clinic.desk.pages import desk_response, posted
from clinic.hours import Hours
from clinic.models import Clinic, DutyShift, User
from clinic.models.places import Weekday


def roster(request: HttpRequest) -> HttpResponseBase:
    """Show the roster, or keep what was typed into it."""
    now, shifts, hours = timezone.now(), acts.roster(), opening.hours_for()
    staff = list(User.objects.filter(is_active=True, is_staff=True).order_by("first_name", "username"))
    forms = roster_forms(posted(request), shifts=shifts, people=staff)
    if forms.is_bound and forms.is_valid():
        try:
            acts.save(shifts=forms.shifts, seen=request.POST.get("seen", ""), by=cast("User", request.user), now=now)
        except (acts.RosterChanged, IntegrityError):
            messages.error(request, _("Not saved: a colleague has changed the roster meanwhile. This is theirs."))
        else:
            messages.success(request, _("Saved. This is who is alerted from now on."))
        return redirect("admin:duty")
    return desk_response(
        request,
        "desk/duty.html",
        page="duty",
        title=_("Error: %(title)s") % {"title": _("Duty roster")} if forms.is_bound else _("Duty roster"),
        crumbs=[(_("Calls"), reverse("admin:calls")), (_("Duty roster"), "")],
        status=422 if forms.is_bound else 200,
        forms=forms,
        problems=forms.problems if forms.is_bound else [],
        seen=request.POST.get("seen", "") if forms.is_bound else acts.stamp(shifts),
        week=_week(shifts, hours),
        managers=acts.managers(),
        unreachable=_unreachable(shifts),
        clinic_email=Clinic.get().email,
        minutes=Clinic.get().page_second_minutes,
    )


def _week(shifts: Sequence[DutyShift], hours: Hours) -> list[dict[str, Any]]:
    """Return for each day who is first and who second, and what of the opening hours nobody covers, in words."""
    no_first = acts.gaps([shift for shift in shifts if not shift.second], hours)
    no_second = acts.gaps([shift for shift in shifts if shift.second], hours)
    nobody = acts.gaps(shifts, hours)
    return [
        {
            "name": day.label,
            "open": [wording.hours(one.opens, one.closes) for one in hours.weekly if one.weekday == day],
            "lines": [
                [
                    (row.user.display_name, wording.hours(row.starts, row.ends))
                    for row in shifts
                    if _is(row, day, second)
                ]
                for second in (False, True)
            ],
            "nobody": _words(nobody, day),
            "no_first": _words([gap for gap in no_first if gap not in nobody], day),
            "no_second": _words([gap for gap in no_second if gap not in nobody], day),
        }
        for day in Weekday
    ]


def _is(row: DutyShift, day: int, second: bool) -> bool:
    return row.weekday == day and row.second == second


def _words(gaps: Sequence[acts.Gap], day: int) -> list[str]:
    return [wording.hours(gap.starts, gap.ends) for gap in gaps if gap.weekday == day]


def _unreachable(shifts: Sequence[DutyShift]) -> list[str]:
    """Return who is on the roster and cannot be told: no e-mail address, and no phone that a text reaches."""
    people = dict.fromkeys(shift.user for shift in shifts)
    return [one.display_name for one in people if not one.email and not (one.phone and sms.has_route())]
