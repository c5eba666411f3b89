"""Long proofs: tests marked `proof`, run by `make proof` in parts, never by `make test`.

What has passed is remembered in var/proof/, one file per database and per state of the code, so
that a run that was stopped goes on where it was. A change to the code forgets all of it.
"""

import hashlib
import subprocess
import time
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
CODE = ("clinic", "intake", "booking", "templates", "tests", "requirements.txt", "pyproject.toml")


def _state_file(folder: Path) -> Path:
    """Name the file of what has passed: by the tracked code as it stands, and by database."""
    digest = hashlib.sha256()
    for command in (("ls-files", "-s"), ("diff", "HEAD")):
        digest.update(subprocess.run(["git", *command, "--", *CODE], cwd=ROOT, capture_output=True, check=True).stdout)
    vendor = settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[-1]
    return folder / f"{digest.hexdigest()[:12]}-{vendor}.txt"


class Part:
    """One part of a long proof: runs what has not passed yet, until its time is up."""

    def __init__(self, folder: Path, until: float) -> None:
        self.until = until
        self.file = _state_file(folder)
        self.passed = set(self.file.read_text().splitlines()) if self.file.exists() else set()

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the proofs that have not passed on this code and database."""
        proofs = [item for item in items if item.get_closest_marker("proof")]
        left = [item for item in proofs if item.nodeid not in self.passed]
        config.hook.pytest_deselected(items=[item for item in items if item not in left])
        print(f"\n{len(proofs)} proofs, {len(proofs) - len(left)} passed before, {len(left)} to go")
        items[:] = left

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Stop before a proof that would begin after the part's time."""
        if time.time() >= self.until:
            item.session.shouldstop = "the time of this part is up"
            pytest.skip("left for the next part")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a proof as soon as it has passed."""
        if report.when == "call" and report.passed:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("a") as passed:
                passed.write(f"{report.nodeid}\n")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `make proof`."""
    parser.addoption("--proof", action="store_true", help="run the long proofs, and nothing else")
    parser.addoption("--proof-state", type=Path, default=ROOT / "var" / "proof", help="where what passed is remembered")
    parser.addoption("--proof-until", type=float, default=float("inf"), help="begin none after this (Unix time)")


def pytest_configure(config: pytest.Config) -> None:
    """Run either one part of the proofs, or everything but the proofs."""
    if config.getoption("--proof"):
        config.pluginmanager.register(
            Part(config.getoption("--proof-state"), config.getoption("--proof-until")), "proof-part"
        )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the proofs out of an ordinary run."""
    if config.getoption("--proof"):
        return
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("proof")])
    items[:] = [item for item in items if not item.get_closest_marker("proof")]
