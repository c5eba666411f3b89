"""The printed table of rules is the one in docs/rules.md, and holds every rule once."""

from collections import Counter
from pathlib import Path

from intake.questionnaire import current
from intake.screening import RULESET, Level, sign_off
from intake.screening.factors import FACTORS
from intake.screening.judge import ALL_RULES
from intake.screening.sources import SOURCES, STRENGTHS, tags
from intake.screening.table import table

PRINTED = Path(__file__).resolve().parents[2] / "docs" / "rules.md"


def test_printed_table_is_up_to_date():
    assert PRINTED.read_text(encoding="utf-8") == table(current()), (
        "run `python -m intake.screening.table > docs/rules.md`, and give the rules a new name (RULESET)"
    )


def test_no_pair_of_versions_is_signed_off_but_those_in_the_list(monkeypatch):
    assert not sign_off.SIGNED_OFF
    monkeypatch.setattr(sign_off, "SIGNED_OFF", frozenset({("1", "intake-1")}))
    assert sign_off.is_signed_off("1", "intake-1")
    assert not sign_off.is_signed_off("1", "intake-2")


def test_every_source_and_strength_of_the_table_is_told_and_no_other():
    used = {tag for row in (*ALL_RULES, *FACTORS) for tag in tags(row.source)}
    assert used == set(SOURCES)
    assert {letter for row in (*ALL_RULES, *FACTORS) for letter in row.strength.split("/")} == set(STRENGTHS)


def test_table_names_its_rules_and_each_row():
    printed = table(current())
    assert RULESET in printed
    for rule in ALL_RULES:
        assert f"| {rule.id} | {rule.level} |" in printed


def test_rule_ids_are_used_once_and_begin_with_their_level_s_letter():
    assert [rule for rule, count in Counter(rule.id for rule in ALL_RULES).items() if count > 1] == []
    letters = {Level.EMERGENCY: "E", Level.URGENT: "U", Level.REFER: "R", Level.UNSURE: "N", Level.MECHANICAL: "M"}
    assert all(rule.id.startswith(letters[rule.level]) for rule in ALL_RULES)


def test_emergency_rules_are_e01_to_e21():
    emergencies = [rule.id for rule in ALL_RULES if rule.level is Level.EMERGENCY]
    assert emergencies == [f"E{number:02d}" for number in range(1, 22)]
