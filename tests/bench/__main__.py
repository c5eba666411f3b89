"""The command line of the benches: all of them, or those whose names are given."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.ground import ROOT, databases, ground, machine
from tests.bench.measure import FULL, Figure, Growth, Scale, table

# In this order: the later ones begin with an empty database, and leave theirs full.
BENCHES = ("inserting", "screening", "letters", "finding", "pages", "booking", "memory")


def main(arguments: list[str]) -> int:
    """Run each database in a process of its own, print the tables and keep the figures."""
    options = parsed(arguments)
    if options.on:
        return run_here(options.on, Path(options.result), options.names, scale_of(options))
    started = time.monotonic()
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for database in databases():
            result = Path(folder) / database
            command = [sys.executable, "-m", "tests.bench", *arguments, "--on", database, "--result", str(result)]
            if subprocess.run(command, cwd=ROOT, check=False).returncode:
                return 1
            runs.append(json.loads(result.read_text()))
    path = keep({"commit": commit(), "seconds": round(time.monotonic() - started), "runs": runs})
    print(f"\nTaken in {time.monotonic() - started:.0f} seconds, kept in {path}")
    return 0


def parsed(arguments: list[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="bench", help=f"one or more of: {', '.join(BENCHES)}; else all")
    parser.add_argument(
        "--sizes", default=",".join(map(str, FULL.sizes)), help="appointments in the table: 1000,100000"
    )
    parser.add_argument("--requests", type=int, default=FULL.requests, help="requests of the bench of the memory")
    parser.add_argument("--on", help=argparse.SUPPRESS)
    parser.add_argument("--result", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(BENCHES):
        parser.error(f"There is no bench {', '.join(sorted(unknown))}. There are: {', '.join(BENCHES)}.")
    return options


def scale_of(options: argparse.Namespace) -> Scale:
    """How much the command line wants measured."""
    sizes = tuple(sorted(int(size) for size in options.sizes.split(",")))
    return replace(FULL, sizes=sizes, requests=options.requests)


def run_here(database: str, result: Path, names: list[str], scale: Scale) -> int:
    """Run the benches on one database, in this process."""
    taken: list[Figure | Growth] = []
    with ground(database):
        where = machine()
        for name in sorted(names or BENCHES, key=BENCHES.index):
            print(f"{database}: {name} ...", flush=True)
            taken += import_module(f"tests.bench.{name}").figures(scale)
        where["load_after"] = round(os.getloadavg()[0], 2)
    figures = [one for one in taken if isinstance(one, Figure)]
    load = f"load {where['load']} before, {where['load_after']} after"
    print(f"\n{where['database']}, Python {where['python']}, {where['cpus']} CPUs, {load}\n")
    if figures:
        print(table(figures))
    for one in taken:
        if isinstance(one, Growth):
            print(one.as_line())
    result.write_text(json.dumps({"machine": where, "figures": [one.as_json() for one in taken]}))
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
