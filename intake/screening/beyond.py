"""Rules beyond the clinical brief, which blind stories showed to be missing: U30 to U34, R28 to R31 (decision 0013).

And all emergency, urgent and refer rules together, in the order in which they are tried: those of the brief, these,
`organs` and `injuries` (decision 0064).
"""

from __future__ import annotations

from typing import Final

from intake.screening import injuries, organs
from intake.screening import refer as refer_rules
from intake.screening import urgent as urgent_rules
from intake.screening.conditions import any_area, at_least, at_most, is_, not_sure, yes
from intake.screening.levels import FirstContact, Klass
from intake.screening.rules import EMERGENCY_RULES as OF_THE_BRIEF
from intake.screening.rules import Rule
from intake.screening.terms import ARM, LIMB, SPINE, all_night, arm_neuro, limps, long_pain

EMERGENCY_RULES: Final[tuple[Rule, ...]] = (*OF_THE_BRIEF, *organs.EMERGENCY_RULES)

URGENT_RULES: Final[tuple[Rule, ...]] = (
    *urgent_rules.URGENT_RULES,
    urgent_rules.urgent(
        "U30",
        "A new headache at the temple, a sore scalp or a jaw that aches on chewing, at 50 or over",
        yes("head_signs"),
        urgent_rules.Basis("giant cell arteritis: sight at risk", "B", "own"),
    ),
    urgent_rules.urgent(
        "U31",
        "A whole arm or hand that is swollen, heavy or another color",
        yes("arm_swelling"),
        urgent_rules.Basis("clot in a vein of the arm", "C", "own"),
    ),
    urgent_rules.urgent(
        "U32",
        "A wound of surgery that is red, open, leaking or smells",
        yes("wound_problem"),
        urgent_rules.Basis("infection of a wound", "B", "own"),
    ),
    urgent_rules.urgent(
        "U33",
        "Weight loss with pain all night, or with a nerve sign in an arm",
        yes("sys_weight_loss") & any_area(SPINE | LIMB | ARM | {"buttock"}) & (all_night | arm_neuro),
        urgent_rules.Basis("tumor, also at the top of a lung", "C", "own"),
    ),
    urgent_rules.urgent(
        "U34",
        "A child under 8 who limps, with pain in a leg",
        at_most("age_years", 7) & any_area(LIMB | {"buttock"}) & limps,
        urgent_rules.Basis("infection, Perthes disease, fracture", "C", "own", Klass.STRUCTURAL),
    ),
    *organs.URGENT_RULES,
    *injuries.URGENT_RULES,
)

REFER_RULES: Final[tuple[Rule, ...]] = (
    *refer_rules.REFER_RULES,
    refer_rules.refer(
        "R28",
        "Long morning stiffness of shoulders and hips or neck, at 50 or over",
        at_least("age_years", 50)
        & is_("morning_stiff", "ge_30")
        & any_area({"shoulder"})
        & any_area({"neck", "hip_groin", "hip_side", "thigh", "buttock"}),
        refer_rules.Basis("polymyalgia", "B", "own", Klass.INFLAMMATORY, contact=FirstContact.RHEUMATOLOGY),
    ),
    refer_rules.refer(
        "R29",
        "The surgeon has not said that therapy may start, or the patient is not sure",
        is_("surgeon_cleared", "no") | not_sure("surgeon_cleared"),
        refer_rules.Basis("surgery not cleared for therapy", "C", "own", contact=FirstContact.PHYSICIAN),
    ),
    refer_rules.refer(
        "R30",
        "A new lump that grows or is large",
        yes("lump"),
        refer_rules.Basis("tumor of bone or soft tissue", "C", "own", Klass.SERIOUS, contact=FirstContact.PHYSICIAN),
    ),
    refer_rules.refer(
        "R31",
        "Hands or feet on both sides for 6 weeks or longer, stiff 30 minutes in the morning",
        any_area({"wrist_hand", "foot"}) & is_("pain_side", "both") & long_pain & is_("morning_stiff", "ge_30"),
        refer_rules.Basis("inflammatory arthritis", "B", "own", Klass.INFLAMMATORY, contact=FirstContact.RHEUMATOLOGY),
    ),
    *organs.REFER_RULES,
    *injuries.REFER_RULES,
)
