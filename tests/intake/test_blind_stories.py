"""140 stories by two authors who had not seen the rules, entered by readers who had seen the questions only.

docs/decisions/0013 says how they were made and what they taught. They hold what was reached: no case sinks again.
`added` names answers to questions that were not there yet when a story was entered.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from intake.questionnaire import current
from intake.screening import Level
from intake.screening.records import judge, read

LINES = (Path(__file__).parent / "blind_stories.jsonl").read_text(encoding="utf-8").splitlines()
STORIES: dict[str, dict[str, Any]] = {story["id"]: story for story in map(json.loads, LINES)}
ORDER = list(Level)
# A late period without a test, and nothing else: the author wants a call first; no question asks for it.
TOO_LOW = {"B080"}
# Answered as very weak, clumsy or both legs worse, where the author knows of a harmless cause.
TOO_HIGH = {"B009", "B013", "B061"}


def level_of(story: dict[str, Any]) -> Level:
    _, answers = read(json.dumps({"id": story["id"], "answers": story["answers"]}), current())
    return judge(answers, current()).level


@pytest.mark.parametrize("story_id", STORIES)
def test_blind_story_gets_a_level_that_its_author_accepts(story_id):
    story = STORIES[story_id]
    level = level_of(story)
    lowest = max(ORDER.index(Level(accepted)) for accepted in story["acceptable"])
    if story_id in TOO_LOW:
        assert ORDER.index(level) > lowest
    elif story_id in TOO_HIGH:
        assert level not in story["acceptable"]
        assert ORDER.index(level) < lowest
    else:
        assert level in story["acceptable"]


def test_every_blind_emergency_is_found():
    emergencies = [story for story in STORIES.values() if story["best"] == Level.EMERGENCY]
    assert len(emergencies) == 32
    assert [story["id"] for story in emergencies if level_of(story) != Level.EMERGENCY] == []
