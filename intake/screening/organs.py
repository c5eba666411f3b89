"""Rules for pain that comes from an organ, a vessel or an infection, which sixty patients showed to be missing: E20, E21,
U35 to U39, R32 and R33 (decision 0064).
"""

from __future__ import annotations

from typing import Final

from intake.screening import refer as refer_rules
from intake.screening import urgent as urgent_rules
from intake.screening.conditions import all_of, any_area, at_least, fired, is_, named, unless, yes
from intake.screening.levels import FirstContact, Klass
from intake.screening.rules import Rule, emergency
from intake.screening.terms import (
    TRUNK,
    getting_worse,
    in_spine,
    new_pain,
    non_mechanical,
    sudden_for_no_reason,
    trauma,
    under_2_weeks,
)

HEART: Final = frozenset({"neck", "shoulder", "shoulder_blade", "upper_back", "arm", "chest"})
"""Where pain of the heart and of the great artery is felt."""
BELLY: Final = frozenset({"abdomen_flank", "pelvis", "hip_groin"})
"""Where pain of the belly and of early pregnancy is felt."""
BY_ORGANS: Final = TRUNK | HEART | BELLY
severe = named("pain of 8 or more at its worst", at_least("nprs_worst", 8))

EMERGENCY_RULES: Final[tuple[Rule, ...]] = (
    emergency(
        "E20",
        "40 or over: sudden pain of neck, shoulder, arm, upper back or chest that nothing changes",
        at_least("age_years", 40) & any_area(HEART) & sudden_for_no_reason & non_mechanical & under_2_weeks,
        points_to="heart, aorta",
        strength="C",
        source="M",
    ),
    emergency(
        "E21",
        "Fever and neck pain of under 2 weeks, and feeling very sick",
        yes("sys_fever") & any_area({"neck"}) & yes("sys_very_unwell") & under_2_weeks,
        points_to="meningitis",
        strength="C",
        source="M",
    ),
)

URGENT_RULES: Final[tuple[Rule, ...]] = (
    urgent_rules.urgent(
        "U35",
        "New pain of trunk, groin, shoulder or arm that nothing changes, sudden or with feeling very sick",
        any_area(BY_ORGANS) & under_2_weeks & non_mechanical & (sudden_for_no_reason | yes("sys_very_unwell")),
        urgent_rules.Basis("an organ or a vessel: heart, aorta, gut, kidney, ovary", "C", "M"),
    ),
    urgent_rules.urgent(
        "U36",
        "From 60: sudden pain of back or belly for no reason, and smoking, or severe from 65",
        any_area({"low_back", "upper_back", "abdomen_flank"})
        & sudden_for_no_reason
        & under_2_weeks
        & (
            # As in U22: "prefer not to say" counts as male.
            all_of(
                is_("sex_at_birth", "male", "prefer_not"),
                at_least("age_years", 60),
                is_("hx_smoke", "past", "current"),
            )
            | (at_least("age_years", 65) & severe)
        ),
        urgent_rules.Basis("abdominal aortic aneurysm, fracture", "C", "S17, M"),
    ),
    urgent_rules.urgent(
        "U37",
        "New belly or flank pain without a strain or a fall, strong or getting worse",
        any_area({"abdomen_flank"})
        & under_2_weeks
        & unless(is_("onset_type", "sudden_activity"))
        & unless(trauma)
        & (at_least("nprs_worst", 7) | getting_worse),
        urgent_rules.Basis("appendix, gut, kidney", "C", "M"),
    ),
    urgent_rules.urgent(
        "U38",
        "Pregnant or perhaps: new pain of belly, pelvis or groin, sudden, severe or constant",
        is_("pregnancy_status", "pregnant", "maybe")
        & any_area(BELLY)
        & under_2_weeks
        & (sudden_for_no_reason | severe | non_mechanical),
        urgent_rules.Basis("pregnancy outside the womb, obstetric cause", "C", "M6"),
    ),
    urgent_rules.urgent(
        "U39",
        "A risk of infection, with new spine pain that gets worse, or with sweats or feeling very sick",
        in_spine
        & new_pain
        & yes("hx_ivdu", "hx_immune", "hx_infection_3m")
        & (getting_worse | yes("sys_very_unwell", "sys_night_sweats")),
        urgent_rules.Basis("infection of the spine without fever", "B", "S26"),
    ),
)

REFER_RULES: Final[tuple[Rule, ...]] = (
    refer_rules.refer(
        "R32",
        "New spine pain with injected drugs, or getting worse since surgery or a shot near the spine",
        in_spine & new_pain & (yes("hx_ivdu") | (yes("hx_spine_procedure", "hx_surgery_3m") & getting_worse)),
        refer_rules.Basis("spinal infection", "B", "S2, S26", Klass.SERIOUS, contact=FirstContact.PHYSICIAN),
    ),
    refer_rules.refer(
        "R33",
        "A tight band round chest or belly",
        yes("band_pain") & unless(fired("U26")),
        refer_rules.Basis("cord, nerve root, shingles", "C", "own", Klass.SERIOUS, contact=FirstContact.PHYSICIAN),
    ),
)
