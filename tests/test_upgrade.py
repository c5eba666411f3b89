"""`make run` on an older `var/`, and the same on PostgreSQL: rows are kept, readable, and as guarded as new ones."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import older
from tests.booking.contenders import address

ROOT = Path(__file__).resolve().parent.parent


def run(step: str, **settings: str) -> str:
    plain = {key: value for key, value in os.environ.items() if not key.endswith("_URL")}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.older", step],
        check=False,
        cwd=ROOT,
        env=plain | {"STRIDEWELL_DEMO": "1"} | settings,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def upgrade(**settings: str) -> None:
    run("write", **settings)
    found = json.loads(run("read", **settings).splitlines()[-1])
    assert found == {
        "demo": False,
        "clinic": "Old Hill Physical Therapy",
        "patients": ["Zoë O’Quendo"],
        "words": [older.THEIR_WORDS] * 7,
        "in_clear": [],
        "answers": older.ANSWERS,
        "findings": ["N02"],
        "visit": [older.START.isoformat(), "190.00"],
        "where": {"in_clinic": "Midtown", "mobile": "East", "telehealth": "Midtown"},
        "gives": True,
        "for_new": 0,
        "no_fees": ["Denali Medicaid"],
        "guarded": True,
        "login": True,
        "pages": dict.fromkeys(("board", "patient", "brief", "visits", "home"), 200),
    }


def test_older_var_is_upgraded_with_its_rows(tmp_path):
    upgrade(STRIDEWELL_VAR=str(tmp_path))


@pytest.fixture
def empty_database(db) -> Iterator[str]:
    """The address of a database of PostgreSQL with nothing in it."""
    import psycopg

    server, _slash, name = address().rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}_older"')
        admin.execute(f'CREATE DATABASE "{name}_older"')
        yield f"{server}/{name}_older"
        admin.execute(f'DROP DATABASE "{name}_older" WITH (FORCE)')


@pytest.mark.postgres
def test_older_database_of_postgresql_is_upgraded_with_its_rows(tmp_path, empty_database):
    upgrade(STRIDEWELL_VAR=str(tmp_path), DATABASE_URL=empty_database)
