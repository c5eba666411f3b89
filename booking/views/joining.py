"""Joining a visit by video by the visit's link: when it opens, what is asked each time, and the way into the room."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking import diary, told, video, watched
from booking.join_form import JoinForm
from booking.models import Appointment, VideoJoin
from booking.views.visit import to_visit
from clinic import links
from clinic.link_gate import by_link

# The cookie of a browser that has said where its patient is.
JOINED = "joined"


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@by_link("visit")
def join(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Say when the room opens; once it is open, ask where the patient is, and show the way in."""
    now = timezone.now()
    door = video.door(visit, now=now)
    if door != video.Door.OPEN:
        return _closed(request, visit, door, now=now)
    if request.method == "POST":
        return _answer(request, visit, now=now)
    if "again" not in request.GET and _has_said(request, visit):
        context = {"room_url": video.room_url(visit), **told.facts(visit, now=now)}
        return render(request, "booking/join_room.html", context)
    return _ask(request, visit, JoinForm(visit=visit, now=now), now=now)


def _answer(request: HttpRequest, visit: Appointment, *, now: datetime) -> HttpResponse:
    form = JoinForm(request.POST, visit=visit, now=now)
    if not form.is_valid():
        return _words_first(request, visit, now=now) or _ask(request, visit, form, now=now, status=422)
    try:
        row = diary.join(appointment=visit, **form.told, now=now)
    except diary.NotLicensed:
        return _elsewhere(request, visit, form, now=now)
    except diary.WrongState:  # cancelled, put on hold or over since we looked
        return _words_first(request, visit, now=now) or redirect("booking:visit")
    except diary.DiaryError as error:
        form.add_error(None, str(error.message))
        status = 503 if isinstance(error, diary.TryAgain) else 409
        return _words_first(request, visit, now=now) or _ask(request, visit, form, now=now, status=status)
    response = to_visit("booking:join", words=[row.address, row.contact_name, row.adult_name])
    links.remember(response, row=row, purpose=JOINED)
    return response


def _elsewhere(request: HttpRequest, visit: Appointment, form: JoinForm, *, now: datetime) -> HttpResponse:
    """Say that we may not treat them there, and have the desk call: the visit stays, and so does what was typed."""
    given = form.cleaned_data
    diary.cannot_join(appointment=visit, address=form.address, state=given["state"], phone=given["phone"], now=now)
    name = visit.block.practitioner.given_name
    form.add_error("state", _("%(name)s holds no license there. Check the state, or talk to us.") % {"name": name})
    return _words_first(request, visit, now=now) or _ask(request, visit, form, now=now, status=409, elsewhere=True)


def _closed(request: HttpRequest, visit: Appointment, door: video.Door, *, now: datetime) -> HttpResponse:
    """Say when it opens; the page of the visit says all else: on hold, cancelled, over, or no rooms here."""
    if request.method == "POST" and (words := _words_first(request, visit, now=now)):
        return words
    if door != video.Door.EARLY:
        return redirect("booking:visit")
    status = 409 if request.method == "POST" else 200
    return render(request, "booking/join_early.html", told.facts(visit, now=now), status=status)


def _ask(
    request: HttpRequest,
    visit: Appointment,
    form: JoinForm,
    *,
    now: datetime,
    status: int = 200,
    elsewhere: bool = False,
) -> HttpResponse:
    context = {"form": form, "elsewhere": elsewhere, **told.facts(visit, now=now)}
    return render(request, "booking/join.html", context, status=status)


def _has_said(request: HttpRequest, visit: Appointment) -> bool:
    """Say whether this browser has said where the patient is, for this visit at this time."""
    row = links.recall(request, purpose=JOINED)
    return isinstance(row, VideoJoin) and row.appointment_id == visit.pk and row.at >= video.opens_at(visit)


def _words_first(request: HttpRequest, visit: Appointment, *, now: datetime) -> HttpResponse | None:
    """Show what to do at once if words that are kept nowhere worry us."""
    shown = watched.watch_lost(
        request.POST,
        JoinForm.TYPED,
        patient=visit.patient,
        subject_uid=visit.uid,
        now=now,
    )
    return render(request, "booking/read_first.html", {"watch": shown}, status=422) if shown else None
