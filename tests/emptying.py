"""How the tables are emptied after a test that has committed.

Django's `flush` truncates all tables, and then has content types, permissions and groups made anew. On PostgreSQL TRUNCATE
makes files anew for each table and index, full or not; and most tests leave permissions and groups as they were.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from django.core.management.color import no_style
from django.db import connection
from django.test import TransactionTestCase

from clinic.marks import MARKS

STANDING = ("django_content_type", "auth_permission", "auth_group", "auth_group_permissions")
"""What `migrate` makes after each round of migrations, and flush after emptying: left alone as long as it is the same."""
_empty_all = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
_known: list[Any] = []


def standing() -> list[Any]:
    """All rows of the tables that stay."""
    with connection.cursor() as cursor:
        found = []
        for table in STANDING:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            found.append(cursor.fetchall())
        return found


def empty(case: TransactionTestCase) -> None:
    """Empty all tables but those that stand as they stood; if they do not, do as Django does."""
    if case.available_apps is not None or case.serialized_rollback or standing() != _known:
        _empty_all(case)
        _known[:] = standing()
        return
    found = connection.introspection.django_table_names(only_existing=True)
    # The mark of the set-up is another one after this: each of its tables draws one.
    tables = [name for name in found if name not in {MARKS, *STANDING}]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables))


def _delete_rows(_style: Any, tables: Sequence[str], **_how: Any) -> list[str]:
    """Like TRUNCATE wait for whoever still writes, and then delete what is there; the mark first, so that there is one."""
    quoted = [connection.ops.quote_name(name) for name in sorted(tables, key=lambda name: name != MARKS)]
    return [f"LOCK TABLE {', '.join(quoted)} IN SHARE ROW EXCLUSIVE MODE", *(f"DELETE FROM {name}" for name in quoted)]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Once the database is there, learn what stands in it."""
    if connection.vendor == "postgresql":
        connection.ops.sql_flush = _delete_rows  # type: ignore[assignment,method-assign]
    with django_db_blocker.unblock():
        _known[:] = standing()
    TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]
