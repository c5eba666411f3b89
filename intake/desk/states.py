"""What the desk may know of a patient's screening: complete or not, its level, read or not, and "call first"."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from clinic.models import Call, Patient
from intake.gate import strictest_of
from intake.models import BookingGate, BriefRead, Level, Outcome, Screening

# Nothing may be booked or done at a visit before a PT has called.
CLOSED = frozenset({BookingGate.NOT_OFFERED, BookingGate.AFTER_MEDICAL_REVIEW, BookingGate.HELD})
PT_CALLS = (Call.Reason.EMERGENCY, Call.Reason.URGENT, Call.Reason.UNSURE)


@dataclass(frozen=True)
class Chip:
    """A word with an icon and a tone ("red", "amber", "ok" or "")."""

    tone: str
    icon: str
    words: str


@dataclass(frozen=True)
class ScreeningState:
    """The newest screening of a patient, as the desk may see it."""

    outcome: Outcome | None = None
    started: bool = False
    read: bool = False
    call_first: bool = False

    @property
    def unread(self) -> bool:
        """Say whether a PT has still to read it."""
        return self.outcome is not None and not self.read

    @property
    def chips(self) -> list[Chip]:
        """Return what to show, the most pressing first."""
        first = [Chip("red", "phone", _("Call first"))] if self.call_first else []
        return [*first, self._own_chip()]

    def _own_chip(self) -> Chip:
        if self.outcome is None:
            if self.started:
                return Chip("amber", "screen", _("Screening not finished"))
            return Chip("red", "screen", _("Not screened"))
        level = Level(self.outcome.staff_level)
        if self.unread:
            return Chip("amber", level.value, _("%(level)s, unread") % {"level": level.label})
        if level == Level.MECHANICAL:
            return Chip("ok", "mechanical", _("Screening complete"))
        return Chip("", level.value, str(level.label))


def unread_outcomes() -> QuerySet[Outcome]:
    """Return the outcomes that count now and that no PT has read; one that a PT decided was read."""
    reads = BriefRead.objects.filter(outcome=OuterRef("pk"))
    return Outcome.objects.filter(~Exists(reads), current=True, by_pt=False)


def states_of(patients: Collection[int], now: datetime) -> dict[int, ScreeningState]:
    """Return the state of each patient's screening, by the patient's key; two queries for any number.

    Of several the one that the gate goes by: the two pages before a massage do not hide what a whole check found.
    """
    reads = BriefRead.objects.filter(outcome=OuterRef("pk"))
    outcomes = (
        Outcome.objects.filter(screening__patient__in=patients, current=True, created_at__lte=now)
        .annotate(was_read=Exists(reads))
        .select_related("screening")
        .defer("answers", "missing", "not_sure")
        .order_by("-created_at", "-pk")
    )
    counting: dict[int, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        counting[outcome.screening.patient_id].append(outcome)
    begun = Screening.objects.filter(patient=OuterRef("pk"), state=Screening.State.STARTED)
    called = Call.objects.open().filter(patient=OuterRef("pk"), reason__in=PT_CALLS)
    marked = Patient.objects.filter(pk__in=patients).values_list("pk", Exists(begun), Exists(called))
    marks = {patient: (started, waiting) for patient, started, waiting in marked}
    return {
        patient: _state(
            strictest_of(counting[patient]),
            started=marks[patient][0],
            waiting=marks[patient][1],
        )
        for patient in patients
    }


def _state(outcome: Outcome | None, *, started: bool, waiting: bool) -> ScreeningState:
    read = outcome is not None and (outcome.by_pt or getattr(outcome, "was_read", False))
    closed = outcome is not None and outcome.booking in CLOSED
    return ScreeningState(outcome=outcome, started=started, read=read, call_first=closed or waiting)
