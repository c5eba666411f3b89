"""Visits on hold: what a level that came after the booking does to them, who lets them go on, and races with booking."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from booking import diary
from booking.diary import bookings
from booking.letters import booked as booked_letter
from booking.models import Appointment, Block
from clinic import calls, registry
from clinic.models import Call, Message
from intake import workflow
from intake.questionnaire import CleanedPage
from intake.workflow import outcomes
from tests.booking.house import House, local, make_house
from tests.factories import NOW, make_user
from tests.intake.checking import fill_in, finished, save, start
from tests.threads import PATIENCE, run_at_once

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
MODES = ("in_clinic", "mobile", "telehealth")


@pytest.fixture
def ana():
    """The patient whom `tests.intake.checking` fills the check in for, all clear."""
    return finished().screening.patient


def visits(house: House, patient, modes=MODES) -> dict[str, Appointment]:
    """A visit of each kind, an hour apart."""
    return {
        mode: house.book(f"{9 + hour:02}:00", mode=mode, patient=patient, now=NOW) for hour, mode in enumerate(modes)
    }


def holds(patient) -> dict[str, str]:
    return dict(Appointment.objects.filter(patient=patient).values_list("mode", "hold"))


def answered(*, now=LATER, **changes):
    """Another check of the same patient."""
    screening = fill_in(start(now=now), now=now, **changes)
    return workflow.finish(screening=screening, now=now)


def decide(patient, level, *, is_pt=True, now=LATER):
    screening = patient.screenings.order_by("-id").first()
    return workflow.decide(screening=screening, level=level, reason="Talked.", by=make_user(), is_pt=is_pt, now=now)


EMERGENCY, URGENT, UNSURE = {"ces_saddle": "new"}, {"sys_fever": "yes"}, {"em_collapse": "not_sure"}
REFER = {"leg_numb": "yes", "pain_areas": ["low_back"], "leg_weak": "mild"}


# ---------------------------------------------------------------- a level after a booking


@pytest.mark.parametrize("changes", [EMERGENCY, URGENT, UNSURE], ids=["emergency", "urgent", "unsure"])
def test_worse_outcome_holds_every_visit_to_come(house, ana, changes):
    visits(house, ana)
    answered(**changes)
    assert holds(ana) == dict.fromkeys(MODES, "talk")


@pytest.mark.parametrize(("words", "held"), [("There is a lump", "talk"), ("I can't pee", "talk"), ("Run again", "")])
def test_words_written_after_the_booking_hold_every_visit_to_come(house, ana, words, held):
    visits(house, ana)
    page = CleanedPage(answers={"goal_text": words})
    workflow.save_after_result(screening=ana.screenings.get(), page_id="P14", cleaned=page, now=LATER)
    assert holds(ana) == dict.fromkeys(MODES, held)


def test_refer_holds_what_is_not_in_person_and_flags_the_rest(house, ana):
    visits(house, ana)
    decide(ana, "refer", is_pt=False)
    assert holds(ana) == {"in_clinic": "", "mobile": "", "telehealth": "in_person"}
    assert set(Appointment.objects.values_list("flag", flat=True)) == {"consult_flagged"}


def test_all_clear_holds_nothing(house, ana):
    visits(house, ana)
    answered()
    assert holds(ana) == dict.fromkeys(MODES, "")
    assert not Call.objects.filter(reason="held").exists()


def test_time_on_hold_stays_taken(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    visit.block.refresh_from_db()
    assert visit.block.state == Block.State.BOOKED
    with pytest.raises(diary.SlotTaken):
        house.book(now=LATER)


def test_visits_of_others_past_and_cancelled_ones_are_left_alone(house, ana):
    other = house.book("10:00", now=NOW)
    past = house.book("08:00", patient=ana, now=NOW)
    gone = house.book("11:00", patient=ana, now=NOW)
    diary.cancel(appointment=gone, by=None, now=NOW)
    answered(now=local("09:30"), **URGENT)
    assert set(Appointment.objects.filter(pk__in=[other.pk, past.pk, gone.pk]).values_list("hold", flat=True)) == {""}


def test_visit_of_somebody_who_is_here_already_is_held(house, ana):
    visit = house.book(patient=ana, now=NOW)
    diary.arrive(appointment=visit, by=make_user(), now=local("08:55"))
    answered(now=local("08:58"), **URGENT)
    assert holds(ana) == {"in_clinic": "talk"}


def test_desk_raising_the_level_holds(house, ana):
    house.book(patient=ana, now=NOW)
    decide(ana, "urgent", is_pt=False)
    assert holds(ana) == {"in_clinic": "talk"}


def test_one_call_for_a_pt_is_opened_for_all_visits(house, ana):
    visits(house, ana)
    outcome = answered(**URGENT)
    call = Call.objects.get(reason="held")
    assert (call.subject_uid, call.patient, call.for_pt) == (ana.uid, ana, True)
    assert call.due_at == outcome.call_due_at


def test_call_is_due_an_hour_before_the_visit_at_the_latest(house, ana):
    house.book("09:00", patient=ana, now=NOW)
    decide(ana, "refer", is_pt=True)
    house.book("11:00", mode="mobile", patient=ana, now=LATER)
    answered(now=LATER + timedelta(minutes=1), **UNSURE)
    assert Call.objects.get(reason="held").due_at <= local("08:00")


def test_only_a_pt_ends_that_call(house, ana):
    house.book(patient=ana, now=NOW)
    answered(**URGENT)
    with pytest.raises(calls.NeedsPT):
        calls.finish(
            call=Call.objects.get(reason="held"), user=make_user(groups=["desk"]), outcome="reached", now=LATER
        )


def test_what_was_held_is_in_the_visits_history(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    event = visit.events.last()
    assert (event.act, event.details) == ("on_hold", {"hold": "talk"})


def test_hold_and_its_time_go_together(house):
    visit = house.book(now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=visit.pk).update(hold="talk")


# ---------------------------------------------------------------- who lets it go on


@pytest.mark.parametrize("level", ["mechanical", "refer"])
def test_pt_who_lowers_the_level_lets_visits_in_person_go_on(house, ana, level):
    visits(house, ana)
    answered(**URGENT)
    decide(ana, level, now=LATER + timedelta(minutes=9))
    video = "in_person" if level == "refer" else ""
    assert holds(ana) == {"in_clinic": "", "mobile": "", "telehealth": video}
    assert Call.objects.filter(reason="held", state="open").exists() == bool(video)


def test_clearance_lets_them_go_on_and_takes_the_flag(house, ana):
    visits(house, ana)
    screening = answered(**URGENT).screening
    workflow.clear(
        screening=screening,
        cleared_by="Dr. Moss",
        cleared_on=local("12:00").date() - timedelta(days=1),
        letter="In the chart.",
        by=make_user(),
        is_pt=True,
        now=LATER + timedelta(hours=1),
    )
    assert holds(ana) == dict.fromkeys(MODES, "")
    assert set(Appointment.objects.values_list("flag", flat=True)) == {""}
    assert not Call.objects.filter(state="open").exists()


def say(screening, word, *, now):
    """A PT's word on one check: mechanical, or a clearance."""
    if word == "decide":
        workflow.decide(screening=screening, level="mechanical", reason="Talked.", by=make_user(), is_pt=True, now=now)
        return
    workflow.clear(
        screening=screening,
        cleared_by="Dr. Moss",
        cleared_on=local("12:00").date() - timedelta(days=1),
        letter="In the chart.",
        by=make_user(),
        is_pt=True,
        now=now,
    )


@pytest.mark.parametrize("word", ["decide", "clear"])
@pytest.mark.parametrize("changes", [EMERGENCY, URGENT, UNSURE], ids=["emergency", "urgent", "unsure"])
def test_word_on_an_older_check_releases_nothing_that_a_newer_one_holds(house, ana, word, changes):
    visits(house, ana)
    older = answered(**REFER).screening
    assert holds(ana) == {"in_clinic": "", "mobile": "", "telehealth": "in_person"}
    newer = answered(now=LATER + timedelta(minutes=1), **changes).screening
    say(older, word, now=LATER + timedelta(minutes=2))
    assert holds(ana) == dict.fromkeys(MODES, "talk")
    assert Call.objects.filter(reason="held", state="open").exists()
    say(newer, word, now=LATER + timedelta(minutes=3))
    assert holds(ana) == dict.fromkeys(MODES, "")
    assert not Call.objects.filter(state="open").exists()


def test_nothing_is_released_while_a_pt_has_still_to_call(house, ana):
    visits(house, ana)
    screening = answered(**URGENT).screening
    other = start(now=LATER)
    calls.open_call(reason="unsure", subject_uid=other.uid, due_at=LATER, name="Ana", patient=ana, now=LATER)
    say(screening, "decide", now=LATER + timedelta(minutes=1))
    assert holds(ana) == dict.fromkeys(MODES, "talk")


def test_visit_by_video_that_was_kept_is_not_held_again_by_an_all_clear(house, ana):
    visit = visits(house, ana)["telehealth"]
    answered(**REFER)
    diary.keep(appointment=visit, by=make_user(), is_pt=True, now=LATER)
    answered(now=LATER + timedelta(minutes=1))
    assert holds(ana)["telehealth"] == ""
    answered(now=LATER + timedelta(minutes=2), **REFER)
    assert holds(ana)["telehealth"] == "in_person"


def test_check_alone_never_ends_a_hold(house, ana):
    house.book(patient=ana, now=NOW)
    answered(**URGENT)
    Call.objects.update(state="done", outcome="elsewhere", closed_at=LATER)
    assert answered(now=LATER + timedelta(hours=1)).booking == "held"
    assert holds(ana) == {"in_clinic": "talk"}


def test_pt_keeps_a_visit_and_the_level_stays(house, ana):
    kept = visits(house, ana)["in_clinic"]
    outcome = answered(**URGENT)
    kept = diary.keep(appointment=kept, by=make_user(), is_pt=True, now=LATER)
    assert (kept.hold, kept.held_at, kept.kept_at) == ("", None, LATER)
    assert holds(ana) == {"in_clinic": "", "mobile": "talk", "telehealth": "talk"}
    outcome.refresh_from_db()
    assert (outcome.current, outcome.level) == (True, "urgent")
    assert Call.objects.filter(reason="held", state="open").exists()


def test_last_visit_kept_ends_the_call(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    diary.keep(appointment=visit, by=make_user(), is_pt=True, now=LATER)
    assert Call.objects.get(reason="held").state == "done"


def test_only_a_pt_keeps(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    with pytest.raises(diary.NotYours):
        diary.keep(appointment=visit, by=make_user(), is_pt=False, now=LATER)
    assert holds(ana) == {"in_clinic": "talk"}


def test_keeping_what_is_not_on_hold_changes_nothing(house):
    visit = house.book(now=NOW)
    diary.keep(appointment=visit, by=make_user(), is_pt=True, now=LATER)
    assert visit.events.count() == 1


def test_newer_outcome_holds_again_what_was_kept(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    diary.keep(appointment=visit, by=make_user(), is_pt=True, now=LATER)
    answered(now=LATER + timedelta(hours=1), **EMERGENCY)
    assert holds(ana) == {"in_clinic": "talk"}


@pytest.mark.parametrize(("level", "hold"), [("urgent", ""), ("unsure", ""), ("emergency", "talk")])
def test_pt_who_kept_a_visit_writes_the_level_down_afterwards(house, ana, level, hold):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    diary.keep(appointment=visit, by=make_user(), is_pt=True, now=LATER)
    decide(ana, level, now=LATER + timedelta(minutes=5))
    assert holds(ana) == {"in_clinic": hold}


def test_call_finished_without_a_decision_is_asked_for_again(house, ana):
    house.book(patient=ana, now=NOW)
    answered(**URGENT)
    call = Call.objects.get(reason="held")
    calls.finish(call=call, user=make_user(groups=["pt"]), outcome="voicemail", now=LATER)
    again = Call.objects.get(reason="held", state="open")
    assert again != call
    assert again.due_at > LATER


def test_visit_on_hold_that_was_missed_says_so_for_its_fee(house, ana):
    visit = house.book("09:00", patient=ana, now=NOW)
    answered(**URGENT)
    diary.no_show(appointment=visit, by=make_user(), now=local("09:20"))
    assert visit.events.last().details == {"from": "booked", "on_hold": True}
    assert Call.objects.get(reason="held").state == "done"


@pytest.mark.parametrize("by_staff", [True, False])
def test_cancelling_ends_the_hold_and_its_call_and_says_that_it_was_held(house, ana, by_staff):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    diary.cancel(appointment=visit, by=make_user() if by_staff else None, now=LATER)
    assert holds(ana) == {"in_clinic": ""}
    assert Call.objects.get(reason="held").state == "done"
    assert visit.events.last().details == {"on_hold": True, "hold": "talk"}


def test_desk_moves_a_visit_on_hold_and_it_stays_on_hold(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    moved = diary.move(
        appointment=visit,
        start=local("10:00"),
        practitioner=house.dana,
        location=house.location,
        by=make_user(),
        now=LATER,
    )
    assert (moved.hold, moved.block.starts_at, moved.events.last().details["on_hold"]) == ("talk", local("10:00"), True)


def test_patient_does_not_move_a_visit_on_hold(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    with pytest.raises(diary.WrongState):
        diary.move(appointment=visit, start=local("10:00"), practitioner=house.dana, location=house.location, now=LATER)


# ---------------------------------------------------------------- what the patient is told


def letter(visit, kind):
    visit.refresh_from_db()
    message = Message.objects.filter(subject_uid=visit.uid, kind=kind, channel="email").order_by("-sequence").first()
    return message and registry.letters[kind](message, LATER)


def test_letters_that_still_wait_do_not_go_out_as_if_nothing_were_wrong(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    message = Message.objects.get(subject_uid=visit.uid, kind="booked", channel="email")
    assert message.state == "dropped"
    assert booked_letter(message, LATER) is None


def test_patient_is_asked_to_talk_to_us_first(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    told = letter(visit, "visit_on_hold")
    assert "Please talk to us before" in told.subject
    assert "Do not wait for us, and do not wait for the visit" in told.text
    assert "911" in told.text
    assert "fever with back pain" in told.text
    assert "shoes" not in told.text


def test_patient_with_several_visits_is_told_once(house, ana):
    first = visits(house, ana)["in_clinic"]
    answered(**URGENT)
    told = Message.objects.filter(kind="visit_on_hold", channel="email")
    assert [message.subject_uid for message in told] == [first.uid]
    assert not Message.objects.filter(kind="booked", state="planned").exists()
    assert "This goes for your other visits on hold, too." in letter(first, "visit_on_hold").text


def test_patient_is_told_once_that_all_take_place(house, ana):
    first = visits(house, ana)["in_clinic"]
    answered(**URGENT)
    decide(ana, "mechanical", now=LATER + timedelta(minutes=9))
    assert Message.objects.filter(kind="visit_confirmed", channel="email").count() == 1
    assert "So do your other visits with us." in letter(first, "visit_confirmed").text


def test_letter_about_one_kept_visit_says_nothing_of_those_still_on_hold(house, ana):
    first = visits(house, ana)["in_clinic"]
    answered(**URGENT)
    diary.keep(appointment=first, by=make_user(), is_pt=True, now=LATER)
    assert "other visits" not in letter(first, "visit_confirmed").text


def test_letter_about_a_single_visit_speaks_of_no_others(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    assert "other visits" not in letter(visit, "visit_on_hold").text


def test_no_word_about_health_in_what_a_text_or_a_subject_says(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    message = Message.objects.get(subject_uid=visit.uid, kind="visit_on_hold", channel="email")
    subject = registry.letters["visit_on_hold"](message, LATER).subject.lower()
    assert not any(word in subject for word in ("urgent", "fever", "doctor", "pain", "check", "level"))


def test_moved_visit_on_hold_is_told_as_one(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    diary.move(
        appointment=visit,
        start=local("10:00"),
        practitioner=house.dana,
        location=house.location,
        by=make_user(),
        now=LATER,
    )
    assert "Please talk to us before" in letter(visit, "moved").subject


def test_patient_is_told_that_it_takes_place(house, ana):
    visit = house.book(patient=ana, now=NOW)
    answered(**URGENT)
    diary.keep(appointment=visit, by=make_user(), is_pt=True, now=LATER)
    assert "takes place" in letter(visit, "visit_confirmed").subject
    assert letter(visit, "visit_on_hold") is None


# ---------------------------------------------------------------- booked before the check


def test_visit_booked_before_the_check_is_screened_by_it(house):
    patient = start().patient
    visit = house.book(patient=patient, flag="unscreened", now=NOW)
    outcome = answered()
    visit.refresh_from_db()
    assert (visit.flag, visit.screening) == ("", outcome.screening)
    assert Call.objects.get(reason="unscreened").state == "done"


def test_safety_check_is_not_enough_for_a_visit_that_needs_the_whole(house):
    patient = start().patient
    visit = house.book(patient=patient, flag="unscreened", now=NOW)
    workflow.finish(screening=fill_in(start(reason="massage"), pain_areas=["none"]), now=LATER)
    visit.refresh_from_db()
    assert (visit.flag, Call.objects.get(reason="unscreened").state) == ("unscreened", "open")


def test_call_moves_with_an_unscreened_visit(house):
    visit = house.book("09:00", flag="unscreened", now=NOW - timedelta(days=5))
    call = Call.objects.get(reason="unscreened")
    assert call.due_at == local("09:00") - timedelta(days=1)
    day = local("09:00").date() + timedelta(days=2)
    diary.move(
        appointment=visit,
        start=local("11:00", day),
        practitioner=house.dana,
        location=house.location,
        by=make_user(),
        now=NOW,
    )
    call.refresh_from_db()
    assert call.due_at == local("11:00", day) - timedelta(days=1)


# ---------------------------------------------------------------- races


def let_booking_wait(monkeypatch, *, seconds: float = PATIENCE) -> None:
    """Let a booking that has found the gate open let the other go on, and wait for it so long at most."""
    check = bookings._check_cleared

    def check_and_wait(*args, **kwargs):
        check(*args, **kwargs)
        run_at_once.meet()
        run_at_once.meet(seconds=seconds)

    monkeypatch.setattr(bookings, "_check_cleared", check_and_wait)


def book_while_it_gets_worse() -> str:
    """One books, the other finds an emergency; return what the visit that was booked is held by."""
    house = make_house()
    patient = finished().screening.patient
    screening = start()

    def act(number: int) -> None:
        if number:
            run_at_once.meet()
            save(screening, "P1", em_collapse="yes", now=LATER)
            run_at_once.meet()
        else:
            house.book(patient=patient, now=NOW)

    run_at_once(act, 2)
    return Appointment.objects.get().hold


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_visit_slips_past_a_level(monkeypatch):
    let_booking_wait(monkeypatch)
    monkeypatch.setattr(outcomes.patients, "lock", lambda pk: pk)
    assert book_while_it_gets_worse() == ""


@pytest.mark.django_db(transaction=True)
def test_visit_booked_while_a_level_is_written_is_held(monkeypatch):
    let_booking_wait(monkeypatch, seconds=1)  # the other cannot come: it waits for the patient's lock
    assert book_while_it_gets_worse() == "talk"
