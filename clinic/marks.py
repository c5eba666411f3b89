"""A rule that a table can declare in `Meta.constraints`: whatever changes its rows gives the set-up a new mark."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models import Model

from clinic.constraints import Rule

# The table of `models.SetUpMark`. Triggers of many tables name it, and SQLite lets no such table be built anew.
MARKS = "clinic_setupmark"


class MarksSetUp(Rule):
    """Whatever changes a row of the table gives the set-up a new mark (`models.SetUpMark`), in the same transaction.

    It refuses nothing. A mark is drawn by chance and never counted on: after a change that was taken back another one
    must not give the same mark again. So the same mark means the same rows, in every process (`clinic.set_up`).
    """

    def validate(
        self,
        model: type[Model],
        instance: Model,
        exclude: Collection[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Find nothing wrong with any row."""

    def _statements(self, model: type[Model], editor: BaseDatabaseSchemaEditor) -> Iterator[Statement | str]:
        parts = {"table": Table(model._meta.db_table, editor.quote_name), "marks": MARKS}
        if editor.connection.vendor == "postgresql":
            # One function for all tables.
            yield Statement(
                "CREATE OR REPLACE FUNCTION mark_set_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "INSERT INTO %(marks)s (id, mark) VALUES (1, gen_random_uuid()) "
                "ON CONFLICT (id) DO UPDATE SET mark = excluded.mark; RETURN NULL; END $$",
                **parts,
            )
            # Before the statement: who changes the set-up waits for others who do, and not with its rows locked, or
            # the two could wait for each other.
            yield Statement(
                "CREATE TRIGGER %(name)s BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %(table)s "
                "FOR EACH STATEMENT EXECUTE FUNCTION mark_set_up()",
                name=editor.quote_name(self.name),
                **parts,
            )
            return
        # No upsert: within INSERT OR IGNORE, which add() of a many-to-many uses, SQLite takes it for one more IGNORE.
        for event in ("INSERT", "UPDATE", "DELETE"):
            yield Statement(
                "CREATE TRIGGER %(trigger)s AFTER %(event)s ON %(table)s BEGIN "
                "UPDATE %(marks)s SET mark = lower(hex(randomblob(16))); "
                "INSERT INTO %(marks)s (id, mark) SELECT 1, lower(hex(randomblob(16))) "
                "WHERE NOT EXISTS (SELECT 1 FROM %(marks)s); END",
                event=event,
                trigger=editor.quote_name(f"{self.name}_{event.lower()}"),
                **parts,
            )

    def remove_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        quote = schema_editor.quote_name
        return f"DROP TRIGGER {quote(self.name)} ON {quote(model._meta.db_table)}"
