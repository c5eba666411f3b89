"""Choosing: which service, how, and when."""

from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import diary
from booking.choices import is_slug, online, read
from booking.picked import CLASH, NOT_OFFERED, PickedTime, read_time
from booking.views.gates import show_full, show_gate, show_known_only, shut
from booking.views.times_page import show_refused, show_times
from booking.visitors import Visitor, visitor_of
from clinic.models import Service, ServiceMode
from clinic.prepared import keep_related
from clinic.set_up import kept, look
from intake.gate import Answer


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """List what can be booked online, by line; `?service=` leads on to one of them."""
    wanted = request.GET.get("service", "")
    if is_slug(wanted) and online().filter(slug=wanted).exists():
        return redirect("booking:times", slug=wanted)
    visitor = visitor_of(request)
    lines: dict[str, list[Service]] = {}
    offers = Prefetch("modes", ServiceMode.objects.filter(active=True).order_by("mode"), to_attr="offers")
    for service in online().prefetch_related(offers):
        service.offers = [offer for offer in service.offers if visitor.may_have(offer)]
        if service.offers:
            lines.setdefault(service.get_category_display(), []).append(service)
    return render(request, "booking/services.html", {"lines": lines, "visitor": visitor})


@require_safe
def consultation(_request: HttpRequest) -> HttpResponse:
    """Lead to the free times of the first consultation on offer."""
    service = online().filter(category=Service.Category.CONSULTATION, modes__new_patients=True).first()
    return redirect("booking:times", slug=service.slug) if service else redirect("booking:services")


@require_http_methods(["GET", "HEAD", "POST"])
@look()
def times(request: HttpRequest, slug: str) -> HttpResponse:
    """List the free times of a service; keep the one that is picked and go on to the last page."""
    service, now = service_named(slug), timezone.now()
    visitor = visitor_of(request)
    choice = read(service, request.GET, screening=visitor.screening, now=now)
    if not visitor.may_have(choice):
        return show_known_only(request, choice)
    gate = visitor.gate(service, choice.mode, now=now)
    if shut(gate) or (request.method == "POST" and not gate.open):
        return show_gate(request, gate, choice, visitor)
    if full := visitor.full(now=now):
        return show_full(request, service, full)
    if request.method != "POST":
        check_first = gate if gate.answer == Answer.CHECK_FIRST else None
        later = gate.open and gate.unscreened
        return show_times(request, choice, visitor, now=now, check_first=check_first, questions_later=later)
    picked = read_time(request.POST, choice)
    if picked is None:
        return show_times(request, choice, visitor, now=now, trouble=NOT_OFFERED)
    if picked.clashes(visitor.busy()):
        return show_times(request, choice.anywhere(picked.start), visitor, now=now, trouble=CLASH)
    return _hold(request, picked, visitor, now=now)


def service_named(slug: str) -> Service:
    """Return the service of an address. Raises Http404 for one that cannot be booked online."""
    offers = _offers_of(slug=slug) if is_slug(slug) else []
    if not offers:
        raise Http404
    service = offers[0].service
    keep_related(service, "modes", offers)
    return service


@kept
def _offers_of(*, slug: str) -> QuerySet[ServiceMode]:
    """Ask for a service with its modes, if it can be booked online (`choices.online`)."""
    offers = ServiceMode.objects.filter(service__slug=slug, service__active=True, service__online=True, active=True)
    return offers.select_related("service").order_by("mode")


def _hold(request: HttpRequest, picked: PickedTime, visitor: Visitor, *, now: datetime) -> HttpResponse:
    choice = picked.choice
    try:
        held = diary.hold(
            slot=picked.slot,
            service=choice.service,
            mode=choice.mode,
            browser=visitor.holder,
            state=choice.state,
            postal_code=choice.postal_code,
            new_patient=not visitor.is_known,
            now=now,
        )
    except diary.DiaryError as error:
        return show_refused(request, error, picked, visitor, now=now)
    return redirect(picked.by(held.practitioner).check_url)
