"""Moving a visit at the desk: to a time of the list, or to one typed in; over a rule with a reason."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import cast

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from booking import diary, schedule, verdicts
from booking.desk.caller import Caller, is_shut, to_move
from booking.desk.finder import goes_its_own_way, show_times, shut_words
from booking.desk.in_the_way import Way, ways_of
from booking.desk.near import near
from booking.desk.over_form import OverForm
from booking.desk.slots import Time, read_slot
from booking.desk.visits import is_told, told
from booking.models import Appointment
from clinic.desk.access import must_say_why
from clinic.desk.pages import desk_response, posted
from clinic.models import User
from intake.gate import gate_for_patient


def move(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show times for a visit, or one time with what stands in its way, or move the visit there."""
    now = timezone.now()
    caller = to_move(uid)
    visit = cast("Appointment", caller.visit)
    given = request.POST if request.method == "POST" else request.GET
    if request.method != "POST" and not given.get("slot"):
        return show_times(request, caller, now)
    if must_say_why(request, visit.patient, now=now):
        return redirect("admin:patient", uid=visit.patient.uid)
    slot = read_slot(given.get("slot", ""), visit.mode)
    gate = gate_for_patient(patient=visit.patient, service=visit.service, mode=visit.mode, now=now)
    shut = is_shut(gate) and not goes_its_own_way(visit)
    if slot is None or shut:
        messages.error(request, shut_words(gate) if shut else _("Pick a time from the list."))
        return redirect("admin:visit-move", uid=uid)
    form = OverForm(posted(request), ways=_ways(visit, slot, now))
    if request.method == "POST" and form.is_valid():
        return _move(request, caller, slot, form, now)
    return _page(request, caller, slot, form, now)


def _ways(visit: Appointment, slot: Time, now: datetime) -> tuple[Way, ...]:
    """Return what stands in the way of a move; nothing where the visit already is."""
    start, person, place = slot
    block = visit.block
    if (start, person.pk, place.pk if place else None) == (block.starts_at, block.practitioner_id, visit.location_id):
        return ()
    answer = verdicts.ask(
        service=visit.service,
        mode=visit.mode,
        start=start,
        practitioner=person,
        location=place,
        state=visit.state_then,
        except_block=block,
        now=now,
    )
    return ways_of(answer, patient=visit.patient, visit=visit, mode=visit.mode, start=start, now=now)


def _move(request: HttpRequest, caller: Caller, slot: Time, form: OverForm, now: datetime) -> HttpResponseBase:
    visit = cast("Appointment", caller.visit)
    start, person, place = slot
    try:
        moved = diary.move(
            appointment=visit,
            start=start,
            practitioner=person,
            location=place,
            by=cast("User", request.user),
            override_reason=form.override_reason,
            overlap_reason=form.overlap_reason,
            now=now,
        )
    except diary.WrongState as error:
        messages.error(request, str(error))
        return redirect("admin:patient", uid=visit.patient.uid)
    except diary.DiaryError as error:
        form.add_error(None, str(error))
        return _page(request, caller, slot, form, now)
    if moved.sequence == visit.sequence:
        messages.info(request, _("Nothing was moved: %(name)s comes %(when)s to %(who)s already.") % told(moved))
    else:
        known = _("Moved: %(name)s now comes %(when)s to %(who)s, and is told.")
        unknown = _("Moved: %(name)s now comes %(when)s to %(who)s. They cannot be written to: a call is open.")
        messages.success(request, (known if is_told(moved) else unknown) % told(moved))
    return redirect("admin:patient", uid=visit.patient.uid)


def _page(request: HttpRequest, caller: Caller, slot: Time, form: OverForm, now: datetime) -> HttpResponseBase:
    visit = cast("Appointment", caller.visit)
    start, person, place = slot
    offer = schedule.offer_of(visit.service, visit.mode)
    return desk_response(
        request,
        "desk/move.html",
        page="find-slot",
        title=_("Move the visit of %(name)s") % {"name": caller.name},
        crumbs=[
            (caller.name, reverse("admin:patient", args=[visit.patient.uid])),
            (_("Move"), reverse("admin:visit-move", args=[visit.uid])),
            (_("This time"), ""),
        ],
        visit=visit,
        start=start,
        ends=start + timedelta(minutes=offer.duration_minutes) if offer else None,
        person=person,
        place=place,
        slot=request.POST.get("slot") or request.GET.get("slot", ""),
        form=form,
        others=near(
            service=visit.service,
            mode=visit.mode,
            start=start,
            asked_of=person,
            state=visit.state_then,
            new_patient=False,
            except_block=visit.block,
            now=now,
        ),
        now=now,
    )
