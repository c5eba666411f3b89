"""What staff had typed when their session ended, or when they logged in anew in another window: given back to be sent again.

It is kept nowhere here. It goes into the login page, encrypted, for whoever logged in last in this browser; the right
login gives it back as a form with one button. What that person had sent is not done before they press it.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic import crypto
from clinic.desk.pages import desk_response
from clinic.models import User

# Who logged in last in this browser: what was typed is theirs.
COOKIE = "desk_last"
COOKIE_FOR = timedelta(days=2)
# What was typed is given back so long; after that the day has gone on.
GOOD_FOR = timedelta(hours=4)
# Nobody types more than this; what is longer is said to be lost.
MOST = 100_000
_OURS = ("csrfmiddlewaretoken",)


@dataclass(frozen=True)
class Typed:
    """What was sent: to which address, from which page, and the fields as they were."""

    path: str
    page: str
    fields: tuple[tuple[str, str], ...]

    @property
    def texts(self) -> list[str]:
        """Return what was written in words, to be read and copied."""
        return [value for _name, value in self.fields if len(value.split()) > 1]


def remember(*, user: User, response: HttpResponseBase) -> None:
    """Note in the browser who has logged in."""
    response.set_cookie(
        COOKIE,
        signing.dumps(user.pk, salt=COOKIE),
        max_age=COOKIE_FOR,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        path=reverse("admin:index"),
        samesite="Lax",
    )


def typed_in(request: HttpRequest) -> Typed | None:
    """Return what a request that was refused had sent; None for passwords, files, and what is too long to carry along."""
    names = [name for name in request.POST if name not in _OURS]
    if request.method != "POST" or not names or request.FILES or any("password" in name for name in names):
        return None
    fields = tuple((name, value) for name in names for value in request.POST.getlist(name))
    if sum(len(name) + len(value) for name, value in fields) > MOST:
        return None
    return Typed(path=request.get_full_path(), page=page_of(request), fields=fields)


def page_of(request: HttpRequest) -> str:
    """Return the desk's page on which the button was pressed, else the desk's first; an address may take posts only."""
    page, start = urlsplit(request.headers.get("referer", "")), reverse("admin:index")
    if page.netloc != request.get_host() or not page.path.startswith(start):
        return start
    return f"{page.path}?{page.query}" if page.query else page.path


def seal(request: HttpRequest, *, now: datetime) -> str:
    """Return what was typed as a token that only the login of who typed it opens; "" where there is nothing to keep."""
    typed, owner = typed_in(request), _last_here(request)
    if typed is None or owner is None:
        return ""
    whole = {"for": owner, "at": now.timestamp(), "path": typed.path, "page": typed.page, "fields": typed.fields}
    return crypto.encrypt(json.dumps(whole))


def unseal(token: str, *, user: User, now: datetime) -> Typed | None:
    """Return what was typed, to who typed it and within four hours; None to anybody else."""
    try:
        whole = json.loads(crypto.decrypt(token) or "null")
    except (crypto.CannotDecrypt, ValueError):
        return None
    if not isinstance(whole, dict) or whole.get("for") != user.pk:
        return None
    if not timedelta(0) <= now - datetime.fromtimestamp(whole["at"], tz=now.tzinfo) <= GOOD_FOR:
        return None
    return Typed(whole["path"], whole["page"], tuple((name, value) for name, value in whole["fields"]))


def give_back(request: HttpRequest, typed: Typed, *, status: int = 200) -> TemplateResponse:
    """Show a form with what was typed, to be sent with one button."""
    return desk_response(
        request,
        "desk/interrupted.html",
        page="interrupted",
        title=_("What you typed was not sent yet"),
        crumbs=[(_("What you typed"), "")],
        typed=typed,
        status=status,
    )


def came_from_here(request: HttpRequest) -> bool:
    """Say whether a refused form was sent by a page of ours: browsers say from where, and no other site can."""
    return request.headers.get("origin", "") == f"{request.scheme}://{request.get_host()}"


def may_have_back(request: HttpRequest) -> bool:
    """Say whether a form that was too old is shown again: to staff who are logged in, and of a page of ours."""
    return came_from_here(request) and admin.site.has_permission(request)


def _last_here(request: HttpRequest) -> int | None:
    try:
        key = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=COOKIE_FOR)
    except signing.BadSignature:
        return None
    return key if isinstance(key, int) else None
