"""Who is booking: the check that this browser has filled in, the visit that it holds, and what both let it do."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from booking.choices import Choice
from booking.models import LIVE, Appointment, AppointmentQuerySet, Block
from clinic import links
from clinic.models import Clinic, Practitioner, Service, ServiceMode
from clinic.prepared import prepared
from clinic.spans import Span
from intake.gate import Answer, Gate, current_screening, gate_for
from intake.models import BookingGate, Screening

_BEEN = (Block.State.ARRIVED, Block.State.SEEN)


@dataclass
class Visitor:
    """The person at this browser, as far as the browser can show it."""

    screening: Screening | None
    visit: Appointment | None

    @cached_property
    def is_known(self) -> bool:
        """Say whether this browser has shown that its patient was here before.

        Only the link to a visit that took place shows it. A name and a birth date typed at the check may be another
        person's, and what is offered must not tell whether we know them.
        """
        if self.visit is None or self.visit.block.state not in _BEEN:
            return False
        return self.screening is None or self.screening.patient_id == self.visit.patient_id

    @property
    def holder(self) -> str:
        """Return the name under which this browser holds a time: its check's, so that one check keeps one time."""
        return f"check-{self.screening.uid}" if self.screening else ""

    @property
    def typed(self) -> dict[str, Any]:
        """Return the contact data that this browser typed at the check; never what the records hold."""
        contact: dict[str, Any] = self.screening.contact if self.screening else {}
        return contact

    def may_have(self, offer: ServiceMode | Choice) -> bool:
        """Say whether a service in a mode is for this person: some are for those who have been here."""
        return offer.new_patients or self.is_known

    def gate(self, service: Service, mode: str, *, now: datetime) -> Gate:
        """Return what this person's check says about a service in a mode."""
        return gate_for(screening=self.screening, service=service, mode=mode, now=now)

    def hold(self, *, now: datetime) -> Block | None:
        """Return the time that is being kept for this browser."""
        if self.screening is None:
            return None
        return next(iter(_held_by(browser=self.holder, now=now)), None)

    def visit_at(self, start: datetime, practitioner: Practitioner | None) -> Appointment | None:
        """Return the visit that this check has booked at just that time: the form was sent twice, or from two tabs.

        `practitioner` None means anybody.
        """
        return next(
            (visit for visit in self.own if self._booked_here(visit) and _is_at(visit, start, practitioner)), None
        )

    def coming(self, service: Service, *, now: datetime) -> Appointment | None:
        """Return the next visit of a service that this check has booked."""
        ahead = self._booked().filter(service=service, block__starts_at__gt=now)
        return ahead.order_by("block__starts_at").select_related("block__practitioner").first()

    @cached_property
    def own(self) -> list[Appointment]:
        """Return the visits that this browser may know of, whoever comes: those of its check, and the one of its link."""
        if not (self.visit or self.screening):
            return []
        known = {"visit": self.visit.pk if self.visit else 0, "screening": self.screening.pk if self.screening else 0}
        if not _any_known(**known):  # most have none, and asking for that is cheap
            return []
        rows = _known_to(**known).select_related("block__practitioner")
        return list(rows.order_by("block__starts_at"))

    def busy(self, *, patient_id: int | None = None, but: Appointment | None = None) -> list[Span]:
        """Return when a patient, else that of the check, has visits that this browser may know of.

        No other time of theirs can be booked then (`diary.book`), so none is offered. Visits that it may not know of
        stay out: times that are missing would tell of them.
        """
        whose = patient_id or (self.screening.patient_id if self.screening else None)
        return [
            Span(visit.block.starts_at, visit.block.ends_at)
            for visit in self.own
            if visit.patient_id == whose and visit != but
        ]

    def full(self, *, now: datetime) -> list[Appointment]:
        """Return this browser's visits to come once they are as many as one patient books online; nothing before."""
        coming = [visit for visit in self.own if visit.is_coming_online(now) and self._is_theirs(visit)]
        return coming if coming and len(coming) >= Clinic.get().most_online_visits else []

    def owns(self, visit: Appointment) -> bool:
        """Say whether this browser may know of a visit: it booked it, or holds its link."""
        return visit == self.visit or self._booked_here(visit)

    def may_read(self, gate: Gate) -> bool:
        """Say whether a gate speaks of this browser's own check, and not of another one or of a call about it.

        What another one said is somebody's health: whoever typed that person's name must not read it here.
        """
        if gate.answer == Answer.CHECK_FIRST:
            return True
        if gate.outcome is None or self.screening is None or gate.outcome.screening_id != self.screening.pk:
            return False
        if gate.answer == Answer.IN_PERSON_ONLY:
            return True
        return gate.outcome.booking not in (BookingGate.OPEN, BookingGate.CONSULT_FLAGGED)

    def _is_theirs(self, visit: Appointment) -> bool:
        """Say whether a visit is for the patient of this browser's check: a parent may hold a child's link."""
        return self.screening is not None and visit.patient_id == self.screening.patient_id

    def _booked_here(self, visit: Appointment) -> bool:
        return self.screening is not None and visit.screening_id == self.screening.pk

    def _booked(self) -> AppointmentQuerySet:
        return Appointment.objects.filter(screening=self.screening, block__state=Block.State.BOOKED)


def _is_at(visit: Appointment, start: datetime, practitioner: Practitioner | None) -> bool:
    block = visit.block
    theirs = practitioner is None or block.practitioner_id == practitioner.pk
    return block.state == Block.State.BOOKED and block.starts_at == start and theirs


def visitor_of(request: HttpRequest) -> Visitor:
    """Return who is at this browser. A check opened by link counts once its date of birth was given."""
    return Visitor(current_screening(request), links.recall(request, purpose="visit"))


@prepared
def _held_by(*, browser: str, now: datetime) -> QuerySet[Block]:
    return Block.objects.filter(browser=browser, state=Block.State.HELD, expires_at__gt=now)


@prepared
def _any_known(*, visit: int, screening: int) -> QuerySet[Appointment, int]:
    return _known_to(visit=visit, screening=screening).order_by().values_list("pk", flat=True)[:1]


def _known_to(*, visit: int, screening: int) -> QuerySet[Appointment]:
    return Appointment.objects.filter(Q(pk=visit) | Q(screening=screening), block__state__in=LIVE)
