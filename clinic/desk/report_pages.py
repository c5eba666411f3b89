"""What the clinic app registers for the page of reports, and for the lists that may be taken away."""

from django.core.signals import request_finished
from django.utils.translation import gettext_lazy as _

from clinic import footfall, lists, registry
from clinic.desk import reports
from clinic.registry import DeskPage
from clinic.reports.calls import first_calls
from clinic.reports.messages import deliveries
from clinic.reports.registered import ReportKind, entry_page, list_kind, report


def register() -> None:
    """Register all of it; called once at start."""
    sees, takes = reports.SEES, reports.TAKES
    for page in (
        DeskPage(
            path="reports/",
            name="reports",
            view=reports.reports,
            permission=sees,
            label=_("Reports"),
            icon="chart",
            tab=True,
            position=60,
        ),
        DeskPage(path="reports/<slug:name>.csv", name="report-file", view=reports.report_file, permission=sees),
        DeskPage(path="lists/", name="lists", view=reports.lists, permission=takes),
        DeskPage(path="lists/<uuid:uid>/", name="list", view=reports.list_page, permission=takes),
        DeskPage(path="lists/<uuid:uid>/state/", name="list-state", view=reports.list_state, permission=takes),
        DeskPage(path="lists/<uuid:uid>/file/", name="list-file", view=reports.list_file, permission=takes),
    ):
        registry.desk_page(page)
    report(ReportKind("first-calls", _("Time to the first call"), first_calls, position=20))
    report(ReportKind("messages", _("Message delivery"), deliveries, position=70))
    list_kind(lists.MESSAGES)
    entry_page("home", "team", "costs", "interpreter")
    request_finished.connect(footfall.write_now_and_then, dispatch_uid="clinic.footfall")
