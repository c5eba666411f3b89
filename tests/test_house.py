"""The house's rules that import-linter cannot tell: what the pure modules lean on, and what lies at the top."""

import ast
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
PURE = ("clinic.spans", "clinic.hours", "intake.questionnaire", "intake.screening", "booking.availability")
IMPURE = ("django.db", "django.apps", "django.conf", "django.contrib", "django.http", "django.forms", "celery", "redis")
TOP = {
    *("clinic", "intake", "booking", "templates", "tests", "docs", ".ci", ".gitignore", "manage.py", "pyproject.toml"),
    *("README.md", "CHANGELOG.md", "LICENSE", "Makefile", "requirements.in", "requirements.txt"),
    *("requirements-dev.in", "requirements-dev.txt"),
}


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("clinic", "intake", "booking")


def imports_of(module: str) -> set[str]:
    """Return every module that a module's source names in an import, wherever in it."""
    source = Path(str(find_spec(module).origin)).read_text()
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("name", PURE)
def test_pure_module_knows_neither_database_nor_web(name):
    modules = {name} | graph().find_descendants(name)
    modules |= {upstream for module in set(modules) for upstream in graph().find_upstream_modules(module)}
    offences = {
        f"{module} imports {imported}"
        for module in modules
        for imported in imports_of(module)
        if imported.startswith(IMPURE)
    }
    assert offences == set()


def test_top_level_stays_as_it_is():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split("/")[0] for line in tracked.splitlines()} - TOP == set()
