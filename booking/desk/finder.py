"""Find a time for somebody on the phone: what they need, the next free times, and who may not be booked yet."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from booking import schedule
from booking.availability import Slot, free_slots
from booking.calendars import calendar_of
from booking.desk.caller import Caller, caller_of, is_shut
from booking.desk.find_form import FindForm, Search
from booking.desk.slots import choice, page_of, say, unlisted
from booking.errors import OutsideArea
from booking.models import Appointment
from clinic.desk.access import must_say_why
from clinic.desk.clock import span_words
from clinic.desk.pages import desk_response
from clinic.models import Location, Mode, Practitioner
from intake.gate import Answer, Gate

SEARCHED = 28
# How many rows are shown at once, and how many more each time.
AT_ONCE = 10
# More values of one name than there are days in a week, and somebody plays with the address.
MOST_VALUES = 7


def find_slot(request: HttpRequest) -> HttpResponseBase:
    """Show free times for a caller."""
    return show_times(request, caller_of(request), timezone.now())


def show_times(request: HttpRequest, caller: Caller, now: datetime) -> HttpResponseBase:
    """Show the search and its times; a patient whose gate is shut gets the reason instead."""
    if caller.patient and must_say_why(request, caller.patient, now=now):
        return redirect("admin:patient", uid=caller.patient.uid)
    this_day = timezone.localdate(now)
    form = FindForm(request.GET, visit=caller.visit, request=caller.request, this_day=this_day)
    slots: list[Slot] = []
    gate, outside, offered, search = None, False, True, None
    if form.is_valid():
        search = form.search
        offered = schedule.offer_of(search.service, search.mode) is not None
        gate = caller.gate(search.service, search.mode, now=now)
        if search.ready and not _stops(gate, caller):
            try:
                slots = times(search, caller, now=now)
            except OutsideArea:
                outside = True
    shown, more = page_of(slots, count=form.count, all_of_day=form.only_day)
    people = {person.pk: person for person in Practitioner.objects.filter(pk__in={s.practitioner_id for s in shown})}
    places = {place.pk: place for place in Location.objects.filter(pk__in={s.location_id for s in shown})}
    return desk_response(
        request,
        "desk/find_slot.html",
        page="find-slot",
        title=_title(caller),
        crumbs=_crumbs(caller),
        caller=caller,
        maybe=caller.maybe_known(),
        caller_query=urlencode(caller.query),
        find=form,
        search=search,
        gate=gate,
        shut=_stops(gate, caller),
        shut_words=shut_words(gate) if gate else "",
        open_call=caller.owed_call() if _stops(gate, caller) else None,
        unscreened=needs_questions(gate),
        days=[
            (day, _how_far(day, this_day), [choice(slot, people, places, caller.query, search) for slot in rows])
            for day, rows in groupby(shown, key=lambda slot: timezone.localdate(slot.start))
        ],
        say=say(shown, people),
        ask_why=_ask_why(search, caller) if search else {},
        unlisted=_unlisted(search, slots) if search and search.only_day and slots else [],
        outside=outside,
        offered=offered,
        day_query=urlencode(_asked(request, besides=("day", "days", "only")), doseq=True),
        more_url=f"?{urlencode({**_asked(request), 'n': form.count + AT_ONCE}, doseq=True)}" if more else "",
        now=now,
    )


def _ask_why(search: Search, caller: Caller) -> dict[str, str]:
    """Return what the question about a time carries along from the search."""
    given = {
        **caller.query,
        "visit": str(caller.visit.uid) if caller.visit else "",
        "service": str(search.service.uid),
        "mode": search.mode,
        "location": str(search.location.uid) if search.location else "",
        "state": search.state,
        "postal_code": search.postal_code,
    }
    return {key: value for key, value in given.items() if value}


def _unlisted(search: Search, slots: list[Slot]) -> list[datetime]:
    """Return the times of the one day that is looked at which are not in the list."""
    return unlisted(search.day, slots, step=timedelta(minutes=search.service.grid_minutes))


def times(search: Search, caller: Caller, *, now: datetime) -> list[Slot]:
    """Return the free times that suit, earliest first. Raises OutsideArea.

    A visit at home that is moved stays at its address, which was inside the area when it was booked.
    """
    if caller.visit and search.mode == Mode.MOBILE:
        return _suiting(search, _times_to_move(search, caller.visit, now=now))
    found = schedule.find(
        service=search.service,
        mode=search.mode,
        location=search.location,
        practitioner=search.practitioner,
        state=search.state,
        postal_code=search.postal_code,
        first_day=search.day,
        days=1 if search.only_day else SEARCHED,
        now=now,
        new_patient=caller.patient is None or schedule.is_new(caller.patient),
        staff=True,
    )
    return _suiting(search, found)


def _suiting(search: Search, found: list[Slot]) -> list[Slot]:
    """Return the slots on the days, at the hours and with the people that were asked for."""
    speakers = search.speakers()
    return [
        slot
        for slot in found
        if search.suits(timezone.localtime(slot.start)) and (speakers is None or slot.practitioner_id in speakers)
    ]


def _times_to_move(search: Search, visit: Appointment, *, now: datetime) -> list[Slot]:
    offer = schedule.offer_of(visit.service, visit.mode)
    if offer is None:
        return []
    days = 1 if search.only_day else SEARCHED
    home, block = visit.block.zone_id, visit.block_id
    calendar = calendar_of(offer, first_day=search.day, days=days, now=now, home=home, except_block=block)
    person = search.practitioner.pk if search.practitioner else None
    return free_slots(calendar, first_day=search.day, days=days, now=now, practitioner_id=person)


def goes_its_own_way(visit: Appointment | None) -> bool:
    """Say whether a PT decides, or has decided, about this very visit: then the gate does not keep it from moving."""
    return visit is not None and bool(visit.hold or visit.kept_at)


def _stops(gate: Gate | None, caller: Caller) -> bool:
    return is_shut(gate) and not goes_its_own_way(caller.visit)


def needs_questions(gate: Gate | None) -> bool:
    """Say whether a visit would be booked before the patient has answered the questions."""
    return gate is None or gate.answer == Answer.CHECK_FIRST or gate.unscreened


def shut_words(gate: Gate) -> str:
    """Say why the desk may not book, and what to tell the caller."""
    if gate.answer == Answer.IN_PERSON_ONLY:
        return _("This patient needs an exam in person. Choose a visit at the clinic or at home.")
    if gate.answer == Answer.DOCTOR_FIRST:
        return _("A PT must call first: a doctor has to see this patient before we book. Say that a PT calls them.")
    if gate.answer == Answer.NO_BOOKING:
        return _("A PT must call first, now. If they say they are getting worse, have them call the emergency number.")
    return _("A PT must call first. Say that a PT calls them and books with them.")


def _how_far(day: date, this_day: date) -> str:
    if day == this_day:
        return _("today")
    if day == this_day + timedelta(days=1):
        return _("tomorrow")
    return _("in %(span)s") % {"span": span_words(day - this_day)}


def _title(caller: Caller) -> str:
    if caller.visit:
        return _("Move the visit of %(name)s") % {"name": caller.name}
    return _("Find a time for %(name)s") % {"name": caller.name} if caller.name else _("Find a time")


def _crumbs(caller: Caller) -> list[tuple[str, str]]:
    last = (_("Move"), "") if caller.visit else (_("Find a time"), "")
    if caller.patient:
        return [(caller.patient.name, reverse("admin:patient", args=[caller.patient.uid])), last]
    return [last]


def _asked(request: HttpRequest, *, besides: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Return what the address asks for, to be asked again; without how many, and what is to be left out."""
    return {
        key: [value[:200] for value in values[:MOST_VALUES]]
        for key, values in request.GET.lists()
        if key != "n" and key not in besides
    }
