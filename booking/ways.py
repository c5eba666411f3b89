"""Other ways to meet for a visit that is booked: which there are, and whether a time works that way, too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from booking import schedule, verdicts
from booking.availability import Reason, Slot, least_to_do
from booking.choices import Choice
from booking.models import Appointment
from clinic.models import Practitioner, ServiceMode, TravelZone
from clinic.spans import Span
from intake.gate import Answer, gate_for_patient


@dataclass(frozen=True)
class Found:
    """What was found of a start with somebody: it works, or why not. `clash`: the patient has another visit then.

    `another`: the slot is somebody else's, who has the time; the reasons say why it is not with whom was asked for.
    """

    slot: Slot | None
    reasons: tuple[Reason, ...] = ()
    clash: bool = False
    another: bool = False

    @property
    def works(self) -> bool:
        """Say whether it can be had."""
        return self.slot is not None and (self.another or not self.reasons) and not self.clash


def offered(visit: Appointment) -> list[ServiceMode]:
    """Return the other modes in which the visit's service is on offer online; whether one is open says `is_open`.

    A mode for people who have been here is left out, unless the visit is one of those already: the link to a visit does
    not show whether its patient has been here.
    """
    if not (visit.service.active and visit.service.online):
        return []
    offers = list(visit.service.modes.filter(active=True).order_by("mode"))
    known = any(offer.mode == visit.mode and not offer.new_patients for offer in offers)
    return [offer for offer in offers if offer.mode != visit.mode and (offer.new_patients or known)]


def is_open(visit: Appointment, mode: str, *, now: datetime) -> bool:
    """Say whether the visit may take place this way. An old check is fine, as for a move."""
    gate = gate_for_patient(patient=visit.patient, service=visit.service, mode=mode, now=now)
    return gate.answer in (Answer.OPEN, Answer.CHECK_FIRST)


def cost(offer: ServiceMode, choice: Choice) -> Decimal:
    """Return what a visit costs without a plan, the drive included once it is known where."""
    return offer.price + (choice.area.fee if choice.area else Decimal(0))


def drives_cost() -> bool:
    """Say whether some drive has a fee."""
    return TravelZone.objects.filter(active=True, fee__gt=0).exists()


def judge(visit: Appointment, choice: Choice, *, start: datetime, practitioner: Practitioner, now: datetime) -> Found:
    """Say whether a visit could be at a start with somebody; the visit itself does not stand in the way.

    Without a location the kindest one is taken.
    """
    answer = _ask(visit, choice, start, practitioner, now=now)
    if answer.never or not answer.verdicts:
        return Found(None, (answer.never or Reason.MODE,))
    return Found(answer.verdicts[0].slot, answer.verdicts[0].online)


def same_time(visit: Appointment, choice: Choice, *, now: datetime, busy: Sequence[Span]) -> Found:
    """Say whether the visit's own time works another way, too: with its own practitioner, else with somebody else.

    Of several others it is the one who has least to do that day, as everywhere where we pick.

    `busy` is when the patient has other visits that this browser knows of.
    """
    start = visit.block.starts_at
    found = judge(visit, choice, start=start, practitioner=visit.block.practitioner, now=now)
    if not found.works:
        others = _ask(visit, choice, start, None, now=now)
        open_to = [one.slot for one in others.verdicts if not one.online]
        free = least_to_do(others.calendar, open_to) if others.calendar else None
        found = Found(free, found.reasons, another=True) if free else found
    offer = schedule.offer_of(visit.service, choice.mode) if busy and found.works else None
    if offer and schedule.clashes(start, timedelta(minutes=offer.duration_minutes), busy):
        return Found(None, clash=True)
    return found


def _ask(
    visit: Appointment, choice: Choice, start: datetime, practitioner: Practitioner | None, *, now: datetime
) -> verdicts.Answer:
    return verdicts.ask(
        service=visit.service,
        mode=choice.mode,
        start=start,
        practitioner=practitioner,
        location=choice.location,
        state=choice.state,
        zone=choice.area,
        except_block=visit.block,
        now=now,
    )
