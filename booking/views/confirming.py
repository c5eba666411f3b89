"""The last page before a visit is booked."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from booking import browsers, diary, listing, schedule
from booking.choices import read, read_start
from booking.forms import BookForm
from booking.models import Block
from booking.views.choosing import check_address, show_gone, show_times
from booking.views.gates import Visitor, visitor_of
from clinic import links
from clinic.models import Clinic, Consent, Service
from clinic.wording import zone_words

CONSENT_VERSION = "2026-11"


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is about to be booked, take what is still missing, and book it."""
    service, now = get_object_or_404(Service, slug=slug, active=True, online=True), timezone.now()
    visitor = visitor_of(request)
    choice = read(service, request.GET, screening=visitor.screening)
    start = read_start(request.GET.get("start", ""))
    if start is None or choice.practitioner is None or not choice.complete:
        return show_times(request, choice.at(None, None), visitor, now=now, trouble="not_offered", status=400)
    gate = visitor.gate(service, choice.mode, now=now)
    if not gate.open or visitor.screening is None:
        return render(request, "booking/gate.html", {"gate": gate, "service": service, "choice": choice})
    form = BookForm(
        request.POST if request.method == "POST" else None, choice=choice, now=now, initial=browsers.kept(request)
    )
    if form.is_bound and form.is_valid():
        return _book(request, form, start, visitor, flag=gate.flag, now=now)
    return _show(request, form, start, visitor, now=now)


def _book(
    request: HttpRequest, form: BookForm, start: datetime, visitor: Visitor, *, flag: str, now: datetime
) -> HttpResponse:
    choice, screening = form.choice, visitor.screening
    assert screening is not None  # noqa: S101  (the gate is closed without one)
    consents = {Consent.Kind.PRIVACY: CONSENT_VERSION, Consent.Kind.POLICY: CONSENT_VERSION}
    if form.cleaned_data.get("telehealth"):
        consents[Consent.Kind.TELEHEALTH] = CONSENT_VERSION
    try:
        visit = diary.book(
            submission=form.cleaned_data["submission"],
            patient=screening.patient,
            service=choice.service,
            mode=choice.mode,
            start=start,
            practitioner=choice.practitioner,
            location=choice.location,
            browser=browsers.key_of(request),
            screening=screening,
            flag=flag,
            address=form.address,
            access_notes=form.cleaned_data.get("access_notes", ""),
            postal_code=choice.postal_code,
            state_then=choice.state,
            time_zone=listing.zone_of(choice),
            consents={str(kind): version for kind, version in consents.items()},
            now=now,
        )
    except diary.SlotTaken:
        return show_gone(request, choice, start, visitor, now=now)
    except diary.PatientBusy as busy:
        return _show(request, form, start, visitor, now=now, status=409, clash=busy.appointment)
    except diary.TryAgain:
        return _show(request, form, start, visitor, now=now, status=503, busy=True)
    except diary.DiaryError:
        return show_times(request, choice.at(None, None), visitor, now=now, trouble="not_offered", status=400)
    response = redirect("booking:booked")
    links.remember(response, row=visit, purpose="visit")
    return response


def _show(
    request: HttpRequest,
    form: BookForm,
    start: datetime,
    visitor: Visitor,
    *,
    now: datetime,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    choice = form.choice
    offer = schedule.offer_of(choice.service, choice.mode)
    if offer is None:
        return show_times(request, choice.at(None, None), visitor, now=now, trouble="not_offered", status=400)
    zone = listing.zone_of(choice)
    place = ZoneInfo(zone)
    context = {
        "form": form,
        "service": choice.service,
        "choice": choice,
        "offer": offer,
        "starts": start.astimezone(place),
        "ends": (start.astimezone(UTC) + timedelta(minutes=offer.duration_minutes)).astimezone(place),
        "zone": zone_words(zone),
        "held_until": _held_until(request, start, now=now),
        "typed": visitor.typed,
        "address": check_address(choice, start),
        "back": choice.at(None, None).query(),
        **more,
    }
    return render(request, "booking/check.html", context, status=status)


def _held_until(request: HttpRequest, start: datetime, *, now: datetime) -> datetime | None:
    """Return until when this browser's hold of the time lasts, in the clinic's zone; None without one."""
    key = browsers.key_of(request)
    if not key:
        return None
    held = Block.objects.filter(browser=key, state=Block.State.HELD, starts_at=start, expires_at__gt=now).first()
    if held is None or held.expires_at is None:
        return None
    return held.expires_at.astimezone(ZoneInfo(Clinic.get().time_zone))
