from datetime import time, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from clinic import alerts, calls, outbox
from clinic.celery import app
from clinic.models import AuditEvent, Clinic, Message
from tests.factories import NOW, make_call, make_clinic, make_duty, make_message, make_user
from tests.threads import run_at_once, settle_nudges

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clinic():
    return make_clinic()


def told(call) -> set[tuple[str, str]]:
    return {
        (message.channel, message.to) for message in Message.objects.filter(subject_uid=call.uid, kind="call_alert")
    }


def email_of(user) -> tuple[str, str]:
    return ("email", user.email)


def both(user) -> set[tuple[str, str]]:
    return {("email", user.email), ("sms", user.phone)}


# ---------------------------------------------------------------- alert


def test_alert_goes_to_the_first_in_line_by_each_way():
    first, _second, call = make_duty().user, make_duty(second=True), make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    assert told(call) == both(first)


def test_alert_twice_tells_once():
    make_duty()
    call = make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    alerts.alert(call=call, now=NOW + MINUTE)
    assert Message.objects.count() == 2


def test_alert_with_nobody_first_goes_to_the_second():
    second, call = make_duty(second=True).user, make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    assert told(call) == both(second)


def test_alert_with_nobody_on_duty_goes_to_the_clinic():
    call = make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    assert told(call) == {("email", "desk@sidehill.example")}


@pytest.mark.parametrize(("email", "phone"), [("", ""), ("not an address", "no number"), ("a@b@c", "911")])
def test_alert_of_a_login_without_a_good_address_goes_to_the_clinic(email, phone):
    make_duty(user=make_user(email=email, phone=phone))
    call = make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    assert told(call) == {("email", "desk@sidehill.example")}


@pytest.mark.parametrize("email", ["", "not an address"])
def test_alert_goes_to_the_owners_where_no_manager_has_an_address(email):
    make_user(groups=["manager"], email=email, phone="")
    owner, call = make_user(is_superuser=True), make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    assert told(call) == both(owner) | {("email", "desk@sidehill.example")}


def test_alert_that_reaches_nobody_is_said_in_the_log(caplog):
    Clinic.objects.update(email="")
    call = make_call(reason="urgent")
    assert alerts.alert(call=call, now=NOW) == []
    assert f"call {call.uid} waits and nobody can be alerted" in caplog.text


def test_alert_reads_a_phone_number_as_people_write_it():
    user = make_duty(user=make_user(phone="907-555-0199", email="")).user
    call = make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    assert told(call) == {("sms", "+19075550199")}
    assert user.phone == "907-555-0199"


def test_alert_says_by_when_and_where_and_nothing_else():
    make_duty()
    call = make_call(reason="emergency", name="Ana Oquendo", due_at=NOW + 15 * MINUTE)
    alerts.alert(call=call, now=NOW)
    outbox.deliver_due(now=NOW)
    letter, text = Message.objects.get(channel="email"), Message.objects.get(channel="sms")
    assert letter.title == "A call is due by 9:55 am"
    assert text.text == "Sidehill: A call is due by 9:55 am. Open the queue: http://testserver/desk/calls/"
    for words in (letter.title, letter.text, letter.html, text.text):
        assert not {"Ana", "Oquendo", "mergency", "0118"} & set(words.replace(",", " ").split())
        assert "Ana" not in words
        assert "mergency" not in words
    assert "http://testserver/desk/calls/" in letter.text


def test_alert_of_another_day_names_the_day():
    make_duty()
    call = make_call(reason="urgent", due_at=NOW + timedelta(days=1))
    alerts.alert(call=call, now=NOW)
    outbox.deliver_due(now=NOW)
    assert mail.outbox[0].subject == "A call is due by Wed 25 Nov, 9:40 am"


def test_alert_that_is_sent_late_says_so():
    make_duty()
    call = make_call(reason="urgent", due_at=NOW + 15 * MINUTE)
    alerts.alert(call=call, now=NOW)
    outbox.deliver_due(now=NOW + 20 * MINUTE)
    assert mail.outbox[0].subject == "A call was due 9:55 am"


def test_alert_is_dropped_when_somebody_has_the_call():
    user = make_duty(user=make_user(groups=["pt"])).user
    call = make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    calls.claim(call=call, user=user, now=NOW)
    outbox.deliver_due(now=NOW)
    assert [message.state for message in Message.objects.all()] == ["dropped", "dropped"]


# ---------------------------------------------------------------- escalation


def test_escalation_passes_on_what_is_unclaimed_for_ten_minutes():
    first, second, call = make_duty().user, make_duty(second=True).user, make_call(reason="emergency")
    alerts.alert(call=call, now=NOW)
    assert alerts.escalate(now=NOW + 9 * MINUTE) == 0
    assert told(call) == both(first)
    assert alerts.escalate(now=NOW + 10 * MINUTE) == 1
    assert told(call) == both(first) | both(second)
    assert [event.act for event in AuditEvent.objects.filter(subject_uid=call.uid)] == ["call.escalated"]


def test_escalation_happens_once():
    make_duty()
    make_duty(second=True)
    call = make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    alerts.escalate(now=NOW + 10 * MINUTE)
    assert alerts.escalate(now=NOW + 19 * MINUTE) == 0
    assert Message.objects.count() == 4


@pytest.mark.parametrize("reason", ["unsure", "refer", "discovery", "question", "message"])
def test_escalation_leaves_other_calls_to_the_queue(reason):
    make_duty()
    make_call(reason=reason)
    assert alerts.escalate(now=NOW + 60 * MINUTE) == 0
    assert Message.objects.count() == 0


def test_escalation_leaves_a_call_in_hand_alone():
    user, call = make_duty(user=make_user(groups=["pt"])).user, make_call(reason="alert")
    calls.claim(call=call, user=user, now=NOW)
    assert alerts.escalate(now=NOW + 60 * MINUTE) == 0
    assert Message.objects.count() == 0


def test_escalation_at_night_waits_for_who_comes_on_duty():
    night = NOW - timedelta(hours=8)  # 1:40 in the morning
    call = make_call(reason="emergency", created_at=night)
    first, second = make_duty().user, make_duty(second=True).user
    alerts.alert(call=call, now=night)
    assert alerts.escalate(now=night + 30 * MINUTE) == 0
    opens = NOW - 100 * MINUTE  # 8:00
    assert alerts.escalate(now=opens) == 0
    assert told(call) == {("email", "desk@sidehill.example")} | both(first)
    assert alerts.escalate(now=opens + 10 * MINUTE) == 1
    assert told(call) >= both(second)


def test_escalation_without_a_second_in_line_goes_to_the_clinic():
    make_duty()
    call = make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    assert alerts.escalate(now=NOW + 10 * MINUTE) == 1
    assert ("email", "desk@sidehill.example") in told(call)


def test_escalation_ends_with_all_managers_when_nobody_takes_it():
    first, second = make_duty().user, make_duty(second=True).user
    hana, gone = make_user(groups=["manager"]), make_user(groups=["manager"], is_active=False)
    call = make_call(reason="emergency")
    alerts.alert(call=call, now=NOW)
    assert alerts.escalate(now=NOW + 10 * MINUTE) == 1
    assert told(call) == both(first) | both(second)
    assert alerts.escalate(now=NOW + 19 * MINUTE) == 0
    assert alerts.escalate(now=NOW + 20 * MINUTE) == 1
    assert told(call) >= both(hana) | {("email", "desk@sidehill.example")}
    assert not told(call) & both(gone)
    assert alerts.escalate(now=NOW + 40 * MINUTE) == 0


def test_alert_with_nobody_on_duty_goes_to_all_managers():
    hana, call = make_user(groups=["manager"]), make_call(reason="emergency")
    alerts.alert(call=call, now=NOW)
    assert told(call) == both(hana) | {("email", "desk@sidehill.example")}


def test_call_that_nobody_took_when_duty_ended_goes_to_the_managers_at_once():
    make_duty(ends=time(9, 45))
    hana, call = make_user(groups=["manager"]), make_call(reason="emergency")
    alerts.alert(call=call, now=NOW)
    assert not told(call) & both(hana)
    assert alerts.escalate(now=NOW + 5 * MINUTE) == 1  # 9:45
    assert told(call) >= both(hana)


def test_second_in_line_is_told_after_as_long_as_the_clinic_says():
    Clinic.objects.update(page_second_minutes=3)
    make_duty()
    second, call = make_duty(second=True).user, make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    assert alerts.escalate(now=NOW + 2 * MINUTE) == 0
    assert alerts.escalate(now=NOW + 3 * MINUTE) == 1
    assert told(call) >= both(second)


def test_escalation_skips_a_first_who_cannot_be_told():
    make_duty(user=make_user(email="", phone=""))
    second, call = make_duty(second=True).user, make_call(reason="urgent")
    assert alerts.escalate(now=NOW) == 1
    assert told(call) == both(second)


# ---------------------------------------------------------------- calls that somebody took


@pytest.fixture
def dana():
    """The PT first in line."""
    return make_duty(user=make_user(groups=["pt"])).user


@pytest.fixture
def tomasi():
    """The PT second in line."""
    return make_duty(user=make_user(groups=["pt"]), second=True).user


@pytest.fixture
def call(dana, tomasi):
    """An emergency, due in a quarter of an hour, of which the first in line has been told."""
    call = make_call(reason="emergency", due_at=NOW + 15 * MINUTE)
    alerts.alert(call=call, now=NOW)
    return call


def letters(call, user) -> int:
    return sum(
        (message.channel, message.to) == email_of(user) for message in Message.objects.filter(subject_uid=call.uid)
    )


def test_claim_by_the_desk_does_not_silence_a_call_of_a_pt(call, dana, tomasi):
    calls.claim(call=call, user=make_user(groups=["desk"]), now=NOW)
    outbox.deliver_due(now=NOW)
    assert [letter.to for letter in mail.outbox] == [[dana.email]]
    assert alerts.escalate(now=NOW + 10 * MINUTE) == 1
    assert told(call) == both(dana) | both(tomasi)


def test_claim_by_a_pt_holds_until_ten_minutes_after_the_call_is_due(call, dana, tomasi):
    calls.claim(call=call, user=dana, now=NOW)
    assert alerts.escalate(now=NOW + 24 * MINUTE) == 0
    assert alerts.escalate(now=NOW + 25 * MINUTE) == 1
    assert (letters(call, dana), letters(call, tomasi)) == (2, 1)
    outbox.deliver_due(now=NOW + 25 * MINUTE)
    assert {letter.to[0] for letter in mail.outbox} == {dana.email, tomasi.email}
    assert alerts.escalate(now=NOW + 60 * MINUTE) == 1  # to the managers
    assert (letters(call, dana), letters(call, tomasi)) == (2, 1)


def test_claim_of_a_late_call_holds_for_ten_minutes(call, tomasi):
    calls.claim(call=call, user=tomasi, now=NOW + 40 * MINUTE)
    assert alerts.escalate(now=NOW + 49 * MINUTE) == 0
    assert alerts.escalate(now=NOW + 50 * MINUTE) == 1


def test_try_written_down_keeps_the_call_in_hand(call, dana):
    calls.claim(call=call, user=dana, now=NOW)
    calls.log(call=call, user=dana, outcome="voicemail", now=NOW + 20 * MINUTE)
    assert alerts.escalate(now=NOW + 29 * MINUTE) == 0
    assert alerts.escalate(now=NOW + 30 * MINUTE) == 1


def test_release_alerts_anew(call, dana, tomasi):
    calls.claim(call=call, user=dana, now=NOW)
    alerts.escalate(now=NOW + 25 * MINUTE)
    calls.claim(call=call, user=dana, now=NOW + 25 * MINUTE)
    calls.release(call=call, user=dana, now=NOW + 30 * MINUTE)
    assert alerts.escalate(now=NOW + 31 * MINUTE) == 0
    assert (letters(call, dana), letters(call, tomasi)) == (3, 1)
    assert alerts.escalate(now=NOW + 41 * MINUTE) == 1
    assert (letters(call, dana), letters(call, tomasi)) == (3, 2)


def test_release_by_who_never_had_it_in_hand_puts_nothing_off(call):
    desk = make_user(groups=["desk"])
    calls.claim(call=call, user=desk, now=NOW)
    calls.release(call=call, user=desk, now=NOW + 9 * MINUTE)
    assert alerts.escalate(now=NOW + 10 * MINUTE) == 1


def test_next_try_of_a_pt_alerts_anew_when_its_time_has_come(call, dana, tomasi):
    later = NOW + 120 * MINUTE
    calls.log(call=call, user=dana, outcome="no_answer", next_try_at=later, now=NOW + 5 * MINUTE)
    assert alerts.escalate(now=later - MINUTE) == 0
    assert alerts.escalate(now=later) == 0
    assert (letters(call, dana), letters(call, tomasi)) == (2, 0)
    assert alerts.escalate(now=later + 10 * MINUTE) == 1
    assert (letters(call, dana), letters(call, tomasi)) == (2, 1)


def test_next_try_of_the_desk_does_not_silence_a_call_of_a_pt(call):
    desk, later = make_user(groups=["desk"]), NOW + timedelta(days=2)
    calls.log(call=call, user=desk, outcome="no_answer", next_try_at=later, now=NOW + 5 * MINUTE)
    assert alerts.escalate(now=NOW + 10 * MINUTE) == 1


def test_who_comes_on_duty_is_told_of_a_call_that_was_passed_on_before(call):
    alerts.escalate(now=NOW + 10 * MINUTE)
    ingrid = make_duty(user=make_user(groups=["pt"])).user
    assert alerts.escalate(now=NOW + 19 * MINUTE) == 0
    assert letters(call, ingrid) == 1


@pytest.mark.django_db(transaction=True)
def test_escalation_by_eight_workers_at_once_tells_each_once():
    make_duty()
    make_duty(second=True)
    call = make_call(reason="emergency", created_at=NOW - 60 * MINUTE)
    alerts.alert(call=call, now=NOW - 20 * MINUTE)
    assert sorted(run_at_once(lambda _number: alerts.escalate(now=NOW), 8)) == [0] * 7 + [1]
    assert Message.objects.count() == 4


# ---------------------------------------------------------------- mail that does not leave


def states(call) -> list[str]:
    return list(Message.objects.filter(subject_uid=call.uid).order_by("pk").values_list("state", flat=True))


def test_alert_that_failed_is_written_anew_after_an_hour_as_long_as_the_call_waits():
    user = make_duty(user=make_user(phone="")).user
    call = make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    Message.objects.update(state="failed", attempts=5)
    for minute in (11, 30, 59):
        alerts.escalate(now=NOW + minute * MINUTE)
    assert told(call) >= {("email", "desk@sidehill.example")}
    assert waiting_for(user) == 0
    alerts.escalate(now=NOW + 61 * MINUTE)
    assert waiting_for(user) == 1


def waiting_for(user) -> int:
    return sum(row.to == user.email for row in Message.objects.filter(state="planned"))


def test_alert_is_sent_though_the_worker_stood_still_for_hours():
    user = make_duty(user=make_user(phone="")).user
    call = make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    later = NOW + timedelta(hours=5)
    outbox.deliver_due(now=later)
    assert states(call) == ["dropped"]
    alerts.escalate(now=later)
    outbox.deliver_due(now=later)
    assert user.email in [row.to for row in Message.objects.filter(state="sent")]


def test_first_whose_mail_fails_for_now_does_not_keep_the_second_from_being_told():
    make_duty(user=make_user(phone=""))
    second, call = make_duty(second=True).user, make_call(reason="urgent")
    alerts.alert(call=call, now=NOW)
    # Tried three times by now, and planned for half an hour later.
    Message.objects.update(attempts=3, planned_at=NOW + 36 * MINUTE)
    assert alerts.escalate(now=NOW + 10 * MINUTE) == 1
    assert told(call) >= both(second)


def test_call_that_cannot_be_passed_on_keeps_no_other_from_being_heard_of(caplog):
    first = make_duty().user
    broken, other = make_call(reason="urgent"), make_call(reason="urgent")
    alerts.alert(call=broken, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute('UPDATE clinic_message SET "to" = %s', ["under a key that is gone"])
    alerts.escalate(now=NOW + MINUTE)
    rows = Message.objects.filter(subject_uid=other.uid)
    assert {(row.channel, row.to) for row in rows} == both(first)
    assert f"call {broken.uid} cannot be passed on: CannotDecrypt" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_alert_leaves_without_a_broker_and_nothing_else_does(monkeypatch):
    def gone(*_args, **_values):
        raise OSError

    make_duty(user=make_user(phone=""))
    call, letter = make_call(reason="urgent"), make_message(planned_at=timezone.now())
    monkeypatch.setattr(app, "send_task", gone)
    alerts.alert(call=call, now=timezone.now())
    settle_nudges()
    outbox.nudge()  # should the alert's own have been left out, for one that a test before had under way
    settle_nudges()
    letter.refresh_from_db()
    assert (states(call), letter.state) == (["sent"], "planned")
