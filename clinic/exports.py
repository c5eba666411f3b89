"""Lists that a worker writes as files, part by part, so that a killed worker is followed by one that goes on.

1. `ask` writes the row; after the commit a worker is nudged, and beat finds what a nudge missed.
2. `write_due` claims a row by a conditional UPDATE. Each part is written in one transaction with how far the list has got.
   A worker that gives no sign for a while is taken for dead: another claims the row and goes on after the last part.
3. Parts are encrypted. Only who asked may fetch them, while they have the permission; after a day they are deleted.
"""

import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q

from clinic import audit, csv_files
from clinic.models import Clinic, Export, ExportPart, User
from clinic.nudging import Nudge
from clinic.periods import Period
from clinic.reports import registered
from clinic.reports.registered import ListKind

PART = 500
# More rows than these are written by a worker; fewer leave with the answer.
AT_ONCE = 1_000
STUCK_AFTER = timedelta(minutes=2)
KEPT = timedelta(days=1)
# Alerts to staff may wait for the same worker: a long list is written in many runs.
LONGEST_RUN = timedelta(seconds=20)
MOST_ATTEMPTS = 3
nudge = Nudge("clinic.tasks.write_exports", every=1.0)


class NotYours(Exception):
    """Only who asked for a list may take it away, and only while they may see such lists."""


class NotReady(Exception):
    """The list is not written yet, or not kept any more."""


def period_of(export: Export) -> Period:
    """Return the days of an export, in the clinic's zone."""
    return Period(export.first_day, export.last_day, Clinic.get().time_zone)


def ask(*, kind: ListKind, period: Period, total: int, by: User, now: datetime) -> Export:
    """Have a worker write a list; return the row that tells how far it is. Raises NotYours without the permission."""
    if not by.has_perm(kind.permission):
        raise NotYours
    with transaction.atomic():
        export = Export.objects.create(
            kind=kind.name, first_day=period.first, last_day=period.last, asked_by=by, asked_at=now, total=total
        )
        _tell(export, "list.asked", by=by, now=now)
        transaction.on_commit(nudge, robust=True)
    return export


def take_at_once(*, kind: ListKind, period: Period, by: User, now: datetime) -> Iterator[str]:
    """Give a short list as a file, and write down who took it. Raises NotYours without the permission."""
    if not by.has_perm(kind.permission):
        raise NotYours
    details = {"list": kind.name, "first": period.first, "last": period.last}
    audit.record(act="list.taken", subject_uid=None, actor=by, details=details, now=now)
    rows = (row for _key, row in kind.rows(period, after=0))
    return csv_files.stream([str(name) for name in kind.head], rows, ZoneInfo(period.zone))


def take(*, export: Export, by: User, now: datetime) -> Iterator[str]:
    """Give a list that is ready as a file, and write down that it was taken. Raises NotYours, NotReady."""
    kind = registered.lists.get(export.kind)
    if kind is None or export.asked_by_id != by.pk or not by.has_perm(kind.permission):
        raise NotYours
    if export.state != Export.State.DONE:
        raise NotReady
    _tell(export, "list.taken", by=by, now=now)
    return _file(export, kind)


def _file(export: Export, kind: ListKind) -> Iterator[str]:
    yield csv_files.MARK + csv_files.lines([[str(name) for name in kind.head]])
    # One part at a time: a list of years would not fit into a worker's memory.
    for pk in list(export.parts.order_by("number").values_list("pk", flat=True)):
        yield ExportPart.objects.values_list("text", flat=True).get(pk=pk)


def write_due(*, now: datetime) -> int:
    """Write the lists that wait, and those that a dead worker left; return how many were taken up."""
    started, taken = time.monotonic(), 0
    for pk in list(Export.objects.filter(_free(now)).order_by("pk").values_list("pk", flat=True)):
        at = now + timedelta(seconds=time.monotonic() - started)
        export = claim(pk, now=at)
        if export is not None:
            taken += 1
            write(export, now=at, until=now + LONGEST_RUN)
    return taken


def claim(pk: int, *, now: datetime) -> Export | None:
    """Take a list for this worker and return it; None if another was faster, or it has failed for good."""
    mark = uuid.uuid4()
    mine = Export.objects.filter(_free(now), pk=pk)
    if not mine.update(state=Export.State.RUNNING, claim=mark, claimed_at=now, attempts=F("attempts") + 1):
        return None
    export = Export.objects.select_related("asked_by").get(pk=pk)
    if export.attempts > MOST_ATTEMPTS:  # it may be what kills the workers
        _end(export, Export.State.FAILED, now=now)
        return None
    return export


def write(export: Export, *, now: datetime, until: datetime) -> None:
    """Write a claimed list from where it stands, until it is done or the time is over; then another run goes on."""
    started = time.monotonic()
    kind = registered.lists.get(export.kind)
    if kind is None or not (export.asked_by.is_active and export.asked_by.has_perm(kind.permission)):
        _end(export, Export.State.FAILED, now=now)
        return
    period = period_of(export)
    rows = kind.rows(period, after=export.reached)
    at = now
    while part := list(islice(rows, PART)):
        at = now + timedelta(seconds=time.monotonic() - started)
        if not _write_part(
            export, csv_files.lines((row for _key, row in part), ZoneInfo(period.zone)), part[-1][0], len(part), at
        ):
            return  # it took so long that another worker has it now
        if at > until:
            Export.objects.filter(pk=export.pk, claim=export.claim).update(state=Export.State.WAITING)
            nudge()
            return
    _end(export, Export.State.DONE, now=at)


def _write_part(export: Export, text: str, reached: int, number: int, at: datetime) -> bool:
    with transaction.atomic():
        mine = Export.objects.filter(pk=export.pk, claim=export.claim, state=Export.State.RUNNING)
        # One that gets on may be tried again as often as a new one.
        if not mine.update(done=F("done") + number, reached=reached, claimed_at=at, attempts=1):
            return False
        ExportPart.objects.create(export=export, number=export.done, text=text)
        export.done += number
    return True


def delete_old(*, now: datetime) -> int:
    """Delete the files that have been ready for a day; return how many. The rows stay, to say who took what."""
    old = Export.objects.filter(state=Export.State.DONE, finished_at__lt=now - KEPT)
    for export in old:
        with transaction.atomic():
            if Export.objects.filter(pk=export.pk, state=Export.State.DONE).update(state=Export.State.GONE):
                ExportPart.objects.filter(export=export).delete()
    return len(old)


def _free(now: datetime) -> Q:
    return Q(state=Export.State.WAITING) | Q(state=Export.State.RUNNING, claimed_at__lt=now - STUCK_AFTER)


def _end(export: Export, state: str, *, now: datetime) -> None:
    with transaction.atomic():
        mine = Export.objects.filter(pk=export.pk, claim=export.claim, state=Export.State.RUNNING)
        if mine.update(state=state, finished_at=now) and state == Export.State.FAILED:
            ExportPart.objects.filter(export=export).delete()


def _tell(export: Export, act: str, *, by: User, now: datetime) -> None:
    details = {"list": export.kind, "first": export.first_day, "last": export.last_day, "rows": export.total}
    audit.record(act=act, subject_uid=export.uid, actor=by, details=details, now=now)
