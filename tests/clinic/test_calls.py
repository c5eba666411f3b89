import time
import uuid
from datetime import timedelta

import pytest
from django.db import transaction

from clinic import calls
from clinic.models import AuditEvent, Call
from tests.factories import NOW, make_call, make_patient, make_user
from tests.threads import run_at_once

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def open_one(**values):
    defaults = {
        "reason": "question",
        "subject_uid": uuid.uuid4(),
        "due_at": NOW + timedelta(hours=2),
        "name": "Ana",
        "now": NOW,
    }
    return calls.open_call(**{**defaults, **values})


def acts_on(call: Call) -> list[str]:
    return list(AuditEvent.objects.filter(subject_uid=call.uid).order_by("id").values_list("act", flat=True))


def test_open_call_puts_a_call_into_the_queue():
    patient = make_patient()
    call = open_one(reason="unsure", patient=patient, phone="+19075550118", for_pt=True, note="Speaks Samoan.")
    assert (call.state, call.reason, call.patient, call.for_pt, call.created_at) == (
        "open",
        "unsure",
        patient,
        True,
        NOW,
    )
    assert [note.note for note in call.notes.all()] == ["Speaks Samoan."]
    assert acts_on(call) == ["call.opened"]


def test_open_call_again_makes_the_first_more_pressing():
    uid = uuid.uuid4()
    first = open_one(subject_uid=uid)
    second = open_one(subject_uid=uid, due_at=NOW + timedelta(minutes=15), for_pt=True, note="Again.")
    assert (second.pk, second.due_at, second.for_pt) == (first.pk, NOW + timedelta(minutes=15), True)
    assert acts_on(first) == ["call.opened", "call.repeated"]


def test_open_call_again_never_puts_a_call_off():
    uid = uuid.uuid4()
    first = open_one(subject_uid=uid, for_pt=True)
    second = open_one(subject_uid=uid, due_at=NOW + timedelta(days=3))
    assert (second.due_at, second.for_pt) == (first.due_at, True)


def test_open_call_after_the_first_is_done_is_a_new_one():
    uid, user = uuid.uuid4(), make_user()
    first = open_one(subject_uid=uid)
    calls.finish(call=first, user=user, outcome="reached", now=NOW)
    assert open_one(subject_uid=uid).pk != first.pk


def test_open_call_cuts_a_name_that_the_queue_cannot_show():
    assert open_one(name="A" * 500).name == "A" * 160


def test_claim_says_who_makes_the_call():
    call, user = make_call(), make_user()
    claimed = calls.claim(call=call, user=user, now=NOW)
    assert (claimed.claimed_by, claimed.claimed_at) == (user, NOW)
    assert acts_on(call) == ["call.claimed"]


def test_claim_of_a_claimed_call_names_who_has_it():
    call, first, second = make_call(), make_user(), make_user()
    calls.claim(call=call, user=first, now=NOW)
    with pytest.raises(calls.AlreadyClaimed) as refused:
        calls.claim(call=call, user=second, now=LATER)
    assert refused.value.by == first


def test_claim_twice_by_one_person_changes_nothing():
    call, user = make_call(), make_user()
    calls.claim(call=call, user=user, now=NOW)
    assert calls.claim(call=call, user=user, now=LATER).claimed_at == NOW
    assert acts_on(call) == ["call.claimed"]


def test_claim_of_a_done_call_is_refused():
    call, user = make_call(), make_user()
    calls.finish(call=call, user=user, outcome="reached", now=NOW)
    with pytest.raises(calls.CallClosed):
        calls.claim(call=call, user=user, now=LATER)


def test_release_gives_the_call_back_whoever_had_it():
    call, first, second = make_call(), make_user(), make_user()
    calls.claim(call=call, user=first, now=NOW)
    released = calls.release(call=call, user=second, now=LATER)
    assert (released.claimed_by, released.claimed_at) == (None, None)
    assert acts_on(call) == ["call.claimed", "call.released"]


def test_release_of_a_free_call_changes_nothing():
    call = make_call()
    calls.release(call=call, user=make_user(), now=NOW)
    assert acts_on(call) == []


def test_log_with_a_next_try_gives_the_call_back():
    call, user = make_call(), make_user()
    calls.claim(call=call, user=user, now=NOW)
    note = calls.log(call=call, user=user, outcome="no_answer", note="Rang out.", next_try_at=LATER, now=NOW)
    assert (note.outcome, note.note, note.by) == ("no_answer", "Rang out.", user)
    assert (call.state, call.next_try_at, call.claimed_by) == ("open", LATER, None)
    assert acts_on(call) == ["call.claimed", "call.logged"]


def test_log_without_a_next_try_keeps_the_claim():
    call, user = make_call(), make_user()
    calls.claim(call=call, user=user, now=NOW)
    calls.log(call=call, user=user, outcome="voicemail", now=NOW)
    assert (call.state, call.claimed_by) == ("open", user)


def test_finish_closes_the_call_with_its_outcome():
    call, user = make_call(next_try_at=LATER), make_user()
    done = calls.finish(call=call, user=user, outcome="booked", note="Thursday.", now=LATER)
    assert (done.state, done.outcome, done.closed_by, done.closed_at, done.next_try_at) == (
        "done",
        "booked",
        user,
        LATER,
        None,
    )
    assert [note.note for note in done.notes.all()] == ["Thursday."]
    assert acts_on(call) == ["call.finished"]


@pytest.mark.parametrize("act", [calls.log, calls.finish])
def test_work_on_anothers_call_is_refused(act):
    call, first, second = make_call(), make_user(), make_user()
    calls.claim(call=call, user=first, now=NOW)
    with pytest.raises(calls.AlreadyClaimed):
        act(call=call, user=second, outcome="reached", now=NOW)
    assert call.notes.count() == 0


@pytest.mark.parametrize("act", [calls.log, calls.finish])
def test_work_on_a_done_call_is_refused(act):
    call, user = make_call(), make_user()
    calls.finish(call=call, user=user, outcome="reached", now=NOW)
    with pytest.raises(calls.CallClosed):
        act(call=call, user=user, outcome="reached", now=NOW)


@pytest.mark.parametrize("act", [calls.log, calls.finish])
def test_work_with_an_unknown_outcome_is_refused(act):
    with pytest.raises(ValueError, match="no outcome"):
        act(call=make_call(), user=make_user(), outcome="whatever", now=NOW)


def test_belong_to_names_the_patient_where_none_is_known():
    patient, other = make_patient(), make_patient()
    mine = make_call()
    known, strange = make_call(subject_uid=mine.subject_uid, reason="cost", patient=other), make_call()
    assert calls.belong_to(subject_uid=mine.subject_uid, patient=patient) == 1
    assert [Call.objects.get(pk=row.pk).patient for row in (mine, known, strange)] == [patient, other, None]


def test_close_for_ends_only_the_call_it_names():
    uid = uuid.uuid4()
    call, other = make_call(subject_uid=uid, reason="unscreened"), make_call(subject_uid=uid, reason="message")
    assert calls.close_for(subject_uid=uid, reason="unscreened", outcome="answered", now=NOW) == 1
    call.refresh_from_db()
    other.refresh_from_db()
    assert (call.state, call.outcome, other.state) == ("done", "answered", "open")


def claim_by_looking_first(call_pk: int, user) -> bool:
    """The way that must not be taken: look, then write."""
    with transaction.atomic():
        call = Call.objects.get(pk=call_pk)
        if call.claimed_by_id is not None:
            return False
        run_at_once.meet()
        Call.objects.filter(pk=call_pk).update(claimed_by=user, claimed_at=NOW)
        return True


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_claim_by_looking_first_lets_several_win():
    call, users = make_call(), [make_user() for _ in range(4)]
    won = run_at_once(lambda number: claim_by_looking_first(call.pk, users[number]), 4)
    assert won.count(True) > 1


@pytest.mark.django_db(transaction=True)
def test_claim_by_eight_at_once_is_won_by_one():
    call, users = make_call(), [make_user() for _ in range(8)]

    def try_it(number: int) -> bool:
        try:
            calls.claim(call=Call.objects.get(pk=call.pk), user=users[number], now=NOW)
        except calls.AlreadyClaimed:
            return False
        return True

    assert run_at_once(try_it, 8).count(True) == 1
    assert acts_on(call) == ["call.claimed"]


@pytest.mark.django_db(transaction=True)
def test_open_call_by_eight_at_once_is_one_call():
    uid = uuid.uuid4()
    opened = run_at_once(lambda number: open_one(subject_uid=uid, due_at=NOW + timedelta(minutes=number)).pk, 8)
    assert len(set(opened)) == 1
    assert Call.objects.get().due_at == NOW


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_open_call_is_not_swallowed_by_one_that_is_just_being_finished():
    uid, user = uuid.uuid4(), make_user()
    first = make_call(subject_uid=uid)

    def work(number: int) -> int:
        if number:
            run_at_once.meet()  # the other has written "done" and not yet committed
            return open_one(subject_uid=uid).pk
        with transaction.atomic():
            calls.finish(call=first, user=user, outcome="reached", now=NOW)
            run_at_once.meet()
            time.sleep(0.3)
        return 0

    opened = run_at_once(work, 2)[1]
    assert Call.objects.get(state="open").pk == opened != first.pk
