"""What the PT's page is made of: what fired, present, absent, not sure, left empty, not asked."""

from dataclasses import asdict

import pytest

from intake import questionnaire
from intake.brief import brief_of
from intake.brief.names import LABELS, NAMES
from intake.brief.short_answers import ANSWERS
from intake.brief.words import Words
from intake.models import Finding
from intake.screening import evaluate
from intake.screening.flags import CLEAR
from intake.screening.what_if import what_if
from tests.factories import make_outcome, make_screening, make_user
from tests.intake.answering import all_clear

pytestmark = pytest.mark.django_db
FEVER = "fever or chills"


def outcome_of(respondent: str = "self", **changes):
    """The outcome of an answer set that is all clear but for the changes, stored as the product stores it."""
    form = questionnaire.current()
    answers = {**all_clear(**{key: value for key, value in changes.items() if value is not None}), **changes}
    result = evaluate(answers, questionnaire=form)
    found = what_if(answers, questionnaire=form)
    outcome = make_outcome(
        screening=make_screening(answers=answers, questionnaire=form.id, respondent=respondent),
        level=str(result.level),
        first_contact=str(result.first_contact or ""),
        visit_within=str(result.visit_within or ""),
        missing=list(result.missing),
        not_sure=list(result.not_sure),
        factors=list(result.factors),
        flags=asdict(result.flags),
        contradictions=[asdict(one) for one in result.contradictions],
        changes={
            "raising": [asdict(change) for change in found.raising],
            "lowering": [asdict(change) for change in found.lowering],
        },
    )
    for finding in result.findings:
        Finding.objects.create(
            outcome=outcome,
            rule=finding.rule_id,
            level=str(finding.level),
            klass=str(finding.klass),
            strength=finding.strength,
            points_to=finding.points_to,
            plain=finding.plain,
            answers=finding.answers,
        )
    return outcome


def brief(previous=None, **changes):
    outcome = outcome_of(**changes)
    return brief_of(outcome, list(outcome.findings.all()), previous)


def signs(groups) -> list[str]:
    return [sign for group in groups for sign in group.signs]


def told(page) -> list[str]:
    return [line.question for chapter in page.answers for line in chapter.lines]


# ---------------------------------------------------------------- words


def test_every_safety_question_has_a_name_of_its_own_without_a_comma():
    assert set(CLEAR) - set(NAMES) == set()
    names = [NAMES[question] for question in CLEAR]
    assert len(set(names)) == len(names)
    assert [name for name in names if "," in name] == []


def test_words_are_about_questions_and_answers_that_there_are():
    questions = questionnaire.current().questions
    assert {*NAMES, *LABELS, *ANSWERS} - set(questions) == set()
    offered: dict[int, set[str]] = {id(words): set() for words in ANSWERS.values()}
    for key, words in ANSWERS.items():
        offered[id(words)] |= questions[key].codes
    assert [words for words in ANSWERS.values() if not offered[id(words)].issuperset(words)] == []


def test_no_answer_speaks_as_the_patient_or_holds_a_comma_where_it_stands_in_a_list():
    form = questionnaire.current()
    words = Words(form, {})
    said = {(q.id, code): words.said(q.id, code) for q in form.questions.values() for code in q.codes}
    personal = {"i", "my", "me", "you", "your"}
    assert {key: text for key, text in said.items() if personal & set(text.lower().replace("’", " ").split())} == {}
    assert [text for (question, _code), text in said.items() if question == "pain_areas" and "," in text] == []


# ---------------------------------------------------------------- what fired


def test_rule_that_fired_is_told_in_words_with_the_answer_that_fired_it():
    fired = brief(em_chest_breath="yes").fired[0]
    assert (fired.rule, fired.level, fired.plain) == ("E01", "emergency", "Chest pain or trouble breathing")
    assert fired.answers == ("Chest pain or trouble breathing",)


def test_answer_that_fired_a_rule_is_said_in_words_and_not_in_codes():
    page = brief(leg_numb="yes", leg_pain_extent="below_knee", duration_band="w6_12", pain_trend="worse")
    said = next(rule for rule in page.fired if rule.rule == "R03").answers
    assert "Pain down a leg: below the knee" in said
    assert "Duration: 6 to 12 weeks" in said
    assert "Over the week: getting worse" in said


def test_question_that_fired_by_being_left_empty_says_so():
    fired = [rule for rule in brief(sys_fever=None).fired if "Fever or chills: left empty" in rule.answers]
    assert fired != []


def test_finding_keeps_the_words_it_was_stored_with():
    outcome = make_outcome()
    Finding.objects.create(
        outcome=outcome, rule="R01", level="refer", klass="structural", strength="B", points_to="", plain="As of then"
    )
    assert brief_of(outcome, list(outcome.findings.all())).fired[0].plain == "As of then"


def test_finding_from_before_words_were_stored_has_those_of_its_rule():
    outcome = make_outcome()
    Finding.objects.create(outcome=outcome, rule="E01", level="emergency", klass="serious", strength="B", points_to="x")
    assert brief_of(outcome, list(outcome.findings.all())).fired[0].plain == "Chest pain or trouble breathing"


def test_rule_that_is_no_longer_in_the_table_keeps_what_it_pointed_to():
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
    fired = brief_of(outcome, list(outcome.findings.all())).fired[0]
    assert fired.plain == "old wording"
    assert fired.answers == ("Places: low back",)


def test_answers_that_do_not_go_together_are_told():
    assert brief(onset_type="after_injury", trauma_level="none").contradictions != ()
    assert brief().contradictions == ()


def test_whom_to_see_first_and_how_soon_is_said_in_words():
    assert "See first: a physician." in brief(em_chest_breath="yes").level.summary
    assert "Visit within 1 week." in brief(leg_pain_extent="above_knee", duration_band="lt_2w").level.summary


def test_words_of_a_crisis_stand_at_the_top_though_no_rule_fires():
    page = brief(free_text="Some days I want to die")
    assert page.alerts == ("Words of a crisis in what they wrote: own words",)
    assert brief(free_text="I want to run").alerts == ()


def test_words_written_after_the_result_stand_at_the_top_too():
    outcome = outcome_of()
    outcome.screening.answers = {**outcome.screening.answers, "goal_activity": "I can't pee since Monday"}
    assert brief_of(outcome, []).alerts == ("Words of an emergency in what they wrote: what it stops",)


def test_change_is_told_from_the_level_of_the_rules_after_staff_decided():
    outcome = outcome_of()
    assert brief_of(outcome, []).changes.note == "one answer alone, by the rules"
    outcome.decided_by = make_user()
    assert brief_of(outcome, []).changes.note == "one answer alone, from the level of the rules"


# ---------------------------------------------------------------- signs


def test_answer_of_no_is_absent_and_nowhere_else():
    page = brief()
    assert FEVER in signs(page.signs.absent)
    assert FEVER not in signs(page.signs.not_asked)
    assert [*page.signs.not_sure, *page.signs.left_empty, *page.signs.noted] == []


def test_not_sure_stands_apart_from_absent_and_from_not_asked():
    page = brief(sys_fever="not_sure")
    assert page.signs.not_sure == ("Fever or chills",)
    assert FEVER not in signs(page.signs.absent) + signs(page.signs.not_asked)


def test_who_prefers_not_to_say_is_not_told_to_be_unsure():
    assert "Injected drugs: prefers not to say" in brief(hx_ivdu="prefer_not").signs.not_sure


def test_question_left_empty_stands_apart_from_one_that_was_not_asked():
    page = brief(sys_fever=None)
    assert page.signs.left_empty == ("Fever or chills",)
    assert FEVER not in signs(page.signs.absent) + signs(page.signs.not_asked)


def test_optional_text_that_is_empty_was_not_left_out():
    assert brief(free_text=None).signs.left_empty == ()


def test_sign_of_another_place_was_not_asked():
    page = brief(pain_areas=["knee"])
    assert "saddle numbness" in signs(page.signs.not_asked)
    assert "saddle numbness" not in signs(page.signs.absent)


def test_each_safety_question_stands_in_one_list_only():
    outcome = outcome_of(sys_fever="not_sure", hx_cancer=None, hx_anticoag="yes", leg_numb="yes")
    page = brief_of(outcome, list(outcome.findings.all()))
    evidence = {question for finding in outcome.findings.all() for question in finding.answers}
    listed = [*signs(page.signs.absent), *signs(page.signs.not_asked)]
    flags = outcome.flags
    assert len(listed) == len(set(listed)) == len(flags["absent"]) + len(flags["not_asked"])
    assert len(page.signs.noted) == len(set(flags["present"]) - evidence)
    assert sum(len(flags[kind]) for kind in flags) == len(CLEAR)


def test_sign_that_fired_nothing_is_noted_with_its_answer():
    assert brief(hx_anticoag="yes").signs.noted == ("Blood thinner or bleeding",)


def test_outcome_from_before_flags_were_stored_has_them_sorted_anew():
    outcome = outcome_of(hx_anticoag="yes", sys_fever="not_sure")
    outcome.flags = {}
    page = brief_of(outcome, list(outcome.findings.all()))
    assert page.signs.noted == ("Blood thinner or bleeding",)
    assert page.signs.not_sure == ("Fever or chills",)
    assert "weight loss" in signs(page.signs.absent)


def test_emergency_that_ended_the_form_says_so():
    page = brief_of(make_outcome(screening=make_screening(answers={"em_chest_breath": "yes"})), [])
    assert page.signs.why_not_asked == "an emergency ended the form"
    assert FEVER in signs(page.signs.not_asked)
    assert brief().signs.why_not_asked == "because of other answers"


# ---------------------------------------------------------------- all answers


def test_all_answers_keep_the_order_of_the_form():
    form = questionnaire.current()
    order = [question.text_for() for question in form.questions.values()]
    shown = told(brief())
    assert shown == sorted(shown, key=order.index)
    assert "Fever, chills or shakes in the last 2 weeks" in shown


def test_guardians_answers_are_about_the_child():
    assert any("your child" in line for line in told(brief(respondent="guardian")))
    assert not any("your child" in line for line in told(brief()))


def test_answers_of_strange_shapes_do_not_stop_the_page():
    outcome = make_outcome(
        screening=make_screening(
            answers={"pain_areas": "low_back", "sys_fever": ["yes"], "nprs_now": "7", "pain_spots": [None, {}], "x": 1}
        )
    )
    page = brief_of(outcome, [])
    assert (page.fired, page.pain.now, page.places.words) == ((), None, ())


# ---------------------------------------------------------------- what would change the level


def test_question_in_doubt_stands_first_among_what_would_change_the_level():
    raising = {change.level: change.answers for change in brief(sys_fever="not_sure").changes.raising}
    assert raising["Urgent"][0] == "fever or chills: yes"


def test_what_the_contact_page_asks_never_changes_the_level_on_the_page():
    changes = brief().changes
    assert not [line for change in changes.raising for line in change.answers if line.startswith("age")]
    assert all(len(change.answers) <= 3 for change in changes.raising)


def test_change_that_lowers_the_level_is_told():
    lowering = brief(leg_numb="yes").changes.lowering
    assert [(change.level, change.answers) for change in lowering] == [
        ("Mechanical", ("numb or tingling leg or foot: no",))
    ]


def test_outcome_from_before_changes_were_stored_says_nothing_of_them():
    assert not brief_of(make_outcome(), []).changes.known
