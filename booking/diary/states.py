"""The day of a visit: arrived, seen, or not come; and taking a slip of the finger back."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from booking.diary.holding import close_call
from booking.diary.locks import act, lock_appointment, lock_diary
from booking.diary.records import record
from booking.errors import SlotTaken, WrongState
from booking.models import LIVE, LONGEST, Appointment, Block
from clinic.models import User

State = Block.State
# Nobody arrives for a visit this far ahead: it is another visit of theirs.
TOO_EARLY = timedelta(hours=12)


def arrive(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """Write that the patient is here; return the visit. Raises WrongState unless it is booked and at most 12 hours off."""
    return _go(appointment, State.ARRIVED, of=[State.BOOKED], by=by, now=now)


def seen(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """Write that the visit took place; return it. Raises WrongState unless booked or arrived and at most 12 hours off."""
    return _go(appointment, State.SEEN, of=[State.BOOKED, State.ARRIVED], by=by, now=now)


def no_show(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """Write that the patient did not come, which frees the time; return the visit.

    Raises WrongState unless it is booked and its start has passed.
    """
    return _go(appointment, State.NO_SHOW, of=[State.BOOKED], by=by, now=now)


def undo(*, appointment: Appointment, by: User, now: datetime) -> Appointment:
    """Take back arrived, seen or no-show: the visit is again what it was before; return it.

    Raises WrongState for any other state, SlotTaken if a no-show's time has been given away.
    """
    with act():
        visit = lock_appointment(appointment.pk)
        last = visit.events.filter(act=visit.block.state).order_by("-id").first()
        if visit.block.state not in (State.ARRIVED, State.SEEN, State.NO_SHOW) or last is None:
            raise WrongState
        was = visit.block.state
        visit.block.state = last.details["from"]
        if was == State.NO_SHOW:
            _take_back(visit.block, now=now)
        else:
            visit.block.save(update_fields=["state"])
        record(visit, "undone", by=by, details={"from": was, "to": visit.block.state}, now=now)
        return visit


def _go(appointment: Appointment, to: str, *, of: Collection[str], by: User, now: datetime) -> Appointment:
    with act():
        visit = lock_appointment(appointment.pk)
        was = visit.block.state
        if was == to:  # clicked twice
            return visit
        too_early = now < visit.block.starts_at - (timedelta() if to == State.NO_SHOW else TOO_EARLY)
        if was not in of or too_early:
            raise WrongState
        visit.block.state = to
        visit.block.save(update_fields=["state"])
        record(visit, to, by=by, details={"from": was} | ({"on_hold": True} if visit.hold else {}), now=now)
        close_call(visit.patient, now=now)
        return visit


def _take_back(block: Block, *, now: datetime) -> None:
    """Take the time of a no-show again, unless somebody else has it now."""
    lock_diary([block.practitioner_id], [block.room_id] if block.room_id else [], now=now)
    others = Block.objects.filter(
        practitioner=block.practitioner_id,
        state__in=LIVE,
        busy_from__gt=block.busy_from - LONGEST,
        busy_from__lt=block.busy_until,
        busy_until__gt=block.busy_from,
    ).exclude(pk=block.pk)
    if not block.overlap and others.exists():
        raise SlotTaken
    try:
        with transaction.atomic():
            block.save(update_fields=["state"])
    except IntegrityError as error:
        raise SlotTaken from error
