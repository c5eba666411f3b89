"""Every rule of the table has a smallest example and a near miss: one sign less, and it does not fire."""

import pytest

from intake.screening.factors import FACTORS
from intake.screening.judge import ALL_RULES
from tests.intake.examples import all_examples, findings, on, one_less
from tests.intake.test_factors import FOUND, factors

LOW_BACK = (["low_back"], ["knee"])
INJURED = {"onset_type": "after_injury"}
EXAMPLES = [
    *all_examples(),
    ("E13", INJURED, {"pain_areas": (["low_back"], ["ankle"]), "trauma_level": "major", "duration_band": "lt_2w"}),
    (
        "E18",
        INJURED,
        {
            "pain_areas": (["neck"], ["shoulder"]),
            "trauma_level": ("minor", "twist"),
            "duration_band": "lt_2w",
            "arm_numb": "yes",
        },
    ),
    ("N12", {}, {"band_pain": "not_sure"}),
    ("M01", {}, {"pain_areas": LOW_BACK, "onset_type": "sudden_activity"}),
    ("M02", {}, {"pain_areas": LOW_BACK}),
    ("M03", {}, {"leg_pain_extent": "above_knee"}),
    ("M04", {}, {"pain_areas": (["knee"], ["low_back"])}),
    ("M05", {}, {"visit_reason": "doctor_order"}),
    ("M06", {"visit_reason": "massage"}, {"pain_areas": ["none"]}),
]


@pytest.mark.parametrize("rule", [rule.id for rule in ALL_RULES])
def test_rule_has_a_smallest_example_and_a_near_miss(rule):
    """The smallest: without any one of its signs the rule does not fire. Each of these is a near miss."""
    smallest = 0
    for _, patient, signs in (example for example in EXAMPLES if example[0] == rule):
        assert rule in findings(**{**patient, **on(signs)})
        misses = [rule not in findings(**{**patient, **rest}) for _, rest in one_less(signs)]
        smallest += bool(misses) and all(misses)
    assert smallest


@pytest.mark.parametrize("factor", [factor.id for factor in FACTORS])
def test_factor_has_a_smallest_example_and_a_near_miss(factor):
    examples = [(patient, signs) for name, patient, signs in FOUND if name == factor]
    assert examples
    for patient, signs in examples:
        assert factor in factors(**{**patient, **on(signs)})
        assert all(factor not in factors(**{**patient, **rest}) for _, rest in one_less(signs))
