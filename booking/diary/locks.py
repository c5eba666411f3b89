"""How acts of the diary keep out of each other's way.

Every act locks in this order and never goes back: patient, appointment, practitioners by key, rooms by key, blocks by
key. So no two acts can wait for each other. On SQLite a transaction is the only writer from its first statement on
(`transaction_mode=IMMEDIATE`), so there the locks are plain queries.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from booking.errors import TryAgain
from booking.models import Appointment, Block
from clinic.models import Patient, Practitioner, Room

# Longer than any act takes, shorter than a patient waits.
LONGEST_WAIT = "10s"
# Refusals of PostgreSQL that mean "another was in the way": deadlock, lock not to be had in time, cannot serialize.
_IN_THE_WAY = frozenset({"40P01", "55P03", "40001"})


@contextmanager
def act() -> Iterator[None]:
    """Run an act in one transaction; raise TryAgain if the database was too busy for it."""
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LONGEST_WAIT])
            yield
    except OperationalError as error:
        if _busy(error):
            raise TryAgain from error
        raise


def lock_patient(pk: int) -> None:
    """Let one act at a time decide what visits a patient has."""
    list(Patient.objects.select_for_update(no_key=True).filter(pk=pk).values_list("pk"))


def lock_appointment(pk: int) -> Appointment:
    """Lock a visit and read it afresh, with all that acts and letters need of it."""
    # In two steps: PostgreSQL, having waited for a lock, reads that row anew, but rows joined to it as they were before.
    list(Appointment.objects.select_for_update(no_key=True).filter(pk=pk).values_list("pk"))
    return Appointment.objects.select_related(
        "block__practitioner", "block__zone", "patient", "service", "location"
    ).get(pk=pk)


def lock_diary(
    practitioners: Collection[int], rooms: Collection[int], *, browser: str = "", now: datetime
) -> Block | None:
    """Lock what a time is taken from; delete the holds on it that have run out, and the one of the browser.

    Nothing else writes blocks of these practitioners, or with these rooms, until the transaction ends. Returns the
    browser's hold if it was still good, as it was.
    """
    # no_key: rows that only point to a practitioner, such as working hours, may still be written.
    list(
        Practitioner.objects.select_for_update(no_key=True)
        .filter(pk__in=practitioners)
        .order_by("pk")
        .values_list("pk")
    )
    if rooms:
        list(Room.objects.select_for_update(no_key=True).filter(pk__in=rooms).order_by("pk").values_list("pk"))
    here = Q(practitioner__in=practitioners) | Q(room__in=rooms)
    wanted = here & Q(expires_at__lte=now)
    gone = delete_holds(wanted | Q(browser=browser) if browser else wanted)
    return next((block for block in gone if browser and block.browser == browser and not _over(block, now)), None)


def delete_holds(which: Q, *, skip_locked: bool = False) -> list[Block]:
    """Delete holds, locking them by key first, and return them as they were."""
    held = Block.objects.filter(which, state=Block.State.HELD).order_by("pk")
    gone = list(held.select_for_update(skip_locked=skip_locked))
    if gone:
        Block.objects.filter(pk__in=[block.pk for block in gone]).delete()
    return gone


def _over(block: Block, now: datetime) -> bool:
    return block.expires_at is None or block.expires_at <= now


def _busy(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in _IN_THE_WAY or "is locked" in str(error)
