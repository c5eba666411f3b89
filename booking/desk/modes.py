"""Another way for a visit at the desk: at its own time or another, over a rule with a reason."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from booking import diary, schedule, told, verdicts
from booking.desk.caller import is_shut
from booking.desk.finder import shut_words
from booking.desk.in_the_way import Way, home_of, of_the_area, ways_of
from booking.desk.mode_form import ModeForm, WhereForm
from booking.desk.near import near
from booking.desk.slots import Time, read_slot
from booking.desk.visits import is_told, visit_of
from booking.desk.visits import told as facts
from booking.models import Appointment, Block
from clinic.desk.access import must_say_why
from clinic.desk.pages import desk_response, posted
from clinic.models import Location, Mode, TravelZone, User
from intake.gate import Gate, gate_for_patient


@dataclass(frozen=True)
class Asked:
    """The way that is asked for, and when: the visit's own time with its own practitioner unless another was picked."""

    mode: str
    state: str
    postal_code: str
    area: TravelZone | None
    time: Time
    ways: tuple[Way, ...]


def change(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Ask which way; show what it costs and what stands in the way of the time; change the visit."""
    now = timezone.now()
    visit = visit_of(uid)
    if must_say_why(request, visit.patient, now=now):
        return redirect("admin:patient", uid=visit.patient.uid)
    where = WhereForm(request.GET, visit=visit)
    if visit.block.state != Block.State.BOOKED or not where.ready:
        return _page(request, visit, where, now=now)
    gate = gate_for_patient(patient=visit.patient, service=visit.service, mode=where.value("mode"), now=now)
    if _stops(gate, visit, where.value("mode")):
        return _page(request, visit, where, gate=gate, now=now)
    asked = _asked(request, visit, where, now)
    form = ModeForm(posted(request), mode=asked.mode, visit=visit, ways=asked.ways)
    if request.method == "POST" and form.is_valid():
        return _change(request, visit, where, asked, form, now=now)
    return _page(request, visit, where, asked=asked, form=form, now=now)


def _stops(gate: Gate, visit: Appointment, mode: str) -> bool:
    """Say whether a level forbids it, as `diary.change_mode` does: what a PT decides about goes on in person only."""
    return is_shut(gate) and (mode == Mode.TELEHEALTH or not (visit.hold or visit.kept_at))


def _asked(request: HttpRequest, visit: Appointment, where: WhereForm, now: datetime) -> Asked:
    mode, postal_code = where.value("mode"), where.value("postal_code")
    given = request.POST if request.method == "POST" else request.GET
    block, area = visit.block, home_of(mode, postal_code)
    start, person, place = read_slot(given.get("slot", ""), mode) or (
        block.starts_at,
        block.practitioner,
        where.value("location") or None,
    )
    answer = verdicts.ask(
        service=visit.service,
        mode=mode,
        start=start,
        practitioner=person,
        location=place,
        state=where.value("state"),
        zone=area,
        except_block=block,
        now=now,
    )
    if mode == Mode.IN_CLINIC and place is None:  # the kindest of them, as it was judged
        pk = answer.verdicts[0].slot.location_id if answer.verdicts else None
        place = Location.objects.filter(active=True).filter(**{"pk": pk} if pk else {}).first()
    ways = (
        *of_the_area(mode, postal_code),
        *ways_of(answer, patient=visit.patient, visit=visit, mode=mode, start=start, now=now),
    )
    return Asked(mode, where.value("state"), postal_code, area, (start, person, place), ways)


def _change(
    request: HttpRequest, visit: Appointment, where: WhereForm, asked: Asked, form: ModeForm, *, now: datetime
) -> HttpResponseBase:
    start, person, place = asked.time
    given = form.cleaned_data
    try:
        changed = diary.change_mode(
            appointment=visit,
            mode=asked.mode,
            start=start,
            practitioner=person,
            location=place,
            address=given.get("address", ""),
            access_notes=given.get("access_notes", ""),
            postal_code=asked.postal_code,
            state_then=asked.state,
            time_zone=given.get("time_zone", ""),
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
        return _page(request, visit, where, asked=asked, form=form, now=now)
    known = _("Changed: %(name)s comes %(when)s to %(who)s, %(how)s, and is told.")
    unknown = _("Changed: %(name)s comes %(when)s to %(who)s, %(how)s. They cannot be written to: a call is open.")
    words = known if is_told(changed) else unknown
    messages.success(request, words % (facts(changed) | {"how": told.how_they(changed.mode)}))
    return redirect("admin:patient", uid=visit.patient.uid)


def _page(
    request: HttpRequest,
    visit: Appointment,
    where: WhereForm,
    *,
    asked: Asked | None = None,
    form: ModeForm | None = None,
    gate: Gate | None = None,
    now: datetime,
) -> HttpResponseBase:
    offer = schedule.offer_of(visit.service, asked.mode) if asked else None
    start, person, place = asked.time if asked else (None, None, None)
    cost = offer.price + (asked.area.fee if asked and asked.area else Decimal(0)) if offer else None
    return desk_response(
        request,
        "desk/mode.html",
        page="find-slot",
        title=_("Another way for the visit of %(name)s") % {"name": visit.patient.name},
        crumbs=[
            (visit.patient.name, reverse("admin:patient", args=[visit.patient.uid])),
            (_("Another way"), ""),
        ],
        status=422 if form is not None and form.is_bound else 200,
        visit=visit,
        can=visit.block.state == Block.State.BOOKED,
        where=where,
        asked=asked,
        how=told.how_they(asked.mode) if asked else "",
        form=form,
        gate=gate,
        shut_words=shut_words(gate) if gate else "",
        offer=offer,
        cost=cost,
        start=start,
        ends=start + timedelta(minutes=offer.duration_minutes) if start and offer else None,
        person=person,
        place=place,
        same_time=start == visit.block.starts_at,
        slot=request.POST.get("slot") or request.GET.get("slot", ""),
        here=request.get_full_path(),
        others=near(
            service=visit.service,
            mode=asked.mode,
            start=start,
            asked_of=person,
            location=where.value("location") or None,
            state=asked.state,
            postal_code=asked.postal_code,
            new_patient=False,
            except_block=visit.block,
            now=now,
        )
        if asked and start
        else [],
        now=now,
    )
