"""The suite's own plugins: what a test needs, and proofs in parts."""

import pytest


@pytest.fixture
def run(pytester, monkeypatch, settings):
    """Run pytest with our plugins on a small test file elsewhere, in this process; returns what it said."""
    pytester.makeini("[pytest]\nmarkers =\n  django_db:\n  first_case:\n  once:\n  proof:\n  redis:\n  chromium:\n")
    plugins = ["-p", "tests.needs", "-p", "tests.proofs"]
    for other in ("django", "xdist", "hypothesispytest", "cacheprovider"):
        plugins += ["-p", f"no:{other}"]

    def run(source: str, *args: str, require: str = "", redis_url: str = "") -> str:
        pytester.makepyfile(test_small=source)
        monkeypatch.setenv("STRIDEWELL_REQUIRE", require)
        settings.REDIS_URL = redis_url
        ran = pytester.runpytest_inprocess("-rs", *plugins, "test_small.py", *args)
        return f"{ran.stdout}\n{ran.stderr}"

    return run


NEEDY = "import pytest\n@pytest.mark.redis\ndef test_a(): pass\n"


def test_need_skips_with_reason(run):
    output = run(NEEDY)
    assert "1 skipped" in output
    assert "needs Redis: REDIS_URL does not name one" in output


def test_need_fails_where_required(run):
    output = run(NEEDY, require="redis")
    assert "1 failed" in output or "1 error" in output
    assert "this run requires it" in output


def test_need_is_met(run):
    assert "1 passed" in run(NEEDY, require="redis", redis_url="redis://127.0.0.1:9/0")


def test_unknown_requirement_is_refused(run):
    output = run(NEEDY, require="redsi")
    assert "STRIDEWELL_REQUIRE names redsi" in output
    assert "skipped" not in output


def test_database_only_leaves_the_rest_out(run):
    source = "import pytest\ndef test_a(): pass\n@pytest.mark.django_db\ndef test_b(): pass\n"
    output = run(source, "--database-only", "--collect-only", "-q")
    assert "test_small.py::test_b" in output
    assert "test_small.py::test_a" not in output


CASES = """
import pytest
pytestmark = pytest.mark.django_db

@pytest.mark.parametrize("word", ["a", "b"])
def test_all(word): pass

@pytest.mark.first_case
@pytest.mark.parametrize("word", ["a", "b"])
def test_first(word): pass

@pytest.mark.first_case("group")
@pytest.mark.parametrize("word", ["a", "b"])
@pytest.mark.parametrize("group", ["x", "y"])
def test_each(group, word): pass

@pytest.mark.once
def test_once(): pass
"""


def test_database_only_runs_every_case_that_bears_no_mark(run):
    output = run(CASES, "--database-only", "--collect-only", "-q")
    found = [line.partition("::")[2] for line in output.splitlines() if "::" in line]
    assert found == ["test_all[a]", "test_all[b]", "test_first[a]", "test_each[x-a]", "test_each[y-a]"]
    assert "9 passed" in run(CASES)


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


def test_proofs_go_on_where_they_were(run, pytester):
    folder = str(pytester.path / "state")
    assert "1 failed, 1 passed" in run(PROOFS, "--proof", "--proof-state", folder)
    (pytester.path / "mended").touch()
    output = run(PROOFS, "--proof", "--proof-state", folder)
    assert "2 proofs, 1 passed before, 1 to go" in output
    assert "1 passed" in output
    assert "2 passed before, 0 to go" in run(PROOFS, "--proof", "--proof-state", folder)


def test_proofs_stop_when_the_time_is_up(run, pytester):
    output = run(PROOFS, "--proof", "--proof-until", "1", "--proof-state", str(pytester.path / "state"))
    assert "the time of this part is up" in output
    assert "passed" not in output.strip().splitlines()[-1]
