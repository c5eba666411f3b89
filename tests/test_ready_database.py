"""The test database that is kept and copied: anew for each change to what makes it."""

import ast
import sqlite3

import pytest
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper

from tests.ready_database import MADE_BY, ROOT, Ready

OURS = {"clinic", "intake", "booking"}


@pytest.fixture
def ready(tmp_path):
    """A maker with a code of its own: one migration."""
    made = Ready(connection)
    made.root, made.folder = tmp_path / "code", tmp_path / "ready"
    (made.root / "clinic" / "migrations").mkdir(parents=True)
    (made.root / "clinic" / "migrations" / "0001_initial.py").write_text("one")
    return made


def test_same_code_is_the_same_file(ready):
    assert ready.kept() == ready.kept()


@pytest.mark.parametrize("name", ["migrations/0001_initial.py", "migrations/0002_more.py", "permissions.py"])
def test_changed_or_new_file_makes_another(ready, name):
    before = ready.kept()
    (ready.root / "clinic" / name).write_text("two")
    assert ready.kept() != before


def test_only_the_latest_are_kept(ready, tmp_path, django_db_blocker):
    ready.folder.mkdir()
    for number in range(5):
        (ready.folder / f"{number}.sqlite3").touch()
    settings = {**connection.settings_dict, "NAME": str(tmp_path / "new.sqlite3"), "ENGINE": "", "OPTIONS": {}}
    ready.connection = DatabaseWrapper(settings)
    with django_db_blocker.unblock():
        with ready.connection.cursor() as cursor:
            cursor.execute("CREATE TABLE one (two)")
        ready.keep(ready.kept())
        ready.connection.close()
    assert len(list(ready.folder.glob("*.sqlite3"))) == 3
    with sqlite3.connect(ready.kept()) as copy:
        assert copy.execute("SELECT name FROM sqlite_master").fetchall() == [("one",)]
    copy.close()


def test_what_migrations_import_has_a_part_in_the_name():
    named = {path for pattern in MADE_BY for path in ROOT.glob(pattern)}
    for path in ROOT.glob("*/migrations/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                found = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for module in found:
                file = ROOT / f"{module.replace('.', '/')}.py"
                assert module.partition(".")[0] not in OURS or not file.exists() or file in named, (path, module)
