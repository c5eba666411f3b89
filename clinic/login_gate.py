"""What stands before a staff login: how often it may go wrong, and what is written down of it.

Ten wrong tries within fifteen minutes for one name, or thirty from one address, and the password is not looked at. So
that a stranger who knows a name cannot keep its owner out, a browser that has logged in before carries a cookie for
that name: its tries are counted apart, and those of others do not touch it. Names that nobody has are counted, and
refused, like those of staff.
"""

import unicodedata
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.crypto import salted_hmac

from clinic import audit
from clinic.models import LoginTry, User

# Thirty: staff of one clinic share an address.
MOST_TRIES, MOST_TRIES_FROM_ADDRESS = 10, 30
TRIES_WITHIN = timedelta(minutes=15)
KEPT_FOR = timedelta(days=1)
DEVICE_KNOWN_FOR = timedelta(days=180)


class TooManyTries(Exception):
    """Too many wrong tries for this name, or from this address; the password was not looked at."""


def begin(*, name: str, request: HttpRequest, now: datetime) -> LoginTry:
    """Write down a try before the password is looked at, and return it; it counts as wrong until `succeed`.

    Raises TooManyTries. Each try is written before tries are counted: of many at once, no more get through.
    """
    login, device, ip = _digest(name), _device(request, name), _network(request)
    tried = LoginTry.objects.create(login=login, device=device, ip=ip, at=now)
    recent = LoginTry.objects.filter(at__gt=now - TRIES_WITHIN, device=device)
    from_address = recent.filter(ip=ip).count() if ip and not device else 0
    if recent.filter(login=login).count() > MOST_TRIES or from_address > MOST_TRIES_FROM_ADDRESS:
        tried.delete()  # only tries that were looked at count, so that waiting helps
        raise TooManyTries
    return tried


def fail(*, name: str, request: HttpRequest, now: datetime) -> None:
    """Write into the audit that a login went wrong: whose, if there is one of that name; never what was typed."""
    user = User.objects.filter(username=name).only("uid").first()
    audit.record(
        act="login.failed", subject_uid=user.uid if user else None, request=request, unknown_actor=True, now=now
    )


def succeed(*, tried: LoginTry, now: datetime) -> None:
    """Take back the tries that led to this login, and throw away old ones."""
    mine = LoginTry.objects.filter(login=tried.login, device=tried.device)
    mine.filter(ip=tried.ip).delete()
    LoginTry.objects.filter(at__lt=now - KEPT_FOR).delete()


def enter(*, user: User, request: HttpRequest, response: HttpResponseBase, now: datetime) -> None:
    """Write into the audit who has logged in, and let this browser be known for that name."""
    audit.record(act="login.done", subject_uid=user.uid, actor=user, request=request, now=now)
    name = user.get_username()
    response.set_cookie(
        _cookie(name),
        _signer(name).sign(_device(request, name) or uuid.uuid4().hex),
        max_age=DEVICE_KNOWN_FOR,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        path=reverse("admin:index"),
        samesite="Lax",
    )


def leave(*, user: User, request: HttpRequest, now: datetime) -> None:
    """Write into the audit who has logged out."""
    audit.record(act="login.ended", subject_uid=user.uid, actor=user, request=request, now=now)


def _digest(name: str) -> str:
    """Return what stands for a typed name; upper and lower case, and ways to write a letter, are one."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return salted_hmac("clinic.login_gate", plain, algorithm="sha256").hexdigest()


def _device(request: HttpRequest, name: str) -> str:
    """Return the mark of a browser in which this name has logged in before, or ""."""
    value = request.COOKIES.get(_cookie(name), "")
    try:
        return _signer(name).unsign(value, max_age=DEVICE_KNOWN_FOR)[:32]
    except signing.BadSignature:
        return ""


def _cookie(name: str) -> str:
    return f"known_{_digest(name)[:16]}"


def _signer(name: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"clinic.login_gate.{_digest(name)}")


def _network(request: HttpRequest) -> str | None:
    """Return the network a try comes from."""
    address = audit.address_of(request)
    return audit.network_of(address) if address else None
