"""The refer rules R01 to R27: somebody examines first, before load (clinical.md 3.1, with 9 to 12)."""

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
    skipped,
    unless,
    yes,
)
from intake.screening.levels import FirstContact, Klass, Level
from intake.screening.rules import Rule
from intake.screening.terms import (
    ASAS_SIGNS,
    LIMB,
    WEAK_FLAGS,
    all_night,
    began_under,
    below_knee,
    between,
    bone_stress_risk,
    bone_stress_risks,
    both_legs,
    cancer,
    childbearing,
    cord_sign,
    fall_on_hip,
    getting_worse,
    hop_hurts,
    in_low,
    in_spine,
    limps,
    long_pain,
    major_trauma,
    missed_periods,
    nerve_worse,
    new_pain,
    non_mechanical,
    over_12_weeks,
    spread,
    thin_bones,
    trauma,
    under_6_weeks,
)


@dataclass(frozen=True)
class Basis:
    """What a rule points to, how strong its ground is, its source, its class and whom to see first (10, 12.11)."""

    points_to: str
    strength: str
    source: str
    klass: Klass = Klass.STRUCTURAL
    contact: FirstContact = FirstContact.PT_EVALUATION


def refer(rule_id: str, plain: str, condition: Condition, basis: Basis) -> Rule:
    """An R row."""
    return Rule(
        rule_id,
        Level.REFER,
        basis.klass,
        basis.contact,
        basis.points_to,
        basis.strength,
        basis.source,
        plain,
        condition,
    )


SERIOUS, INFLAMMATORY = Klass.SERIOUS, Klass.INFLAMMATORY
PHYSICIAN: Final = FirstContact.PHYSICIAN
SPORTS: Final = FirstContact.SPORTS

REFER_RULES: Final = (
    refer(
        "R01",
        "A numb or tingling leg, from the back or on both sides",
        # 12.6: numb in both legs, stable, without a sign from the cord.
        yes("leg_numb") & (in_low | spread | (both_legs & unless(nerve_worse) & unless(cord_sign))),
        Basis("radiculopathy, disc", "B", "P, S8"),
    ),
    refer(
        "R02",
        "A slightly weak leg, or a numb or slightly weak arm",
        (
            is_("leg_weak", "mild")
            & unless(nerve_worse)
            # 12.12: also where no place was marked (after surgery, by order).
            & (in_spine | in_low | spread | yes("leg_numb") | is_("pain_areas", "none"))
        )
        | yes("arm_numb")
        | is_("arm_weak", "mild"),
        Basis("radiculopathy", "B", "P"),
    ),
    refer(
        "R03",
        "Pain to below the knee that lasts, gets worse or is severe",
        in_low & below_knee & (long_pain | getting_worse | at_least("nprs_worst", 8)),
        Basis("persistent or severe sciatica", "B", "S8, P"),
    ),
    refer(
        "R04",
        "50 or over: walking brings on leg signs that ease on sitting, not on standing",
        at_least("age_years", 50) & yes("walk_claud") & yes("claud_sit_eases") & unless(yes("claud_stand_eases")),
        Basis("spinal stenosis", "A", "S12", contact=FirstContact.SPINE),
    ),
    refer(
        "R05",
        "Walking or running brings on leg signs that ease on standing still",
        yes("walk_claud") & yes("claud_stand_eases"),
        Basis("artery disease or entrapment, exertional compartment", "C", "S33", contact=PHYSICIAN),
    ),
    refer(
        "R06",
        "Long back pain from before 45 with an inflammatory pattern",
        any_of(in_spine, any_area({"buttock"}))
        & over_12_weeks
        & began_under(45)
        & (count_of(4, *ASAS_SIGNS) | (count_of(3, *ASAS_SIGNS) & (yes("hx_inflam") | is_("morning_stiff", "ge_30")))),
        Basis("axial spondyloarthritis", "A", "S11", INFLAMMATORY, contact=FirstContact.RHEUMATOLOGY),
    ),
    refer(
        "R07",
        "Low back, pelvis or buttock hurts on hopping, with a risk of bone stress",
        in_low
        & hop_hurts
        & (yes("runner") | childbearing)
        & (bone_stress_risk | yes("bone_point") | all_night | limps)
        & (any_area({"sacrum", "pelvis", "buttock"}) | bone_stress_risks),
        Basis("sacral or pelvic bone stress injury", "C", "S13", contact=SPORTS),
    ),
    refer(
        "R08",
        "A sore spot on bone that hurts on hopping or at night, or hopping hurts with two risks",
        any_area(LIMB - {"hip_groin"})
        & ((yes("bone_point") & (hop_hurts | all_night)) | (hop_hurts & bone_stress_risks)),
        Basis("bone stress injury of a limb", "B", "S13", contact=SPORTS),
    ),
    refer(
        "R09",
        "Pregnant or after birth: a limp or severe pain of low back, pelvis or groin",
        childbearing & (in_low | any_area({"hip_groin"})) & (limps | at_least("nprs_worst", 8)),
        Basis("pregnancy bone stress, severe pelvic pain", "C", "S13", contact=FirstContact.OBSTETRIC),
    ),
    refer(
        "R10",
        "10 to 19: low back pain for 2 weeks or more, worse on bending back or with exercise",
        between("age_years", 10, 19)
        & any_area({"low_back"})
        & is_("duration_band", "w2_6", "w6_12", "gt_12w")
        & (yes("back_bend_hurts") | is_("exercise_effect", "worse")),
        Basis("spondylolysis", "B", "S15", contact=SPORTS),
    ),
    refer(
        "R11",
        "Under 18 with pain all night",
        at_most("age_years", 17) & all_night,
        Basis("bone lesion", "C", "S32", contact=PHYSICIAN),
    ),
    refer(
        "R12",
        "Cancer, and pain where there is bone",
        cancer & area_outside({"abdomen_flank"}) & unless(fired("U10")),
        Basis("cancer check", "A", "S9", SERIOUS, contact=PHYSICIAN),
    ),
    refer(
        "R13",
        "New spine pain with thin bones or long steroid use",
        new_pain & in_spine & thin_bones & unless(fired("U12")),
        Basis("fracture", "A", "S9", SERIOUS, contact=PHYSICIAN),
    ),
    refer(
        "R14",
        "Weight loss without trying",
        yes("sys_weight_loss"),
        Basis("physician check", "A", "M9", SERIOUS, contact=PHYSICIAN),
    ),
    refer(
        "R15",
        "Long spine pain no better after 6 weeks of care",
        in_spine
        & long_pain
        # 12.7: how long, left empty, counts as long.
        & (is_("tx_weeks", "ge_6") | skipped("tx_weeks"))
        & is_("tx_response", "no_change", "worse"),
        Basis("failed care", "B", "S8, S34"),
    ),
    refer(
        "R16",
        "Spine pain over 12 weeks, worse over the last month",
        in_spine & over_12_weeks & is_("pain_trend_month", "worse"),
        Basis("persistent and worsening", "C", "P"),
    ),
    refer(
        "R17",
        "Spine surgery in the past, with pain below the knee or getting worse",
        yes("hx_spine_surgery") & in_spine & (below_knee | getting_worse),
        Basis("change after surgery", "B", "S8"),
    ),
    refer(
        "R18",
        "A scan showed a narrow spinal canal, or here in the last year a fracture or slip",
        is_("prior_imaging_finding", "narrowing")
        | (
            is_("prior_imaging_finding", "fracture", "slip")
            # 12.7: when, left empty, counts as here and in the last year.
            & (is_("prior_imaging_when", "last_year_here") | skipped("prior_imaging_when"))
        ),
        Basis("known structural finding", "B", "own"),
    ),
    refer(
        "R19",
        "Pain that nothing changes and that lasts all night",
        non_mechanical & all_night,
        Basis("non-mechanical pain", "B", "S3, S17", SERIOUS, contact=PHYSICIAN),
    ),
    refer(
        "R20",
        "A joint that locks, gives way or is too swollen, after a pop, a fall or a twist",
        is_("joint_block", "locks", "gives_way", "too_swollen")
        & (yes("pop_felt") | trauma | is_("trauma_level", "twist")),
        Basis("joint injury", "C", "M"),
    ),
    refer(
        "R21",
        "A runner without periods, short of food or with a stress fracture before",
        missed_periods & yes("fuel_low", "stress_fx_history"),
        Basis("low energy for sport (REDs)", "B", "S13", contact=SPORTS),
    ),
    refer(
        "R22",
        "Three or more weak flags with spine or buttock pain",
        any_of(in_spine, any_area({"buttock"})) & count_of(3, *WEAK_FLAGS),
        Basis("stacked weak flags", "B", "S3"),
    ),
    refer(
        "R23",
        "A major injury 2 to 12 weeks ago",
        major_trauma & is_("duration_band", "w2_6", "w6_12"),
        Basis("missed fracture", "C", "own", contact=PHYSICIAN),
    ),
    refer(
        "R24",
        "A foot that drops for over 12 weeks, stable",
        yes("foot_drop") & unless(fired("U01")),
        Basis("old motor radiculopathy", "B", "S6"),
    ),
    refer(
        "R25",
        "Cannot rise onto the toes, or weakly since a pop",
        (is_("push_off", "cannot") & unless(fired("U16")))
        | (yes("pop_felt") & is_("push_off", "weak") & under_6_weeks),
        Basis("Achilles injury", "C", "S30"),
    ),
    refer(
        "R26",
        "Loss of height with spine pain",
        yes("height_loss") & in_spine,
        Basis("vertebral fracture", "C", "own", SERIOUS, contact=PHYSICIAN),
    ),
    refer(
        "R27",
        "A fall 6 to 12 weeks ago with hip pain in fragile bones, or groin pain with a limp and all night",
        (fall_on_hip & is_("duration_band", "w6_12")) | (any_area({"hip_groin", "pelvis"}) & limps & all_night),
        Basis("fracture or bone stress of the hip", "B", "S14", contact=SPORTS),
    ),
)
