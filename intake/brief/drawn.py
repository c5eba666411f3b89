"""The brief's three drawings as numbers: the body, the scale of pain, the running load. Templates and the PDF place them.

Numbers are text, so that no template writes them with the comma of a language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from intake.brief.places import Places
from intake.brief.story import Load, Pain
from intake.figure import VIEWS, Region, View

SCALE_START: Final = 10
SCALE_STEP: Final = 28
"""Pixels before 0 and for each point of ten."""
TRACK_START: Final = 78
TRACK_WIDTH: Final = 250
GAP: Final = 3
JUMP_NAMES: Final = ("none", "10 to 30% longer", "much longer")
WEEK_NAMES: Final = ("down", "same", "up a bit", "up a lot", "new to it")


@dataclass(frozen=True)
class BodyView:
    """One side of the body with what is marked on it, moved to its place in the drawing."""

    view: View
    x: str
    left_side: str
    right_side: str
    hurt: tuple[Region, ...]
    about: tuple[Region, ...]


@dataclass(frozen=True)
class Label:
    """A word on the scale of pain."""

    x: str
    anchor: str
    text: str


@dataclass(frozen=True)
class Scale:
    """Pain on a line from 0 to 10. A score that was not given has no mark ("")."""

    now: str
    worst: str
    before: str
    labels: tuple[Label, ...]
    says: str


@dataclass(frozen=True)
class Step:
    """One answer of a row of answers from less to more."""

    x: str
    width: str
    middle: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class Bars:
    """Running before this began: a bar of miles, and two rows of steps."""

    width: str
    end: str
    miles: str
    before: str
    most: str
    jump: tuple[Step, ...]
    week: tuple[Step, ...]
    says: str


def body_of(places: Places) -> tuple[BodyView, ...]:
    """Return both sides of the body. What hurts on neither is marked on none."""
    return tuple(
        BodyView(
            view=view,
            x=x,
            # Seen from the front the body's right is on our left.
            left_side="R" if view.name == "front" else "L",
            right_side="L" if view.name == "front" else "R",
            hurt=tuple(region for region in view.regions if region.spot in places.tapped),
            about=tuple(region for region in view.regions if region.spot in places.about),
        )
        for view, x in zip(VIEWS, ("125", "375"), strict=True)
    )


def scale_of(pain: Pain) -> Scale | None:
    """Return the scale of pain, or None without a score."""
    if pain.now is None and pain.worst is None:
        return None
    said = [("now", pain.now), ("worst", pain.worst), ("worst at the screening before", pain.before_worst)]
    return Scale(
        now=_on_scale(pain.now),
        worst=_on_scale(pain.worst),
        before=_on_scale(pain.before_worst),
        labels=_labels(pain.now, pain.worst),
        says="Pain of 10: " + ", ".join(f"{name} {score}" for name, score in said if score is not None),
    )


def _on_scale(score: int | None) -> str:
    return "" if score is None else str(SCALE_START + SCALE_STEP * score)


def _labels(now: int | None, worst: int | None) -> tuple[Label, ...]:
    """Label the marks; neighbours share a label, so that none runs into another."""
    if now is not None and worst is not None and abs(now - worst) <= 1:
        text = f"now and worst {now}" if now == worst else f"now {now}, worst {worst}"
        return (_label((now + worst) / 2, text),)
    scores = (("now", now), ("worst", worst))
    return tuple(_label(score, f"{name} {score}") for name, score in scores if score is not None)


def _label(score: float, text: str) -> Label:
    """Put a label above a score, and at the ends of the scale inside of it."""
    if score < 1.5:
        return Label("0", "start", text)
    if score > 8.5:
        return Label("300", "end", text)
    return Label(f"{SCALE_START + SCALE_STEP * score:.0f}", "middle", text)


def bars_of(load: Load) -> Bars:
    """Return the drawing of the running load."""
    share = load.miles / load.scale if load.miles is not None else 0
    said = [
        f"{load.miles} miles a week" if load.miles is not None else "miles a week not given",
        f"before: {load.miles_before}" if load.miles_before is not None else "",
        f"one run much longer: {load.jump_words or 'not answered'}",
        f"weekly miles or speed: {load.week_words or 'not answered'}",
    ]
    return Bars(
        width=f"{TRACK_WIDTH * share:.0f}",
        end=f"{min(TRACK_START + TRACK_WIDTH * share + 5, 288):.0f}",
        miles=f"{load.miles} mi" if load.miles is not None else "not answered",
        before=f"{TRACK_START + TRACK_WIDTH * load.miles_before / load.scale:.0f}"
        if load.miles_before is not None
        else "",
        most=str(load.scale),
        jump=_steps(JUMP_NAMES, load.jump),
        week=_steps(WEEK_NAMES, load.week),
        says="Running before this began: " + ", ".join(part for part in said if part),
    )


def _steps(names: tuple[str, ...], chosen: int | None) -> tuple[Step, ...]:
    width = (TRACK_WIDTH + GAP) / len(names)
    return tuple(
        Step(
            x=f"{TRACK_START + width * place:.1f}",
            width=f"{width - GAP:.1f}",
            middle=f"{TRACK_START + width * place + (width - GAP) / 2:.1f}",
            text=name,
            chosen=place == chosen,
        )
        for place, name in enumerate(names)
    )
