"""What the gateway for text messages tells us: every call of it is signed, and counts for nothing otherwise.

The signature is Twilio's: the address as the gateway called it, then each field's name and value in the order of the
names, hashed by HMAC-SHA1 with the account's token, in base64, in the header X-Twilio-Signature.
"""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clinic import outbox

HEADER = "X-Twilio-Signature"
View = Callable[..., HttpResponse]


def signature(url: str, fields: Mapping[str, str], key: str) -> str:
    """Return what the gateway writes into its header for these fields at this address."""
    said = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(key.encode(), said.encode(), hashlib.sha1).digest()).decode()


def by_gateway(view: View) -> View:
    """Guard a view: only a POST that the gateway has signed gets to it, as `view(request, fields)`.

    Without a gateway there is no such page; a wrong signature is refused with 403.
    """

    @csrf_exempt
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        key = signing_key()
        if not key:
            raise Http404
        # Behind a proxy the request may not know by which name it was called; the gateway was given this one.
        url = f"{settings.SITE_URL.rstrip('/')}{request.get_full_path()}"
        fields = {name: value for name, value in request.POST.items() if isinstance(value, str)}
        if not hmac.compare_digest(signature(url, fields, key).encode(), request.headers.get(HEADER, "").encode()):
            raise PermissionDenied
        return view(request, fields, **kwargs)

    return guarded


def signing_key() -> str:
    """Return the key that the gateway signs with: its own setting, else the password by which we log in to it."""
    return settings.SMS_SIGNING_KEY or unquote(urlsplit(settings.SMS_URL).password or "")


@by_gateway
def delivered(_request: HttpRequest, fields: Mapping[str, str], uid: uuid.UUID) -> HttpResponse:
    """Take down what became of a text after the gateway had taken it."""
    outbox.report(uid=uid, status=fields.get("MessageStatus", ""), now=timezone.now())
    return HttpResponse(status=204)
