"""A request id for logs and the audit, headers for pages that nobody may keep, words for refusals, the count of arrivals."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinic import footfall, trouble
from clinic.audit import current_request
from clinic.reports.registered import entry_pages

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """Give each request an id of our own; it goes into audit events and back in a header."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = uuid.uuid4().hex  # type: ignore[attr-defined]
        token = current_request.set(request)
        try:
            response = self.get_response(request)
        finally:
            current_request.reset(token)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response


class PrivatePages:
    """Keep pages out of caches unless a view says otherwise: most show somebody's data or a form."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        response.setdefault("Permissions-Policy", "geolocation=(), camera=(), microphone=(), payment=()")
        return response


class NoEmptyRefusal:
    """Give people a page where an address takes no such method; programs keep Django's empty answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content and "text/html" in request.headers.get("Accept", ""):
            response.content = trouble.not_this_way(request)
        return response


class Arrivals:
    """Count who comes to a page where people arrive, without cookies and without keeping anything about them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if (
            settings.COUNT_ARRIVALS
            and request.method == "GET"
            and response.status_code == 200
            and match is not None
            and match.view_name in entry_pages
        ):
            self._count(request)
        return response

    def _count(self, request: HttpRequest) -> None:
        try:
            origin = footfall.origin_of(request.headers, request.get_host())
        except DisallowedHost:
            return
        if origin is not None:
            footfall.note(origin, now=timezone.now())
