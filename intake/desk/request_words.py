"""What a request's form asked beside the free text, in words for staff."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import wording
from clinic.models import Mode, Service
from clinic.models.places import Weekday
from intake.forms.requests import CallForm, QuestionForm
from intake.models import Request
from intake.requests import wished

Fact = tuple[str, str]


def facts_of(row: Request) -> list[Fact]:
    """Return labels and values of all that was asked beside the text; empty ones are left out."""
    facts = [*_BY_KIND[Request.Kind(row.kind)](row.details)]
    if row.interpreter:
        facts.append((_("Interpreter"), row.interpreter))
    if row.email:
        facts.append((_("E-mail"), row.email))
    return [(label, value) for label, value in facts if value]


def _discovery(details: dict[str, Any]) -> list[Fact]:
    windows = [
        f"{wording.short_day(start)}, {wording.span(start, end)}"
        for start, end in ((timezone.localtime(span.start), timezone.localtime(span.end)) for span in wished(details))
    ]
    return [
        (_("Best time"), "; ".join(windows)),
        (_("How long"), _choice(CallForm, "how_long", details.get("how_long", ""))),
    ]


def _question(details: dict[str, Any]) -> list[Fact]:
    return [(_("Answer by"), _choice(QuestionForm, "answer_by", details.get("answer_by", "")))]


def _cost(details: dict[str, Any]) -> list[Fact]:
    service = Service.objects.filter(slug=details.get("service", "")).first()
    mode, payer = details.get("mode", ""), details.get("payer", "")
    days = [str(Weekday(int(day)).label) for day in details.get("days", [])]
    due = details.get("estimate", {}).get("due_at")
    return [
        (_("Service"), str(service or "")),
        (_("Where"), str(Mode(mode).label) if mode in Mode.values else _("any") if mode else ""),
        (_("Who pays"), _("the patient") if payer == "self" else payer),
        (_("Days"), wording.listed(days) if days else ""),
        (_("Estimate due"), wording.moment(timezone.localtime(datetime.fromisoformat(due))) if due else ""),
    ]


def _team(details: dict[str, Any]) -> list[Fact]:
    return [
        (_("Group"), str(details.get("group") or "")),
        (_("Dates"), str(details.get("dates") or "")),
        (_("How many"), str(details.get("size") or "")),
        (_("Ages"), str(details.get("ages") or "")),
    ]


_BY_KIND: dict[Request.Kind, Callable[[dict[str, Any]], list[Fact]]] = {
    Request.Kind.DISCOVERY: _discovery,
    Request.Kind.QUESTION: _question,
    Request.Kind.COST: _cost,
    Request.Kind.TEAM: _team,
}


def _choice(form: Any, field: str, value: str) -> str:
    """Return the words of a choice of a form."""
    return str(dict(form.base_fields[field].choices).get(value, ""))
