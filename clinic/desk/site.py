"""The admin site of the front desk: its index is today's board, its pages are registered by the apps."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import registry


class DeskSite(admin.AdminSite):
    """Django's admin with the desk's pages in it, under the same login and permissions."""

    site_header = _("Stridewell desk")
    site_title = _("Stridewell")
    index_title = _("Records")
    enable_nav_sidebar = True

    def get_urls(self) -> list[URLPattern | URLResolver]:  # type: ignore[override]
        """Put the registered pages before the admin's own; the plain record index moves to records/."""
        pages = [
            path(page.path, self.guard(page), name=page.name)
            for page in registry.desk_pages.values()
            if page.name != "today"
        ]
        records = path("records/", self.admin_view(self.records), name="records")
        return [*pages, records, *super().get_urls()]

    def guard(self, page: registry.DeskPage) -> Callable[..., HttpResponseBase]:
        """Wrap a page's view in the login and its permission."""

        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(page.permission):
                raise PermissionDenied
            return page.view(request, *args, **kwargs)

        return self.admin_view(update_wrapper(view, page.view))  # type: ignore[no-any-return]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]
        """Show today's board to those who may see it, the records to others."""
        today = registry.desk_pages.get("today")
        if today and request.user.has_perm(today.permission):
            return today.view(request)
        return self.records(request, extra_context)

    def records(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show Django's own index of records."""
        return super().index(request, extra_context)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the desk's navigation, with its counts, to each page."""
        context: dict[str, Any] = super().each_context(request)
        context["desk_nav"] = self.navigation(request) if request.user.is_authenticated else []
        return context

    def navigation(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the registered pages that this person may open, with their counts."""
        now = timezone.now()
        user: Any = request.user
        rows = []
        for page in sorted(registry.desk_pages.values(), key=lambda page: page.position):
            if not page.label or not user.has_perm(page.permission):
                continue
            name = "admin:index" if page.name == "today" else f"admin:{page.name}"
            rows.append(
                {
                    "page": page.name,
                    "name": page.label,
                    "url": reverse(name),
                    "icon": page.icon,
                    "tab": page.tab,
                    "count": page.count(user, now) if page.count else None,
                }
            )
        return rows
