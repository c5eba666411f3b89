"""A request id for logs and the audit, what pages may do and who may keep them, words for refusals, the count of arrivals."""

import uuid
from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import cached_property

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


class ContentPolicy(CSPMiddleware):
    """The policy of django-csp, put together once: hardly a view asks for one of its own."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        own = settings.DEBUG or any(name.startswith("_csp") for name in vars(response))
        if own or getattr(request, "_csp_nonce", None):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._usual)
        return response

    @cached_property
    def _usual(self) -> str:
        return build_policy()


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
