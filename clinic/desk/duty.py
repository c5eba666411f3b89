"""The page of the duty roster: the week with its gaps in words, who stands in on single days, and rows to change it."""

import uuid
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, cast

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic import duty as acts
from clinic import opening, sms, stand_ins, wording
from clinic.desk.duty_form import RosterForms, roster_forms
from clinic.desk.pages import desk_response, posted
from clinic.desk.stand_in_form import StandInForm
from clinic.desk.stand_ins import in_words
from clinic.forms.base import problems_of
from clinic.hours import Hours
from clinic.models import Clinic, DutyShift, User
from clinic.models.places import Weekday


def roster(request: HttpRequest) -> HttpResponseBase:
    """Show the roster, or keep what was typed into it."""
    now, shifts = timezone.now(), acts.roster()
    forms = roster_forms(posted(request), shifts=shifts, people=_staff())
    if forms.is_bound and forms.is_valid():
        try:
            acts.save(shifts=forms.shifts, seen=request.POST.get("seen", ""), by=cast("User", request.user), now=now)
        except (acts.RosterChanged, IntegrityError):
            messages.error(request, _("Not saved: a colleague has changed the roster meanwhile. This is theirs."))
        else:
            messages.success(request, _("Saved. This is who is alerted from now on."))
        return redirect("admin:duty")
    return _page(request, shifts, forms=forms, now=now)


@require_POST
def stand_in(request: HttpRequest) -> HttpResponseBase:
    """Keep who is away on some days, and who instead."""
    now, shifts = timezone.now(), acts.roster()
    form = StandInForm(request.POST, shifts=shifts, people=_staff(), today=timezone.localdate(now))
    if form.is_valid():
        given = form.cleaned_data
        try:
            row = stand_ins.add(**given, by=cast("User", request.user), now=now)
        except stand_ins.AlreadyAway:
            form.add_error("first_day", _("They are away on some of these days already: see the list."))
        else:
            undo = f"undo={reverse('admin:duty-stand-in-remove', args=[row.uid])}"
            messages.success(request, _("Saved. This is who is alerted on those days."), extra_tags=undo)
            return redirect("admin:duty")
    return _page(request, shifts, away=form, now=now)


@require_POST
def remove_stand_in(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Take it back: the roster of the week holds again."""
    row = stand_ins.remove(uid=uid, by=cast("User", request.user), now=timezone.now())
    name = row.user.display_name if row else ""
    done = _("Taken back: %(name)s is on duty as on the roster.") % {"name": name}
    messages.success(request, done if row else _("That was taken back already."))
    return redirect("admin:duty")


def _staff() -> list[User]:
    return list(User.objects.filter(is_active=True, is_staff=True).order_by("first_name", "username"))


def _page(
    request: HttpRequest,
    shifts: Sequence[DutyShift],
    *,
    now: datetime,
    forms: RosterForms | None = None,
    away: StandInForm | None = None,
) -> HttpResponseBase:
    hours, today, people = opening.hours_for(), timezone.localdate(now), _staff()
    coming = stand_ins.to_come(today)
    forms = forms or roster_forms(None, shifts=shifts, people=people)
    away = away or StandInForm(shifts=shifts, people=people, today=today)
    wrong = forms.is_bound or away.is_bound
    return desk_response(
        request,
        "desk/duty.html",
        page="duty",
        title=_("Error: %(title)s") % {"title": _("Duty roster")} if wrong else _("Duty roster"),
        crumbs=[(_("Calls"), reverse("admin:calls")), (_("Duty roster"), "")],
        status=422 if wrong else 200,
        forms=forms,
        away=away,
        stand_ins=in_words(coming, shifts, hours, today),
        problems=forms.problems if forms.is_bound else list(problems_of(away)),
        seen=request.POST.get("seen", "") if forms.is_bound else acts.stamp(shifts),
        week=_week(shifts, hours),
        managers=acts.managers(),
        unreachable=_unreachable([*(row.user for row in shifts), *(row.instead for row in coming if row.instead)]),
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
            "open": [wording.hours(opens, closes) for opens, closes in _open(hours, day)],
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


def _open(hours: Hours, day: int) -> list[tuple[time, time]]:
    """Return when some place of the clinic is open on a day of the week; stretches that touch are one."""
    found: list[tuple[time, time]] = []
    for opens, closes in sorted((one.opens, one.closes) for one in hours.weekly if one.weekday == day):
        if found and found[-1][1] != acts.MIDNIGHT and opens <= found[-1][1]:
            longest = closes if closes == acts.MIDNIGHT else max(closes, found[-1][1])
            found[-1] = (found[-1][0], longest)
        elif not found or found[-1][1] != acts.MIDNIGHT:
            found.append((opens, closes))
    return found


def _is(row: DutyShift, day: int, second: bool) -> bool:
    return row.weekday == day and row.second == second


def _words(gaps: Sequence[acts.Gap], day: int) -> list[str]:
    return [wording.hours(gap.starts, gap.ends) for gap in gaps if gap.weekday == day]


def _unreachable(people: Sequence[User]) -> list[str]:
    """Return who is on the roster and cannot be told: no e-mail address, and no phone that a text reaches."""
    return [one.display_name for one in dict.fromkeys(people) if not one.email and not (one.phone and sms.has_route())]
