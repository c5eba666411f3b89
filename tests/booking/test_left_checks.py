"""A check that is left in the middle with a grave sign holds what is booked, and lets it go, as a finished one does."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from booking import diary
from booking.models import Appointment
from clinic import calls, links, merging, outbox
from clinic.models import Call, Message
from intake import gate, unfinished, workflow
from intake import questionnaire as questionnaires
from intake.models import Outcome, Screening
from tests.booking.test_holding import (
    LATER,
    MODES,
    UNSURE,
    URGENT,
    answered,
    holds,
    visits,
)
from tests.desk import staff, words
from tests.factories import make_patient, make_user
from tests.intake.answering import all_clear
from tests.intake.checking import contact, fill_in, finished, save, start

pytestmark = pytest.mark.django_db
SILENT = LATER + timedelta(minutes=31)
AFTER = SILENT + timedelta(minutes=10)
REFER = {"leg_weak": "mild", "leg_numb": "yes", "pain_areas": ["low_back"]}


@pytest.fixture
def ana():
    """Somebody with an all-clear check."""
    return finished().screening.patient


def by_phone(**values) -> Screening:
    return workflow.start(
        submission=make_patient().uid,
        contact=contact(**values),
        visit_reason="new_pain",
        disclaimer_version="check-phone-1",
        typed_by=make_user(),
        now=LATER,
    )


def upto(row: Screening, question: str, *, now=LATER, **signs) -> Screening:
    """Answer every page up to that of a question, all clear but for the signs."""
    form = questionnaires.get(row.questionnaire)
    answers = all_clear(**{**row.answers, **signs})
    last = form.page_order[form.question(question).page_id]
    while (page := form.first_page(row.answers)) and form.page_order[page.id] <= last:
        given = {each.id: answers.get(each.id) for each in form.shown_questions(page, answers)}
        row = save(row, page.id, now=now, **given)
    return row


def left(*, phone: bool = False, now=SILENT, **signs) -> Screening:
    """A check that nobody has gone on with for half an hour."""
    row = upto(by_phone() if phone else start(now=LATER), next(iter(signs)), **signs)
    unfinished.leave_silent(now=now)
    row.refresh_from_db()
    return row


def decide(row: Screening, level: str = "mechanical", *, now=AFTER, is_pt: bool = True) -> Outcome:
    return workflow.decide(screening=row, level=level, reason="Talked.", by=make_user(), is_pt=is_pt, now=now)


def open_calls() -> set[str]:
    return set(Call.objects.open().values_list("reason", flat=True))


def brief_of(row: Screening) -> str:
    """What a PT who covers reads in it."""
    pt, path = staff("pt", username="pat"), reverse("admin:brief", args=[row.uid])
    pt.post(path)
    return words(pt.get(path))


# ---------------------------------------------------------------- what is held


@pytest.mark.parametrize("phone", [False, True], ids=["web", "phone"])
@pytest.mark.parametrize("sign", [URGENT, UNSURE], ids=["urgent", "unsure"])
def test_grave_sign_in_a_check_that_was_left_holds_every_visit_to_come(house, ana, sign, phone):
    visits(house, ana)
    row = left(phone=phone, **sign)
    assert holds(ana) == dict.fromkeys(MODES, "talk")
    assert (row.state, row.outcome.left, row.outcome.full_at) == ("started", True, None)
    assert open_calls() == {row.outcome.level, "held"}


def test_who_stops_a_check_on_the_phone_holds_them_at_once(house, ana):
    visits(house, ana)
    row = upto(by_phone(), "sys_fever", **URGENT)
    outcome = workflow.leave_off(screening=row, by=row.typed_by, now=LATER)
    assert (outcome.level, outcome.left) == ("urgent", True)
    assert holds(ana) == dict.fromkeys(MODES, "talk")


def test_exam_in_person_that_was_said_on_the_phone_holds_visits_by_video(house, ana):
    visits(house, ana)
    row = left(phone=True, **REFER)
    assert row.outcome.booking == "consult_flagged"
    assert holds(ana) == {"in_clinic": "", "mobile": "", "telehealth": "in_person"}


def test_nothing_is_judged_before_half_an_hour_nor_twice(house, ana):
    visits(house, ana)
    upto(start(now=LATER), "sys_fever", **URGENT)
    assert unfinished.leave_silent(now=LATER + timedelta(minutes=29)) == 0
    assert holds(ana) == dict.fromkeys(MODES, "")
    assert [unfinished.leave_silent(now=SILENT), unfinished.leave_silent(now=AFTER)] == [1, 0]
    assert Outcome.objects.filter(left=True).count() == 1


def test_sign_is_found_though_the_worker_stood_still_for_days(house, ana):
    visits(house, ana)
    left(now=LATER + timedelta(days=6), **URGENT)
    assert open_calls() >= {"urgent"}


@pytest.mark.parametrize("said", [{"em_collapse": None}, REFER, {"sys_fever": "no"}], ids=["empty", "lesser", "clear"])
def test_what_is_not_grave_is_left_to_the_end_of_a_form_on_the_web(house, ana, said):
    visits(house, ana)
    row = left(**said)
    assert (row.outcome, open_calls()) == (None, set())
    assert holds(ana) == dict.fromkeys(MODES, "")
    unfinished.ask(now=LATER + timedelta(hours=20))
    assert Message.objects.filter(kind="check_finish").exists()


def test_words_of_despair_in_a_form_that_was_left_alert(house):
    row = upto(start(now=LATER), "free_text", free_text="I want to kill myself")
    unfinished.leave_silent(now=SILENT)
    assert open_calls() >= {"alert"}
    assert "I want to kill myself" in brief_of(row)


def test_check_that_cannot_be_judged_keeps_no_other_lying(house, ana):
    broken = upto(start(now=LATER, given_name="Vera"), "sys_fever", **URGENT)
    Screening.objects.filter(pk=broken.pk).update(questionnaire="gone-9")
    row = left(**URGENT)
    assert row.outcome.level == "urgent"
    assert not broken.outcomes.exists()


def test_later_page_with_another_sign_is_judged_anew(house, ana):
    visits(house, ana)
    row = left(em_collapse="not_sure")
    assert row.outcome.level == "unsure"
    upto(row, "sys_fever", now=AFTER, **URGENT, em_collapse="not_sure")
    unfinished.leave_silent(now=AFTER + timedelta(minutes=31))
    assert [row.outcome.level, row.outcomes.count()] == ["urgent", 2]


def test_emergency_that_was_taken_back_stays_one_when_the_form_is_left(house):
    row = save(start(now=LATER), "P1", now=LATER, em_collapse="yes")
    row = workflow.reopen(screening=row, question_id="em_collapse", now=LATER)
    upto(row, "sys_fever", **URGENT)
    unfinished.leave_silent(now=SILENT)
    assert (row.outcome.level, row.outcomes.count()) == ("emergency", 1)


# ---------------------------------------------------------------- what is told


def test_who_left_the_form_on_the_web_is_told_what_to_do_and_led_back_to_it(house, ana):
    row = left(**URGENT)
    outbox.deliver_due(now=SILENT)
    letter = Message.objects.get(kind="check_result", channel="email", subject_uid=row.uid)
    assert "See a doctor or urgent care today." in letter.text
    assert "You stopped in the middle of your check." in letter.text
    assert "Go on with your check" in letter.text
    assert not Message.objects.filter(kind="check_finish").exists()


def test_letter_of_a_form_that_is_finished_by_then_is_not_sent(house, ana):
    row = left(**URGENT)
    workflow.finish(screening=fill_in(row, now=AFTER), now=AFTER)
    outbox.deliver_due(now=AFTER)
    states = Message.objects.filter(kind="check_result", channel="email", subject_uid=row.uid).order_by("sequence")
    assert list(states.values_list("state", flat=True)) == ["dropped", "sent"]


def test_who_comes_back_to_the_form_reads_what_to_do_until_it_is_done(house, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AFTER)
    row = left(**URGENT)
    client = Client()
    client.get(links.make(row=row, purpose="check"), follow=True)
    born = {"birth_date_month": "3", "birth_date_day": "14", "birth_date_year": "1992", "birth_date_asked": "1"}
    page = words(client.post("/check/resume/", born, follow=True))
    assert "While you were away we looked at what you had answered" in page
    assert "See a doctor or urgent care today." in page


def test_who_was_on_the_phone_is_told_of_the_visit_only(house, ana):
    visit = visits(house, ana)["in_clinic"]
    left(phone=True, **URGENT)
    assert not Message.objects.filter(kind="check_result", planned_at__gte=LATER).exists()
    held = Message.objects.filter(kind="visit_on_hold", channel="email")
    assert [message.subject_uid for message in held] == [visit.uid]


def test_pt_reads_in_the_brief_that_the_form_was_left_and_what_was_not_asked(house):
    row = left(phone=True, **URGENT)
    page = brief_of(row)
    assert "Not asked the form was left in the middle" in page
    assert "Nothing yet." in page


# ---------------------------------------------------------------- how it ends


@pytest.mark.first_case("phone")
@pytest.mark.parametrize("phone", [False, True], ids=["web", "phone"])
@pytest.mark.parametrize("outcome", Call.Outcome.values)
def test_no_end_of_the_call_releases_what_no_pt_has_decided(house, ana, outcome, phone):
    visits(house, ana)
    left(phone=phone, **URGENT)
    pt = make_user(groups=["pt"])
    with pytest.raises(calls.NotDecided):
        calls.finish(call=Call.objects.get(reason="urgent"), user=pt, outcome=outcome, now=AFTER)
    calls.finish(call=Call.objects.get(reason="held"), user=pt, outcome=outcome, now=AFTER)
    assert holds(ana) == dict.fromkeys(MODES, "talk")
    assert open_calls() == {"urgent", "held"}


@pytest.mark.parametrize("phone", [False, True], ids=["web", "phone"])
@pytest.mark.parametrize(
    ("level", "held"), [("mechanical", ("", "", "")), ("refer", ("", "", "in_person")), ("urgent", ("talk",) * 3)]
)
def test_level_that_a_pt_sets_ends_the_call_and_says_what_goes_on(house, ana, level, held, phone):
    visits(house, ana)
    row = left(phone=phone, **UNSURE)
    decide(row, level)
    row.refresh_from_db()
    assert holds(ana) == dict(zip(MODES, held, strict=True))
    assert open_calls() == ({"held"} if any(held) else set())
    assert row.state == "finished"
    confirmed = Message.objects.filter(kind="visit_confirmed", channel="email").count()
    assert confirmed == (0 if level == "urgent" else 1)


def test_clearance_lets_all_go_on(house, ana):
    visits(house, ana)
    row = left(**URGENT)
    workflow.clear(
        screening=row,
        cleared_by="Dr. Moss",
        cleared_on=AFTER.date(),
        letter="In the chart.",
        by=make_user(),
        is_pt=True,
        now=AFTER,
    )
    assert (holds(ana), open_calls()) == (dict.fromkeys(MODES, ""), set())


def test_form_that_is_finished_all_clear_afterwards_waits_for_the_pt_too(house, ana):
    visits(house, ana)
    row = left(**UNSURE)
    save(row, "P1", now=AFTER, em_collapse="no")
    row.refresh_from_db()
    outcome = workflow.finish(screening=fill_in(row, now=AFTER), now=AFTER)
    assert (outcome.level, outcome.booking, outcome.left) == ("unsure", "held", False)
    assert holds(ana) == dict.fromkeys(MODES, "talk")
    decide(row, now=AFTER + timedelta(minutes=5))
    assert (holds(ana), open_calls()) == (dict.fromkeys(MODES, ""), set())


def test_lesser_sign_of_a_check_on_the_phone_closes_no_more_when_it_is_finished(house, ana):
    row = left(phone=True, **REFER)
    outcome = workflow.finish(screening=fill_in(row, now=AFTER, **REFER), now=AFTER)
    assert (outcome.level, outcome.booking) == ("refer", "consult_flagged")


def test_another_check_all_clear_releases_nothing(house, ana):
    visits(house, ana)
    row = left(**URGENT)
    newer = answered(now=AFTER)
    assert (newer.booking, holds(ana)) == ("held", dict.fromkeys(MODES, "talk"))
    decide(newer.screening, now=AFTER + timedelta(minutes=5))
    assert holds(ana) == dict.fromkeys(MODES, "talk")
    decide(row, now=AFTER + timedelta(minutes=6))
    assert (holds(ana), open_calls()) == (dict.fromkeys(MODES, ""), set())


def test_new_visit_waits_and_may_be_booked_once_the_whole_check_is_done(house, ana):
    row = left(**URGENT)

    def answer():
        return gate.gate_for_patient(patient=ana, service=house.service, mode="in_clinic", now=AFTER).answer

    assert answer() == "doctor_first"
    decide(row)
    assert answer() == "check_first"
    answered(now=AFTER + timedelta(minutes=1))
    assert answer() == "open"


def test_merge_in_between_holds_visits_of_the_other_record_and_gives_them_back(house, ana):
    visits(house, ana)
    other = start(now=LATER, given_name="Anna", email="anna@work.example", phone="+19075550119")
    upto(other, "sys_fever", **URGENT)
    unfinished.leave_silent(now=SILENT)
    assert holds(ana) == dict.fromkeys(MODES, "")
    merge = merging.merge(kept=ana, gone=other.patient, by=make_user(), now=AFTER)
    assert (holds(ana), open_calls()) == (dict.fromkeys(MODES, "talk"), {"urgent", "held"})
    merging.undo(merge=merge, by=make_user(), now=AFTER + timedelta(minutes=1))
    assert (holds(ana), open_calls()) == (dict.fromkeys(MODES, ""), {"urgent"})


def test_form_of_a_record_that_was_merged_meanwhile_holds_visits_of_the_one_kept(house, ana):
    visits(house, ana)
    other = start(now=LATER, given_name="Anna", email="anna@work.example", phone="+19075550119")
    upto(other, "sys_fever", **URGENT)
    merge = merging.merge(kept=ana, gone=other.patient, by=make_user(), now=LATER)
    unfinished.leave_silent(now=SILENT)
    assert holds(ana) == dict.fromkeys(MODES, "talk")
    decide(other)
    assert (holds(ana), open_calls()) == (dict.fromkeys(MODES, ""), set())
    assert "PT has decided" in merging.against(merge, now=AFTER)


def test_visit_that_is_cancelled_ends_the_call_about_it_and_not_that_about_the_sign(house, ana):
    visits(house, ana)
    left(**URGENT)
    for visit in Appointment.objects.filter(patient=ana):
        diary.cancel(appointment=visit, by=None, now=AFTER)
    assert open_calls() == {"urgent"}
