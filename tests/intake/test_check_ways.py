"""The ways through the check: the whole, after surgery or by order, and the short one of the other services."""

from datetime import timedelta

import pytest
from django.test import Client

from intake import questionnaire as questionnaires
from intake import way, workflow
from intake.models import Screening
from tests.factories import NOW, make_clinic, make_location
from tests.intake.answering import all_clear
from tests.intake.checking import finished, p0, page_data, save, start
from tests.intake.test_check_results import page_of, shown

pytestmark = pytest.mark.django_db
FORM = questionnaires.current()
OTHER_SERVICES = ["massage", "performance", "pelvic_health"]


@pytest.fixture(autouse=True)
def _clinic():
    make_clinic()
    make_location()


def pages(**answers) -> list[str]:
    return [page.id for page in way.pages(FORM, all_clear(**answers))]


def walk(reason: str, **changes) -> tuple[list[str], str]:
    """Fill in the check by its pages; returns the pages asked and the words of the result."""
    client, asked = Client(), []
    where = client.post("/check/begin/", p0(visit_reason=reason))["Location"]
    while where != "/check/answers/":
        page = FORM.pages[int(where.split("/")[2])]
        asked.append(page.id)
        answers = {key: value for key, value in changes.items() if FORM.question(key).page_id == page.id}
        where = client.post(where, page_data(Screening.objects.get(), page.id, **answers))["Location"]
    assert client.get(where).status_code == 200
    client.post(where)
    return asked, client.get("/check/result/").content.decode()


@pytest.mark.parametrize("reason", OTHER_SERVICES)
def test_other_services_without_a_pain_ask_for_safety_only(reason):
    asked, result = walk(reason, pain_areas=["none"])
    assert asked == ["P1", "P2", "P3", "P5", "P13"]
    assert "Ready to book" in result
    outcome = Screening.objects.get().outcome
    assert [finding.rule for finding in outcome.findings.all()] == ["M06"]
    assert (outcome.level, outcome.booking, outcome.missing) == ("mechanical", "open", [])


@pytest.mark.parametrize("reason", OTHER_SERVICES)
def test_other_services_with_a_pain_ask_for_all(reason):
    assert pages(visit_reason=reason, pain_areas=["low_back"]) == pages(pain_areas=["low_back"])


def test_other_services_always_ask_for_bladder_and_bowel():
    assert "P5" in pages(visit_reason="massage", pain_areas=["knee"])
    assert "P5" not in pages(visit_reason="new_pain", pain_areas=["knee"])


@pytest.mark.parametrize(
    ("answers", "level"), [({"em_collapse": "not_sure"}, "unsure"), ({"ces_bladder": "old_same"}, "urgent")]
)
def test_safety_questions_stop_other_services(answers, level):
    outcome = finished(patient={"reason": "massage"}, pain_areas=["none"], **answers)
    assert (outcome.level, outcome.booking != "open") == (level, True)


def test_safety_question_left_empty_is_called_about():
    assert finished(patient={"reason": "massage"}, pain_areas=["none"], ces_saddle=None).booking == "held"


def test_pain_marked_later_brings_back_the_whole_way():
    screening = start(reason="massage")
    answers = all_clear(**screening.answers, pain_areas=["none"])
    for page in ("P1", "P2", "P3", "P5", "P13"):
        given = {question.id: answers.get(question.id) for question in FORM.shown_questions(page, answers)}
        screening = save(screening, page, **given)
    assert way.first_open(FORM, screening.answers) is None
    screening = save(screening, "P3", pain_areas=["knee"], pain_side="left")
    assert way.first_open(FORM, screening.answers).id == "P4"
    with pytest.raises(workflow.NotFinished):
        workflow.finish(screening=screening, now=NOW)


@pytest.mark.parametrize("reason", ["after_surgery", "doctor_order"])
def test_ordered_care_asks_all_and_ends_with_its_own_finding(reason):
    asked, _result = walk(reason, pain_areas=["knee-l"])
    assert asked == ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P13"]
    outcome = Screening.objects.get().outcome
    assert [finding.rule for finding in outcome.findings.all()] == ["M05"]
    assert (outcome.level, outcome.first_contact) == ("mechanical", "pt_evaluation")


def test_date_and_limits_of_surgery_are_asked_for_and_kept():
    shown_after = set(FORM.shown(all_clear(visit_reason="after_surgery", pain_areas=["knee"])))
    shown_ordered = set(FORM.shown(all_clear(visit_reason="doctor_order", pain_areas=["knee"])))
    assert {"surgery_date", "surgeon_limits"} <= shown_after
    assert "surgery_date" not in shown_ordered
    assert "surgeon_limits" in shown_ordered
    outcome = finished(patient={"reason": "after_surgery"}, surgeon_limits="No weight for 6 weeks")
    assert outcome.answers["surgeon_limits"] == "No weight for 6 weeks"


def test_running_may_be_left_out_after_surgery():
    outcome = finished(patient={"reason": "after_surgery"}, pain_areas=["knee"], runner=None, menses=None)
    assert (outcome.level, outcome.missing) == ("mechanical", [])


def test_fever_after_surgery_is_urgent():
    outcome = finished(patient={"reason": "after_surgery"}, pain_areas=["none"], sys_fever="yes", hx_surgery_3m="yes")
    assert "U29" in [finding.rule for finding in outcome.findings.all()]
    assert outcome.level == "urgent"


# ---------------------------------------------------------------- what their results say


def test_sciatica_pattern_is_told_to_come_within_a_week():
    outcome = finished(leg_pain_extent="above_knee", duration_band="lt_2w")
    text = page_of(outcome.screening)
    assert "See a PT within a week" in text
    assert "Pick a time by Tuesday 1 December" in text
    assert "We send you a link to answer the questions again" in text


def test_older_sciatica_pattern_is_told_to_come_within_two_weeks():
    outcome = finished(leg_pain_extent="above_knee", duration_band="w6_12")
    assert shown(outcome).visit_by == (NOW + timedelta(weeks=2)).date()
    text = page_of(outcome.screening)
    assert "See a PT within two weeks" in text
    assert "each week" not in text.lower().replace("worse each week", "")


def test_refer_page_says_what_to_hold_off_and_what_may_be_booked():
    text = page_of(finished(leg_numb="yes").screening)
    assert "See a PT in person, by" in text
    assert "No running and no heavy lifting" in text
    assert "Wait with exercises, massage" in text
    assert "not by video" in text


def test_refer_page_to_a_doctor_says_that_an_exam_may_be_booked_in_person_only():
    text = page_of(finished(sys_weight_loss="yes").screening)
    assert "See a doctor first, by" in text
    assert "You may also book a talk and an exam with a PT, in person only" in text


def test_refer_page_offers_no_booking_while_a_call_is_due():
    outcome = finished(sys_weight_loss="yes", em_collapse="not_sure")
    assert (outcome.level, outcome.booking) == ("refer", "held")
    text = page_of(outcome.screening)
    assert "You may also book" not in text
    assert "A PT calls you before anything is booked" in text


def test_urgent_page_says_not_to_walk_where_a_bone_may_give_way():
    outcome = finished(pain_areas=["hip_groin"], hop_hurts="yes", limp="yes")
    assert "U15" in [finding.rule for finding in outcome.findings.all()]
    assert "Do not walk or hop on the sore leg" in page_of(outcome.screening)
    other = finished(patient={"email": "b@x.example", "family_name": "Bo"}, dvt_swelling="yes", pain_areas=["calf"])
    assert "Do not walk" not in page_of(other.screening)
