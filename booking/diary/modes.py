"""Changing how a visit takes place: at the clinic, at home, by video."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from booking import schedule, unscreened
from booking.availability import Slot
from booking.diary.bookings import check_patient_free, spot_details, watch_typed, zone_for, zone_of_home
from booking.diary.holding import follow_mode
from booking.diary.locks import act_for, lock_appointment, looks_again
from booking.diary.moves import check_movable, follow_time
from booking.diary.placing import Asker, Spot, take, write
from booking.diary.records import MODE_CHANGED, record, tell, wall_time
from booking.errors import NotCleared, PriceChanged
from booking.models import Appointment
from clinic import calls
from clinic.models import Call, Location, Mode, Practitioner, User
from clinic.patients import record_consents
from intake.gate import Answer, gate_for_patient


@looks_again
def change_mode(
    *,
    appointment: Appointment,
    mode: str,
    start: datetime | None = None,
    practitioner: Practitioner | None,
    location: Location | None = None,
    address: str = "",
    access_notes: str = "",
    postal_code: str = "",
    state_then: str = "",
    time_zone: str = "",
    price: Decimal | None = None,
    consents: Mapping[str, str] | None = None,
    browser: str = "",
    by: User | None = None,
    override_reason: str = "",
    overlap_reason: str = "",
    now: datetime,
) -> Appointment:
    """Let a visit take place another way, at the same time unless `start` names one; return it as it is then.

    It stays the same visit: same uid, `sequence` goes up. Length, buffers, room, price and fee for the drive become those of the new way;
    what only the old way needed (address, state, location) is taken off. What each way needs: see `book`. In the same
    mode an address or a state that is left out stays, and where everything stays, nothing changes.

    `practitioner` None means anybody. `price` is what the patient was told that it costs in all: another one is refused.
    Nobody, staff neither, changes to a way that the patient's level forbids. What is on hold stays so, unless it waited
    only because it was by video (`holding.follow_mode`). For staff as in `book`.

    Raises as `move`, and NotCleared, OutsideArea, PriceChanged.
    """
    with act_for(appointment.patient_id):
        visit = lock_appointment(appointment.pk)
        check_movable(visit, by=by, now=now)
        slot = Slot(
            (start or visit.block.starts_at).astimezone(UTC),
            practitioner.pk if practitioner else None,
            location.pk if location else None,
            mode,
        )
        stays = visit.mode == mode
        given = {
            "address": address or (visit.address if stays else ""),
            "access_notes": access_notes or (visit.access_notes if stays and not address else ""),
            "state_then": state_then or (visit.state_then if stays else ""),
            "time_zone": time_zone or (visit.time_zone if stays else ""),
        }
        wanted = _place(mode, location, given)
        if _is_so(visit, slot, wanted):
            return visit
        _check_cleared(visit, mode, by=by, now=now)
        asker = Asker(
            staff=by is not None,
            patient=None if _is_for_known(visit) else visit.patient,
            browser=browser,
            override_reason=override_reason.strip(),
            overlap_reason=overlap_reason.strip(),
        )
        zone = visit.block.zone if stays else None
        if mode == Mode.MOBILE and (postal_code or not stays):
            zone = zone_of_home(postal_code, asker)
        was = _facts(visit)
        spot = take(
            slot,
            service=visit.service,
            asker=asker,
            state=wanted["state_then"],
            zone=zone,
            except_block=visit.block,
            now=now,
        )
        may = bool(asker.staff and asker.override_reason)
        busy = check_patient_free(visit.patient, spot, but=visit, passing_over=may)
        wanted |= _cost(visit, spot)
        if price is not None and price != wanted["price"] + wanted["zone_fee"]:
            raise PriceChanged
        write(spot, visit.block, overlap_reason=asker.overlap_reason)
        for name, value in wanted.items():
            setattr(visit, name, value)
        visit.wall_time = wall_time(visit.block.starts_at, visit.time_zone)
        visit.sequence += 1
        followed = follow_time(visit, by=by, now=now) if visit.block.starts_at.isoformat() != was["from"] else ()
        visit.save(update_fields=[*wanted, "wall_time", "sequence", *followed])
        record_consents(
            subject_uid=visit.uid, texts=consents or {}, language=visit.patient.language, patient=visit.patient, now=now
        )
        details = spot_details(spot, asker, busy=busy) | was | {"price": str(visit.total)}
        record(visit, "mode_changed", by=by, details=details | ({"on_hold": True} if visit.hold else {}), now=now)
        follow_mode(visit=visit, by=by, now=now)
        if visit.flag == unscreened.FLAG:
            unscreened.call_later(appointment=visit, now=now)
        if visit.mode != Mode.TELEHEALTH:  # nobody need be asked any more where they want to join from
            calls.close_for(subject_uid=visit.uid, reason=Call.Reason.VIDEO, outcome=Call.Outcome.ANSWERED, now=now)
        if by is None:
            watch_typed(visit, now=now)
        tell(visit, MODE_CHANGED, now=now)
        return visit


def _is_for_known(visit: Appointment) -> bool:
    """Tell whether the visit is one for people who have been here: then nobody asks again whether the patient has."""
    offer = schedule.offer_of(visit.service, visit.mode)
    return offer is not None and not offer.new_patients


def _place(mode: str, location: Location | None, given: Mapping[str, str]) -> dict[str, Any]:
    """Give the columns that say where a visit takes place: what the mode has no use for is empty."""
    at_home, by_video = mode == Mode.MOBILE, mode == Mode.TELEHEALTH
    return {
        "mode": mode,
        "location": location,
        "address": given["address"] if at_home else "",
        "access_notes": given["access_notes"] if at_home else "",
        "state_then": given["state_then"] if by_video else "",
        "time_zone": zone_for(mode, location, given["time_zone"] if by_video else ""),
    }


def _cost(visit: Appointment, spot: Spot) -> dict[str, Any]:
    """Give what it costs: within one mode the price stays as it was, and the fee for the drive while the zone does."""
    zone, stays = spot.zone, visit.mode == spot.slot.mode
    fee = visit.zone_fee if stays and zone == visit.zone else (zone.fee if zone else Decimal(0))
    return {"price": visit.price if stays else spot.offer.price, "zone": zone, "zone_fee": fee}


def _is_so(visit: Appointment, slot: Slot, wanted: Mapping[str, Any]) -> bool:
    return (
        visit.block.starts_at == slot.start
        and slot.practitioner_id in (None, visit.block.practitioner_id)
        and all(getattr(visit, name) == value for name, value in wanted.items())
    )


def _check_cleared(visit: Appointment, mode: str, *, by: User | None, now: datetime) -> None:
    """Ask the gate for the new way, under the patient's lock; an old check is fine, as for a move.

    Where a PT decides, or has decided, about this very visit, the desk may change it from one way in person to another.
    By video nothing but the gate counts: whoever kept the visit kept an exam in person.
    """
    gate = gate_for_patient(patient=visit.patient, service=visit.service, mode=mode, now=now)
    if gate.answer in (Answer.OPEN, Answer.CHECK_FIRST):
        return
    decided = by is not None and (visit.hold or visit.kept_at)
    if not decided or mode == Mode.TELEHEALTH:
        raise NotCleared(gate)


def _facts(visit: Appointment) -> dict[str, Any]:
    """Give what the event keeps of how it was: codes, times and amounts; no address."""
    return {
        "from": visit.block.starts_at.isoformat(),
        "from_mode": visit.mode,
        "from_practitioner": visit.block.practitioner_id,
        "from_price": str(visit.total),
    }
