"""Answers as a FHIR QuestionnaireResponse and back, and our files under a second pair of eyes: fhir.resources."""

import json
import random
from datetime import UTC, datetime

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire as FhirQuestionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from intake.questionnaire import FOLDER, current, released
from intake.questionnaire.errors import NotItsResponse, UnknownQuestion
from intake.questionnaire.fhir import from_response, to_response
from tests.intake.answering import all_clear, nearly_clear_answers, wild_answers

WHEN = datetime(2026, 11, 24, 18, 40, tzinfo=UTC)


@pytest.mark.parametrize("seed", range(5))
def test_round_trip_gives_the_effective_answers(seed):
    dice = random.Random(seed)
    for _ in range(20):
        answers = wild_answers(dice) if dice.random() < 0.5 else nearly_clear_answers(dice)
        response = json.loads(json.dumps(to_response(current(), answers, authored=WHEN)))
        back = from_response(current(), response)
        assert {key: value for key, value in back.items() if value is not None} == current().effective(answers)


def test_skipped_and_not_asked_stay_apart():
    answers = all_clear(em_collapse=...)
    answers["em_collapse"] = None
    answers["leg_neuro_side"] = None  # not shown
    back = from_response(current(), to_response(current(), answers))
    assert back["em_collapse"] is None
    assert "leg_neuro_side" not in back


def test_items_are_nested_as_in_the_questionnaire():
    response = to_response(current(), all_clear(leg_numb="yes"))
    page = next(item for item in response["item"] if item["linkId"] == "P6")
    leg = next(item for item in page["item"] if item["linkId"] == "P6-leg")
    sign = next(item for item in leg["item"] if item["linkId"] == "P6-leg-sign")
    assert [item["linkId"] for item in sign["item"]] == ["leg_neuro_side", "other_side", "neuro_trend"]


def test_response_of_another_questionnaire_is_refused():
    response = to_response(current(), all_clear())
    with pytest.raises(NotItsResponse):
        from_response(current(), {**response, "questionnaire": "https://stridewell.example/fhir/Questionnaire/x|1"})
    with pytest.raises(NotItsResponse):
        from_response(current(), {**response, "resourceType": "Bundle"})


@pytest.mark.parametrize(
    ("item", "error"),
    [
        ({"linkId": "nope"}, UnknownQuestion),
        ({"linkId": "em_collapse", "answer": [{"valueString": "yes"}]}, NotItsResponse),
        ({"linkId": "age_years", "answer": [{"valueString": "7"}]}, NotItsResponse),
        ("text", UnknownQuestion),
    ],
)
def test_item_that_does_not_fit_is_refused(item, error):
    response = {**to_response(current(), {}), "item": [item]}
    with pytest.raises(error):
        from_response(current(), response)


def test_response_is_valid_fhir():
    answers = all_clear(free_text="My knee clicks.", em_collapse="not_sure")
    response = to_response(current(), {**answers, "pain_side": None}, authored=WHEN)
    parsed = QuestionnaireResponse.model_validate(response)
    assert parsed.questionnaire == "https://stridewell.example/fhir/Questionnaire/intake|1"


@pytest.mark.parametrize("name", released())
def test_questionnaire_is_valid_fhir(name):
    parsed = FhirQuestionnaire.model_validate_json((FOLDER / f"{name}.json").read_bytes())
    assert parsed.id == name
    assert len(parsed.item) == len(current().pages)
