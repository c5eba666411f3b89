"""The suite's own plugins: what a test needs, and proofs in parts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def run(tmp_path):
    """Run pytest with our plugins on a small test file elsewhere; returns its output."""

    def run(source: str, *args: str, **environment: str) -> str:
        (tmp_path / "test_small.py").write_text(source)
        (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  proof:\n  redis:\n  chromium:\n")
        clean = {key: value for key, value in os.environ.items() if key not in {"REDIS_URL", "STRIDEWELL_REQUIRE"}}
        plugins = ["-p", "tests.needs", "-p", "tests.proofs", "-p", "no:cacheprovider"]
        place = ["--rootdir", str(tmp_path), "--ds", "tests.settings"]
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-rs", *plugins, *place, "test_small.py", *args],
            env=clean | {"PYTHONPATH": str(ROOT)} | environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    return run


NEEDY = "import pytest\n@pytest.mark.redis\ndef test_a(): pass\n"


def test_need_skips_with_reason(run):
    output = run(NEEDY)
    assert "1 skipped" in output
    assert "needs Redis: REDIS_URL does not name one" in output


def test_need_fails_where_required(run):
    output = run(NEEDY, STRIDEWELL_REQUIRE="redis")
    assert "1 failed" in output or "1 error" in output
    assert "this run requires it" in output


def test_need_is_met(run):
    assert "1 passed" in run(NEEDY, STRIDEWELL_REQUIRE="redis", REDIS_URL="redis://127.0.0.1:9/0")


def test_unknown_requirement_is_refused(run):
    assert "passed" not in run(NEEDY, STRIDEWELL_REQUIRE="redsi")


def test_database_only_leaves_the_rest_out(run):
    source = "import pytest\ndef test_a(): pass\n@pytest.mark.django_db\ndef test_b(): pass\n"
    output = run(source, "--database-only", "--collect-only", "-q")
    assert "test_small.py::test_b" in output
    assert "test_small.py::test_a" not in output


PROOFS = """
import pytest

def test_ordinary(): pass

@pytest.mark.proof
def test_one(): pass

@pytest.mark.proof
def test_two():
    import pathlib
    assert pathlib.Path("mended").exists()
"""


def test_proofs_are_left_out_of_an_ordinary_run(run):
    assert "1 passed, 2 deselected" in run(PROOFS)


def test_proofs_go_on_where_they_were(run, tmp_path):
    folder = str(tmp_path / "state")
    assert "1 failed, 1 passed" in run(PROOFS, "--proof", "--proof-state", folder)
    (tmp_path / "mended").touch()
    output = run(PROOFS, "--proof", "--proof-state", folder)
    assert "2 proofs, 1 passed before, 1 to go" in output
    assert "1 passed" in output
    assert "2 passed before, 0 to go" in run(PROOFS, "--proof", "--proof-state", folder)


def test_proofs_stop_when_the_time_is_up(run, tmp_path):
    output = run(PROOFS, "--proof", "--proof-until", "1", "--proof-state", str(tmp_path / "state"))
    assert "the time of this part is up" in output
    assert "passed" not in output.splitlines()[-1]
