"""The engine against the reference program in the shared folder: same emergencies, and nothing opens that it holds."""

import functools
import importlib.util
import json
import random
from pathlib import Path
from typing import Any

import pytest

from intake.questionnaire import current
from intake.screening import Level, emergency_now, evaluate
from tests.intake.answering import nearly_clear_answers, wild_answers

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "screening_reference"

pytestmark = pytest.mark.skipif(
    not (REFERENCE / "reference.py").exists(), reason="the shared folder with the screening reference is not here"
)

# Where the text wins over the reference, or a question is not asked where its answer cannot matter:
# docs/decisions/0010.
SHOWN_OTHERWISE = {
    "arm_numb",
    "arm_weak",  # 12.12: by place only, not for ordered care elsewhere
    "tx_weeks",  # hangs on tx_response
    "main_area",  # one of the places marked
    "prior_imaging_finding",
    "prior_imaging_when",
    "prior_imaging",  # "none" beside a scan
    "pain_side",  # of a place that was marked
}


@functools.cache
def oracle() -> Any:
    spec = importlib.util.spec_from_file_location("screening_reference", REFERENCE / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.NEVER_MISSING |= set(module.Q) - set(current().questions)
    return module


@functools.cache
def stories() -> list[dict[str, Any]]:
    lines = (REFERENCE / "stories.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def ours(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers to questions that our form has too, with values that it has."""
    kept = {}
    for question_id, value in answers.items():
        question = current().questions.get(question_id)
        if question is None:
            continue
        if question.type != "choice" or isinstance(value, list) or value in question.codes:
            kept[question_id] = value
    kept.setdefault("visit_reason", "new_pain")
    return kept


def oracle_emergencies(answers: dict[str, Any]) -> set[str]:
    return {rule for rule in oracle().run({"answers": answers})["findings"] if rule.startswith("E")}


def our_emergencies(answers: dict[str, Any]) -> set[str]:
    return {finding.rule_id for finding in emergency_now(answers, questionnaire=current())}


def in_the_oracle_s_words(answers: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if key in oracle().Q and value is not None}


@pytest.mark.parametrize("story", stories() if REFERENCE.exists() else [], ids=lambda story: story["name"][:70])
def test_story_is_an_emergency_exactly_when_the_reference_says_so(story):
    answers = ours(story["answers"])
    assert our_emergencies(answers) == oracle_emergencies(answers)
    result = evaluate(answers, questionnaire=current())
    assert (result.level is Level.EMERGENCY) == (story["level"] == "emergency")


@pytest.mark.parametrize("story", stories() if REFERENCE.exists() else [], ids=lambda story: story["name"][:70])
def test_story_that_is_not_mechanical_never_opens(story):
    result = evaluate(ours(story["answers"]), questionnaire=current())
    if story["level"] != "mechanical":
        assert result.level is not Level.MECHANICAL
        assert result.booking != "open"


@pytest.mark.parametrize("seed", range(20))
def test_random_answers_give_the_same_emergencies(seed):
    dice = random.Random(seed)
    for _ in range(200):
        answers = wild_answers(dice) if dice.random() < 0.7 else nearly_clear_answers(dice)
        given = in_the_oracle_s_words(answers)
        assert our_emergencies(given) == oracle_emergencies(given), given


@pytest.mark.parametrize("seed", range(20))
def test_random_answers_that_open_are_mechanical_for_the_reference(seed):
    dice = random.Random(1_000 + seed)
    opened = 0
    for _ in range(150):
        given = in_the_oracle_s_words(nearly_clear_answers(dice))
        if evaluate(given, questionnaire=current()).level is Level.MECHANICAL:
            opened += 1
            # 12.12: we ask about arms by place only, the reference also after every operation (decision 0010).
            theirs = {"arm_numb": "no", "arm_weak": "none", **given}
            result = oracle().run({"answers": theirs})
            assert result["level"] == "mechanical", (result, given)
    assert opened >= 15


@pytest.mark.parametrize("seed", range(10))
def test_random_answers_count_for_both_or_for_neither(seed):
    dice = random.Random(2_000 + seed)
    for _ in range(200):
        given = in_the_oracle_s_words(wild_answers(dice))
        cleaned, warnings = oracle().clean(given)
        theirs = oracle().effective(cleaned, warnings)
        counting = current().effective(given)
        if given.get("visit_reason") in ("massage", "performance", "pelvic_health"):
            # A service without a pain is not asked how the pain began or what it is like.
            theirs = {k: v for k, v in theirs.items() if current().question(k).page_id not in ("P4", "P8")}
            counting = {k: v for k, v in counting.items() if current().question(k).page_id not in ("P4", "P8")}
        both = (set(theirs) | set(counting)) - SHOWN_OTHERWISE
        assert {k for k in both if (k in theirs) != (k in counting)} == set(), given


def test_ids_and_codes_are_those_of_the_reference():
    later = {"surgery_date", "surgeon_limits"}
    theirs = {key for key, (page, _, _) in oracle().Q.items() if page <= 10} - later | {"free_text"}
    assert theirs == set(current().questions) - {"place", "state", "language"}
    fewer = {}
    for question in current().questions.values():
        if question.type == "choice":
            options = set(oracle().Q[question.id][1]) - ({"none"} if question.id == "main_area" else set())
            assert question.codes <= options, question.id
            if question.codes != options:
                fewer[question.id] = options - question.codes
    yes_or_no = {"walk_claud", "claud_sit_eases", "claud_stand_eases", "limp", "pop_felt", "bone_point", "runner"}
    assert fewer == {
        "answered_by": {"parent"},  # guardian says both
        "em_cannot_walk": {"older"},  # it means now only
        **{key: {"not_sure"} for key in yes_or_no | {"stress_fx_history"}},  # YN of section 2
    }
