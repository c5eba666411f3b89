"""The test database of SQLite: made by the migrations once for each state of what makes it, then copied.

To migrate an empty database takes seven seconds of the processor, most of it in the models of old versions that Django
builds for each step. So what came of it is kept in `ready/` beside the test database, under a name in which every file
that has a part in it counts. After a copy Django looks for migrations, and groups get their permissions, as ever.
"""

import fcntl
import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.sqlite3.creation import DatabaseCreation

ROOT = Path(__file__).resolve().parent.parent
MADE_BY = (
    "*/migrations/*.py",
    "*/models/*.py",
    "*/permissions.py",
    "clinic/constraints.py",
    "clinic/crypto.py",
    "clinic/likeness.py",
    "clinic/marks.py",
    "requirements.txt",
)
"""What the migrations are, and what they import; tests/test_ready_database.py looks."""
MOST_KEPT = 3


class Ready(DatabaseCreation):
    """Makes a test database from the one that was kept, or keeps the one that it makes."""

    folder = settings.VAR / "ready"
    root = ROOT

    def create_test_db(self, *args: Any, keepdb: bool = False, **kwargs: Any) -> str:
        """Copy and look for migrations; where there is nothing to copy, migrate from nothing."""
        make: Callable[..., str] = super().create_test_db
        with self.alone():
            kept = self.kept()
            if keepdb or not kept.exists():
                name = make(*args, keepdb=keepdb, **kwargs)
                if not keepdb:
                    self.keep(kept)
                return name
            place = Path(self._get_test_db_name())
            for suffix in ("-wal", "-shm"):
                place.with_name(place.name + suffix).unlink(missing_ok=True)
            shutil.copyfile(kept, place)
            kept.touch()
        return make(*args, keepdb=True, **kwargs)

    def kept(self) -> Path:
        """The file of a database as the code at hand makes it."""
        digest = hashlib.sha256(sqlite3.sqlite_version.encode())
        for pattern in MADE_BY:
            for path in sorted(self.root.glob(pattern)):
                digest.update(f"\n{path.relative_to(self.root)}\n".encode() + path.read_bytes())
        return Path(self.folder) / f"{digest.hexdigest()[:16]}.sqlite3"

    def keep(self, kept: Path) -> None:
        """Keep the database just made, and of older ones the latest."""
        draft = kept.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with self.connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(draft)])
        draft.rename(kept)
        others = sorted(kept.parent.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in others[MOST_KEPT:]:
            path.unlink()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let one process in: the others wait for what it makes."""
        folder = Path(self.folder)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let the test database be made by `Ready`."""
    if connection.vendor == "sqlite":
        connection.creation = Ready(connection)
