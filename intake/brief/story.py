"""The pain, the nerves and the running of a patient, each in a line or two. Says what was answered, concludes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from intake.brief.words import Words, joined, sentence

JUMPS: Final = ("none", "some", "large")
WEEKS: Final = ("down", "none", "up_some", "up_lot", "new_runner")
"""The answers of the two questions about load, from less to more."""
MILES_STEP: Final = 20
"""Scales of miles a week end at a multiple of this."""


@dataclass(frozen=True)
class Pain:
    """Scores are 0 to 10, or None where none was given; `before_*` are those of the screening before."""

    head: str
    now: int | None
    worst: int | None
    before_worst: int | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Nerves:
    """`lead` is what was found, `rest` what was not."""

    lead: str
    rest: str


@dataclass(frozen=True)
class Load:
    """Running before this began. `jump` and `week` are places on JUMPS and WEEKS, None when not answered."""

    miles: int | None
    miles_before: int | None
    scale: int
    jump: int | None
    jump_words: str
    week: int | None
    week_words: str
    lines: tuple[str, ...]


def pain_of(words: Words, before: Words | None) -> Pain:
    """Return the snapshot of the pain: since when, how strong, its course, its 24 hours, what changes it."""
    given, said = words.given, words.said
    course = joined(
        _labelled("over the week", said("pain_trend")), _labelled("over the month", said("pain_trend_month"))
    )
    day = joined(
        _labelled("night", said("pain_night")),
        _labelled("morning", said("morning_stiff")),
        _labelled("with movement", said("pain_mech")),
        _labelled("position that eases", said("pain_ease")),
        between="; ",
    )
    effects = joined(
        _labelled("exercise", said("exercise_effect")),
        _labelled("rest", said("rest_effect")),
        _labelled("bending back hurts", said("back_bend_hurts")),
        _labelled("leg cramps after a set distance", said("walk_claud")),
        _labelled("eases standing still", said("claud_stand_eases")),
        _labelled("eases sitting", said("claud_sit_eases")),
        between="; ",
    )
    return Pain(
        head=joined(said("duration_band"), said("onset_type"), said("trauma_level")),
        now=given.get("nprs_now"),
        worst=given.get("nprs_worst"),
        before_worst=before.given.get("nprs_worst") if before else None,
        lines=tuple(sentence(f"{line}.") for line in (course, day, effects) if line),
    )


def nerves_of(words: Words) -> Nerves | None:
    """Return the line about legs and arms, or None when nothing of it was asked."""
    said = words.said
    leg = [
        _labelled("pain down a leg", joined(said("leg_pain_extent"), _beside(words, "leg_pain_side"))),
        _labelled("numb", joined(said("leg_numb"), _beside(words, "leg_neuro_side", "leg_numb"))),
        _labelled("weak", joined(said("leg_weak"), _beside(words, "leg_neuro_side", "leg_weak"))),
        _labelled("foot drop", said("foot_drop")),
        _labelled("trend", said("neuro_trend")),
        _labelled("other leg", said("other_side")),
    ]
    rest = [
        _labelled("band round the trunk", said("band_pain")),
        _labelled("clumsy hands", said("hands_clumsy")),
        _labelled("unsteady walking", said("gait_unsteady")),
        _labelled("arm numb", said("arm_numb")),
        _labelled("arm weak", said("arm_weak")),
        _labelled("saddle", said("ces_saddle")),
        _labelled("bladder", said("ces_bladder")),
        _labelled("bowel", said("ces_bowel")),
        _labelled("sexual", said("ces_sexual")),
    ]
    everything = [part for part in (*leg, *rest) if part]
    if not everything:
        return None
    found = [part for part in everything if not part.endswith(": no")]
    clear = [part.removesuffix(": no") for part in everything if part.endswith(": no")]
    return Nerves(
        lead=sentence("; ".join(found) + ".") if found else "No nerve sign.",
        rest=f"No: {', '.join(clear)}." if clear else "",
    )


def load_of(words: Words, before: Words | None) -> Load | None:
    """Return the running before this began, or None for somebody who does not run or was not asked."""
    given, said = words.given, words.said
    if given.get("runner") != "yes":
        return None
    miles, earlier = given.get("run_miles_week"), before.given.get("run_miles_week") if before else None
    most = max(miles or 0, earlier or 0, 2 * MILES_STEP)
    now = joined(
        _labelled("pain on the run", said("run_pain_timing")),
        _labelled("stress fracture before", said("stress_fx_history")),
        _labelled("low fuel", said("fuel_low")),
        _labelled("periods", said("menses")),
        between="; ",
    )
    added = joined(
        _labelled(
            "surface", joined(said("run_surface"), "changed lately" if said("run_surface_change") == "yes" else "")
        ),
        _labelled(
            "shoes", joined(_with(said("shoe_miles"), "miles"), "new type" if said("shoe_change") == "yes" else "")
        ),
        _labelled("lands", said("foot_strike")),
        _labelled("warms up", said("warmup")),
        _labelled("strength days", said("strength_days")),
        _labelled("rest days", said("rest_days")),
        between="; ",
    )
    return Load(
        miles=miles,
        miles_before=earlier if earlier != miles else None,
        scale=-(-most // MILES_STEP) * MILES_STEP,
        jump=_place(JUMPS, given.get("run_long_jump")),
        jump_words=said("run_long_jump"),
        week=_place(WEEKS, given.get("run_week_change")),
        week_words=said("run_week_change"),
        lines=tuple(sentence(f"{line}.") for line in (now, added) if line),
    )


def _place(scale: tuple[str, ...], code: object) -> int | None:
    return scale.index(code) if isinstance(code, str) and code in scale else None


def _labelled(label: str, said: str) -> str:
    return f"{label}: {said}" if said else ""


def _with(said: str, unit: str) -> str:
    return f"{said} {unit}" if said and said != "not sure" else said


def _beside(words: Words, side: str, sign: str = "") -> str:
    """Return the side of a sign that is there, "" for one that is not."""
    return words.said(side) if not sign or words.given.get(sign) not in (None, "no", "none") else ""
