"""Links for patients: signed, bound to one purpose, revocable, and kept out of addresses.

A link `/l/<token>/` says which row, for which purpose (`registry.link_purpose`), and the row's `link_version`. Landing
on it sets a cookie for that purpose and redirects to the clean address of the purpose, so that no token stays in a log
or a referrer. Views behind a link use `@by_link(purpose)` from `clinic.link_gate`, which also asks for the date of
birth where the purpose wants it; a view that has just made the row calls `remember` on its response.

The cookie holds one row for each purpose. Put the row's uid into the clean address (`/visit/<uuid:uid>/`) or a hidden
field `row`, and a page left open in another tab cannot act on the wrong row.
"""

import base64
import binascii
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import signing
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36
from django.views.decorators.http import require_safe

from clinic import audit, registry
from clinic.prepared import prepared

# Idle time after which a browser has to open the link again, and the longest time it needs not to.
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
_LONGEST_TOKEN = 300
# Neither sign is part of the alphabet of base64 for addresses, and neither needs quoting in an address.
_PART, _SIGNATURE = "~", "."


class BadLink(Exception):
    """The link opens nothing: mistyped, expired, revoked, for another purpose, or its row is gone."""


@dataclass(frozen=True)
class Pass:
    """What the cookie of one purpose says: which row, in which version, since when, and whether the birth date was given."""

    purpose: str
    uid: uuid.UUID
    version: int
    since: int
    birth_date_given: bool = False


def make(*, row: Model, purpose: str) -> str:
    """Return the path `/l/<token>/` of a link to the row; raise KeyError for a purpose nobody registered."""
    kind = registry.link_purposes[purpose]
    if not isinstance(row, apps.get_model(kind.model)):
        raise TypeError(f"Links for {purpose} open {kind.model}, not {row._meta.label}.")
    version: int = row.link_version
    token = _signer("link").sign(_PART.join((purpose, _short(_uid(row)), int_to_base36(version))))
    return reverse("link", args=[token])


def absolute(path: str) -> str:
    """Return the full address of a path of this site, for letters."""
    return f"{settings.SITE_URL}{path}"


def revoke(*, row: Model) -> None:
    """Make every link to the row that was ever sent, and every cookie made from one, open nothing."""
    manager = type(row)._default_manager
    manager.filter(pk=row.pk).update(link_version=F("link_version") + 1)
    row.refresh_from_db(fields=["link_version"])
    audit.record(act="link.revoked", subject_uid=_uid(row))


@require_safe
def landing(request: HttpRequest, token: str) -> HttpResponseBase:
    """Open a link: remember the row for its purpose and go on to the clean address. Nothing in the database changes."""
    try:
        row, purpose = open_token(token)
    except BadLink:
        return gone(request)
    response = HttpResponseRedirect(registry.link_purposes[purpose].target(row))
    # A browser that has given the birth date for this row need not give it again while that lasts.
    if recall(request, purpose=purpose) != row:
        remember(response, row=row, purpose=purpose)
    return response


def gone(request: HttpRequest) -> HttpResponse:
    """Return the one page for every link that opens nothing; it never tells why."""
    return render(request, "site/link_gone.html", status=404)


def open_token(token: str) -> tuple[Model, str]:
    """Return the row and the purpose of a link's token; raise BadLink."""
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise BadLink
    kind = registry.link_purposes.get(token.partition(_PART)[0])
    if kind is None:
        raise BadLink
    try:
        purpose, uid, version = _signer("link").unsign(token, max_age=kind.max_age).split(_PART)
        row = _row(purpose, _long(uid), base36_to_int(version))
    except (signing.BadSignature, ValueError) as error:
        raise BadLink from error
    if row is None:
        raise BadLink
    return row, purpose


def remember(response: HttpResponseBase, *, row: Model, purpose: str, birth_date_given: bool = False) -> None:
    """Let this browser open the row for the purpose: it has just made the row, or landed on its link.

    A view whose form has just taken the patient's date of birth may say so, and it is not asked again.
    """
    version: int = row.link_version  # type: ignore[attr-defined]
    kind = registry.link_purposes[purpose]
    set_pass(response, Pass(kind.purpose, _uid(row), version, since=_clock(), birth_date_given=birth_date_given))


def recall(request: HttpRequest, *, purpose: str) -> Any | None:
    """Return the row that this browser may open for the purpose, or None: no cookie, too old, revoked, or gone."""
    held = read_pass(request, purpose=purpose)
    return _row(purpose, held.uid, held.version) if held else None


def forget(response: HttpResponseBase, purpose: str) -> None:
    """Take the row away from this browser, on a shared machine for example."""
    response.delete_cookie(cookie_name(purpose), samesite="Lax")


def forget_all(request: HttpRequest, response: HttpResponseBase) -> None:
    """Take all rows away from this browser: the next person at it is somebody else."""
    for purpose in registry.link_purposes:
        if cookie_name(purpose) in request.COOKIES:
            forget(response, purpose)


def cookie_name(purpose: str) -> str:
    """Return the name of the cookie of a purpose."""
    return f"link_{purpose}"


def read_pass(request: HttpRequest, *, purpose: str) -> Pass | None:
    """Return what the cookie of the purpose says, if its signature holds and it is not too old.

    Judged once for each request: who asks for the row asks next whether the date of birth was given.
    """
    value = request.COOKIES.get(cookie_name(purpose), "")
    if not value or len(value) > _LONGEST_TOKEN:
        return None
    judged: dict[tuple[str, str], Pass | None] = request.__dict__.setdefault("_passes", {})
    if (purpose, value) not in judged:
        judged[purpose, value] = _judge_pass(value, purpose)
    return judged[purpose, value]


def _judge_pass(value: str, purpose: str) -> Pass | None:
    try:
        told, uid, version, since, given = _signer("pass").unsign(value, max_age=IDLE).split(_PART)
        held = Pass(told, _long(uid), base36_to_int(version), base36_to_int(since), birth_date_given=given == "1")
    except (signing.BadSignature, ValueError):
        return None
    if held.purpose != purpose or _clock() - held.since > LONGEST.total_seconds():
        return None
    return held


def set_pass(response: HttpResponseBase, held: Pass) -> None:
    """Write the cookie of a purpose, good for the idle time from now."""
    value = _PART.join(
        (
            held.purpose,
            _short(held.uid),
            int_to_base36(held.version),
            int_to_base36(held.since),
            "1" if held.birth_date_given else "0",
        )
    )
    response.set_cookie(
        cookie_name(held.purpose),
        _signer("pass").sign(value),
        max_age=IDLE,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def with_birth_date(held: Pass) -> Pass:
    """Return the pass of somebody who has given the date of birth as well."""
    return replace(held, birth_date_given=True)


def _row(purpose: str, uid: uuid.UUID, version: int) -> Model | None:
    """Return the row of a registered purpose, unless it is gone or its links were revoked."""
    kind = registry.link_purposes.get(purpose)
    if kind is None:
        return None
    return next(iter(_rows_of(kind)(uid=uid, version=version)), None)


@cache
def _rows_of(kind: registry.LinkPurpose) -> Callable[..., list[Model]]:
    """Return how the rows of a purpose are found: each page behind a link asks."""

    @prepared
    def rows(*, uid: uuid.UUID, version: int) -> QuerySet[Model]:
        found: QuerySet[Model] = apps.get_model(kind.model)._default_manager.filter(uid=uid, link_version=version)
        return found.select_related(*kind.reads) if kind.reads else found

    return rows


def _uid(row: Model) -> uuid.UUID:
    uid: uuid.UUID = row.uid  # type: ignore[attr-defined]
    return uid


def _signer(use: str) -> signing.TimestampSigner:
    # Different salts: a cookie's value is no link, and a link's token is no cookie.
    return signing.TimestampSigner(salt=f"clinic.links.{use}", sep=_SIGNATURE)


def _clock() -> int:
    """Return the seconds by which Django's signer, too, dates what it signs."""
    return int(time.time())


def _short(uid: uuid.UUID) -> str:
    """Return the uid in 22 characters: links also go into text messages."""
    return base64.urlsafe_b64encode(uid.bytes).rstrip(b"=").decode()


def _long(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(bytes=base64.urlsafe_b64decode(text + "=="))
    except binascii.Error as error:
        raise ValueError("not a uid") from error
