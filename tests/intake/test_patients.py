"""Patients made up as a clinician meets them, over every region and every emergency: each gets the level it needs (0064).

Each row: the story in short, the levels that are right, the answers that are not the clear ones.
"""

import pytest

from intake.questionnaire import current
from intake.screening import evaluate
from tests.intake.answering import all_clear

MALE = {"sex_at_birth": "male"}
FALL = {"trauma_level": "minor", "onset_type": "after_injury", "duration_band": "lt_2w"}
SUDDEN = {"onset_type": "sudden_no_cause", "duration_band": "lt_2w"}
CONSTANT = {"pain_mech": "constant", "pain_ease": "no"}

PATIENTS = [
    (
        "CES slow: since start numb saddle, 5w",
        "urgent|emergency",
        {
            "pain_areas": ["low_back"],
            "ces_saddle": "since_start",
            "leg_pain_extent": "below_knee",
            "leg_pain_side": "both",
        },
    ),
    ("CES 14 days bladder", "emergency", {"pain_areas": ["low_back"], "ces_bladder": "new"}),
    ("CES not sure + numb leg", "urgent", {"pain_areas": ["low_back"], "ces_bladder": "not_sure", "leg_numb": "yes"}),
    ("CES woman bladder leak only on run", "unsure", {"pain_areas": ["low_back"], "ces_bladder": "stress_leak"}),
    (
        "Spinal infection diabetic out of control, no fever, worse, settles",
        "urgent",
        {
            "pain_areas": ["low_back"],
            "hx_immune": "yes",
            "pain_trend": "worse",
            "sys_very_unwell": "yes",
            "age_years": 61,
        },
    ),
    (
        "Spinal infection diabetic, worse only",
        "urgent|refer",
        {"pain_areas": ["upper_back"], "hx_immune": "yes", "pain_trend": "worse", "age_years": 61},
    ),
    (
        "IVDU new back pain, no fever, mechanical",
        "refer|urgent",
        {"pain_areas": ["low_back"], "hx_ivdu": "yes", "duration_band": "lt_2w"},
    ),
    (
        "IVDU back pain worse, sweats",
        "urgent",
        {"pain_areas": ["low_back"], "hx_ivdu": "yes", "pain_trend": "worse", "sys_night_sweats": "yes"},
    ),
    (
        "Epidural shot 3w ago, back pain worse, fever none",
        "refer|urgent",
        {"pain_areas": ["low_back"], "hx_spine_procedure": "yes", "pain_trend": "worse"},
    ),
    ("Fever + back pain", "urgent", {"pain_areas": ["low_back"], "sys_fever": "yes"}),
    (
        "Meningitis: fever, neck, very unwell 2 days",
        "emergency",
        {
            "pain_areas": ["neck"],
            "sys_fever": "yes",
            "sys_very_unwell": "yes",
            "duration_band": "lt_2w",
            "onset_type": "gradual",
        },
    ),
    (
        "AAA 71 smoker sudden back pain, eases a bit, worst 8",
        "urgent|emergency",
        {
            **SUDDEN,
            **MALE,
            "pain_areas": ["low_back"],
            "age_years": 71,
            "hx_smoke": "past",
            "nprs_worst": 8,
            "pain_mech": "some",
            "pain_ease": "yes",
        },
    ),
    (
        "AAA 71 smoker flank sudden nonmech",
        "urgent|emergency",
        {
            **SUDDEN,
            **CONSTANT,
            **MALE,
            "pain_areas": ["abdomen_flank"],
            "age_years": 71,
            "hx_smoke": "current",
            "nprs_worst": 9,
        },
    ),
    (
        "AAA 68 smoker flank sudden, worst 8, some",
        "urgent|emergency",
        {
            **SUDDEN,
            **MALE,
            "pain_areas": ["abdomen_flank"],
            "age_years": 68,
            "hx_smoke": "current",
            "nprs_worst": 8,
            "pain_mech": "some",
            "pain_ease": "yes",
        },
    ),
    (
        "MI: 62 m left arm+shoulder sudden constant, denies chest",
        "emergency|urgent",
        {
            **SUDDEN,
            **CONSTANT,
            **MALE,
            "pain_areas": ["shoulder", "arm"],
            "main_area": "arm",
            "age_years": 62,
            "nprs_worst": 7,
        },
    ),
    (
        "MI: 58 f neck(jaw) sudden constant",
        "emergency|urgent",
        {**SUDDEN, **CONSTANT, "pain_areas": ["neck"], "age_years": 58, "nprs_worst": 6},
    ),
    (
        "MI: 66 f upper back gradual constant since today very unwell",
        "urgent|emergency|unsure",
        {
            **CONSTANT,
            "pain_areas": ["upper_back"],
            "age_years": 66,
            "onset_type": "gradual",
            "duration_band": "lt_2w",
            "sys_very_unwell": "yes",
        },
    ),
    (
        "Dissection interscapular, 'no' to tearing",
        "emergency|urgent",
        {**SUDDEN, **CONSTANT, **MALE, "pain_areas": ["upper_back"], "age_years": 55, "nprs_worst": 9},
    ),
    ("Septic knee, no fever, hot", "urgent", {"pain_areas": ["knee"], "joint_hot": "yes"}),
    ("Septic hip fever limp", "emergency", {"pain_areas": ["hip_groin"], "sys_fever": "yes", "limp": "yes"}),
    (
        "DVT after flight, calf, no swelling, hurts on walking",
        "unsure|urgent",
        {
            "pain_areas": ["calf"],
            "dvt_risk": "yes",
            "onset_type": "gradual",
            "duration_band": "lt_2w",
            "pain_mech": "clear",
        },
    ),
    ("DVT swelling", "urgent", {"pain_areas": ["calf"], "dvt_swelling": "yes"}),
    (
        "Runner on the pill, calf strain on a sprint",
        "mechanical",
        {
            "pain_areas": ["calf"],
            "dvt_risk": "yes",
            "onset_type": "sudden_activity",
            "duration_band": "lt_2w",
            "pain_mech": "clear",
        },
    ),
    ("Compartment after exercise", "emergency", {"pain_areas": ["shin"], "em_limb_tight": "yes"}),
    (
        "Chronic exertional compartment",
        "refer",
        {"pain_areas": ["shin"], "walk_claud": "yes", "claud_stand_eases": "yes", "claud_sit_eases": "yes"},
    ),
    ("Cervical artery: eyelid", "emergency", {"pain_areas": ["neck"], "em_stroke_signs": "yes"}),
    ("Neck + unsteady", "urgent", {"pain_areas": ["neck"], "gait_unsteady": "yes"}),
    (
        "GCA 72",
        "urgent",
        {"pain_areas": ["shoulder", "neck"], "main_area": "neck", "age_years": 72, "head_signs": "yes"},
    ),
    (
        "Torsion groin 16",
        "emergency",
        {**MALE, "pain_areas": ["hip_groin"], "age_years": 16, "answered_by": "guardian", "testicle_pain": "sudden"},
    ),
    (
        "Ovarian/ectopic: 29 f pelvis sudden constant worst 9, preg no",
        "urgent|emergency",
        {**SUDDEN, **CONSTANT, "pain_areas": ["pelvis"], "age_years": 29, "nprs_worst": 9},
    ),
    (
        "Ectopic: maybe pregnant groin sudden",
        "urgent|emergency",
        {**SUDDEN, "pain_areas": ["hip_groin"], "age_years": 29, "pregnancy_status": "maybe", "nprs_worst": 7},
    ),
    (
        "Ectopic: maybe pregnant low back mech",
        "mechanical|unsure|refer",
        {"pain_areas": ["low_back"], "age_years": 29, "pregnancy_status": "maybe"},
    ),
    (
        "Appendicitis: hip_groin+belly gradual worse worst 8",
        "urgent|unsure",
        {
            "pain_areas": ["abdomen_flank", "hip_groin"],
            "main_area": "abdomen_flank",
            "onset_type": "gradual",
            "duration_band": "lt_2w",
            "pain_trend": "worse",
            "nprs_worst": 8,
        },
    ),
    (
        "Appendicitis: belly only worse worst 8",
        "urgent",
        {
            "pain_areas": ["abdomen_flank"],
            "onset_type": "gradual",
            "duration_band": "lt_2w",
            "pain_trend": "worse",
            "nprs_worst": 8,
        },
    ),
    (
        "Side stitch, belly muscle strain",
        "unsure",
        {"pain_areas": ["abdomen_flank"], "onset_type": "sudden_activity", "duration_band": "w2_6", "nprs_worst": 3},
    ),
    ("Myelopathy clumsy + weak", "emergency", {"pain_areas": ["neck"], "hands_clumsy": "yes", "leg_weak": "mild"}),
    ("Past cancer, mechanical LBP", "refer", {"pain_areas": ["low_back"], "hx_cancer": "past"}),
    (
        "Recent cancer, thigh constant night",
        "urgent",
        {"pain_areas": ["thigh"], "hx_cancer": "recent", "pain_night": "constant"},
    ),
    ("Band pain alone upper back", "refer|urgent", {"pain_areas": ["upper_back"], "band_pain": "yes"}),
    (
        "Steroid user, sudden with a sneeze, f 60",
        "urgent",
        {
            "pain_areas": ["upper_back"],
            "age_years": 60,
            "hx_steroid": "yes",
            "onset_type": "sudden_activity",
            "duration_band": "lt_2w",
        },
    ),
    (
        "Steroid user m 55 sudden",
        "refer|urgent",
        {
            **MALE,
            "pain_areas": ["low_back"],
            "age_years": 55,
            "hx_steroid": "yes",
            "onset_type": "sudden_activity",
            "duration_band": "lt_2w",
        },
    ),
    (
        "FNSF runner groin hop builds, load jump",
        "urgent",
        {"pain_areas": ["hip_groin"], "hop_hurts": "yes", "run_pain_timing": "builds", "run_long_jump": "large"},
    ),
    (
        "FNSF runner groin hop stops me, no risk told",
        "refer|urgent",
        {
            **MALE,
            "pain_areas": ["hip_groin"],
            "hop_hurts": "yes",
            "run_pain_timing": "stops_me",
            "onset_type": "gradual",
        },
    ),
    (
        "Adductor strain on a kick",
        "mechanical",
        {
            **MALE,
            "pain_areas": ["hip_groin"],
            "onset_type": "sudden_activity",
            "run_pain_timing": "warms_up",
            "hop_hurts": "no",
        },
    ),
    (
        "Bisphosphonate thigh pain hop",
        "refer|urgent",
        {
            "pain_areas": ["thigh"],
            "age_years": 70,
            "hx_osteoporosis": "yes",
            "hop_hurts": "yes",
            "runner": "no",
            "limp": "no",
        },
    ),
    (
        "SCFE 13 knee limp",
        "urgent",
        {**MALE, "pain_areas": ["knee"], "age_years": 13, "answered_by": "guardian", "limp": "yes"},
    ),
    ("Child 6 limp", "urgent", {"pain_areas": ["knee"], "age_years": 6, "answered_by": "guardian", "limp": "yes"}),
    ("Child 10 heel pain", "unsure", {"pain_areas": ["heel"], "age_years": 10, "answered_by": "guardian"}),
    ("Teen alone", "unsure", {"pain_areas": ["knee"], "age_years": 16, "answered_by": "self"}),
    (
        "Pregnant 30w pelvic girdle",
        "mechanical|refer",
        {"pain_areas": ["pelvis"], "age_years": 30, "pregnancy_status": "pregnant", "duration_band": "w2_6"},
    ),
    (
        "Postop fever",
        "urgent",
        {"visit_reason": "after_surgery", "pain_areas": ["knee"], "sys_fever": "yes", "hx_surgery_3m": "yes"},
    ),
    (
        "Postop THR calf not asked: hip only, swelling",
        "mechanical|urgent",
        {"visit_reason": "after_surgery", "pain_areas": ["hip_groin"], "hx_surgery_3m": "yes"},
    ),
    ("Anticoag fall knee 50", "urgent", {**FALL, "pain_areas": ["knee"], "age_years": 50, "hx_anticoag": "yes"}),
    (
        "Anticoag fall shoulder 75",
        "urgent",
        {**FALL, "pain_areas": ["shoulder"], "age_years": 75, "hx_anticoag": "yes"},
    ),
    ("Fall shoulder 75", "urgent|refer", {**FALL, "pain_areas": ["shoulder"], "age_years": 75}),
    ("FOOSH wrist 30", "refer|urgent", {**FALL, "pain_areas": ["wrist_hand"], "age_years": 30}),
    (
        "Rolled ankle twist bone_point",
        "urgent",
        {
            "pain_areas": ["ankle"],
            "trauma_level": "twist",
            "onset_type": "sudden_activity",
            "duration_band": "lt_2w",
            "bone_point": "yes",
        },
    ),
    (
        "Rolled ankle no bone",
        "mechanical",
        {"pain_areas": ["ankle"], "trauma_level": "twist", "onset_type": "after_injury", "duration_band": "lt_2w"},
    ),
    (
        "Achilles rupture",
        "urgent",
        {
            "pain_areas": ["achilles"],
            "push_off": "cannot",
            "pop_felt": "yes",
            "onset_type": "sudden_activity",
            "duration_band": "lt_2w",
        },
    ),
    ("Rhabdo", "emergency", {"pain_areas": ["thigh"], "em_dark_urine": "yes"}),
    (
        "PAD 70",
        "refer",
        {
            "pain_areas": ["calf"],
            "age_years": 70,
            "walk_claud": "yes",
            "claud_stand_eases": "yes",
            "claud_sit_eases": "yes",
        },
    ),
    (
        "Stenosis 70",
        "refer",
        {
            "pain_areas": ["low_back", "calf"],
            "main_area": "low_back",
            "age_years": 70,
            "walk_claud": "yes",
            "claud_sit_eases": "yes",
            "prior_episodes": "many",
        },
    ),
    (
        "AxSpA 29",
        "refer",
        {
            "pain_areas": ["low_back"],
            "age_years": 29,
            "duration_band": "gt_12w",
            "onset_age": 27,
            "onset_type": "gradual",
            "exercise_effect": "better",
            "rest_effect": "worse",
            "pain_night": "up_to_ease",
            "morning_stiff": "ge_30",
        },
    ),
    (
        "Shingles-like trunk band 66 chest only",
        "unsure|refer|urgent",
        {"pain_areas": ["chest"], "age_years": 66, "band_pain": "yes"},
    ),
    ("Suicidal words", "unsure|mechanical", {"pain_areas": ["low_back"], "free_text": "I want to kill myself"}),
    ("Words cant pee", "unsure", {"pain_areas": ["low_back"], "free_text": "cant pee since monday"}),
    ("DV", "unsure", {"pain_areas": ["neck"], "free_text": "my husband hits me"}),
    ("Plain LBP", "mechanical", {"pain_areas": ["low_back"]}),
    (
        "Plain LBP with denials in text",
        "mechanical",
        {"pain_areas": ["low_back"], "free_text": "No fever, no chest pain, no numbness."},
    ),
    ("Plain runner knee", "mechanical", {"pain_areas": ["knee"]}),
    ("Plain sciatica 3w", "mechanical", {"pain_areas": ["low_back"], "leg_pain_extent": "below_knee"}),
    (
        "Frozen shoulder 55",
        "mechanical",
        {"pain_areas": ["shoulder"], "age_years": 55, "duration_band": "gt_12w", "onset_age": 54},
    ),
    ("Tennis elbow", "mechanical", {"pain_areas": ["elbow"]}),
    ("Neck strain desk", "mechanical", {"pain_areas": ["neck"]}),
    (
        "LBP 52 yo first, worst 7",
        "mechanical",
        {"pain_areas": ["low_back"], "age_years": 52, "prior_episodes": "none", "nprs_worst": 7},
    ),
    (
        "LBP 64 m smoker sudden lifting",
        "mechanical",
        {
            **MALE,
            "pain_areas": ["low_back"],
            "age_years": 64,
            "hx_smoke": "past",
            "onset_type": "sudden_activity",
            "duration_band": "lt_2w",
            "nprs_worst": 7,
        },
    ),
    ("LBP 40 woke with it, clear", "mechanical", {**SUDDEN, "pain_areas": ["low_back"], "age_years": 40}),
    (
        "Neck 45 woke with wry neck, clear",
        "mechanical",
        {**SUDDEN, "pain_areas": ["neck"], "age_years": 45, "nprs_worst": 7},
    ),
]


@pytest.mark.parametrize(("story", "right", "answers"), PATIENTS, ids=[story for story, _, _ in PATIENTS])
def test_patient_gets_the_level_that_a_clinician_would_give(story, right, answers):
    result = evaluate(all_clear(**answers), questionnaire=current())
    assert result.level in right.split("|"), (story, [finding.rule_id for finding in result.findings])
