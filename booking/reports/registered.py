"""What the diary registers for the page of reports."""

from django.utils.translation import gettext_lazy as _

from booking import lists
from booking.reports.funnel import funnel
from booking.reports.hours import use_of_hours
from booking.reports.missed import missed_visits
from booking.reports.sources import sources
from clinic.reports.registered import ReportKind, entry_page, list_kind, report


def register() -> None:
    """Register all of it; called once at start."""
    entry_page("booking:services", "booking:consultation", "booking:times")
    report(ReportKind("funnel", _("From request to visit"), funnel, position=10))
    report(ReportKind("no-shows", _("No-shows"), missed_visits, position=30))
    report(ReportKind("hours", _("Use of hours"), use_of_hours, position=40))
    report(ReportKind("sources", _("Sources"), sources, position=50))
    list_kind(lists.VISITS)
