"""The call queue: one list by due time, the open call beside it, and what becomes of each."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from clinic import calls, duty, registry
from clinic.desk.call_form import CallForm, next_try
from clinic.desk.pages import back, desk_response, posted
from clinic.models import Call, CallNote, User

# A next try does not push these down the queue.
NEVER_LATER = frozenset({Call.Reason.EMERGENCY, Call.Reason.URGENT, Call.Reason.ALERT})
# These end when a PT sets the level.
ABOUT_LEVEL = calls.ENDED_BY_PT - {Call.Reason.HELD, Call.Reason.ALERT}
R = Call.Reason
# What the queue can be cut down to; questions are the PTs' own queue.
WHOSE = {
    "": _lazy("All"),
    "mine": _lazy("Mine"),
    "nobody": _lazy("Nobody’s"),
    "pt": _lazy("For a PT"),
    "late": _lazy("Overdue"),
}
KINDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "requests": (_lazy("Requests"), (R.DISCOVERY, R.COST, R.TEAM, R.INTERPRETER)),
    "questions": (_lazy("Questions for a PT"), (R.QUESTION,)),
    "screenings": (_lazy("Screenings"), (R.EMERGENCY, R.URGENT, R.ALERT, R.UNSURE, R.REFER, R.UNFINISHED)),
    "visits": (_lazy("Visits"), (R.HELD, R.UNSCREENED, R.VIDEO)),
    "messages": (_lazy("Messages"), (R.MESSAGE, R.TEXT)),
    "other": (_lazy("Other"), (R.OTHER,)),
}
ICONS = {
    Call.Reason.DISCOVERY: "phone",
    Call.Reason.QUESTION: "talk",
    Call.Reason.COST: "money",
    Call.Reason.TEAM: "team",
    Call.Reason.EMERGENCY: "emergency",
    Call.Reason.URGENT: "urgent",
    Call.Reason.REFER: "refer",
    Call.Reason.UNSURE: "unsure",
    Call.Reason.ALERT: "urgent",
    Call.Reason.INTERPRETER: "talk",
    Call.Reason.UNSCREENED: "screen",
    Call.Reason.UNFINISHED: "screen",
    Call.Reason.HELD: "hold",
    Call.Reason.MESSAGE: "mail",
    Call.Reason.TEXT: "sms",
    Call.Reason.VIDEO: "telehealth",
    Call.Reason.OTHER: "phone",
}


def worked_at(call: Call) -> datetime:
    """Return the time that a call is worked by: its next try once one is set, else when it is due."""
    if call.next_try_at and call.reason not in NEVER_LATER:
        return call.next_try_at
    return call.due_at


def waiting(request: HttpRequest) -> list[Call]:
    """Return the open calls, as far as counting them goes; a page asks for them once, however often it counts."""
    found: list[Call] | None = getattr(request, "waiting_calls", None)
    if found is None:
        found = list(Call.objects.open().only("reason", "due_at", "next_try_at"))
        request.waiting_calls = found  # type: ignore[attr-defined]
    return found


def count(request: HttpRequest, now: datetime) -> tuple[int, bool]:
    """Return how many calls wait, and whether one is late, for the navigation."""
    calls_open = waiting(request)
    return len(calls_open), any(worked_at(call) < now for call in calls_open)


def queue(request: HttpRequest) -> HttpResponseBase:
    """Show the queue without an open call."""
    return _page(request, None, None, timezone.now())


def call_page(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show the queue with one call open; on POST write down how a try went, and finish the call if it ended it."""
    now = timezone.now()
    call = _call(uid)
    user = cast("User", request.user)
    tries_only = not calls.may_end(call=call, user=user)
    form = CallForm(posted(request), call=call, tries_only=tries_only, now=now)
    if request.method != "POST" or not form.is_valid():
        return _page(request, call, form, now)
    try:
        if not _write_down(request, call, form, now):
            return _to(request, "call", uid)
    except calls.AlreadyClaimed as error:
        messages.error(request, _("%(name)s has this call now.") % {"name": error.by.display_name})
        return _to(request, "call", uid)
    except calls.CallClosed:
        messages.error(request, _("Somebody finished this call meanwhile."))
    except calls.NeedsPT:
        messages.error(request, _("Only a PT can finish this call."))
        return _to(request, "call", uid)
    return _to(request, "calls")


@require_POST
def act(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Claim a call, or give it back to the queue."""
    now, call, user = timezone.now(), _call(uid), cast("User", request.user)
    try:
        if "release" in request.POST:
            calls.release(call=call, user=user, now=now)
            messages.success(request, _("%(name)s is back in the queue.") % {"name": call.name})
            return back(request, "calls") if "next" in request.POST else _to(request, "calls")
        calls.claim(call=call, user=user, now=now)
    except calls.AlreadyClaimed as error:
        messages.error(request, _("%(name)s was faster and has this call.") % {"name": error.by.display_name})
    except calls.CallClosed:
        messages.error(request, _("Somebody finished this call meanwhile."))
        return _to(request, "calls")
    return back(request, "call", uid) if "next" in request.POST else _to(request, "call", uid)


def _to(request: HttpRequest, page: str, *args: Any) -> HttpResponseBase:
    """Redirect to a page of the queue, cut down to the same part as before."""
    return redirect(reverse(f"admin:{page}", args=args) + _query(*_part(request)))


def _part(request: HttpRequest) -> tuple[str, str]:
    """Return which part of the queue is looked at: whose, and of which kind; "" for all."""
    whose, kind = request.GET.get("show", ""), request.GET.get("kind", "")
    return whose if whose in WHOSE else "", kind if kind in KINDS else ""


def _query(whose: str, kind: str) -> str:
    given = {name: value for name, value in (("show", whose), ("kind", kind)) if value}
    return f"?{urlencode(given)}" if given else ""


def _write_down(request: HttpRequest, call: Call, form: CallForm, now: datetime) -> bool:
    """Write down a try, or finish the call; say whether the person is done with it for now.

    What ends only with a decision stays theirs, with their note.
    """
    given, user = form.cleaned_data, cast("User", request.user)
    went: dict[str, Any] = {"outcome": given["outcome"], "note": given["note"]}
    if form.passes_on:
        calls.pass_to_pt(call=call, user=user, note=given["note"], now=now)
        messages.success(request, _("%(name)s is in the PTs’ queue now.") % {"name": call.name})
        return True
    if form.keeps_open:
        calls.log(call=call, user=user, **went, next_try_at=given["at"], now=now)
        messages.success(request, _("Noted. %(name)s is back in the queue for the next try.") % {"name": call.name})
        return True
    try:
        calls.finish(call=call, user=user, **went, now=now)
    except calls.NotDecided:
        calls.log(call=call, user=user, **went, now=now)
        messages.warning(
            request, _("Noted. The call stays open until a PT sets the level, on the brief: that ends it.")
        )
        return False
    messages.success(request, _("Done: %(name)s.") % {"name": call.name})
    return True


def _call(uid: uuid.UUID) -> Call:
    call = Call.objects.select_related("patient", "claimed_by", "closed_by").filter(uid=uid).first()
    if call is None:
        raise Http404
    return call


def _page(request: HttpRequest, call: Call | None, form: CallForm | None, now: datetime) -> HttpResponseBase:
    user = cast("User", request.user)
    waiting = sorted(
        Call.objects.open().select_related("claimed_by", "patient").prefetch_related("notes"),
        key=lambda row: (worked_at(row), row.pk),
    )
    whose, kind = _part(request)
    parts = {name: _part_of(waiting, name, user, now) for name in WHOSE}
    rows = _of_kind(parts[whose], kind)
    return desk_response(
        request,
        "desk/calls.html",
        page="calls",
        title=call.name if call else _("Calls"),
        crumbs=[(_("Calls"), ""), (call.name, "")] if call else [(_("Calls"), "")],
        now=now,
        waiting=waiting,
        filters=[(_query(name, kind), WHOSE[name], len(part), name == whose) for name, part in parts.items()],
        kinds=_kinds(parts[whose], whose, kind),
        query=_query(whose, kind),
        rows=[_row(row, user, call) for row in rows],
        done=_done_today(now),
        **_duty(now),
        call=call,
        form=form,
        **(_open_call(request, call, user, now) if call else {}),
    )


def _duty(now: datetime) -> dict[str, Any]:
    """Return who is alerted now, until when, by whom they are followed, and who is next if nobody takes a call."""
    shifts = duty.on_duty(now)
    return {
        "on_duty": [shift for shift in shifts if not shift.second],
        "second": [shift for shift in shifts if shift.second],
        "on_duty_next": duty.next_first(now),
        "managers": [] if shifts else duty.managers(),
    }


def _part_of(waiting: Sequence[Call], whose: str, user: User, now: datetime) -> list[Call]:
    """Return the calls that are mine, nobody's, a PT's or overdue; all of them for ""."""
    fits: dict[str, Callable[[Call], bool]] = {
        "mine": lambda row: row.claimed_by_id == user.pk,
        "nobody": lambda row: row.claimed_by_id is None,
        "pt": lambda row: row.for_pt,
        "late": lambda row: worked_at(row) < now,
    }
    return [row for row in waiting if not whose or fits[whose](row)]


def _of_kind(rows: Sequence[Call], kind: str) -> list[Call]:
    return [row for row in rows if not kind or row.reason in KINDS[kind][1]]


def _kinds(rows: Sequence[Call], whose: str, kind: str) -> list[tuple[str, Any, int, bool]]:
    """Return the kinds of which there are calls, and the one that is looked at: address, name, how many, chosen."""
    counts = {name: len(_of_kind(rows, name)) for name in KINDS}
    shown = [(_query(whose, name), KINDS[name][0], n, name == kind) for name, n in counts.items() if n or name == kind]
    return [(_query(whose, ""), _("Every kind"), len(rows), not kind), *shown] if len(shown) > 1 or kind else []


def _row(call: Call, user: User, opened: Call | None) -> dict[str, Any]:
    """Return what the queue shows of a call."""
    tries: Iterable[CallNote] = call.notes.all()
    return {
        "call": call,
        "at": worked_at(call),
        "icon": ICONS[Call.Reason(call.reason)],
        "selected": opened is not None and opened.pk == call.pk,
        "mine": call.claimed_by_id == user.pk,
        "last_try": next((note for note in tries if note.outcome), None),
    }


def _open_call(request: HttpRequest, call: Call, user: User, now: datetime) -> dict[str, Any]:
    """Return what stands beside the queue for the open call."""
    panel = registry.call_panels.get(call.reason)
    return {
        "grave": call.reason in NEVER_LATER,
        "at": worked_at(call),
        "mine": call.claimed_by_id == user.pk,
        "is_open": call.state == Call.State.OPEN,
        "may_end": calls.may_end(call=call, user=user),
        "about_level": call.reason in ABOUT_LEVEL,
        # What a PT noted after such a call is about health, and not for the desk; the words that worry us are for whoever
        # was alerted to them.
        "show_notes": call.reason == Call.Reason.ALERT or calls.may_end(call=call, user=user),
        "icon": ICONS[Call.Reason(call.reason)],
        "history": call.notes.select_related("by"),
        "panel": panel(request, call, now) if panel else "",
        "next_try": next_try(now),
    }


def _done_today(now: datetime) -> list[Call]:
    """Return the calls finished since midnight on the clinic's clock, the newest first."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    finished = Call.objects.filter(
        state=Call.State.DONE, closed_at__gte=midnight, closed_at__lt=midnight + timedelta(days=1)
    )
    return list(finished.select_related("closed_by").order_by("-closed_at")[:30])
