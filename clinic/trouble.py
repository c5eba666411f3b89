"""The pages for trouble: what cannot be read, is closed, is not there, takes no such method, or broke.

Patients get them in the house's look with the ways to get help, staff in the desk's. Those for 400 and 500 ask the
database for nothing: what cannot be read may come in floods, and the database may be what broke.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clinic import context
from clinic.desk import interrupted

# What staff read: the heading, and what it means for their work. CSRF is a form without its cookie.
CSRF = "csrf"
AT_THE_DESK = {
    "400": (
        _("We could not read that"),
        _(
            "What your browser sent was too long, or not in a form that we know. Nothing was saved. Go back and try "
            "again with less text."
        ),
    ),
    "403": (
        _("This page is not open to you"),
        _(
            "This page or button is for others in the clinic. Nothing was changed. If your work needs it, ask a manager."
        ),
    ),
    CSRF: (
        _("Please send that again"),
        _(
            "The page was open for too long, or you have logged in or out in another window. Nothing was saved. Go "
            "back, load the page again and send it once more."
        ),
    ),
    "404": (
        _("There is nothing at this address"),
        _("The address has a slip in it, or what it showed is gone. Search for the patient, or start from the desk."),
    ),
    "405": (
        _("This address only takes a button’s press"),
        _("Opened by itself it has nothing to show. Nothing was changed. Go back to the page with the button."),
    ),
    "500": (
        _("Something broke on our side"),
        _(
            "What you sent may not have been saved: look before you send it again. If this happens again, give the "
            "number below to whoever looks after this site; the log has it."
        ),
    ),
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer what cannot be read, without the database."""
    return HttpResponse(_without_database(request, "400"), status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer who may not do this."""
    return HttpResponse(_page(request, "403"), status=403)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer a form that came without its cookie, or after a login; staff get back what they typed on a page of ours."""
    typed = interrupted.typed_in(request) if _at_the_desk(request) and interrupted.may_have_back(request) else None
    if typed:
        return interrupted.give_back(request, typed, status=403).render()
    return HttpResponse(_page(request, "403", CSRF), status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer an address that shows nothing."""
    return HttpResponse(_page(request, "404"), status=404)


def not_this_way(request: HttpRequest) -> str:
    """Return the page for an address that only takes what a button sends."""
    return _page(request, "405")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when something broke, without the database."""
    return HttpResponse(_without_database(request, "500"), status=500)


def _page(request: HttpRequest, status: str, why: str = "") -> str:
    if not _at_the_desk(request):
        template = f"{status}_{why}.html" if why else f"{status}.html"
        return get_template(template).render(request=request)
    chrome = admin.site.each_context(request)
    return get_template("desk/trouble.html").render({**chrome, **_words(why or status)}, request)


def _without_database(request: HttpRequest, status: str) -> str:
    clinic = context.remembered()
    if not _at_the_desk(request):
        return get_template(f"{status}.html").render({"clinic": clinic} if clinic else {})
    number = getattr(request, "id", "") if status == "500" else ""
    chrome = {"site_header": admin.site.site_header, "site_title": admin.site.site_title, "number": number}
    return get_template("desk/trouble.html").render({**chrome, **_words(status), "broken": True})


def _words(what: str) -> dict[str, Any]:
    heading, lead = AT_THE_DESK[what]
    return {"title": heading, "heading": heading, "lead": lead, "page": "trouble", "crumbs": [(heading, "")]}


def _at_the_desk(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))
