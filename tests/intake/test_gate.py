from datetime import timedelta

import pytest

from clinic.models import Call, Mode
from intake import workflow
from intake.gate import Answer, gate_for, gate_for_patient
from tests.factories import NOW, make_clinic, make_location, make_patient, make_service, make_user
from tests.intake.checking import finished, save, start

pytestmark = pytest.mark.django_db
IN_CLINIC, MOBILE, TELEHEALTH = Mode.IN_CLINIC, Mode.MOBILE, Mode.TELEHEALTH
LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _clinic():
    make_clinic()
    make_location()


def ask(screening, *, mode=IN_CLINIC, now=NOW, **service):
    return gate_for(screening=screening, service=make_service(**service), mode=mode, now=now)


def decided(level):
    screening = finished().screening
    by = make_user()
    workflow.decide(screening=screening, level=level, reason="Talked to her.", by=by, is_pt=True, now=NOW)
    return screening


@pytest.mark.parametrize("mode", [IN_CLINIC, MOBILE, TELEHEALTH])
def test_all_clear_opens_every_mode(mode):
    gate = ask(finished().screening, mode=mode)
    assert (gate.answer, gate.open, gate.flag) == (Answer.OPEN, True, "")


def test_nobody_books_without_a_check():
    assert ask(None).answer == Answer.CHECK_FIRST


def test_check_under_way_opens_nothing():
    assert ask(save(start(), "P1", em_collapse="no")).answer == Answer.CHECK_FIRST


@pytest.mark.parametrize(
    ("level", "answer"),
    [
        ("emergency", Answer.NO_BOOKING),
        ("urgent", Answer.DOCTOR_FIRST),
        ("unsure", Answer.PT_CALLS_FIRST),
        ("mechanical", Answer.OPEN),
    ],
)
@pytest.mark.parametrize("mode", [IN_CLINIC, MOBILE, TELEHEALTH])
def test_level_decides_in_every_mode(level, answer, mode):
    assert ask(decided(level), mode=mode).answer == answer


@pytest.mark.parametrize(
    ("mode", "answer"),
    [(IN_CLINIC, Answer.OPEN), (MOBILE, Answer.OPEN), (TELEHEALTH, Answer.IN_PERSON_ONLY)],
)
def test_refer_allows_an_exam_in_person_that_is_flagged(mode, answer):
    gate = ask(decided("refer"), mode=mode)
    assert (gate.answer, gate.flag) == (answer, "consult_flagged")


def test_check_is_good_for_as_many_days_as_the_service_says():
    screening = finished().screening
    assert ask(screening, now=NOW + timedelta(days=7)).open
    assert ask(screening, now=NOW + timedelta(days=7, seconds=1)).answer == Answer.CHECK_FIRST
    assert ask(screening, now=NOW + timedelta(days=20), check_valid_days=30).open


def test_old_emergency_stays_one():
    screening = save(start(), "P1", em_collapse="yes")
    assert ask(screening, now=NOW + timedelta(days=90)).answer == Answer.NO_BOOKING


def test_decision_of_a_pt_makes_a_check_fresh():
    screening = finished(em_collapse="not_sure").screening
    later = NOW + timedelta(days=6)
    by = make_user()
    workflow.decide(screening=screening, level="mechanical", reason="Talked.", by=by, is_pt=True, now=later)
    assert ask(screening, now=NOW + timedelta(days=12)).open


def test_emergency_opened_again_stays_closed_until_it_is_done():
    screening = save(start(), "P1", em_collapse="yes")
    reopened = workflow.reopen(screening=screening, question_id="em_collapse", now=NOW)
    assert ask(reopened).answer == Answer.NO_BOOKING


@pytest.mark.parametrize(
    ("reason", "answer"),
    [
        (Call.Reason.EMERGENCY, Answer.NO_BOOKING),
        (Call.Reason.URGENT, Answer.DOCTOR_FIRST),
        (Call.Reason.UNSURE, Answer.PT_CALLS_FIRST),
    ],
)
def test_call_that_a_pt_has_still_to_make_blocks_an_all_clear(reason, answer):
    screening = finished().screening
    older = save(start(now=NOW - timedelta(days=1)), "P1", em_collapse="no")
    open_call(older, reason)
    assert ask(screening).answer == answer


def test_gravest_of_several_calls_counts():
    screening = finished().screening
    older = start(now=NOW - timedelta(days=1))
    open_call(older, Call.Reason.UNSURE)
    open_call(older, Call.Reason.EMERGENCY)
    assert ask(screening).answer == Answer.NO_BOOKING


@pytest.mark.parametrize("reason", [Call.Reason.DISCOVERY, Call.Reason.ALERT, Call.Reason.REFER])
def test_other_calls_block_nothing(reason):
    screening = finished().screening
    open_call(screening, reason)
    assert ask(screening).open


def test_call_about_somebody_else_blocks_nothing():
    screening = finished().screening
    open_call(start(given_name="Ben", email="ben@runner.example", phone="+19075550177"), Call.Reason.URGENT)
    assert ask(screening).open


def open_call(screening, reason):
    return Call.objects.create(
        reason=reason,
        subject_uid=screening.uid,
        patient=screening.patient,
        name="Ana Oquendo",
        due_at=NOW,
        created_at=NOW,
    )


# ---------------------------------------------------------------- at the desk


def for_patient(patient, **values):
    return gate_for_patient(patient=patient, service=make_service(), mode=IN_CLINIC, now=values.get("now", NOW))


def test_patient_without_a_check_is_asked_for_one():
    assert for_patient(make_patient()).answer == Answer.CHECK_FIRST


def test_patient_without_a_check_but_with_a_call_due_is_blocked():
    screening = start()
    open_call(screening, Call.Reason.URGENT)
    assert for_patient(screening.patient).answer == Answer.DOCTOR_FIRST


def test_newest_outcome_of_a_patient_counts():
    first = finished(em_collapse="not_sure")
    by = make_user()
    workflow.decide(screening=first.screening, level="urgent", reason="Talked.", by=by, is_pt=True, now=NOW)
    second = finished(now=LATER)
    assert second.screening.patient == first.screening.patient
    assert for_patient(second.screening.patient, now=LATER).outcome == second
    workflow.decide(
        screening=first.screening, level="refer", reason="Saw her.", by=by, is_pt=True, now=LATER + timedelta(hours=1)
    )
    assert for_patient(second.screening.patient, now=LATER).outcome == first.screening.outcome
