"""The stories of the clinical brief, sections 9 to 12, each with what it must give: level, booking, call, findings."""

import json
from pathlib import Path
from typing import Any

import pytest

from intake.questionnaire import current
from intake.screening import evaluate
from intake.screening.records import BEYOND_THE_BRIEF

LINES = (Path(__file__).parent / "stories.jsonl").read_text(encoding="utf-8").splitlines()
STORIES: list[dict[str, Any]] = [json.loads(line) for line in LINES]


@pytest.mark.parametrize(
    "story", STORIES, ids=[f"{number} {story['name'][:60]}" for number, story in enumerate(STORIES)]
)
def test_story_gives_its_level_duties_and_findings(story):
    # Nobody asked these people what the brief does not ask (docs/decisions/0013).
    result = evaluate(
        {"visit_reason": "new_pain", **story["answers"]}, questionnaire=current(), not_asked=BEYOND_THE_BRIEF
    )
    assert (result.level, result.booking, result.call_due) == (story["level"], story["booking"], story["call_due"])
    assert [finding.rule_id for finding in result.findings] == story["findings"]


def test_there_are_all_the_stories():
    assert len(STORIES) == 250 + 15  # the reference's, and ours of 12.12, which it does not know
    assert {story["section"] for story in STORIES} >= {"10", "11", *(f"12.{n}" for n in range(1, 13))}
