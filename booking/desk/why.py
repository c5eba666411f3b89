"""Why is this time not offered? Every reason in words, for the desk and for patients online, and what would help."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking import schedule, verdicts
from booking.availability import Slot, in_words
from booking.desk.caller import Caller, caller_of, is_shut, to_move
from booking.desk.find_form import Search
from booking.desk.finder import goes_its_own_way, shut_words
from booking.desk.in_the_way import Found, Way, around, home_of, of_the_area, of_the_patient, way_of
from booking.desk.near import near
from booking.desk.slots import slot_text
from booking.desk.why_form import WhyForm
from booking.verdicts import Answer, Verdict
from clinic.desk.access import must_say_why
from clinic.desk.pages import desk_response, read_uid
from clinic.models import Location, Practitioner


def why_not(request: HttpRequest) -> HttpResponseBase:
    """Show what stands in the way of a time, for each person, and the nearest times that are free."""
    now = timezone.now()
    moves = request.GET.get("visit", "")
    caller = to_move(read_uid(moves)) if moves else caller_of(request)
    if caller.patient and must_say_why(request, caller.patient, now=now):
        return redirect("admin:patient", uid=caller.patient.uid)
    form = WhyForm(request.GET, visit=caller.visit, request=caller.request, this_day=timezone.localdate(now))
    start = form.start if form.is_valid() else None
    found = _look(form.search, caller, start, now) if start and form.search.ready else {}
    return desk_response(
        request,
        "desk/why_not.html",
        page="find-slot",
        title=_title(caller),
        crumbs=[(_("Find a time"), _list_url(caller)), (_("Why not?"), "")],
        caller=caller,
        find=form,
        start=start,
        waits=start is not None and not form.search.ready,
        list_url=_list_url(caller),
        now=now,
        **found,
    )


def _look(search: Search, caller: Caller, start: datetime, now: datetime) -> dict[str, Any]:
    """Return what the page shows of a time."""
    visit, patient = caller.visit, caller.patient
    new = visit is None and (patient is None or schedule.is_new(patient))
    block = visit.block if visit else None
    answer = verdicts.ask(
        service=search.service,
        mode=search.mode,
        start=start,
        practitioner=search.practitioner,
        location=search.location,
        state=search.state,
        zone=home_of(search.mode, search.postal_code),
        new_patient=new,
        except_block=block,
        now=now,
    )
    found = around(answer, start, except_block=block, now=now)
    general = [*of_the_area(search.mode, search.postal_code, visit)]
    general += of_the_patient(answer, patient=patient, visit=visit, start=start)
    general += [way_of(reason) for reason in answer.barred]
    if answer.never is not None:
        general.append(way_of(answer.never, never=True))
    gate = caller.gate(search.service, search.mode, now=now)
    shut = is_shut(gate) and not goes_its_own_way(visit)
    people = {row.pk: row for row in Practitioner.objects.filter(pk__in=_ids(answer))}
    places = {row.pk: row for row in Location.objects.filter(active=True)}
    others = near(
        service=search.service,
        mode=search.mode,
        start=start,
        practitioner=search.practitioner,
        location=search.location,
        state=search.state,
        postal_code=search.postal_code,
        new_patient=new,
        except_block=block,
        now=now,
    )
    offer = schedule.offer_of(search.service, search.mode)
    return {
        "search": search,
        "ends": start + timedelta(minutes=offer.duration_minutes) if offer else None,
        "general": general,
        "never": answer.never is not None,
        "rows": [_row(one, found, search, caller=caller, people=people, places=places) for one in answer.verdicts],
        "verdict": _verdict(answer, general),
        "shut": shut,
        "shut_words": shut_words(gate) if gate and shut else "",
        "before": [_with_url(row, search, caller) for row in others if row["at"] < start],
        "after": [_with_url(row, search, caller) for row in others if row["at"] > start],
    }


def _ids(answer: Answer) -> list[int]:
    return [verdict.slot.practitioner_id or 0 for verdict in answer.verdicts]


def _row(
    verdict: Verdict,
    found: Found,
    search: Search,
    *,
    caller: Caller,
    people: dict[int, Practitioner],
    places: dict[int, Location],
) -> dict[str, Any]:
    """Return what the page says of one person."""
    slot: Slot = verdict.slot
    person, place = people[slot.practitioner_id or 0], places.get(slot.location_id or 0)
    row = {"slot": slot_text(slot, person, place)}
    return {
        **_with_url(row, search, caller),
        "key": person.slug,
        "name": person.name,
        "where": place.name if place else "",
        "free": verdict.free,
        "hard": verdict.hard,
        "ways": found.ways(verdict),
        "rooms": found.rooms_free(verdict),
        "online": [in_words(reason) for reason in verdict.online if reason not in verdict.desk],
    }


def _with_url(row: dict[str, Any], search: Search, caller: Caller) -> dict[str, Any]:
    """Add where a time is booked, or the visit moved there."""
    if caller.visit:
        return row | {"url": reverse("admin:visit-move", args=[caller.visit.uid]) + "?" + urlencode(_only(row))}
    query = {
        **caller.query,
        "service": str(search.service.uid),
        "mode": search.mode,
        "state": search.state,
        "postal_code": search.postal_code,
        **_only(row),
    }
    return row | {"url": reverse("admin:book") + "?" + urlencode({key: value for key, value in query.items() if value})}


def _only(row: dict[str, Any]) -> dict[str, str]:
    return {"slot": row["slot"]}


def _verdict(answer: Answer, general: list[Way]) -> str:
    """Say in a sentence what came out."""
    free = sum(verdict.free for verdict in answer.verdicts)
    if answer.never is not None:
        return _("This cannot be booked.")
    if not answer.verdicts:
        return _("Nobody gives this service this way.")
    if len(answer.verdicts) == 1:
        barred = set(answer.barred)
        rules = sum(reason not in barred for reason in answer.verdicts[0].desk) + len(general)
        if not rules:
            return _("This time is free.")
        return ngettext(
            "Not offered: %(n)d rule stands in the way.", "Not offered: %(n)d rules stand in the way.", rules
        ) % {"n": rules}
    if general:
        return _("Not offered, whoever gives it.")
    return _("Free with %(free)d of %(all)d people.") % {"free": free, "all": len(answer.verdicts)}


def _title(caller: Caller) -> str:
    if caller.visit:
        return _("Move the visit of %(name)s: why not?") % {"name": caller.name}
    return _("Why not this time, for %(name)s?") % {"name": caller.name} if caller.name else _("Why not this time?")


def _list_url(caller: Caller) -> str:
    if caller.visit:
        return reverse("admin:visit-move", args=[caller.visit.uid])
    return reverse("admin:find-slot") + (f"?{urlencode(caller.query)}" if caller.query else "")
