"""Moving a visit."""

from datetime import UTC, datetime

from booking import unscreened
from booking.availability import Slot
from booking.diary.bookings import check_patient_free, spot_details, zone_for
from booking.diary.fees import follow_move
from booking.diary.locks import act_for, lock_appointment, looks_again
from booking.diary.placing import Asker, take, write
from booking.diary.records import MOVED, record, tell, wall_time
from booking.errors import WrongState
from booking.models import Appointment, Block
from clinic.models import Location, Practitioner, User


@looks_again
def move(
    *,
    appointment: Appointment,
    start: datetime,
    practitioner: Practitioner | None,
    location: Location | None = None,
    browser: str = "",
    by: User | None = None,
    override_reason: str = "",
    overlap_reason: str = "",
    now: datetime,
) -> Appointment:
    """Give a visit another time, practitioner or location, in the same mode; return it as it is then.

    It keeps its uid, its price and the rule on late fees; `sequence` goes up, so that calendars follow, and it is to be
    confirmed again. A move to where the visit already is
    changes nothing. `practitioner` None means anybody. Whether the screening's gate is open is the caller's question.
    For staff as in `book`; what is on hold stays so. Whoever has not been screened is called before the new time.

    Raises WrongState unless the visit is booked and, for a patient, still ahead and not on hold; SlotTaken, SlotRefused, PatientBusy,
    TryAgain.
    """
    with act_for(appointment.patient_id):
        visit = lock_appointment(appointment.pk)
        check_movable(visit, by=by, now=now)
        slot = Slot(
            start.astimezone(UTC),
            practitioner.pk if practitioner else None,
            location.pk if location else None,
            visit.mode,
        )
        if _is_there(visit, slot):
            return visit
        asker = Asker(
            staff=by is not None,
            browser=browser,
            override_reason=override_reason.strip(),
            overlap_reason=overlap_reason.strip(),
        )
        before = visit.block.starts_at
        spot = take(
            slot,
            service=visit.service,
            asker=asker,
            state=visit.state_then,
            zone=visit.block.zone,
            except_block=visit.block,
            now=now,
        )
        may = bool(asker.staff and asker.override_reason)
        busy = check_patient_free(visit.patient, spot, but=visit, passing_over=may)
        write(spot, visit.block, overlap_reason=asker.overlap_reason)
        visit.location = location
        visit.time_zone = zone_for(visit.mode, location, visit.time_zone)
        visit.wall_time = wall_time(visit.block.starts_at, visit.time_zone)
        visit.sequence += 1
        followed = follow_time(visit, by=by, now=now)
        visit.save(update_fields=["location", "time_zone", "wall_time", "sequence", *followed])
        details = spot_details(spot, asker, busy=busy) | {"from": before.isoformat()}
        record(visit, "moved", by=by, details=details | ({"on_hold": True} if visit.hold else {}), now=now)
        if visit.flag == unscreened.FLAG:
            unscreened.call_later(appointment=visit, now=now)
        tell(visit, MOVED, now=now)
        return visit


def follow_time(visit: Appointment, *, by: User | None, now: datetime) -> tuple[str, ...]:
    """Set what follows from the new time of a block: to be confirmed again, and until when a cancel is free.

    Returns the columns for the caller to save.
    """
    # Who said that they come at the old time has not said it of the new one.
    visit.confirmed_at, visit.confirmed_by = None, ""
    follow_move(visit, by=by, now=now)
    return "confirmed_at", "confirmed_by", "free_until"


def check_movable(visit: Appointment, *, by: User | None, now: datetime) -> None:
    """Raise WrongState unless a visit is booked and, for a patient (`by` None), still ahead and not on hold."""
    if visit.block.state != Block.State.BOOKED:
        raise WrongState
    if by is None and (visit.block.starts_at <= now or visit.hold):
        raise WrongState


def _is_there(visit: Appointment, slot: Slot) -> bool:
    return (
        visit.block.starts_at == slot.start
        and visit.location_id == slot.location_id
        and slot.practitioner_id in (None, visit.block.practitioner_id)
    )
