"""What the desk may know of a screening: complete or not, level, read or not, "call first"."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from intake.desk.states import states_of
from intake.models import BriefRead
from tests.factories import NOW, make_call, make_outcome, make_patient, make_screening, make_user

pytestmark = pytest.mark.django_db


def chips(patient) -> list[str]:
    return [chip.words for chip in states_of([patient.pk], NOW)[patient.pk].chips]


def read(outcome):
    BriefRead.objects.create(outcome=outcome, screening=outcome.screening, by=make_user(), at=NOW)


def test_patient_without_a_screening_is_not_screened():
    assert chips(make_patient()) == ["Not screened"]


def test_form_that_was_left_in_the_middle_is_not_finished():
    screening = make_screening(state="started", finished_at=None)
    assert chips(screening.patient) == ["Screening not finished"]


@pytest.mark.parametrize(
    ("level", "unread", "after"),
    [
        ("mechanical", ["Mechanical, unread"], ["Screening complete"]),
        ("refer", ["Refer, unread"], ["Refer"]),
        ("unsure", ["Call first", "Unsure, unread"], ["Call first", "Unsure"]),
        ("urgent", ["Call first", "Urgent, unread"], ["Call first", "Urgent"]),
        ("emergency", ["Call first", "Emergency, unread"], ["Call first", "Emergency"]),
    ],
)
def test_level_is_told_with_read_or_unread(level, unread, after):
    outcome = make_outcome(level=level)
    assert chips(outcome.screening.patient) == unread
    read(outcome)
    assert chips(outcome.screening.patient) == after


def test_staffs_level_counts_not_the_rules():
    outcome = make_outcome(level="unsure", staff_level="emergency")
    assert "Emergency, unread" in chips(outcome.screening.patient)


def test_newest_of_outcomes_that_are_alike_counts():
    patient = make_patient()
    read(make_outcome(patient=patient, created_at=NOW.replace(hour=1)))
    make_outcome(patient=patient)
    assert chips(patient) == ["Mechanical, unread"]


def test_all_clear_does_not_hide_a_refer_that_nobody_has_decided():
    patient = make_patient()
    make_outcome(patient=patient, level="refer", created_at=NOW.replace(hour=1))
    make_outcome(patient=patient)
    assert chips(patient) == ["Refer, unread"]


def test_safety_pages_before_a_massage_do_not_hide_what_a_whole_check_found():
    patient = make_patient()
    make_outcome(patient=patient, level="refer", created_at=NOW.replace(hour=1))
    make_outcome(patient=patient, full_at=None)
    assert chips(patient) == ["Refer, unread"]


def test_call_that_a_pt_owes_means_call_first():
    outcome = make_outcome()
    make_call(reason="unsure", patient=outcome.screening.patient, for_pt=True)
    assert "Call first" in chips(outcome.screening.patient)


def test_call_about_a_question_does_not_mean_call_first():
    outcome = make_outcome()
    make_call(reason="question", patient=outcome.screening.patient, for_pt=True)
    assert chips(outcome.screening.patient) == ["Mechanical, unread"]


def test_states_cost_the_same_for_three_patients_as_for_one(django_assert_num_queries):
    rows = [make_outcome().screening.patient_id for _ in range(3)]
    with CaptureQueriesContext(connection) as one:
        states_of(rows[:1], NOW)
    with django_assert_num_queries(len(one)):
        states_of(rows, NOW)
