"""What may add to a mechanical pain, F01 to F12, and the topics that a patient may read."""

import pytest

from intake.questionnaire import current
from intake.screening import evaluate
from intake.screening.factors import FACTORS, topics
from tests.intake.answering import all_clear
from tests.intake.examples import on, one_less

FOUND = [
    ("F01", {}, {"form_signs": ["slump"]}),
    ("F01", {"runner": "no"}, {"sit_hours": ("gt_8", "4_8")}),
    ("F02", {}, {"form_signs": ["overstride", "slump"]}),
    ("F02", {}, {"foot_strike": ("heel", "mid"), "run_pain_timing": ("builds", "after_only")}),
    ("F02", {}, {"foot_strike": "heel", "run_pain_timing": "stops_me"}),
    ("F03", {}, {"strength_days": ("0", "1")}),
    ("F04", {}, {"form_signs": ["told_imbalance"]}),
    ("F05", {}, {"run_long_jump": "some"}),
    ("F05", {}, {"run_long_jump": "large"}),
    ("F05", {}, {"run_week_change": ("up_lot", "up_some")}),
    ("F05", {}, {"run_week_change": ("new_runner", "down")}),
    ("F05", {}, {"rest_days": ("0", "1")}),
    ("F06", {}, {"warmup": ("rarely", "sometimes")}),
    ("F07", {}, {"shoe_miles": ("gt_500", "300_500")}),
    ("F07", {}, {"shoe_change": ("yes", "no")}),
    ("F08", {}, {"hip_tight": ("yes", "not_sure")}),
    *[("F09", {}, {"foot_roll": (roll, "no")}) for roll in ("in", "out", "ankle_rolls")],
    ("F10", {}, {"run_surface_change": ("yes", "no")}),
    ("F11", {"pain_areas": ["elbow"]}, {"fuel_low": "yes"}),
    ("F11", {"pain_areas": ["elbow"]}, {"menses": ("irregular", "regular")}),
    ("F11", {"pain_areas": ["elbow"]}, {"menses": "stopped_3m"}),
    ("F12", {}, {"out_worry": (7, 6)}),
    ("F12", {}, {"out_move_harm": (7, 6)}),
    ("F12", {}, {"out_recover": (3, 4)}),
    ("F12", {}, {"out_mood": ("yes", "no")}),
]


def factors(**changes):
    return evaluate(all_clear(**changes), questionnaire=current()).factors


@pytest.mark.parametrize(("factor", "patient", "signs"), FOUND, ids=[f"{n} {f}" for n, (f, _, _) in enumerate(FOUND)])
def test_factor_is_found_on_its_signs_and_not_with_one_less(factor, patient, signs):
    assert factor in factors(**patient, **on(signs))
    for gone, rest in one_less(signs):
        assert factor not in factors(**{**patient, **rest}), f"without {gone}"


def test_every_factor_has_an_example():
    assert [factor.id for factor in FACTORS] == [f"F{number:02d}" for number in range(1, 13)]
    assert {factor.id for factor in FACTORS} == {factor for factor, _, _ in FOUND}


def test_clear_patient_has_no_factor():
    assert factors() == ()


def test_factors_are_there_at_every_level():
    assert "F11" in factors(fuel_low="yes", em_collapse="yes")


def test_patient_reads_three_topics_at_most_and_never_the_one_about_worry():
    found = topics(["F12", "F01", "F02", "F03", "F04"])
    assert len(found) == 3
    assert topics(["F12"]) == ()
    assert topics(["F99"]) == ()


def test_topics_are_calm_and_blame_nobody():
    for factor in FACTORS:
        assert "!" not in str(factor.topic)
        assert "cause" not in str(factor.topic).lower()
