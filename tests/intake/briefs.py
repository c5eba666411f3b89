"""For tests of the brief: screenings that the rules themselves have judged, as they are judged in the product."""

from datetime import datetime, timedelta
from typing import Any

from clinic.models import Patient
from intake import workflow
from intake.models import Outcome
from tests.factories import NOW, make_patient, make_screening
from tests.intake.answering import all_clear

REFER: dict[str, Any] = {
    "pain_areas": ["low_back", "buttock", "thigh", "calf"],
    "pain_spots": ["low_back", "buttock-l", "thigh_back-l", "calf-l"],
    "main_area": "low_back",
    "onset_type": "gradual",
    "duration_band": "w6_12",
    "leg_pain_extent": "below_knee",
    "leg_numb": "yes",
    "leg_weak": "mild",
    "leg_neuro_side": "left",
    "nprs_now": 4,
    "nprs_worst": 8,
    "pain_trend": "worse",
    "hx_anticoag": "not_sure",
    "hx_spine_surgery": "yes",
    "tx_response": "no_change",
    "tx_weeks": "ge_6",
    "run_miles_week": 28,
    "run_long_jump": "some",
    "run_week_change": "up_some",
    "run_pain_timing": "builds",
}
"""Six findings: the usual full page."""

LATER: dict[str, Any] = {
    "strength_days": "0",
    "sit_hours": "gt_8",
    "shoe_miles": "300_500",
    "run_surface": "trail",
    "rest_days": "1",
    "out_worry": 4,
    "out_move_harm": 7,
    "out_recover": 6,
    "goal_text": "The Crow Pass run in July",
    "goal_activity": "Sit through a shift",
    "goal_ability": 4,
    "prior_tx": ["pt", "rest"],
    "medicines": "Ibuprofen at times",
}
"""What is added once there is a result."""


def judged(
    *, now: datetime = NOW, patient: Patient | None = None, later: dict[str, Any] | None = None, **changes: Any
) -> Outcome:
    """The outcome of a form that is all clear but for the changes, finished at `now`; `later` is added afterwards."""
    how = {key: changes.pop(key) for key in ("respondent", "respondent_name", "language") if key in changes}
    screening = make_screening(
        patient=patient or make_patient(),
        state="started",
        finished_at=None,
        started_at=now - timedelta(minutes=8),
        saved_at=now,
        answers=all_clear(**changes),
        **how,
    )
    outcome = workflow.finish(screening=screening, now=now)
    screening = outcome.screening
    if later:
        screening.answers = {**screening.answers, **later}
        screening.save(update_fields=["answers"])
    return outcome
