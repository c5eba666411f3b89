"""The page of reports, each report as a file, and the lists that may be taken away."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic import audit, csv_files, exports
from clinic.desk.pages import desk_response, posted, read_uid
from clinic.desk.report_form import PeriodForm
from clinic.models import Clinic, Export, User
from clinic.periods import Period
from clinic.reports import registered
from clinic.reports.registered import ListKind, ReportKind
from clinic.wording import short_day

SEES = "clinic.see_reports"
TAKES = "clinic.take_lists"
SHOWN = 12
# A page is drawn while somebody waits for it, a list by a worker.
MOST_DAYS, MOST_LISTED = 400, 4_000


def reports(request: HttpRequest) -> HttpResponseBase:
    """Show each report that this person may see, for the days asked about."""
    now = timezone.now()
    form = _form(request, now)
    made = [(kind, kind.make(form.period, now=now)) for kind in _kinds(request)] if form.is_valid() else []
    return desk_response(
        request,
        "desk/reports.html",
        page="reports",
        title=_("Reports"),
        crumbs=[(_("Reports"), "")],
        status=200 if form.is_valid() else 422,
        form=form,
        period=form.period if form.is_valid() else None,
        days=_days(form.period) if form.is_valid() else "",
        made=made,
        facts=[report.fact for _kind, report in made if report.fact],
        lists=_lists(request),
    )


@require_safe
def report_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Give the table behind a report as a file."""
    now = timezone.now()
    kind = registered.reports.get(name)
    if kind is None:
        raise Http404
    if kind not in _kinds(request):
        raise PermissionDenied
    form = _form(request, now)
    if not form.is_valid():
        return reports(request)
    period = form.period
    table = kind.make(period, now=now).table
    details = {"report": name, "first": period.first, "last": period.last}
    audit.record(act="report.taken", subject_uid=None, request=request, details=details, now=now)
    return _as_file(csv_files.stream(table.head, table.rows), f"{name}_{period.code}")


@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponseBase:
    """Show what may be taken away as a file; on POST give a short list at once, and have a worker write a long one."""
    now, user = timezone.now(), _user(request)
    form = _form(request, now, most_days=MOST_LISTED)
    kinds = _lists(request)
    kind = next((kind for kind in kinds if kind.name == request.POST.get("list")), None)
    if posted(request) is not None and kind is not None and form.is_valid():
        total = kind.count(form.period)
        if total > exports.AT_ONCE:
            export = exports.ask(kind=kind, period=form.period, total=total, by=user, now=now)
            return redirect("admin:list", uid=export.uid)
        file = exports.take_at_once(kind=kind, period=form.period, by=user, now=now)
        return _as_file(file, f"{kind.name}_{form.period.code}")
    return desk_response(
        request,
        "desk/lists.html",
        page="reports",
        title=_("Lists to take away"),
        crumbs=[(_("Reports"), reverse("admin:reports")), (_("Lists to take away"), "")],
        status=200 if request.method != "POST" and form.is_valid() else 422,
        form=form,
        kinds=kinds,
        asked=[(export, _label(export)) for export in Export.objects.filter(asked_by=user)[:SHOWN]],
    )


def list_page(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Show how far a list is, and where it can be fetched."""
    export = _mine(request, uid)
    return desk_response(
        request,
        "desk/list.html",
        page="reports",
        title=_label(export),
        crumbs=[
            (_("Reports"), reverse("admin:reports")),
            (_("Lists to take away"), reverse("admin:lists")),
            (_label(export), ""),
        ],
        export=export,
        days=_days(exports.period_of(export)),
        kept_until=export.finished_at + exports.KEPT if export.finished_at else None,
    )


@require_safe
def list_state(request: HttpRequest, uid: str) -> JsonResponse:
    """Say how far a list is, for the script of its page."""
    export = _mine(request, uid)
    return JsonResponse({"done": export.done, "total": export.total, "under_way": export.is_under_way})


@require_safe
def list_file(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Give a list that is ready to the one who asked for it."""
    export = _mine(request, uid)
    try:
        file = exports.take(export=export, by=_user(request), now=timezone.now())
    except exports.NotYours:
        raise PermissionDenied from None
    except exports.NotReady:
        return redirect("admin:list", uid=export.uid)
    return _as_file(file, f"{export.kind}_{exports.period_of(export).code}")


def _form(request: HttpRequest, now: datetime, *, most_days: int = MOST_DAYS) -> PeriodForm:
    data = request.POST if request.method == "POST" else request.GET
    return PeriodForm(data, today=timezone.localdate(now), zone=Clinic.get().time_zone, most_days=most_days)


def _kinds(request: HttpRequest) -> list[ReportKind]:
    kinds = sorted(registered.reports.values(), key=lambda kind: kind.position)
    return [kind for kind in kinds if request.user.has_perm(kind.permission)]


def _lists(request: HttpRequest) -> list[ListKind]:
    kinds = sorted(registered.lists.values(), key=lambda kind: kind.position)
    return [kind for kind in kinds if request.user.has_perm(kind.permission)]


def _mine(request: HttpRequest, uid: Any) -> Export:
    """Return an export of this person; whose it is, nobody else learns."""
    export = Export.objects.select_related("asked_by").filter(uid=read_uid(str(uid)), asked_by=_user(request)).first()
    if export is None:
        raise Http404
    return export


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _label(export: Export) -> str:
    kind = registered.lists.get(export.kind)
    return str(kind.label) if kind else export.kind


def _days(period: Period) -> str:
    days = {"first": short_day(period.first), "last": short_day(period.last), "year": period.last.year}
    return _("%(first)s to %(last)s %(year)d") % days


def _as_file(pieces: Any, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type=csv_files.TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
