"""The language of conditions: three-valued, explained, printable, and able to carry the rules to come."""

from dataclasses import FrozenInstanceError, replace
from itertools import product
from typing import Any

import pytest

from intake.questionnaire import current
from intake.screening.answers import Reading, State
from intake.screening.conditions import (
    all_of,
    any_area,
    any_of,
    area_outside,
    at_least,
    at_most,
    count_of,
    fired,
    how_many,
    is_,
    more_than,
    named,
    not_sure,
    skipped,
    unless,
    yes,
)
from intake.screening.factors import FACTORS
from intake.screening.judge import ALL_RULES
from intake.screening.levels import DUTIES
from intake.screening.terms import (
    ARM,
    LIMB,
    SPINE,
    arm_neuro,
    cancer,
    in_spine,
    neuro,
    non_mechanical,
    sudden,
    trauma,
)
from intake.screening.unsure import CONTRADICTIONS

TRUE, FALSE, UNKNOWN = yes("sys_fever"), yes("hx_steroid"), yes("hx_immune")
BY_TRUTH = {True: TRUE, False: FALSE, None: UNKNOWN}
ANSWERS = {"sys_fever": "yes", "hx_steroid": "no", "hx_immune": "not_sure"}


def reading(upto=None, **answers):
    return Reading(answers, current(), upto)


def truth(condition, **answers):
    return condition.truth(reading(**(answers or ANSWERS)))


@pytest.mark.parametrize(("left", "right"), list(product([True, False, None], repeat=2)))
def test_and_is_false_if_one_is_else_unknown_if_one_is(left, right):
    expected = False if False in (left, right) else None if None in (left, right) else True
    assert truth(BY_TRUTH[left] & BY_TRUTH[right]) is expected


@pytest.mark.parametrize(("left", "right"), list(product([True, False, None], repeat=2)))
def test_or_is_true_if_one_is_else_unknown_if_one_is(left, right):
    expected = True if True in (left, right) else None if None in (left, right) else False
    assert truth(BY_TRUTH[left] | BY_TRUTH[right]) is expected


@pytest.mark.parametrize(("inner", "expected"), [(True, False), (False, True), (None, None)])
def test_not_leaves_unknown_unknown(inner, expected):
    assert truth(~BY_TRUTH[inner]) is expected


@pytest.mark.parametrize(("inner", "expected"), [(True, False), (False, True), (None, True)])
def test_unless_goes_by_what_is_known(inner, expected):
    assert truth(unless(BY_TRUTH[inner])) is expected


@pytest.mark.parametrize("truths", list(product([True, False, None], repeat=3)))
@pytest.mark.parametrize("least", [1, 2, 3])
def test_count_is_unknown_only_while_the_unknown_could_decide_it(least, truths):
    sure, open_ones = truths.count(True), truths.count(None)
    expected = True if sure >= least else None if sure + open_ones >= least else False
    assert truth(count_of(least, *(BY_TRUTH[one] for one in truths))) is expected


# ---------------------------------------------------------------- not shown, not yet, skipped, not sure


def test_states_of_a_question_are_kept_apart():
    form = reading(visit_reason="new_pain", pain_areas=["knee"], em_collapse="not_sure", hx_ivdu="prefer_not")
    assert form.state("pain_areas") is State.ANSWERED
    assert form.state("em_collapse") is State.NOT_SURE
    assert form.state("hx_ivdu") is State.NOT_SURE
    assert form.state("em_dark_urine") is State.SKIPPED
    assert form.state("ces_saddle") is State.NOT_SHOWN
    assert reading(upto="P1").state("sys_fever") is State.NOT_YET
    assert reading(upto="P1", sys_fever=None).state("sys_fever") is State.SKIPPED
    assert reading().state("question_of_another_form") is State.NOT_YET


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"em_collapse": "yes"}, True),
        ({"em_collapse": "no"}, False),
        ({"em_collapse": "not_sure"}, None),
        ({"em_collapse": None}, None),
        ({}, None),
        ({"em_collapse": "rubbish"}, None),
    ],
)
def test_skipped_and_not_sure_are_unknown_not_no(answers, expected):
    assert yes("em_collapse").truth(reading(**answers)) is expected


def test_question_that_does_not_apply_is_false():
    form = reading(visit_reason="new_pain", pain_areas=["knee"])
    assert yes("ces_saddle_cause").truth(form) is False
    assert (~yes("ces_saddle_cause")).truth(form) is True


def test_prefer_not_to_say_is_true_only_where_it_is_named():
    assert yes("hx_ivdu").truth(reading(hx_ivdu="prefer_not")) is None
    assert is_("hx_ivdu", "yes", "prefer_not").truth(reading(hx_ivdu="prefer_not")) is True


def test_not_sure_and_skipped_can_be_named():
    assert not_sure("em_collapse").truth(reading(em_collapse="not_sure")) is True
    assert not_sure("em_collapse").truth(reading(em_collapse="yes")) is False
    assert skipped("em_collapse").truth(reading()) is True
    assert skipped("em_collapse").truth(reading(upto="P0")) is False


@pytest.mark.parametrize(("age", "expected"), [(64, False), (65, True), (None, None)])
def test_number_is_compared(age, expected):
    assert at_least("age_years", 65).truth(reading(age_years=age)) is expected
    assert at_most("age_years", 64).truth(reading(age_years=age)) is (None if expected is None else not expected)


def test_two_numbers_are_compared():
    painful = {"visit_reason": "new_pain", "pain_areas": ["knee"]}
    assert more_than("nprs_now", "nprs_worst").truth(reading(**painful, nprs_now=7, nprs_worst=5)) is True
    assert more_than("nprs_now", "nprs_worst").truth(reading(**painful, nprs_now=5, nprs_worst=5)) is False
    assert more_than("nprs_now", "nprs_worst").truth(reading(**painful, nprs_now=5)) is None


def test_places_are_asked_about_in_every_way():
    form = reading(pain_areas=["neck", "knee"])
    assert any_area(SPINE).truth(form) is True
    assert any_area(ARM).truth(form) is False
    assert area_outside(SPINE).truth(form) is True
    assert area_outside(SPINE | LIMB).truth(form) is False
    assert how_many("pain_areas", 2).truth(form) is True
    assert how_many("pain_areas", 3).truth(form) is False
    assert any_area(SPINE).truth(reading()) is None


def test_one_place_is_the_main_one():
    assert is_("main_area", "upper_back").truth(reading(pain_areas=["upper_back"])) is True
    assert is_("main_area", "upper_back").truth(reading(pain_areas=["upper_back", "neck"])) is None


# ---------------------------------------------------------------- what made it true


def test_evidence_holds_exactly_the_answers_that_made_it_true():
    condition = any_area(SPINE) & (yes("sys_fever") | yes("hx_steroid") | yes("hx_immune")) & ~yes("hx_anticoag")
    form = reading(
        pain_areas=["knee", "neck"], sys_fever="yes", hx_steroid="no", hx_immune="yes", hx_anticoag="no", hx_cancer="no"
    )
    assert condition.truth(form) is True
    assert condition.because(form) == {
        "pain_areas": ["neck"],
        "sys_fever": "yes",
        "hx_immune": "yes",
        "hx_anticoag": "no",
    }


def test_evidence_of_a_count_leaves_out_what_did_not_count():
    condition = count_of(2, yes("sys_fever"), yes("sys_weight_loss"), yes("sys_night_sweats"))
    form = reading(sys_fever="yes", sys_weight_loss="no", sys_night_sweats="yes")
    assert condition.because(form) == {"sys_fever": "yes", "sys_night_sweats": "yes"}


def test_evidence_joins_the_places_that_several_parts_name():
    condition = any_area({"neck"}) & any_area({"knee"})
    assert condition.because(reading(pain_areas=["neck", "knee", "foot"])) == {"pain_areas": ["neck", "knee"]}


def test_evidence_of_a_skipped_question_is_none():
    assert skipped("em_collapse").because(reading()) == {"em_collapse": None}


def test_evidence_of_not_and_unless_is_what_made_the_inner_false():
    form = reading(sys_fever="no", hx_steroid="no", hx_immune="not_sure")
    assert (~(yes("sys_fever") | yes("hx_steroid"))).because(form) == {"sys_fever": "no", "hx_steroid": "no"}
    assert unless(yes("hx_steroid")).because(form) == {"hx_steroid": "no"}
    assert unless(yes("hx_immune")).because(form) == {}


# ---------------------------------------------------------------- in words, and walked through


def test_condition_prints_in_codes_and_in_the_patient_s_words():
    condition = yes("foot_drop") & ~is_("duration_band", "gt_12w")
    assert str(condition) == "foot_drop: yes and not duration_band: gt_12w"
    assert condition.words(current()) == (
        "“Does your foot slap, drag, or not lift?”: “Yes” and not "
        "“How long have you had it this time?”: “More than 12 weeks”"
    )


def test_named_condition_prints_its_name():
    assert str(neuro & any_area({"neck"})) == "[a nerve sign in a leg] and pain in neck"
    assert str(named("old", at_least("age_years", 65)) | fired("E01", "E02")) == "[old] or rule E01 or E02"


def test_condition_tells_what_it_reads():
    assert (in_spine & (cancer | at_least("age_years", 50))).reads() == {"pain_areas", "hx_cancer", "age_years"}
    assert more_than("nprs_now", "nprs_worst").reads() == {"nprs_now", "nprs_worst"}
    assert (~yes("foot_drop")).reads() == {"foot_drop"}


def test_question_that_was_not_asked_is_no_evidence():
    form = reading(visit_reason="new_pain", pain_areas=["low_back"], age_years=12)
    assert unless(skipped("ces_sexual")).because(form) == {}
    assert skipped("ces_saddle").because(form) == {"ces_saddle": None}
    assert not_sure("em_collapse").because(reading(em_collapse="not_sure")) == {"em_collapse": "not_sure"}


def test_place_outside_others_is_told_with_what_made_it_so():
    outside = area_outside({"knee"})
    both = reading(visit_reason="new_pain", pain_areas=["knee", "heel"])
    assert outside.because(both) == {"pain_areas": ["heel"]}
    assert (~outside).because(reading(visit_reason="new_pain", pain_areas=["knee"])) == {"pain_areas": ["knee"]}
    unanswered = reading(visit_reason="new_pain")
    assert outside.truth(unanswered) is None
    assert unless(outside).because(unanswered) == outside.because(unanswered) == {}


def test_every_part_of_the_table_is_a_frozen_value():
    values: list[Any] = [*ALL_RULES, *FACTORS, *CONTRADICTIONS, *DUTIES.values(), ~yes("foot_drop")]
    values += [part for row in (*ALL_RULES, *FACTORS) for part in row.condition.walk()]
    for value in values:
        assert value == replace(value)
        with pytest.raises(FrozenInstanceError):
            value.anything = 1


def test_evidence_of_what_is_false_holds_only_what_made_it_so():
    form = reading(visit_reason="new_pain", pain_areas=["knee"], em_collapse="yes", em_dark_urine="no")
    both = yes("em_collapse") & yes("em_dark_urine") & yes("em_limb_tight")
    assert unless(both).because(form) == {"em_dark_urine": "no"}
    assert unless(any_area({"neck"})).because(form) == {"pain_areas": ["knee"]}
    either = yes("em_dark_urine") | yes("em_collapse")
    assert either.because(form) == {"em_collapse": "yes"}
    assert named("either", either).because(form) == {"em_collapse": "yes"}
    assert how_many("pain_areas", 1).because(form) == {"pain_areas": ["knee"]}


def test_equal_conditions_are_equal():
    assert yes("sys_fever") & cancer == yes("sys_fever") & cancer
    assert yes("sys_fever") != yes("hx_steroid")


# ---------------------------------------------------------------- rules of the whole table, to prove the language

U10 = cancer & (
    (
        in_spine
        & any_of(
            is_("pain_night", "constant"),
            yes("sys_weight_loss"),
            non_mechanical,
            is_("main_area", "upper_back"),
            neuro | arm_neuro,
            is_("pain_trend", "worse"),
        )
    )
    | (any_area(LIMB | ARM | {"buttock"}) & (is_("pain_night", "constant") | yes("limp") | is_("pain_trend", "worse")))
)
R12 = cancer & area_outside({"abdomen_flank"}) & ~fired("U10")
U12 = all_of(
    in_spine,
    is_("duration_band", "lt_2w", "w2_6", "w6_12"),
    at_least("age_years", 70) | yes("hx_steroid", "hx_osteoporosis"),
    trauma | sudden,
    count_of(
        2,
        at_least("age_years", 70),
        is_("sex_at_birth", "female", "prefer_not"),
        yes("hx_steroid"),
        yes("hx_osteoporosis"),
        trauma,
        yes("height_loss"),
    ),
)
R04 = at_least("age_years", 50) & yes("walk_claud") & yes("claud_sit_eases") & unless(yes("claud_stand_eases"))
N03 = (is_("onset_type", "after_injury") & is_("trauma_level", "none")) | more_than("nprs_now", "nprs_worst")
N08 = is_("ces_sexual", "new", "worse", "since_start", "old_same") & ~fired("U06")

OLD_CANCER = {"visit_reason": "new_pain", "age_years": 60, "hx_cancer": "past"}
FALL = {"visit_reason": "new_pain", "duration_band": "lt_2w", "pain_areas": ["low_back"]}


@pytest.mark.parametrize(
    ("rule", "answers", "expected"),
    [
        (U10, {**OLD_CANCER, "pain_areas": ["thigh"], "pain_night": "constant"}, True),
        (U10, {**OLD_CANCER, "pain_areas": ["upper_back"]}, True),
        (U10, {**OLD_CANCER, "pain_areas": ["thigh"], "pain_night": "none", "limp": "no", "pain_trend": "same"}, False),
        (U10, {**OLD_CANCER, "pain_areas": ["thigh"], "pain_night": "none", "limp": "no"}, None),
        (R12, {**OLD_CANCER, "pain_areas": ["knee"]}, True),
        (R12, {**OLD_CANCER, "pain_areas": ["abdomen_flank"]}, False),
        (U12, {**FALL, "age_years": 72, "sex_at_birth": "female", "onset_type": "sudden_activity"}, True),
        (U12, {**FALL, "age_years": 40, "hx_steroid": "no", "hx_osteoporosis": "no"}, False),
        (R04, {"pain_areas": ["thigh"], "age_years": 66, "walk_claud": "yes", "claud_sit_eases": "yes"}, True),
        (N03, {"pain_areas": ["knee"], "onset_type": "after_injury", "trauma_level": "none"}, True),
        (N08, {"pain_areas": ["low_back"], "age_years": 30, "ces_sexual": "new"}, True),
    ],
)
def test_language_carries_the_rules_to_come(rule, answers, expected):
    assert rule.truth(reading(**answers)) is expected


def test_rule_can_look_at_the_rules_before_it():
    form = reading(**OLD_CANCER, pain_areas=["knee"])
    assert R12.truth(form) is True
    form.fired.add("U10")
    assert R12.truth(form) is False
