"""What `make` says where the machine lacks something."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def prepare(tmp_path):
    """Return `.ci/environment` of a folder that has no virtual environment, to be run with settings."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "environment", tmp_path / ".ci")
    (tmp_path / "requirements.txt").touch()

    def run(**settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", tmp_path / ".ci" / "environment"],
            check=False,
            env=os.environ | settings,
            capture_output=True,
            text=True,
            timeout=240,
        )

    yield run
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("named", ["/nonexistent", "/bin/ls", "no such python"])
def test_environment_refuses_a_python_that_is_none(prepare, named):
    ran = prepare(PYTHON=named)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert f"PYTHON is '{named}'; it must name a Python 3.11 to 3.14" in " ".join(ran.stderr.split())


def test_environment_says_that_there_is_no_python(prepare, tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("dirname", "fold", "rm"):
        (tools / tool).symlink_to(shutil.which(tool))
    ran = prepare(PYTHON="", PATH=str(tools))
    assert ran.returncode == 1
    assert "this machine has no Python 3 on its path" in " ".join(ran.stderr.split())
