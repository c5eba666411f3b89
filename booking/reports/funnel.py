"""From a visit of the site to a visit at the clinic: how many go each step of the way."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils.translation import gettext as _

from booking.models import Appointment, Block
from clinic.charts import Row, bars
from clinic.models import Arrival, Patient
from clinic.periods import Period
from clinic.reports import ENOUGH, Fact, Report, Table, in_ten, share
from intake.models import Request, Screening


def funnel(period: Period, *, now: datetime) -> Report:  # noqa: ARG001  (reports are all asked alike)
    """Report how many of those who first asked in the period got on, and how far by now. Four queries."""
    came = Arrival.objects.filter(day__range=(period.first, period.last)).aggregate(n=Sum("number"))["n"] or 0
    people = _people(period)
    alone = Request.objects.filter(created_at__gte=period.start, created_at__lt=period.end, patient=None).aggregate(
        asked=Count("pk"), answered=Count("pk", filter=Q(answered_at__isnull=False))
    )
    asked = people["asked"] + alone["asked"]
    ready = people["ready"] + alone["answered"]
    booked, seen = people["booked"], people["seen"]
    steps = [
        (_("Began the check or asked us"), asked),
        (_("Finished the check or got our answer"), ready),
        (_("Booked a visit"), booked),
        (_("Seen"), seen),
    ]
    rows: list[tuple[str, int, float | None, float | None]] = []
    before: int | None = None
    for label, number in steps:
        rows.append((label, number, share(number, asked), share(number, before) if before is not None else None))
        before = number
    table = [(_("Came to the site (times, not people)"), came, None, None), *rows] if came else rows
    value = share(booked, asked)
    counts = _("%(part)d of %(whole)d") % {"part": booked, "whole": asked}
    return Report(
        finding=_finding(booked, asked),
        note=_note(came, period),
        counted=_(
            "People who began the check or sent a request in these days, and what they have done since, up to now. "
            "Somebody who did both counts once, if both led to the same patient. Who booked by phone without either is "
            "not in it. Came to the site: our own count of arrivals from outside, without cookies; a person counts "
            "each time, and robots that do not say so count too."
        ),
        table=Table((_("Step"), _("Number"), _("Of who asked, %"), _("Of the step before, %")), tuple(table)),
        chart=bars([Row(label, f"{number:,}", number) for label, number, *_rest in rows]) if asked else None,
        fact=Fact(_("Asked, and booked"), f"{value:g} %" if value is not None else counts, counts),
    )


def _people(period: Period) -> dict[str, int]:
    """Count patients by how far they got."""
    here = {"patient": OuterRef("pk")}
    checks, requests = Screening.objects.filter(**here), Request.objects.filter(**here)
    visits = Appointment.objects.filter(**here, created_at__gte=period.start)
    # The keys first: without them every patient there ever was would be asked for a check and for a request.
    during = {"created_at__gte": period.start, "created_at__lt": period.end}
    began = (
        Screening.objects.filter(started_at__gte=period.start, started_at__lt=period.end).order_by().values("patient")
    )
    wrote = Request.objects.filter(**during, patient__isnull=False).order_by().values("patient")
    finished = Exists(checks.filter(finished_at__gte=period.start))
    answered = Exists(requests.filter(answered_at__gte=period.start))
    booked, seen = Exists(visits), Exists(visits.filter(block__state=Block.State.SEEN))
    return (
        Patient.objects.filter(Q(pk__in=began) | Q(pk__in=wrote))
        .annotate(is_booked=booked, is_seen=seen, is_ready=finished | answered)
        .aggregate(
            asked=Count("pk"),
            ready=Count("pk", filter=Q(is_ready=True) | Q(is_booked=True)),
            booked=Count("pk", filter=Q(is_booked=True)),
            seen=Count("pk", filter=Q(is_seen=True)),
        )
    )


def _note(came: int, period: Period) -> str:
    if not came:
        return _("Arrivals at the site were not counted in these days.")
    first = Arrival.objects.order_by("day").values_list("day", flat=True).first()
    words = _("People came to the site %(came)s times.") % {"came": f"{came:,}"}
    if first is not None and first > period.first:
        return words + " " + _("Arrivals have been counted since %(day)s.") % {"day": first.isoformat()}
    return words


def _finding(booked: int, asked: int) -> str:
    if not asked:
        return _("Nobody asked for help")
    if asked < ENOUGH:
        return _("Too few to say: %(booked)d of %(asked)d who asked have booked") % {"booked": booked, "asked": asked}
    return _("%(share)s who ask us book a visit") % {"share": in_ten(booked, asked)}
