"""Answers and questionnaires as files for other systems: who gets them, what is in them, and that it is on record."""

import json
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from clinic.models import AuditEvent
from intake.models import Screening
from intake.questionnaire import current
from intake.questionnaire.fhir import from_response
from tests.desk import staff
from tests.factories import NOW, make_clinic, make_outcome, make_patient, make_screening
from tests.intake.answering import all_clear

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return make_clinic()


@pytest.fixture
def dana():
    return staff("pt", first_name="Dana", last_name="Reyes")


def path(screening: Screening) -> str:
    return reverse("admin:brief-answers", args=[screening.uid])


def answered(**values) -> Screening:
    given = all_clear(ces_sexual="new", hx_ivdu="yes", free_text="My knee clicks.")
    screening = make_screening(answers=given, **values)
    make_outcome(screening=screening)
    return screening


def opened(client, screening: Screening):
    """The file, after saying that one covers."""
    client.post(reverse("admin:brief", args=[screening.uid]))
    return client.get(path(screening))


def test_answers_are_a_valid_questionnaire_response(dana):
    screening = answered()
    answer = opened(dana, screening)
    assert answer["Content-Type"] == "application/fhir+json; charset=utf-8"
    parsed = QuestionnaireResponse.model_validate_json(answer.content)
    assert parsed.status == "completed"
    assert parsed.subject.reference == f"Patient/{screening.patient.uid}"
    assert parsed.questionnaire == "https://stridewell.example/fhir/Questionnaire/intake|1"
    assert parsed.authored == screening.finished_at


def test_file_holds_what_counts_but_nothing_private_and_nothing_that_was_not_asked(dana):
    screening = answered()
    back = from_response(current(), json.loads(opened(dana, screening).content))
    private = {question.id for question in current().questions.values() if question.private}
    effective = current().effective(screening.answers)
    assert back == {key: value for key, value in effective.items() if key not in private}
    assert "ces_sexual" in effective
    assert "leg_neuro_side" not in back


def test_check_under_way_is_in_progress(dana):
    screening = make_screening(answers={"visit_reason": "new_pain"}, state="started", finished_at=None)
    answer = json.loads(opened(dana, screening).content)
    assert answer["status"] == "in-progress"
    assert from_response(current(), answer) == {"visit_reason": "new_pain"}


def test_neither_the_file_nor_its_name_tells_who_it_is(dana):
    screening = answered(patient=make_patient(given_name="Xiomara", family_name="Quillfeather"))
    answer = opened(dana, screening)
    assert answer["Content-Disposition"] == f'attachment; filename="response-{screening.uid}.json"'
    assert "no-store" in answer["Cache-Control"]
    assert b"Xiomara" not in answer.content
    assert b"Quillfeather" not in answer.content


def test_taking_answers_away_is_on_record(dana):
    screening = answered()
    opened(dana, screening)
    event = AuditEvent.objects.get(act="answers.exported")
    assert (event.subject_uid, event.actor) == (screening.uid, dana.user)


def test_who_must_say_why_is_led_to_the_brief_and_gets_no_file(dana):
    screening = answered(patient=make_patient(sensitive=True))
    answer = dana.get(path(screening))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("admin:brief", args=[screening.uid])
    assert not AuditEvent.objects.filter(act="answers.exported").exists()


@pytest.mark.parametrize("group", ["desk", "manager"])
def test_answers_are_for_those_who_read_briefs(group):
    assert staff(group).get(path(answered())).status_code == 403


def test_unknown_screening_is_not_found(dana):
    assert dana.get(reverse("admin:brief-answers", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize(("group", "status"), [("pt", 200), ("manager", 200), ("desk", 403)])
def test_questionnaire_is_a_file_for_pts_and_managers(group, status):
    answer = staff(group).get(reverse("admin:questionnaire", args=["intake-1"]))
    assert answer.status_code == status
    if status == 200:
        assert Questionnaire.model_validate_json(answer.content).id == "intake-1"
        assert answer["Content-Disposition"] == 'attachment; filename="intake-1.json"'


@pytest.mark.parametrize("name", ["intake-0", "SHA256SUMS"])
def test_questionnaire_that_was_never_released_is_not_found(dana, name):
    assert dana.get(reverse("admin:questionnaire", args=[name])).status_code == 404


@pytest.mark.parametrize(("group", "offered"), [("pt", True), ("manager", False)])
def test_record_of_a_screening_offers_the_file_to_those_who_read_briefs(group, offered):
    screening = answered()
    page = staff(group).get(reverse("admin:intake_screening_change", args=[screening.pk]))
    assert (path(screening) in page.content.decode()) is offered


def test_brief_leads_to_the_file(dana):
    screening = answered()
    page = dana.post(reverse("admin:brief", args=[screening.uid]), follow=True)
    assert path(screening) in page.content.decode()
