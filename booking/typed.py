"""What was typed on the last page when its time was lost: the browser carries it to the next try.

An address is nobody's business: it goes into the cookie encrypted, for half an hour, and only the same check, or the
visit that is being changed, gets it back.
"""

import json
import uuid
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from clinic.crypto import CannotDecrypt, decrypt, encrypt

COOKIE = "typed"
PATH = "/book/"
KEPT = timedelta(minutes=30)
# Browsers drop a cookie of more than 4096 bytes without a word.
_LONGEST = 3800


def keep(response: HttpResponseBase, fields: Mapping[str, str], *, of: uuid.UUID, path: str = PATH) -> None:
    """Let the browser carry the fields of a check or a visit; what is far too long for any form is left behind."""
    kept = {name: value for name, value in fields.items() if value}
    value = encrypt(json.dumps({"of": str(of), "fields": kept}, ensure_ascii=False))
    if not kept or len(value) > _LONGEST:
        return
    response.set_cookie(
        COOKIE,
        value,
        max_age=KEPT,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


def kept(request: HttpRequest, *, of: uuid.UUID) -> dict[str, str]:
    """Return the fields that the browser carries for a check or a visit; nothing for garbage or another's."""
    try:
        held = json.loads(decrypt(request.COOKIES.get(COOKIE, "")))
    except (CannotDecrypt, ValueError):
        return {}
    if not isinstance(held, dict) or held.get("of") != str(of) or not isinstance(held.get("fields"), dict):
        return {}
    return {str(name): str(value) for name, value in held["fields"].items()}


def forget(response: HttpResponseBase, *, path: str = PATH) -> None:
    """Take it away: it is done."""
    response.delete_cookie(COOKIE, path=path, samesite="Lax")
