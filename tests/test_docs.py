"""The documents say what is: settings, commands, files."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_readme_names_every_setting():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "clinic" / "settings.py").read_text()))
    told = set(re.findall(r"`([A-Z_]+)`", README))
    only_for_tests = {"STRIDEWELL_TEST_DB_SUFFIX"}
    assert read - told - only_for_tests == set()


def test_readme_names_only_commands_that_exist():
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text()))
    assert set(re.findall(r"\bmake ([a-z]+)", README)) - {"are"} <= targets


# ---------------------------------------------------------------- the hazard log

HAZARDS = re.split(r"(?m)^### (?=H\d\d )", (ROOT / "docs" / "clinical-safety.md").read_text())[1:]
HAZARDS = [hazard.partition("\n## ")[0] for hazard in HAZARDS]
SEVERITY = ("catastrophic", "major", "considerable", "significant", "minor")
# As the table of the log says: by severity, for likelihood very low, low, medium or more.
RISK = {
    **dict.fromkeys(SEVERITY[:2], ("low", "medium", "high")),
    "considerable": ("low", "low", "medium"),
    **dict.fromkeys(SEVERITY[3:], ("low", "low", "low")),
}
LIKELIHOOD = {"very low": 0, "low": 1, "medium": 2, "high": 2, "very high": 2}


def test_hazards_are_numbered():
    assert [hazard[:3] for hazard in HAZARDS] == [f"H{number:02d}" for number in range(1, len(HAZARDS) + 1)]
    assert len(HAZARDS) >= 15


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard[:3])
def test_hazard_has_all_its_parts_and_tests_that_exist(hazard):
    parts = re.findall(r"\*\*(\w[\w ]*)\*\*", hazard)
    assert parts == ["Cause", "Effect", "Severity", "Likelihood", "Control", "Held by", "Left"]
    named = set(re.findall(r"`(test_\w+)`", hazard))
    assert len(named) >= 2
    sources = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py")]
    assert {name for name in named if not any(f"\ndef {name}(" in source for source in sources)} == set()


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard[:3])
def test_hazard_leaves_the_risk_that_the_table_gives(hazard):
    severity = re.search(r"\*\*Severity\*\* (\w+)\.", hazard)[1]
    before, after = re.search(r"\*\*Likelihood\*\* ([\w ]+);\s+([\w\s]+?)\s+with the\s+controls", hazard).groups()
    left = re.search(r"\*\*Left\*\* (\w+)", hazard)[1]
    assert LIKELIHOOD[" ".join(after.split())] <= LIKELIHOOD[before]
    assert left == RISK[severity][LIKELIHOOD[" ".join(after.split())]] != "high"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(document):
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []
