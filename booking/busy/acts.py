"""Practitioners' own calendars: the only code that writes them, and the busy times that are read from them.

`read_due` claims a calendar by a conditional UPDATE of when it is read next: of two workers one gets it, and of a killed
one the next try comes by itself. It is fetched and read outside any transaction; then all its busy times are replaced
at once, under the lock of the practitioner that bookings take. A try that fails leaves what is known.
"""

import logging
import time
import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from booking import outside
from booking.busy import fetching
from booking.busy.reading import NotACalendar, Reading, read
from booking.busy.recurring import TooMuch
from booking.diary.locks import act
from booking.models import Appointment, Block, OwnCalendar, TimeOff
from clinic import audit
from clinic.models import Clinic, Practitioner, User
from clinic.nudging import Nudge
from clinic.spans import Span

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
# In seconds; no new one is begun after it. Alerts to staff may wait for the same worker, and servers may be slow.
LONGEST_RUN = 10.0
# So much is kept; nobody books further ahead.
BEHIND, AHEAD = timedelta(days=1), timedelta(days=400)
# At least so often the whole file is read, for what has come into sight since.
WHOLE_EVERY = timedelta(days=3)
AT_ONCE = 500
_TROUBLE = {
    fetching.BadAddress: OwnCalendar.Trouble.ADDRESS,
    fetching.NoAnswer: OwnCalendar.Trouble.NO_ANSWER,
    fetching.Refused: OwnCalendar.Trouble.REFUSED,
    fetching.TooLarge: OwnCalendar.Trouble.TOO_LARGE,
    NotACalendar: OwnCalendar.Trouble.NO_CALENDAR,
    TooMuch: OwnCalendar.Trouble.TOO_MUCH,
}
nudge = Nudge("booking.tasks.read_own_calendars", every=1.0)


def follow(*, practitioner: Practitioner, address: str, by: User, now: datetime) -> OwnCalendar:
    """Read busy times from an address from now on, in place of the one before; return the row.

    Raises fetching.BadAddress.
    """
    tidy = fetching.tidy(address)
    with act():
        _lock(practitioner)
        # A new row, and not the old one changed: a worker that still reads the old address writes nothing.
        OwnCalendar.objects.filter(practitioner=practitioner).delete()
        row = OwnCalendar.objects.create(practitioner=practitioner, address=tidy, next_at=now)
        # The busy times of the old one stay until the new one is read.
        audit.record(act="own_calendar.set", subject_uid=practitioner.uid, actor=by, now=now)
        transaction.on_commit(nudge, robust=True)
    return row


def forget(*, practitioner: Practitioner, by: User, now: datetime) -> None:
    """Read no calendar of this practitioner any more; its busy times are free again."""
    with act():
        _lock(practitioner)
        if OwnCalendar.objects.filter(practitioner=practitioner).delete()[0]:
            TimeOff.objects.filter(practitioner=practitioner, imported=True).delete()
            audit.record(act="own_calendar.removed", subject_uid=practitioner.uid, actor=by, now=now)
    outside.count(now=now)


def read_soon(*, practitioner: Practitioner, now: datetime) -> None:
    """Have a worker read the calendar now, and not only within the hour."""
    OwnCalendar.objects.filter(practitioner=practitioner, next_at__gt=now).update(next_at=now)
    transaction.on_commit(nudge, robust=True)


def read_due(*, now: datetime) -> int:
    """Read the calendars that are due, as many as fit into LONGEST_RUN; return how many were tried."""
    started = time.monotonic()
    due = OwnCalendar.objects.filter(next_at__lte=now, practitioner__active=True).order_by("next_at")
    tried = 0
    for pk in list(due.values_list("pk", flat=True)):
        if time.monotonic() - started > LONGEST_RUN:
            nudge()  # for the rest
            break
        if OwnCalendar.objects.filter(pk=pk, next_at__lte=now).update(next_at=now + EVERY):
            tried += 1
            _read(OwnCalendar.objects.select_related("practitioner").get(pk=pk), now=now)
    return tried


def _read(row: OwnCalendar, *, now: datetime) -> None:
    """Read one calendar, and write down how it went."""
    whole = row.whole_at is None or now - row.whole_at >= WHOLE_EVERY
    marks = {} if whole or row.trouble else {"etag": row.etag, "changed": row.changed}
    try:
        fetched = fetching.fetch(row.address, **marks)
        if fetched.data is None:
            _write(row, read_at=now)
            return
        window = Span(now - BEHIND, now + AHEAD)
        zone = ZoneInfo(Clinic.get().time_zone)
        found = read(fetched.data, window=window, zone=zone, ours=lambda uids: _ours(row.practitioner, uids))
    except tuple(_TROUBLE) as error:
        trouble = _TROUBLE[type(error)]
        logger.warning("the calendar of practitioner %s: %s", row.practitioner.uid, trouble)
        _write(row, trouble=trouble, failing_since=row.failing_since or now)
        return
    _replace(row, found, fetched, now=now)
    outside.count(now=now)


def _replace(row: OwnCalendar, found: Reading, fetched: fetching.Fetched, *, now: datetime) -> None:
    """Put what was read in place of what was read before, all at once."""
    with act():
        _lock(row.practitioner)
        known = {"etag": fetched.etag, "changed": fetched.changed, "unread": found.unread}
        if not _write(row, read_at=now, whole_at=now, **known):
            return
        kept = TimeOff.objects.filter(practitioner=row.practitioner, imported=True)
        if [*kept.order_by("starts_at").values_list("starts_at", "ends_at")] == [
            (span.start, span.end) for span in found.spans
        ]:
            return
        kept.delete()
        rows = [
            TimeOff(practitioner=row.practitioner, starts_at=span.start, ends_at=span.end, imported=True)
            for span in found.spans
        ]
        TimeOff.objects.bulk_create(rows, batch_size=AT_ONCE)


def _write(row: OwnCalendar, **values: object) -> bool:
    """Write how reading went; False if the calendar was removed or given another address meanwhile."""
    well = {"trouble": "", "failing_since": None} if "read_at" in values else {}
    return bool(OwnCalendar.objects.filter(pk=row.pk).update(**{**well, **values}))


def _ours(practitioner: Practitioner, uids: Collection[str]) -> set[str]:
    """Return which uids are of this practitioner's visits and classes here: they take their time already."""
    by_uid = {}
    for text in uids:
        try:
            by_uid[uuid.UUID(text)] = text
        except ValueError:
            continue
    asked, found = list(by_uid), set[uuid.UUID]()
    for start in range(0, len(asked), AT_ONCE):
        part = asked[start : start + AT_ONCE]
        visits = Appointment.objects.filter(uid__in=part, block__practitioner=practitioner)
        blocks = Block.objects.filter(uid__in=part, practitioner=practitioner)
        found |= {*visits.values_list("uid", flat=True), *blocks.values_list("uid", flat=True)}
    return {by_uid[uid] for uid in found}


def _lock(practitioner: Practitioner) -> None:
    list(Practitioner.objects.select_for_update(no_key=True).filter(pk=practitioner.pk).values_list("pk"))
