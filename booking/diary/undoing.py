"""Taking a cancel by link back within two minutes.

Until then the time is kept by a hold, like that of somebody who is booking: nobody else is offered it, and it ends by
itself. Once it has ended nothing is taken back, even if the time is still free: the road, or the limit of the day, may be
somebody else's by then.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from booking import taken, unscreened
from booking.diary.fees import take_back
from booking.diary.holding import follow_level
from booking.diary.locks import act_for, lock_appointment, lock_diary
from booking.diary.records import UNDONE, record, tell
from booking.errors import PatientBusy, SlotTaken, TooMany, WrongState
from booking.models import LIVE, LONGEST, Appointment, Block
from clinic.models import Clinic

_UNDO = "undo-"
# What a hold does not take over from the visit whose time it keeps.
_OWN = frozenset({"id", "uid", "kind", "state", "browser", "expires_at", "label", "created_at"})


def holder(visit: Appointment) -> str:
    """Return the name under which the time of a cancelled visit is kept."""
    return f"{_UNDO}{visit.uid}"


def is_kept(block: Block) -> bool:
    """Say whether a hold keeps the time of a visit that was just cancelled, and not of one that is being booked."""
    return block.browser.startswith(_UNDO)


def keep_time(visit: Appointment, *, now: datetime) -> Block:
    """Keep the time of a visit that its patient has just cancelled; the visit is locked, its block written."""
    block = visit.block
    rooms = [block.room_id] if block.room_id else []
    lock_diary([block.practitioner_id], rooms, during=block.busy, now=now)
    where: dict[str, Any] = {
        field.attname: getattr(block, field.attname) for field in Block._meta.concrete_fields if field.name not in _OWN
    }
    return Block.objects.create(
        **where, kind=Block.Kind.HOLD, state=Block.State.HELD, browser=holder(visit), expires_at=visit.undo_until
    )


def undo_cancel(*, appointment: Appointment, now: datetime) -> Appointment:
    """Take a patient's own cancel back: the visit is booked again as it was, its fee is gone; tell them, and return it.

    It keeps its uid, and `sequence` goes up. A call that the cancel closed is open again, and what a level holds back
    is on hold. A visit that is booked stays booked, whoever takes it back again.

    Raises SlotTaken if somebody else has the time, WrongState when it is too late, PatientBusy, TooMany, TryAgain.
    """
    with act_for(appointment.patient_id):
        visit = _lock_visits(appointment, now=now)
        if visit.block.state == Block.State.BOOKED and visit.cancelled_at is None:
            return visit
        until = visit.undo_until
        if until is None or until <= now or visit.block.starts_at <= now:
            raise WrongState
        _check_patient(visit, now=now)
        _take_time_again(visit, now=now)
        cancelled = visit.events.filter(act="cancelled").latest("id")
        _write(visit, hold=cancelled.details.get("hold", ""), now=now)
        record(visit, "cancel_undone", by=None, now=now)
        take_back(visit, by=None, now=now)
        if cancelled.details.get("call_closed"):
            unscreened.call_before(appointment=visit, now=now)
        tell(visit, UNDONE, now=now)
        follow_level(patient=visit.patient, now=now)
        return lock_appointment(visit.pk)


def _take_time_again(visit: Appointment, *, now: datetime) -> None:
    """Let a visit take the time that its hold kept, under the locks.

    Raises SlotTaken if somebody else has it, who does not share it on purpose; WrongState if the hold has ended.
    """
    block = visit.block
    rooms = [block.room_id] if block.room_id else []
    kept = lock_diary([block.practitioner_id], rooms, during=block.busy, browser=holder(visit), now=now)
    gone = taken.time_of(block, now=now).exists() or taken.room_of(block, now=now).exists()
    if gone and not block.overlap:
        raise SlotTaken
    if kept is None:
        raise WrongState
    block.state = Block.State.BOOKED
    save_again(block, "state")


def save_again(block: Block, *columns: str) -> None:
    """Save columns of a block that takes its time again; raise SlotTaken should the database know better."""
    try:
        with transaction.atomic():
            block.save(update_fields=columns)
    except IntegrityError as error:
        raise SlotTaken from error


def _lock_visits(appointment: Appointment, *, now: datetime) -> Appointment:
    """Lock the visit, and with it those to come, by key: a level that holds one may hold them all (`follow_level`)."""
    coming = Q(block__state__in=(Block.State.BOOKED, Block.State.ARRIVED), block__ends_at__gt=now)
    mine = Appointment.objects.filter(coming | Q(pk=appointment.pk), patient=appointment.patient_id)
    visits = {pk: lock_appointment(pk) for pk in mine.order_by("pk").values_list("pk", flat=True)}
    return visits[appointment.pk]


def _check_patient(visit: Appointment, *, now: datetime) -> None:
    """Raise if the patient has booked something in its place since."""
    others = Appointment.objects.filter(patient=visit.patient).select_related("block__practitioner")
    clash = others.filter(
        block__state__in=LIVE,
        block__starts_at__gt=visit.block.starts_at - LONGEST,
        block__starts_at__lt=visit.block.ends_at,
        block__ends_at__gt=visit.block.starts_at,
    ).first()
    if clash is not None:
        raise PatientBusy(clash)
    coming = others.coming_online(now)
    if visit.source == Appointment.Source.ONLINE and len(coming) >= Clinic.get().most_online_visits:
        raise TooMany(coming)


def _write(visit: Appointment, *, hold: str, now: datetime) -> None:
    visit.cancelled_at, visit.cancelled_by, visit.cancel_reason = None, "", ""
    visit.hold, visit.held_at = hold, now if hold else None
    visit.sequence += 1
    visit.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason", "hold", "held_at", "sequence"])
