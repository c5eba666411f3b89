"""Which questions and pages are shown, and where a patient goes next."""

import random

import pytest

from intake.questionnaire import current
from intake.questionnaire.branching import holds
from intake.questionnaire.errors import UnknownPage, UnknownQuestion
from tests.intake.answering import all_clear, wild_answers


def slow_shown(answers):
    """The plain fixed point: show by what counts, count by what is shown, until nothing changes."""
    form = current()
    shown = set(form.questions)
    for _ in range(40):
        counting = {key: value for key, value in answers.items() if key in shown and value is not None}
        after = {
            question.id
            for question in form.questions.values()
            if all(
                (all if gate.behavior == "all" else any)(holds(test, counting) for test in gate.tests)
                for gate in question.gates
            )
            and (not question.options_from or len(counting.get(question.options_from, ())) > 1)
        }
        if after == shown:
            return shown
        shown = after
    raise AssertionError("no fixed point")


@pytest.mark.parametrize("seed", range(5))
def test_one_pass_is_the_fixed_point(seed):
    dice = random.Random(seed)
    for _ in range(60):
        answers = current().effective(wild_answers(dice))
        assert set(current().shown(answers)) == slow_shown(answers)


def test_shown_questions_stand_in_the_order_of_the_pages():
    shown = current().shown(all_clear())
    assert list(shown) == [question for question in current().questions if question in shown]


def test_answer_to_a_hidden_question_does_not_count():
    answers = all_clear(leg_numb="yes", leg_neuro_side="both", neuro_trend="worse")
    assert current().effective(answers)["leg_neuro_side"] == "both"
    answers["leg_numb"] = "no"
    assert "leg_neuro_side" not in current().effective(answers)


@pytest.mark.parametrize(
    ("area", "asked"),
    [
        ("low_back", True),
        ("neck", True),
        ("buttock", True),
        ("pelvis", True),
        ("hip_side", True),
        ("thigh", True),
        ("abdomen_flank", True),
        ("knee", False),
        ("foot", False),
        ("elbow", False),
        ("chest", False),
    ],
)
def test_bladder_page_is_shown_by_place(area, asked):
    assert ("ces_bladder" in current().shown({"visit_reason": "new_pain", "pain_areas": [area]})) == asked


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("leg_pain_extent", "above_knee"),
        ("leg_numb", "yes"),
        ("leg_numb", "not_sure"),
        ("leg_weak", "mild"),
        ("foot_drop", "not_sure"),
        ("hands_clumsy", "yes"),
        ("gait_unsteady", "not_sure"),
        ("band_pain", "yes"),
    ],
)
def test_any_nerve_sign_opens_the_bladder_page(question, value):
    answers = {"visit_reason": "new_pain", "pain_areas": ["knee"], question: value}
    assert "ces_saddle" in current().shown(answers)


def test_arm_sign_opens_the_bladder_page():
    answers = {"visit_reason": "new_pain", "pain_areas": ["elbow"], "arm_numb": "yes"}
    assert "ces_saddle" in current().shown(answers)


@pytest.mark.parametrize("visit", ["massage", "performance", "pelvic_health", "after_surgery", "doctor_order", "other"])
def test_other_services_always_ask_the_bladder_page(visit):
    assert "ces_saddle" in current().shown({"visit_reason": visit})


@pytest.mark.parametrize(("age", "asked"), [(15, False), (16, True), (70, True)])
def test_sexual_change_is_asked_from_16(age, asked):
    answers = {"visit_reason": "new_pain", "pain_areas": ["low_back"], "age_years": age}
    assert ("ces_sexual" in current().shown(answers)) == asked


def test_other_cause_is_asked_under_the_row_that_is_old_and_the_same():
    answers = all_clear(ces_bladder="old_same")
    shown = current().shown(answers)
    assert "ces_bladder_cause" in shown
    assert "ces_bowel_cause" not in shown


@pytest.mark.parametrize(
    ("sex", "asked"), [("male", True), ("intersex", True), ("prefer_not", True), ("female", False)]
)
def test_testicle_pain_is_asked_of_all_but_women(sex, asked):
    assert ("testicle_pain" in current().shown({"sex_at_birth": sex, "pain_areas": ["hip_groin"]})) == asked


def test_smoking_is_asked_of_a_young_runner_whose_calf_makes_them_stop():
    answers = all_clear(pain_areas=["calf"], walk_claud="yes", runner="yes")
    assert "hx_smoke" in current().shown(answers)
    assert "hx_smoke" not in current().shown({**answers, "walk_claud": "no"})
    assert "hx_smoke" in current().shown({**answers, "walk_claud": "no", "age_years": 50})


def test_service_without_a_pain_is_not_asked_about_the_pain():
    answers = all_clear(visit_reason="massage", pain_areas=["none"])
    pages = [page.id for page in current().shown_pages(answers)]
    assert pages == ["P0", "P1", "P2", "P3", "P5", "P7", "P10", "P13"]


def test_no_pain_is_no_answer_to_a_visit_for_pain():
    answers = {"visit_reason": "new_pain", "pain_areas": ["none"]}
    assert "pain_areas" not in current().effective(answers)


def test_place_beside_none_counts_and_none_does_not():
    answers = {"visit_reason": "massage", "pain_areas": ["none", "knee"]}
    assert current().effective(answers)["pain_areas"] == ["knee"]


def test_main_area_is_asked_only_between_several_and_offers_only_those():
    form = current()
    assert "main_area" not in form.shown({"pain_areas": ["knee"]})
    answers = {"pain_areas": ["knee", "calf"]}
    assert "main_area" in form.shown(answers)
    assert [option.code for option in form.options_for(form.question("main_area"), answers)] == ["knee", "calf"]
    assert "main_area" not in form.effective({**answers, "main_area": "neck"})


@pytest.mark.parametrize("value", ["wild", 7, None, ["no"], {"a": 1}, True, float("nan")])
def test_value_that_is_not_on_offer_does_not_count(value):
    assert "em_collapse" not in current().effective({"em_collapse": value})


@pytest.mark.parametrize("value", [-1, 111, "34", 3.5, True, ["34"]])
def test_number_out_of_range_or_of_another_type_does_not_count(value):
    assert "age_years" not in current().effective({"age_years": value})


# ---------------------------------------------------------------- the way through


def walk(changes):
    """Answer page after page as the form would, and return the pages in the order they came."""
    wanted = all_clear(**changes)
    answers: dict = {}
    seen = []
    page = current().first_page(answers)
    while page is not None:
        seen.append(page.id)
        raw = {}
        for question in page.questions:
            value = wanted.get(question.id)
            if value is not None:
                raw[question.id] = [str(part) for part in value] if isinstance(value, list) else [str(value)]
        cleaned = current().clean_page(page.id, raw, answers)
        assert cleaned.errors == {}
        answers |= cleaned.answers
        page = current().next_page(page.id, answers)
        assert len(seen) < 40
    return seen


def test_clear_case_passes_each_page_once_in_order():
    assert walk({}) == ["P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P13"]


def test_nerve_sign_of_a_knee_leads_back_to_the_bladder_page_once():
    pages = walk({"pain_areas": ["knee"], "leg_numb": "yes"})
    assert pages == ["P0", "P1", "P2", "P3", "P4", "P6", "P5", "P7", "P8", "P9", "P10", "P13"]


def test_question_that_opens_on_its_own_page_is_asked_there_without_javascript():
    form = current()
    before = {
        key: value for key, value in all_clear().items() if form.question(key).page_id in ("P0", "P1", "P2", "P3", "P4")
    }
    raw = {question.id: "no" for question in form.page("P6").questions} | {
        "leg_pain_extent": "none",
        "leg_weak": "none",
        "leg_numb": "yes",
    }
    raw.pop("leg_neuro_side")
    raw.pop("other_side")
    raw.pop("neuro_trend")
    cleaned = form.clean_page("P6", raw, before)
    assert cleaned.errors == {}
    assert cleaned.follow_ups == ("leg_neuro_side", "neuro_trend")
    assert "leg_neuro_side" not in cleaned.answers
    after = before | all_clear_of_page(form, "P5", before) | cleaned.answers
    assert form.next_page("P6", after).id == "P6"
    assert [question.id for question in form.shown_questions("P6", after)].count("leg_neuro_side") == 1


def all_clear_of_page(form, page_id, answers):
    clear = all_clear(**answers)
    return {key: value for key, value in clear.items() if form.question(key).page_id == page_id}


def test_patient_who_went_back_comes_straight_back_to_where_they_were():
    form = current()
    answers = {
        key: value
        for key, value in all_clear().items()
        if form.question(key).page_id in ("P0", "P1", "P2", "P3", "P4", "P5")
    }
    assert form.next_page("P2", answers).id == "P6"
    assert form.previous_page("P6", answers).id == "P5"
    assert form.previous_page("P0", answers) is None


def test_skipped_page_is_not_asked_again():
    form = current()
    answers = {key: value for key, value in all_clear().items() if form.question(key).page_id == "P0"}
    answers |= {question.id: None for question in form.page("P1").questions}
    assert form.next_page("P1", answers).id == "P2"


def test_everything_asked_leaves_no_page():
    assert current().next_page("P13", all_clear()) is None


def test_unknown_page_and_question_are_named():
    with pytest.raises(UnknownPage):
        current().next_page("P99", {})
    with pytest.raises(UnknownQuestion):
        current().question("nope")


def test_derived_age_counts_but_is_never_asked():
    page = current().page("P0")
    assert "age_years" in [question.id for question in page.questions]
    assert "age_years" not in [question.id for question in current().shown_questions(page, {})]
    assert page.kind == "contact"
    assert "birth_date" in page.contact_fields
