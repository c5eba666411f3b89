"""Append-only events: who did or saw what, when and from where, without health values."""

import ipaddress
import re
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from clinic.inserting import insert
from clinic.models import AuditEvent, User

# The request being answered, set by clinic.middleware.RequestId, so that acts deep down need not carry it along.
current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)

_NAME = re.compile(r"[a-z][a-z0-9_.]{0,59}")
# Codes, uids and times. No blanks and no @: neither prose, names nor addresses fit in.
_CODE = re.compile(r"[A-Za-z0-9_.:+-]{1,64}")
_TELEPHONE = re.compile(r"\+[0-9]{7,}")
_MOST_ITEMS = 50


class NotForAudit(ValueError):
    """A detail that is more than a short code, a uid, a time or a number; it could hold somebody's data."""


def record(
    *,
    act: str,
    subject_uid: uuid.UUID | None,
    actor: User | None = None,
    request: HttpRequest | None = None,
    details: Mapping[str, Any] | None = None,
    unknown_actor: bool = False,
    now: datetime | None = None,
) -> AuditEvent:
    """Write one event and return it; call it inside the transaction of the act.

    `act` is a code such as "call.claimed". The actor is `actor`, else who is logged in on the request, else (with a
    request) the patient, else the system. Without `request` the one being answered is taken. `unknown_actor`: whoever
    it was did not get as far as to be known.
    Raises NotForAudit for details that could hold more than codes, uids, times and numbers.
    """
    if not _NAME.fullmatch(act):
        raise NotForAudit(f"An act is a short code, not {act[:60]!r}.")
    request = request or current_request.get()
    user = getattr(request, "user", None)
    if (
        actor is None and not unknown_actor and isinstance(user, User)
    ):  # not AnonymousUser; the middleware's lazy object passes
        actor = user
    label = "staff" if actor else "unknown" if unknown_actor else "patient" if request else "system"
    return insert(
        AuditEvent(
            at=now or timezone.now(),
            act=act,
            subject_uid=subject_uid,
            actor=actor,
            actor_label=label,
            ip=address_of(request),
            request_id=getattr(request, "id", "")[:32],
            details={_name(key): _detail(value) for key, value in (details or {}).items()},
        )
    )


def address_of(request: HttpRequest | None) -> str | None:
    """Return the address a request came from (the server has already undone trusted proxies), or None."""
    if request is None:
        return None
    try:
        # Without the interface ("fe80::1%eth0"), which no database column takes.
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "").partition("%")[0])
    except ValueError:
        return None  # a UNIX socket, or a test without one
    # A server that listens to both gives IPv4 as "::ffff:192.0.2.1": all of it would be one network of IPv6.
    return str(getattr(address, "ipv4_mapped", None) or address)


def network_of(address: str) -> str:
    """Return what stands for who is at an address: of IPv6 the /64, since a household has as many of those as it likes."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)


def _name(key: str) -> str:
    if not _NAME.fullmatch(key):
        raise NotForAudit(f"The name of a detail is a short code, not {key!r:.60}.")
    return key


def _detail(value: Any) -> Any:
    """Return the value as JSON can hold it; raise NotForAudit for anything that could be prose or an address."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        if len(value) > _MOST_ITEMS or any(isinstance(item, list | tuple) for item in value):
            raise NotForAudit("A list of details is short and flat.")
        return [_detail(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value) if isinstance(value, str | uuid.UUID) else ""
    if text == "" and value == "":
        return ""
    if not _CODE.fullmatch(text) or _TELEPHONE.fullmatch(text):
        raise NotForAudit(f"A detail is a short code, a uid, a time or a number, not a {type(value).__name__}.")
    return text
