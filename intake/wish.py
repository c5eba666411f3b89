"""Which service somebody wanted to book before they were asked to do the check: remembered for the button at its end."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse

from clinic import registry
from clinic.models import Service

# Why somebody comes who wanted a service of a line, in the words of the questionnaire.
REASONS: dict[str, str] = {Service.Category.MASSAGE: "massage", Service.Category.PERFORMANCE: "performance"}
COOKIE = "check_for"
KEPT = timedelta(hours=12)
_LONGEST = 200


def keep(request: HttpRequest, response: HttpResponseBase) -> None:
    """Remember the service named in the address (`?for=<slug>`), if there is such a service to book."""
    slug = request.GET.get("for", "")
    if _offered(slug):
        response.set_signed_cookie(
            COOKIE,
            slug,
            max_age=KEPT,
            secure=bool(settings.SESSION_COOKIE_SECURE),
            httponly=True,
            samesite="Lax",
        )


def wanted(request: HttpRequest) -> str:
    """Return the slug of the service that this browser wanted, or ""."""
    if len(request.COOKIES.get(COOKIE, "")) > _LONGEST:
        return ""
    slug = request.get_signed_cookie(COOKIE, "", max_age=KEPT) or ""
    return slug if _offered(slug) else ""


def booking_url(request: HttpRequest) -> str:
    """Return where to book, with the service that was wanted; "" on a site that books nothing online."""
    try:
        url = reverse(registry.site_links["times"])
    except (KeyError, NoReverseMatch):
        return ""
    slug = wanted(request)
    return f"{url}?{urlencode({'service': slug})}" if slug else url


def reason(request: HttpRequest) -> dict[str, str]:
    """Return what page P0 may start with: why somebody comes who wanted a massage or to train; else nothing."""
    slug = wanted(request)
    service = Service.objects.filter(slug=slug).first() if slug else None
    why = REASONS.get(service.category) if service else None
    return {"visit_reason": why} if why else {}


def before_check_url(request: HttpRequest) -> str:
    """Return where to book before the check, when the service that was wanted is one that is checked by link; else ""."""
    slug = wanted(request)
    by_link = Service.objects.filter(slug=slug, check_needed=Service.Check.LINK) if slug else None
    return booking_url(request) if by_link is not None and by_link.exists() else ""


def _offered(slug: str) -> bool:
    # A NUL never reaches the database: PostgreSQL would not take it.
    return (
        bool(slug)
        and "\0" not in slug
        and len(slug) <= 50
        and Service.objects.filter(slug=slug, active=True, online=True).exists()
    )
