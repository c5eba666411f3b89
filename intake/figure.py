"""The drawing of a body, front and back: its outline and the region of each spot of `intake.chart`. Pure.

Patients tap it, and the PT's brief shows it with what was tapped. The paths are ours and stand in `figure.json`; those
of a pair are drawn once, and the other side is the same path mirrored.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

VIEW_BOX: Final = "-120 0 240 580"
_FILE: Final = Path(__file__).with_name("figure.json")
_OTHER: Final = {"l": "r", "r": "l"}


@dataclass(frozen=True)
class Region:
    """Where a spot is on the drawing: its path, its middle, and whether it is drawn mirrored.

    Numbers are text, so that no template writes them with the comma of a language.
    """

    spot: str
    path: str
    x: str
    y: str
    mirrored: bool = False


@dataclass(frozen=True)
class View:
    """The body from one side ("front" or "back"): its outline, the lines over it, and its regions."""

    name: str
    body: str
    head: str
    lines: str
    regions: tuple[Region, ...]


def _views() -> tuple[View, ...]:
    drawn = json.loads(_FILE.read_text())
    return tuple(
        View(
            name=view["name"],
            body=drawn["body"],
            head=drawn["head"],
            lines=view["lines"],
            regions=tuple(
                region for given in view["regions"] for region in _both_sides(given, plain=view["plain_side"])
            ),
        )
        for view in drawn["views"]
    )


def _both_sides(given: Mapping[str, Any], *, plain: str) -> Iterator[Region]:
    """The region, and of a pair the other one mirrored; `plain` is the side whose path is in the file."""
    name, path, x, y = given["name"], given["path"], str(given["x"]), str(given["y"])
    if not given["sides"]:
        yield Region(name, path, x, y)
        return
    yield Region(f"{name}-{plain}", path, x, y)
    yield Region(f"{name}-{_OTHER[plain]}", path, x, y, mirrored=True)


VIEWS: Final = _views()
