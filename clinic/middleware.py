"""A request id for logs and the audit, and headers for pages that nobody may keep."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from clinic.audit import current_request

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
