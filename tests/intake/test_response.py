"""Answers as a FHIR QuestionnaireResponse and back, and our files under a second pair of eyes: fhir.resources."""

import json
import random
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire as FhirQuestionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from intake.questionnaire import FOLDER, current, released
from intake.questionnaire.errors import NotItsResponse, UnknownQuestion
from intake.questionnaire.fhir import from_response, to_response
from tests.intake.answering import all_clear, nearly_clear_answers, wild_answers

DECISION = Path(__file__).resolve().parents[2] / "docs" / "decisions" / "0012-answers-as-fhir.md"
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


def link_ids(items: list) -> set[str]:
    """Every linkId, of groups too."""
    return {link for item in items for link in (item["linkId"], *link_ids(item.get("item", [])))}


def test_private_questions_are_left_out_on_request_answered_or_not():
    answers = all_clear(ces_sexual="new", hx_ivdu=None)
    private = {question.id for question in current().questions.values() if question.private}
    assert link_ids(to_response(current(), answers)["item"]) & private >= {"ces_sexual", "hx_ivdu", "menses"}
    without = to_response(current(), answers, private=False)
    assert link_ids(without["item"]) & private == set()
    assert (
        set(from_response(current(), without))
        == set(from_response(current(), to_response(current(), answers))) - private
    )


def test_response_says_whose_and_which_it_is():
    uid, patient = uuid.uuid4(), uuid.uuid4()
    response = to_response(current(), all_clear(), authored=WHEN, uid=uid, subject=patient, status="in-progress")
    parsed = QuestionnaireResponse.model_validate(response)
    assert (parsed.id, parsed.subject.reference, parsed.status) == (str(uid), f"Patient/{patient}", "in-progress")
    assert parsed.identifier.value == f"urn:uuid:{uid}"
    assert parsed.authored == WHEN


@pytest.mark.parametrize("name", released())
def test_loinc_codes_are_those_that_were_looked_up(name):
    found = {}

    def look(items: list) -> None:
        for item in items:
            for code in item.get("code", []):
                assert code["system"] == "http://loinc.org"
                found[item["linkId"]] = (code["code"], code["display"])
            look(item.get("item", []))

    resource = json.loads((FOLDER / f"{name}.json").read_bytes())
    look(resource["item"])
    told = re.findall(r"(?m)^\| `(\w+)` \| ([\d-]+) \| ([^|]+) \|", DECISION.read_text(encoding="utf-8"))
    assert found == {question: (code, display) for question, code, display in told}
    assert "LOINC is copyright" in resource["copyright"]
    for code, _ in found.values():
        assert is_loinc(code), code


def is_loinc(code: str) -> bool:
    """Whether the digit behind the hyphen is the check digit of those before it (Luhn's, as LOINC uses it)."""
    digits, _, check = code.partition("-")
    doubled = "".join(str(int(digit) * (2 if place % 2 == 0 else 1)) for place, digit in enumerate(reversed(digits)))
    return check == str(-sum(int(digit) for digit in doubled) % 10)


@pytest.mark.parametrize("name", released())
def test_questionnaire_is_valid_fhir(name):
    parsed = FhirQuestionnaire.model_validate_json((FOLDER / f"{name}.json").read_bytes())
    assert parsed.id == name
    assert len(parsed.item) == len(current().pages)
