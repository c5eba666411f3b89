"""Holds: a time kept for a browser while the details are typed."""

from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Q

from booking import schedule
from booking.availability import Reason, Slot
from booking.diary.locks import act, delete_holds, looks_again
from booking.diary.placing import Asker, take, write
from booking.errors import SlotRefused, TryAgain
from booking.models import Block
from clinic.constraints import violates
from clinic.models import Clinic, Mode, Service, User


@looks_again
def hold(
    *,
    slot: Slot,
    service: Service,
    mode: str,
    browser: str,
    now: datetime,
    state: str = "",
    postal_code: str = "",
    new_patient: bool = False,
    by: User | None = None,
) -> Block:
    """Keep a listed time for a browser for `Clinic.hold_minutes`, and give up what the browser held before.

    `slot.practitioner_id` None means anybody. `state` is for visits by video, `postal_code` for those at home, as in
    `schedule.find`. Raises SlotTaken, SlotRefused, OutsideArea, TryAgain.
    """
    if not browser:
        raise ValueError("a hold belongs to a browser")
    if slot.mode != mode:
        raise SlotRefused([Reason.MODE])
    zone = schedule.zone_of(postal_code) if mode == Mode.MOBILE else None
    asker = Asker(staff=by is not None, new_patient=new_patient, browser=browser)
    try:
        with act():
            spot = take(slot, service=service, asker=asker, state=state, zone=zone, now=now)
            minutes = Clinic.get().hold_minutes
            return write(
                spot,
                Block(
                    kind=Block.Kind.HOLD,
                    state=Block.State.HELD,
                    browser=browser,
                    expires_at=now + timedelta(minutes=minutes),
                ),
            )
    except IntegrityError as error:
        if violates(error, "block_one_hold_per_browser"):  # two tabs in the same instant
            raise TryAgain from error
        raise


def release(*, browser: str, now: datetime) -> bool:  # noqa: ARG001  (each act is told the time)
    """Give up what a browser holds; tell whether it held anything."""
    if not browser:
        return False
    with act():
        return bool(delete_holds(Q(browser=browser)))


def expire_holds(*, now: datetime) -> int:
    """Delete the holds that have run out, and return how many. Those that an act is busy with are left to it."""
    with act():
        return len(delete_holds(Q(expires_at__lte=now), skip_locked=True))
