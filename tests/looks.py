"""No test may change the set-up within a look at it: what was kept would be handed out all the same (`clinic.set_up`)."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

# At the beginning, or as a part of a statement that does several things (`clinic.inserting.together`).
WRITES = re.compile(
    r'(?:^\s*|\()(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+"?(\w+)', re.IGNORECASE
)


@cache
def set_up_tables() -> frozenset[str]:
    """The tables that give the set-up a new mark."""
    from django.apps import apps

    from clinic.marks import MarksSetUp

    models = apps.get_models(include_auto_created=True)
    return frozenset(
        model._meta.db_table
        for model in models
        if any(isinstance(rule, MarksSetUp) for rule in model._meta.constraints)
    )


def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Fail for a statement that changes the set-up within a look; run every other."""
    from clinic.set_up import is_looking

    if is_looking() and not set_up_tables().isdisjoint(WRITES.findall(sql)):
        raise AssertionError(f"This changes the set-up within a look at it: {sql[:200]}")
    return execute(sql, params, many, context)


def pytest_configure(config: pytest.Config) -> None:
    """Have each connection of this run watched, those of threads too."""
    from django.db.backends.signals import connection_created

    connection_created.connect(_watch, dispatch_uid="tests.looks")


def _watch(connection: Any, **_more: Any) -> None:
    if refuse not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse)
