"""A visit by video as staff meet it: the PT's page with the way into the room, and the link sent again by the desk.

What the patient says when they come is for the PT. The desk sees since when they wait.
"""

import uuid
from datetime import datetime, timedelta
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from booking import diary, video
from booking.desk.visits import visit_of
from booking.models import Appointment, Block
from clinic import audit
from clinic.desk.access import Why, WhyForm, is_opened, open_record
from clinic.desk.pages import back, desk_response, posted
from clinic.models import Clinic, Mode, Patient, Practitioner, User
from clinic.states import STATES

# May go into the room of a visit, their own or a colleague's.
ENTERS = "booking.see_own_day"
# The brief leads to a visit that begins within this time.
AHEAD = timedelta(hours=12)
_SHOWN = (Block.State.BOOKED, Block.State.ARRIVED, Block.State.SEEN)


@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Show where the patient is now, how to reach them, and the way into the room. Each look is in the audit.

    A colleague who covers says so first with one tap, and why for staff and VIPs, as for a brief.
    """
    now = timezone.now()
    visit = visit_of(uid)
    if visit.mode != Mode.TELEHEALTH or not video.has_rooms():
        raise Http404
    if _must_ask(request, visit, now):
        return _ask(request, visit, now)
    audit.record(act="visit.room_seen", subject_uid=visit.uid, request=request, now=now)
    came, door = video.came(visit), video.door(visit, now=now)
    here = came[-1] if came else None
    state = here.state if here else visit.state_then
    licensed = _is_licensed(request, visit, state, now)
    return desk_response(
        request,
        "desk/video.html",
        page="today",
        title=_("By video: %(name)s") % {"name": visit.patient.name},
        crumbs=_crumbs(visit),
        visit=visit,
        slot=visit.block,
        door=str(door),
        opens=video.opens_at(visit),
        closes=video.closes_at(visit),
        room_url=video.room_url(visit) if door == video.Door.OPEN and licensed else "",
        here=here,
        since=came[0].at if came else None,
        licensed=licensed,
        state_name=STATES.get(state, state),
        other_state=state != visit.state_then,
        emergency=Clinic.get().emergency_number,
        brief=visit.screening,
        today=timezone.localdate(now),
    )


@require_POST
def send_link(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """Send the patient the link to the visit once more."""
    visit = visit_of(uid)
    try:
        ways = diary.send_link(appointment=visit, by=cast("User", request.user), now=timezone.now())
    except diary.DiaryError as error:
        messages.error(request, str(error))
    else:
        sent = _("The link is on its way to %(name)s.")
        nowhere = _("%(name)s cannot be written to. Call and add an e-mail address, or see them by phone.")
        tell = messages.success if ways else messages.warning
        tell(request, (sent if ways else nowhere) % {"name": visit.patient.name})
    return back(request, "patient", visit.patient.uid)


def brief_panel(request: HttpRequest, patient: Patient, now: datetime) -> str:
    """Lead from the brief to the visit by video that is under way or begins within twelve hours."""
    if not video.has_rooms() or not request.user.has_perm(ENTERS):
        return ""
    visits = Appointment.objects.filter(
        patient=patient,
        mode=Mode.TELEHEALTH,
        block__state__in=_SHOWN,
        block__ends_at__gt=now - video.STAYS,
        block__starts_at__lt=now + AHEAD,
    )
    visit = visits.select_related("block__practitioner").order_by("block__starts_at").first()
    if visit is None:
        return ""
    context = {"visit": visit, "block": visit.block, "since": video.waiting_since([visit]).get(visit.pk)}
    return render_to_string("desk/_video_brief.html", context, request)


def _must_ask(request: HttpRequest, visit: Appointment, now: datetime) -> bool:
    """Say whether somebody has to say why first: who covers for a colleague, and for staff and VIPs all."""
    own = visit.block.practitioner.user_id == request.user.pk
    return (not own or visit.patient.sensitive) and not is_opened(request, visit.patient.uid, now=now)


def _is_licensed(request: HttpRequest, visit: Appointment, state: str, now: datetime) -> bool:
    """Say whether whoever looks may treat the patient where they are: who covers needs a license there too."""
    person = Practitioner.objects.filter(user=request.user.pk).first()
    return person is not None and video.is_licensed(visit, state, practitioner_id=person.pk, now=now)


def _ask(request: HttpRequest, visit: Appointment, now: datetime) -> HttpResponseBase:
    patient = visit.patient
    form = WhyForm(posted(request)) if patient.sensitive else None
    if request.method == "POST" and (form is None or form.is_valid()):
        why = form.cleaned_data["why"] if form else Why.COVERING.value
        open_record(request, act="visit.room_opened", subject_uid=patient.uid, why=why, now=now)
        return redirect("admin:visit-video", uid=visit.uid)
    if form is None:
        lead = _("%(name)s has this visit with %(who)s. Open it if you cover for them; that is kept.")
    else:
        lead = _("This record is marked staff or VIP. Say why you open it; your name and the reason are kept.")
    return desk_response(
        request,
        "desk/why.html",
        page="today",
        title=_("Open as a covering PT?") if form is None else _("Why do you open this visit?"),
        crumbs=_crumbs(visit),
        form=form,
        button=_("I am covering: open the visit") if form is None else _("Open the visit"),
        lead=lead % {"name": patient.name, "who": visit.block.practitioner.name} if form is None else lead,
    )


def _crumbs(visit: Appointment) -> list[tuple[str, str]]:
    patient = visit.patient
    return [(patient.name, reverse("admin:patient", args=[patient.uid])), (_("By video"), "")]
