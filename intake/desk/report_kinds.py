"""What the intake registers for the page of reports."""

from django.utils.translation import gettext_lazy as _

from clinic.reports.registered import ReportKind, entry_page, list_kind, report
from intake import lists, reports
from intake.doors import DOORS


def register(*, sees_outcomes: str) -> None:
    """Register all of it; called once at start. `sees_outcomes` is the permission of those who may see levels."""
    kind = ReportKind("levels", _("Screening levels, and overrides"), reports.levels, sees_outcomes, position=60)
    report(kind)
    list_kind(lists.REQUESTS)
    entry_page("intake:check", "intake:guides", "intake:guide", *(f"intake:ask_{door.slug}" for door in DOORS))
