"""What one page makes of what a browser sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.questionnaire import answers as cleaning
from intake.questionnaire import current
from intake.screening import evaluate
from tests.intake.answering import all_clear

P1 = [question.id for question in current().page("P1").questions]


def clean(page, raw, answers=None):
    return current().clean_page(page, raw, all_clear() if answers is None else answers)


def test_valid_answers_are_taken_and_empty_rows_are_skipped():
    cleaned = clean("P1", {"em_collapse": ["yes"], "em_dark_urine": "older"}, {})
    assert cleaned.answers == {**dict.fromkeys(P1), "em_collapse": "yes", "em_dark_urine": "older"}
    assert cleaned.errors == {}


def test_none_button_fills_empty_rows_and_keeps_answered_ones():
    cleaned = clean("P1", {"none": "1", "em_collapse": "yes", "em_dark_urine": "not_sure"}, {})
    assert cleaned.answers == {**dict.fromkeys(P1, "no"), "em_collapse": "yes", "em_dark_urine": "not_sure"}


def test_none_button_does_not_exist_where_each_row_must_be_answered():
    cleaned = clean("P5", {"none": "1"})
    assert set(cleaned.errors) == {"ces_saddle", "ces_bladder", "ces_bowel", "ces_sexual"}


def test_none_button_asks_for_what_it_cannot_answer():
    answers = all_clear(pain_areas=["calf"])
    cleaned = clean("P9", {"none": "1"}, answers)
    assert cleaned.errors == {"push_off": cleaning.REQUIRED}
    assert cleaned.answers["dvt_swelling"] == "no"


def test_valid_answers_are_given_even_beside_errors():
    cleaned = clean("P5", {"ces_saddle": "new"}, {"visit_reason": "new_pain", "pain_areas": ["low_back"]})
    assert cleaned.answers == {"ces_saddle": "new"}
    assert cleaned.errors["ces_bladder"] is cleaning.REQUIRED


def test_answer_that_was_changed_to_a_refused_one_no_longer_counts():
    answers = all_clear()
    cleaned = clean("P5", {"ces_saddle": "yes", "ces_bladder": "no", "ces_bowel": "no", "ces_sexual": "no"}, answers)
    assert set(cleaned.errors) == {"ces_saddle"}
    after = {**answers, **cleaned.answers}
    assert "ces_saddle" not in current().effective(after)
    assert current().first_page(after).id == "P5"
    assert evaluate(after, questionnaire=current()).missing == ("ces_saddle",)


@pytest.mark.parametrize("value", ["maybe", "YES", "yes ", "<script>", "no\x00", "9" * 5000, "…"])
def test_code_that_is_no_option_is_refused(value):
    assert clean("P1", {"em_collapse": value}).errors == {"em_collapse": cleaning.NOT_AN_OPTION}


def test_two_codes_for_one_answer_are_refused():
    assert clean("P1", {"em_collapse": ["yes", "no"]}).errors == {"em_collapse": cleaning.CHOOSE_ONE}


def test_same_code_twice_is_one_answer():
    assert clean("P1", {"em_collapse": ["yes", "yes"]}).answers["em_collapse"] == "yes"


def test_fields_of_other_pages_are_ignored():
    cleaned = clean("P1", {"none": "1", "ces_saddle": "no", "age_years": "20", "csrf": "x"}, {})
    assert set(cleaned.answers) == set(P1)


def test_hidden_question_is_ignored_even_with_a_wrong_value():
    cleaned = clean("P6", {"leg_neuro_side": "nonsense"}, all_clear())
    assert "leg_neuro_side" not in cleaned.answers
    assert "leg_neuro_side" not in cleaned.errors


def test_places_are_kept_in_the_order_of_the_chart():
    cleaned = clean("P3", {"pain_areas": ["foot", "neck"], "main_area": "neck", "pain_side": "left"}, {})
    assert cleaned.answers["pain_areas"] == ["neck", "foot"]


def test_no_pain_beside_a_place_is_refused():
    cleaned = clean("P3", {"pain_areas": ["none", "neck"]}, {"visit_reason": "massage"})
    assert cleaned.errors == {"pain_areas": cleaning.NOT_TOGETHER}


def test_no_pain_is_refused_of_a_visit_for_pain():
    assert clean("P3", {"pain_areas": ["none"]}, {"visit_reason": "new_pain"}).errors == {
        "pain_areas": cleaning.NOT_AN_OPTION
    }


def test_worst_place_must_be_one_of_those_marked():
    cleaned = clean("P3", {"pain_areas": ["neck", "foot"], "main_area": "knee", "pain_side": "left"}, {})
    assert cleaned.errors == {"main_area": cleaning.NOT_AN_OPTION}


# ---------------------------------------------------------------- two steps, one code


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ({"ces_saddle": "no"}, "no"),
        ({"ces_saddle": "not_sure"}, "not_sure"),
        ({"ces_saddle": "yes", "ces_saddle-when": "since_start"}, "since_start"),
        ({"ces_saddle": "worse"}, "worse"),
        ({"ces_saddle": "no", "ces_saddle-when": "new"}, "no"),
    ],
)
def test_two_steps_store_one_code(raw, stored):
    assert clean("P5", raw).answers["ces_saddle"] == stored


@pytest.mark.parametrize("when", [{}, {"ces_saddle-when": ""}])
def test_yes_without_the_second_step_is_asked_for_it(when):
    assert clean("P5", {"ces_saddle": "yes", **when}).errors["ces_saddle"] is cleaning.SAY_WHEN


def test_second_step_cannot_be_a_first_step_answer():
    assert clean("P5", {"ces_saddle": "yes", "ces_saddle-when": "no"}).errors["ces_saddle"] is cleaning.NOT_AN_OPTION


def test_stored_code_tells_its_first_step():
    question = current().question("ces_saddle")
    assert question.first_step("since_start") == "yes"
    assert question.first_step("not_sure") == "not_sure"
    assert question.first_step(None) == ""


def test_leak_when_running_has_a_code_of_its_own():
    raw = {"ces_bladder": "yes", "ces_bladder-when": "stress_leak"}
    assert clean("P5", raw).answers["ces_bladder"] == "stress_leak"


# ---------------------------------------------------------------- numbers, dates and texts


@pytest.mark.parametrize(("sent", "stored"), [("0", 0), ("10", 10), (" 7 ", 7)])
def test_whole_number_is_taken(sent, stored):
    assert clean("P8", {"nprs_worst": sent}).answers["nprs_worst"] == stored


@pytest.mark.parametrize("sent", ["11", "-1", "9" * 5000])
def test_number_out_of_range_is_refused(sent):
    errors = clean("P8", {"nprs_worst": sent}).errors
    assert str(errors["nprs_worst"]) == "Please give a whole number from 0 to 10."


@pytest.mark.parametrize("sent", ["7.5", "seven", "\N{ARABIC-INDIC DIGIT SEVEN}", "1e1", "0x1", "--3", "7\x00"])
def test_number_that_is_none_is_refused(sent):
    assert clean("P8", {"nprs_worst": sent}).errors["nprs_worst"] is cleaning.NOT_A_NUMBER


def test_text_is_trimmed_and_its_lines_are_kept():
    right_to_left = "\N{RIGHT-TO-LEFT EMBEDDING}\N{ARABIC LETTER THEH}"
    cleaned = clean("P13", {"free_text": f"  one\r\ntwo 🏃 {right_to_left}  "})
    assert cleaned.answers["free_text"] == f"one\ntwo 🏃 {right_to_left}"


def test_text_of_2000_characters_is_taken_and_one_more_is_refused():
    assert clean("P13", {"free_text": "é" * 2000}).errors == {}
    errors = clean("P13", {"free_text": "é" * 2001}).errors
    assert str(errors["free_text"]) == "Please use at most 2000 characters."


@pytest.mark.parametrize("sent", ["a\x00b", "a\x1bb", "a\ud800b"])
def test_character_that_cannot_be_saved_is_refused(sent):
    assert clean("P13", {"free_text": sent}).errors == {"free_text": cleaning.BAD_CHARACTER}


def test_empty_text_is_a_skip():
    assert clean("P13", {"free_text": " \n "}).answers == {"free_text": None}


def test_not_sure_offers_plainer_words_once():
    first = clean("P1", {"none": "1", "em_limb_tight": "not_sure"}, {})
    assert first.plainer == ("em_limb_tight",)
    again = clean("P1", {"none": "1", "em_limb_tight": "not_sure"}, first.answers)
    assert again.plainer == ()


def test_query_dict_is_read_whole():
    from django.http import QueryDict

    cleaned = clean("P3", QueryDict("pain_areas=neck&pain_areas=foot&main_area=neck&pain_side=left"), {})
    assert cleaned.answers["pain_areas"] == ["neck", "foot"]


NAMES = [*current().questions, *(f"{name}-when" for name in ("ces_saddle", "ces_bowel")), "none"]
SENT = st.one_of(st.text(max_size=20), st.sampled_from(["yes", "no", "not_sure", "new", "low_back", "none", "7"]))


@given(
    page=st.sampled_from([page.id for page in current().pages]),
    raw=st.dictionaries(st.sampled_from(NAMES), st.lists(SENT, max_size=3), max_size=12),
    stored=st.dictionaries(
        st.sampled_from(NAMES), st.one_of(st.none(), SENT, st.integers(), st.lists(SENT)), max_size=12
    ),
)
def test_nothing_that_is_sent_breaks_a_page(page, raw, stored):
    cleaned = current().clean_page(page, raw, stored)
    kept = {**stored, **cleaned.answers}
    counting = current().effective(kept)
    for question, value in cleaned.answers.items():
        assert (question in cleaned.errors) == (value == cleaning.REFUSED)
        assert value in (None, cleaning.REFUSED) or counting[question] == value
    assert not set(cleaned.errors) & set(counting)
