"""Where it hurts: the spots of the drawing that were tapped, and the places that were only named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intake import chart
from intake.brief.words import Words, sentence

_SIDES = {"-l": "left", "-r": "right"}
_OTHER_HALF = {chart.LEFT: "-r", chart.RIGHT: "-l"}


@dataclass(frozen=True)
class Places:
    """`tapped`: spots to mark on the drawing. `about`: spots of places named without saying which of them it is.

    `words` tells the same in a list, the worst place first.
    """

    tapped: tuple[str, ...]
    about: tuple[str, ...]
    words: tuple[str, ...]


def places_of(words: Words, spots: Any) -> Places:
    """Return where it hurts. `spots` is what was stored of the drawing, and may be of any shape."""
    given = words.given
    areas = [area for area in given.get(chart.AREAS) or [] if area != chart.NO_PAIN]
    known = chart.known([spot for spot in spots if isinstance(spot, str)] if isinstance(spots, list) else [])
    # A spot tapped and taken back on the list stands for nothing.
    tapped = [spot for spot in known if chart.AREA_OF[spot] in areas]
    drawn = {chart.AREA_OF[spot] for spot in tapped}
    about: list[str] = []
    lines: dict[str, str] = {}
    for part in chart.PARTS:
        here = [spot for spot in part.spots if spot in tapped]
        if part.area in areas and part.area not in drawn:
            may_be = [spot for spot in part.spots if not part.has_sides or _may_be(spot, given.get(chart.SIDE))]
            sure = len(may_be) == 1 and _is_all_of(part)
            (tapped if sure else about).extend(may_be)
            lines[_words(part, may_be) if sure else sentence(words.said(chart.AREAS, part.area))] = part.area
        elif here:
            lines[_words(part, here)] = part.area
    worst = given.get("main_area") if len(areas) > 1 else None
    return Places(
        tapped=tuple(tapped),
        about=tuple(about),
        words=tuple(
            f"{text} (worst)" if area == worst else text
            for text, area in sorted(lines.items(), key=lambda line: line[1] != worst)
        ),
    )


def _may_be(spot: str, side: Any) -> bool:
    """Say whether the side that was answered leaves a spot of a pair open."""
    return spot[-2:] != _OTHER_HALF.get(side, "")


def _is_all_of(part: chart.Part) -> bool:
    """Say whether a part is its whole area: the thigh is two parts."""
    return sum(part.area == other.area for other in chart.PARTS) == 1


def _words(part: chart.Part, spots: list[str]) -> str:
    sides = [_SIDES[spot[-2:]] for spot in spots if spot[-2:] in _SIDES]
    return f"{part.name}, {' and '.join(sides)}" if sides else str(part.name)
