"""What some tests need of the machine: PostgreSQL, Redis, a Redis server to stop, a browser.

Mark a test `postgres`, `redis`, `redis_server` or `chromium`; without the thing it skips with the reason. Where
STRIDEWELL_REQUIRE (a comma-separated list of these) says that the thing must be there, the test
fails instead: a green run in CI has left nothing out.

The second run of `make test`, on PostgreSQL and Redis (`--database-only`), does what a database can do otherwise: acts,
constraints, locks, queries, what hostile people send, and each page. It leaves out what has passed on SQLite and cannot
fail there for the database's sake:

- tests that never open the database;
- of a test marked `first_case`, the cases after the first: they differ in words, or in answers that are judged before
  the database is asked. `first_case("group")` keeps the first case of each group;
- tests marked `once`: they walk a way that others walk there too, many times over.

Whatever bears no mark runs twice.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge")
REDIS_SERVER = "redis-server"
MAC_BROWSER = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find_chromium() -> str | None:
    """Return the path of an installed Chromium or a relative of it (STRIDEWELL_CHROMIUM names one), or None."""
    if named := os.environ.get("STRIDEWELL_CHROMIUM"):
        return named
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return found or (str(MAC_BROWSER) if MAC_BROWSER.exists() else None)


def _lack_of_postgres() -> str | None:
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        return None
    return "needs PostgreSQL: DATABASE_URL does not name one"


def _lack_of_redis() -> str | None:
    return None if settings.REDIS_URL else "needs Redis: REDIS_URL does not name one"


def _lack_of_redis_server() -> str | None:
    """Look for the program, for tests that start, stop and flush a Redis of their own."""
    return None if shutil.which(REDIS_SERVER) else f"needs {REDIS_SERVER}: it is not installed"


def _lack_of_chromium() -> str | None:
    return None if find_chromium() else "needs Chromium: none is installed"


LACKS: dict[str, Callable[[], str | None]] = {
    "postgres": _lack_of_postgres,
    "redis": _lack_of_redis,
    "redis_server": _lack_of_redis_server,
    "chromium": _lack_of_chromium,
}


def required() -> set[str]:
    """Return what this run may not do without."""
    return {name.strip() for name in os.environ.get("STRIDEWELL_REQUIRE", "").split(",")} - {""}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of the second run of `make test`."""
    parser.addoption(
        "--database-only",
        action="store_true",
        help="run only tests that use the database: the rest has passed on the other one",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a requirement that nobody knows: misspelt, it would require nothing."""
    if unknown := required() - LACKS.keys():
        raise pytest.UsageError(f"STRIDEWELL_REQUIRE names {', '.join(sorted(unknown))}; known: {', '.join(LACKS)}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail where required, a test whose need is not met."""
    for need, lack in LACKS.items():
        if item.get_closest_marker(need) and (reason := lack()):
            if need in required():
                pytest.fail(f"{reason}, and this run requires it", pytrace=False)
            pytest.skip(reason)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --database-only leave out what the other database has shown for both."""
    if not config.getoption("--database-only"):
        return
    seen: set[tuple[str, ...]] = set()
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        (kept if _uses_services(item) and _says_more(item, seen) else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


def _uses_services(item: pytest.Item) -> bool:
    if any(item.get_closest_marker(name) for name in ("django_db", "postgres", "redis")):
        return True
    return bool({"db", "transactional_db"} & set(getattr(item, "fixturenames", ())))


def _says_more(item: pytest.Item, seen: set[tuple[str, ...]]) -> bool:
    """Whether a test shows more on the second database than those before it."""
    if item.get_closest_marker("once"):
        return False
    mark = item.get_closest_marker("first_case")
    if mark is None:
        return True
    given = item.callspec.params if hasattr(item, "callspec") else {}
    case = (item.nodeid.partition("[")[0], *(repr(given[name]) for name in mark.args))
    if case in seen:
        return False
    seen.add(case)
    return True
