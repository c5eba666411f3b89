"""Words that several rules share: sets of body areas and derived values (clinical.md 11, Definitions, and 12)."""

from __future__ import annotations

from typing import Final

from intake.screening.conditions import (
    Condition,
    all_of,
    any_area,
    any_of,
    at_least,
    at_most,
    count_of,
    is_,
    named,
    not_sure,
    skipped,
    unless,
    yes,
)

# ---------------------------------------------------------------- areas
SPINE: Final = frozenset({"neck", "upper_back", "shoulder_blade", "low_back", "sacrum"})
LOW: Final = frozenset({"low_back", "sacrum", "pelvis", "buttock"})
LIMB: Final = frozenset(
    {"pelvis", "hip_groin", "hip_side", "thigh", "knee", "shin", "calf", "achilles", "ankle", "heel", "foot"}
)
ARM: Final = frozenset({"shoulder", "elbow", "wrist_hand", "arm"})
BELLY_AND_CHEST: Final = frozenset({"chest", "abdomen_flank"})
TRUNK: Final = SPINE | BELLY_AND_CHEST
HIP: Final = frozenset({"hip_groin", "hip_side", "thigh", "buttock", "pelvis"})
INJURED_TRUNK: Final = TRUNK | {"buttock", "hip_groin", "pelvis"}
"""Where a major injury may have hurt the spine, chest, belly or pelvis (E13 as section 10 and 11 widened it)."""

CORD: Final = frozenset({"neck", "upper_back", "shoulder_blade"})
"""Where the spinal cord runs behind the pain."""

in_spine = named("pain in the spine", any_area(SPINE))
in_trunk = named("pain in the trunk", any_area(TRUNK))
in_low = named("pain in low back, tailbone, pelvis or buttock", any_area(LOW))

# ---------------------------------------------------------------- questions by page, for duties
P1: Final = (
    "em_chest_breath",
    "em_collapse",
    "em_sudden_tearing",
    "em_stroke_signs",
    "em_limb_tight",
    "em_dark_urine",
    "em_cannot_walk",
)
P5: Final = (
    "ces_saddle",
    "ces_saddle_cause",
    "ces_bladder",
    "ces_bladder_cause",
    "ces_bowel",
    "ces_bowel_cause",
    "ces_sexual",
)
P6: Final = (
    "leg_pain_extent",
    "leg_pain_side",
    "leg_numb",
    "leg_weak",
    "foot_drop",
    "leg_neuro_side",
    "other_side",
    "neuro_trend",
    "band_pain",
    "hands_clumsy",
    "gait_unsteady",
    "arm_numb",
    "arm_weak",
)

# ---------------------------------------------------------------- derived values
leg_weak = named("a weak leg, or a foot that drops", is_("leg_weak", "mild", "major") | yes("foot_drop"))
"""`weak` as E10 and E11 read it, with foot_drop (12.6)."""
neuro = named("a nerve sign in a leg", yes("leg_numb") | is_("leg_weak", "mild", "major") | yes("foot_drop"))
arm_weak = named("a weak arm or hand", is_("arm_weak", "mild", "major"))
arm_neuro = named("a nerve sign in an arm", yes("arm_numb") | is_("arm_weak", "mild", "major"))
both_legs = named("both legs numb or weak", is_("leg_neuro_side", "both") | yes("other_side"))
clumsy_or_unsteady = named("clumsy hands or unsteady walking", yes("hands_clumsy", "gait_unsteady"))
CES_CORE: Final = ("ces_saddle", "ces_bladder", "ces_bowel")
ces_active = named(
    "a new or worse change of saddle, bladder or bowel", any_of(*(is_(row, "new", "worse") for row in CES_CORE))
)
ces_since_start = named(
    "a change of saddle, bladder or bowel since this pain began",
    any_of(*(is_(row, "since_start") for row in CES_CORE)),
)
cancer = named("cancer, now or in the past", is_("hx_cancer", "past", "recent"))
infection_risk = named(
    "a risk of spinal infection",
    yes("hx_ivdu", "hx_immune", "hx_spine_procedure", "hx_surgery_3m", "hx_infection_3m"),
)
non_mechanical = named(
    "pain that no movement or position changes",
    is_("pain_mech", "constant") & is_("pain_ease", "no", "only_walking"),
)
"""`nonmech`; only_walking counts as no (11)."""
sudden = named("sudden onset", is_("onset_type", "sudden_activity", "sudden_no_cause"))
sudden_for_no_reason = is_("onset_type", "sudden_no_cause")
trauma = named("a fall, crash or blow", is_("trauma_level", "minor", "major"))
"""A twist is no trauma (11, for E18 and U27 awaiting a clinician)."""
under_2_weeks = named("under 2 weeks", is_("duration_band", "lt_2w"))
under_6_weeks = named("under 6 weeks", is_("duration_band", "lt_2w", "w2_6"))
over_12_weeks = named("over 12 weeks", is_("duration_band", "gt_12w"))
long_pain = named("6 weeks or longer", is_("duration_band", "w6_12", "gt_12w"))
new_pain = named("not known to last over 12 weeks", unless(is_("duration_band", "gt_12w")))
"""`new_pain`: doubt about how long does not weaken U12, U13 and R13."""
major_trauma = is_("trauma_level", "major")
nerve_worse = is_("neuro_trend", "worse")
getting_worse = is_("pain_trend", "worse")
all_night = is_("pain_night", "constant")
spread = named("pain that spreads down a leg", is_("leg_pain_extent", "above_knee", "below_knee"))
below_knee = is_("leg_pain_extent", "below_knee")
fever = yes("sys_fever")
thin_bones = named("thin bones or long steroid use", yes("hx_osteoporosis", "hx_steroid"))
hop_hurts = named("hopping hurts", is_("hop_hurts", "yes", "too_sore"))
"""Too sore to try counts as yes (9)."""
limps = yes("limp")
no_ease = is_("pain_ease", "no", "only_walking")
childbearing = named("pregnant, or gave birth in the last year", is_("pregnancy_status", "pregnant", "postpartum"))
sexual_change = named(
    "a change in sexual feeling or function, new, worse or since the pain began",
    is_("ces_sexual", "new", "worse", "since_start"),
)
SYSTEMIC: Final = ("sys_fever", "sys_weight_loss", "sys_night_sweats", "sys_very_unwell")
cord_sign = named(
    "pain in neck, upper back or shoulder blade, or a band round the trunk", any_area(CORD) | yes("band_pain")
)
"""Where a nerve sign in a leg may come from the spinal cord (U26)."""
fall_on_hip = named(
    "a fall with pain about the hip, at 65 or over or with thin bones",
    any_area(HIP) & trauma & (at_least("age_years", 65) | thin_bones),
)

# ---------------------------------------------------------------- running, food and bone
never_started = named("periods never started at 15 or over", is_("menses", "never_started") & at_least("age_years", 15))
load_jump = is_("run_long_jump", "large") | is_("run_week_change", "up_lot", "new_runner")
BSI_RISKS: Final[tuple[Condition, ...]] = (
    yes("stress_fx_history"),
    is_("menses", "stopped_3m", "irregular") | never_started,
    yes("fuel_low"),
    load_jump,
    yes("hx_osteoporosis", "hx_steroid"),
    childbearing,
)
bone_stress_risk = named("a risk of bone stress injury", count_of(1, *BSI_RISKS))
bone_stress_risks = named("two or more risks of bone stress injury", count_of(2, *BSI_RISKS))
missed_periods = named(
    "a runner whose periods stopped or never started",
    yes("runner") & (is_("menses", "stopped_3m") | never_started),
)

worrying_for_cancer = named(
    "pain of a kind that worries in cancer",
    any_of(
        in_spine
        & (
            all_night
            | yes("sys_weight_loss")
            | non_mechanical
            | is_("main_area", "upper_back")
            | neuro
            | arm_neuro
            | getting_worse
        ),
        any_area(LIMB | ARM | {"buttock"}) & (all_night | limps | getting_worse),
        # 12.12: mild weakness of a leg where no place was marked (after surgery, by order).
        is_("pain_areas", "none") & is_("leg_weak", "mild"),
    ),
)
clot_pain = named(
    "pain of calf or thigh that may be a clot",
    any_area({"calf", "thigh"})
    & yes("dvt_risk")
    & under_6_weeks
    & unless(trauma)
    & unless(is_("onset_type", "sudden_activity"))
    & unless(is_("pain_mech", "clear")),
)


# ---------------------------------------------------------------- doubt
def doubt(question: str) -> Condition:
    """Answered "not sure" or "prefer not to say", or shown and left without an answer."""
    return any_of(not_sure(question), skipped(question))


def between(question: str, low: int, high: int) -> Condition:
    """The number is from `low` to `high`, both included."""
    return all_of(at_least(question, low), at_most(question, high))


def began_under(age: int) -> Condition:
    """The pain began before this age; the age now counts where nobody said when it began (R06)."""
    return any_of(
        at_most("onset_age", age - 1), all_of(unless(at_least("onset_age", 0)), at_most("age_years", age - 1))
    )


# ---------------------------------------------------------------- counted signs
ASAS_SIGNS: Final[tuple[Condition, ...]] = (
    began_under(40),
    is_("onset_type", "gradual"),
    is_("exercise_effect", "better"),
    is_("rest_effect", "worse", "same"),
    is_("pain_night", "up_to_ease"),
)
"""The five signs of inflammatory back pain (S11)."""
WEAK_FLAGS: Final[tuple[Condition, ...]] = (
    named(
        "a flag of age",
        (at_least("age_years", 50) & new_pain & is_("prior_episodes", "none"))
        | (at_most("age_years", 17) & in_spine)
        | at_least("age_years", 70),
    ),
    is_("main_area", "upper_back"),
    all_night,
    non_mechanical,
    getting_worse,
    is_("tx_response", "no_change", "worse"),
    at_least("nprs_worst", 8),
    is_("trauma_level", "minor") & at_least("age_years", 50),
)
"""Signs that count only together (R22); age counts once (10)."""
FRAGILE_SIGNS: Final[tuple[Condition, ...]] = (
    at_least("age_years", 70),
    # 12.3: "prefer not to say" counts as female here.
    is_("sex_at_birth", "female", "prefer_not"),
    yes("hx_steroid"),
    yes("hx_osteoporosis"),
    trauma,
    yes("height_loss"),
)
"""Of which two make a vertebral fracture likely enough for today (U12)."""
