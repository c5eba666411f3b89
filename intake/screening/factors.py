"""What may add to a mechanical pain, F01 to F12, and the self-care topic of each (clinical.md 4).

The PT sees them at every level; the patient only when the level is mechanical, and at most three. The evidence that
any of them causes pain is weak (S39): say "may add to", never "caused by".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from intake.screening.answers import Reading
from intake.screening.conditions import Condition, at_least, at_most, is_, yes

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_TOPICS: Final = 3


@dataclass(frozen=True)
class Factor:
    """One factor. `named` is for staff; `topic` tells the patient what may help, "" for none."""

    id: str
    named: str
    topic: _StrPromise | str
    strength: str
    source: str
    condition: Condition


FACTORS: Final = (
    Factor(
        "F01",
        "posture, form",
        _("Run tall, with a slight lean from the ankles. Stand up and move often when you sit for long."),
        "C",
        "P",
        is_("form_signs", "slump") | is_("sit_hours", "gt_8"),
    ),
    Factor(
        "F02",
        "form",
        _("Try shorter, quicker steps: 5 to 10 more in every 100. A PT can watch you run."),
        "C",
        "P",
        is_("form_signs", "overstride") | (is_("foot_strike", "heel") & is_("run_pain_timing", "builds", "stops_me")),
    ),
    Factor(
        "F03",
        "weak core",
        _("Do simple back and core work 2 days a week, such as planks, bridges and bird dogs."),
        "C",
        "P",
        is_("strength_days", "0"),
    ),
    Factor(
        "F04",
        "muscle imbalance",
        _("Train hips and thighs one leg at a time, the weaker side first."),
        "C",
        "P",
        is_("form_signs", "told_imbalance"),
    ),
    Factor(
        "F05",
        "overuse",
        _(
            "Keep each run within a tenth of your longest run of the last 30 days. Take rest days, or train another way."
        ),
        "B",
        "P, S18",
        is_("run_long_jump", "some", "large") | is_("run_week_change", "up_lot", "new_runner") | is_("rest_days", "0"),
    ),
    Factor(
        "F06",
        "warm-up",
        _("Begin with 5 to 10 minutes of easy movement and a few leg swings."),
        "C",
        "P",
        is_("warmup", "rarely"),
    ),
    Factor(
        "F07",
        "footwear",
        _("Replace worn shoes, and change to another kind of shoe slowly."),
        "C",
        "P",
        is_("shoe_miles", "gt_500") | yes("shoe_change"),
    ),
    Factor(
        "F08",
        "hip mobility",
        _("After runs, loosen the front of the hips and the back of the thighs gently."),
        "C",
        "P, S39",
        yes("hip_tight"),
    ),
    Factor(
        "F09",
        "foot and ankle",
        _("Strengthen calves and feet. Let a PT look before you buy inserts."),
        "C",
        "P",
        is_("foot_roll", "in", "out", "ankle_rolls"),
    ),
    Factor(
        "F10",
        "overuse: hills or ground",
        _("Bring back hills and hard ground in small steps."),
        "C",
        "P",
        yes("run_surface_change"),
    ),
    Factor(
        "F11",
        "energy",
        _("Eat enough before and after runs. A doctor or a sports dietitian can help."),
        "B",
        "S13",
        yes("fuel_low") | is_("menses", "stopped_3m", "irregular"),
    ),
    # Never shown to the patient, not even as a topic that would give it away: the PT gives extra time.
    Factor(
        "F12",
        "worry, fear of movement, low mood",
        "",
        "B",
        "own",
        at_least("out_worry", 7) | at_least("out_move_harm", 7) | at_most("out_recover", 3) | yes("out_mood"),
    ),
)
BY_ID: Final = {factor.id: factor for factor in FACTORS}


def factors_of(reading: Reading) -> tuple[str, ...]:
    """The ids of the factors that these answers name."""
    return tuple(factor.id for factor in FACTORS if factor.condition.truth(reading))


def topics(factors: Iterable[str]) -> tuple[_StrPromise | str, ...]:
    """Self-care topics for the patient of a mechanical outcome: at most three, in the order of the table."""
    found = [BY_ID[factor].topic for factor in factors if factor in BY_ID]
    return tuple(topic for topic in found if topic)[:MOST_TOPICS]
