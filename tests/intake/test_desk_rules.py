"""The rules page: every rule in plain words, how often it fired and was overridden, and that nobody signed it off."""

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from intake.brief.load import load
from intake.models import Clearance, Finding, Outcome
from intake.screening import RULESET, sign_off
from intake.screening.factors import FACTORS
from intake.screening.judge import ALL_RULES
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_clinic, make_outcome, make_user

pytestmark = pytest.mark.django_db
PAGE = "/desk/rules/"


@pytest.fixture(autouse=True)
def clinic():
    return make_clinic()


@pytest.fixture
def dana():
    return staff("pt", first_name="Dana", last_name="Reyes")


def fired(outcome: Outcome, *rules: str) -> Outcome:
    """Let rules have fired in an outcome."""
    for rule in rules:
        Finding.objects.create(outcome=outcome, rule=rule, level=outcome.level, klass="serious", strength="B")
    return outcome


def decided(outcome: Outcome, level: str) -> Outcome:
    """Let staff decide the level, as `workflow.decide` leaves it: with the same findings."""
    Outcome.objects.filter(pk=outcome.pk).update(current=False)
    after = make_outcome(screening=outcome.screening, level=level, decided_by=make_user())
    return fired(after, *outcome.findings.values_list("rule", flat=True))


def cells(answer, rule: str) -> str:
    """The words of one rule's row."""
    html = answer.content.decode()
    row = html.partition(f'<tr id="{rule}">')[2].partition("</tr>")[0]
    return " ".join(row.partition("</th>")[2].replace("<", " <").split())


@pytest.mark.parametrize(("group", "status"), [("pt", 200), ("manager", 200), ("desk", 403)])
def test_rules_are_for_pts_and_managers(group, status):
    assert staff(group).get(PAGE).status_code == status


def test_page_shows_every_rule_and_factor_in_plain_words(dana):
    answer = dana.get(PAGE)
    text, html = words(answer), answer.content.decode()
    for rule in ALL_RULES:
        assert f'<tr id="{rule.id}">' in html
        assert rule.plain.replace("'", "&#x27;") in html
    for factor in FACTORS:
        assert f'<tr id="{factor.id}">' in html
    assert f"{len(ALL_RULES)} rules, version {RULESET}, with form intake-1" in text
    assert "GIRFT 2023" in text
    assert unknown_targets(answer) == set()


def test_row_has_level_class_strength_first_contact_call_and_booking(dana):
    row = cells(dana.get(PAGE), "E08")
    for part in ("Emergency", "serious", "A/B", "a physician", "within 15 minutes", "not offered"):
        assert part in row


def test_rules_can_be_narrowed_to_one_level(dana):
    html = dana.get(PAGE, {"level": "urgent"}).content.decode()
    assert '<tr id="U01">' in html
    assert '<tr id="E01">' not in html
    assert '<tr id="E01">' in dana.get(PAGE, {"level": "nonsense\x00"}).content.decode()


def test_rule_is_counted_by_screening_now_and_ever(dana):
    fired(make_outcome(level="refer"), "R01")
    once = fired(make_outcome(level="refer", current=False), "R01", "R14")
    fired(make_outcome(screening=once.screening, level="refer"), "R14")
    page = dana.get(PAGE)
    assert "1 now, 2 ever" in cells(page, "R01")
    assert "1 now, 1 ever" in cells(page, "R14")
    assert cells(page, "R02").count("never") == 2


def test_rule_is_overridden_where_staff_decided_another_level(dana):
    decided(fired(make_outcome(level="refer"), "R01", "R14"), "mechanical")
    decided(fired(make_outcome(level="refer"), "R01"), "urgent")
    decided(fired(make_outcome(level="refer"), "R14"), "refer")
    page = dana.get(PAGE)
    assert "2 now, 2 ever" in cells(page, "R01")
    assert "1 raised, 1 lowered" in cells(page, "R01")
    assert "0 raised, 1 lowered" in cells(page, "R14")
    assert cells(page, "R02").count("never") == 2


def test_rule_is_overridden_against_what_the_rules_said_not_against_an_earlier_decision(dana):
    first = fired(make_outcome(level="refer"), "R01")
    decided(decided(first, "mechanical"), "refer")
    assert "0 raised, 1 lowered" in cells(dana.get(PAGE), "R01")


def test_rule_is_not_overridden_by_the_review_that_it_asked_for(dana):
    after = decided(fired(make_outcome(level="urgent"), "U08"), "mechanical")
    Clearance.objects.create(
        outcome=after,
        cleared_by="Dr. Ann Lee, physician",
        cleared_on=NOW.date(),
        letter="No infection.",
        recorded_by=dana.user,
        created_at=NOW,
    )
    row = cells(dana.get(PAGE), "U08")
    assert "1 now, 1 ever" in row
    assert "never" in row


def test_rules_of_older_versions_are_still_counted(dana):
    fired(make_outcome(ruleset="0"), "X99")
    text = words(dana.get(PAGE))
    assert "not in this table any more: X99 1." in text
    assert "Rules 0 with form intake-1: 1 outcome" in text


def test_page_takes_as_many_queries_with_three_outcomes_as_with_one(dana):
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert dana.get(PAGE).status_code == 200
        return len(made)

    decided(fired(make_outcome(level="refer"), "R01"), "mechanical")
    one = queries()
    for _ in range(2):
        decided(fired(make_outcome(level="urgent"), "U08", "R01"), "refer")
    assert queries() == one


def test_staff_read_that_nobody_has_signed_off_the_rules(dana):
    assert "Not signed off by clinicians yet" in words(dana.get(PAGE))


def test_signed_off_versions_carry_no_warning(monkeypatch):
    context = {"ruleset": RULESET, "questionnaire": "intake-1"}
    assert "Not signed off" in render_to_string("desk/_not_signed_off.html", context)
    monkeypatch.setattr(sign_off, "SIGNED_OFF", frozenset({(RULESET, "intake-1")}))
    assert render_to_string("desk/_not_signed_off.html", context).strip() == ""


def test_brief_says_in_one_line_whether_its_versions_are_signed_off(monkeypatch):
    outcome = make_outcome(ruleset=RULESET)
    assert load(outcome, now=NOW).versions == f"Rules {RULESET}, form intake-1, not signed off by clinicians yet."
    monkeypatch.setattr(sign_off, "SIGNED_OFF", frozenset({(RULESET, "intake-1")}))
    assert load(outcome, now=NOW).versions == f"Rules {RULESET}, form intake-1."
