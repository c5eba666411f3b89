import uuid
from datetime import date, timedelta

import pytest

from clinic.models import AuditEvent, Call, CallNote, Consent, Message, Patient
from intake import chart, workflow
from intake.models import Level, Outcome, Screening
from intake.workflow import telling
from tests.factories import NOW, make_clinic, make_duty, make_location, make_patient, make_user
from tests.intake.checking import fill_in, finished, save, start

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _clinic():
    make_clinic()
    make_location()


def calls() -> list[tuple[str, str]]:
    return list(Call.objects.order_by("id").values_list("reason", "state"))


def decide(screening, level, *, is_pt=True, reason="Talked to her.", now=LATER):
    return workflow.decide(screening=screening, level=level, reason=reason, by=make_user(), is_pt=is_pt, now=now)


# ---------------------------------------------------------------- start


def test_start_makes_a_patient_and_a_screening_with_what_page_p0_gave():
    screening = start(preferred_name="Anita", spoken_language="Spanish", interpreter=True)
    screening.refresh_from_db()
    assert screening.patient.name == "Ana “Anita” Oquendo"
    assert screening.answers == {
        "visit_reason": "new_pain",
        "answered_by": "self",
        "age_years": 34,
        "place": "Anchorage",
        "state": "AK",
        "language": "Spanish",
    }
    assert (screening.contact["name"], screening.contact["phone"]) == ("Ana Oquendo", "+19075550118")
    assert (screening.state, screening.pages_done) == ("started", ["P0"])


def test_start_writes_down_what_was_agreed_to():
    start(texts_ok=True)
    agreed = Consent.objects.order_by("kind").values_list("kind", "text_version")
    assert list(agreed) == [("contact", "check-1"), ("disclaimer", "check-1"), ("texts", "check-1")]


def test_start_plans_the_way_back():
    screening = start()
    message = Message.objects.get()
    assert (message.kind, message.subject_uid) == ("check_saved", screening.uid)
    assert message.planned_at == NOW + timedelta(minutes=20)


def test_start_plans_no_way_back_for_an_address_that_somebody_plays_with():
    for number in range(telling.MOST_BEGUN_AN_HOUR + 3):
        start(given_name=f"{chr(65 + number)}n", phone=f"+1907555{number:04}")
    assert Message.objects.filter(kind="check_saved").count() == telling.MOST_BEGUN_AN_HOUR
    start(given_name="Zoe", now=NOW + timedelta(hours=2))
    assert Message.objects.filter(kind="check_saved").count() == telling.MOST_BEGUN_AN_HOUR + 1


def test_start_twice_with_one_submission_gives_one_screening():
    submission = uuid.uuid4()
    first, second = start(submission=submission), start(submission=submission, now=LATER)
    assert first.pk == second.pk
    assert (Patient.objects.count(), Message.objects.count(), Consent.objects.count()) == (1, 1, 2)
    assert second.revision == 0


def test_start_again_with_a_mended_phone_number_corrects_both():
    submission = uuid.uuid4()
    start(submission=submission, phone="+19075550111", email="")
    screening = start(submission=submission, phone="+19075550118", email="", now=LATER)
    assert screening.contact["phone"] == "+19075550118"
    assert Patient.objects.get().phone == "+19075550118"


def test_start_again_by_somebody_who_does_not_hold_it_is_a_check_of_its_own():
    submission = uuid.uuid4()
    first = start(submission=submission)
    second = start(submission=submission, phone="+19075550199", may_correct=False)
    first.refresh_from_db()
    assert second.pk != first.pk
    assert first.contact["phone"] == "+19075550118"


def test_start_sent_twice_at_once_is_one_check_though_nobody_holds_it_yet():
    submission = uuid.uuid4()
    assert start(submission=submission).pk == start(submission=submission, may_correct=False).pk


def test_start_again_keeps_the_answers_given_so_far():
    submission = uuid.uuid4()
    save(start(submission=submission), "P1", em_collapse="no")
    screening = start(submission=submission, reason="massage")
    assert screening.answers["em_collapse"] == "no"
    assert screening.answers["visit_reason"] == "massage"


def test_start_again_sends_the_way_back_to_the_mended_address_only():
    submission = uuid.uuid4()
    start(submission=submission, email="wrong@runner.example")
    start(submission=submission, email="ana@runner.example", now=LATER)
    planned = Message.objects.filter(state="planned")
    assert [message.to for message in planned] == ["ana@runner.example"]


def test_start_again_as_somebody_we_know_lets_the_row_made_by_mistake_go():
    known = make_patient(birth_date=date(1992, 3, 14), phone="+19075550118")
    submission = uuid.uuid4()
    made = start(submission=submission, birth_date=date(1992, 3, 15)).patient
    screening = start(submission=submission, now=LATER)
    made.refresh_from_db()
    assert screening.patient == known
    assert made.merged_into == known


def test_start_again_never_changes_a_patient_whom_we_knew():
    known = make_patient(birth_date=date(1992, 3, 14), phone="+19075550118", email="")
    submission = uuid.uuid4()
    start(submission=submission)
    screening = start(submission=submission, phone="+19075550199", email="other@runner.example")
    known.refresh_from_db()
    assert (known.phone, known.email) == ("+19075550118", "")
    assert screening.patient != known  # nothing but the name and the birth date is hers any more


def test_start_again_is_too_late_once_there_is_an_outcome():
    submission = uuid.uuid4()
    save(start(submission=submission), "P1", em_collapse="yes")
    screening = start(submission=submission, phone="+19075550199", now=LATER)
    assert screening.contact["phone"] == "+19075550118"


def test_start_finds_a_known_patient_and_changes_nothing_of_them():
    known = make_patient(birth_date=date(1992, 3, 14), phone="+19075550118", email="old@runner.example")
    screening = start(email="new@runner.example")
    known.refresh_from_db()
    assert screening.patient == known
    assert known.email == "old@runner.example"


def test_start_counts_nobody_older_than_the_form_can():
    assert start(birth_date=date(1905, 1, 1)).answers["age_years"] == 110


# ---------------------------------------------------------------- saving pages


def test_save_page_keeps_answers_and_says_that_the_page_is_done():
    screening = save(start(), "P1", em_collapse="no", em_dark_urine=None)
    screening.refresh_from_db()
    assert (screening.answers["em_collapse"], screening.answers["em_dark_urine"]) == ("no", None)
    assert (screening.pages_done, screening.revision) == (["P0", "P1"], 1)


def test_save_page_keeps_what_was_valid_beside_an_error():
    screening = save(start(), "P1", errors={"em_collapse": "?"}, em_dark_urine="no")
    assert screening.answers["em_dark_urine"] == "no"
    assert screening.pages_done == ["P0"]
    assert screening.state == "started"


def test_save_page_stops_for_an_emergency_beside_an_error():
    screening = save(start(), "P1", errors={"em_collapse": "?"}, em_chest_breath="yes")
    outcome = screening.outcome
    assert screening.state == "finished"
    assert (outcome.level, outcome.staff_level, outcome.booking) == ("emergency", "emergency", "not_offered")
    assert [finding.rule for finding in outcome.findings.all() if finding.level == "emergency"] == ["E01"]
    assert outcome.call_due_at == NOW + timedelta(minutes=15)


def test_emergency_alerts_whoever_is_on_duty_and_drops_the_way_back():
    shift = make_duty()
    save(start(), "P1", em_chest_breath="yes")
    assert calls() == [("emergency", "open")]
    assert Message.objects.filter(kind="call_alert", channel="email").get().to == shift.user.email
    assert Message.objects.get(kind="check_saved").state == "dropped"
    assert Message.objects.get(kind="check_result").state == "planned"


def test_emergency_in_the_middle_counts_later_questions_as_not_asked_yet():
    outcome = save(start(), "P1", em_chest_breath="yes", em_collapse=None).outcome
    assert "em_collapse" in outcome.missing
    assert not {"sys_fever", "pain_mech", "duration_band"} & set(outcome.missing)


def test_emergency_calls_the_number_that_was_typed_and_notes_the_one_on_file():
    make_patient(birth_date=date(1992, 3, 14), phone="+19075550100", email="ana@runner.example")
    save(start(), "P1", em_chest_breath="yes")
    assert Call.objects.get().phone == "+19075550118"
    assert "On file: 907-555-0100" in CallNote.objects.get().note


def test_emergency_without_a_phone_number_says_so_in_the_queue():
    save(start(phone=""), "P1", em_chest_breath="yes")
    assert CallNote.objects.get().note == "No phone number. E-mail: ana@runner.example"


def test_queue_knows_who_answered_and_in_which_language():
    guardian = {"respondent": "guardian", "respondent_name": "Marta Fisk", "interpreter": True}
    save(start(**guardian, spoken_language="Spanish"), "P1", em_chest_breath="yes")
    assert CallNote.objects.get().note == "Answered by Marta Fisk (guardian)\nInterpreter: Spanish"


def test_save_page_after_the_end_is_refused():
    outcome = finished()
    with pytest.raises(workflow.AlreadyFinished):
        save(outcome.screening, "P1", em_collapse="not_sure")


def test_emergency_after_the_end_is_never_lost():
    outcome = finished()
    screening = save(outcome.screening, "P1", em_collapse="yes", now=LATER)
    assert (screening.outcome.level, screening.outcome.booking) == ("emergency", "not_offered")
    assert [row.level for row in screening.outcomes.order_by("id")] == ["mechanical", "emergency"]
    assert calls() == [("emergency", "open")]


def test_emergency_that_is_known_is_not_raised_again_by_a_late_page():
    screening = save(start(), "P1", em_collapse="yes")
    with pytest.raises(workflow.AlreadyFinished):
        save(screening, "P1", em_collapse="yes", now=LATER)


def test_late_page_does_not_bring_back_an_emergency_that_a_pt_has_cleared():
    screening = save(start(), "P1", em_collapse="yes")
    decide(screening, "mechanical")
    with pytest.raises(workflow.AlreadyFinished):
        save(screening, "P1", em_dark_urine="no", now=LATER)


def test_second_tab_wins_for_its_own_questions_only():
    screening = start()
    save(screening, "P1", em_collapse="not_sure", em_dark_urine="no")
    save(screening, "P1", em_collapse="no")
    screening.refresh_from_db()
    assert (screening.answers["em_collapse"], screening.answers["em_dark_urine"]) == ("no", "no")


def test_save_page_refuses_a_page_that_is_none():
    with pytest.raises(Exception, match="P99"):
        save(start(), "P99")


def test_save_page_puts_the_reminder_off_and_keeps_its_end():
    save(start(), "P1", now=LATER, em_collapse="no")
    message = Message.objects.get()
    assert message.planned_at == LATER + timedelta(minutes=20)
    assert message.not_after == LATER + timedelta(days=2)


# ---------------------------------------------------------------- the end


def test_finish_wants_every_shown_page_asked():
    screening = save(start(), "P1", em_collapse="no")
    with pytest.raises(workflow.NotFinished):
        workflow.finish(screening=screening, now=NOW)


def test_all_clear_opens_booking_and_needs_no_call():
    outcome = finished()
    assert (outcome.level, outcome.booking, outcome.call_due, outcome.call_due_at) == (
        "mechanical",
        "open",
        "none",
        None,
    )
    assert calls() == []
    assert Message.objects.get(kind="check_result").context == {"outcome": str(outcome.uid)}


def test_outcome_keeps_the_versions_and_the_answers_it_rests_on():
    outcome = finished()
    assert outcome.questionnaire == outcome.screening.questionnaire
    assert outcome.ruleset
    assert outcome.answers == Screening.objects.get().answers


def test_doubt_about_an_emergency_question_holds_and_is_called_the_same_day():
    outcome = finished(em_collapse="not_sure")
    assert (outcome.level, outcome.booking, outcome.call_due) == ("unsure", "held", "same_working_day")
    assert calls() == [("unsure", "open")]
    assert "em_collapse" in outcome.not_sure


def test_finish_twice_gives_the_same_outcome():
    outcome = finished()
    assert workflow.finish(screening=outcome.screening, now=LATER) == outcome
    assert Message.objects.filter(kind="check_result").count() == 1


def test_words_of_despair_alert_at_once_and_decide_nothing():
    outcome = finished(free_text="Some days I want to end my life.")
    assert outcome.level == "mechanical"
    assert calls() == [("alert", "open")]
    assert Call.objects.get().due_at == NOW + timedelta(minutes=15)


def test_words_of_an_emergency_alert_at_once_and_hold():
    outcome = finished(free_text="Since Monday I can't pee.")
    assert (outcome.level, outcome.booking) == ("unsure", "held")
    assert sorted(calls()) == [("alert", "open"), ("unsure", "open")]


def test_check_filled_in_anew_stays_held_while_a_pt_has_to_call():
    finished(em_collapse="not_sure")
    again = finished(now=LATER)
    assert (again.level, again.booking, again.call_due) == ("unsure", "held", "same_working_day")
    assert [row.answers["em_collapse"] for row in Outcome.objects.order_by("id")] == ["not_sure", "no"]


def test_check_filled_in_anew_after_an_emergency_does_not_alert_a_second_time():
    make_duty()
    save(start(), "P1", em_collapse="yes")
    again = finished(now=LATER)
    assert (again.level, again.staff_level, again.booking) == ("unsure", "emergency", "held")
    assert calls() == [("emergency", "open"), ("unsure", "open")]
    assert Message.objects.filter(kind="call_alert", channel="email").count() == 1


HELD_BACK = {
    "emergency": {"ces_saddle": "new"},
    "urgent": {"sys_fever": "yes"},
    "unsure": {"em_collapse": "not_sure"},
    "refer": {"em_chest_breath": "not_sure", "leg_numb": "yes", "pain_areas": ["low_back"]},
}


@pytest.mark.parametrize(("level", "given"), HELD_BACK.items(), ids=HELD_BACK)
@pytest.mark.parametrize("days", [1, 400])
def test_check_filled_in_anew_stays_held_when_a_call_ended_and_nobody_decided(level, given, days):
    first = finished(**given)
    assert first.level == level
    Call.objects.update(state="done", outcome="elsewhere", closed_at=NOW)
    again = finished(now=NOW + timedelta(days=days))
    assert (again.level, again.staff_level, again.booking, again.screening.patient) == (
        "unsure",
        level,
        "held",
        first.screening.patient,
    )
    assert Call.objects.get(state="open", reason="unsure").subject_uid == again.screening.uid


@pytest.mark.parametrize("days", [1, 400])
def test_check_filled_in_anew_opens_after_a_word_on_each_that_was_held(days):
    first, second = finished(**HELD_BACK["urgent"]), finished(now=LATER)
    decide(first.screening, "mechanical")
    assert finished(now=LATER).booking == "held"
    for row in Outcome.objects.filter(current=True, by_pt=False):
        decide(row.screening, "mechanical")
    assert second.screening.patient == first.screening.patient
    assert finished(now=LATER + timedelta(days=days)).booking == "open"


def test_check_filled_in_anew_after_a_pt_left_it_unsure_has_a_call_and_opens_by_its_own_decision():
    first = finished(**HELD_BACK["unsure"])
    decide(first.screening, "unsure")
    again = finished(now=LATER)
    assert (again.level, again.booking) == ("unsure", "held")
    assert Call.objects.get(state="open").subject_uid == again.screening.uid
    decide(again.screening, "mechanical")
    assert finished(now=LATER + timedelta(days=1)).booking == "open"


def test_check_filled_in_anew_opens_once_a_pt_has_called():
    first = finished(em_collapse="not_sure")
    decide(first.screening, "mechanical")
    assert finished(now=LATER).booking == "open"


def test_check_filled_in_anew_does_not_look_milder_than_its_own_answers():
    finished(em_collapse="not_sure")
    again = save(start(now=LATER), "P1", em_collapse="yes", now=LATER).outcome
    assert (again.level, again.booking) == ("emergency", "not_offered")


# ---------------------------------------------------------------- a mistaken tap


def emergency(**answers) -> Screening:
    return save(start(), "P1", **(answers or {"em_collapse": "yes"}))


def test_reopen_asks_the_question_again_and_keeps_the_alarm():
    screening = workflow.reopen(screening=emergency(), question_id="em_collapse", now=LATER)
    assert (screening.state, screening.finished_at) == ("started", None)
    assert "em_collapse" not in screening.answers
    assert screening.pages_done == ["P0"]
    assert screening.outcome.level == "emergency"
    assert calls() == [("emergency", "open")]


def test_answer_mended_never_falls_below_unsure():
    screening = workflow.reopen(screening=emergency(), question_id="em_collapse", now=LATER)
    outcome = workflow.finish(screening=fill_in(screening, em_collapse="no", now=LATER), now=LATER)
    assert (outcome.level, outcome.staff_level, outcome.booking) == ("unsure", "emergency", "held")
    assert outcome.call_due == "same_working_day"
    assert calls() == [("emergency", "open")]
    assert Call.objects.get().due_at == NOW + timedelta(minutes=15)


def test_answer_confirmed_is_the_emergency_again():
    screening = workflow.reopen(screening=emergency(), question_id="em_collapse", now=LATER)
    screening = save(screening, "P1", em_collapse="yes", now=LATER)
    assert [row.level for row in screening.outcomes.order_by("id")] == ["emergency", "emergency"]
    assert screening.outcomes.filter(current=True).count() == 1
    assert sorted(Message.objects.filter(kind="check_result").values_list("sequence", flat=True)) == [1, 2]


def test_other_emergency_found_while_mending_counts():
    screening = workflow.reopen(screening=emergency(), question_id="em_collapse", now=LATER)
    screening = save(screening, "P1", em_collapse="no", em_stroke_signs="yes", now=LATER)
    assert screening.outcome.level == "emergency"


def test_reopen_of_the_body_chart_clears_the_drawing_too():
    screening = save(start(), "P1", em_collapse="no")
    save(screening, "P3", pain_areas=["low_back"], pain_spots=["low_back"], pain_side="middle")
    screening = save(screening, "P4", trauma_level="major", duration_band="lt_2w", onset_type="after_injury")
    assert screening.outcome.level == "emergency"
    screening = workflow.reopen(screening=screening, question_id="pain_areas", now=LATER)
    assert not {chart.AREAS, chart.SPOTS, chart.SIDE} & set(screening.answers)


@pytest.mark.parametrize("question", ["em_dark_urine", "age_years", "visit_reason", "nothing", ""])
def test_reopen_refuses_an_answer_that_did_not_lead_there(question):
    with pytest.raises(KeyError):
        workflow.reopen(screening=emergency(), question_id=question, now=LATER)


def test_reopen_needs_an_emergency():
    outcome = finished(em_collapse="not_sure")
    with pytest.raises(workflow.NotFinished):
        workflow.reopen(screening=outcome.screening, question_id="em_collapse", now=LATER)


def test_reopen_is_not_for_an_emergency_that_staff_decided():
    screening = emergency()
    decide(screening, "emergency")
    with pytest.raises(workflow.NotFinished):
        workflow.reopen(screening=screening, question_id="em_collapse", now=LATER)


def test_reopen_leaves_no_answer_in_the_audit():
    workflow.reopen(screening=emergency(), question_id="em_collapse", now=LATER)
    assert AuditEvent.objects.get(act="screening.reopened").details == {}


# ---------------------------------------------------------------- decisions of staff


@pytest.mark.parametrize("is_pt", [True, False])
def test_anybody_may_raise_the_level(is_pt):
    outcome = finished(em_collapse="not_sure")
    raised = decide(outcome.screening, "urgent", is_pt=is_pt)
    assert (raised.level, raised.staff_level, raised.booking) == ("urgent", "urgent", "after_medical_review")
    assert raised.decided_by is not None


def test_only_a_pt_may_lower_the_level():
    outcome = finished(em_collapse="not_sure")
    with pytest.raises(workflow.NotAllowed):
        decide(outcome.screening, "mechanical", is_pt=False)
    assert decide(outcome.screening, "mechanical").booking == "open"


def test_level_for_staff_is_what_must_not_be_lowered():
    screening = workflow.reopen(screening=emergency(), question_id="em_collapse", now=LATER)
    outcome = workflow.finish(screening=fill_in(screening, em_collapse="no"), now=LATER)
    assert outcome.level == "unsure"
    with pytest.raises(workflow.NotAllowed):
        decide(outcome.screening, "urgent", is_pt=False)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_decision_needs_a_reason(reason):
    with pytest.raises(ValueError, match="reason"):
        decide(finished().screening, "urgent", reason=reason)


def test_decision_needs_a_level_that_exists():
    with pytest.raises(ValueError, match="harmless"):
        decide(finished().screening, "harmless")


def test_decision_needs_an_outcome():
    with pytest.raises(workflow.NotFinished):
        decide(start(), "urgent")


def test_decision_of_a_pt_ends_the_calls_for_it():
    outcome = finished(em_collapse="not_sure")
    decide(outcome.screening, "mechanical")
    assert calls() == [("unsure", "done")]


def test_level_raised_by_the_desk_opens_the_call_and_alerts():
    shift = make_duty()
    raised = decide(finished().screening, "urgent", is_pt=False)
    assert raised.call_due_at == LATER + timedelta(hours=2)
    assert calls() == [("urgent", "open")]
    assert Message.objects.filter(kind="call_alert", channel="email").get().to == shift.user.email


@pytest.mark.parametrize(
    ("level", "booking", "due"),
    [
        ("refer", "held", "same_working_day"),  # refer alone would open visits in person, and be called in two days
        ("urgent", "after_medical_review", "2_opening_hours"),
        ("emergency", "not_offered", "15_min"),
    ],
)
def test_raising_by_the_desk_opens_nothing_and_puts_off_no_call(level, booking, due):
    before = finished(em_collapse="not_sure")
    assert (before.level, before.booking, before.call_due) == ("unsure", "held", "same_working_day")
    raised = decide(before.screening, level, is_pt=False)
    assert (raised.booking, raised.call_due) == (booking, due)
    assert raised.call_due_at == (before.call_due_at if due == before.call_due else raised.call_due_at)
    assert raised.call_due_at <= before.call_due_at
    newest = Call.objects.open().get(reason=level)
    assert newest.due_at == raised.call_due_at
    assert Call.objects.open().filter(reason="unsure").exists()


def test_call_that_was_made_does_not_make_the_next_one_late():
    before = finished(em_collapse="not_sure")
    Call.objects.update(state="done", outcome="elsewhere", closed_at=NOW)
    raised = decide(before.screening, "refer", is_pt=False, now=NOW + timedelta(days=1))
    assert (raised.booking, raised.call_due) == ("held", "2_working_days")
    assert raised.call_due_at > NOW + timedelta(days=1)


def test_same_level_again_by_the_desk_keeps_booking_and_the_call():
    before = finished(em_collapse="not_sure", leg_numb="yes", pain_areas=["low_back"])
    assert (before.level, before.booking) == ("refer", "held")
    after = decide(before.screening, "refer", is_pt=False)
    assert (after.booking, after.call_due, after.call_due_at) == ("held", before.call_due, before.call_due_at)


def test_pt_who_decides_refer_opens_visits_in_person():
    assert decide(finished(em_collapse="not_sure").screening, "refer").booking == "consult_flagged"


def test_decision_keeps_the_evidence_and_the_old_outcome():
    outcome = finished(em_collapse="not_sure")
    after = decide(outcome.screening, "urgent")
    outcome.refresh_from_db()
    assert (outcome.current, outcome.level) == (False, "unsure")
    same = ("rule", "level", "answers")
    assert list(after.findings.values_list(*same)) == list(outcome.findings.values_list(*same))
    assert (after.answers, after.ruleset) == (outcome.answers, outcome.ruleset)


def test_decision_ends_a_form_that_was_opened_again():
    screening = workflow.reopen(screening=emergency(), question_id="em_collapse", now=LATER)
    decide(screening, "mechanical")
    screening.refresh_from_db()
    assert screening.state == "finished"


@pytest.mark.parametrize("is_pt", [True, False])
@pytest.mark.parametrize("meanwhile", ["emergency", "opened again"])
def test_decision_is_about_what_was_seen(meanwhile, is_pt):
    screening = emergency() if meanwhile == "opened again" else finished(em_collapse="not_sure").screening
    seen = workflow.stamp(screening.outcome)
    if meanwhile == "emergency":
        save(screening, "P5", ces_saddle="new")
    else:
        workflow.reopen(screening=screening, question_id="em_collapse", now=LATER)
    level = "mechanical" if is_pt else "emergency"
    with pytest.raises(workflow.NewerOutcome):
        workflow.decide(
            screening=screening, level=level, reason="Talked.", by=make_user(), is_pt=is_pt, seen=seen, now=LATER
        )
    assert (screening.outcome.level, screening.outcome.decided_by) == ("emergency", None)
    assert ("emergency", "open") in calls()


def test_form_that_was_seen_open_again_may_be_decided():
    screening = workflow.reopen(screening=emergency(), question_id="em_collapse", now=LATER)
    seen = workflow.stamp(screening.outcome)
    by = make_user()
    after = workflow.decide(
        screening=screening, level="mechanical", reason="Talked.", by=by, is_pt=True, seen=seen, now=LATER
    )
    assert after.level == "mechanical"


def test_brief_is_read_once_by_each_person():
    outcome, dana = finished(), make_user()
    first = workflow.mark_read(outcome=outcome, by=dana, now=NOW)
    assert workflow.mark_read(outcome=outcome, by=dana, now=LATER) == first
    assert workflow.mark_read(outcome=outcome, by=make_user(), now=LATER) != first
    assert AuditEvent.objects.filter(act="brief.read").count() == 2


def test_levels_of_the_database_and_of_the_rules_are_the_same_in_the_same_order():
    from intake import screening as rules

    assert [str(level) for level in rules.Level] == [str(level) for level in Level.values]
