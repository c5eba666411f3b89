"""The emergency rules E01 to E21 in their last form, one story or more each, and each with its nearest non-emergency.

Stories marked 10, 11 or 12 are the amendments of that section of the clinical brief.
"""

import pytest

from intake.questionnaire import current
from intake.screening import Booking, CallDue, FirstContact, Klass, Level, emergency_now, evaluate
from intake.screening.beyond import EMERGENCY_RULES
from intake.screening.conditions import Condition
from tests.intake.answering import all_clear


def fired(**changes):
    """The emergency rules that fire for an otherwise clear patient with low back pain."""
    return [finding.rule_id for finding in emergency_now(all_clear(**changes), questionnaire=current())]


BOTH_LEGS = {"leg_numb": "yes", "leg_neuro_side": "both"}
KNEE = {"pain_areas": ["knee"]}
NECK = {"pain_areas": ["neck"]}
GROIN = {"pain_areas": ["hip_groin"]}
HURT_NECK = {**NECK, "onset_type": "after_injury", "trauma_level": "minor", "duration_band": "lt_2w"}
CRASH = {"onset_type": "after_injury", "trauma_level": "major", "duration_band": "lt_2w"}
BELLY_BEAT = {"age_years": 71, "abd_pulse": "yes"}
OUT_OF_THE_BLUE = {
    "age_years": 40,
    "onset_type": "sudden_no_cause",
    "duration_band": "lt_2w",
    "pain_mech": "constant",
    "pain_ease": "no",
}
STIFF_NECK = {"sys_fever": "yes", "sys_very_unwell": "yes", "duration_band": "lt_2w"}
BLED = {"hx_anticoag": "yes", "onset_type": "sudden_no_cause", "nprs_worst": 7, "leg_numb": "yes"}

EMERGENCIES = [
    ("E01", "chest pain", {"em_chest_breath": "yes"}),
    ("E02", "passed out", {"em_collapse": "yes"}),
    ("E03", "ripping pain", {"em_sudden_tearing": "yes"}),
    ("E04", "face droops", {"em_stroke_signs": "yes"}),
    ("E05", "hard tight leg", {"em_limb_tight": "yes"}),
    ("E06", "cola pee", {"em_dark_urine": "yes"}),
    ("E07", "bleeding in pregnancy", {"pregnancy_status": "pregnant", "preg_warning": "yes"}),
    ("E07", "maybe pregnant, belly pain", {"pregnancy_status": "maybe", "preg_warning": "yes"}),
    ("E07", "11: heavy bleeding after birth", {"pregnancy_status": "postpartum", "postpartum_warning": "yes"}),
    ("E08", "saddle numb, new", {"ces_saddle": "new"}),
    ("E08", "saddle numb, worse", {"ces_saddle": "worse"}),
    ("E08", "bladder new", {"ces_bladder": "new"}),
    ("E08", "bowel worse", {"ces_bowel": "worse"}),
    ("E08", "knee pain with a numb foot and a new bladder change", {**KNEE, "leg_numb": "yes", "ces_bladder": "new"}),
    (
        "E08",
        "massage client with a new bladder change",
        {"visit_reason": "massage", "pain_areas": ["none"], "ces_bladder": "new"},
    ),
    ("E09", "both legs numb, getting worse", {**BOTH_LEGS, "neuro_trend": "worse"}),
    ("E09", "both legs numb, very weak", {**BOTH_LEGS, "leg_weak": "major"}),
    ("E09", "11: second leg begins, worse", {"leg_numb": "yes", "other_side": "yes", "neuro_trend": "worse"}),
    ("E09", "both feet drop, worse", {"foot_drop": "yes", "leg_neuro_side": "both", "neuro_trend": "worse"}),
    ("E10", "clumsy hands and a weak leg", {**NECK, "hands_clumsy": "yes", "leg_weak": "mild"}),
    ("E10", "unsteady and a history of cancer", {"gait_unsteady": "yes", "hx_cancer": "past"}),
    ("E10", "unsteady and bladder worse", {"gait_unsteady": "yes", "ces_bladder": "worse"}),
    ("E10", "11: unsteady and bladder since the start", {"gait_unsteady": "yes", "ces_bladder": "since_start"}),
    ("E10", "clumsy and a very weak arm", {**NECK, "hands_clumsy": "yes", "arm_weak": "major"}),
    ("E10", "12.6: unsteady and a foot that drops", {"gait_unsteady": "yes", "foot_drop": "yes"}),
    ("E11", "cancer, spine, weak leg", {"hx_cancer": "recent", "leg_weak": "mild"}),
    ("E11", "cancer, spine, both legs", {"hx_cancer": "past", **BOTH_LEGS}),
    ("E11", "10: cancer, neck, weak arm", {**NECK, "hx_cancer": "past", "arm_weak": "mild"}),
    ("E11", "12.6: cancer, spine, foot drops", {"hx_cancer": "past", "foot_drop": "yes"}),
    ("E12", "fever, spine, numb leg", {"sys_fever": "yes", "leg_numb": "yes"}),
    ("E12", "fever, spine, injected drugs", {"sys_fever": "yes", "hx_ivdu": "yes"}),
    ("E12", "fever, spine, weak immune system", {"sys_fever": "yes", "hx_immune": "yes"}),
    ("E12", "11: fever after a shot in the spine", {"sys_fever": "yes", "hx_spine_procedure": "yes"}),
    ("E12", "11: fever after surgery", {"sys_fever": "yes", "hx_surgery_3m": "yes"}),
    ("E12", "11: fever after an abscess", {"sys_fever": "yes", "hx_infection_3m": "yes"}),
    ("E12", "10: fever, neck, weak arm", {**NECK, "sys_fever": "yes", "arm_weak": "mild"}),
    ("E12", "10: fever, neck, numb hand", {**NECK, "sys_fever": "yes", "arm_numb": "yes"}),
    ("E12", "10: fever, spine, rather not say about drugs", {"sys_fever": "yes", "hx_ivdu": "prefer_not"}),
    ("E13", "crash, back, 3 days", CRASH),
    ("E13", "crash, chest", {**CRASH, "pain_areas": ["chest"]}),
    ("E13", "crash, belly", {**CRASH, "pain_areas": ["abdomen_flank"]}),
    ("E13", "10: high fall on the buttock", {**CRASH, "pain_areas": ["buttock"]}),
    ("E13", "10: crash, groin", {**CRASH, **GROIN}),
    ("E13", "11: crash, pelvis", {**CRASH, "pain_areas": ["pelvis"]}),
    ("E14", "cannot walk, groin", {**GROIN, "em_cannot_walk": "yes"}),
    ("E14", "10: cannot walk, side of the hip, gradual", {"pain_areas": ["hip_side"], "em_cannot_walk": "yes"}),
    ("E14", "10: cannot walk, thigh", {"pain_areas": ["thigh"], "em_cannot_walk": "yes"}),
    ("E14", "10: cannot walk, buttock", {"pain_areas": ["buttock"], "em_cannot_walk": "yes"}),
    ("E14", "11: cannot walk, pelvis", {"pain_areas": ["pelvis"], "em_cannot_walk": "yes"}),
    ("E14", "cannot walk, back and a numb leg", {"em_cannot_walk": "yes", "leg_numb": "yes"}),
    ("E15", "beat in the belly, sudden", {**BELLY_BEAT, "onset_type": "sudden_no_cause"}),
    ("E15", "beat in the belly, 7 of 10", {**BELLY_BEAT, "nprs_worst": 7}),
    ("E15", "beat in the belly, nothing changes it", {**BELLY_BEAT, "pain_mech": "constant", "pain_ease": "no"}),
    ("E15", "own aneurysm, sudden", {"hx_aneurysm": "own", "onset_type": "sudden_activity"}),
    (
        "E15",
        "12.5: family aneurysm, sudden for no reason",
        {"hx_aneurysm": "family", "onset_type": "sudden_no_cause"},
    ),
    (
        "E15",
        "11: family aneurysm, only walking eases, nothing else changes it",
        {"hx_aneurysm": "family", "pain_mech": "constant", "pain_ease": "only_walking"},
    ),
    ("E16", "blood thinner, sudden severe pain, numb leg", BLED),
    (
        "E15",
        "family aneurysm, no position eases, nothing changes it",
        {"hx_aneurysm": "family", "pain_mech": "constant", "pain_ease": "no"},
    ),
    ("E16", "blood thinner, sudden as they moved", {**BLED, "onset_type": "sudden_activity"}),
    ("E16", "10: blood thinner, neck, numb arm", {**BLED, **NECK, "leg_numb": "no", "arm_numb": "yes"}),
    ("E17", "hot joint and fever", {**KNEE, "sys_fever": "yes", "joint_hot": "yes"}),
    ("E17", "11: hot elbow and fever", {"pain_areas": ["elbow"], "sys_fever": "yes", "joint_hot": "yes"}),
    ("E17", "10: fever, groin, limp", {**GROIN, "sys_fever": "yes", "limp": "yes"}),
    ("E17", "10: fever, groin, cannot walk", {**GROIN, "sys_fever": "yes", "em_cannot_walk": "yes"}),
    ("E18", "10: neck, fall, numb arm", {**HURT_NECK, "arm_numb": "yes"}),
    ("E18", "10: neck, fall, numb leg", {**HURT_NECK, "leg_numb": "yes"}),
    ("E18", "10: neck, fall, clumsy hands", {**HURT_NECK, "hands_clumsy": "yes"}),
    ("E18", "10: neck, crash, unsteady", {**HURT_NECK, "trauma_level": "major", "gait_unsteady": "yes"}),
    ("E10", "saddle since the start and unsteady", {"gait_unsteady": "yes", "ces_saddle": "since_start"}),
    ("E10", "bowel since the start and unsteady", {"gait_unsteady": "yes", "ces_bowel": "since_start"}),
    ("E08", "bladder worse", {"ces_bladder": "worse"}),
    ("E08", "bowel new", {"ces_bowel": "new"}),
    ("E19", "10: sudden pain in a testicle, groin", {**GROIN, "sex_at_birth": "male", "testicle_pain": "sudden"}),
    (
        "E19",
        "10: sudden pain in a testicle, flank",
        {"pain_areas": ["abdomen_flank"], "sex_at_birth": "male", "testicle_pain": "sudden"},
    ),
    (
        "E19",
        "12.3: asked of intersex people too",
        {**GROIN, "sex_at_birth": "intersex", "testicle_pain": "sudden"},
    ),
    *[
        ("E20", f"sudden, nothing changes it: {area}", {"pain_areas": [area], **OUT_OF_THE_BLUE})
        for area in ("neck", "shoulder", "shoulder_blade", "upper_back", "arm", "chest")
    ],
    ("E21", "fever, neck, very sick", {**NECK, **STIFF_NECK}),
]


@pytest.mark.parametrize(("rule", "story", "changes"), EMERGENCIES, ids=[f"{r} {s}" for r, s, _ in EMERGENCIES])
def test_emergency_fires(rule, story, changes):
    assert rule in fired(**changes)


NOT_EMERGENCIES = [
    ("E01", "older than 2 weeks", {"em_chest_breath": "older"}),
    ("E08", "since the start, not changing, is urgent", {"ces_saddle": "since_start"}),
    ("E08", "old and the same", {"ces_bowel": "old_same", "ces_bowel_cause": "no"}),
    ("E08", "leaks when running as before", {"ces_bladder": "stress_leak"}),
    ("E08", "sexual change alone", {"ces_sexual": "new"}),
    ("E09", "both legs numb, stable", {**BOTH_LEGS, "neuro_trend": "same"}),
    ("E09", "one leg worse", {"leg_numb": "yes", "leg_neuro_side": "left", "neuro_trend": "worse"}),
    (
        "E09",
        "both legs worse, but only not sure whether numb",
        {"leg_numb": "not_sure", "leg_neuro_side": "both", "neuro_trend": "worse"},
    ),
    ("E10", "weak leg alone", {"leg_weak": "mild"}),
    ("E11", "cancer and spine alone", {"hx_cancer": "past"}),
    ("E12", "no fever, spine, injected drugs", {"hx_ivdu": "yes"}),
    ("E14", "groin, can walk, limps", {**GROIN, "limp": "yes"}),
    ("E14", "cannot walk, knee, numb leg", {**KNEE, "em_cannot_walk": "yes", "leg_numb": "yes"}),
    ("E15", "beat in the belly, 6 of 10", {**BELLY_BEAT, "nprs_worst": 6}),
    ("E15", "beat in the belly, a position eases it", {**BELLY_BEAT, "pain_mech": "constant", "pain_ease": "yes"}),
    ("E15", "beat in the belly, moving changes it", {**BELLY_BEAT, "pain_mech": "some", "pain_ease": "no"}),
    (
        "E15",
        "family aneurysm, a position eases it",
        {"hx_aneurysm": "family", "pain_mech": "constant", "pain_ease": "yes"},
    ),
    (
        "E15",
        "family aneurysm, moving changes it",
        {"hx_aneurysm": "family", "pain_mech": "some", "pain_ease": "no"},
    ),
    (
        "E15",
        "no aneurysm, nothing changes it, sudden and severe",
        {"pain_mech": "constant", "pain_ease": "no", "onset_type": "sudden_no_cause", "nprs_worst": 9},
    ),
    ("E16", "no blood thinner", {**BLED, "hx_anticoag": "no"}),
    ("E16", "knee", {**BLED, **KNEE}),
    ("E16", "no nerve sign", {**BLED, "leg_numb": "no"}),
    ("E17", "fever, groin, no limp", {**GROIN, "sys_fever": "yes"}),
    ("E18", "shoulder, fall, numb arm", {**HURT_NECK, "pain_areas": ["shoulder"], "arm_numb": "yes"}),
    ("E10", "clumsy hands alone", {**NECK, "hands_clumsy": "yes"}),
    ("E10", "clumsy hands, mildly weak arm", {**NECK, "hands_clumsy": "yes", "arm_weak": "mild"}),
    ("E10", "unsteady and bladder old and the same", {"gait_unsteady": "yes", "ces_bladder": "old_same"}),
    ("E11", "small skin cancer, weak leg", {"hx_cancer": "skin_minor", "leg_weak": "mild"}),
    ("E11", "cancer, knee, weak leg", {**KNEE, "hx_cancer": "past", "leg_weak": "mild"}),
    ("E12", "fever and spine alone", {"sys_fever": "yes"}),
    ("E12", "fever, knee, injected drugs", {**KNEE, "sys_fever": "yes", "hx_ivdu": "yes"}),
    ("E13", "crash 3 weeks ago", {**CRASH, "duration_band": "w2_6"}),
    ("E13", "crash, ankle", {**CRASH, "pain_areas": ["ankle"]}),
    ("E13", "small fall, back", {**CRASH, "trauma_level": "minor"}),
    ("E14", "cannot walk, ankle", {"pain_areas": ["ankle"], "em_cannot_walk": "yes"}),
    ("E14", "cannot walk, back, no nerve sign", {"em_cannot_walk": "yes"}),
    (
        "E15",
        "10: family aneurysm and an activity strain",
        {"hx_aneurysm": "family", "onset_type": "sudden_activity", "nprs_worst": 8},
    ),
    (
        "E15",
        "10: heel pain and a mother's aneurysm",
        {"pain_areas": ["heel"], "hx_aneurysm": "family", "onset_type": "sudden_no_cause"},
    ),
    ("E15", "beat in the belly, gradual, mild", BELLY_BEAT),
    ("E16", "6 of 10", {**BLED, "nprs_worst": 6}),
    ("E16", "gradual", {**BLED, "onset_type": "gradual"}),
    ("E17", "hot joint, no fever", {**KNEE, "joint_hot": "yes"}),
    ("E17", "fever, knee, limp", {**KNEE, "sys_fever": "yes", "limp": "yes"}),
    ("E18", "11: a twist is no trauma", {**HURT_NECK, "trauma_level": "twist", "arm_numb": "yes"}),
    ("E18", "3 weeks ago", {**HURT_NECK, "duration_band": "w2_6", "arm_numb": "yes"}),
    ("E18", "neck, fall, no nerve sign", HURT_NECK),
    ("E20", "at 39", {"pain_areas": ["arm"], **OUT_OF_THE_BLUE, "age_years": 39}),
    ("E20", "3 weeks ago", {"pain_areas": ["arm"], **OUT_OF_THE_BLUE, "duration_band": "w2_6"}),
    ("E20", "moving changes it", {"pain_areas": ["shoulder"], **OUT_OF_THE_BLUE, "pain_mech": "clear"}),
    ("E20", "a position eases it", {"pain_areas": ["shoulder"], **OUT_OF_THE_BLUE, "pain_ease": "yes"}),
    ("E20", "with a lift", {"pain_areas": ["shoulder"], **OUT_OF_THE_BLUE, "onset_type": "sudden_activity"}),
    ("E20", "the low back", {"pain_areas": ["low_back"], **OUT_OF_THE_BLUE}),
    ("E21", "no fever", {**NECK, **STIFF_NECK, "sys_fever": "no"}),
    ("E21", "not so sick", {**NECK, **STIFF_NECK, "sys_very_unwell": "no"}),
    ("E21", "3 weeks ago", {**NECK, **STIFF_NECK, "duration_band": "w2_6"}),
    ("E21", "the low back", STIFF_NECK),
    ("E19", "gradual", {**GROIN, "sex_at_birth": "male", "testicle_pain": "gradual"}),
]


@pytest.mark.parametrize(("rule", "story", "changes"), NOT_EMERGENCIES, ids=[f"{r} {s}" for r, s, _ in NOT_EMERGENCIES])
def test_near_miss_is_no_emergency(rule, story, changes):
    result = evaluate(all_clear(**changes), questionnaire=current())
    assert rule not in [finding.rule_id for finding in result.findings]
    assert result.level is not Level.EMERGENCY


def test_clear_patient_fires_no_emergency():
    assert fired() == []


@pytest.mark.parametrize("rule", [rule.id for rule in EMERGENCY_RULES])
def test_every_rule_has_a_story_and_a_near_miss_where_it_has_more_than_one_part(rule):
    assert rule in {story[0] for story in EMERGENCIES}
    condition = next(one for one in EMERGENCY_RULES if one.id == rule).condition
    if sum(1 for _ in condition.walk()) > 3:
        assert rule in {story[0] for story in NOT_EMERGENCIES}


@pytest.mark.parametrize("rule", EMERGENCY_RULES, ids=lambda rule: rule.id)
def test_emergency_rule_reads_only_questions_and_codes_that_exist(rule):
    for part in rule.condition.walk():
        assert isinstance(part, Condition)
        codes = getattr(part, "codes", ())
        for question in part.reads():
            assert question in current().questions
            if codes:
                assert set(codes) <= current().question(question).codes


@pytest.mark.parametrize("rule", EMERGENCY_RULES, ids=lambda rule: rule.id)
def test_emergency_rule_carries_its_duties(rule):
    assert (rule.level, rule.klass, rule.first_contact) == (Level.EMERGENCY, Klass.SERIOUS, FirstContact.PHYSICIAN)
    assert (rule.booking, rule.due) == (Booking.NOT_OFFERED, CallDue.MINUTES_15)
    assert rule.points_to
    assert rule.source
    assert rule.strength in {"A", "B", "C", "A/B"}


def test_emergency_shows_the_answers_that_fired_it():
    finding = emergency_now(
        all_clear(pain_areas=["knee", "neck"], main_area="neck", sys_fever="yes", hx_ivdu="yes", hx_immune="no"),
        questionnaire=current(),
    )[0]
    assert finding.rule_id == "E12"
    assert finding.answers == {"sys_fever": "yes", "pain_areas": ["neck"], "hx_ivdu": "yes"}


# ---------------------------------------------------------------- stop at the first page that fires


def test_emergency_is_seen_on_the_first_page_with_nothing_else_answered():
    assert [finding.rule_id for finding in emergency_now({"em_collapse": "yes"}, questionnaire=current())] == ["E02"]


def test_going_back_does_not_hide_an_emergency_of_a_later_page():
    answers = all_clear(ces_saddle="new")
    result = evaluate(answers, questionnaire=current(), upto="P1")
    assert result.level is Level.EMERGENCY


def test_nothing_is_concluded_from_pages_not_shown_yet():
    result = evaluate({"em_collapse": "yes"}, questionnaire=current(), upto="P1")
    assert result.level is Level.EMERGENCY
    assert "sys_fever" not in result.missing
    assert "em_chest_breath" in result.missing


def test_skipped_and_not_sure_never_fire_an_emergency():
    for value in (None, "not_sure"):
        answers = all_clear(leg_numb="yes", leg_neuro_side="both")
        for question in current().shown(answers):
            if value is None or value in current().question(question).codes:
                changed = {**answers, question: value}
                assert emergency_now(changed, questionnaire=current()) == ()
