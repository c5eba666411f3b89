"""The brief as plain text for the chart: what the patient said, without ids of rules, in lines that fit."""

import re
from datetime import timedelta

import pytest

from intake.brief import load
from intake.brief.text import WIDTH, text_of
from intake.models import Outcome
from tests.factories import NOW, make_clinic, make_location, make_patient
from tests.intake.briefs import LATER, REFER, judged

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic():
    make_location()
    return make_clinic()


def text(outcome: Outcome) -> str:
    outcome = Outcome.objects.select_related("screening__patient", "decided_by").get(pk=outcome.pk)
    return text_of(load(outcome, now=NOW))


def flat(outcome: Outcome) -> str:
    return " ".join(text(outcome).split())


def test_text_says_whose_it_is_and_who_answered():
    outcome = judged(respondent="guardian", respondent_name="Marta Fisk", patient=make_patient(interpreter=True))
    said = flat(outcome)
    assert said.startswith("SUBJECTIVE, from the intake questionnaire: Ana Oquendo, 42 y, female, born 14 Mar 1984")
    assert "by a parent or guardian (Marta Fisk)." in said
    assert "Interpreter: language not said" in said


def test_text_tells_what_fired_in_words_without_the_ids_of_rules():
    said = flat(judged(later=LATER, **REFER))
    assert "- Pain to below the knee that lasts, gets worse or is severe: Places: low back, buttock;" in said
    body = said.partition("Rules 1")[2]
    assert re.findall(r"\b[EURNMF]\d\d\b", body) == []


def test_text_keeps_absent_not_sure_and_not_asked_apart():
    said = flat(judged(sys_fever="not_sure"))
    absent = said.partition("Asked and absent: ")[2].partition("Not asked: ")[0]
    assert "Not sure: Fever or chills." in said
    assert "weight loss" in absent
    assert "fever" not in absent
    assert "testicle pain" in said.partition("Not asked: ")[2]


def test_text_tells_pain_nerves_running_goals_and_what_was_told():
    said = flat(judged(later=LATER, **REFER))
    for part in (
        "Pain at: Low back (worst); Buttock, left; Back of thigh, left; Calf, left.",
        "NPRS of 10: now 4, worst 8.",
        "weak: a little, left",
        "Running before this began: 28 miles a week; one run much longer: 10 to 30% longer;",
        "Weak core (strength days a week: none)",
        "Back to: The Crow Pass run in July",
        "Medicines: Ibuprofen at times",
        "Told (on screen",
    ):
        assert part in said, part


def test_text_tells_what_is_new_only_when_there_was_a_screening_before():
    patient = make_patient()
    first = judged(patient=patient, now=NOW - timedelta(days=5))
    assert "New since" not in text(first)
    assert "New since Thu 19 Nov: Foot drop, was no." in flat(judged(patient=patient, foot_drop="yes"))


def test_lines_fit_into_a_chart():
    lines = text(judged(later={**LATER, "goal_text": "long words " * 100}, **REFER)).splitlines()
    assert max(len(line) for line in lines) <= WIDTH


def test_lines_that_were_typed_stay_lines():
    assert "\n  and swim" in text(judged(later={"goal_text": "Run again\nand swim"}))
