"""A clinic with as many appointments as one likes: the same four weeks ahead, and years of visits behind them.

The rows are those of a seeded generator, written in bulk past the models; triggers and constraints check each of them.
"""

import itertools
import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management import call_command
from django.db import connection, models, transaction
from django.utils import timezone

from booking.models import Appointment, Block
from clinic.models import Location, Patient, Practitioner, Room, Service
from intake.models import Outcome, Screening
from tests import factories

SEED = 20261122
PEOPLE = 10
WEEKS = 4
PATIENTS = 2_000
ZONE = ZoneInfo("America/Anchorage")
SHIFTS = ((time(8), time(12)), (time(13), time(16, 30)))
# Visits of an hour with ten minutes after them: six fill a day, four of them are booked.
LENGTH, AFTER = timedelta(minutes=60), timedelta(minutes=10)
STARTS = (time(8), time(9, 15), time(10, 30), time(13), time(14, 15), time(15, 30))
BOOKED_A_DAY = 4
# Behind them visits of half an hour, one after the other, so that a million are eleven years and not fifty.
HALF = timedelta(minutes=30)
PAST_A_DAY = 24
# So far behind that a search of the weeks ahead reads the same blocks, however many there are.
BEHIND = 5


@dataclass
class Crowd:
    """Ten people who do the same in ten rooms, and how many appointments there are."""

    location: Location
    people: list[Practitioner]
    rooms: list[Room]
    service: Service
    now: datetime
    size: int = 0

    def starts_on(self, day: date) -> list[datetime]:
        """The starts of visits that fill a day."""
        return [datetime.combine(day, start, ZONE).astimezone(UTC) for start in STARTS]

    def workdays(self, first: int, last: int) -> list[date]:
        """Mondays to Fridays among days counted from today."""
        today = self.now.astimezone(ZONE).date()
        days = (today + timedelta(days=ahead) for ahead in range(first, last))
        return [day for day in days if day.weekday() < 5]


@cache
def crowd() -> Crowd:
    """The clinic of this run, on an empty database."""
    call_command("flush", interactive=False, verbosity=0)
    factories.make_clinic()
    location = factories.make_location()
    people = [factories.make_practitioner(given_name=f"Dana {number}", position=number) for number in range(PEOPLE)]
    for person, (starts, ends) in itertools.product(people, SHIFTS):
        factories.make_working_hours(person, location, starts=starts, ends=ends)
    service = factories.make_service(modes=())
    factories.make_service_mode(
        service=service,
        practitioners=tuple(people),
        room_kind="treatment",
        duration_minutes=LENGTH // timedelta(minutes=1),
        buffer_after_minutes=AFTER // timedelta(minutes=1),
        horizon_days=365,
    )
    return Crowd(location, people, [factories.make_room(location) for _ in people], service, timezone.now())


def filled(size: int) -> Crowd:
    """The clinic with at least so many appointments; it only ever grows."""
    here = crowd()
    if here.size < size:
        spans = itertools.islice(_spans(here), here.size, size)
        patients = list(_patients(here))
        _check(here, patients)
        here.size += _write(here, patients, spans)
        # Only then. Tables that the bench of before left with one row would be taken for tables of one row, and SQLite
        # would read them from end to end, however many bookings this one adds.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return here


def _spans(here: Crowd) -> Iterator[tuple[int, datetime, timedelta, timedelta]]:
    """Who, when, how long, and how long kept free: first the four weeks ahead, then from some days ago back."""
    dice = random.Random(SEED)
    for day in here.workdays(1, WEEKS * 7):
        starts = here.starts_on(day)
        for who in range(PEOPLE):
            for start in sorted(dice.sample(starts, BOOKED_A_DAY)):
                yield who, start, LENGTH, AFTER
    midnight = datetime.combine(here.now.astimezone(UTC).date(), time(), UTC)
    for days in itertools.count(BEHIND):
        for turn, who in itertools.product(range(PAST_A_DAY), range(PEOPLE)):
            yield who, midnight - timedelta(days=days) + turn * HALF, HALF, timedelta()


def _patients(here: Crowd) -> Iterable[int]:
    if not Patient.objects.exists():
        Patient.objects.bulk_create(
            Patient(
                given_name="Ana",
                family_name=f"Oquendo {number}",
                birth_date=date(1950, 1, 1) + timedelta(days=number),
                phone=f"+1907444{number:04d}",
                email=f"ana{number}@runner.example",
            )
            for number in range(PATIENTS)
        )
    return Patient.objects.order_by("pk").values_list("pk", flat=True)


def _check(here: Crowd, patients: list[int]) -> None:
    """Give each patient the check that they have done before their visits, with what came of it.

    In empty tables PostgreSQL, too, plans to read from end to end, and keeps to that plan while they grow under it.
    """
    if Outcome.objects.exists():
        return
    dice = random.Random(SEED)
    first, *others = patients
    done = here.now - timedelta(days=BEHIND)
    times = {"started_at": done, "saved_at": done, "finished_at": done}
    screening = factories.make_screening(patient=Patient.objects.get(pk=first), **times)
    outcome = factories.make_outcome(screening=screening, created_at=done)
    keys = range(screening.pk + 1, screening.pk + 1 + len(others))
    _insert(
        screening,
        [
            {"id": key, "uid": _uid(dice), "submission": _uid(dice), "patient_id": patient}
            for key, patient in zip(keys, others, strict=True)
        ],
    )
    _insert(
        outcome, [{"id": key, "uid": _uid(dice), "screening_id": one} for key, one in enumerate(keys, outcome.pk + 1)]
    )


def _write(here: Crowd, patients: list[int], spans: Iterable[tuple[int, datetime, timedelta, timedelta]]) -> int:
    """Write the visits, and return how many."""
    dice = random.Random(SEED + here.size)
    checks = dict(Screening.objects.values_list("patient_id", "pk"))
    first = 1 + max(model.objects.aggregate(last=models.Max("pk"))["last"] or 0 for model in (Block, Appointment))
    block = Block(
        kind=Block.Kind.VISIT,
        state=Block.State.BOOKED,
        practitioner=here.people[0],
        room=here.rooms[0],
        created_at=here.now,
    )
    visit = Appointment(
        patient_id=patients[0],
        service=here.service,
        mode="in_clinic",
        location=here.location,
        time_zone=str(ZONE),
        wall_time="2026-11-24 09:40",
        price=Decimal(190),
        currency="USD",
        created_at=here.now,
    )
    as_time = connection.ops.adapt_datetimefield_value
    count = 0
    for batch in _batched(spans, 20_000):
        blocks, visits = [], []
        whose = dice.choices(patients, k=len(batch))
        for key, patient, (who, start, length, after) in zip(
            itertools.count(first + count), whose, batch, strict=False
        ):
            begins, ends, until = as_time(start), as_time(start + length), as_time(start + length + after)
            blocks.append(
                {
                    "id": key,
                    "uid": _uid(dice),
                    "practitioner_id": here.people[who].pk,
                    "room_id": here.rooms[who].pk,
                    "starts_at": begins,
                    "ends_at": ends,
                    "busy_from": begins,
                    "busy_until": until,
                    "room_from": begins,
                    "room_until": until,
                }
            )
            visits.append(
                {
                    "id": key,
                    "uid": _uid(dice),
                    "submission": _uid(dice),
                    "block_id": key,
                    "patient_id": patient,
                    "screening_id": checks[patient],
                }
            )
        _insert(block, blocks)
        _insert(visit, visits)
        count += len(batch)
    return count


def _insert(sample: models.Model, rows: list[dict[str, Any]]) -> None:
    """Insert rows that are like a sample but for some columns, by the fastest way of the database."""
    fields = sample._meta.concrete_fields
    names = [field.column for field in fields]
    same = {
        field.column: field.get_db_prep_save(field.pre_save(sample, add=True), connection)
        for field in fields
        if field.column not in rows[0]
    }
    values = ([row[name] if name in row else same[name] for name in names] for row in rows)
    table, columns = sample._meta.db_table, ", ".join(f'"{name}"' for name in names)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
            # The keys that were written did not move the counter of new ones.
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        else:
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values))


def _uid(dice: random.Random) -> Any:
    made = uuid.UUID(int=dice.getrandbits(128), version=4)
    return made if connection.features.has_native_uuid_field else made.hex


def _batched(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    one = iter(items)
    while batch := list(itertools.islice(one, size)):
        yield batch
