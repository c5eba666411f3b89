"""Answer sets for tests: `all_clear` answers every question that is shown with its clear answer; and random ones."""

import random
from typing import Any

from intake.questionnaire import Question, Questionnaire, current
from intake.screening.flags import CLEAR
from intake.screening.records import BEYOND_THE_BRIEF

BORING: dict[str, Any] = {
    "visit_reason": "new_pain",
    "answered_by": "self",
    "age_years": 34,
    "place": "Anchorage",
    "state": "AK",
    "language": "en",
    "sex_at_birth": "female",
    "pregnancy_status": "no",
    "pain_areas": ["low_back"],
    "pain_side": "left",
    "onset_type": "gradual",
    "trauma_level": "none",
    "duration_band": "w2_6",
    "onset_age": 33,
    "leg_pain_side": "left",
    "leg_neuro_side": "left",
    "neuro_trend": "same",
    "hx_cancer": "no",
    "hx_smoke": "never",
    "nprs_now": 3,
    "nprs_worst": 5,
    "pain_trend": "same",
    "pain_trend_month": "same",
    "pain_mech": "clear",
    "pain_ease": "yes",
    "pain_night": "settles",
    "morning_stiff": "none",
    "exercise_effect": "same",
    "rest_effect": "better",
    "back_bend_hurts": "no",
    "claud_stand_eases": "no",
    "claud_sit_eases": "no",
    "prior_episodes": "1_2",
    "tx_response": "none",
    "tx_weeks": "none",
    "prior_imaging": ["none"],
    "prior_imaging_finding": ["normal"],
    "prior_imaging_when": "older_or_elsewhere",
    "hop_hurts": "no",
    "runner": "yes",
    "run_miles_week": 20,
    "run_long_jump": "none",
    "run_week_change": "none",
    "run_pain_timing": "warms_up",
    "fuel_low": "no",
    "menses": "regular",
    "surgery_date": "March",
    "surgeon_cleared": "yes",
    "surgeon_limits": "No weight on the leg",
    "free_text": None,
}


def clear_answer(question: Question, answers: dict[str, Any]) -> Any:
    """A clear answer to one question."""
    if question.id in BORING:
        return BORING[question.id]
    if question.options_from:
        return answers[question.options_from][0]
    return min(CLEAR[question.id])


def all_clear(*, questionnaire: Questionnaire | None = None, **changes: Any) -> dict[str, Any]:
    """Everything that is shown, answered clearly; `changes` are answered as given, `...` leaves one unanswered."""
    questionnaire = questionnaire or current()
    answers = {key: value for key, value in changes.items() if value is not ...}
    for _ in range(10):
        missing = [
            questionnaire.question(question)
            for question in questionnaire.shown(answers)
            if question not in answers
            and changes.get(question) is not ...
            and not questionnaire.page(questionnaire.question(question).page_id).after_result
        ]
        if not missing:
            return answers
        for question in missing:
            answers[question.id] = clear_answer(question, answers)
    raise AssertionError("branching does not settle")


def random_value(question_id: str, dice: random.Random) -> Any:
    question = current().question(question_id)
    if question.type == "integer":
        assert question.minimum is not None
        assert question.maximum is not None
        high = 90 if question_id in ("age_years", "onset_age") else question.maximum
        return dice.randint(question.minimum, high)
    codes = [option.code for option in question.options]
    if question.repeats:
        if question_id == "pain_areas" and dice.random() < 0.1:
            return ["none"]
        return dice.sample(codes, dice.choice((1, 1, 1, 2, 3)))
    return dice.choice(codes)


ASKED_BY_BOTH = [
    question.id
    for question in current().questions.values()
    if question.type in ("choice", "integer") and question.id not in BEYOND_THE_BRIEF
]
"""What the reference program knows too."""


def wild_answers(dice: random.Random) -> dict[str, Any]:
    """Anything to anything, some questions left out."""
    share = dice.choice((0.5, 0.8, 1.0))
    return {key: random_value(key, dice) for key in ASKED_BY_BOTH if dice.random() < share}


def nearly_clear_answers(dice: random.Random) -> dict[str, Any]:
    """All clear for some patient, with up to four answers changed and what then opens answered clearly."""
    patient = {
        "age_years": dice.randint(8, 90),
        "sex_at_birth": random_value("sex_at_birth", dice),
        "visit_reason": random_value("visit_reason", dice),
        "pain_areas": random_value("pain_areas", dice),
        "onset_type": random_value("onset_type", dice),
        "duration_band": random_value("duration_band", dice),
        "answered_by": dice.choice(("self", "guardian")),
    }
    patient["main_area"] = dice.choice(patient["pain_areas"])
    if patient["pain_areas"] == ["none"]:
        patient["visit_reason"] = dice.choice(("massage", "performance", "pelvic_health", "after_surgery"))
    answers = all_clear(**patient)
    for key in dice.sample(sorted(answers), dice.randint(0, 4)):
        if key in ASKED_BY_BOTH:
            answers[key] = random_value(key, dice)
    return all_clear(**answers)


def left_open(answers: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """The same, some questions left empty and some never sent."""
    return {key: None if dice.random() < 0.1 else value for key, value in answers.items() if dice.random() > 0.05}
