"""Where the marks of a chart stand: rectangles, lines, dots and words, all by numbers. Pure.

A chart is 480 wide. Rows have their label above the bar, so that long names have room and letters may be larger on a
phone. Colours are classes, so that light, dark and print each have their own; what is late or failed is hatched, too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH = 480.0
ROW, BAR, LABEL = 48.0, 14.0, 20.0
HATCH = "url(#hatch)"


@dataclass(frozen=True, slots=True)
class Mark:
    """One shape or word: its tag of SVG, what stands in its attributes, and the words of a text."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of some height, and the classes of its parts with their names, where it has more than one."""

    height: float
    marks: tuple[Mark, ...]
    legend: tuple[tuple[str, str], ...] = ()

    @property
    def box(self) -> str:
        """Return the `viewBox`."""
        return f"0 0 {number(WIDTH)} {number(self.height)}"


@dataclass(frozen=True, slots=True)
class Row:
    """A label, what is said of it, its value, and how it is drawn."""

    label: str
    said: str
    value: float
    css: str = "bar"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar that is made of several."""

    css: str
    value: float


@dataclass(frozen=True, slots=True)
class Stack:
    """A label, what is said of it, and the parts of its bar in order."""

    label: str
    said: str
    parts: tuple[Part, ...]

    @property
    def whole(self) -> float:
        """Return the length of all parts."""
        return sum(part.value for part in self.parts)


@dataclass(slots=True)
class _Drawing:
    marks: list[Mark] = field(default_factory=list)

    def draw(self, tag: str, css: str, words: str = "", **values: float | str) -> None:
        """Add a mark; what is late is hatched by an attribute, as style sheets differ on where they look for it."""
        named = [
            (name.replace("_", "-"), value if isinstance(value, str) else number(value))
            for name, value in values.items()
        ]
        if css == "late":
            named.append(("fill", HATCH))
        self.marks.append(Mark(tag, (("class", css), *named), words))


def number(value: float) -> str:
    """Write a coordinate with at most one decimal, whatever the language of the page."""
    return f"{value:.1f}".removesuffix(".0")


def nice_ticks(most: float, wanted: int = 4) -> list[float]:
    """Return round values from 0 to the first that is not below `most`, about as many as wanted.

    Steps are 1, 2 or 5 times a power of ten, and never below 1: what is counted here comes in whole pieces.
    """
    if not math.isfinite(most) or most <= 0:
        return [0.0, 1.0]
    rough = most / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = max(1.0, next(size * power for size in (1, 2, 5, 10) if size * power >= rough * 0.999))
    return [step * place for place in range(math.ceil(most / step - 1e-9) + 1)]


def bars(rows: Sequence[Row], *, most: float | None = None) -> Chart:
    """Draw a bar for each row, as long as its share of the largest value or of `most`."""
    drawing, top = _Drawing(), max([*(row.value for row in rows), most or 0, 0]) or 1
    for place, row in enumerate(rows):
        y = place * ROW
        _labelled(drawing, row.label, row.said, y)
        drawing.draw("rect", "track", x=0, y=y + LABEL + 4, width=WIDTH, height=BAR, rx=2)
        if row.value > 0:
            drawing.draw("rect", row.css, x=0, y=y + LABEL + 4, width=max(2, row.value / top * WIDTH), height=BAR, rx=2)
    return Chart(max(1, len(rows)) * ROW, tuple(drawing.marks))


def dots(rows: Sequence[Row | None], *, mean: float | None, mean_said: str = "", few_said: str = "") -> Chart:
    """Draw a dot on a stem for each row, and a dashed line where the mean of all is; None is a gap between groups.

    A row of the class "few" is a hollow ring: too few to say, which `few_said` says below.
    """
    drawing = _Drawing()
    values = [row.value for row in rows if row]
    most = nice_ticks(max([*values, mean or 0, 1]))[-1]
    place, reach = 0.0, WIDTH - 8
    for row in rows:
        if row is None:
            place += 14
            continue
        _labelled(drawing, row.label, row.said, place)
        x, y = max(6.0, row.value / most * reach), place + LABEL + 11
        drawing.draw("line", "stem", x1=0, y1=y, x2=x, y2=y)
        if mean is not None:  # beside each dot, so that it crosses no words
            at = mean / most * reach
            drawing.draw("line", "promise", x1=at, y1=y - 9, x2=at, y2=y + 9)
        drawing.draw("circle", "ring" if row.css == "few" else "dotc", cx=x, cy=y, r=6)
        place += ROW
    if mean is not None:
        x = min(max(mean / most * reach, 50.0), WIDTH - 60)
        drawing.draw("text", "pr", mean_said, x=x, y=place + 14, text_anchor="middle")
    few = few_said and any(row and row.css == "few" for row in rows)
    return Chart(place + 26, tuple(drawing.marks), (("ring", few_said),) if few else ())


def stacks(rows: Sequence[Stack], *, legend: Sequence[tuple[str, str]]) -> Chart:
    """Draw a bar of several parts for each row; all have one scale."""
    drawing, top = _Drawing(), max([row.whole for row in rows] or [0]) or 1
    for place, row in enumerate(rows):
        x, y = 0.0, place * ROW
        _labelled(drawing, row.label, row.said, y)
        for part in row.parts:
            width = part.value / top * WIDTH
            if width > 0:
                drawing.draw("rect", part.css, x=x, y=y + LABEL + 4, width=width, height=BAR)
            x += width
    return Chart(max(1, len(rows)) * ROW, tuple(drawing.marks), tuple(legend))


def columns(rows: Sequence[Stack], *, legend: Sequence[tuple[str, str]] = ()) -> Chart:
    """Draw upright columns on an axis with round values, each with its label below and what is said of it on top."""
    drawing, foot, head, left = _Drawing(), 172.0, 26.0, 44.0
    ticks = nice_ticks(max([row.whole for row in rows] or [0]))
    scale = (foot - head) / ticks[-1]
    for tick in ticks:
        y = foot - tick * scale
        drawing.draw("line", "base" if tick == 0 else "grid", x1=left, y1=y, x2=WIDTH, y2=y)
        drawing.draw("text", "tick", f"{tick:.0f}", x=left - 6, y=y + 4, text_anchor="end")
    pitch = (WIDTH - left) / max(1, len(rows))
    for place, row in enumerate(rows):
        x, y = left + pitch * place, foot
        for part in row.parts:
            if part.value > 0:
                y -= part.value * scale
                drawing.draw("rect", part.css, x=x + pitch * 0.16, y=y, width=pitch * 0.68, height=part.value * scale)
        drawing.draw("text", "v", row.said, x=x + pitch / 2, y=y - 6, text_anchor="middle")
        drawing.draw("text", "label", row.label, x=x + pitch / 2, y=foot + 18, text_anchor="middle")
    return Chart(foot + 28, tuple(drawing.marks), tuple(legend))


def _labelled(drawing: _Drawing, label: str, said: str, y: float) -> None:
    drawing.draw("text", "label", label, x=0, y=y + LABEL - 3)
    drawing.draw("text", "v", said, x=WIDTH, y=y + LABEL - 3, text_anchor="end")
