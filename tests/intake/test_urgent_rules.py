"""The urgent rules U01 to U42: each fires on its smallest pictures, and not when one sign is gone."""

import pytest

from intake.screening import FirstContact, Klass, Level
from intake.screening.beyond import URGENT_RULES
from intake.screening.terms import INJURED_TRUNK
from tests.intake.examples import (
    BELLY,
    BUTTOCK,
    CALF,
    ELBOW,
    GROIN,
    HEEL,
    KNEE,
    MALE,
    NECK,
    PELVIS,
    Example,
    cases,
    findings,
    on,
    one_less,
    spine,
)

NUMB = {"leg_numb": "yes"}
NO_EASE = {"pain_mech": "constant", "pain_ease": "no"}
FELL = {"onset_type": "after_injury", "trauma_level": "minor"}
LONG = {"duration_band": "gt_12w"}
ALL_AT_ONCE = {"onset_type": "sudden_no_cause", "duration_band": ("lt_2w", "w2_6")}
CRASH = {"trauma_level": "major", "duration_band": "lt_2w"}
RISKY_CALF = {"dvt_risk": "yes", "pain_mech": ("some", "clear"), "onset_type": ("gradual", "sudden_activity")}

FIRE: list[Example] = [
    ("U01", {}, {"foot_drop": "yes", "duration_band": ("w6_12", "gt_12w")}),
    ("U01", LONG, {"foot_drop": "yes", "neuro_trend": "worse"}),
    ("U02", {}, {"leg_weak": "major"}),
    ("U02", {}, {"leg_weak": "mild", "neuro_trend": "worse"}),
    ("U03", {}, {"leg_numb": "yes", "leg_neuro_side": "both", "duration_band": ("w2_6", "w6_12")}),
    ("U03", {"duration_band": "lt_2w"}, {"leg_weak": "mild", "other_side": "yes"}),
    ("U03", {}, {"leg_numb": "yes", "leg_neuro_side": "both", "neuro_trend": ("same", "worse")}),
    ("U04", {"leg_pain_extent": "below_knee"}, {"leg_pain_side": "both", "duration_band": ("lt_2w", "w2_6")}),
    ("U04", {"duration_band": "lt_2w"}, {"leg_pain_side": "both", "leg_pain_extent": ("below_knee", "above_knee")}),
    ("U04", {"leg_pain_extent": "above_knee"}, {"leg_pain_side": "both", "pain_trend": "worse"}),
    ("U04", {"leg_pain_extent": "below_knee"}, {"leg_pain_side": "switches", "pain_trend": "worse"}),
    *[("U05", {}, {row: "since_start"}) for row in ("ces_saddle", "ces_bladder", "ces_bowel")],
    *[
        ("U05", {}, {row: "old_same", f"{row}_cause": ("no", "yes")})
        for row in ("ces_saddle", "ces_bladder", "ces_bowel")
    ],
    *[("U05", {}, {row: "old_same", f"{row}_cause": ("not_sure", "yes")}) for row in ("ces_saddle", "ces_bladder")],
    *[("U06", {}, {"ces_sexual": change, "leg_numb": "yes"}) for change in ("new", "worse", "since_start")],
    ("U06", {}, {"ces_sexual": "new", "leg_pain_extent": ("below_knee", "above_knee")}),
    ("U06", NUMB, {"ces_sexual": "new", "ces_bladder": ("no", "new")}),
    ("U07", {}, {"hands_clumsy": "yes"}),
    ("U07", {}, {"gait_unsteady": "yes", "leg_weak": ("none", "mild")}),
    ("U08", {}, {"sys_fever": "yes", "pain_areas": spine()}),
    ("U08", {}, {"sys_fever": "yes", "hx_immune": ("no", "yes")}),
    *[
        ("U09", {}, {risk: "yes", "pain_night": "constant", "pain_areas": spine()})
        for risk in ("hx_ivdu", "hx_immune", "hx_spine_procedure", "hx_surgery_3m", "hx_infection_3m")
    ],
    ("U09", {}, {"hx_immune": "yes", "pain_mech": "constant", "pain_ease": "no"}),
    ("U10", {}, {"hx_cancer": ("past", "skin_minor"), "pain_night": "constant"}),
    ("U10", {}, {"hx_cancer": "recent", "sys_weight_loss": "yes", "pain_areas": spine()}),
    ("U10", {}, {"hx_cancer": "past", "pain_mech": "constant", "pain_ease": ("only_walking", "yes")}),
    ("U10", {}, {"hx_cancer": "past", "pain_areas": (["upper_back"], ["low_back"])}),
    ("U10", {}, {"hx_cancer": "past", "leg_numb": "yes", "pain_areas": spine()}),
    ("U10", NECK, {"hx_cancer": "past", "arm_numb": "yes"}),
    ("U10", {}, {"hx_cancer": "past", "pain_trend": "worse"}),
    ("U10", {}, {"hx_cancer": "past", "pain_areas": (["thigh"], ["chest"]), "pain_night": "constant"}),
    ("U10", BUTTOCK, {"hx_cancer": "past", "limp": "yes"}),
    ("U10", ELBOW, {"hx_cancer": "past", "pain_trend": "worse"}),
    (
        "U10",
        {"visit_reason": "after_surgery"},
        {"hx_cancer": "past", "pain_areas": (["none"], ["knee"]), "leg_weak": "mild"},
    ),
    ("U11", KNEE, {"sys_fever": "yes", "sys_weight_loss": "yes"}),
    ("U11", KNEE, {"sys_night_sweats": "yes", "sys_very_unwell": "yes"}),
    (
        "U12",
        MALE,
        {"age_years": (70, 69), "trauma_level": "minor", "pain_areas": spine(), "duration_band": ("w6_12", "gt_12w")},
    ),
    ("U12", {}, {"age_years": (70, 69), "onset_type": "sudden_activity", "sex_at_birth": ("female", "male")}),
    ("U12", {}, {"age_years": (70, 69), "trauma_level": ("minor", "twist")}),
    ("U12", {**MALE, "hx_steroid": "yes"}, {"age_years": (70, 69), "onset_type": "sudden_activity"}),
    ("U12", {"sex_at_birth": "prefer_not", "age_years": 60}, {"hx_steroid": "yes", "onset_type": "sudden_no_cause"}),
    ("U12", {**MALE, "age_years": 60}, {"hx_osteoporosis": "yes", "trauma_level": "major"}),
    ("U12", {**MALE, "onset_type": "sudden_activity"}, {"hx_osteoporosis": "yes", "hx_steroid": "yes"}),
    ("U12", {**MALE, "age_years": 60, "onset_type": "sudden_activity"}, {"hx_steroid": "yes", "height_loss": "yes"}),
    (
        "U13",
        {},
        {
            "hx_anticoag": "yes",
            "trauma_level": ("minor", "twist"),
            "pain_areas": spine(),
            "duration_band": ("w6_12", "gt_12w"),
        },
    ),
    ("U14", CALF, {"dvt_swelling": "yes"}),
    ("U14", CALF, {**RISKY_CALF, "duration_band": ("w2_6", "w6_12"), "trauma_level": ("none", "minor")}),
    ("U14", {}, {"dvt_risk": "yes", "pain_areas": (["thigh"], ["shin"]), "pain_mech": "constant"}),
    ("U15", GROIN, {"hop_hurts": "yes", "fuel_low": "yes", "runner": ("yes", "no")}),
    ("U15", GROIN, {"run_pain_timing": ("builds", "after_only"), "stress_fx_history": "yes"}),
    ("U15", GROIN, {"run_pain_timing": "stops_me", "pain_night": "constant"}),
    ("U15", GROIN, {"hop_hurts": "too_sore", "pain_ease": "no"}),
    ("U15", GROIN, {"hop_hurts": "yes", "pain_ease": ("only_walking", "yes")}),
    ("U15", GROIN, {"hop_hurts": "yes", "menses": "irregular"}),
    ("U15", {**GROIN, "age_years": 15, "answered_by": "guardian"}, {"hop_hurts": "yes", "menses": "never_started"}),
    ("U15", GROIN, {"hop_hurts": "yes", "run_long_jump": ("large", "some")}),
    ("U15", GROIN, {"hop_hurts": "yes", "run_week_change": ("up_lot", "up_some")}),
    ("U15", {}, {"limp": "yes", "pain_areas": (["pelvis"], ["hip_side"])}),
    ("U15", {**GROIN, "runner": "no"}, {"limp": "yes", "hx_osteoporosis": "yes"}),
    ("U15", {**GROIN, "runner": "no"}, {"hop_hurts": "yes", "hx_steroid": "yes"}),
    ("U15", {**PELVIS, "runner": "no"}, {"hop_hurts": "yes", "pregnancy_status": "postpartum"}),
    ("U15", {**GROIN, "runner": "no"}, {"limp": "yes", "age_years": (65, 64), "duration_band": ("w2_6", "w6_12")}),
    ("U15", {**GROIN, "runner": "no", **LONG}, {"limp": "yes", "age_years": (65, 64), "trauma_level": "minor"}),
    ("U16", CALF, {"push_off": ("cannot", "weak"), "pop_felt": "yes", "duration_band": ("w2_6", "w6_12")}),
    ("U16", CALF, {"push_off": "cannot", "onset_type": "sudden_activity"}),
    ("U16", CALF, {"push_off": "cannot", "onset_type": "after_injury"}),
    ("U17", {}, {"visc_urinary": "yes"}),
    ("U17", {}, {"visc_gut": "yes"}),
    ("U18", KNEE, {"joint_hot": "yes"}),
    ("U18", {}, {"sys_fever": "yes", "pain_areas": (["shoulder"], ["neck"])}),
    ("U19", KNEE, {"em_cannot_walk": "yes"}),
    ("U19", {}, {"em_cannot_walk": "yes", "leg_numb": ("no", "yes")}),
    (
        "U19",
        {},
        {
            "trauma_level": ("major", "minor"),
            "duration_band": ("lt_2w", "w2_6"),
            "pain_areas": (["shin"], ["shin", "chest"]),
        },
    ),
    (
        "U19",
        {"trauma_level": "minor"},
        {
            "pain_areas": (["ankle"], ["shin"]),
            "onset_type": "after_injury",
            "duration_band": ("lt_2w", "w2_6"),
            "bone_point": "yes",
        },
    ),
    (
        "U19",
        {},
        {
            "pain_areas": (["knee"], ["shin"]),
            "trauma_level": "minor",
            "duration_band": ("lt_2w", "w2_6"),
            "age_years": (55, 54),
        },
    ),
    ("U20", {"answered_by": "guardian"}, {"age_years": (8, 7), "pain_areas": (["knee"], ["shin"]), "limp": "yes"}),
    ("U20", GROIN, {"age_years": (16, 17), "limp": "yes"}),
    ("U20", {"pain_areas": ["thigh"]}, {"age_years": (12, 18), "limp": "yes"}),
    ("U21", {}, {"age_years": (17, 18), "sys_night_sweats": "yes", "pain_areas": spine()}),
    ("U21", {"age_years": 16}, {"leg_numb": "yes", "pain_areas": spine()}),
    ("U21", {"age_years": 16}, {"pain_areas": (["neck"], ["elbow"]), "arm_numb": "yes"}),
    *[("U21", {"age_years": 16}, {sign: "yes"}) for sign in ("sys_fever", "sys_weight_loss", "sys_very_unwell")],
    ("U22", {"age_years": 60}, {"abd_pulse": "yes", "nprs_worst": (6, 7)}),
    ("U22", {}, {"hx_aneurysm": "own", "onset_type": ("gradual", "sudden_activity")}),
    ("U22", {"age_years": 60}, {"hx_aneurysm": "family", "abd_pulse": "not_sure"}),
    ("U22", {"age_years": 60}, {"hx_aneurysm": "family", "abd_pulse": (..., "no")}),
    ("U22", {**NO_EASE, "age_years": 60}, {"abd_pulse": (..., "no")}),
    ("U22", {"age_years": 60}, {"abd_pulse": "not_sure", "pain_mech": "constant", "pain_ease": "no"}),
    (
        "U22",
        BELLY,
        {
            "sex_at_birth": ("male", "female"),
            "age_years": (60, 59),
            "hx_smoke": "past",
            "pain_mech": "constant",
            "pain_ease": "no",
        },
    ),
    ("U22", {**NO_EASE, "age_years": 60, "sex_at_birth": "prefer_not", **LONG}, {"hx_smoke": "current"}),
    ("U23", NECK, {"arm_weak": ("major", "mild")}),
    ("U24", {}, {"ces_saddle": "not_sure", "ces_bladder": "not_sure"}),
    ("U24", {}, {"ces_bowel": ..., "ces_bladder": "not_sure"}),
    ("U24", {}, {"ces_bowel": "not_sure", "leg_numb": "yes"}),
    ("U24", {}, {"ces_saddle": "not_sure", "ces_bowel": "not_sure"}),
    ("U24", {}, {"ces_saddle": ..., "ces_bladder": ...}),
    ("U24", {}, {"ces_saddle": ..., "ces_bowel": ...}),
    ("U24", {}, {"ces_bladder": ..., "ces_bowel": ...}),
    *[("U24", {}, {row: "not_sure", "leg_numb": "yes"}) for row in ("ces_saddle", "ces_bladder")],
    *[("U24", {}, {row: ..., "leg_weak": "mild"}) for row in ("ces_saddle", "ces_bladder", "ces_bowel")],
    *[
        ("U25", {}, {"pain_areas": ([area], ["knee"]), "trauma_level": ("minor", "twist"), "age_years": (65, 64)})
        for area in ("hip_groin", "hip_side", "thigh", "buttock", "pelvis")
    ],
    ("U25", GROIN, {"trauma_level": "minor", "hx_osteoporosis": "yes", "duration_band": ("w2_6", "w6_12")}),
    ("U25", GROIN, {"trauma_level": "minor", "hx_steroid": "yes"}),
    ("U26", {}, {"pain_areas": (["upper_back"], ["knee"]), "leg_numb": "yes"}),
    ("U26", {}, {"pain_areas": (["shoulder_blade"], ["shoulder_blade", "buttock"]), "leg_weak": "mild"}),
    ("U26", {"pain_areas": ["neck", "low_back"]}, {"leg_numb": "yes", "leg_neuro_side": "both"}),
    ("U26", {}, {"band_pain": "yes", "leg_numb": "yes", "leg_neuro_side": "both"}),
    (
        "U27",
        {},
        {
            "pain_areas": (["neck"], ["shoulder_blade"]),
            "trauma_level": ("minor", "twist"),
            "duration_band": ("lt_2w", "w2_6"),
            "age_years": (65, 64),
        },
    ),
    ("U28", {**GROIN, **MALE}, {"testicle_pain": "gradual"}),
    ("U29", KNEE, {"sys_fever": "yes", "hx_surgery_3m": "yes"}),
    ("U29", {"visit_reason": "after_surgery", "pain_areas": ["none"]}, {"sys_fever": "yes", "hx_surgery_3m": "yes"}),
    ("U30", {**KNEE, "age_years": 72}, {"head_signs": "yes"}),
    ("U31", {}, {"arm_swelling": "yes", "pain_areas": (["arm"], ["knee"])}),
    ("U32", {**KNEE, "visit_reason": "after_surgery"}, {"wound_problem": "yes"}),
    ("U32", KNEE, {"wound_problem": "yes", "hx_surgery_3m": "yes"}),
    ("U33", KNEE, {"sys_weight_loss": "yes", "pain_night": "constant"}),
    ("U33", {"pain_areas": ["shoulder"]}, {"sys_weight_loss": "yes", "arm_weak": "mild"}),
    ("U34", KNEE, {"age_years": (7, 8), "limp": "yes"}),
    ("U34", {"age_years": 5}, {"pain_areas": (["hip_groin"], ["elbow"]), "limp": "yes"}),
    ("U35", {}, {**ALL_AT_ONCE, "pain_areas": spine(), "pain_mech": "constant", "pain_ease": "no"}),
    ("U35", PELVIS, {**ALL_AT_ONCE, **NO_EASE}),
    (
        "U35",
        {**NO_EASE, "duration_band": "lt_2w"},
        {"sys_very_unwell": "yes", "pain_areas": (["shoulder"], ["wrist_hand"])},
    ),
    (
        "U36",
        {"duration_band": "lt_2w"},
        {
            "sex_at_birth": ("male", "female"),
            "age_years": (60, 59),
            "hx_smoke": ("past", "never"),
            "onset_type": ("sudden_no_cause", "sudden_activity"),
            "pain_areas": (["abdomen_flank"], ["neck"]),
        },
    ),
    (
        "U36",
        {"age_years": 60, "onset_type": "sudden_no_cause", "duration_band": "lt_2w"},
        {"sex_at_birth": ("prefer_not", "female"), "hx_smoke": "current"},
    ),
    ("U36", {}, {**ALL_AT_ONCE, "age_years": (65, 64), "nprs_worst": (8, 7), "pain_areas": (["low_back"], ["sacrum"])}),
    *[
        ("U37", {}, {"duration_band": ("lt_2w", "w2_6"), "pain_areas": (["abdomen_flank"], ["low_back"]), **strong})
        for strong in ({"nprs_worst": (7, 6)}, {"pain_trend": "worse"})
    ],
    ("U37", {**BELLY, "duration_band": "lt_2w"}, {"nprs_worst": 7, "onset_type": ("gradual", "sudden_activity")}),
    ("U37", {**BELLY, "duration_band": "lt_2w"}, {"nprs_worst": 7, "trauma_level": ("none", "minor")}),
    *[
        (
            "U38",
            {"duration_band": "lt_2w"},
            {"pregnancy_status": (status, "no"), "pain_areas": (["pelvis"], ["knee"]), **sign},
        )
        for status, sign in (
            ("maybe", {"onset_type": "sudden_no_cause"}),
            ("pregnant", {"nprs_worst": (8, 7)}),
            ("maybe", {"pain_mech": "constant", "pain_ease": "no"}),
        )
    ],
    ("U38", PELVIS, {"pregnancy_status": ("maybe", "postpartum"), "nprs_worst": 8, "duration_band": ("lt_2w", "w2_6")}),
    *[
        ("U39", {}, {risk: "yes", "pain_trend": "worse", "pain_areas": spine(), "duration_band": ("w6_12", "gt_12w")})
        for risk in ("hx_ivdu", "hx_immune", "hx_infection_3m")
    ],
    ("U39", {}, {"hx_immune": "yes", "sys_very_unwell": "yes"}),
    ("U39", {}, {"hx_ivdu": "yes", "sys_night_sweats": "yes"}),
    ("U40", KNEE, {"hx_anticoag": "yes", "trauma_level": "minor", "duration_band": ("lt_2w", "w2_6")}),
    *[
        ("U41", FELL, {"pain_areas": (["shoulder"], ["shin"]), "duration_band": ("lt_2w", "w2_6"), **fragile})
        for fragile in ({"age_years": (65, 64)}, {"hx_osteoporosis": "yes"}, {"hx_steroid": "yes"})
    ],
    (
        "U41",
        {**ELBOW, "duration_band": "lt_2w", "answered_by": "guardian"},
        {"age_years": (17, 18), "trauma_level": "minor"},
    ),
    (
        "U42",
        {},
        {
            "pain_areas": (["ankle"], ["shin"]),
            "trauma_level": "twist",
            "bone_point": "yes",
            "duration_band": ("lt_2w", "w2_6"),
        },
    ),
    (
        "U42",
        {"pain_areas": ["foot"], "duration_band": "lt_2w"},
        {"trauma_level": "minor", "bone_point": "yes", "onset_type": ("sudden_activity", "after_injury")},
    ),
]


@pytest.mark.parametrize(("rule", "patient", "signs"), FIRE, ids=cases(FIRE))
def test_urgent_rule_fires_on_its_signs_and_not_with_one_less(rule, patient, signs):
    assert rule in findings(**patient, **on(signs))
    for gone, rest in one_less(signs):
        assert rule not in findings(**{**patient, **rest}), f"without {gone}"


def test_every_urgent_rule_has_an_example():
    assert {rule.id for rule in URGENT_RULES} == {rule for rule, _, _ in FIRE}


SILENT = [
    *[("U19", f"crash, shin and {area}", {**CRASH, "pain_areas": ["shin", area]}) for area in sorted(INJURED_TRUNK)],
    ("U19", "crash, operated, no place marked", {"visit_reason": "after_surgery", "pain_areas": ["none"], **CRASH}),
    ("U05", "another cause is known", {"ces_bowel": "old_same", "ces_bowel_cause": "yes"}),
    ("U06", "prefers not to say", {"ces_sexual": "prefer_not", "leg_numb": "yes"}),
    ("U10", "10: a small skin cancer", {"hx_cancer": "skin_minor", "pain_night": "constant"}),
    (
        "U12",
        "a twist at 60 with steroids, male",
        {**MALE, "age_years": 60, "hx_steroid": "yes", "trauma_level": "twist"},
    ),
    ("U13", "10: over 12 weeks", {"hx_anticoag": "yes", "trauma_level": "minor", **LONG}),
    ("U15", "10: knee, builds", {**KNEE, "run_pain_timing": "builds", "fuel_low": "yes"}),
    ("U17", "heel, where it is not asked", {**HEEL, "visc_urinary": "yes"}),
    ("U22", "10: heel pain and a mother's aneurysm", {**HEEL, "hx_aneurysm": "family"}),
    ("U22", "10: family, strain, no beat", {"age_years": 60, "hx_aneurysm": "family", "onset_type": "sudden_activity"}),
    ("U22", "a man of 60 who never smoked", {**MALE, "age_years": 60, **NO_EASE}),
    ("U26", "10: low back, one leg", {"leg_numb": "yes"}),
    ("U27", "12: crash 3 weeks ago", {**NECK, **FELL, "age_years": 80}),
]


@pytest.mark.parametrize(("rule", "story", "changes"), SILENT, ids=[f"{rule} {story}" for rule, story, _ in SILENT])
def test_urgent_rule_stays_silent(rule, story, changes):
    assert rule not in findings(**changes)


STRUCTURAL = {"U01", "U02", "U04", "U07", "U15", "U16", "U19", "U20", "U23", "U25", "U27", "U34", "U41", "U42"}


@pytest.mark.parametrize("rule", URGENT_RULES, ids=lambda rule: rule.id)
def test_urgent_rules_go_to_a_physician_today(rule):
    assert (rule.level, rule.first_contact) == (Level.URGENT, FirstContact.PHYSICIAN)
    assert rule.klass is (Klass.STRUCTURAL if rule.id in STRUCTURAL else Klass.SERIOUS)
    assert rule.strength in {"A", "B", "C", "A/B"}
    assert rule.points_to
    assert rule.plain
    assert rule.source


def test_urgent_rules_are_u01_to_u42():
    assert [rule.id for rule in URGENT_RULES] == [f"U{number:02d}" for number in range(1, 43)]
