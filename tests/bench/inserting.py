"""What it costs that nothing can overlap: a Block inserted under both rules, beside a table that has neither."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models.sql import InsertQuery

from booking.models import Block
from clinic.constraints import NoOverlap
from clinic.models import Practitioner, Room
from tests import factories
from tests.bench.measure import Clock, Figure, Scale, compare

BENCH = "insert"
SIZES = (1_000, 40_000)
PEOPLE = 10
A_ROUND = 100
FIRST = datetime(2026, 1, 5, 17, tzinfo=factories.NOW.tzinfo)
HOUR, HALF = timedelta(hours=1), timedelta(minutes=30)


def figures(scale: Scale) -> Iterator[Figure]:
    """Measure it in a small and in a large table."""
    factories.make_clinic()
    location = factories.make_location()
    people = [factories.make_practitioner() for _ in range(PEOPLE)]
    rooms = [factories.make_room(location) for _ in range(PEOPLE)]
    bare = bare_copy(Block)
    with connection.schema_editor() as editor:
        editor.create_model(bare)
    try:
        filled = 0
        for size in SIZES:
            Block.objects.bulk_create((row(Block, n, people, rooms) for n in range(filled, size)), batch_size=2_000)
            filled = size
            copy_rows(bare)
            yield compare(
                BENCH,
                f"a visit, {size:,} there",
                lambda clock, size=size: insert(clock, Block, size, people, rooms),
                limit="a table without NoOverlap",
                bare=lambda clock, size=size: insert(clock, bare, size, people, rooms),
                scale=scale,
            )
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(bare)
        Block.objects.all().delete()


def row(model: type[models.Model], number: int, people: list[Practitioner], rooms: list[Room], *, late: Any = 0) -> Any:
    """The visit of a number: half an hour at each full hour, eight a day for each practitioner, in a room of theirs."""
    turn, who = divmod(number, PEOPLE)
    day, hour = divmod(turn, 8)
    start = FIRST + timedelta(days=day) + hour * HOUR + late * HALF
    return model(
        kind=Block.Kind.VISIT,
        state=Block.State.BOOKED,
        practitioner=people[who],
        room=rooms[who],
        starts_at=start,
        ends_at=start + HALF,
        busy_from=start,
        busy_until=start + HALF,
        room_from=start,
        room_until=start + HALF,
    )


def insert(clock: Clock, model: type[models.Model], size: int, people: list[Practitioner], rooms: list[Room]) -> int:
    """Insert visits between those that are there, one by one, and take them back; no model code is on the clock."""
    numbers = random.Random(size).sample(range(size), A_ROUND)
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    statements = []
    for number in numbers:
        query = InsertQuery(model)
        query.insert_values(fields, [row(model, number, people, rooms, late=1)])
        statements += query.get_compiler(connection=connection).as_sql()
    with transaction.atomic(), connection.cursor() as cursor:
        with clock.running():
            for sql, values in statements:
                cursor.execute(sql, values)
        transaction.set_rollback(True)
    return A_ROUND


def bare_copy(model: type[models.Model]) -> Any:
    """A model like another, with its columns, indexes and other rules, but without NoOverlap."""
    fields: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        name, _, args, values = field.deconstruct()
        fields[name] = type(field)(*args, **values | ({"related_name": "+"} if field.is_relation else {}))
    meta = {
        "app_label": model._meta.app_label,
        "db_table": "bench_bare",
        "indexes": [renamed(index, "i", n) for n, index in enumerate(model._meta.indexes)],
        "constraints": [
            renamed(rule, "c", n) for n, rule in enumerate(model._meta.constraints) if not isinstance(rule, NoOverlap)
        ],
    }
    return type("Bare", (models.Model,), fields | {"__module__": __name__, "Meta": type("Meta", (), meta)})


def renamed(rule: Any, kind: str, number: int) -> Any:
    """An index or constraint under a name that is not taken."""
    copy = rule.clone()
    copy.name = f"bench_bare_{kind}{number}"
    return copy


def copy_rows(bare: Any) -> None:
    """Give the copy the same rows, and the database what it needs to plan well."""
    columns = ", ".join(field.column for field in Block._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {bare._meta.db_table}")
        cursor.execute(f"INSERT INTO {bare._meta.db_table} ({columns}) SELECT {columns} FROM {Block._meta.db_table}")
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":  # the copied keys did not move the counter of new ones
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('bench_bare', 'id'), (SELECT max(id) FROM bench_bare))"
            )
