"""Visits to come that today's hours would not allow: hours, time off, closures or licences changed after they were booked.

Judged by the slot engine, each visit as long as it is and without its own block. What staff passed over, with a reason,
when they placed a visit is not told again.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.availability import Calendar, Person, Reason, Rules, Slot, fallen_out, in_words
from booking.calendars import MARGIN, licences_in, places_between
from booking.models import Appointment, AppointmentEvent, Block
from booking.rota import shifts_between
from booking.taken import away_between
from booking.zones import usual
from clinic import kept
from clinic.models import GivenBy, Mode
from clinic.spans import Span

KEY = "booking.outside"
KEPT_SECONDS = 30
# Every calendar of a visit lays the hours by this; starts off the grid do not matter here.
_GRID = timedelta(hours=1)
_NOTHING = timedelta()


@dataclass(frozen=True)
class Outside:
    """A visit and why it could not be booked today."""

    visit: Appointment
    reasons: tuple[Reason, ...]

    @property
    def words(self) -> list[str]:
        """Return the reasons in words."""
        return [in_words(reason) for reason in self.reasons]


def visits_outside(*, now: datetime) -> list[Outside]:
    """List the visits to come that fall outside the hours, by time, with what a page shows of them."""
    found = reasons_by_visit(now=now)
    visits = Appointment.objects.filter(pk__in=found).select_related(
        "block__practitioner", "patient", "service", "location"
    )
    rows = visits.defer("address", "access_notes").order_by("block__starts_at", "pk") if found else []
    return [Outside(visit, found[visit.pk]) for visit in rows]


def count(*, now: datetime) -> int:
    """Count them as they are now, and have the board show it."""
    number = len(reasons_by_visit(now=now))
    remember(number)
    return number


def remember(number: int) -> None:
    """Have the board show a number that was counted just now."""
    kept.keep(KEY, number, seconds=KEPT_SECONDS)


def count_lately(*, now: datetime) -> int:
    """Return how many there were within the last half minute: the board asks each time it is opened."""
    number = kept.recall(KEY)
    return number if isinstance(number, int) else count(now=now)


def reasons_by_visit(*, now: datetime) -> dict[int, tuple[Reason, ...]]:
    """Return why each visit to come is outside the hours, by its key. The number of queries never grows."""
    coming = list(
        Appointment.objects.filter(block__state=Block.State.BOOKED, block__starts_at__gt=now)
        .order_by("block__starts_at")
        .values_list(
            "pk",
            "service_id",
            "mode",
            "location_id",
            "state_then",
            "block__practitioner_id",
            "block__starts_at",
            "block__ends_at",
        )
    )
    if not coming:
        return {}
    people = {row[5] for row in coming}
    window = Span(now - MARGIN, coming[-1][7] + MARGIN)
    shifts = shifts_between(people, window.start.date(), window.end.date())
    (places, _roads), away = places_between(window), away_between(people, window)
    licences = licences_in({row[4] for row in coming if row[4]}, people)
    gives = _gives(people)
    found: dict[int, tuple[Reason, ...]] = {}
    for pk, service, mode, location, state, practitioner, starts, ends in coming:
        person = Person(
            practitioner,
            offers=(service, mode, practitioner) in gives,
            shifts=tuple(shifts[practitioner]),
            away=tuple(away[practitioner]),
            licensed_until=licences[practitioner],
        )
        rules = Rules(mode, ends - starts, _NOTHING, _NOTHING, _NOTHING, 0, _GRID)
        calendar = Calendar(rules, (person,), places, state=state, state_zone=usual(state))
        where = location if mode == Mode.IN_CLINIC else None
        if reasons := fallen_out(calendar, Slot(starts, practitioner, where, mode)):
            found[pk] = tuple(reasons)
    return _not_passed_over(found)


def _gives(people: Collection[int]) -> set[tuple[int, str, int]]:
    """Load who gives what: service, mode and practitioner."""
    rows = GivenBy.objects.filter(practitioner__in=people, practitioner__active=True)
    return set(rows.values_list("servicemode__service_id", "servicemode__mode", "practitioner_id"))


def _not_passed_over(found: dict[int, tuple[Reason, ...]]) -> dict[int, tuple[Reason, ...]]:
    """Take out the rules that staff passed over when they put a visit where it is."""
    passed: dict[int, list[str]] = defaultdict(list)
    if found:
        events = AppointmentEvent.objects.filter(appointment__in=found).order_by("pk")
        for pk, details in events.values_list("appointment_id", "details"):
            if "start" in details:  # the event put the visit at a time
                passed[pk] = details.get("passed_over", [])
    left = {pk: tuple(one for one in reasons if one not in passed[pk]) for pk, reasons in found.items()}
    return {pk: reasons for pk, reasons in left.items() if reasons}
