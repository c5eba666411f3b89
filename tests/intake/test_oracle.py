"""The engine against the reference program in the shared folder, on random answers: same level, duties and findings.

Where the two differ on purpose, docs/decisions/0011, 0013 and 0064 say why, and `EXPLAINED` and `as_the_reference_reads_it` say where.
"""

import functools
import importlib.util
import json
import random
from pathlib import Path
from typing import Any

import pytest

from intake.questionnaire import current
from intake.screening import Level, Result, emergency_now, evaluate
from intake.screening.judge import ALL_RULES
from intake.screening.records import BEYOND_THE_BRIEF
from tests.intake import test_emergency_rules, test_examples, test_refer_rules, test_unsure_rules, test_urgent_rules
from tests.intake.answering import ASKED_BY_BOTH, all_clear, nearly_clear_answers, random_value, wild_answers
from tests.intake.examples import on

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "screening_reference"

pytestmark = pytest.mark.skipif(
    not (REFERENCE / "reference.py").exists(), reason="the shared folder with the screening reference is not here"
)

# Where the text wins over the reference, or a question is not asked where its answer cannot matter:
# docs/decisions/0010 and 0011.
SHOWN_OTHERWISE = {
    "arm_numb",
    "arm_weak",  # 12.12: by place only, not for ordered care elsewhere
    "tx_weeks",  # hangs on tx_response
    "main_area",  # one of the places marked
    "prior_imaging_finding",
    "prior_imaging_when",
    "prior_imaging",  # "none" beside a scan
    "form_signs",
    "prior_tx",  # "none" beside others
    "pain_side",  # of a place that was marked
}
EXPLAINED: dict[str, str] = {
    "N10": "12.12: not beside R01",
    "N12": "12.12: sex, age and pregnancy are always required, and what is withheld",
    "R02": "12.12: mild leg weakness also where no place is marked",
    "U10": "12.12: the same, with cancer",
    "U22": "12.12: sex prefer_not counts as male",
    "U33": "0013: weight loss with pain all night or a nerve sign in an arm",
    "U34": "0013: a limping child under 8",
    "R28": "0013: stiff shoulders and hips",
    "R31": "0013: stiff hands or feet on both sides",
    **dict.fromkeys(("E20", "E21", "U35", "U36", "U37", "U38", "U39", "R32", "R33"), "0064: organs and infections"),
    **dict.fromkeys(("U40", "U41", "U42", "R34", "R35", "R36"), "0064: falls and bones"),
    "N14": "0064: a calf at risk of a clot",
}
NEW_EMERGENCIES = {"E20", "E21"}
NOW_NEEDED = {"pain_mech", "pain_ease", "onset_type", "nprs_worst", "hx_smoke", "dvt_risk", "bone_point"}
"""Read by an urgent rule of 0064 at places where none read them before: skipped there they hold the booking (12.8)."""
# In an emergency nothing is concluded from what was not asked any more; what was answered later counts.
BY_ABSENCE = {"R15", "R18", "U22", "U24"}


@functools.cache
def oracle() -> Any:
    spec = importlib.util.spec_from_file_location("screening_reference", REFERENCE / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def random_answers(dice: random.Random) -> dict[str, Any]:
    """Anything to anything; or a clear patient with a few answers changed or gone."""
    kind = dice.random()
    if kind < 0.2:
        return wild_answers(dice)
    answers = nearly_clear_answers(dice)
    if kind < 0.4:
        return {key: value for key, value in answers.items() if dice.random() > 0.06}
    keys = [key for key in ASKED_BY_BOTH if not key.startswith("em_")]
    for key in dice.sample(keys, dice.randint(0, 8)):
        answers[key] = random_value(key, dice)
    if dice.random() < 0.05:
        answers["free_text"] = dice.choice(["I can't pee", "a fever on Monday", "I want to end my life", "a good run"])
    return answers


def counting(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers that count, the visit being about a new pain unless it says otherwise."""
    given = {key: value for key, value in answers.items() if key in oracle().Q and value is not None}
    return current().effective({"visit_reason": "new_pain", **given})


def as_the_reference_reads_it(answers: dict[str, Any]) -> dict[str, Any]:
    """With clear answers where the reference asks and we do not."""
    shown = set(current().shown(answers))
    clear = {"arm_numb": "no", "arm_weak": "none", "tx_weeks": "none", "onset_type": "gradual", "trauma_level": "none"}
    clear |= {"duration_band": "w2_6", "pain_trend": "same"}
    return {**{key: value for key, value in clear.items() if key not in shown}, **answers}


def differing_rules(result: Result, theirs: dict[str, Any]) -> set[str]:
    ours = [finding.rule_id for finding in result.findings]
    differ = set(ours) ^ set(theirs["findings"])
    if result.level is Level.EMERGENCY:
        differ = {rule for rule in differ if rule[0] in "EUR"} - BY_ABSENCE
    if differ & set(ours):
        # What we find beyond the reference leaves nothing mechanical.
        differ = {rule for rule in differ if not rule.startswith("M")}
    return differ


def is_explained(rule: str, result: Result) -> bool:
    """Whether the difference is one of those written down; N12 only about what 12.12 made required or withheld."""
    held = next((finding.answers for finding in result.findings if finding.rule_id == rule), {})
    if rule == "N12":
        withheld = "prefer_not" in (held.get("ces_sexual"), held.get("menses"))
        known = {"sex_at_birth", "age_years", "pregnancy_status"} | NOW_NEEDED
        return withheld or (bool(held) and set(held) <= known)
    if rule == "N08":
        # It counts only while nothing above it fired.
        return any(finding.rule_id in EXPLAINED for finding in result.findings if finding.rule_id[0] in "EUR")
    return rule in EXPLAINED


def assert_same(given: dict[str, Any]) -> None:
    """Both judge these answers alike, but for what is explained."""
    result = evaluate(given, questionnaire=current(), not_asked=BEYOND_THE_BRIEF)
    theirs = oracle().run({"answers": as_the_reference_reads_it(given)})
    differ = differing_rules(result, theirs)
    assert all(is_explained(rule, result) for rule in differ), (differ, given)
    assert list(result.factors) == theirs["factors"], given
    if differ:
        return
    ours = (result.level, result.klass, result.booking, result.call_due, result.first_contact)
    keys = ("level", "class", "booking", "call_due", "first_contact")
    assert ours == tuple(theirs[key] for key in keys), given
    assert result.visit_within == theirs.get("visit_within")


@pytest.mark.parametrize("seed", range(20))
def test_random_answers_give_the_same_outcome(seed):
    dice = random.Random(seed)
    for _ in range(30):
        assert_same(counting(random_answers(dice)))


EXAMPLES = [*test_urgent_rules.FIRE, *test_refer_rules.FIRE, *test_unsure_rules.FIRE]
EXAMPLES += [(rule, {}, changes) for rule, _, changes in test_emergency_rules.EMERGENCIES]


@pytest.mark.parametrize("rule", [rule.id for rule in ALL_RULES if rule.id[0] != "M" and rule.id != "N12"])
def test_every_other_answer_to_each_sign_of_an_example_gives_the_same_outcome(rule):
    tried = 0
    for _, patient, signs in (example for example in EXAMPLES if example[0] == rule):
        changes = {**patient, **on(signs)}
        for name in signs:
            question = current().question(name)
            if question.type != "choice" or changes[name] is ...:
                continue
            for option in question.options:
                other = [option.code] if question.repeats else option.code
                if name == "pain_areas" and option.code == "none":
                    continue
                tried += 1
                assert_same_but_for({**changes, name: other})
    assert tried or rule in ("N04", "N05")


def assert_same_but_for(changes: dict[str, Any]) -> None:
    """The same of a patient who is clear but for these answers."""
    _clear_but(tuple((key, tuple(value) if isinstance(value, list) else value) for key, value in changes.items()))


@functools.cache
def _clear_but(changes: tuple[tuple[str, Any], ...]) -> None:
    """Once for each: the examples of a rule have many answers in common. What failed is tried again."""
    given = {key: list(value) if isinstance(value, tuple) else value for key, value in changes}
    _same(json.dumps(counting(all_clear(**given))))


@functools.cache
def _same(given: str) -> None:
    assert_same(json.loads(given))


# Of questions that the reference does not have; and what `EXPLAINED` names that is not judged otherwise, but new.
OF_NEW_QUESTIONS = {"U30", "U31", "U32", "R29", "R30"}
OURS_ALONE = OF_NEW_QUESTIONS | (set(EXPLAINED) - {"N10", "N12", "R02", "U10", "U22"})


def test_examples_fire_every_rule_in_both():
    ours: set[str] = set()
    theirs: set[str] = set()
    for _, patient, signs in test_examples.EXAMPLES:
        changes = {**patient, **on(signs)}
        assert_same_but_for(changes)
        given = counting(all_clear(**changes))
        result = evaluate(given, questionnaire=current(), not_asked=BEYOND_THE_BRIEF)
        ours |= {finding.rule_id for finding in result.findings}
        theirs |= set(oracle().run({"answers": as_the_reference_reads_it(given)})["findings"])
    every = {rule.id for rule in ALL_RULES}
    assert every - ours <= OF_NEW_QUESTIONS
    assert every - theirs == OURS_ALONE


def assert_same_emergencies(dice: random.Random) -> None:
    given = counting(wild_answers(dice) if dice.random() < 0.7 else nearly_clear_answers(dice))
    ours = {finding.rule_id for finding in emergency_now(given, questionnaire=current())}
    theirs = oracle().run({"answers": as_the_reference_reads_it(given)})["findings"]
    assert ours - NEW_EMERGENCIES == {rule for rule in theirs if rule.startswith("E")}, given


@pytest.mark.parametrize("seed", range(5))
def test_random_answers_give_the_same_emergencies(seed):
    dice = random.Random(100 + seed)
    for _ in range(50):
        assert_same_emergencies(dice)


def assert_count_for_both_or_for_neither(dice: random.Random) -> None:
    given = {key: value for key, value in wild_answers(dice).items() if key in oracle().Q and value is not None}
    cleaned, warnings = oracle().clean(given)
    theirs = oracle().effective(cleaned, warnings)
    ours = current().effective(given)
    if given.get("visit_reason") in ("massage", "performance", "pelvic_health"):
        # A service without a pain is not asked how the pain began or what it is like.
        theirs = {k: v for k, v in theirs.items() if current().question(k).page_id not in ("P4", "P8")}
        ours = {k: v for k, v in ours.items() if current().question(k).page_id not in ("P4", "P8")}
    both = (set(theirs) | set(ours)) - SHOWN_OTHERWISE
    assert {k for k in both if (k in theirs) != (k in ours)} == set(), given


@pytest.mark.parametrize("seed", range(10))
def test_random_answers_count_for_both_or_for_neither(seed):
    dice = random.Random(2_000 + seed)
    for _ in range(50):
        assert_count_for_both_or_for_neither(dice)


def test_ids_and_codes_are_those_of_the_reference():
    theirs = set(oracle().Q)
    assert theirs == set(current().questions) - {"place", "state", "language"} - BEYOND_THE_BRIEF
    fewer = {}
    for question in current().questions.values():
        if question.type == "choice" and question.id not in BEYOND_THE_BRIEF:
            options = set(oracle().Q[question.id][1]) - ({"none"} if question.id == "main_area" else set())
            assert question.codes <= options, question.id
            if question.codes != options:
                fewer[question.id] = options - question.codes
    yes_or_no = {"walk_claud", "claud_sit_eases", "claud_stand_eases", "limp", "pop_felt", "bone_point", "runner"}
    yes_or_no |= {"stress_fx_history", "run_surface_change", "shoe_change", "out_mood", "out_sleep"}
    assert fewer == {
        "answered_by": {"parent"},  # guardian says both
        "em_cannot_walk": {"older"},  # it means now only
        **{key: {"not_sure"} for key in yes_or_no},  # YN of section 2
    }
