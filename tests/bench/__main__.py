"""The command line of the benches: all of them, or those whose names are given."""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.ground import ROOT, databases, ground, machine
from tests.bench.measure import Figure, table

BENCHES = ("inserting", "screening", "finding", "letters")
HERE = "--on"


def main(arguments: list[str]) -> int:
    """Run each database in a process of its own, print the tables and keep the figures."""
    if arguments[:1] == [HERE]:
        return run_here(arguments[1], Path(arguments[2]), arguments[3:])
    if unknown := set(arguments) - set(BENCHES):
        sys.exit(f"There is no bench {', '.join(sorted(unknown))}. There are: {', '.join(BENCHES)}.")
    started = time.monotonic()
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for database in databases():
            result = Path(folder) / database
            command = [sys.executable, "-m", "tests.bench", HERE, database, str(result), *arguments]
            if subprocess.run(command, cwd=ROOT, check=False).returncode:
                return 1
            runs.append(json.loads(result.read_text()))
    path = keep({"commit": commit(), "seconds": round(time.monotonic() - started), "runs": runs})
    print(f"\nTaken in {time.monotonic() - started:.0f} seconds, kept in {path}")
    return 0


def run_here(database: str, result: Path, names: list[str]) -> int:
    """Run the benches on one database, in this process."""
    figures: list[Figure] = []
    with ground(database):
        where = machine()
        for name in names or BENCHES:
            print(f"{database}: {name} ...", flush=True)
            figures += import_module(f"tests.bench.{name}").figures()
    print(f"\n{where['database']}, Python {where['python']}, {where['cpus']} CPUs, load {where['load']}\n")
    print(table(figures), flush=True)
    result.write_text(json.dumps({"machine": where, "figures": [figure.as_json() for figure in figures]}))
    return 0


def keep(results: dict[str, Any]) -> Path:
    """Write the figures to var/bench/, under the moment they were taken at."""
    folder = Path(os.environ.get("STRIDEWELL_VAR") or ROOT / "var") / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.json"
    path.write_text(json.dumps(results, indent=1) + "\n")
    return path


def commit() -> str:
    """The commit that was measured, with a mark if something was changed since."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
