"""The day of a visit: arrived, seen, or not come; and taking a slip of the finger back."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from booking import taken, verdicts
from booking.availability import CLASHES, free_rooms
from booking.calendars import rooms_for
from booking.diary import fees
from booking.diary.bookings import other_visit
from booking.diary.holding import close_call
from booking.diary.locks import act, act_for, lock_appointment, lock_diary
from booking.diary.records import record
from booking.diary.undoing import save_again
from booking.errors import PatientBusy, SlotRefused, SlotTaken, WrongState
from booking.models import Appointment, AppointmentEvent, Block, Fee
from clinic.models import User
from clinic.spans import Span

State = Block.State
# Nobody arrives for a visit this far ahead: it is another visit of theirs.
TOO_EARLY = timedelta(hours=12)
# Acts that give a visit its time.
PLACING = ("booked", "moved", "mode_changed", "cancel_undone", "undone")


def arrive(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """Write that the patient is here; return the visit. Raises WrongState unless it is booked and at most 12 hours off."""
    return _go(appointment, State.ARRIVED, of=[State.BOOKED], by=by, now=now)


def seen(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """Write that the visit took place; return it. Raises WrongState unless booked or arrived and at most 12 hours off."""
    return _go(appointment, State.SEEN, of=[State.BOOKED, State.ARRIVED], by=by, now=now)


def no_show(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """Write that the patient did not come, which frees the time and costs what they accepted; return the visit.

    Who came to a visit by video by their link and left before anybody saw them is noted so, too, and owes nothing for
    it: they did come. Raises WrongState unless it is booked, or joined in that way, and its start has passed.
    """
    return _go(appointment, State.NO_SHOW, of=[State.BOOKED], by=by, now=now)


def undo(
    *, appointment: Appointment, by: User, override_reason: str = "", overlap_reason: str = "", now: datetime
) -> Appointment:
    """Take back arrived, seen or no-show: the visit is again what it was before; return it.

    What others have taken since a no-show is asked for by the slot engine (`verdicts.given_away`): the road and the
    limit of the day are gone over with `override_reason`, somebody else's time with `overlap_reason`. Whose room has
    been given away gets another that is free.

    Raises WrongState for any other state; for a no-show SlotTaken, SlotRefused, and PatientBusy if its patient has got
    another visit at that time since; TryAgain.
    """
    with act_for(appointment.patient_id):
        visit = lock_appointment(appointment.pk)
        last = visit.events.filter(act=visit.block.state).order_by("-id").first()
        if visit.block.state not in (State.ARRIVED, State.SEEN, State.NO_SHOW) or last is None:
            raise WrongState
        was, details = visit.block.state, {}
        visit.block.state = last.details["from"]
        if was == State.NO_SHOW:
            _check_patient(visit, since=last)
            reasons = (override_reason.strip(), overlap_reason.strip())
            details = _take_time_again(visit, *reasons, now=now)
        else:
            visit.block.save(update_fields=["state"])
        record(visit, "undone", by=by, details={"from": was, "to": visit.block.state} | details, now=now)
        fees.take_back(visit, by=by, now=now)
        return visit


def _take_time_again(visit: Appointment, override_reason: str, overlap_reason: str, *, now: datetime) -> dict[str, Any]:
    """Let a visit take the time again that it had given up; return what the event keeps of rules that it goes over."""
    block = visit.block
    rooms = {*(rooms_for(block.offer, block.location_id) if block.offer else ()), block.room_id} - {None}
    lock_diary([block.practitioner_id], rooms if block.room_id else [], during=block.busy, now=now)
    answer = verdicts.given_away(visit, now=now)
    against = answer.verdicts[0].desk if answer.verdicts else ()
    if not CLASHES.isdisjoint(against):
        if not overlap_reason:
            raise SlotTaken
        block.overlap, block.overlap_reason = True, overlap_reason
    rules = [reason for reason in against if reason not in CLASHES]
    if rules and not override_reason:
        raise SlotRefused(rules)
    if not block.overlap and answer.calendar and taken.room_of(block, now=now).exists():
        block.room_id = free_rooms(answer.calendar, start=block.starts_at, location_id=block.location_id)[0]
    save_again(block, "state", "room", "overlap", "overlap_reason")
    why = override_reason if rules else overlap_reason if against else ""
    return {"passed_over": [str(reason) for reason in against], "why": why[:240]} if against else {}


def _check_patient(visit: Appointment, *, since: AppointmentEvent) -> None:
    """Raise PatientBusy if the patient has a visit at that time that was put there after an event."""
    other = other_visit(visit.patient, Span(visit.block.starts_at, visit.block.ends_at), but=visit)
    if other is not None and other.events.filter(act__in=PLACING, pk__gt=since.pk).exists():
        raise PatientBusy(other)


def _go(appointment: Appointment, to: str, *, of: Collection[str], by: User, now: datetime) -> Appointment:
    with act():
        visit = lock_appointment(appointment.pk)
        was = visit.block.state
        if was == to:  # clicked twice
            return visit
        too_early = now < visit.block.starts_at - (timedelta() if to == State.NO_SHOW else TOO_EARLY)
        left = to == State.NO_SHOW and was == State.ARRIVED and _joined(visit)
        if too_early or not (was in of or left):
            raise WrongState
        visit.block.state = to
        visit.block.save(update_fields=["state"])
        facts = {"on_hold": True} if visit.hold else {}
        record(visit, to, by=by, details={"from": was} | facts | ({"left": True} if left else {}), now=now)
        if to == State.NO_SHOW and not left:
            fees.owe(visit, Fee.Kind.NO_SHOW, fees.no_show_fee(visit), by=by, now=now)
        close_call(visit.patient, now=now)
        return visit


def _joined(visit: Appointment) -> bool:
    """Say whether it was the patient's own link that wrote that they are here: they joined by video."""
    last = visit.events.filter(act=State.ARRIVED).order_by("-id").first()
    return last is not None and "join" in last.details
