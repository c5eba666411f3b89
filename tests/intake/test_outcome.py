"""From findings to an outcome: the strictest duty of all, what is missing, and the interim rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.questionnaire import current
from intake.questionnaire.errors import UnknownPage
from intake.screening import (
    CRISIS_WORDS,
    EMERGENCY_WORDS,
    RULESET,
    Booking,
    CallDue,
    FirstContact,
    Klass,
    Level,
    evaluate,
)
from intake.screening.interim import CLEAR, SAFETY_QUESTIONS, SAME_DAY
from intake.screening.levels import strictest
from tests.intake.answering import all_clear


def outcome(upto=None, **changes):
    return evaluate(all_clear(**changes), questionnaire=current(), upto=upto)


def rules(result):
    return [finding.rule_id for finding in result.findings]


# ---------------------------------------------------------------- all clear


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"onset_type": "sudden_activity"}, "M01"),
        ({}, "M02"),
        ({"onset_type": "sudden_activity", "duration_band": "w6_12"}, "M02"),
        ({"pain_areas": ["knee"]}, "M04"),
        ({"pain_areas": ["elbow"]}, "M04"),
        ({"visit_reason": "doctor_order"}, "M05"),
        ({"visit_reason": "massage", "pain_areas": ["none"]}, "M06"),
        ({"visit_reason": "massage", "pain_areas": ["knee"]}, "M04"),
        ({"age_years": 12, "answered_by": "guardian", "pain_areas": ["knee"]}, "M04"),
        ({"hx_ivdu": "prefer_not"}, "M02"),
        ({"hx_cancer": "skin_minor"}, "M02"),
    ],
)
def test_all_clear_opens_booking(changes, rule):
    result = outcome(**changes)
    assert rules(result) == [rule]
    assert (result.level, result.klass, result.booking) == (Level.MECHANICAL, Klass.MECHANICAL, Booking.OPEN)
    assert (result.call_due, result.first_contact) == (None, FirstContact.PT_EVALUATION)
    assert (result.missing, result.not_sure, result.alerts) == ((), (), ())


def test_outcome_names_its_rules_and_questionnaire():
    result = outcome()
    assert (result.ruleset, result.questionnaire) == (RULESET, "intake-1")


def test_service_without_a_pain_needs_the_safety_pages_only():
    answers = {
        key: value
        for key, value in all_clear(visit_reason="massage", pain_areas=["none"]).items()
        if current().question(key).page_id in ("P0", "P1", "P2", "P3", "P5")
    }
    assert rules(evaluate(answers, questionnaire=current())) == ["M06"]
    del answers["ces_bowel"]
    assert evaluate(answers, questionnaire=current()).missing == ("ces_bowel",)


def test_care_after_surgery_needs_no_running_page():
    answers = {
        key: value
        for key, value in all_clear(visit_reason="after_surgery", pain_areas=["knee"]).items()
        if current().question(key).page_id != "P10"
    }
    assert rules(evaluate(answers, questionnaire=current())) == ["M05"]


# ---------------------------------------------------------------- doubt


def doubtful_value(question_id):
    question = current().question(question_id)
    codes = sorted(question.codes - CLEAR[question_id])
    return [codes[0]] if question.repeats else codes[0]


# What it takes for a question to be shown to the clear patient.
SHOWN_BY = {
    "preg_warning": {"pregnancy_status": "pregnant"},
    "postpartum_warning": {"pregnancy_status": "postpartum"},
    "ces_saddle_cause": {"ces_saddle": "old_same"},
    "ces_bladder_cause": {"ces_bladder": "old_same"},
    "ces_bowel_cause": {"ces_bowel": "old_same"},
    "arm_numb": {"pain_areas": ["neck"]},
    "arm_weak": {"pain_areas": ["neck"]},
    "other_side": {"leg_numb": "yes"},
    "testicle_pain": {"pain_areas": ["hip_groin"], "sex_at_birth": "male"},
    "height_loss": {"age_years": 50},
    "abd_pulse": {"age_years": 50},
    "pain_trend_month": {"duration_band": "gt_12w"},
    "back_bend_hurts": {"age_years": 20},
    "walk_claud": {"pain_areas": ["calf"]},
    "prior_imaging_finding": {"prior_imaging": ["mri"]},
    "dvt_swelling": {"pain_areas": ["calf"]},
    "dvt_risk": {"pain_areas": ["calf"]},
    "joint_hot": {"pain_areas": ["knee"]},
    "joint_block": {"pain_areas": ["knee"]},
    "pop_felt": {"pain_areas": ["knee"]},
    "push_off": {"pain_areas": ["calf"]},
    "leg_pain_side": {"leg_pain_extent": "above_knee"},
    "leg_neuro_side": {"leg_numb": "yes"},
    "neuro_trend": {"leg_numb": "yes"},
    "main_area": {"pain_areas": ["knee", "calf"]},
    "onset_age": {"duration_band": "gt_12w"},
    "hx_smoke": {"age_years": 50},
    "exercise_effect": {"duration_band": "w6_12"},
    "rest_effect": {"duration_band": "w6_12"},
    "claud_stand_eases": {"pain_areas": ["calf"], "walk_claud": "yes"},
    "claud_sit_eases": {"pain_areas": ["calf"], "walk_claud": "yes"},
    "tx_weeks": {"tx_response": "better"},
    "prior_imaging_when": {"prior_imaging": ["mri"]},
}


@pytest.mark.parametrize("question", sorted(CLEAR))
def test_answer_that_is_not_clear_holds_booking(question):
    result = outcome(**SHOWN_BY.get(question, {}), **{question: doubtful_value(question)})
    assert result.level in (Level.UNSURE, Level.EMERGENCY)
    assert result.booking in (Booking.HELD, Booking.NOT_OFFERED)
    assert any(question in finding.answers for finding in result.findings)


@pytest.mark.parametrize("question", sorted(SAFETY_QUESTIONS))
def test_skipped_safety_question_holds_booking_and_is_missing(question):
    result = outcome(**SHOWN_BY.get(question, {}), **{question: ...})
    assert question in result.missing
    assert result.level is Level.UNSURE
    assert result.booking is Booking.HELD
    due = CallDue.SAME_WORKING_DAY if question in SAME_DAY else CallDue.WORKING_DAY_1
    assert result.call_due in (due, CallDue.SAME_WORKING_DAY)
    if question not in SHOWN_BY:
        assert result.call_due is due


@pytest.mark.parametrize("question", sorted(q for q in SAFETY_QUESTIONS if "not_sure" in current().question(q).codes))
def test_not_sure_holds_booking(question):
    result = outcome(**SHOWN_BY.get(question, {}), **{question: "not_sure"})
    assert question in result.not_sure
    assert question not in result.missing
    assert (result.level, result.booking) == (Level.UNSURE, Booking.HELD)


@pytest.mark.parametrize(
    ("question", "due"),
    [
        ("em_chest_breath", CallDue.SAME_WORKING_DAY),
        ("ces_bowel", CallDue.SAME_WORKING_DAY),
        ("gait_unsteady", CallDue.SAME_WORKING_DAY),
        ("sys_fever", CallDue.SAME_WORKING_DAY),
        ("hx_cancer", CallDue.WORKING_DAY_1),
        ("hx_anticoag", CallDue.WORKING_DAY_1),
        ("visc_gut", CallDue.WORKING_DAY_1),
    ],
)
def test_doubt_about_an_emergency_question_is_called_about_the_same_day(question, due):
    assert outcome(**{question: "not_sure"}).call_due is due


PICTURES = [
    ("child of 11", {"age_years": 11, "answered_by": "guardian", "pain_areas": ["knee"]}),
    ("17 without a guardian", {"age_years": 17, "pain_areas": ["knee"]}),
    ("chest tapped, chest denied", {"pain_areas": ["chest"]}),
    ("chest tapped beside the back", {"pain_areas": ["low_back", "chest"]}),
    ("belly only", {"pain_areas": ["abdomen_flank"]}),
    ("six places", {"pain_areas": ["neck", "shoulder", "elbow", "arm", "knee", "foot"]}),
    ("injury without a fall", {"onset_type": "after_injury"}),
    ("pain now above the worst", {"nprs_now": 6}),
    ("72 and went lifting", {"age_years": 72, "onset_type": "sudden_activity"}),
    ("groin pain builds on the run", {"pain_areas": ["hip_groin"], "run_pain_timing": "builds"}),
    (
        "back eases with exercise, not with rest, for long",
        {"duration_band": "gt_12w", "exercise_effect": "better", "rest_effect": "worse"},
    ),
    ("teen back, worse with exercise", {"age_years": 18, "exercise_effect": "worse"}),
]


@pytest.mark.parametrize(("name", "changes"), PICTURES, ids=[name for name, _ in PICTURES])
def test_clear_answers_that_later_rules_would_judge_are_held(name, changes):
    assert outcome(**changes).level is Level.UNSURE


# ---------------------------------------------------------------- duties are a union


def test_level_is_the_highest_and_duties_are_the_strictest():
    result = outcome(em_collapse="yes", hx_cancer="not_sure", sys_fever="not_sure")
    assert rules(result) == ["E02", "N00.1", "N00.2"]
    assert (result.level, result.klass) == (Level.EMERGENCY, Klass.SERIOUS)
    assert (result.booking, result.call_due) == (Booking.NOT_OFFERED, CallDue.MINUTES_15)
    assert result.first_contact is FirstContact.PHYSICIAN


def test_interim_rule_leaves_out_what_an_emergency_rule_took():
    result = outcome(sys_fever="yes", hx_immune="yes", hx_steroid="yes")
    by_rule = {finding.rule_id: finding.answers for finding in result.findings}
    assert by_rule["E12"] == {"sys_fever": "yes", "pain_areas": ["low_back"], "hx_immune": "yes"}
    assert by_rule["N00.2"] == {"hx_steroid": "yes"}


def test_strictest_takes_the_first_of_the_list_and_none_only_alone():
    assert strictest([CallDue.WORKING_DAY_1, None, CallDue.MINUTES_15]) is CallDue.MINUTES_15
    assert strictest([None]) is None
    assert strictest([Level.UNSURE, Level.REFER]) is Level.REFER


# ---------------------------------------------------------------- under way


def test_form_under_way_opens_nothing_and_counts_only_what_was_shown():
    answers = {key: value for key, value in all_clear().items() if current().question(key).page_id in ("P0", "P1")}
    result = evaluate(answers, questionnaire=current(), upto="P1")
    assert (result.level, result.booking, result.findings, result.missing) == (Level.UNSURE, Booking.HELD, (), ())


def test_all_clear_under_way_does_not_open():
    assert outcome(upto="P13").booking is Booking.HELD


def test_unknown_page_is_refused():
    with pytest.raises(UnknownPage):
        outcome(upto="P99")


# ---------------------------------------------------------------- words


def test_emergency_words_hold_and_alert():
    result = outcome(free_text="Since Monday I can’t really pee")
    assert rules(result) == ["N00.3"]
    assert result.alerts == (EMERGENCY_WORDS,)
    assert (result.booking, result.call_due) == (Booking.HELD, CallDue.SAME_WORKING_DAY)


def test_crisis_words_alert_and_are_no_level():
    result = outcome(free_text="Some days I want to end my life")
    assert result.alerts == (CRISIS_WORDS,)
    assert result.level is Level.MECHANICAL


def test_health_word_holds_unless_its_question_was_answered_yes():
    held = outcome(free_text="I had cancer as a child")
    assert rules(held) == ["N00.3"]
    known = outcome(free_text="It was a small skin cancer", hx_cancer="skin_minor")
    assert rules(known) == ["M02"]


def test_clear_text_holds_nothing():
    assert outcome(free_text="I want to run the Crow Pass race in July").level is Level.MECHANICAL


# ---------------------------------------------------------------- never breaks, never opens on rubbish


ANYTHING = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(["yes", "no"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
    max_leaves=4,
)


@given(changes=st.dictionaries(st.sampled_from(sorted(current().questions)), ANYTHING, max_size=6))
def test_stored_rubbish_never_breaks(changes):
    result = evaluate({**all_clear(), **changes}, questionnaire=current())
    assert result.level in Level


BRANCHING = {"visit_reason", "pain_areas", "sex_at_birth", "age_years"}  # rubbish there hides other questions


@pytest.mark.parametrize("question", sorted(set(CLEAR) - set(SHOWN_BY) - BRANCHING))
@pytest.mark.parametrize("rubbish", ["NO", "", 0, False, ["no"], {"no": 1}, -1])
def test_code_of_no_option_is_not_clear(question, rubbish):
    result = evaluate({**all_clear(), question: rubbish}, questionnaire=current())
    assert question in result.missing
    assert result.level is Level.UNSURE
