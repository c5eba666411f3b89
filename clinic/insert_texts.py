"""The text of an INSERT, put together once for each model and number of rows (`clinic.inserting`)."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models import (
    AutoField,
    BigAutoField,
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    Model,
    TextField,
    UUIDField,
)
from django.db.models.constants import OnConflict
from django.db.models.expressions import BaseExpression
from django.db.models.sql import InsertQuery


@dataclass(frozen=True)
class _Column:
    """How the value of a column is made."""

    name: str
    # As `save` does: what the field says when it is saved, if it has a say, and how the database takes that.
    said: Callable[..., Any] | None
    into: Callable[..., Any]
    # Values of these types are taken as they are.
    as_is: tuple[type, ...]

    @classmethod
    def of(cls, field: "Field[Any, Any]", connection: Any) -> "_Column":
        has_say = type(field).pre_save is not Field.pre_save
        say = field.pre_save if has_say else None
        return cls(field.attname, say, field.get_db_prep_save, tuple(_as_is(field, connection)))

    def value(self, row: Model, connection: Any) -> Any:
        value = row.__dict__[self.name] if self.said is None else self.said(row, True)
        kind = type(value)
        # Of a time without a zone the field has something to say.
        if kind in self.as_is and (kind is not datetime or value.tzinfo is not None):
            return value
        return self.into(value, connection)


def _as_is(field: "Field[Any, Any]", connection: Any) -> Iterator[type]:
    """Give the types of values that a field hands to the database as they are: it need not be asked."""
    if isinstance(field, ForeignKey) and _prepares_as(field, ForeignKey):
        field = field.target_field
    if type(field).__module__.startswith("django.db.models."):
        yield type(None)
    plain = {CharField: str, TextField: str, BooleanField: bool, BigAutoField: int}
    if connection.features.has_native_uuid_field:
        plain[UUIDField] = uuid.UUID
    if connection.vendor == "postgresql":
        plain[DateTimeField] = datetime
    yield from (kind for like, kind in plain.items() if _prepares_as(field, like))


def _prepares_as(field: "Field[Any, Any]", like: type["Field[Any, Any]"]) -> bool:
    """Say whether values of a field go to the database the way that they go in one of Django's."""
    ways = ("get_db_prep_save", "get_db_prep_value", "get_prep_value", "to_python")
    return isinstance(field, like) and all(getattr(type(field), way) is getattr(like, way) for way in ways)


@dataclass(frozen=True)
class Text:
    """The text of an INSERT, its columns, and whether the keys come back."""

    sql: str
    columns: tuple[_Column, ...]
    using: str
    returning: bool

    @classmethod
    def like(cls, model: type[Model], using: str, count: int, ignore_conflicts: bool) -> "Text | None":
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
        return cls(sql, tuple(_Column.of(field, connection) for field in fields), using, returning)

    def values(self, rows: Sequence[Model]) -> Iterator[Any]:
        """Make the values of its places."""
        connection = connections[self.using]
        return (column.value(row, connection) for row in rows for column in self.columns)


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


_texts: dict[Any, Text | None] = {}


def text_for(model: type[Model], using: str, count: int, ignore_conflicts: bool) -> Text | None:
    """Return the text by which so many rows of a model are written; None where it takes more than a plain INSERT."""
    like = (model, using, count, ignore_conflicts)
    if like not in _texts:
        _texts[like] = Text.like(*like)
    return _texts[like]
