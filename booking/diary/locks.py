"""How acts of the diary keep out of each other's way.

Every act locks in this order and never goes back: patient, appointment, practitioners by key, rooms by key and day,
blocks by key. So no two acts can wait for each other. On SQLite a transaction is the only writer from its first
statement on (`transaction_mode=IMMEDIATE`), so there are no rows to lock there.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from itertools import product
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from booking.errors import TryAgain, Unseen
from booking.models import Appointment, Block
from clinic import patients
from clinic.prepared import prepared
from clinic.set_up import READ_MARK, look, look_again
from clinic.spans import Span
from clinic.statements import send

P = ParamSpec("P")
R = TypeVar("R")

# Longer than any act takes, shorter than a patient waits.
LONGEST_WAIT = "10s"
# Refusals of PostgreSQL that mean "another was in the way": deadlock, lock not to be had in time, cannot serialize.
_IN_THE_WAY = frozenset({"40P01", "55P03", "40001"})


# The longest wait is set before the first lock is asked for: PostgreSQL counts before it looks for the row to lock.
_BEGIN = f"SELECT set_config('lock_timeout', %s, true), ({READ_MARK})"
_BEGIN_FOR = f"""
WITH longest_wait AS MATERIALIZED (SELECT set_config('lock_timeout', %s, true))
SELECT merged_into_id, ({READ_MARK}) FROM clinic_patient
WHERE id = %s AND (SELECT count(*) FROM longest_wait) = 1 FOR NO KEY UPDATE
"""  # noqa: S608  (texts of ours)


@contextmanager
def act() -> Iterator[None]:
    """Run an act in one transaction; raise TryAgain if the database was too busy for it."""
    with _transaction():
        mark = _ask(_BEGIN, LONGEST_WAIT)[1:]
        with look(*mark):
            yield


@contextmanager
def act_for(patient: int) -> Iterator[int]:
    """Run an act as `act`, and let one at a time decide what visits a patient has.

    Gives whose these are now, as `clinic.patients.lock` does, of which this is the first step.
    """
    with _transaction():
        into, *mark = _ask(_BEGIN_FOR, LONGEST_WAIT, patient) or (patient,)
        with look(*mark):
            yield patient if into is None else patients.lock(into)


@contextmanager
def _transaction() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except OperationalError as error:
        if _busy(error):
            raise TryAgain from error
        raise


def _ask(sql: str, *values: str | int) -> tuple[Any, ...]:
    """Give the row that PostgreSQL answers with; on SQLite, where nothing is to be locked, give nothing."""
    if connection.vendor != "postgresql":
        return ()
    return next(iter(send(sql, values)), ())


def looks_again(doing: Callable[P, R]) -> Callable[P, R]:
    """Have an act done once more, from its start, when only the database saw that somebody is there already.

    The whole act was rolled back, so it sees them now, and takes another room or says that the time is gone. A savepoint
    around each block would keep the act alive instead, for what the locks leave nobody to do.
    """

    @wraps(doing)
    def twice_at_most(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return doing(*args, **kwargs)
        except Unseen:
            return doing(*args, **kwargs)

    return twice_at_most


def lock_appointment(pk: int) -> Appointment:
    """Lock a visit and read it afresh, with all that acts and letters need of it."""
    # In two steps: PostgreSQL, having waited for a lock, reads that row anew, but rows joined to it as they were before.
    list(Appointment.objects.select_for_update(no_key=True).filter(pk=pk).values_list("pk"))
    return Appointment.objects.select_related(
        "block__practitioner", "block__zone", "patient", "service", "location"
    ).get(pk=pk)


def lock_diary(
    practitioners: Collection[int], rooms: Collection[int], *, during: Span, browser: str = "", now: datetime
) -> Block | None:
    """Lock what a time is taken from; delete the holds on it that have run out, and the one of the browser.

    Nothing else gives blocks to these practitioners, or to these rooms `during` the visit with its buffers, until the
    transaction ends. Returns the browser's hold if it was still good, as it was. That may be with somebody else, who
    is not locked: to free a time needs no more than the block.
    """
    people, places = list(practitioners), list(rooms)
    if connection.vendor == "postgresql":
        _lock(people, sorted(product(places, _days(during))))
        keys = _look(people, places, browser=browser, now=now)
    else:
        keys = _holds_there(people=people, rooms=places, browser=browser or None, now=now)
    wanted = (Q(practitioner__in=people) | Q(room__in=places)) & Q(expires_at__lte=now)
    gone = _delete(wanted | Q(browser=browser) if browser else wanted, keys) if keys else []
    return next((block for block in gone if browser and block.browser == browser and not _over(block, now)), None)


def delete_holds(which: Q, *, skip_locked: bool = False) -> list[Block]:
    """Delete holds, locking them by key first, and return them as they were."""
    # Without an order: to give them by key, SQLite reads through all blocks there ever were.
    keys = list(Block.objects.filter(which, state=Block.State.HELD).order_by().values_list("pk", flat=True))
    return _delete(which, keys, skip_locked=skip_locked) if keys else []


def _delete(which: Q, keys: Sequence[int], *, skip_locked: bool = False) -> list[Block]:
    held = Block.objects.filter(which, pk__in=keys, state=Block.State.HELD).order_by("pk")
    gone = list(held.select_for_update(skip_locked=skip_locked))
    if gone:
        Block.objects.filter(pk__in=[block.pk for block in gone]).delete()
    return gone


# PostgreSQL runs a part only when it is asked for: both are, at the end; and before the first room is looked for, how
# many people there are. NO KEY: rows that only point to people, such as working hours, may still be written.
# A practitioner is locked for all days, for rules such as the most visits a day ask about more than one stretch of time.
# A room is asked only whether it is free, so visits on other days need not wait: what is locked is the room on a day.
_LOCK = """
WITH people AS MATERIALIZED
    (SELECT id FROM clinic_practitioner WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE),
rooms AS MATERIALIZED
    (SELECT pg_advisory_xact_lock(room, day) FROM unnest(%s::int[], %s::int[]) AS wanted (room, day)
    WHERE (SELECT count(*) FROM people) >= 0)
SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM rooms)
"""
# As `_holds_there`. By itself: a statement sees what was there when it began, and that one has waited for locks.
_LOOK = f"""
SELECT ({READ_MARK}), ARRAY(
    SELECT id FROM booking_block
    WHERE state = 'held'
    AND ((practitioner_id = ANY(%s) OR room_id = ANY(%s)) AND expires_at <= %s OR browser = %s)
)
"""  # noqa: S608  (a text of ours)


def _lock(people: list[int], rooms: list[tuple[int, int]]) -> None:
    send(_LOCK, [people, [room for room, _day in rooms], [day for _room, day in rooms]])


def _days(span: Span) -> list[int]:
    """Number the days that a span touches, in UTC as its times: two spans that overlap have one in common."""
    return list(range(span.start.toordinal(), span.end.toordinal() + 1))


def _look(people: list[int], rooms: list[int], *, browser: str, now: datetime) -> list[int]:
    """Look for the holds, and whether the set-up is still what it was."""
    ((mark, keys),) = send(_LOOK, [people, rooms, now, browser])
    look_again(mark)
    return list(keys)


@prepared
def _holds_there(*, people: list[int], rooms: list[int], browser: str | None, now: datetime) -> QuerySet[Block, int]:
    """The holds that have run out, and that of the browser; for the missing order see `delete_holds`."""
    which = (Q(practitioner__pk__in=people) | Q(room__pk__in=rooms)) & Q(expires_at__lte=now)
    if browser is not None:
        which |= Q(browser=browser)
    return Block.objects.filter(which, state=Block.State.HELD).order_by().values_list("pk", flat=True)


def _over(block: Block, now: datetime) -> bool:
    return block.expires_at is None or block.expires_at <= now


def _busy(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in _IN_THE_WAY or "is locked" in str(error)
