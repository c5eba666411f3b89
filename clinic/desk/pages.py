"""What every page of the desk is made with: the admin's chrome, a way back that stays on this site, plain refusals."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from clinic.forms.base import problems_of

Crumbs = Sequence[tuple[str, str]]


def desk_response(
    request: HttpRequest,
    template: str,
    *,
    page: str,
    title: str,
    crumbs: Crumbs = (),
    status: int = 200,
    **context: Any,
) -> TemplateResponse:
    """Show a page inside the admin's chrome. `page` marks the navigation; a crumb is a label and an address or ""."""
    whole = {
        **admin.site.each_context(request),
        "page": page,
        "title": title,
        "heading": title,
        "crumbs": crumbs,
        **context,
    }
    form = whole.get("form")
    if isinstance(form, forms.BaseForm) and form.is_bound and form.errors:
        whole["problems"] = list(problems_of(form))
        whole["title"] = _("Error: %(title)s") % {"title": title}
    request.current_app = admin.site.name
    return TemplateResponse(request, template, whole, status=status)


def read_uid(text: str) -> uuid.UUID:
    """Return the uid that a form or an address gives; for nonsense the nil UUID, which no row has."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, also when that is nothing at all, so that a form judges it; None for a look."""
    return request.POST if request.method == "POST" else None


def back(request: HttpRequest, fallback: str, *args: Any) -> HttpResponseRedirect:
    """Redirect to the form's hidden `next` if that is an address of this site, else to the desk page `fallback`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if "\x00" not in wanted and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return HttpResponseRedirect(wanted)
    return HttpResponseRedirect(reverse(f"admin:{fallback}", args=args))
