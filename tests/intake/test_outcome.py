"""From findings to an outcome: the strictest duty of all, what is missing, flags, contradictions, alerts."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.questionnaire import current
from intake.questionnaire.errors import UnknownPage
from intake.questionnaire.fhir import to_response
from intake.questionnaire.loader import parse
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
from intake.screening.explain import explain
from intake.screening.flags import CLEAR
from intake.screening.levels import strictest
from intake.screening.what_if import what_if
from tests.intake.answering import all_clear
from tests.intake.explaining import assert_explained, random_response
from tests.intake.test_questionnaire_checks import choice, page, questionnaire


def outcome(upto=None, **changes):
    return evaluate(all_clear(**changes), questionnaire=current(), upto=upto)


def rules(result):
    return [finding.rule_id for finding in result.findings]


# ---------------------------------------------------------------- all clear


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, "M02"),
        ({"pain_areas": ["knee"]}, "M04"),
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
    assert (result.missing, result.not_sure, result.alerts, result.contradictions) == ((), (), (), ())


def test_outcome_names_its_rules_and_questionnaire():
    result = outcome()
    assert (result.ruleset, result.questionnaire) == (RULESET, "intake-1") == ("3", "intake-1")


def test_service_without_a_pain_needs_the_safety_pages_only():
    answers = {
        key: value
        for key, value in all_clear(visit_reason="massage", pain_areas=["none"]).items()
        if current().question(key).page_id in ("P0", "P1", "P3", "P5")
    }
    assert rules(evaluate(answers, questionnaire=current())) == ["M06"]
    del answers["ces_bowel"]
    result = evaluate(answers, questionnaire=current())
    assert (result.missing, result.level) == (("ces_bowel",), Level.UNSURE)


def test_care_after_surgery_needs_no_running_page():
    answers = {
        key: value
        for key, value in all_clear(visit_reason="after_surgery", pain_areas=["hip_groin"]).items()
        if current().question(key).page_id != "P10"
    }
    assert rules(evaluate(answers, questionnaire=current())) == ["M05"]


# ---------------------------------------------------------------- duties are a union


def test_level_is_the_highest_and_duties_are_the_strictest():
    result = outcome(em_chest_breath="not_sure", leg_numb="yes")
    assert rules(result) == ["R01", "N01"]
    assert (result.level, result.klass) == (Level.REFER, Klass.STRUCTURAL)
    assert (result.booking, result.call_due) == (Booking.HELD, CallDue.SAME_WORKING_DAY)
    assert result.first_contact is FirstContact.PT_EVALUATION


def test_first_contact_and_class_are_those_of_the_highest_findings():
    # R14 (serious, physician) beside R01 (structural, a PT).
    result = outcome(leg_numb="yes", sys_weight_loss="yes")
    assert rules(result) == ["R01", "R14"]
    assert (result.klass, result.first_contact) == (Klass.SERIOUS, FirstContact.PHYSICIAN)


def test_class_is_not_that_of_a_finding_below_the_highest():
    # A foot that drops is structural and urgent; weight loss is of class serious, but no more than refer.
    result = outcome(pain_areas=["heel"], foot_drop="yes", sys_weight_loss="yes")
    assert {finding.level for finding in result.findings} == {Level.URGENT, Level.REFER}
    assert (result.level, result.klass) == (Level.URGENT, Klass.STRUCTURAL)


def test_only_an_emergency_ends_the_form():
    assert outcome(em_collapse="yes").is_emergency
    assert not outcome(foot_drop="yes").is_emergency


def test_emergency_stops_the_form_where_it_fired():
    # Only page P1 was filled in: what stands later was not asked.
    result = evaluate({"em_collapse": "yes"}, questionnaire=current())
    assert rules(result) == ["E02", "N01", "N12"]
    assert set(result.missing) == {row.id for row in current().page("P1").questions} - {"em_collapse"} | {
        "visit_reason",
        "age_years",
    }


def test_emergency_of_several_pages_stops_the_form_at_the_last_of_them():
    # Pain on P3, a numb leg on P6 and fever on P7: nothing was asked after P7.
    later = [question.id for page in current().pages[8:] for question in page.questions]
    assert current().pages[7].id == "P7"
    result = outcome(sys_fever="yes", leg_numb="yes", **dict.fromkeys(later, ...))
    assert rules(result) == ["E12", "R01"]
    assert result.missing == ()


def test_answers_after_the_stop_still_count():
    result = outcome(em_collapse="yes", hx_cancer="not_sure", foot_drop="yes")
    assert rules(result) == ["E02", "U01", "N02"]


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


# ---------------------------------------------------------------- flags and contradictions


def test_every_safety_question_has_one_state_among_the_flags():
    flags = outcome(pain_areas=["knee"], sys_night_sweats="yes", hx_immune="not_sure", band_pain=...).flags
    assert flags.present == {"sys_night_sweats": "yes"}
    assert flags.not_sure == ("hx_immune",)
    assert flags.skipped == ("band_pain",)
    assert "sys_fever" in flags.absent
    assert "ces_saddle" in flags.not_asked
    groups = (tuple(flags.present), flags.absent, flags.not_sure, flags.skipped, flags.not_asked)
    assert sorted(question for group in groups for question in group) == sorted(CLEAR)


def test_flag_that_fires_nothing_is_still_present():
    result = outcome(pain_areas=["knee"], hx_anticoag="yes")
    assert result.level is Level.MECHANICAL
    assert result.flags.present == {"hx_anticoag": "yes"}


@pytest.mark.parametrize(
    ("changes", "answers"),
    [
        (
            {"pain_areas": ["low_back", "chest"], "main_area": "low_back"},
            {"pain_areas": ["chest"], "em_chest_breath": "no"},
        ),
        ({"onset_type": "after_injury"}, {"onset_type": "after_injury", "trauma_level": "none"}),
        ({"nprs_now": 8}, {"nprs_now": 8, "nprs_worst": 5}),
    ],
)
def test_contradiction_is_named_with_its_answers(changes, answers):
    result = outcome(**changes)
    assert [contradiction.answers for contradiction in result.contradictions] == [answers]
    assert result.level is Level.UNSURE


# ---------------------------------------------------------------- words


def test_emergency_words_hold_and_alert():
    result = outcome(free_text="Since Monday I can’t really pee")
    assert rules(result) == ["N04"]
    assert result.alerts == (EMERGENCY_WORDS,)
    assert (result.booking, result.call_due) == (Booking.HELD, CallDue.SAME_WORKING_DAY)


def test_words_in_a_text_after_the_result_hold_too():
    assert rules(outcome(goal_text="to run again, now my chest is tight")) == ["N04"]


def test_crisis_words_alert_and_are_no_level():
    result = outcome(free_text="Some days I want to end my life")
    assert result.alerts == (CRISIS_WORDS,)
    assert result.level is Level.MECHANICAL


def test_health_word_holds_unless_its_question_was_answered_yes():
    assert rules(outcome(free_text="I had cancer as a child")) == ["N04"]
    assert rules(outcome(free_text="It was a small skin cancer", hx_cancer="skin_minor")) == ["M02"]


def test_clear_text_holds_nothing():
    assert outcome(free_text="I want to run the Crow Pass race in July").level is Level.MECHANICAL


# ---------------------------------------------------------------- never breaks, never opens on rubbish


def test_form_that_asks_nothing_the_rules_know_opens_nothing():
    form = parse(questionnaire(page(choice("shoe_size"))))
    result = evaluate({"shoe_size": "no"}, questionnaire=form)
    assert (result.level, result.booking, result.findings) == (Level.UNSURE, Booking.HELD, ())
    found = what_if({"shoe_size": "no"}, questionnaire=form)
    assert (found.raising, found.lowering) == ((), ())


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


@settings(max_examples=40)
@given(
    answers=st.dictionaries(st.sampled_from([*sorted(current().questions), "no_such_question"]), ANYTHING, max_size=8),
    upto=st.sampled_from([None, *(page.id for page in current().pages)]),
    hidden_too=st.booleans(),
)
def test_no_answer_in_any_state_of_the_form_raises(answers, upto, hidden_too):
    form = current()
    result = evaluate(answers, questionnaire=form, upto=upto, hidden_too=hidden_too)
    assert result.booking is not Booking.OPEN
    assert isinstance(what_if(answers, questionnaire=form).raising, tuple)
    assert set(form.effective(answers)) <= set(form.shown(answers))
    assert explain("7", result, answers, form)
    assert to_response(form, answers)["status"] == "completed"
    for shown in form.shown_pages(answers):
        form.next_page(shown.id, answers)
        form.clean_page(shown.id, {key: str(value) for key, value in answers.items()}, answers)


@pytest.mark.parametrize("valid", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_random_response_is_explained(seed, valid):
    dice = random.Random(f"{seed} {valid}")
    for _ in range(15):
        assert_explained(random_response(dice, valid=valid))


@pytest.mark.parametrize("question", ["em_collapse", "ces_saddle", "leg_weak", "sys_fever", "hx_cancer", "pain_night"])
@pytest.mark.parametrize("rubbish", ["NO", "", 0, False, ["no"], {"no": 1}, -1])
def test_code_of_no_option_is_no_answer(question, rubbish):
    result = evaluate({**all_clear(), question: rubbish}, questionnaire=current())
    assert question in result.missing
    assert result.level is Level.UNSURE
