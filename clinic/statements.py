"""Statements that a request sends one after the other, through one cursor of the connection.

Django makes a cursor for each statement. One of psycopg copies all adapters of its connection, and learns anew how values
are written and read: that takes longer than PostgreSQL needs for a small statement. So the queries and inserts that are
put together once (`clinic.prepared`, `clinic.inserting`) and the locks go through a cursor that stays.
"""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

# Where Django's connection has it: no other thread has the same connection.
_CURSOR = "_cursor_for_statements"


def send(
    sql: str, values: Sequence[Any] = (), *, gives_rows: bool = True, using: str = DEFAULT_DB_ALIAS
) -> list[tuple[Any, ...]]:
    """Send a statement, and give all the rows that come back. It raises what a cursor of Django's raises.

    `gives_rows` is False for one that gives none at all: to ask psycopg that is dear, for it describes each column.
    """
    cursor = _cursor(connections[using])
    cursor.execute(sql, values)
    return cursor.fetchall() if gives_rows else []


def _cursor(connection: Any) -> Any:
    if connection.queries_logged:  # who counts statements has cursors of another kind
        return connection.cursor()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    cursor = connection.__dict__.get(_CURSOR)
    if cursor is None or cursor.cursor.connection is not connection.connection:
        cursor = connection.__dict__[_CURSOR] = connection.cursor()
    return cursor
