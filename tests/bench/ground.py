"""The ground on which the benches run: a database of their own, made for the run and thrown away after it."""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SQLITE, POSTGRES = "sqlite", "postgresql"


def databases() -> list[str]:
    """On which databases to measure: SQLite, and PostgreSQL where DATABASE_URL names one."""
    return [SQLITE, *([POSTGRES] if os.environ.get("DATABASE_URL", "").startswith("postgres") else [])]


@contextmanager
def ground(database: str) -> Iterator[None]:
    """Set Django up on an empty, migrated database of the kind, and remove it at the end.

    It is Django's own test database, under a name of this process: never the user's.
    """
    with tempfile.TemporaryDirectory(prefix="stridewell-bench-") as folder:
        if database == SQLITE:
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/unused.sqlite3"
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "STRIDEWELL_DEMO": "1",
            "STRIDEWELL_VAR": folder,
            "STRIDEWELL_TEST_DB_SUFFIX": f"_bench{os.getpid()}",
            "REDIS_URL": "",
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        from django.db import connection
        from django.test.utils import override_settings

        before = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            with override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
                yield
        finally:
            connection.creation.destroy_test_db(before, verbosity=0)


def machine() -> dict[str, Any]:
    """What the figures were taken on. Call it on the ground."""
    from django.db import connection

    with connection.cursor() as cursor:
        version = "select sqlite_version()" if connection.vendor == "sqlite" else "show server_version"
        cursor.execute(version)
        (found,) = cursor.fetchone()
    return {
        "database": f"{connection.vendor} {found}",
        "python": sys.version.split()[0],
        "system": platform.system(),
        "cpus": os.cpu_count(),
        # Above the number of CPUs others were at work too, and times (less so ratios) are longer.
        "load": round(os.getloadavg()[0], 2),
    }
