"""What the PT's page is made of: what fired, present, absent, not sure, left empty, not asked."""

import pytest

from intake import questionnaire, screening
from intake.brief import brief_of
from intake.models import Finding
from tests.factories import make_outcome, make_screening
from tests.intake.answering import all_clear

pytestmark = pytest.mark.django_db


def brief(respondent: str = "self", **changes):
    """The brief of an answer set that is all clear but for the changes, as the rules judge it."""
    form = questionnaire.current()
    answers = {**all_clear(), **changes}
    result = screening.evaluate(answers, questionnaire=form)
    outcome = make_outcome(
        screening=make_screening(answers=answers, questionnaire=form.id, respondent=respondent),
        level=str(result.level),
        first_contact=str(result.first_contact or ""),
    )
    for found in result.findings:
        Finding.objects.create(
            outcome=outcome,
            rule=found.rule_id,
            level=str(found.level),
            klass=str(found.klass),
            strength=found.strength,
            points_to=found.points_to,
            answers=found.answers,
        )
    return brief_of(outcome, outcome.findings.all())


def questions(chapters) -> list[str]:
    return [line.question for chapter in chapters for line in chapter.lines]


def test_rule_that_fired_is_told_in_words_with_the_answer_that_fired_it():
    fired = brief(em_chest_breath="yes").fired[0]
    assert (fired.rule, fired.level, fired.plain) == ("E01", "emergency", "Chest pain or trouble breathing")
    assert [(line.question, line.answer) for line in fired.answers] == [
        ("Chest pain, trouble breathing, or pain that stabs when you breathe in", "Yes")
    ]


def test_answer_of_no_is_absent_and_nowhere_else():
    page = brief()
    fever = "Fever, chills or shakes in the last 2 weeks"
    assert fever in questions(page.absent)
    assert fever not in questions(page.answers) + questions(page.not_asked)
    assert fever not in [line.question for line in (*page.not_sure, *page.left_empty, *page.noted)]


def test_not_sure_stands_apart_from_absent_and_from_not_asked():
    page = brief(sys_fever="not_sure")
    fever = "Fever, chills or shakes in the last 2 weeks"
    assert [line.question for line in page.not_sure] == [fever]
    assert fever not in questions(page.absent) + questions(page.not_asked)


def test_question_left_empty_stands_apart_from_one_that_was_not_asked():
    page = brief(sys_fever=None)
    fever = "Fever, chills or shakes in the last 2 weeks"
    assert fever in [line.question for line in page.left_empty]
    assert fever not in questions(page.absent) + questions(page.not_asked)


def test_question_without_any_answer_on_record_was_not_asked():
    answers = all_clear()
    form = questionnaire.current()
    on_the_way = [question for page in form.pages if not page.after_result for question in page.questions]
    never = {question.text_for() for question in on_the_way if question.id not in answers}
    hidden = {question.text_for() for question in form.questions.values() if question.id not in form.shown(answers)}
    page = brief()
    assert hidden & never
    assert set(questions(page.not_asked)) == never


def test_each_question_stands_in_one_list_only():
    page = brief(sys_fever="not_sure", hx_cancer=None)
    listed = [
        *questions(page.answers),
        *questions(page.absent),
        *questions(page.not_asked),
        *(line.question for line in (*page.not_sure, *page.left_empty)),
    ]
    texts = [question.text_for() for question in questionnaire.current().questions.values()]
    doubles = {text for text in listed if listed.count(text) > texts.count(text)}
    assert doubles == set()


def test_sign_that_fired_nothing_is_noted():
    page = brief(hx_anticoag="yes")
    evidence = {line.question for rule in page.fired for line in rule.answers}
    noted = [line.question for line in page.noted]
    question = "Blood thinners, or a bleeding problem"
    assert (question in noted) != (question in evidence)


def test_answers_keep_the_order_of_the_form():
    form = questionnaire.current()
    order = [question.text_for() for question in form.questions.values()]
    told = questions(brief().answers)
    assert told == sorted(told, key=order.index)


def test_places_are_those_tapped_on_the_drawing_with_their_side():
    assert brief(pain_areas=["knee"], pain_spots=["knee-l", "knee-r"]).areas == ("Knee, left", "Knee, right")
    assert brief(pain_areas=["low_back"]).areas == ("Low back",)


def test_guardians_answers_are_about_the_child():
    told = brief(respondent="guardian")
    assert any("your child" in line for line in questions(told.absent) + questions(told.answers))
    assert not any("your child" in line for line in questions(brief().absent))


def test_whom_to_see_first_is_said_in_words():
    assert brief(em_chest_breath="yes").first_contact == "a physician"


def test_rule_that_is_no_longer_in_the_table_keeps_the_words_it_was_stored_with():
    outcome = make_outcome()
    Finding.objects.create(
        outcome=outcome,
        rule="X99",
        level="refer",
        klass="structural",
        strength="C",
        points_to="old wording",
        answers={"gone_question": "yes", "pain_areas": ["low_back"]},
    )
    fired = brief_of(outcome, outcome.findings.all()).fired[0]
    assert fired.plain == "old wording"
    assert [line.answer for line in fired.answers] == ["Low back"]


def test_answers_of_strange_shapes_do_not_stop_the_page():
    outcome = make_outcome(
        screening=make_screening(
            answers={"pain_areas": "low_back", "sys_fever": ["yes"], "nprs_now": "7", "pain_spots": None, "x": 1}
        )
    )
    assert brief_of(outcome, []).fired == ()
