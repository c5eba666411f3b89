"""What a browser carries while it books: the key of its hold, and what was typed when a time was lost meanwhile."""

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from clinic.crypto import CannotDecrypt, decrypt, encrypt

COOKIE = "browser"
_SALT = "booking.browser"
_AGE = timedelta(days=1)
# An address is nobody's business: it goes into the cookie encrypted, and only for as long as a new time is picked.
KEPT = "kept"
_KEPT_AGE = timedelta(minutes=30)


def key_of(request: HttpRequest) -> str:
    """Return this browser's key, or "" if it has none yet."""
    try:
        key: str = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=_AGE) or ""
    except BadSignature:
        return ""
    return key


def new_key() -> str:
    """Return a key for a browser that has none."""
    return secrets.token_urlsafe(24)


def set_key(response: HttpResponseBase, key: str) -> None:
    """Give the browser its key."""
    response.set_signed_cookie(
        COOKIE, key, salt=_SALT, max_age=_AGE, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def keep(response: HttpResponseBase, typed: Mapping[str, str]) -> None:
    """Let the browser carry what was typed to the next last page."""
    response.set_cookie(
        KEPT,
        encrypt(json.dumps(dict(typed))),
        max_age=_KEPT_AGE,
        path="/book/",
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def kept(request: HttpRequest) -> dict[str, str]:
    """Return what the browser carries; nothing if it is garbage."""
    try:
        typed = json.loads(decrypt(request.COOKIES.get(KEPT, "")))
    except (CannotDecrypt, ValueError):
        return {}
    return {str(name): str(value) for name, value in typed.items()} if isinstance(typed, dict) else {}
