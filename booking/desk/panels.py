"""What the diary adds to other pages of the desk: a patient's visits, the next visit in a line."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Max, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from booking import video
from booking.desk.cards import hold_chips, waiting_chip
from booking.models import Appointment, Block
from clinic import wording
from clinic.models import Call, Patient, User
from intake.desk.states import Chip

# Lets a visit on hold take place: a PT's to decide.
KEEPS = "clinic.end_pt_calls"
CAME = (Block.State.ARRIVED, Block.State.SEEN)
COMING = (Block.State.BOOKED, Block.State.ARRIVED)


def visits_panel(request: HttpRequest, patient: Patient, now: datetime) -> str:
    """Show the visits to come, with what can be done with each."""
    may_work = request.user.has_perm("booking.work_day")
    if not may_work and not request.user.has_perm("booking.see_own_day"):
        return ""
    return _draw(request, patient, now, may_work=may_work)


def held_panel(request: HttpRequest, call: Call, now: datetime) -> str:
    """Show beside the call about them a patient's visits on hold, with what can be done with each."""
    if call.patient is None:
        return ""
    return _draw(request, call.patient, now, may_work=request.user.has_perm("booking.work_day"), only_held=True)


def _draw(request: HttpRequest, patient: Patient, now: datetime, *, may_work: bool, only_held: bool = False) -> str:
    visits = Appointment.objects.filter(patient=patient, block__state__in=COMING, block__ends_at__gte=now)
    if only_held:
        visits = visits.exclude(hold="")
    visits = visits.annotate(ways=Count("service__modes", filter=Q(service__modes__active=True)))
    rows = visits.select_related("block__practitioner", "block__room__location", "service", "location", "patient")
    shown = list(rows.order_by("block__starts_at")[:20])
    waiting = video.waiting_since(shown)
    return render_to_string(
        "desk/_visits.html",
        {
            "visits": [(visit, _chips(visit, waiting.get(visit.pk))) for visit in shown],
            "has_rooms": video.has_rooms(),
            "may_work": may_work,
            "may_keep": request.user.has_perm(KEEPS),
            "now": now,
            "here": request.get_full_path(),
            "patient": patient,
        },
        request,
    )


def _chips(visit: Appointment, since: datetime | None) -> list[Chip]:
    return [*hold_chips(visit), *([waiting_chip(since)] if since else [])]


def next_visit(patient: Patient, now: datetime) -> str:
    """Return the next visit in a line, for the head of the brief."""
    visit = (
        Appointment.objects.filter(patient=patient, block__state__in=COMING, block__ends_at__gte=now)
        .select_related("block__practitioner", "service")
        .order_by("block__starts_at")
        .first()
    )
    if visit is None:
        return _("No visit booked.")
    at = timezone.localtime(visit.block.starts_at)
    today = at.date() == timezone.localdate(now)
    when = _("Today %(at)s") % {"at": wording.clock(at)} if today else wording.moment(at)
    return f"{when}, {visit.service} ({visit.get_mode_display()}), {visit.block.practitioner}."


def last_visits(patients: Collection[int], now: datetime) -> dict[int, str]:
    """Return the day of each patient's last visit that took place, for lists of patients."""
    came = Appointment.objects.filter(patient__in=patients, block__state__in=CAME, block__starts_at__lte=now)
    newest = came.order_by().values_list("patient").annotate(at=Max("block__starts_at"))
    return {key: date_format(timezone.localtime(at), "j M Y") for key, at in newest}


def looks_after(patient: Patient, user: User, _now: datetime) -> bool:
    """Say whether a person has, or had, a visit of the patient."""
    return (
        Appointment.objects.filter(patient=patient, block__practitioner__user=user)
        .exclude(block__state=Block.State.CANCELLED)
        .exists()
    )
