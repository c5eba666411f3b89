"""Finding a place for a block under the locks, and writing it there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError

from booking import schedule
from booking.availability import (
    CLASHES,
    GONE,
    HARD,
    Calendar,
    Reason,
    Slot,
    free_rooms,
    lightest,
    place_of,
    refusal,
    well_formed,
)
from booking.calendars import calendar_around, rooms_for, rules_of
from booking.diary.locks import lock_diary
from booking.errors import SlotRefused, SlotTaken, Unseen
from booking.models import Block
from clinic.constraints import violates
from clinic.inserting import insert
from clinic.models import Mode, Patient, Service, ServiceMode, TravelZone


@dataclass(frozen=True)
class Asker:
    """Who wants the time, and what they may pass over.

    `patient` is who comes, once that is known: some services by mode are for people who have been here. Before that
    `new_patient` says it. Staff book what is not booked online; with `override_reason` they may go over the clinic's own rules, with
    `overlap_reason` over somebody else's time. `passes` are rules that do not bind them, and need no reason. `browser`
    says whose hold does not stand in the way.
    """

    staff: bool = False
    new_patient: bool = False
    patient: Patient | None = None
    browser: str = ""
    override_reason: str = ""
    overlap_reason: str = ""
    passes: frozenset[Reason] = frozenset()


@dataclass(frozen=True)
class Spot:
    """A time with its practitioner and the rooms that are free for it; `passed_over` are the rules it breaks.

    `location_id` says where it takes place, by video too; it is None for a visit at home, which is in `zone`, if that
    is known.
    """

    offer: ServiceMode
    slot: Slot
    calendar: Calendar
    rooms: tuple[int, ...]
    location_id: int | None = None
    zone: TravelZone | None = None
    passed_over: tuple[Reason, ...] = ()

    @property
    def overlaps(self) -> bool:
        """Tell whether it takes somebody else's time on purpose."""
        return not CLASHES.isdisjoint(self.passed_over)


def take(
    slot: Slot,
    *,
    service: Service,
    asker: Asker,
    state: str = "",
    zone: TravelZone | None = None,
    except_block: Block | None = None,
    now: datetime,
) -> Spot:
    """Lock what a slot needs, check it, and give the spot; a slot with anybody gets the practitioner with least to do.

    `zone` is where a visit at home is; None if that is not known. The asker's hold is given up: the caller writes the
    block that follows it. `except_block` is to be moved and does not stand in the way.

    Raises SlotTaken, for a patient also where others were faster in another way (`availability.GONE`), and SlotRefused.
    """
    slot = Slot(slot.start.astimezone(UTC), slot.practitioner_id, slot.location_id, slot.mode)
    offer = schedule.offer_of(service, slot.mode)
    if offer is None or not well_formed(slot):
        raise SlotRefused([Reason.MODE])
    if schedule.far_off(slot.start, now):
        raise SlotRefused([Reason.PAST if slot.start < now else Reason.HORIZON])
    people = {slot.practitioner_id} if slot.practitioner_id else set(offer.practitioners.values_list("pk", flat=True))
    if except_block:
        people.add(except_block.practitioner_id)
    rooms, during = rooms_for(offer, slot.location_id), rules_of(offer).busy(slot.start)
    held = lock_diary(people, rooms, during=during, browser=asker.browser, now=now)
    holding = held is not None and _is_for(held, slot, offer)
    if held and holding:
        slot = replace(slot, practitioner_id=held.practitioner_id)
    calendar = calendar_around(
        offer,
        slot.start,
        now=now,
        asked=slot.practitioner_id,
        state=state,
        home=zone.pk if zone else None,
        barred=schedule.barred(offer, _is_new(asker, offer), asker.staff),
        except_block=except_block.pk if except_block else None,
    )
    if slot.practitioner_id is None:
        slot, reasons = _anybody(calendar, slot, now=now), []
    else:
        reasons = refusal(calendar, slot, now=now)
        if holding:  # they saw it in time, so it is not too soon for them now
            reasons = [reason for reason in reasons if reason != Reason.NOTICE]
        _judge(reasons, asker, known=calendar.person(slot.practitioner_id) is not None)
    free = free_rooms(calendar, start=slot.start, location_id=slot.location_id)
    if not free and Reason.NO_ROOM in reasons:
        free = [room.id for room in calendar.rooms if room.place_id == slot.location_id]
    at_home = slot.mode == Mode.MOBILE
    return Spot(
        offer,
        slot,
        calendar,
        tuple(free),
        location_id=None if at_home else place_of(calendar, slot, now=now),
        zone=zone if at_home else None,
        passed_over=tuple(reasons),
    )


def span_fields(spot: Spot, room_id: int | None) -> dict[str, Any]:
    """Give the columns of a block that say when, with whom, where and in which room."""
    visit, busy = spot.calendar.rules.visit(spot.slot.start), spot.calendar.rules.busy(spot.slot.start)
    return {
        "practitioner_id": spot.slot.practitioner_id,
        "room_id": room_id,
        "location_id": spot.location_id,
        "zone_id": spot.zone.pk if spot.zone else None,
        "starts_at": visit.start,
        "ends_at": visit.end,
        "busy_from": busy.start,
        "busy_until": busy.end,
        "room_from": busy.start if room_id else None,
        "room_until": busy.end if room_id else None,
    }


def write(spot: Spot, block: Block, *, overlap_reason: str = "") -> Block:
    """Save a block at a spot, in the first of its rooms. Raises Unseen."""
    block.offer = spot.offer
    block.overlap = spot.overlaps
    block.overlap_reason = overlap_reason if spot.overlaps else ""
    for name, value in span_fields(spot, next(iter(spot.rooms), None)).items():
        setattr(block, name, value)
    with unseen():
        if block._state.adding:
            insert(block)
        else:
            block.save()
    return block


@contextmanager
def unseen() -> Iterator[None]:
    """Raise Unseen if the database finds somebody where a block in this context is written.

    Under the locks that cannot be, but something that writes blocks without them could make it happen. It ends the act,
    which `looks_again`.
    """
    try:
        yield
    except IntegrityError as error:
        if violates(error, "block_practitioner_free") or violates(error, "block_room_free"):
            raise Unseen from error
        raise


def _anybody(calendar: Calendar, slot: Slot, *, now: datetime) -> Slot:
    """Choose the practitioner for a patient who takes anybody; raise for a time that nobody has."""
    chosen = lightest(calendar, start=slot.start, location_id=slot.location_id, now=now)
    if chosen is not None:
        return chosen
    answers = [
        refusal(calendar, Slot(slot.start, person.id, slot.location_id, slot.mode), now=now)
        for person in calendar.people
    ]
    if any(GONE.issuperset(reasons) for reasons in answers):
        raise SlotTaken
    kindest = min(answers, key=len, default=[Reason.MODE])
    raise SlotRefused(kindest)


def _is_new(asker: Asker, offer: ServiceMode) -> bool:
    if offer.new_patients or asker.patient is None:
        return asker.new_patient
    return schedule.is_new(asker.patient)


def _judge(reasons: list[Reason], asker: Asker, *, known: bool) -> None:
    """Raise unless the asker may pass over every rule that a slot breaks; `known` is whether the practitioner works here."""
    if reasons and not asker.staff and GONE.issuperset(reasons):
        raise SlotTaken
    rules = [reason for reason in reasons if reason not in CLASHES | asker.passes]
    may_pass = asker.staff and asker.override_reason and known and HARD.isdisjoint(rules)
    if rules and not may_pass:
        if not asker.staff and GONE.issuperset(reasons):
            raise SlotTaken
        raise SlotRefused(reasons)
    if not CLASHES.isdisjoint(reasons) and not (asker.staff and asker.overlap_reason):
        raise SlotTaken


def _is_for(held: Block, slot: Slot, offer: ServiceMode) -> bool:
    """Tell whether a hold keeps just this slot, for just this visit: another way to meet may ask for more notice."""
    return (
        held.offer_id == offer.pk
        and held.starts_at == slot.start
        and held.ends_at - held.starts_at == rules_of(offer).duration
        and slot.practitioner_id in (None, held.practitioner_id)
        and (held.room is None or held.room.location_id == slot.location_id)
    )
