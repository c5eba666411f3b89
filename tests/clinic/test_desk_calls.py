"""The page of the call queue: order, claim, tries, finish, and who may say that a call is done with."""

from datetime import datetime, timedelta

import pytest
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic import calls
from clinic.desk.call_form import next_try
from clinic.desk.calls import ICONS
from clinic.models import AuditEvent, Call
from tests.desk import staff, unknown_targets, words
from tests.factories import NOW, make_call, make_clinic, make_location, make_patient, make_user

pytestmark = pytest.mark.django_db
QUEUE = "/desk/calls/"


@pytest.fixture(autouse=True)
def clinic(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return make_clinic()


@pytest.fixture
def jo():
    return staff("desk")


def path(call: Call) -> str:
    return reverse("admin:call", args=[call.uid])


def act(client, call: Call, name: str):
    return client.post(reverse("admin:call-act", args=[call.uid]), {name: "1"}, follow=True)


def say(client, call: Call, outcome: str, **more):
    return client.post(path(call), {"outcome": outcome, **more}, follow=True)


def claimed(client, **values) -> Call:
    return calls.claim(call=make_call(**values), user=client.user, now=NOW)


def outcomes(page) -> int:
    """How many ways a call may have gone the page offers."""
    return page.content.decode().count('type="radio" name="outcome"')


# ---------------------------------------------------------------- the list


def test_queue_is_ordered_by_due_time(jo):
    make_call(name="Second", due_at=NOW + timedelta(hours=1))
    make_call(name="First", due_at=NOW - timedelta(minutes=52))
    make_call(name="Third", due_at=NOW + timedelta(days=1))
    text = words(jo.get(QUEUE))
    assert text.index("First") < text.index("Second") < text.index("Third")


def test_overdue_call_says_so_in_words_and_in_red(jo):
    make_call(due_at=NOW - timedelta(minutes=52))
    page = jo.get(QUEUE)
    assert "Overdue 52 min" in words(page)
    assert '<li class="late">' in page.content.decode()


def test_call_with_a_next_try_stands_where_its_next_try_is(jo):
    make_call(name="Tried", due_at=NOW - timedelta(hours=1), next_try_at=NOW + timedelta(hours=3))
    make_call(name="Waiting", due_at=NOW + timedelta(hours=1))
    text = words(jo.get(QUEUE))
    assert text.index("Waiting") < text.index("Tried")
    assert "Overdue 0" in text


@pytest.mark.parametrize("reason", ["emergency", "urgent", "alert"])
def test_next_try_does_not_hide_that_a_grave_call_is_late(jo, reason):
    make_call(reason=reason, name="Grave", due_at=NOW - timedelta(hours=1), next_try_at=NOW + timedelta(hours=3))
    make_call(name="Other", due_at=NOW + timedelta(minutes=5))
    text = words(jo.get(QUEUE))
    assert text.index("Overdue 1 h") < text.index("Other")


def test_call_for_a_pt_is_marked(jo):
    make_call(for_pt=True, name="Nadia Kessler")
    page = words(jo.get(QUEUE))
    assert page.count("For a PT") == 2  # the filter, and the mark on the call


@pytest.mark.parametrize(
    ("show", "names"),
    [
        ("", {"A", "B", "C"}),
        ("mine", {"A"}),
        ("nobody", {"B"}),
        ("pt", {"C"}),
        ("late", {"B"}),
        ("x", {"A", "B", "C"}),
    ],
)
def test_filters_show_a_part_of_the_queue(jo, show, names):
    claimed(jo, name="Caller A")
    make_call(name="Caller B", due_at=NOW - timedelta(hours=1))
    calls.claim(call=make_call(name="Caller C", for_pt=True), user=make_user(), now=NOW)
    text = words(jo.get(QUEUE, {"show": show}))
    assert {name for name in "ABC" if f"Caller {name}" in text} == names


def test_a_kind_is_kept_with_the_part_when_a_call_is_claimed():
    pt = staff("pt")
    make_call(name="Asks", reason="question", for_pt=True)
    make_call(name="Hurts", reason="unsure", for_pt=True)
    text = words(pt.get(QUEUE, {"show": "pt", "kind": "questions"}))
    assert "Asks" in text
    assert "Hurts" not in text
    call = Call.objects.get(name="Asks")
    answer = pt.post(reverse("admin:call-act", args=[call.uid]) + "?show=pt&kind=questions", {"claim": "1"})
    assert answer["Location"] == path(call) + "?show=pt&kind=questions"


def test_kinds_are_offered_only_when_there_are_several(jo):
    make_call(reason="cost")
    assert "Every kind" not in words(jo.get(QUEUE))
    make_call(reason="message")
    assert "Every kind 2 Requests 1 Messages 1" in words(jo.get(QUEUE))


def test_queue_asks_for_as_much_with_three_calls_as_with_one(jo, django_assert_num_queries):
    def fill() -> None:
        call = claimed(jo, patient=make_patient())
        calls.log(call=call, user=jo.user, outcome="no_answer", now=NOW)

    fill()
    from django.db import connection

    with CaptureQueriesContext(connection) as one:
        jo.get(QUEUE)
    fill()
    fill()
    with django_assert_num_queries(len(one)):
        jo.get(QUEUE)


def test_empty_queue_says_that_nobody_waits(jo):
    assert "Nobody is waiting for a call." in words(jo.get(QUEUE))


def test_menu_shows_how_many_calls_wait_and_shouts_when_one_is_late(jo):
    make_call(due_at=NOW + timedelta(hours=1))
    assert '<b class="n">1</b>' in jo.get(QUEUE).content.decode()
    make_call(due_at=NOW - timedelta(hours=1))
    assert '<b class="n hot">2</b>' in jo.get(QUEUE).content.decode()


# ---------------------------------------------------------------- one call


def test_claiming_a_call_shows_it_as_mine(jo):
    call = make_call()
    page = act(jo, call, "claim")
    call.refresh_from_db()
    assert call.claimed_by == jo.user
    assert "Yours" in words(page)
    assert "How did it go?" in words(page)


def test_claim_of_a_call_that_a_colleague_has_says_who(jo):
    call = calls.claim(call=make_call(), user=make_user(first_name="Hana", last_name="Lindqvist"), now=NOW)
    assert "Hana Lindqvist was faster and has this call." in words(act(jo, call, "claim"))
    call.refresh_from_db()
    assert call.claimed_by != jo.user


def test_giving_a_call_back_frees_it(jo):
    call = claimed(jo)
    act(jo, call, "release")
    call.refresh_from_db()
    assert call.claimed_by is None


@pytest.mark.parametrize(
    ("wall", "proposed"),
    [
        ("2026-11-24 09:40", "2026-11-24 12:00"),
        ("2026-11-24 16:10", "2026-11-25 10:00"),
        ("2026-11-28 03:00", "2026-11-30 10:00"),
    ],
)
def test_next_try_is_proposed_while_the_clinic_is_open(wall, proposed):
    make_location()
    with timezone.override("America/Anchorage"):
        found = next_try(timezone.make_aware(datetime.fromisoformat(wall)))
    assert f"{found:%Y-%m-%d %H:%M}" == proposed


def test_voicemail_is_logged_and_goes_back_with_its_next_try(jo):
    call = claimed(jo)
    page = say(jo, call, "voicemail", day="2026-11-24", time="13:30", note="Left my name.")
    call.refresh_from_db()
    assert call.state == "open"
    assert call.claimed_by is None
    assert timezone.localtime(call.next_try_at, timezone.get_fixed_timezone(-540)).strftime("%H:%M") == "13:30"
    assert call.notes.get(outcome="voicemail").note == "Left my name."
    assert "Last try: Left a voicemail" in words(page)


def test_call_passed_to_a_pt_is_in_their_queue_at_its_time_and_nobodys(jo):
    call = claimed(jo, reason="cost", due_at=NOW + timedelta(hours=1))
    assert "in the PTs’ queue now" in words(say(jo, call, "passed", note="Says the leg is numb."))
    call.refresh_from_db()
    assert (call.for_pt, call.claimed_by, call.state, call.next_try_at) == (True, None, "open", None)
    assert call.notes.get().note == "Says the leg is numb."
    again = calls.claim(call=call, user=jo.user, now=NOW)
    assert 'value="passed"' not in jo.get(path(again)).content.decode()


def test_reached_finishes_the_call(jo):
    call = claimed(jo)
    page = say(jo, call, "reached", day="2026-11-24", time="13:30")
    call.refresh_from_db()
    assert (call.state, call.outcome, call.closed_by) == ("done", "reached", jo.user)
    assert call.next_try_at is None
    assert "Finished today, 1" in words(page)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Pick how it went."),
        ({"outcome": "sold"}, "Pick how it went."),
        ({"outcome": "no_answer"}, "Say when to try again."),
        ({"outcome": "no_answer", "day": "2026-11-24"}, "Say when to try again."),
        ({"outcome": "no_answer", "day": "2026-11-24", "time": "09:39"}, "The next try must lie ahead."),
        ({"outcome": "no_answer", "day": "0001-01-01", "time": "00:00"}, "The next try must lie ahead."),
        ({"outcome": "no_answer", "day": "9999-12-31", "time": "23:59"}, "Try again within two months."),
        ({"outcome": "no_answer", "day": "31.2.2026", "time": "x"}, "Give the day as year, month and day"),
        ({"outcome": "reached", "note": "a\x00b"}, "Take out the characters that do not print."),
        ({"outcome": "reached", "note": "a" * 2001}, "Use at most 2000 characters."),
    ],
)
def test_wrong_answers_say_what_is_wrong_and_change_nothing(jo, given, message):
    call = claimed(jo)
    page = jo.post(path(call), given)
    assert page.status_code == 200
    assert message in words(page)
    assert page.content.decode().count("<title>Error:") == 1
    assert unknown_targets(page) == set()
    call.refresh_from_db()
    assert call.state == "open"
    assert not call.notes.exists()


@pytest.mark.parametrize("reason", ["emergency", "urgent", "unsure"])
def test_only_a_pt_finishes_what_a_pt_was_promised_for(jo, reason):
    call = claimed(jo, reason=reason, for_pt=True)
    page = say(jo, call, "reached")
    call.refresh_from_db()
    assert call.state == "open"
    assert "Only a PT can finish this call." in words(page)
    calls.release(call=call, user=jo.user, now=NOW)
    dana = staff("pt")
    calls.claim(call=call, user=dana.user, now=NOW)
    say(dana, call, "reached")
    call.refresh_from_db()
    assert call.state == "done"


def test_the_act_itself_refuses_to_end_a_pts_call_for_the_desk(jo):
    call = claimed(jo, reason="urgent")
    with pytest.raises(calls.NeedsPT):
        calls.finish(call=call, user=jo.user, outcome="reached", now=NOW)
    call.refresh_from_db()
    assert call.state == "open"


def test_the_desk_may_write_down_a_try_on_a_pts_call(jo):
    call = claimed(jo, reason="unsure", for_pt=True)
    say(jo, call, "no_answer", day="2026-11-24", time="11:00")
    assert call.notes.filter(outcome="no_answer").exists()


def test_what_a_pt_noted_on_such_a_call_is_not_shown_to_the_desk(jo):
    dana = staff("pt")
    call = claimed(dana, reason="unsure", for_pt=True)
    say(dana, call, "no_answer", day="2026-11-24", time="11:00", note="Told me about the fever.")
    assert "Told me about the fever." in words(dana.get(path(call)))
    assert "Told me about the fever." not in words(jo.get(path(call)))
    assert b"Told me about the fever." not in jo.get(reverse("admin:clinic_call_change", args=[call.pk])).content


def test_saving_a_call_that_a_colleague_took_over_says_so(jo):
    call = claimed(jo)
    calls.release(call=call, user=jo.user, now=NOW)
    calls.claim(call=call, user=make_user(first_name="Hana", last_name="Lindqvist"), now=NOW)
    assert "Hana Lindqvist has this call now." in words(say(jo, call, "reached"))
    call.refresh_from_db()
    assert call.state == "open"


def test_saving_a_call_that_was_finished_meanwhile_says_so(jo):
    call = claimed(jo)
    calls.finish(call=call, user=jo.user, outcome="reached", now=NOW)
    assert "Somebody finished this call meanwhile." in words(say(jo, call, "declined"))
    call.refresh_from_db()
    assert call.outcome == "reached"


def test_finished_call_can_be_read_and_offers_nothing(jo):
    call = claimed(jo)
    calls.finish(call=call, user=jo.user, outcome="booked", note="Thu 3 Dec.", now=NOW)
    page = jo.get(path(call))
    assert "Thu 3 Dec." in words(page)
    assert "How did it go?" not in words(page)


def test_acts_are_posts_and_leave_their_mark_in_the_audit(jo):
    call = make_call()
    assert jo.get(reverse("admin:call-act", args=[call.uid])).status_code == 405
    act(jo, call, "claim")
    assert AuditEvent.objects.filter(act="call.claimed", subject_uid=call.uid, actor=jo.user).count() == 1


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "\x00", "javascript:alert(1)"])
def test_next_never_leads_to_another_site(jo, wanted):
    answer = jo.post(reverse("admin:call-act", args=[make_call().uid]), {"claim": "1", "next": wanted})
    assert answer["Location"].startswith("/desk/calls/")


def test_every_reason_for_a_call_has_an_icon():
    assert set(ICONS) == set(Call.Reason)


# ---------------------------------------------------------------- the keys


@pytest.mark.parametrize("for_pt", [False, True])
def test_line_of_keys_counts_the_outcomes_of_the_open_call(jo, for_pt):
    call = claimed(jo, for_pt=for_pt)
    page = jo.get(path(call))
    assert f"1 to {outcomes(page)} outcome" in words(page)


def test_line_of_keys_names_no_outcomes_where_none_can_be_picked(jo):
    call = make_call()
    assert "outcome /" not in words(jo.get(QUEUE))
    assert "outcome /" not in words(jo.get(path(call)))  # nobody has claimed it: there is nothing to pick yet
