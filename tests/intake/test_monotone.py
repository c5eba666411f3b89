"""A warning never makes things better: turning a safety answer from no into anything else, skipped or not asked, never
lowers the level, nor opens the gate.

The list is every question whose clear answer is no or none, but for `NOT_MONOTONE`.
"""

import random

import pytest

from intake.questionnaire import current
from intake.screening import Booking, Level, evaluate
from tests.intake.answering import all_clear, nearly_clear_answers

NOT_MONOTONE = {
    "ces_saddle_cause": "another known cause makes an old change less grave (U05, N07)",
    "ces_bladder_cause": "the same",
    "ces_bowel_cause": "the same",
    "claud_sit_eases": "tells a narrow canal from a narrow artery (R04, R05)",
    "claud_stand_eases": "the same",
    "runner": "opens and closes the running page, which is optional elsewhere",
    "prior_episodes": "a first pain is the flag, not one of many (R22)",
    "tx_response": "no care is not worse than care that helped",
    "out_mood": "no rule reads it",
    "out_sleep": "no rule reads it",
}
MONOTONE = sorted(
    question.id
    for question in current().questions.values()
    if question.type == "choice"
    and not question.repeats
    and question.codes & {"no", "none"}
    and question.codes & {"yes", "mild", "new", "recent", "sudden", "own", "locks"}
    and question.id not in NOT_MONOTONE
)
LEVELS, GATES = list(Level), list(Booking)
# A sexual change is held only while it stands alone (N08, section 12.2): with any refer rule beside it the level rises
# to refer, whose gate is a consult. The one place where a warning opens a gate.
ALONE = "N08"


def judge(answers):
    result = evaluate(answers, questionnaire=current())
    return result, LEVELS.index(result.level), GATES.index(result.booking)


def test_list_holds_every_safety_question_that_can_be_answered_no():
    pages = {page: {question.id for question in current().page(page).questions} for page in ("P1", "P5", "P6")}
    assert pages["P1"] <= set(MONOTONE)
    assert pages["P5"] - set(NOT_MONOTONE) <= set(MONOTONE)
    assert {"leg_numb", "leg_weak", "foot_drop", "hands_clumsy", "sys_fever", "hx_cancer", "joint_hot"} <= set(MONOTONE)
    assert len(MONOTONE) >= 45


@pytest.mark.parametrize("seed", range(30))
def test_warning_never_lowers_the_level_nor_opens_the_gate(seed):
    answers = nearly_clear_answers(random.Random(seed))
    before, level, gate = judge(answers)
    alone = ALONE in {finding.rule_id for finding in before.findings}
    counting = current().effective(answers)
    tried = 0
    for question in MONOTONE:
        if counting.get(question) not in ("no", "none"):
            continue
        rest = {key: value for key, value in answers.items() if key != question}
        others = [{**rest, question: code} for code in current().question(question).codes if code not in ("no", "none")]
        for changed in [*others, {**rest, question: None}, rest]:
            tried += 1
            _, level_then, gate_then = judge(changed)
            assert level_then <= level, (question, changed.get(question))
            assert gate_then <= gate or alone, (question, changed.get(question))
    assert tried >= 20 or answers["pain_areas"] == ["none"]


def test_sexual_change_beside_a_refer_rule_is_the_known_exception():
    alone, _, _ = judge(all_clear(ces_sexual="new"))
    beside, _, _ = judge(all_clear(ces_sexual="new", sys_weight_loss="yes"))
    assert (alone.level, alone.booking) == (Level.UNSURE, Booking.HELD)
    assert (beside.level, beside.booking) == (Level.REFER, Booking.CONSULT_FLAGGED)
