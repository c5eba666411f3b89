"""Who is booking: the check that this browser has filled in, and what it lets them book."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from booking import schedule
from clinic import links
from clinic.link_gate import needs_birth_date
from clinic.models import Service
from intake.gate import Answer, Gate, gate_for
from intake.models import Screening

PURPOSE = "check"


@dataclass
class Visitor:
    """The person at this browser."""

    screening: Screening | None

    @cached_property
    def is_new(self) -> bool:
        """Say whether this person has never been here, as far as we know."""
        return self.screening is None or schedule.is_new(self.screening.patient)

    def gate(self, service: Service, mode: str, *, now: datetime) -> Gate:
        """Return what this person's check says about a service in a mode."""
        if self.screening is None:
            return Gate(Answer.CHECK_FIRST)
        return gate_for(screening=self.screening, service=service, mode=mode, now=now)

    @property
    def typed(self) -> dict[str, Any]:
        """Return the contact data that this browser typed at the check; never what the records hold."""
        contact: dict[str, Any] = self.screening.contact if self.screening else {}
        return contact


def visitor_of(request: HttpRequest) -> Visitor:
    """Return who is at this browser. A check opened by link counts once its date of birth was given."""
    screening: Screening | None = links.recall(request, purpose=PURPOSE)
    if screening is not None and needs_birth_date(request, screening, PURPOSE):
        screening = None
    return Visitor(screening)
