"""Check, without the network, that the pinned lists follow from what was asked for.

For each pair NAME.in, NAME.txt: every line asked for is pinned at a version it allows, every pin
carries a hash, nothing is pinned on account of a line that is gone, no line names an index or a
folder; and the development list pins exactly what the product runs on, and more.
"""

import re
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("requirements", "requirements-dev")
ADDRESS = re.compile(r"://|--(extra-)?index|--find-links|--trusted-host|(^|\s)@ |\bfile:")


def asked(name: str) -> dict[str, Requirement]:
    """Read the requirements of NAME.in by canonical name, without those it includes with -r."""
    lines = (line.split(" #")[0].strip() for line in (ROOT / f"{name}.in").read_text().splitlines())
    found = (Requirement(line) for line in lines if line and not line.startswith(("#", "-")))
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def pinned(name: str) -> dict[str, tuple[str, str]]:
    """Read NAME.txt: canonical name -> (version, the block of text with its hashes and reasons)."""
    text = (ROOT / f"{name}.txt").read_text()
    blocks = re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", text))
    pins: dict[str, tuple[str, str]] = {}
    for block in blocks:
        if match := re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", block):
            pins[canonicalize_name(match[1])] = (match[2], block)
    return pins


def faults(name: str) -> list[str]:
    """Say what is wrong with one pair of lists; empty when nothing is."""
    wanted, pins = asked(name), pinned(name)
    found = []
    for key, requirement in wanted.items():
        if key not in pins:
            found.append(f"{name}.txt has no pin for {requirement}")
        elif not requirement.specifier.contains(pins[key][0], prereleases=True):
            found.append(f"{name}.txt pins {key} {pins[key][0]}, but {requirement} is asked for")
    for key, (version, block) in pins.items():
        if "--hash=sha256:" not in block:
            found.append(f"{name}.txt has no hash for {key} {version}")
        if f"-r {name}.in" in block and key not in wanted:
            found.append(f"{name}.txt pins {key} for {name}.in, which no longer asks for it")
    for number, line in enumerate((ROOT / f"{name}.txt").read_text().splitlines(), 1):
        if ADDRESS.search(line):
            found.append(f"{name}.txt line {number} names an address: {line.strip()}")
    return found


def main() -> int:
    """Print every fault; 1 when there is one."""
    found = [fault for name in NAMES for fault in faults(name)]
    run, dev = pinned("requirements"), pinned("requirements-dev")
    for key, (version, _) in run.items():
        if key not in dev or dev[key][0] != version:
            found.append(f"requirements-dev.txt does not pin {key} {version} as requirements.txt")
    for fault in found:
        print(fault)
    if found:
        print("Run `make requirements` and commit the lists it writes.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
