"""Two rules a table can declare in `Meta.constraints` and that PostgreSQL and SQLite both enforce.

They belong in `Meta`, never in RunSQL: on SQLite a later AlterField builds the table anew and would drop triggers it
does not know of; those declared in `Meta` are built again with the table.

PostgreSQL takes the rules as ALTER TABLE or CREATE TRIGGER. The SQLite schema editor adds and removes a constraint by
building the table anew from the model, so there the rules are told at CREATE TABLE only, and go with the old table.
A third, `clinic.marks`, is made the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from math import ceil
from typing import Any, cast

from django.apps import apps
from django.core import checks
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint, Field, Model, Q, UniqueConstraint
from django.db.models.sql import Query
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def violates(error: IntegrityError, name: str) -> bool:
    """Tell whether the database refused a write because of the constraint `name`.

    Knows every constraint declared in `Meta`. Of two UniqueConstraints over the same columns of one table SQLite does
    not tell which it was: there both are said to be violated.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        return bool(diagnosis.constraint_name == name)
    return str(error) in {
        name,
        f"CHECK constraint failed: {name}",
        f"UNIQUE constraint failed: index '{name}'",  # one with expressions
        f"UNIQUE constraint failed: {_unique_columns(name)}",
    }


def _unique_columns(name: str) -> str:
    """Write the columns of a UniqueConstraint as SQLite does in place of its name."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name and isinstance(constraint, UniqueConstraint):
                table = model._meta.db_table
                return ", ".join(f"{table}.{_column_field(model, field).column}" for field in constraint.fields)
    return ""


class Rule(BaseConstraint):
    """What the rules share: how their statements reach the database when a table is made or changed."""

    def _statements(self, model: type[Model], editor: BaseDatabaseSchemaEditor) -> Iterator[Statement | str]:
        raise NotImplementedError

    # The stubs let Django pass None for model and editor; it never does.

    def constraint_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        """Add nothing to CREATE TABLE, but have the statements run once the table is there."""
        # SQLite makes a table under a passing name; statements in deferred_sql are renamed with it.
        schema_editor.deferred_sql.extend(self._statements(model, schema_editor))
        return ""

    def create_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        """Give the statement of AddConstraint on PostgreSQL, after running those it needs."""
        *needed, last = self._statements(model, schema_editor)
        for statement in needed:
            schema_editor.execute(statement, params=None)
        return str(last)

    def __eq__(self, other: object) -> bool:
        """Compare as migrations do, by what the constraint was declared with."""
        return isinstance(other, Rule) and self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]  # like Django's own constraints

    def __repr__(self) -> str:
        told = ", ".join(f"{key}={value!r}" for key, value in self.deconstruct()[2].items())
        return f"<{type(self).__name__}: {told}>"


class NoOverlap(Rule):
    """Rows with the same `key` do not share time from `start` up to `end` while `condition` holds for both.

    Spans are half open (back to back is fine). A row whose key, start or end is NULL clashes with nothing. `condition`
    is a Q over plain columns of the row. A row comes under the rule when it is made and when any update makes it meet
    the condition, so reviving a cancelled row is refused like a new one.

    `longest` is the longest span a row may have; a CheckConstraint must enforce it, and also that the end is after the
    start. SQLite looks back no further than this for rows that may still run, which keeps an insert as fast as on an
    empty table, given an index that starts with (key, start); a system check asks for it. PostgreSQL brings its own.

    On PostgreSQL adding the rule to a table that breaks it fails; on SQLite it holds for rows written from then on.
    """

    default_violation_error_message = _("This time overlaps with another.")

    def __init__(
        self,
        *,
        name: str,
        key: str,
        start: str,
        end: str,
        longest: timedelta,
        condition: Q | None = None,
        violation_error_message: str | Promise | None = None,
        violation_error_code: str | None = None,
    ) -> None:
        self.key, self.start, self.end = key, start, end
        self.longest = longest
        self.condition = condition or Q()
        super().__init__(
            name=name,
            violation_error_message=violation_error_message,  # type: ignore[arg-type]  # lazy is fine
            violation_error_code=violation_error_code,
        )

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"key": self.key, "start": self.start, "end": self.end, "longest": self.longest}
        if self.condition:
            kwargs["condition"] = self.condition
        return path, tuple(args), kwargs

    def validate(
        self,
        model: type[Model],
        instance: Model,
        exclude: Collection[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Raise ValidationError if the row would clash, so that forms and the admin can say it.

        `exclude` is not heeded: a form that shows only the state can still revive a row into another's time, and the
        database would then refuse it without a word.
        """
        key = _column_field(model, self.key).attname
        start, end = getattr(instance, self.start), getattr(instance, self.end)
        if getattr(instance, key) is None or start is None or end is None:
            return
        rivals = model._base_manager.using(using).filter(
            self.condition, **{key: getattr(instance, key), f"{self.start}__lt": end, f"{self.end}__gt": start}
        )
        if not instance._state.adding:
            rivals = rivals.exclude(pk=instance.pk)
        row = instance._get_field_expression_map(meta=model._meta)  # type: ignore[attr-defined]
        if rivals.exists() and (not self.condition or self.condition.check(row, using=using)):
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def _check(self, model: type[Model], connection: BaseDatabaseWrapper) -> list[checks.CheckMessage]:
        references = set(model._get_expr_references(self.condition))  # type: ignore[attr-defined]
        errors: list[checks.CheckMessage] = self._check_references(model, references)  # type: ignore[attr-defined]
        if not any(index.fields[:2] == [self.key, self.start] for index in model._meta.indexes):
            hint = f"Add Index(fields=[{self.key!r}, {self.start!r}]): SQLite needs it to find rivals quickly."
            errors.append(checks.Warning(f"{self.name} has no index.", hint=hint, obj=model, id="clinic.W102"))
        return errors

    def _statements(self, model: type[Model], editor: BaseDatabaseSchemaEditor) -> Iterator[Statement | str]:
        def column(field: str) -> str:
            return editor.quote_name(_column_field(model, field).column or "")

        start, end = column(self.start), column(self.end)
        parts = {
            "table": Table(model._meta.db_table, editor.quote_name),
            "name": editor.quote_name(self.name),
            "message": editor.quote_value(self.name),
            "pk": column(model._meta.pk.name),
            "key": column(self.key),
            "start": start,
            "end": end,
            # PostgreSQL reads NULL in a range as "without bound": such a row would clash with all.
            "counts": f"{start} IS NOT NULL AND {end} IS NOT NULL AND ({self._condition_sql(model, editor)})",
        }
        if editor.connection.vendor == "postgresql":
            yield "CREATE EXTENSION IF NOT EXISTS btree_gist"
            yield Statement(
                "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s EXCLUDE USING gist "
                "(%(key)s WITH =, tstzrange(%(start)s, %(end)s) WITH &&) WHERE (%(counts)s)",
                **parts,
            )
            return
        # Django keeps datetimes on SQLite as text in UTC, with a fraction only if there is one, and their order as text
        # is their order in time. datetime() drops the fraction and may round it, hence the second on top.
        parts["back"] = f"'-{ceil(self.longest.total_seconds()) + 1} seconds'"
        for event in ("INSERT", "UPDATE"):
            parts |= {"event": event, "trigger": editor.quote_name(f"{self.name}_{event.lower()}")}
            yield Statement(
                "CREATE TRIGGER %(trigger)s AFTER %(event)s ON %(table)s "
                "WHEN EXISTS (SELECT 1 FROM %(table)s WHERE %(pk)s = NEW.%(pk)s AND %(counts)s) "
                "BEGIN SELECT RAISE(ABORT, %(message)s) WHERE EXISTS (SELECT 1 FROM %(table)s "
                "WHERE %(key)s = NEW.%(key)s AND %(start)s >= datetime(NEW.%(start)s, %(back)s) "
                "AND %(start)s < NEW.%(end)s AND %(end)s > NEW.%(start)s AND %(pk)s <> NEW.%(pk)s AND %(counts)s); END",
                **parts,
            )

    def _condition_sql(self, model: type[Model], editor: BaseDatabaseSchemaEditor) -> str:
        if not self.condition:
            return "1 = 1"
        query = Query(model, alias_cols=False)
        compiler = query.get_compiler(connection=editor.connection)
        sql, params = query.build_where(self.condition).as_sql(compiler, editor.connection)
        return sql % tuple(editor.quote_value(param) for param in params)

    def remove_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"


def _column_field(model: type[Model], name: str) -> Field[Any, Any]:
    return cast("Field[Any, Any]", model._meta.get_field(name))


class AppendOnly(Rule):
    """Rows of the table are never changed once written: any UPDATE is refused.

    DELETE is left to the models and acts, because retention must delete, and tests empty tables.
    """

    default_violation_error_message = _("This record cannot be changed.")

    def validate(
        self,
        model: type[Model],
        instance: Model,
        exclude: Collection[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Raise ValidationError for a row that is in the database already."""
        if not instance._state.adding:
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def _statements(self, model: type[Model], editor: BaseDatabaseSchemaEditor) -> Iterator[Statement | str]:
        parts = {
            "table": Table(model._meta.db_table, editor.quote_name),
            "name": editor.quote_name(self.name),
            "message": editor.quote_value(self.name),
        }
        if editor.connection.vendor == "postgresql":
            # One function for all tables; it says the trigger's name where a constraint's name is looked for.
            yield (
                "CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = TG_NAME, CONSTRAINT = TG_NAME, "
                "TABLE = TG_TABLE_NAME; END $$"
            )
            yield Statement(
                "CREATE TRIGGER %(name)s BEFORE UPDATE ON %(table)s FOR EACH ROW EXECUTE FUNCTION refuse_update()",
                **parts,
            )
            return
        yield Statement(
            "CREATE TRIGGER %(name)s BEFORE UPDATE ON %(table)s BEGIN SELECT RAISE(ABORT, %(message)s); END", **parts
        )

    def remove_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        quote = schema_editor.quote_name
        return f"DROP TRIGGER {quote(self.name)} ON {quote(model._meta.db_table)}"
