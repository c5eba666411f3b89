"""docs/house.md is true: its modules exist, and each table is written by the modules that it names and no others."""

import ast
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "house.md").read_text()
WRITES = {"create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "update", "delete"}
INSERTS = {"insert", "insert_all"}  # clinic.inserting
ROWS = {
    name: set(re.findall(r"`([\w.]+)`", modules))
    for rows, modules in re.findall(r"(?m)^\| (`[A-Z]\w+`(?:, `[A-Z]\w+`)*) \| ([^|]+) \|", PAGE)
    for name in re.findall(r"`(\w+)`", rows)
}


@cache
def writes() -> set[tuple[str, str]]:
    """Each pair of a model and a module that writes its rows by the model's manager, or inserts them."""
    found = set()
    for package in ("clinic", "intake", "booking"):
        for path in (ROOT / package).rglob("*.py"):
            if {"migrations", "demo"} & set(path.parts):  # the demo also makes a past that never was
                continue
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
                    found |= {(name, module) for name in managed(node.func.value)}
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in INSERTS:
                    found |= {(name, module) for name in made(node)}
    return found


def made(call: ast.Call) -> set[str]:
    """The models in `insert(Model(...))` and `insert_all([Model(...) for ...])`."""
    calls = [node for given in call.args for node in ast.walk(given) if isinstance(node, ast.Call)]
    return {node.func.id for node in calls if isinstance(node.func, ast.Name)}


def managed(node: ast.AST) -> set[str]:
    """The model at the root of `Model.objects.filter(...)`, if that is what it is."""
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager"):
            return {node.value.id} if isinstance(node.value, ast.Name) else set()
        node = node.func if isinstance(node, ast.Call) else node.value
    return set()


def test_rows_that_are_inserted_are_found_as_well():
    assert {("AuditEvent", "clinic.audit"), ("Appointment", "booking.diary.bookings")} <= writes()
    assert ("Consent", "clinic.patients") in writes()


def test_page_names_the_tables_of_patients():
    assert {"Patient", "Call", "Message", "Screening", "Outcome", "Block", "Appointment"} <= ROWS.keys()
    assert {name for name, _module in writes()} >= {"Patient", "Call", "Message", "Outcome"}


@pytest.mark.parametrize("model", sorted(ROWS))
def test_table_is_written_only_by_its_writer(model):
    writers = {module for name, module in writes() if name == model}
    strangers = {module for module in writers if not any(f"{module}.".startswith(f"{own}.") for own in ROWS[model])}
    assert strangers == set()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:clinic|intake|booking)(?:\.\w+)*)`", PAGE))))
def test_module_on_the_page_exists(name):
    assert find_spec(name)
