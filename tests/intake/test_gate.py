from datetime import timedelta

import pytest

from clinic.models import Call, Mode
from intake import questionnaire as questionnaires
from intake import workflow
from intake.gate import Answer, Why, gate_for, gate_for_patient, standing
from intake.models import Outcome
from intake.screening import RULESET
from tests.factories import NOW, make_clinic, make_location, make_patient, make_service, make_user
from tests.intake.checking import fill_in, finished, save, start

pytestmark = pytest.mark.django_db
IN_CLINIC, MOBILE, TELEHEALTH = Mode.IN_CLINIC, Mode.MOBILE, Mode.TELEHEALTH
LATER = NOW + timedelta(minutes=5)
DAY = timedelta(days=1)
REFER = {"leg_numb": "yes", "pain_areas": ["low_back"], "leg_weak": "mild"}


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


@pytest.mark.first_case("level")
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
    gate = ask(screening, now=NOW + timedelta(days=7, seconds=1))
    assert (gate.answer, gate.why) == (Answer.CHECK_FIRST, Why.OLD)
    assert ask(screening, now=NOW + timedelta(days=3), check_valid_days=2).why == Why.OLD


# ---------------------------------------------------------------- what was asked, and when
WEEK = timedelta(days=7)


def massage(**changes):
    """The two-page safety check of somebody without a pain."""
    screening = fill_in(start(reason="massage"), pain_areas=["none"], **changes)
    return workflow.finish(screening=screening, now=NOW)


def test_safety_pages_are_asked_again_after_a_week_though_the_rest_is_still_good():
    screening = finished().screening
    gate = ask(screening, now=NOW + timedelta(days=8), check_valid_days=30)
    assert (gate.answer, gate.why) == (Answer.CHECK_FIRST, Why.AGAIN)
    assert ask(screening, now=NOW + timedelta(days=31), check_valid_days=30).why == Why.OLD


def test_form_left_for_days_has_safety_pages_of_its_first_day():
    screening = fill_in(start(), now=NOW + timedelta(days=6))
    screening = workflow.finish(screening=screening, now=NOW + timedelta(days=6)).screening
    assert ask(screening, now=NOW + timedelta(days=7)).open
    assert not ask(screening, now=NOW + timedelta(days=8)).open


def test_safety_check_opens_what_needs_no_more():
    outcome = massage()
    assert (outcome.booking, outcome.full_at) == ("open", None)
    assert [finding.rule for finding in outcome.findings.all()] == ["M06"]
    assert ask(outcome.screening, check_needed="safety").open
    gate = ask(outcome.screening, check_needed="full")
    assert (gate.answer, gate.why) == (Answer.CHECK_FIRST, Why.SHORT)


def test_whole_check_opens_what_needs_the_safety_pages_only():
    assert ask(finished().screening, check_needed="safety").open


def test_safety_check_is_done_again_after_a_week():
    outcome = massage()
    later = NOW + WEEK + timedelta(seconds=1)
    assert ask(outcome.screening, now=later, check_needed="safety", check_valid_days=30).why == Why.OLD


@pytest.mark.first_case("level")
@pytest.mark.parametrize(
    ("level", "mode", "answer"),
    [
        ("urgent", IN_CLINIC, Answer.PT_CALLS_FIRST),
        ("unsure", IN_CLINIC, Answer.PT_CALLS_FIRST),
        ("refer", TELEHEALTH, Answer.IN_PERSON_ONLY),
    ],
)
@pytest.mark.parametrize("needed", ["safety", "link"])
def test_safety_check_never_opens_what_a_whole_check_holds_back(level, mode, answer, needed):
    held = decided(level)
    short = massage()
    assert short.screening.patient == held.patient
    gate = ask(short.screening, mode=mode, now=LATER, check_needed=needed)
    # Who is told that a PT calls gets that call, about the check that was filled in last.
    assert (gate.answer, gate.outcome) == (answer, held.outcome if level == "refer" else short)


def test_exam_in_person_after_a_safety_check_is_still_flagged():
    decided("refer")
    assert ask(massage().screening, now=LATER, check_needed="safety").flag == "consult_flagged"


MONTHS = timedelta(days=90)


@pytest.mark.parametrize("by_pt", [True, False])
def test_refer_stands_beside_an_all_clear_for_ninety_days(by_pt):
    older = decided("refer").outcome if by_pt else finished(**REFER)
    assert (older.level, older.booking) == ("refer", "consult_flagged")
    for newer in (LATER, NOW + MONTHS):
        screening = finished(now=newer).screening
        assert screening.outcome.booking == "open"
        gate = ask(screening, mode=TELEHEALTH, now=newer)
        assert (gate.answer, gate.outcome) == (Answer.IN_PERSON_ONLY, older)
        assert ask(screening, now=newer).flag == "consult_flagged"
    much_later = NOW + MONTHS + timedelta(minutes=1)
    assert ask(finished(now=much_later).screening, mode=TELEHEALTH, now=much_later).open


def test_refer_never_gives_way_to_the_safety_pages():
    decided("refer")
    later = NOW + 2 * MONTHS
    short = workflow.finish(
        screening=fill_in(start(reason="massage", now=later), pain_areas=["none"], now=later), now=later
    ).screening
    assert ask(short, now=later, check_needed="safety").flag == "consult_flagged"


def test_word_of_a_pt_on_the_refer_or_on_a_newer_check_opens():
    for number in (0, 1):
        first = finished(now=NOW + number * DAY, **REFER).screening
        second = finished(now=LATER + number * DAY).screening
        at = LATER + number * DAY
        assert not ask(second, mode=TELEHEALTH, now=at).open
        workflow.decide(
            screening=(first, second)[number],
            level="mechanical",
            reason="Saw her.",
            by=make_user(),
            is_pt=True,
            now=at,
        )
        assert ask(second, mode=TELEHEALTH, now=at).open


def test_word_of_a_pt_on_an_older_check_opens_no_refer():
    older = finished().screening
    newer = finished(now=LATER, **REFER).screening
    by = make_user()
    workflow.decide(screening=older, level="mechanical", reason="Saw her.", by=by, is_pt=True, now=NOW + DAY)
    assert ask(newer, mode=TELEHEALTH, now=NOW + DAY).answer == Answer.IN_PERSON_ONLY
    assert ask(older, mode=TELEHEALTH, now=NOW + DAY).answer == Answer.IN_PERSON_ONLY


def test_all_clear_after_a_pt_sent_to_a_doctor_says_that_a_pt_calls():
    decided("urgent")
    newer = finished(now=LATER)
    assert (newer.level, newer.booking) == ("unsure", "held")
    assert Call.objects.get(subject_uid=newer.screening.uid).reason == "unsure"
    gate = ask(newer.screening, now=LATER)
    assert (gate.answer, gate.outcome) == (Answer.PT_CALLS_FIRST, newer)


def test_of_two_levels_that_a_pt_decided_the_one_of_the_newer_check_stands():
    older, newer = finished().screening, finished(now=LATER).screening
    for screening, level in ((newer, "urgent"), (older, "mechanical")):
        workflow.decide(screening=screening, level=level, reason="Talked.", by=make_user(), is_pt=True, now=NOW + DAY)
    assert standing(patient=older.patient) == newer.outcome


def test_newer_check_of_the_same_patient_counts_for_a_browser_that_holds_an_older_one():
    screening = finished().screening
    newer = finished(now=LATER).screening
    by = make_user()
    workflow.decide(screening=newer, level="urgent", reason="Saw her.", by=by, is_pt=True, now=LATER)
    gate = ask(screening, now=LATER)
    assert (gate.answer, gate.outcome.screening) == (Answer.DOCTOR_FIRST, newer)


def test_later_word_of_a_pt_on_an_older_check_stands_beside_that_on_a_newer_one():
    older, newer = finished().screening, finished(now=LATER).screening
    for days, (screening, level) in enumerate([(newer, "mechanical"), (older, "urgent")]):
        at = LATER + days * DAY
        workflow.decide(screening=screening, level=level, reason="Talked.", by=make_user(), is_pt=True, now=at)
    assert standing(patient=older.patient) == older.outcome
    assert ask(newer, now=LATER + DAY).answer == Answer.DOCTOR_FIRST


@pytest.mark.parametrize("days", [1, 400])
def test_what_nobody_decided_stands_beside_a_word_on_a_newer_check(days):
    older = save(start(), "P1", em_collapse="yes")
    Call.objects.update(state="done", outcome="elsewhere", closed_at=NOW)
    at = NOW + days * DAY
    newer = finished(now=at).screening
    workflow.decide(screening=newer, level="mechanical", reason="Talked.", by=make_user(), is_pt=True, now=at)
    gate = ask(newer, now=at)
    assert (gate.answer, gate.outcome, standing(patient=newer.patient)) == (
        Answer.NO_BOOKING,
        older.outcome,
        older.outcome,
    )


def test_service_by_link_is_open_before_the_check_and_flagged():
    for gate in (ask(start(), check_needed="link"), ask(save(start(), "P1", em_collapse="no"), check_needed="link")):
        assert (gate.answer, gate.flag) == (Answer.OPEN, "unscreened")


def test_service_by_link_needs_to_know_who_books():
    assert ask(None, check_needed="link").answer == Answer.CHECK_FIRST


def test_service_by_link_with_a_fresh_check_is_not_flagged():
    assert ask(finished().screening, check_needed="link").flag == ""
    assert ask(finished().screening, now=NOW + timedelta(days=30), check_needed="link").flag == "unscreened"


@pytest.mark.parametrize("needed", ["full", "safety", "link"])
def test_level_blocks_all_services(needed):
    screening = save(start(), "P1", em_collapse="yes")
    assert ask(screening, check_needed=needed).answer == Answer.NO_BOOKING


def test_call_still_to_be_made_blocks_a_service_by_link_too():
    screening = start()
    open_call(screening, Call.Reason.UNSURE)
    assert ask(screening, check_needed="link").answer == Answer.PT_CALLS_FIRST


# ---------------------------------------------------------------- the safety pages again


def again(screening, *, now, **changes):
    screening = fill_in(workflow.ask_again(screening=screening, now=now), now=now, **changes)
    return workflow.finish(screening=screening, now=now)


def test_asked_again_only_the_safety_pages_are_open():
    first = finished().screening
    second = workflow.ask_again(screening=first, now=NOW + WEEK)
    form = questionnaires.get(second.questionnaire)
    missing = {name for name in first.answers if name not in second.answers}
    assert missing == {q.id for page in ("P1", "P5") for q in form.page(page).questions} & set(first.answers)
    assert (second.patient, second.state, form.first_page(second.answers).id) == (first.patient, "started", "P1")


def test_asked_again_opens_and_keeps_the_age_of_the_other_answers():
    later = NOW + timedelta(days=20)
    outcome = again(finished().screening, now=later)
    assert (outcome.booking, outcome.full_at) == ("open", NOW)
    assert ask(outcome.screening, now=later, check_valid_days=30).open
    assert ask(outcome.screening, now=NOW + timedelta(days=26), check_valid_days=30).open
    assert ask(outcome.screening, now=NOW + timedelta(days=31), check_valid_days=30).why == Why.OLD


def test_asked_again_a_new_sign_counts_with_the_old_answers():
    later = NOW + timedelta(days=8)
    outcome = again(finished().screening, now=later, ces_saddle="new")
    assert outcome.level == "emergency"


def test_asked_again_twice_is_one_check():
    screening = finished().screening
    assert workflow.ask_again(screening=screening, now=NOW) == workflow.ask_again(screening=screening, now=LATER)


def judged_by_older_rules(screening):
    Outcome.objects.filter(screening=screening).update(ruleset="1")
    return screening


def test_check_that_older_rules_judged_is_asked_again_and_judged_by_those_of_today():
    screening = judged_by_older_rules(finished().screening)
    gate = ask(screening)
    assert (gate.answer, gate.why) == (Answer.CHECK_FIRST, Why.NEWER)
    outcome = again(screening, now=LATER)
    assert (outcome.ruleset, outcome.booking) == (RULESET, "open")
    assert ask(outcome.screening, now=LATER).open


def test_what_older_rules_let_pass_is_held_by_those_of_today():
    pain = {"pain_areas": ["calf"], "dvt_risk": "yes", "duration_band": "lt_2w"}
    held = finished(**pain)
    assert held.booking == "held"
    judged_by_older_rules(held.screening)
    Outcome.objects.update(booking="open", level="mechanical", staff_level="mechanical")
    assert ask(held.screening).answer == Answer.PT_CALLS_FIRST
    Call.objects.update(state=Call.State.DONE, outcome="reached", closed_at=NOW)
    assert ask(held.screening).why == Why.NEWER
    assert again(held.screening, now=LATER).booking == "held"


def test_safety_check_that_older_rules_judged_is_done_again():
    outcome = massage()
    assert ask(judged_by_older_rules(outcome.screening), check_needed="safety").why == Why.OLD


def test_word_of_a_pt_outlives_the_rules():
    screening = judged_by_older_rules(decided("mechanical"))
    assert ask(screening).open


@pytest.mark.parametrize("level", ["emergency", "urgent", "unsure"])
def test_nothing_is_asked_again_while_a_level_holds(level):
    with pytest.raises(workflow.CannotAskAgain):
        workflow.ask_again(screening=decided(level), now=LATER)


def test_safety_check_alone_has_nothing_to_carry_over():
    with pytest.raises(workflow.CannotAskAgain):
        workflow.ask_again(screening=massage().screening, now=LATER)


def test_old_emergency_stays_one():
    screening = save(start(), "P1", em_collapse="yes")
    assert ask(screening, now=NOW + timedelta(days=90)).answer == Answer.NO_BOOKING


def test_decision_of_a_pt_makes_a_check_fresh():
    screening = finished(em_collapse="not_sure").screening
    later = NOW + timedelta(days=6)
    by = make_user()
    workflow.decide(screening=screening, level="mechanical", reason="Talked.", by=by, is_pt=True, now=later)
    assert ask(screening, now=NOW + timedelta(days=12)).open


def test_level_raised_by_the_desk_makes_nothing_fresh():
    screening = finished().screening
    by = make_user()
    workflow.decide(
        screening=screening, level="refer", reason="Limps.", by=by, is_pt=False, now=NOW + timedelta(days=6)
    )
    outcome = screening.outcome
    assert (outcome.by_pt, outcome.full_at) == (False, NOW)
    assert ask(screening, now=NOW + timedelta(days=7)).open
    assert ask(screening, now=NOW + timedelta(days=8)).answer == Answer.CHECK_FIRST


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


def test_newest_word_of_a_pt_counts():
    first = finished(em_collapse="not_sure")
    by = make_user()
    workflow.decide(screening=first.screening, level="urgent", reason="Talked.", by=by, is_pt=True, now=NOW)
    second = finished(now=LATER)
    assert second.screening.patient == first.screening.patient
    assert for_patient(second.screening.patient, now=LATER).outcome == second
    assert standing(patient=second.screening.patient) == first.screening.outcome
    workflow.decide(
        screening=second.screening, level="refer", reason="Saw her.", by=by, is_pt=True, now=LATER + timedelta(hours=1)
    )
    assert for_patient(second.screening.patient, now=LATER).outcome == second.screening.outcome
