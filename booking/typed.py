"""What was typed on the last page when its time was lost: the browser carries it to the next try.

An address is nobody's business: it goes into the cookie encrypted, for half an hour, and only the same check gets it back.
"""

import json
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from clinic.crypto import CannotDecrypt, decrypt, encrypt
from intake.models import Screening

COOKIE = "typed"
PATH = "/book/"
KEPT = timedelta(minutes=30)
# Browsers drop a cookie of more than 4096 bytes without a word.
_LONGEST = 3800


def keep(response: HttpResponseBase, fields: Mapping[str, str], *, screening: Screening) -> None:
    """Let the browser carry the fields; what is far too long for any form is left behind."""
    kept = {name: value for name, value in fields.items() if value}
    value = encrypt(json.dumps({"of": str(screening.uid), "fields": kept}, ensure_ascii=False))
    if not kept or len(value) > _LONGEST:
        return
    response.set_cookie(
        COOKIE,
        value,
        max_age=KEPT,
        path=PATH,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


def kept(request: HttpRequest, *, screening: Screening) -> dict[str, str]:
    """Return the fields that the browser carries for this check; nothing for garbage or somebody else's."""
    try:
        held = json.loads(decrypt(request.COOKIES.get(COOKIE, "")))
    except (CannotDecrypt, ValueError):
        return {}
    if not isinstance(held, dict) or held.get("of") != str(screening.uid) or not isinstance(held.get("fields"), dict):
        return {}
    return {str(name): str(value) for name, value in held["fields"].items()}


def forget(response: HttpResponseBase) -> None:
    """Take it away: the visit is booked."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
