"""The refer rules R01 to R31: each fires on its smallest pictures, and not when one sign is gone."""

import pytest

from intake.screening import FirstContact, Klass, Level
from intake.screening.beyond import REFER_RULES
from intake.screening.terms import LIMB
from tests.intake.examples import (
    BUTTOCK,
    CALF,
    ELBOW,
    GROIN,
    HEEL,
    KNEE,
    NECK,
    PELVIS,
    UPPER,
    Example,
    cases,
    findings,
    on,
    one_less,
    spine,
)

LONG = {"duration_band": "gt_12w"}
NO_EASE = {"pain_mech": "constant", "pain_ease": "no"}
SCAN = {"prior_imaging": ["mri"]}
LEG = {"leg_pain_extent": "below_knee"}
# Four of the five signs of inflammatory back pain; the fifth is the one left out.
INFLAMED = {
    "onset_type": ("gradual", "sudden_no_cause"),
    "exercise_effect": "better",
    "rest_effect": ("worse", "better"),
    "pain_night": "up_to_ease",
}
THREE = {"exercise_effect": "better", "rest_effect": "worse"}  # and bit by bit
SOME = {**LONG, "onset_age": 44, "hx_inflam": "yes"}
WORSE = {"pain_trend": "worse", "nprs_worst": 8}

FIRE: list[Example] = [
    ("R01", {}, {"leg_numb": "yes", "pain_areas": spine("heel")}),
    ("R01", HEEL, {"leg_numb": "yes", "leg_pain_extent": "above_knee"}),
    ("R01", HEEL, {"leg_numb": "yes", "leg_neuro_side": "both", "neuro_trend": ("same", "worse")}),
    ("R01", HEEL, {"leg_numb": "yes", "leg_neuro_side": "both", "band_pain": ("no", "yes")}),
    ("R02", {}, {"leg_weak": "mild", "neuro_trend": ("same", "worse")}),
    ("R02", {}, {"leg_weak": "mild", "pain_areas": spine("heel")}),
    ("R02", {}, {"leg_weak": "mild", "pain_areas": (["neck"], ["heel"])}),
    ("R02", HEEL, {"leg_weak": "mild", "leg_pain_extent": "above_knee"}),
    ("R02", HEEL, {"leg_weak": "mild", "leg_numb": "yes"}),
    ("R02", {"visit_reason": "after_surgery"}, {"leg_weak": "mild", "pain_areas": (["none"], ["heel"])}),
    ("R02", ELBOW, {"arm_numb": "yes"}),
    ("R02", NECK, {"arm_weak": "mild"}),
    ("R03", {"duration_band": "w6_12"}, {"leg_pain_extent": ("below_knee", "above_knee"), "pain_areas": spine("knee")}),
    ("R03", LEG, {"duration_band": ("gt_12w", "w2_6")}),
    ("R03", LEG, {"pain_trend": "worse"}),
    ("R03", LEG, {"nprs_worst": (8, 7)}),
    (
        "R04",
        CALF,
        {"age_years": (50, 49), "walk_claud": "yes", "claud_sit_eases": "yes", "claud_stand_eases": ("no", "yes")},
    ),
    ("R05", CALF, {"walk_claud": "yes", "claud_stand_eases": "yes"}),
    ("R06", {**LONG, "onset_age": 44}, INFLAMED),
    ("R06", {**LONG, "onset_age": 44}, {**INFLAMED, "rest_effect": ("same", "better")}),
    ("R06", {"onset_age": 44, **on(INFLAMED)}, {"duration_band": ("gt_12w", "w6_12"), "pain_areas": spine("hip_side")}),
    ("R06", {**LONG, **on(INFLAMED)}, {"pain_areas": (["buttock"], ["pelvis"]), "onset_age": (44, 45)}),
    ("R06", {**LONG, **on(INFLAMED), "onset_age": ...}, {"age_years": (44, 45)}),
    ("R06", {**LONG, **THREE, "age_years": 50, "hx_inflam": "yes", "rest_effect": "better"}, {"onset_age": (39, 40)}),
    ("R06", {**LONG, **THREE, "onset_age": ..., "hx_inflam": "yes", "rest_effect": "better"}, {"age_years": (39, 40)}),
    ("R06", {**LONG, **THREE}, {"onset_age": (39, 40)}),
    ("R06", {**LONG, **THREE, "onset_age": ...}, {"age_years": (39, 40)}),
    ("R06", {**SOME, "exercise_effect": "better"}, {"rest_effect": ("same", "better")}),
    *[("R06", {**SOME, **THREE}, {"onset_type": ("gradual", other)}) for other in ("sudden_no_cause", "after_injury")],
    *[
        ("R06", {**SOME, "exercise_effect": "better"}, {"pain_night": ("up_to_ease", other)})
        for other in ("none", "aches", "constant")
    ],
    ("R06", {**LONG, **THREE, "onset_age": 44}, {"morning_stiff": ("ge_30", "lt_30")}),
    ("R06", {**LONG, **THREE, "onset_age": 44}, {"hx_inflam": "yes"}),
    ("R06", {**LONG, "onset_age": 44, "hx_inflam": "yes", "pain_night": "up_to_ease"}, {"exercise_effect": "better"}),
    ("R07", {}, {"pain_areas": (["sacrum"], ["low_back"]), "hop_hurts": "yes", "bone_point": "yes"}),
    ("R07", BUTTOCK, {"hop_hurts": "too_sore", "pain_night": "constant", "runner": ("yes", "no")}),
    ("R07", PELVIS, {"hop_hurts": "yes", "limp": "yes"}),
    ("R07", BUTTOCK, {"hop_hurts": "yes", "fuel_low": "yes"}),
    ("R07", {**BUTTOCK, "runner": "no", "limp": "yes"}, {"hop_hurts": "yes", "pregnancy_status": "postpartum"}),
    ("R07", {}, {"hop_hurts": "yes", "fuel_low": "yes", "stress_fx_history": "yes"}),
    ("R08", {}, {"pain_areas": (["shin"], ["hip_groin"]), "bone_point": "yes", "hop_hurts": "yes"}),
    *[
        ("R08", {}, {"pain_areas": ([area], ["hip_groin"]), "bone_point": "yes", "hop_hurts": "yes"})
        for area in sorted(LIMB - {"hip_groin"})
    ],
    ("R08", HEEL, {"bone_point": "yes", "pain_night": "constant"}),
    ("R08", {"pain_areas": ["foot"]}, {"hop_hurts": "yes", "menses": "stopped_3m", "run_week_change": "new_runner"}),
    ("R09", {}, {"pregnancy_status": "pregnant", "pain_areas": spine("knee"), "limp": "yes"}),
    ("R09", GROIN, {"pregnancy_status": "postpartum", "nprs_worst": (8, 7)}),
    (
        "R10",
        {},
        {
            "age_years": (19, 20),
            "pain_areas": (["low_back"], ["sacrum"]),
            "duration_band": ("w2_6", "lt_2w"),
            "back_bend_hurts": "yes",
        },
    ),
    ("R10", {"answered_by": "guardian"}, {"age_years": (10, 9), "exercise_effect": "worse"}),
    (
        "R10",
        {"age_years": 15, "answered_by": "guardian"},
        {"exercise_effect": "worse", "duration_band": ("w6_12", "lt_2w")},
    ),
    ("R10", {"age_years": 18}, {"back_bend_hurts": "yes", "duration_band": ("gt_12w", "lt_2w")}),
    ("R11", KNEE, {"age_years": (17, 18), "pain_night": "constant"}),
    ("R12", {}, {"hx_cancer": ("past", "skin_minor"), "pain_areas": (["chest"], ["abdomen_flank"])}),
    ("R12", KNEE, {"hx_cancer": "recent", "pain_night": ("settles", "constant")}),
    ("R13", {}, {"hx_steroid": "yes", "pain_areas": spine(), "duration_band": ("w6_12", "gt_12w")}),
    ("R13", {}, {"hx_osteoporosis": "yes", "trauma_level": ("none", "minor")}),
    ("R14", KNEE, {"sys_weight_loss": "yes"}),
    (
        "R15",
        {},
        {
            "tx_response": ("no_change", "better"),
            "tx_weeks": ("ge_6", "lt_6"),
            "duration_band": ("w6_12", "w2_6"),
            "pain_areas": spine(),
        },
    ),
    ("R15", LONG, {"tx_response": "worse", "tx_weeks": (..., "none")}),
    ("R16", {}, {"pain_trend_month": "worse", "duration_band": ("gt_12w", "w6_12"), "pain_areas": spine()}),
    ("R17", {}, {"hx_spine_surgery": "yes", "leg_pain_extent": ("below_knee", "above_knee")}),
    ("R17", {}, {"hx_spine_surgery": "yes", "pain_trend": "worse", "pain_areas": (["neck"], ["buttock"])}),
    ("R18", SCAN, {"prior_imaging_finding": ["narrowing"]}),
    ("R18", SCAN, {"prior_imaging_finding": ["fracture"], "prior_imaging_when": "last_year_here"}),
    ("R18", SCAN, {"prior_imaging_finding": ["slip", "disc"], "prior_imaging_when": (..., "older_or_elsewhere")}),
    ("R19", KNEE, {"pain_mech": ("constant", "some"), "pain_ease": "no", "pain_night": "constant"}),
    *[("R20", KNEE, {"joint_block": block, "pop_felt": "yes"}) for block in ("locks", "gives_way", "too_swollen")],
    ("R20", KNEE, {"joint_block": "locks", "trauma_level": "minor"}),
    ("R20", KNEE, {"joint_block": "locks", "trauma_level": "twist"}),
    ("R21", KNEE, {"menses": ("stopped_3m", "irregular"), "fuel_low": "yes", "runner": ("yes", "no")}),
    ("R21", {**KNEE, "stress_fx_history": "yes"}, {"age_years": (15, 14), "menses": "never_started"}),
    ("R22", {"age_years": 50}, {"prior_episodes": "none", "trauma_level": "minor", "pain_trend": "worse"}),
    ("R22", {"pain_trend": "worse", "nprs_worst": 8}, {"age_years": (70, 69)}),
    ("R22", {"pain_trend": "worse", "nprs_worst": 8}, {"age_years": (17, 18), "pain_areas": spine("buttock")}),
    ("R22", BUTTOCK, {"pain_night": "constant", "pain_mech": "constant", "pain_ease": "no", "pain_trend": "worse"}),
    (
        "R22",
        {"pain_areas": ["upper_back", "low_back"]},
        {"main_area": ("upper_back", "low_back"), "tx_response": "no_change", "nprs_worst": (8, 7)},
    ),
    ("R22", {"prior_episodes": "none", "pain_trend": "worse", "nprs_worst": 8}, {"age_years": (50, 49)}),
    ("R22", {"pain_trend": "worse", "nprs_worst": 8}, {"age_years": (50, 49), "trauma_level": "minor"}),
    ("R22", {"pain_trend": "worse", "tx_response": "worse", "nprs_worst": 8}, {"pain_areas": spine("pelvis")}),
    ("R22", UPPER, {"tx_response": "worse", "pain_trend": "worse"}),
    ("R23", KNEE, {"trauma_level": ("major", "minor"), "duration_band": ("w2_6", "lt_2w")}),
    ("R23", KNEE, {"trauma_level": "major", "duration_band": ("w6_12", "gt_12w")}),
    ("R24", {}, {"foot_drop": "yes", "duration_band": ("gt_12w", "w6_12")}),
    ("R25", CALF, {"push_off": "cannot"}),
    ("R25", CALF, {"push_off": "cannot", "onset_type": ("gradual", "sudden_activity")}),
    ("R25", CALF, {"push_off": "weak", "pop_felt": "yes", "duration_band": ("w2_6", "w6_12")}),
    ("R26", {"age_years": 60}, {"height_loss": "yes", "pain_areas": (["upper_back"], ["knee"])}),
    (
        "R27",
        GROIN,
        {"trauma_level": "minor", "age_years": (65, 64), "duration_band": ("w6_12", "gt_12w")},
    ),
    ("R27", {"runner": "no"}, {"limp": "yes", "pain_night": "constant", "pain_areas": (["pelvis"], ["hip_side"])}),
    (
        "R28",
        {},
        {
            "age_years": (50, 49),
            "morning_stiff": ("ge_30", "lt_30"),
            "pain_areas": (["shoulder", "hip_side"], ["shoulder", "knee"]),
        },
    ),
    ("R28", {"age_years": 70, "morning_stiff": "ge_30"}, {"pain_areas": (["shoulder", "neck"], ["neck"])}),
    ("R29", {**KNEE, "visit_reason": "after_surgery"}, {"surgeon_cleared": "no"}),
    ("R29", {**KNEE, "visit_reason": "after_surgery"}, {"surgeon_cleared": "not_sure"}),
    ("R30", KNEE, {"lump": "yes"}),
    (
        "R31",
        {},
        {
            "pain_areas": (["wrist_hand"], ["elbow"]),
            "pain_side": ("both", "left"),
            "duration_band": ("w6_12", "w2_6"),
            "morning_stiff": ("ge_30", "lt_30"),
        },
    ),
    ("R32", {}, {"hx_ivdu": "yes", "pain_areas": spine(), "duration_band": ("w6_12", "gt_12w")}),
    *[("R32", {}, {recent: "yes", "pain_trend": "worse"}) for recent in ("hx_spine_procedure", "hx_surgery_3m")],
    ("R33", {"pain_areas": ["upper_back"]}, {"band_pain": "yes"}),
    (
        "R34",
        {},
        {
            "pain_areas": (["wrist_hand"], ["knee"]),
            "trauma_level": ("minor", "twist"),
            "duration_band": ("lt_2w", "w2_6"),
        },
    ),
    ("R34", {"pain_areas": ["elbow"], "duration_band": "lt_2w"}, {"trauma_level": "minor", "age_years": (64, 65)}),
    (
        "R35",
        {},
        {
            "pain_areas": (["hip_groin"], ["knee"]),
            "runner": ("yes", "no"),
            "hop_hurts": "yes",
            "run_pain_timing": ("stops_me", "after_only"),
            "onset_type": ("gradual", "sudden_activity"),
        },
    ),
    ("R35", {"pain_areas": ["hip_groin"]}, {"hop_hurts": "yes", "run_pain_timing": "builds", "limp": ("no", "yes")}),
    *[
        (
            "R36",
            {"age_years": 70, "runner": "no"},
            {"hx_osteoporosis": "yes", "pain_areas": (["thigh"], ["elbow"]), **load},
        )
        for load in ({"hop_hurts": "yes"}, {"limp": "yes"}, {"pain_night": "constant"}, {"pain_trend": "worse"})
    ],
    ("R36", {"pain_areas": ["thigh"]}, {"hx_steroid": "yes", "hop_hurts": "too_sore"}),
]


@pytest.mark.parametrize(("rule", "patient", "signs"), FIRE, ids=cases(FIRE))
def test_refer_rule_fires_on_its_signs_and_not_with_one_less(rule, patient, signs):
    assert rule in findings(**patient, **on(signs))
    for gone, rest in one_less(signs):
        assert rule not in findings(**{**patient, **rest}), f"without {gone}"


def test_every_refer_rule_has_an_example():
    assert {rule.id for rule in REFER_RULES} == {rule for rule, _, _ in FIRE}


SILENT = [
    *[
        ("R22", f"the worst is {area}", {"pain_areas": ["upper_back", area], "main_area": area, **WORSE})
        for area in ("shoulder", "chest", "arm", "elbow", "wrist_hand", "hip_groin", "hip_side", "calf", "achilles")
    ],
    ("R01", "10: one numb heel", {**HEEL, "leg_numb": "yes"}),
    ("R02", "10: a weak leg with ankle pain only", {"pain_areas": ["ankle"], "leg_weak": "mild"}),
    ("R06", "10: Achilles at 4 months", {"pain_areas": ["achilles"], **LONG, **on(INFLAMED), "hx_inflam": "yes"}),
    ("R07", "10: low back and one risk", {"hop_hurts": "yes", "fuel_low": "yes", "bone_point": "yes"}),
    ("R12", "10: a small skin cancer", {"hx_cancer": "skin_minor"}),
    ("R15", "10: 6 to 12 weeks, no care", {"duration_band": "w6_12"}),
    (
        "R18",
        "10: worn discs",
        {**SCAN, "prior_imaging_finding": ["age_changes", "disc"], "prior_imaging_when": "last_year_here"},
    ),
    ("R20", "locks, nothing happened", {**KNEE, "joint_block": "locks"}),
    ("R21", "irregular periods", {**KNEE, "menses": "irregular", "fuel_low": "yes"}),
    ("R22", "10: age counts once", {"age_years": 72, "prior_episodes": "none", "pain_trend": "worse"}),
]


@pytest.mark.parametrize(("rule", "story", "changes"), SILENT, ids=[f"{rule} {story}" for rule, story, _ in SILENT])
def test_refer_rule_stays_silent(rule, story, changes):
    assert rule not in findings(**changes)


CONTACTS = {
    FirstContact.PHYSICIAN: {
        "R05",
        "R11",
        "R12",
        "R13",
        "R14",
        "R19",
        "R23",
        "R26",
        "R29",
        "R30",
        "R32",
        "R33",
        "R34",
        "R36",
    },
    FirstContact.SPORTS: {"R07", "R08", "R10", "R21", "R27", "R35"},
    FirstContact.SPINE: {"R04"},
    FirstContact.RHEUMATOLOGY: {"R06", "R28", "R31"},
    FirstContact.OBSTETRIC: {"R09"},
}
CLASSES = {
    Klass.SERIOUS: {"R12", "R13", "R14", "R19", "R26", "R30", "R32", "R33"},
    Klass.INFLAMMATORY: {"R06", "R28", "R31"},
}


@pytest.mark.parametrize("rule", REFER_RULES, ids=lambda rule: rule.id)
def test_refer_rules_name_whom_to_see(rule):
    assert rule.level is Level.REFER
    contact = next((who for who, rules in CONTACTS.items() if rule.id in rules), FirstContact.PT_EVALUATION)
    klass = next((klass for klass, rules in CLASSES.items() if rule.id in rules), Klass.STRUCTURAL)
    assert (rule.first_contact, rule.klass) == (contact, klass)
    assert rule.strength in {"A", "B", "C"}
    assert rule.points_to
    assert rule.plain
    assert rule.source


def test_refer_rules_are_r01_to_r36():
    assert [rule.id for rule in REFER_RULES] == [f"R{number:02d}" for number in range(1, 37)]
