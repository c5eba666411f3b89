"""The admin site of the front desk: its index is today's board, its pages are registered by the apps."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import login_gate, registry
from clinic.desk import interrupted
from clinic.desk.login_form import LoginForm
from clinic.models import Clinic, User

View = Callable[..., HttpResponseBase]


class DeskSite(admin.AdminSite):
    """Django's admin with the desk's pages in it, under the same login and permissions."""

    site_header = _("Stridewell")
    site_title = _("Stridewell desk")
    index_title = _("Records")
    enable_nav_sidebar = True
    login_form = LoginForm

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Put the registered pages before the admin's own; the plain record index moves to records/."""
        pages = [
            path(page.path, self.guard(page), name=page.name)
            for page in registry.desk_pages.values()
            if page.name != "today"
        ]
        records = path("records/", self.admin_view(self.records), name="records")
        return [*pages, records, *super().get_urls()]

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]
        """Wrap a view in the login, and answer in the clinic's own time, not in UTC."""
        inner: View = super().admin_view(view, cacheable)

        def zoned(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            may = self.has_permission(request) or request.path == reverse("admin:logout")
            if request.method == "POST" and not may and not request.user.is_authenticated:
                return self.log_in_again(request)
            zone, request.sending_on_hold, request.is_live = _standing()  # type: ignore[attr-defined]
            with timezone.override(zone):
                response = inner(request, *args, **kwargs)
                # A page that is rendered later would fall out of the zone.
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return update_wrapper(zoned, view)

    def guard(self, page: registry.DeskPage) -> View:
        """Wrap a page's view in the login and its permission."""

        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not page.open_to(request.user):
                raise PermissionDenied
            return page.view(request, *args, **kwargs)

        return self.admin_view(update_wrapper(view, page.view))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Let staff in; who has tried too often is told so with a 429. What was typed before is given back."""
        token, now = request.POST.get("typed", ""), timezone.now()
        response: HttpResponse = super().login(request, {**(extra_context or {}), "typed": token})
        if request.method != "POST":
            return response
        if isinstance(response, TemplateResponse):
            form = (response.context_data or {}).get("form")
            response.status_code = 429 if getattr(form, "refused", False) else response.status_code
        elif isinstance(request.user, User):
            typed = interrupted.unseal(token, user=request.user, now=now)
            if typed:
                with timezone.override(_standing()[0]):
                    response = interrupted.give_back(request, typed).render()
            elif token:
                messages.warning(request, _("What was typed before is not kept: it was somebody else’s, or too old."))
            login_gate.enter(user=request.user, request=request, response=response, now=now)
            interrupted.remember(user=request.user, response=response)
        return response

    def log_in_again(self, request: HttpRequest) -> HttpResponseBase:
        """Ask for the login when a session ended before a button was pressed, and take along what was typed.

        What was posted is not done, and said so. Where nothing can be taken along, go on at the page with the button.
        """
        token, page = interrupted.seal(request, now=timezone.now()), interrupted.page_of(request)
        if not token:
            messages.warning(request, _("You were logged out. What you pressed last was not done."))
            return redirect_to_login(page, reverse("admin:login"))
        messages.warning(request, _("You were logged out. Log in again: what you typed comes back."))
        context = {
            **self.each_context(request),
            "title": _("Log in"),
            "app_path": reverse("admin:login"),
            "next": page,
            "typed": token,
            "form": LoginForm(request),
        }
        request.current_app = self.name
        return TemplateResponse(request, "admin/login.html", context, status=403)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Let staff out."""
        user = request.user
        who = user if isinstance(user, User) else None
        response: TemplateResponse = super().logout(request, extra_context)
        if request.method == "POST" and who is not None:
            login_gate.leave(user=who, request=request, now=timezone.now())
        return response

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]
        """Show today's board to those who may see it, the records to others."""
        today = registry.desk_pages.get("today")
        if today and today.open_to(request.user):
            return today.view(request)
        return self.records(request, extra_context)

    def records(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show Django's own index of records."""
        return super().index(request, extra_context)

    def _build_app_dict(self, request: HttpRequest, label: Any = None) -> dict[str, Any]:
        """Put the names of records into the language once: to sort and draw the menu asked for each many times."""
        found: dict[str, Any] = super()._build_app_dict(request, label)
        if found:  # Django gives None for an app without records for this person
            for app in [found] if label else found.values():
                for row in app["models"]:
                    row["name"] = str(row["name"])
        return found

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the desk's navigation, with its counts, to each page."""
        context: dict[str, Any] = super().each_context(request)
        context["site_url"] = "/"
        context["desk_nav"] = self.navigation(request) if self.has_permission(request) else []
        return context

    def navigation(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the registered pages that this person may open, with their counts."""
        now = timezone.now()
        user: Any = request.user
        rows = []
        for page in sorted(registry.desk_pages.values(), key=lambda page: page.position):
            if not page.label or not page.open_to(user):
                continue
            if page.only_before and getattr(request, "is_live", False):
                continue
            name = "admin:index" if page.name == "today" else f"admin:{page.name}"
            count, late = page.count(request, now) if page.count else (0, False)
            rows.append(
                {
                    "page": page.name,
                    "name": page.label,
                    "url": reverse(name),
                    "icon": page.icon,
                    "tab": page.tab,
                    "count": count,
                    "hot": late,
                }
            )
        return rows


def _standing() -> tuple[ZoneInfo, bool, bool]:
    """Return the clinic's time zone (UTC before the set-up), whether it holds all sending, and whether it is live."""
    row = Clinic.objects.values_list("time_zone", "sending_on_hold", "live_since").first()
    name, on_hold, live_since = row or ("UTC", False, None)
    return ZoneInfo(name), on_hold, live_since is not None
