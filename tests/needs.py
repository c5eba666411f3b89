"""What some tests need of the machine: PostgreSQL, Redis, a Redis server to stop, a browser.

Mark a test `postgres`, `redis`, `redis_server` or `chromium`; without the thing it skips with the reason. Where
STRIDEWELL_REQUIRE (a comma-separated list of these) says that the thing must be there, the test
fails instead: a green run in CI has left nothing out.
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
    """With --database-only leave out what never opens the database, Redis or PostgreSQL."""
    if not config.getoption("--database-only"):
        return
    kept = [item for item in items if _uses_services(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _uses_services(item)])
    items[:] = kept


def _uses_services(item: pytest.Item) -> bool:
    if any(item.get_closest_marker(name) for name in ("django_db", "postgres", "redis")):
        return True
    return bool({"db", "transactional_db"} & set(getattr(item, "fixturenames", ())))
