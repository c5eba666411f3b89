"""Examples of rules: a patient, and the signs of which each one is needed for the rule to fire.

A sign is a value, or a pair: the value, and another that does not make the rule fire (else the clear answer).
"""

from typing import Any

from intake.questionnaire import current
from intake.screening import evaluate
from tests.intake.answering import all_clear

Example = tuple[str, dict[str, Any], dict[str, Any]]

KNEE = {"pain_areas": ["knee"]}
HEEL = {"pain_areas": ["heel"]}
NECK = {"pain_areas": ["neck"]}
GROIN = {"pain_areas": ["hip_groin"]}
PELVIS = {"pain_areas": ["pelvis"]}
CALF = {"pain_areas": ["calf"]}
BUTTOCK = {"pain_areas": ["buttock"]}
ELBOW = {"pain_areas": ["elbow"]}
BELLY = {"pain_areas": ["abdomen_flank"]}
UPPER = {"pain_areas": ["upper_back"]}
MALE = {"sex_at_birth": "male"}


def spine(other: str = "knee") -> tuple[list[str], list[str]]:
    """Pain in the low back, or elsewhere."""
    return (["low_back"], [other])


def findings(**changes: Any) -> list[str]:
    """The ids of all rules that fire for an otherwise clear patient."""
    return [finding.rule_id for finding in evaluate(all_clear(**changes), questionnaire=current()).findings]


def on(signs: dict[str, Any]) -> dict[str, Any]:
    """The signs as they make the rule fire."""
    return {key: value[0] if isinstance(value, tuple) else value for key, value in signs.items()}


def one_less(signs: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The signs with one of them gone, for each of them."""
    found = []
    for gone, value in signs.items():
        rest = {key: here for key, here in on(signs).items() if key != gone}
        if isinstance(value, tuple):
            rest[gone] = value[1]
        found.append((gone, rest))
    return found


def cases(examples: list[Example]) -> list[Any]:
    """Names for pytest."""
    return [f"{rule} {number} {' '.join(signs)}"[:80] for number, (rule, _, signs) in enumerate(examples)]
