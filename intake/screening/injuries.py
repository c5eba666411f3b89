"""Rules for falls, blood thinners and bones under load, which sixty patients showed to be missing: U40 to U42, R34 to R36
(decision 0064).
"""

from __future__ import annotations

from typing import Final

from intake.screening import refer as refer_rules
from intake.screening import urgent as urgent_rules
from intake.screening.conditions import any_area, any_of, at_least, at_most, fired, is_, unless, yes
from intake.screening.levels import FirstContact, Klass
from intake.screening.rules import Rule
from intake.screening.terms import (
    ARM,
    all_night,
    getting_worse,
    hop_hurts,
    limps,
    thin_bones,
    trauma,
    under_2_weeks,
)

URGENT_RULES: Final[tuple[Rule, ...]] = (
    urgent_rules.urgent(
        "U40",
        "Blood thinner and a fall or blow under 2 weeks ago",
        yes("hx_anticoag") & trauma & under_2_weeks,
        urgent_rules.Basis("bleeding, also in the head, which nobody asked about", "C", "M"),
    ),
    urgent_rules.urgent(
        "U41",
        "A fall on shoulder, arm or hand under 2 weeks ago, under 18, from 65 or with thin bones",
        any_area(ARM)
        & trauma
        & under_2_weeks
        & any_of(at_most("age_years", 17), at_least("age_years", 65), thin_bones),
        urgent_rules.Basis("fracture of shoulder, elbow or wrist", "C", "M", Klass.STRUCTURAL),
    ),
    urgent_rules.urgent(
        "U42",
        "A twisted ankle or foot under 2 weeks ago, with a sore spot on bone",
        # Ottawa: a twist is how it happens, whatever the patient calls it. Called an injury it is U19.
        any_area({"ankle", "foot"})
        & is_("trauma_level", "twist", "minor", "major")
        & under_2_weeks
        & yes("bone_point")
        & unless(is_("onset_type", "after_injury")),
        urgent_rules.Basis("fracture", "A", "M8", Klass.STRUCTURAL),
    ),
)

REFER_RULES: Final[tuple[Rule, ...]] = (
    refer_rules.refer(
        "R34",
        "A fall on shoulder, arm or hand under 2 weeks ago",
        any_area(ARM) & trauma & under_2_weeks & unless(fired("U41")),
        refer_rules.Basis("fracture: an x-ray may be needed", "C", "M", contact=FirstContact.PHYSICIAN),
    ),
    refer_rules.refer(
        "R35",
        "A runner whose groin hurts on hopping and on the run, without a strain or an injury",
        any_area({"hip_groin"})
        & yes("runner")
        & hop_hurts
        & is_("run_pain_timing", "builds", "stops_me")
        & unless(is_("onset_type", "sudden_activity", "after_injury"))
        & unless(fired("U15")),
        refer_rules.Basis("femoral neck bone stress injury, no risk told", "C", "S14", contact=FirstContact.SPORTS),
    ),
    refer_rules.refer(
        "R36",
        "Thin bones or long steroid use, and thigh pain with a limp, on hopping, at night or getting worse",
        any_area({"thigh"}) & thin_bones & (hop_hurts | limps | all_night | getting_worse),
        refer_rules.Basis("fracture of the thigh bone under bone medicine", "C", "M", contact=FirstContact.PHYSICIAN),
    ),
)
