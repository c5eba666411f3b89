"""Words that several rules share: sets of body areas and derived values (clinical.md 11, Definitions, and 12)."""

from __future__ import annotations

from typing import Final

from intake.screening.conditions import any_area, any_of, is_, named, yes

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

in_spine = named("pain in the spine", any_area(SPINE))
in_trunk = named("pain in the trunk", any_area(TRUNK))

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
trauma = named("a fall, crash or blow", is_("trauma_level", "minor", "major"))
"""A twist is no trauma (11, for E18 and U27 awaiting a clinician)."""
under_2_weeks = named("under 2 weeks", is_("duration_band", "lt_2w"))
