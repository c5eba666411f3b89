"""New rows whose INSERT is put together once.

Django builds the text of an INSERT anew for each row, and that takes about as long as the database needs for it. The
rows that every booking leaves are written with `insert` in place of `save` or `create`, and with `insert_all` in place
of `bulk_create`:

    visit = insert(Appointment(block=block, patient=patient))

Django's own text is kept, for each model and number of rows, and each value goes the way that `save` sends it: through
its field's `pre_save` and `get_db_prep_save`. What both do not do: call the model's own `save`, as `bulk_create` does
not either, and take an expression for a value. A model that needs more than one plain INSERT (receivers of signals, a
parent, a key of its own) is written by `bulk_create` or `save`. Only where it counts: others are written as always.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connections, router, transaction
from django.db.models import AutoField, Model
from django.db.models.constants import OnConflict
from django.db.models.expressions import BaseExpression
from django.db.models.signals import post_save, pre_save
from django.db.models.sql import InsertQuery

M = TypeVar("M", bound=Model)


def insert(row: M) -> M:
    """Write a row that is new, and return it with its key. Raises ValueError for one that is not new."""
    return insert_all([row])[0]


def insert_all(rows: Sequence[M], *, ignore_conflicts: bool = False) -> Sequence[M]:
    """Write rows of one model that are new, in one statement, and return them.

    With `ignore_conflicts` a row that is there already stays as it is, and none learns its key.
    Raises ValueError for rows that are not new.
    """
    if not rows:
        return rows
    model = type(rows[0])
    if any(type(row) is not model or not row._state.adding or row.pk is not None for row in rows):
        raise ValueError("Only new rows of one model are inserted.")
    using = router.db_for_write(model, instance=rows[0])
    text = _text_for(model, using, len(rows), ignore_conflicts)
    if text is None or _is_listened_to(model):
        return _plainly(rows, ignore_conflicts)
    # Both as `save` does. A row that it points to may have got its key since, and must have one.
    for row in rows:
        row._prepare_related_fields_for_save(operation_name="save")  # type: ignore[attr-defined]
    with transaction.mark_for_rollback_on_error(using):
        text.put(rows)
    return rows


@dataclass(frozen=True)
class _Text:
    """The text of an INSERT, how the value of each column is made, and whether the keys come back."""

    sql: str
    columns: tuple[tuple[Callable[..., Any], Callable[..., Any]], ...]
    using: str
    returning: bool

    @classmethod
    def like(cls, model: type[Model], using: str, count: int, ignore_conflicts: bool) -> "_Text | None":
        """Return the text of an INSERT of so many rows; None where it takes more than a plain one."""
        connection, meta = connections[using], model._meta
        fields = [field for field in meta.local_concrete_fields if not (field.generated or field.primary_key)]
        returning = not ignore_conflicts
        if (
            meta.parents
            or meta.proxy
            or not isinstance(meta.pk, AutoField)
            or meta.db_returning_fields != [meta.pk]
            or not connection.features.can_return_rows_from_bulk_insert
            or count * len(fields) > (connection.features.max_query_params or 999)
        ):
            return None
        query = InsertQuery(model, on_conflict=OnConflict.IGNORE if ignore_conflicts else None)
        stand_ins: Any = [_Row({field.attname: _StandIn((n, field.attname)) for field in fields}) for n in range(count)]
        query.insert_values(fields, stand_ins, raw=True)
        compiler: Any = query.get_compiler(connection=connection)
        compiler.returning_fields = [meta.pk] if returning else None
        ((sql, places),) = compiler.as_sql()
        if places != tuple((n, field.attname) for n in range(count) for field in fields):
            return None
        return cls(sql, tuple((field.pre_save, field.get_db_prep_save) for field in fields), using, returning)

    def put(self, rows: Sequence[Model]) -> None:
        """Write the rows, and tell each its key and where it is."""
        connection = connections[self.using]
        with connection.cursor() as cursor:
            cursor.execute(
                self.sql,
                tuple(into(value_of(row, True), connection) for row in rows for value_of, into in self.columns),
            )
            keys = cursor.fetchall() if self.returning else ()
        for row, (key,) in zip(rows, keys, strict=False):
            row.pk = key
        for row in rows:
            row._state.adding, row._state.db = False, self.using


class _Row:
    """Stands for a row, with stand-ins for its values."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


class _StandIn(BaseExpression):
    """Stands for a value that is given later; among the parameters it says which."""

    contains_aggregate = contains_over_clause = contains_column_references = False

    def __init__(self, place: tuple[int, str]) -> None:
        super().__init__()
        self.place = place

    def as_sql(self, _compiler: Any, _connection: Any) -> Any:
        return "%s", [self.place]


_texts: dict[Any, _Text | None] = {}


def _text_for(*like: Any) -> _Text | None:
    if like not in _texts:
        _texts[like] = _Text.like(*like)
    return _texts[like]


def _is_listened_to(model: type[Model]) -> bool:
    return pre_save.has_listeners(model) or post_save.has_listeners(model)


def _plainly(rows: Sequence[M], ignore_conflicts: bool) -> Sequence[M]:
    if ignore_conflicts:
        return type(rows[0])._default_manager.bulk_create(rows, ignore_conflicts=True)
    for row in rows:
        row.save(force_insert=True)
    return rows
