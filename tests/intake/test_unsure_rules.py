"""The unsure rules N01 to N13, what is core, and the mechanical patterns M01 to M06."""

import pytest

from intake.questionnaire import current
from intake.screening import Booking, CallDue, Klass, Level, evaluate
from intake.screening.mechanical import MECHANICAL_RULES
from intake.screening.terms import P1
from intake.screening.unsure import ALWAYS_TOLD, SAME_DAY, TAKEN, UNSURE_RULES
from tests.intake.answering import all_clear
from tests.intake.examples import GROIN, HEEL, KNEE, MALE, PELVIS, Example, cases, findings, on, one_less

SIX = ["knee", "shin", "calf", "ankle", "heel", "foot"]
BACK_AND_NECK = {"pain_areas": ["low_back", "neck", "knee"], "main_area": "low_back"}
# What it takes for a question to be shown to the patient with pain in low back, neck and knee.
SHOWN_BY = {"abd_pulse": {"age_years": 50}, "testicle_pain": {**MALE, "pain_areas": ["hip_groin"]}}

FIRE: list[Example] = [
    *[("N01", {}, {row: "not_sure"}) for row in P1],
    *[("N01", {}, {row: ...}) for row in P1],
    *[("N01", {}, {row: "older"}) for row in P1 if row != "em_cannot_walk"],
    ("N01", {"pregnancy_status": "pregnant"}, {"preg_warning": "not_sure"}),
    ("N01", {"pregnancy_status": "maybe"}, {"preg_warning": ...}),
    ("N01", {}, {"pain_areas": (["low_back", "chest"], ["low_back"])}),
    *[("N02", {**BACK_AND_NECK, **SHOWN_BY.get(q, {})}, {q: "not_sure"}) for q in ALWAYS_TOLD],
    *[("N02", {**BACK_AND_NECK, **SHOWN_BY.get(q, {})}, {q: ...}) for q in ALWAYS_TOLD],
    ("N02", {**GROIN, **MALE}, {"testicle_pain": "prefer_not"}),
    *[("N02", {}, {row: "not_sure"}) for row in ("ces_saddle", "ces_bladder", "ces_bowel")],
    *[("N02", {}, {row: ...}) for row in ("ces_saddle", "ces_bladder", "ces_bowel")],
    ("N02", {}, {"ces_bowel": "not_sure", "ces_saddle": ("no", "not_sure")}),
    ("N03", {}, {"onset_type": "after_injury", "trauma_level": ("none", "twist")}),
    ("N03", {}, {"nprs_now": (6, 5), "nprs_worst": (5, 6)}),
    ("N04", {}, {"free_text": ("I cannot pee", "I can run")}),
    ("N04", {}, {"free_text": "it began with a fever", "sys_fever": ("no", "yes")}),
    ("N05", {}, {"pain_areas": (SIX, SIX[:5])}),
    ("N05", {}, {"pain_areas": ([*SIX, "thigh"], SIX[:5])}),
    ("N06", {**KNEE, "answered_by": "guardian"}, {"age_years": (11, 12)}),
    *[("N06", KNEE, {"answered_by": (who, "guardian"), "age_years": (17, 18)}) for who in ("self", "helper", "staff")],
    *[
        ("N07", {}, {row: "old_same", f"{row}_cause": ("yes", "no")})
        for row in ("ces_saddle", "ces_bladder", "ces_bowel")
    ],
    *[
        ("N07", {}, {"ces_bladder": "stress_leak", row: ("no", change)})
        for row in ("ces_saddle", "ces_bowel", "ces_sexual")
        for change in ("not_sure", "new", "worse", "since_start", "old_same", ...)
    ],
    ("N07", {}, {"ces_bladder": "stress_leak", "ces_sexual": ("prefer_not", "old_same")}),
    *[("N08", {}, {"ces_sexual": (change, "no")}) for change in ("new", "worse", "since_start", "old_same")],
    ("N08", {}, {"ces_sexual": "new", "leg_numb": ("no", "yes")}),
    ("N08", {}, {"ces_sexual": "new", "sys_weight_loss": ("no", "yes")}),
    ("N08", {}, {"ces_sexual": "new", "em_collapse": ("no", "yes")}),
    ("N09", {}, {"sys_night_sweats": "yes"}),
    ("N09", {}, {"sys_very_unwell": "yes"}),
    ("N10", {}, {"leg_numb": "yes", "pain_areas": (["heel"], ["heel", "low_back"])}),
    ("N10", HEEL, {"leg_numb": "yes", "leg_pain_extent": ("none", "above_knee")}),
    ("N10", HEEL, {"leg_numb": "yes", "leg_neuro_side": ("left", "both")}),
    ("N10", {}, {"leg_numb": "yes", "pain_areas": (["knee"], ["neck"])}),
    ("N11", {}, {"pain_areas": (["chest"], ["chest", "knee"])}),
    ("N11", {}, {"pain_areas": (["abdomen_flank"], ["abdomen_flank", "low_back"])}),
    ("N13", KNEE, {"menses": ("stopped_3m", "irregular"), "runner": ("yes", "no")}),
    ("N13", KNEE, {"menses": "stopped_3m", "fuel_low": ("no", "yes")}),
    ("N13", {**KNEE, "answered_by": "guardian"}, {"menses": "never_started", "age_years": (15, 14)}),
    (
        "N14",
        {},
        {
            "pain_areas": (["calf"], ["shin"]),
            "dvt_risk": "yes",
            "duration_band": ("lt_2w", "w2_6"),
            "onset_type": ("gradual", "sudden_activity"),
        },
    ),
    ("N14", {"pain_areas": ["calf"], "duration_band": "lt_2w"}, {"dvt_risk": "yes", "trauma_level": ("none", "minor")}),
    ("N14", {"pain_areas": ["calf"], "duration_band": "lt_2w"}, {"dvt_risk": "yes", "pain_mech": ("clear", "some")}),
]


@pytest.mark.parametrize(("rule", "patient", "signs"), FIRE, ids=cases(FIRE))
def test_unsure_rule_fires_on_its_signs_and_not_with_one_less(rule, patient, signs):
    changes = {**patient, **on(signs)}
    assert rule in findings(**changes)
    for gone, rest in one_less(signs):
        assert rule not in findings(**{**patient, **rest}), f"without {gone}"


# ---------------------------------------------------------------- N12

CORE = [
    ("sex_at_birth", {}, CallDue.WORKING_DAY_1),
    ("age_years", KNEE, CallDue.WORKING_DAY_1),
    ("pregnancy_status", KNEE, CallDue.WORKING_DAY_1),
    ("postpartum_warning", {"pregnancy_status": "postpartum"}, CallDue.SAME_WORKING_DAY),
    ("onset_type", {}, CallDue.WORKING_DAY_1),
    ("trauma_level", KNEE, CallDue.SAME_WORKING_DAY),
    ("duration_band", KNEE, CallDue.WORKING_DAY_1),
    ("main_area", {"pain_areas": ["low_back", "knee"]}, CallDue.WORKING_DAY_1),
    ("ces_saddle_cause", {"ces_saddle": "old_same"}, CallDue.OPENING_HOURS_2),
    ("ces_sexual", {}, CallDue.SAME_WORKING_DAY),
    ("leg_pain_extent", KNEE, CallDue.SAME_WORKING_DAY),
    ("leg_pain_side", {"leg_pain_extent": "above_knee"}, CallDue.SAME_WORKING_DAY),
    ("neuro_trend", {"leg_numb": "yes"}, CallDue.SAME_WORKING_DAY),
    ("other_side", {"leg_numb": "yes"}, CallDue.SAME_WORKING_DAY),
    ("band_pain", KNEE, CallDue.SAME_WORKING_DAY),
    ("sys_night_sweats", KNEE, CallDue.WORKING_DAY_1),
    ("sys_very_unwell", {}, CallDue.WORKING_DAY_1),
    ("hx_immune", {}, CallDue.WORKING_DAY_1),
    ("hx_ivdu", {}, CallDue.WORKING_DAY_1),
    ("hx_aneurysm", {}, CallDue.WORKING_DAY_1),
    ("hx_smoke", {"age_years": 60}, CallDue.WORKING_DAY_1),
    ("height_loss", {"age_years": 60}, CallDue.WORKING_DAY_1),
    ("nprs_worst", {}, CallDue.WORKING_DAY_1),
    ("pain_trend", KNEE, CallDue.WORKING_DAY_1),
    ("pain_mech", {}, CallDue.WORKING_DAY_1),
    ("pain_ease", GROIN, CallDue.WORKING_DAY_1),
    ("pain_night", KNEE, CallDue.WORKING_DAY_1),
    ("limp", KNEE, CallDue.WORKING_DAY_1),
    ("dvt_risk", {"pain_areas": ["calf"]}, CallDue.WORKING_DAY_1),
    ("push_off", HEEL, CallDue.WORKING_DAY_1),
    ("pop_felt", KNEE, CallDue.WORKING_DAY_1),
    ("bone_point", {"pain_areas": ["ankle"]}, CallDue.WORKING_DAY_1),
    ("hop_hurts", GROIN, CallDue.WORKING_DAY_1),
    ("runner", GROIN, CallDue.WORKING_DAY_1),
    ("stress_fx_history", GROIN, CallDue.WORKING_DAY_1),
    ("fuel_low", GROIN, CallDue.WORKING_DAY_1),
    ("menses", GROIN, CallDue.WORKING_DAY_1),
    ("run_pain_timing", GROIN, CallDue.WORKING_DAY_1),
]


@pytest.mark.parametrize(("question", "patient", "due"), CORE, ids=[question for question, _, _ in CORE])
def test_core_question_without_an_answer_holds_booking(question, patient, due):
    clear = evaluate(all_clear(**patient), questionnaire=current())
    assert "N12" not in {finding.rule_id for finding in clear.findings}
    result = evaluate(all_clear(**{**patient, question: ...}), questionnaire=current())
    held = next(finding for finding in result.findings if finding.rule_id == "N12")
    assert question in held.answers
    assert question in result.missing
    assert result.booking is not Booking.OPEN
    assert result.call_due is due


NOT_CORE = [
    ("nprs_worst", KNEE),
    ("hop_hurts", KNEE),
    ("runner", KNEE),
    ("stress_fx_history", {}),
    ("bone_point", {}),
    ("prior_episodes", {}),
    ("morning_stiff", {}),
    ("pain_side", {}),
    ("nprs_now", {}),
    ("hx_spine_surgery", {}),
    ("free_text", {}),
    ("walk_claud", KNEE),
    ("menses", {}),
]


@pytest.mark.parametrize(("question", "patient"), NOT_CORE, ids=[question for question, _ in NOT_CORE])
def test_optional_question_that_was_not_asked_holds_nothing(question, patient):
    result = evaluate(all_clear(**{**patient, question: ...}), questionnaire=current())
    assert result.level is Level.MECHANICAL
    assert result.missing == ()


@pytest.mark.parametrize(
    ("question", "patient"),
    [
        ("walk_claud", KNEE),
        ("prior_episodes", {}),
        ("hx_spine_surgery", {}),
        ("hop_hurts", {}),
        ("prior_imaging", {}),
        ("prior_imaging_finding", {"prior_imaging": ["mri"]}),
        ("back_bend_hurts", {"age_years": 20}),
        ("morning_stiff", {"duration_band": "gt_12w"}),
    ],
)
def test_question_of_a_refer_rule_shown_and_left_empty_holds_booking(question, patient):
    result = evaluate({**all_clear(**patient), question: None}, questionnaire=current())
    assert [finding.rule_id for finding in result.findings] == ["N12"]
    assert (result.booking, result.call_due) == (Booking.HELD, CallDue.WORKING_DAY_1)


@pytest.mark.parametrize("question", ["free_text", "pain_side", "nprs_now", "run_miles_week"])
def test_question_that_no_rule_reads_may_be_left_empty(question):
    assert evaluate({**all_clear(), question: None}, questionnaire=current()).level is Level.MECHANICAL


@pytest.mark.parametrize(
    "question", ["hx_immune", "hx_ivdu", "sys_night_sweats", "hx_aneurysm", "band_pain", "ces_sexual"]
)
def test_core_question_not_sure_holds_booking(question):
    result = evaluate(all_clear(**{question: "not_sure"}), questionnaire=current())
    assert [finding.rule_id for finding in result.findings] == ["N12"]
    assert result.not_sure == (question,)


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"ces_sexual": "prefer_not"}, False),
        ({"ces_sexual": "prefer_not", "leg_numb": "yes"}, True),
        ({"ces_sexual": "prefer_not", "leg_pain_extent": "below_knee"}, True),
        ({"ces_sexual": "prefer_not", "leg_numb": "yes", "ces_bowel": "new"}, False),
        ({"menses": "prefer_not"}, False),
        ({**GROIN, "menses": "prefer_not"}, False),
        ({**GROIN, "menses": "prefer_not", "hop_hurts": "yes"}, True),
        ({**GROIN, "menses": "prefer_not", "run_pain_timing": "builds"}, True),
        ({**GROIN, "menses": "prefer_not", "hop_hurts": "yes", "fuel_low": "yes"}, False),
        ({**KNEE, "menses": "prefer_not", "hop_hurts": "yes"}, False),
        ({"hx_ivdu": "prefer_not"}, False),
        ({"ces_sexual": "prefer_not", "leg_pain_extent": "above_knee"}, False),
        ({**PELVIS, "menses": "prefer_not", "limp": "yes", "pain_ease": "yes"}, False),
        ({**PELVIS, "menses": "prefer_not", "run_pain_timing": "stops_me"}, True),
        *[({**GROIN, "menses": other, "hop_hurts": "yes"}, False) for other in ("regular", "hormones", "menopause")],
        *[
            ({**GROIN, "menses": "prefer_not", "run_pain_timing": timing}, False)
            for timing in ("no_pain", "after_only", "not_run", "warms_up")
        ],
    ],
)
def test_prefer_not_to_say_holds_only_where_the_answer_would_be_urgent(changes, held):
    assert ("N12" in findings(**changes)) is held


@pytest.mark.parametrize("question", sorted(TAKEN & SAME_DAY & current().questions.keys()))
def test_doubt_about_an_emergency_question_is_called_about_the_same_day(question):
    patient = {**BACK_AND_NECK, **SHOWN_BY.get(question, {})}
    if question == "preg_warning":
        patient["pregnancy_status"] = "pregnant"
    result = evaluate(all_clear(**{**patient, question: "not_sure"}), questionnaire=current())
    assert (result.level, result.call_due) == (Level.UNSURE, CallDue.SAME_WORKING_DAY)


@pytest.mark.parametrize("question", ["hx_cancer", "hx_anticoag", "joint_hot", "visc_gut"])
def test_doubt_about_another_question_is_called_about_within_a_working_day(question):
    result = evaluate(all_clear(**{**BACK_AND_NECK, question: "not_sure"}), questionnaire=current())
    assert (result.level, result.call_due) == (Level.UNSURE, CallDue.WORKING_DAY_1)


def test_every_unsure_rule_has_an_example_and_is_of_its_class():
    assert {rule.id for rule in UNSURE_RULES} == {rule for rule, _, _ in FIRE} | {"N12"}
    assert [rule.id for rule in UNSURE_RULES] == [f"N{number:02d}" for number in range(1, 15)]
    assert {(rule.level, rule.klass, rule.first_contact) for rule in UNSURE_RULES} == {
        (Level.UNSURE, Klass.UNSURE, None)
    }


# ---------------------------------------------------------------- M

PATTERNS = [
    ("M01", {"onset_type": "sudden_activity"}),
    ("M01", {"onset_type": "sudden_activity", "duration_band": "lt_2w"}),
    ("M02", {}),
    ("M02", {"onset_type": "sudden_activity", "duration_band": "w6_12"}),
    ("M02", {"onset_type": "sudden_no_cause"}),
    ("M03", {"leg_pain_extent": "above_knee"}),
    ("M03", {"leg_pain_extent": "below_knee", "onset_type": "sudden_activity"}),
    ("M03", {**KNEE, "leg_pain_extent": "below_knee"}),
    ("M04", KNEE),
    ("M04", {"pain_areas": ["elbow"]}),
    ("M04", {"pain_areas": ["neck"]}),
    ("M04", {"pain_areas": ["buttock"]}),
    ("M05", {"visit_reason": "doctor_order"}),
    ("M05", {"visit_reason": "after_surgery", "pain_areas": ["none"]}),
    ("M06", {"visit_reason": "massage", "pain_areas": ["none"]}),
    ("M06", {"visit_reason": "performance", "pain_areas": ["none"]}),
    ("M06", {"visit_reason": "pelvic_health", "pain_areas": ["none"]}),
    ("M04", {"visit_reason": "massage", **KNEE}),
]


@pytest.mark.parametrize(("rule", "changes"), PATTERNS, ids=[f"{n} {rule}" for n, (rule, _) in enumerate(PATTERNS)])
def test_clear_answers_fit_one_pattern_and_open_booking(rule, changes):
    result = evaluate(all_clear(**changes), questionnaire=current())
    assert [finding.rule_id for finding in result.findings] == [rule]
    assert (result.level, result.klass, result.booking) == (Level.MECHANICAL, Klass.MECHANICAL, Booking.OPEN)
    assert result.call_due is None


def test_every_pattern_has_an_example():
    assert {rule.id for rule in MECHANICAL_RULES} == {rule for rule, _ in PATTERNS} == {f"M0{n}" for n in range(1, 7)}


@pytest.mark.parametrize(
    ("changes", "within"),
    [
        ({"leg_pain_extent": "above_knee"}, "1_week"),
        ({"leg_pain_extent": "above_knee", "duration_band": "lt_2w"}, "1_week"),
        ({"leg_pain_extent": "above_knee", "duration_band": "w6_12"}, "2_weeks"),
        ({"leg_pain_extent": "above_knee", "pain_trend": "worse"}, "2_weeks"),
        ({}, None),
    ],
)
def test_pain_down_a_leg_is_seen_soon(changes, within):
    assert evaluate(all_clear(**changes), questionnaire=current()).visit_within == within
