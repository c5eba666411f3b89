"""The questionnaire as released: its words, its order, and that it never changes."""

import hashlib
import re

import pytest

from intake.questionnaire import CURRENT, FOLDER, current, get, released
from intake.screening.flags import CLEAR


@pytest.mark.parametrize("name", released())
def test_released_questionnaire_never_changes(name):
    lines = (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {file: digest for digest, file in (line.split("  ") for line in lines)}
    content = (FOLDER / f"{name}.json").read_bytes()
    assert hashlib.sha256(content).hexdigest() == sums[f"{name}.json"], "give a changed questionnaire a new version"


@pytest.mark.parametrize("name", released())
def test_id_is_name_and_version(name):
    questionnaire = get(name)
    assert questionnaire.id == name
    assert name.endswith(f"-{questionnaire.version}")


def test_current_is_released():
    assert CURRENT in released()


def test_pages_stand_in_the_order_of_the_clinical_brief():
    pages = [page.id for page in current().pages]
    assert pages == ["P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P13", "P11", "P12", "P14"]
    assert current().page("P1").heading.english == "Is any of this true right now, or in the last 2 weeks?"
    assert current().page("P0").questions[0].id == "visit_reason"


def test_bladder_page_has_no_none_button_and_each_row_must_be_answered():
    page = current().page("P5")
    assert not page.none_of_these
    assert all(question.required for question in page.questions)


def test_safety_and_bladder_pages_are_asked_before_every_service():
    assert [page.id for page in current().pages if page.always_asked] == ["P1", "P5"]


def test_private_questions_are_marked():
    private = {question.id for question in current().questions.values() if question.private}
    assert private == {"ces_sexual", "hx_ivdu", "testicle_pain", "menses"}
    assert all("prefer_not" in current().question(question).codes for question in private)


def test_plainer_words_are_offered_for_every_emergency_question_that_takes_not_sure():
    without = [
        question.id
        for page in ("P1", "P5", "P6")
        for question in current().page(page).questions
        if "not_sure" in question.codes and not question.plain_help and not question.id.endswith("_cause")
    ]
    assert without == []


def test_every_word_to_the_patient_is_calm():
    for page in current().pages:
        texts = [page.title, page.heading, page.intro]
        for question in page.questions:
            texts += [question.text, question.hint, question.plain_help, question.child_text]
            texts += [option.text for option in question.options]
        for text in texts:
            assert "!" not in text.english
            assert "'" not in text.english, "curly apostrophes"


def test_question_that_says_you_has_words_about_a_child():
    without = {
        question.id
        for question in current().questions.values()
        if re.search(r"\b(you|your)\b", question.text.english, re.IGNORECASE) and not question.child_text
    }
    to_whoever_answers = {"language", "prior_imaging_finding", "free_text"}
    of_adults_only = {"height_loss", "hx_smoke"}
    assert without <= to_whoever_answers | of_adults_only


def test_child_words_speak_of_the_child():
    about = current().question("em_collapse").text_for(about_child=True)
    assert about == "Your child passed out, or feels close to it"


def test_pages_after_the_result_are_optional_and_never_on_the_way():
    after = [page for page in current().pages if page.after_result]
    assert [page.id for page in after] == ["P11", "P12", "P14"]
    assert not any(question.required for page in after for question in page.questions)
    answers = {"visit_reason": "new_pain", "runner": "yes"}
    assert not {page.id for page in current().shown_pages(answers)} & {"P11", "P12", "P14"}
    assert [page.id for page in current().pages_after_result(answers)] == ["P11", "P12", "P14"]


def test_surgery_is_asked_about_on_its_short_path_only():
    def asked(reason):
        return {"surgery_date", "surgeon_limits"} & set(current().shown({"visit_reason": reason}))

    assert asked("after_surgery") == {"surgery_date", "surgeon_limits"}
    assert asked("doctor_order") == {"surgeon_limits"}
    assert asked("new_pain") == set()


def test_clear_answers_are_answers_of_their_question():
    for question, codes in CLEAR.items():
        assert codes <= current().question(question).codes, question
        assert "not_sure" not in codes


def test_no_clear_answer_opens_anything_but_by_itself_harmless_questions():
    """A yes to a safety question is never clear."""
    assert [question for question, codes in CLEAR.items() if "yes" in codes] == []
