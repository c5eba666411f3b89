"""What a rule is, and the emergency rules E01 to E19 (clinical.md 3, with 9 to 12).

The whole table is these, `urgent`, `refer`, `unsure` and `mechanical`; clinicians read it in `docs/rules.md`. Change
anything there and RULESET changes with it: outcomes keep the name of the rules that gave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from intake.screening.conditions import Condition, any_area, at_least, is_, yes
from intake.screening.levels import DUTIES, Booking, CallDue, FirstContact, Klass, Level, strictest
from intake.screening.terms import (
    HIP,
    INJURED_TRUNK,
    arm_neuro,
    arm_weak,
    both_legs,
    cancer,
    ces_active,
    ces_since_start,
    clumsy_or_unsteady,
    in_spine,
    in_trunk,
    infection_risk,
    leg_weak,
    neuro,
    non_mechanical,
    sudden,
    trauma,
    under_2_weeks,
)


@dataclass(frozen=True)
class Rule:
    """One rule. `points_to` and `plain` are for staff only; `plain` says what the patient told, not what it means.

    `strength`: A diagnostic studies or a guideline with evidence, B consensus guideline, C case reports, expert
    practice or our own caution. `source`: clinical.md's tags. `call_due`: stricter than its level's, where set.
    `same_day`: questions about which a person calls on the same working day, when one of them made the rule fire.
    """

    id: str
    level: Level
    klass: Klass
    first_contact: FirstContact | None
    points_to: str
    strength: str
    source: str
    plain: str
    condition: Condition
    call_due: CallDue | None = None
    same_day: frozenset[str] = frozenset()

    @property
    def due(self) -> CallDue | None:
        """By when a person must call because of this rule, whatever the answers."""
        return self.call_due or DUTIES[self.level].call_due

    def due_for(self, evidence: Mapping[str, Any]) -> CallDue | None:
        """By when a person must call, given the answers that fired it."""
        if self.same_day.isdisjoint(evidence):
            return self.due
        return strictest([self.due, CallDue.SAME_WORKING_DAY])

    @property
    def booking(self) -> Booking:
        """What this rule leaves open to book."""
        return DUTIES[self.level].booking


def emergency(
    rule_id: str, plain: str, condition: Condition, *, points_to: str, strength: str = "B", source: str
) -> Rule:
    """An E row. All are of class serious and go to a physician (clinical.md 11 and 12.11)."""
    return Rule(
        rule_id,
        Level.EMERGENCY,
        Klass.SERIOUS,
        FirstContact.PHYSICIAN,
        points_to,
        strength,
        source,
        plain,
        condition,
    )


EMERGENCY_RULES: Final = (
    emergency(
        "E01",
        "Chest pain or trouble breathing",
        yes("em_chest_breath"),
        points_to="heart, lung clot, aorta",
        source="S20, M",
    ),
    emergency("E02", "Passed out, or close to it", yes("em_collapse"), points_to="bleed, aorta, clot", source="M"),
    emergency(
        "E03",
        "Sudden ripping pain in chest, back or belly",
        yes("em_sudden_tearing"),
        points_to="aortic tear",
        source="S20, M",
    ),
    emergency(
        "E04",
        "Change of face, speech or sight, or the worst headache",
        yes("em_stroke_signs"),
        points_to="neck artery tear, stroke",
        source="S21",
    ),
    emergency(
        "E05",
        "A limb hard and tight, or cold and pale",
        yes("em_limb_tight"),
        points_to="compartment syndrome, limb ischemia",
        strength="C",
        source="S22",
    ),
    emergency(
        "E06",
        "Cola-colored pee after hard exercise",
        yes("em_dark_urine"),
        points_to="rhabdomyolysis",
        strength="C",
        source="S23",
    ),
    emergency(
        "E07",
        "Warning sign in pregnancy or after birth",
        yes("preg_warning", "postpartum_warning"),
        points_to="obstetric cause",
        source="M6",
    ),
    emergency(
        "E08",
        "New or worse change of saddle, bladder or bowel",
        ces_active,
        points_to="cauda equina syndrome",
        strength="A/B",
        source="S4, S5, S24",
    ),
    emergency(
        "E09",
        "Both legs numb or weak, and very weak or getting worse",
        both_legs & neuro & (is_("leg_weak", "major") | is_("neuro_trend", "worse")),
        points_to="cauda equina, cord",
        source="S4, S25",
    ),
    emergency(
        "E10",
        "Clumsy hands or unsteady walking, with weakness, cancer, or a bladder, bowel or saddle change",
        clumsy_or_unsteady & (leg_weak | cancer | ces_active | ces_since_start | is_("arm_weak", "major")),
        points_to="cord compression",
        source="S16",
    ),
    emergency(
        "E11",
        "Cancer and spine pain, with a weak limb or both legs affected",
        cancer & in_spine & (leg_weak | arm_weak | both_legs),
        points_to="metastatic cord compression",
        source="S16, M4",
    ),
    emergency(
        "E12",
        "Fever and spine pain, with a nerve sign or a risk of infection",
        # 10: "prefer not to say" about injected drugs counts here, and only here.
        yes("sys_fever") & in_spine & (neuro | arm_neuro | infection_risk | is_("hx_ivdu", "prefer_not")),
        points_to="spinal infection, epidural abscess",
        strength="A/B",
        source="S2, S26",
    ),
    emergency(
        "E13",
        "Major injury of spine, chest, belly or pelvis under 2 weeks ago",
        is_("trauma_level", "major") & under_2_weeks & any_area(INJURED_TRUNK),
        points_to="spinal, chest, abdominal or pelvic injury",
        strength="A",
        source="S9, M",
    ),
    emergency(
        "E14",
        "Cannot walk, with pain about the hip, or spine pain and a nerve sign",
        yes("em_cannot_walk") & (any_area(HIP) | (in_spine & neuro)),
        points_to="hip fracture, severe nerve loss",
        strength="C",
        source="S14",
    ),
    emergency(
        "E15",
        "Aneurysm or a strong beat in the belly, with trunk pain of a worrying kind",
        in_trunk
        & (
            ((yes("abd_pulse") | is_("hx_aneurysm", "own")) & (sudden | non_mechanical | at_least("nprs_worst", 7)))
            | (is_("hx_aneurysm", "family") & (non_mechanical | is_("onset_type", "sudden_no_cause")))
        ),
        points_to="abdominal aortic aneurysm",
        strength="C",
        source="S17",
    ),
    emergency(
        "E16",
        "Blood thinner, sudden severe spine pain and a nerve sign",
        yes("hx_anticoag") & in_spine & sudden & at_least("nprs_worst", 7) & (neuro | arm_neuro),
        points_to="spinal bleed",
        strength="C",
        source="M",
    ),
    emergency(
        "E17",
        "Fever with a hot joint, or with groin pain and a limp",
        yes("sys_fever") & (yes("joint_hot") | (any_area({"hip_groin"}) & yes("limp", "em_cannot_walk"))),
        points_to="septic joint",
        source="M7",
    ),
    emergency(
        "E18",
        "Neck injury under 2 weeks ago with a nerve sign",
        any_area({"neck"}) & trauma & under_2_weeks & (arm_neuro | neuro | clumsy_or_unsteady),
        points_to="neck fracture or cord injury",
        source="M",
    ),
    emergency(
        "E19",
        "Sudden pain in a testicle",
        is_("testicle_pain", "sudden"),
        points_to="torsion",
        strength="C",
        source="M",
    ),
)
