"""Each broken questionnaire file gives its own named error."""

from copy import deepcopy
from typing import Any

import pytest

from intake.questionnaire import errors, get, released
from intake.questionnaire.extensions import OURS, TRANSLATION
from intake.questionnaire.loader import load, parse


def choice(link_id: str, *codes: str, **more: Any) -> dict[str, Any]:
    options = [{"valueCoding": {"code": code, "display": code.title()}} for code in codes or ("no", "yes")]
    return {"linkId": link_id, "text": f"Is it {link_id}?", "type": "choice", "answerOption": options, **more}


def number(link_id: str, low: int | None = 0, high: int | None = 10) -> dict[str, Any]:
    limits = [
        {"url": f"http://hl7.org/fhir/StructureDefinition/{name}", "valueInteger": value}
        for name, value in (("minValue", low), ("maxValue", high))
        if value is not None
    ]
    return {"linkId": link_id, "text": "How many?", "type": "integer", "extension": limits}


def when(question: str, operator: str = "=", **answer: Any) -> dict[str, Any]:
    return {"question": question, "operator": operator, **(answer or {"answerCoding": {"code": "yes"}})}


def page(*items: dict[str, Any], link_id: str = "P1") -> dict[str, Any]:
    title = {"url": OURS + "short-title", "valueString": "Safety"}
    return {"linkId": link_id, "text": "Is it so?", "type": "group", "extension": [title], "item": list(items)}


def questionnaire(*pages: dict[str, Any], **more: Any) -> dict[str, Any]:
    head = {"resourceType": "Questionnaire", "id": "q-1", "url": "https://q.example/q", "version": "1", "title": "Q"}
    return {**head, "item": list(pages), **more}


def test_sound_questionnaire_loads():
    loaded = parse(questionnaire(page(choice("a"), choice("b", enableWhen=[when("a")]), number("n"))))
    assert list(loaded.questions) == ["a", "b", "n"]
    assert loaded.question("a").page_id == "P1"


BROKEN = [
    ("no_json_object", [], errors.NotAQuestionnaire),
    ("wrong_resource", {"resourceType": "Patient"}, errors.NotAQuestionnaire),
    ("no_version", questionnaire(page(choice("a")), version=""), errors.NotAQuestionnaire),
    ("no_items", questionnaire(), errors.NotAQuestionnaire),
    ("no_link_id", questionnaire(page({"text": "?", "type": "choice"})), errors.NotAQuestionnaire),
    ("item_is_text", questionnaire(page("a")), errors.NotAQuestionnaire),  # type: ignore[arg-type]
    ("unknown_type", questionnaire(page({"linkId": "a", "text": "?", "type": "quantity"})), errors.UnknownItemType),
    ("unknown_page_type", questionnaire({"linkId": "a", "type": "display", "text": "?"}), errors.UnknownItemType),
    ("item_in_question", questionnaire(page(choice("a", item=[choice("b")]))), errors.UnknownItemType),
    (
        "unknown_extension",
        questionnaire(page(choice("a", extension=[{"url": OURS + "hnit", "valueString": "x"}]))),
        errors.UnknownExtension,
    ),
    (
        "unknown_layout",
        questionnaire(page(choice("a", extension=[{"url": OURS + "layout", "valueCode": "fancy"}]))),
        errors.UnknownExtension,
    ),
    ("same_id_twice", questionnaire(page(choice("a"), choice("a"))), errors.DuplicateLinkId),
    ("page_id_is_question_id", questionnaire(page(choice("P1"))), errors.DuplicateLinkId),
    ("question_outside_page", questionnaire(choice("a")), errors.QuestionOutsidePage),
    ("page_in_page", questionnaire(page(page(choice("a"), link_id="P2"))), errors.QuestionOutsidePage),
    ("no_options", questionnaire(page({"linkId": "a", "text": "?", "type": "choice"})), errors.NoChoices),
    ("options_on_text", questionnaire(page({**choice("a"), "type": "text"})), errors.NoChoices),
    ("option_is_string", questionnaire(page(choice("a", answerOption=[{"valueString": "x"}]))), errors.NoChoices),
    ("repeating_number", questionnaire(page({**number("a"), "repeats": True})), errors.NoChoices),
    ("same_code_twice", questionnaire(page(choice("a", "no", "no"))), errors.DuplicateChoice),
    ("question_without_words", questionnaire(page(choice("a", text=""))), errors.MissingText),
    (
        "option_without_words",
        questionnaire(page(choice("a", answerOption=[{"valueCoding": {"code": "no"}}]))),
        errors.MissingText,
    ),
    ("page_without_title", questionnaire({**page(choice("a")), "extension": []}), errors.MissingText),
    ("number_without_limits", questionnaire(page(number("a", None, None))), errors.BadRange),
    ("number_upside_down", questionnaire(page(number("a", 10, 0))), errors.BadRange),
    ("length_of_a_number", questionnaire(page({**number("a"), "maxLength": 5})), errors.BadRange),
    ("dangling_target", questionnaire(page(choice("b", enableWhen=[when("a")]))), errors.DanglingTarget),
    ("target_is_a_group", questionnaire(page(choice("b", enableWhen=[when("P1")]))), errors.DanglingTarget),
    (
        "unequal",
        questionnaire(page(choice("a"), choice("b", enableWhen=[when("a", "!=")]))),
        errors.UnsupportedOperator,
    ),
    (
        "invented_operator",
        questionnaire(page(choice("a"), choice("b", enableWhen=[when("a", "~")]))),
        errors.UnsupportedOperator,
    ),
    (
        "choice_compared_with_number",
        questionnaire(page(choice("a"), choice("b", enableWhen=[when("a", ">", answerInteger=3)]))),
        errors.WrongAnswerType,
    ),
    (
        "number_compared_with_choice",
        questionnaire(page(number("a"), choice("b", enableWhen=[when("a")]))),
        errors.WrongAnswerType,
    ),
    (
        "exists_with_a_number",
        questionnaire(page(choice("a"), choice("b", enableWhen=[when("a", "exists", answerInteger=1)]))),
        errors.WrongAnswerType,
    ),
    (
        "two_answers_in_one_condition",
        questionnaire(
            page(choice("a"), choice("b", enableWhen=[{**when("a"), "answerBoolean": True}])),
        ),
        errors.WrongAnswerType,
    ),
    (
        "unknown_choice",
        questionnaire(page(choice("a"), choice("b", enableWhen=[when("a", answerCoding={"code": "maybe"})]))),
        errors.UnknownChoice,
    ),
    (
        "none_answer_is_no_option",
        questionnaire(page(choice("a", extension=[{"url": OURS + "none-answer", "valueCode": "nope"}]))),
        errors.UnknownChoice,
    ),
    (
        "two_conditions_without_behavior",
        questionnaire(page(choice("a"), choice("b", enableWhen=[when("a"), when("a")]))),
        errors.MissingBehavior,
    ),
    (
        "circle",
        questionnaire(page(choice("a", enableWhen=[when("b")]), choice("b", enableWhen=[when("a")]))),
        errors.EnableWhenCycle,
    ),
    (
        "circle_of_one",
        questionnaire(page(choice("a", enableWhen=[when("a")]))),
        errors.EnableWhenCycle,
    ),
    (
        "circle_through_a_group",
        questionnaire(
            {**page(choice("a")), "enableWhen": [when("b")]}, page(choice("b", enableWhen=[when("a")]), link_id="P2")
        ),
        errors.EnableWhenCycle,
    ),
]


@pytest.mark.parametrize(("name", "resource", "error"), BROKEN, ids=[name for name, _, _ in BROKEN])
def test_broken_questionnaire_gives_its_named_error(name, resource, error):
    with pytest.raises(errors.QuestionnaireError) as caught:
        parse(resource)
    assert caught.type is error


def test_error_names_the_circle():
    broken = questionnaire(page(choice("a", enableWhen=[when("b")]), choice("b", enableWhen=[when("a")])))
    with pytest.raises(errors.EnableWhenCycle, match=r"a -> b -> a|b -> a -> b"):
        parse(broken)


def test_file_that_is_no_json_is_refused(tmp_path):
    path = tmp_path / "q-1.json"
    path.write_text("{")
    with pytest.raises(errors.NotAQuestionnaire, match=r"q-1\.json"):
        load(path)


def test_questionnaire_that_was_never_released_is_unknown():
    with pytest.raises(errors.UnknownQuestionnaire):
        get("../../secret")
    assert "intake-1" in released()


def test_translation_is_read_and_english_is_the_fallback():
    asked = deepcopy(choice("a", text="Does it hurt?"))
    asked["_text"] = {
        "extension": [
            {
                "url": TRANSLATION,
                "extension": [{"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": "¿Le duele?"}],
            }
        ]
    }
    asked["answerOption"][1]["valueCoding"]["_display"] = {
        "extension": [
            {
                "url": TRANSLATION,
                "extension": [{"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": "Sí"}],
            }
        ]
    }
    question = parse(questionnaire(page(asked))).question("a")
    assert question.text_for("es-MX") == "¿Le duele?"
    assert question.text_for("tl") == "Does it hurt?"
    assert question.answer_text("yes", "es") == "Sí"
    assert question.answer_text("no", "es") == "No"
