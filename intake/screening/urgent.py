"""The urgent rules U01 to U29: a doctor today (clinical.md 3.1, with 9 to 12). All go to a physician first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from intake.screening.conditions import (
    Condition,
    any_area,
    any_of,
    area_outside,
    at_least,
    at_most,
    count_of,
    fired,
    is_,
    unless,
    yes,
)
from intake.screening.levels import FirstContact, Klass, Level
from intake.screening.rules import Rule
from intake.screening.terms import (
    CES_CORE,
    FRAGILE_SIGNS,
    INJURED_TRUNK,
    SPINE,
    SYSTEMIC,
    all_night,
    arm_neuro,
    below_knee,
    between,
    bone_stress_risk,
    both_legs,
    cancer,
    ces_active,
    ces_since_start,
    childbearing,
    clot_pain,
    clumsy_or_unsteady,
    cord_sign,
    doubt,
    fall_on_hip,
    fever,
    getting_worse,
    hop_hurts,
    in_low,
    in_spine,
    in_trunk,
    infection_risk,
    limps,
    major_trauma,
    nerve_worse,
    neuro,
    new_pain,
    no_ease,
    non_mechanical,
    sexual_change,
    spread,
    sudden,
    thin_bones,
    trauma,
    under_2_weeks,
    under_6_weeks,
    worrying_for_cancer,
)


@dataclass(frozen=True)
class Basis:
    """What a rule points to, how strong its ground is, its source and its class."""

    points_to: str
    strength: str
    source: str
    klass: Klass = Klass.SERIOUS


def urgent(rule_id: str, plain: str, condition: Condition, basis: Basis) -> Rule:
    """A U row."""
    contact = FirstContact.PHYSICIAN
    return Rule(
        rule_id, Level.URGENT, basis.klass, contact, basis.points_to, basis.strength, basis.source, plain, condition
    )


STRUCTURAL: Final = Klass.STRUCTURAL

URGENT_RULES: Final = (
    urgent(
        "U01",
        "A foot that drops, not long-standing or getting worse",
        yes("foot_drop") & (unless(is_("duration_band", "gt_12w")) | nerve_worse),
        Basis("motor radiculopathy, disc", "B", "S6, S27", STRUCTURAL),
    ),
    urgent(
        "U02",
        "A very weak leg, or a weak leg that gets weaker",
        is_("leg_weak", "major") | (is_("leg_weak", "mild") & nerve_worse),
        Basis("progressive motor loss", "B", "S8", STRUCTURAL),
    ),
    urgent(
        "U03",
        "Both legs numb or weak for under 6 weeks",
        both_legs & neuro & under_6_weeks & unless(fired("E09")),
        Basis("early cauda equina, cord", "B", "S4"),
    ),
    urgent(
        "U04",
        "Pain down both legs, new to below the knee or getting worse",
        # 12.6: pain that switches legs counts as both.
        is_("leg_pain_side", "both", "switches") & ((below_knee & under_2_weeks) | (spread & getting_worse)),
        Basis("two-sided sciatica", "B", "S6, S25", STRUCTURAL),
    ),
    urgent(
        "U05",
        "A lasting change of saddle, bladder or bowel without another known cause",
        ces_since_start | any_of(*(is_(row, "old_same") & unless(yes(f"{row}_cause")) for row in CES_CORE)),
        Basis("late or chronic cauda equina", "C", "S4"),
    ),
    urgent(
        "U06",
        "A sexual change with a nerve sign in a leg or pain below the knee",
        sexual_change & (neuro | below_knee) & unless(ces_active),
        Basis("cauda equina", "C", "S4"),
    ),
    urgent(
        "U07",
        "Clumsy hands or unsteady walking",
        clumsy_or_unsteady & unless(fired("E10")),
        Basis("myelopathy", "B", "S28", STRUCTURAL),
    ),
    urgent(
        "U08",
        "Fever and spine pain",
        fever & in_spine & unless(fired("E12")),
        Basis("spinal infection", "A/B", "S26"),
    ),
    urgent(
        "U09",
        "A risk of infection, with spine pain that nothing changes or that lasts all night",
        infection_risk & in_spine & (non_mechanical | all_night),
        Basis("infection without fever", "B", "S26"),
    ),
    urgent(
        "U10",
        "Cancer, with pain of a worrying kind",
        cancer & worrying_for_cancer,
        Basis("metastasis in spine or bone", "A", "S9, S16"),
    ),
    urgent(
        "U11",
        "Two or more of fever, weight loss, night sweats and feeling very unwell",
        count_of(2, *(yes(sign) for sign in SYSTEMIC)),
        Basis("systemic disease", "C", "S3"),
    ),
    urgent(
        "U12",
        "New spine pain after a fall or all at once, in fragile bones",
        in_spine
        & new_pain
        & (at_least("age_years", 70) | thin_bones)
        & (trauma | sudden)
        & count_of(2, *FRAGILE_SIGNS),
        Basis("vertebral fragility fracture", "A", "S1, S9"),
    ),
    urgent(
        "U13",
        "Blood thinner and a fall, with new spine pain",
        yes("hx_anticoag") & in_spine & trauma & new_pain,
        Basis("bleed, fracture", "C", "M"),
    ),
    urgent(
        "U14",
        "A swollen leg, or calf or thigh pain at risk of a clot",
        yes("dvt_swelling") | clot_pain,
        Basis("deep vein thrombosis", "B", "S29"),
    ),
    urgent(
        "U15",
        "Groin or pelvic pain on load, in a runner or in fragile bones",
        any_area({"hip_groin", "pelvis"})
        & (yes("runner") | thin_bones | childbearing | (at_least("age_years", 65) & (under_6_weeks | trauma)))
        & (hop_hurts | limps | is_("run_pain_timing", "builds", "stops_me"))
        & (bone_stress_risk | all_night | no_ease | limps),
        Basis("femoral neck bone stress injury: no running, crutches if limping", "B", "S14", STRUCTURAL),
    ),
    urgent(
        "U16",
        "Cannot rise onto the toes since a pop or a sudden start",
        is_("push_off", "cannot") & (yes("pop_felt") | sudden | is_("onset_type", "after_injury")) & under_6_weeks,
        Basis("Achilles rupture", "C", "S30", STRUCTURAL),
    ),
    urgent(
        "U17",
        "Urinary or gut signs",
        yes("visc_urinary", "visc_gut"),
        Basis("kidney, gut", "C", "M"),
    ),
    urgent(
        "U18",
        "A hot joint, or fever with pain outside the spine",
        (yes("joint_hot") & unless(fired("E17"))) | (fever & area_outside(SPINE)),
        Basis("joint infection, gout, clot", "B", "M7"),
    ),
    urgent(
        "U19",
        "Cannot walk, or an injury that may be a fracture",
        (yes("em_cannot_walk") & unless(fired("E14")))
        | (major_trauma & under_2_weeks & area_outside(INJURED_TRUNK) & unless(any_area(INJURED_TRUNK)))
        # Ottawa ankle and knee rules.
        | (any_area({"ankle", "foot"}) & is_("onset_type", "after_injury") & under_2_weeks & yes("bone_point"))
        | (any_area({"knee"}) & trauma & under_2_weeks & at_least("age_years", 55)),
        Basis("fracture", "A", "M8", STRUCTURAL),
    ),
    urgent(
        "U20",
        "A child of 8 to 16 who limps, with groin, thigh or knee pain",
        between("age_years", 8, 16) & any_area({"hip_groin", "thigh", "knee"}) & limps,
        Basis("slipped growth plate of the hip (SCFE)", "B", "S31", STRUCTURAL),
    ),
    urgent(
        "U21",
        "Under 18 with spine pain and a general or nerve sign",
        at_most("age_years", 17) & in_spine & (yes(*SYSTEMIC) | neuro | arm_neuro),
        Basis("infection, tumor, disc in a child", "B", "S32"),
    ),
    urgent(
        "U22",
        "Signs or risks of an aneurysm with trunk pain",
        in_trunk
        & (
            (
                unless(fired("E15"))
                & (
                    yes("abd_pulse")
                    | is_("hx_aneurysm", "own")
                    # 12.12: yes or not sure; skipped counts as not sure (2).
                    | (is_("hx_aneurysm", "family") & (non_mechanical | yes("abd_pulse") | doubt("abd_pulse")))
                )
            )
            | (doubt("abd_pulse") & non_mechanical)
            # 12.12: "prefer not to say" counts as male here.
            | (
                is_("sex_at_birth", "male", "prefer_not")
                & at_least("age_years", 60)
                & is_("hx_smoke", "past", "current")
                & non_mechanical
            )
        ),
        Basis("abdominal aortic aneurysm", "C", "S17"),
    ),
    urgent(
        "U23",
        "A very weak arm or hand",
        is_("arm_weak", "major"),
        Basis("motor loss, neck", "C", "M", STRUCTURAL),
    ),
    urgent(
        "U24",
        "Not sure about saddle, bladder or bowel: twice, or once with a nerve sign",
        count_of(2, *(doubt(row) for row in CES_CORE)) | (any_of(*(doubt(row) for row in CES_CORE)) & neuro),
        Basis("possible cauda equina", "C", "own"),
    ),
    urgent(
        "U25",
        "A fall under 6 weeks ago with pain about the hip, in fragile bones",
        fall_on_hip & under_6_weeks,
        Basis("hip fracture: no weight on the leg", "B", "S14", STRUCTURAL),
    ),
    urgent(
        "U26",
        "A nerve sign in a leg with pain or a band at the level of the cord",
        cord_sign & neuro & (both_legs | unless(in_low)),
        Basis("cord compression", "B", "S16, S28"),
    ),
    urgent(
        "U27",
        "Neck pain after a fall under 2 weeks ago at 65 or over",
        any_area({"neck"}) & trauma & under_2_weeks & at_least("age_years", 65),
        Basis("neck fracture (Canadian C-Spine Rule)", "B", "M", STRUCTURAL),
    ),
    urgent(
        "U28",
        "Pain in a testicle that came bit by bit",
        is_("testicle_pain", "gradual"),
        Basis("infection, tumor of a testicle", "C", "M"),
    ),
    urgent(
        "U29",
        "Fever within 3 months of surgery",
        fever & yes("hx_surgery_3m"),
        Basis("infection after surgery", "B", "M"),
    ),
)
