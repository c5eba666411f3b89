"""How a text message leaves: through an HTTP gateway, or into a file where none is set and the clinic is the demo.

The gateway is one that speaks as Twilio does: a POST with the fields To, From and Body and basic authentication, by
`SMS_URL=https://user:password@host/path` and `SMS_FROM=+1907...`.
"""

import base64
import re
import uuid
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.urls import reverse

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
TIMEOUT_SECONDS = 10


class Refused(Exception):
    """The gateway will never take a text to this number."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class GatewayError(Exception):
    """The gateway answered with an error; a later try may help."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class NoGateway(Exception):
    """SMS_URL is not set, and this is not the demo."""


class _NoRedirect(HTTPRedirectHandler):
    """Follow nothing: a redirect would carry the text, and the password, elsewhere."""

    def redirect_request(self, *_args: object) -> None:
        return None


def has_route() -> bool:
    """Say whether text messages can be sent, or at least be written to files in the demo."""
    return bool(settings.SMS_URL) or _files_do()


def send(*, to: str, text: str, uid: uuid.UUID) -> None:
    """Send a text message now; raise Refused, GatewayError, NoGateway, or OSError when there is no answer."""
    if settings.SMS_URL:
        _to_gateway(to, text, uid)
    elif _files_do():
        _to_file(to, text, uid)
    else:
        raise NoGateway


def _files_do() -> bool:
    return bool(settings.MESSAGE_FOLDER) and (settings.DEMO or settings.DEBUG)


def _to_gateway(to: str, text: str, uid: uuid.UUID) -> None:
    parts = urlsplit(settings.SMS_URL)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise NoGateway
    host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    fields = {"To": to, "From": settings.SMS_FROM, "Body": text}
    if settings.SITE_URL.startswith("https://"):  # a gateway cannot call a machine that is not on the net
        fields["StatusCallback"] = settings.SITE_URL.rstrip("/") + reverse("text_delivered", args=[uid])
    request = Request(  # noqa: S310  (the scheme is checked above)
        urlunsplit((parts.scheme, host, parts.path, parts.query, "")), data=urlencode(fields).encode()
    )
    if parts.username:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_header("Authorization", f"Basic {base64.b64encode(login.encode()).decode()}")
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS) as answer:
            answer.read(1)
    except HTTPError as error:
        # 400 is how such gateways say that a number cannot get texts; all else may be ours to mend.
        error.close()
        kind = Refused if error.code == 400 else GatewayError
        raise kind(error.code) from None


def _to_file(to: str, text: str, uid: uuid.UUID) -> None:
    folder = Path(settings.MESSAGE_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{uid}.sms.txt").write_text(f"To: {to}\n\n{text}\n")
