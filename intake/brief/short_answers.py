"""The brief's own short words for answers. Data.

An answer without words here is said in those of the questionnaire.
"""

from typing import Final

_SPREAD = {"none": "no", "above_knee": "not past the knee", "below_knee": "below the knee"}
_CHANGE = {
    "no": "no",
    "new": "new in 2 weeks",
    "worse": "getting worse",
    "since_start": "since the pain began, over 2 weeks, the same",
    "old_same": "from before the pain, the same",
    "stress_leak": "leaks only on running or coughing, from before",
}
_SIZE = {"none": "no", "mild": "a little", "major": "very"}
_SIDE = {"left": "left", "right": "right", "both": "both", "switches": "switches", "middle": "in the middle"}
_TREND = {"better": "getting better", "same": "the same", "worse": "getting worse"}
_AREAS = {
    "abdomen_flank": "belly or flank",
    "sacrum": "tailbone or sacrum",
    "pelvis": "pelvis or pubic bone",
    "hip_groin": "groin or front of hip",
    "achilles": "Achilles",
}
_EFFECT = {"better": "better", "same": "no change", "worse": "worse", "not_tried": "not tried"}

ANSWERS: Final[dict[str, dict[str, str]]] = {
    "visit_reason": {
        "new_pain": "a pain",
        "after_surgery": "care after surgery",
        "doctor_order": "a doctor’s order",
        "performance": "performance",
        "other": "something else",
    },
    "answered_by": {"self": "the patient", "guardian": "a parent or guardian", "helper": "a helper", "staff": "staff"},
    "pain_areas": _AREAS,
    "main_area": _AREAS,
    "pregnancy_status": {
        "pregnant": "pregnant",
        "postpartum": "gave birth in the last year",
        "not_applicable": "does not apply",
    },
    "onset_type": {
        "sudden_activity": "at once, moving or lifting",
        "sudden_no_cause": "at once, no clear reason",
        "gradual": "bit by bit",
        "after_injury": "after an injury",
    },
    "trauma_level": {
        "none": "no fall or blow",
        "twist": "a twist or an ordinary lift",
        "minor": "slip, trip or low fall",
        "major": "crash, high fall or hard blow",
    },
    "duration_band": {
        "lt_2w": "under 2 weeks",
        "w2_6": "2 to 6 weeks",
        "w6_12": "6 to 12 weeks",
        "gt_12w": "over 12 weeks",
    },
    "ces_saddle": _CHANGE,
    "ces_bladder": _CHANGE,
    "ces_bowel": _CHANGE,
    "ces_sexual": _CHANGE,
    "leg_pain_extent": _SPREAD,
    "leg_pain_side": _SIDE,
    "leg_neuro_side": _SIDE,
    "pain_side": _SIDE,
    "leg_weak": _SIZE,
    "arm_weak": _SIZE,
    "neuro_trend": _TREND,
    "pain_trend": _TREND,
    "pain_trend_month": _TREND,
    "hx_cancer": {
        "skin_minor": "small skin cancer only",
        "past": "over 5 years ago",
        "recent": "last 5 years or in care",
    },
    "hx_aneurysm": {"own": "own", "family": "in the family"},
    "hx_smoke": {"never": "never", "past": "in the past", "current": "now"},
    "testicle_pain": {"sudden": "sudden", "gradual": "bit by bit"},
    "pain_mech": {"clear": "changes clearly", "some": "changes a bit", "constant": "stays the same"},
    "pain_ease": {"yes": "yes", "only_walking": "only walking about", "no": "none"},
    "pain_night": {
        "none": "none",
        "aches": "aches, does not wake",
        "settles": "wakes, turns, sleeps again",
        "up_to_ease": "wakes, must get up and move",
        "constant": "kept up, nothing helps",
    },
    "morning_stiff": {"none": "not stiff", "lt_30": "under 30 minutes", "ge_30": "30 minutes or more"},
    "back_bend_hurts": {"not_tried": "not tried"},
    "exercise_effect": _EFFECT,
    "rest_effect": _EFFECT,
    "prior_episodes": {"none": "none", "1_2": "1 or 2", "many": "many"},
    "tx_response": {"none": "no care yet", "better": "better", "no_change": "no change", "worse": "worse"},
    "tx_weeks": {"none": "not at all", "lt_6": "under 6 weeks", "ge_6": "6 weeks or more"},
    "prior_imaging": {"none": "none", "xray": "X-ray", "mri": "MRI", "ct": "CT", "bone_scan": "bone scan"},
    "prior_imaging_finding": {
        "none_given": "not told yet",
        "normal": "normal",
        "age_changes": "changes of age",
        "disc": "disc",
        "fracture": "fracture",
        "slip": "slip",
        "narrowing": "narrow canal",
        "other": "other",
    },
    "prior_imaging_when": {"last_year_here": "this place, last year", "older_or_elsewhere": "older, or another place"},
    "joint_block": {"locks": "locks", "gives_way": "gives way", "too_swollen": "too swollen to bend"},
    "push_off": {"ok": "can", "weak": "weak", "cannot": "cannot"},
    "hop_hurts": {"too_sore": "too sore to try", "not_tried": "not tried"},
    "run_long_jump": {"none": "no", "some": "10 to 30% longer", "large": "much longer"},
    "run_week_change": {
        "none": "no change",
        "up_some": "up a bit",
        "up_lot": "up a lot",
        "new_runner": "new to running",
        "down": "down",
    },
    "run_pain_timing": {
        "no_pain": "none",
        "warms_up": "eases with warming up",
        "builds": "builds",
        "after_only": "only after",
        "stops_me": "stops the run",
        "not_run": "not run since",
    },
    "menses": {
        "stopped_3m": "gone for 3 months or more",
        "hormones": "changed by hormones",
        "menopause": "menopause",
        "not_applicable": "does not apply",
    },
    "shoe_miles": {"lt_300": "under 300", "300_500": "300 to 500", "gt_500": "over 500"},
    "foot_strike": {"heel": "on the heel", "mid": "on the middle of the foot", "fore": "on the front of the foot"},
    "form_signs": {
        "slump": "slumps",
        "overstride": "overstrides",
        "told_imbalance": "one side weaker",
        "none": "nothing shown",
    },
    "strength_days": {"0": "none"},
    "rest_days": {"0": "none"},
    "foot_roll": {"in": "roll in", "out": "roll out", "ankle_rolls": "ankles twist often"},
    "sit_hours": {"lt_4": "under 4", "4_8": "4 to 8", "gt_8": "over 8"},
    "prior_tx": {"none": "nothing yet", "pt": "PT", "chiro": "chiropractic", "meds": "medicine"},
}
"""Answers by question and code. Only where the questionnaire's own words are long or speak to the patient."""

COMMON: Final = {"yes": "yes", "no": "no", "not_sure": "not sure", "prefer_not": "prefers not to say"}
