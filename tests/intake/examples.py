"""Examples of rules: a patient, and the signs of which each one is needed for the rule to fire.

A sign is a value, or a pair: the value, and another that does not make the rule fire (else the clear answer).
"""

import random
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


def all_examples() -> list[Example]:
    """The examples of every rule that holds something back, from the tests of the rules."""
    from tests.intake import test_emergency_rules, test_refer_rules, test_unsure_rules, test_urgent_rules

    emergencies: list[Example] = [(rule, {}, changes) for rule, _, changes in test_emergency_rules.EMERGENCIES]
    return [*emergencies, *test_urgent_rules.FIRE, *test_refer_rules.FIRE, *test_unsure_rules.FIRE]


def several_examples(dice: random.Random) -> dict[str, Any]:
    """A patient with the signs of one to three rules, of any sex and age: rare pictures, often."""
    changes: dict[str, Any] = {
        "sex_at_birth": dice.choice(("female", "male")),
        "age_years": dice.choice((9, 16, 34, 71)),
    }
    for _, patient, signs in dice.sample(all_examples(), dice.randint(1, 3)):
        for question, value in {**patient, **on(signs)}.items():
            have = changes.get(question)
            changes[question] = have + [v for v in value if v not in have] if isinstance(have, list) else value
    if "main_area" in changes and changes["main_area"] not in changes.get("pain_areas", []):
        del changes["main_area"]
    return all_clear(**changes)
