import email
import email.policy
import os
import smtplib
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.utils import timezone

from clinic import nudging, outbox, recipients, registry
from clinic.letters import Attachment, Letter
from clinic.models import Call, Message
from tests.factories import NOW, make_call, make_clinic, make_location, make_message, make_patient, make_user
from tests.threads import run_at_once, settle_nudges

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def letters(monkeypatch):
    """A clinic, and a kind of letter that says what it was asked to."""
    make_clinic()
    monkeypatch.setitem(registry.letters, "test", lambda message, now: Letter("Your visit", "Hi.", "<p>Hi.</p>"))


@pytest.fixture
def texts(settings, tmp_path):
    settings.MESSAGE_FOLDER = str(tmp_path)
    return tmp_path


def renders(monkeypatch, render):
    monkeypatch.setitem(registry.letters, "test", render)


class Refusing(BaseEmailBackend):
    """A mail server that answers each letter with the next of `errors`, and takes it when there are none left."""

    errors: list[Exception] = []
    took: list[str] = []

    def send_messages(self, email_messages):
        if self.errors:
            raise self.errors.pop(0)
        self.took.extend(email.to[0] for email in email_messages)
        return len(email_messages)


@pytest.fixture
def server(settings, monkeypatch):
    monkeypatch.setattr(Refusing, "errors", [])
    monkeypatch.setattr(Refusing, "took", [])
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    return Refusing


def post(**values):
    defaults = {
        "kind": "test",
        "channel": "email",
        "subject_uid": uuid.uuid4(),
        "to": "ana@runner.example",
        "planned_at": NOW,
    }
    return outbox.post(**{**defaults, **values})


# ---------------------------------------------------------------- post, drop, replan


def test_post_writes_a_planned_message():
    patient = make_patient()
    message = post(patient=patient, language="en", not_after=NOW + MINUTE, context={"code": "a"}, sequence=2)
    message.refresh_from_db()
    assert (message.state, message.to, message.patient, message.context) == (
        "planned",
        "ana@runner.example",
        patient,
        {"code": "a"},
    )
    assert (message.planned_at, message.not_after, message.sequence) == (NOW, NOW + MINUTE, 2)


def test_post_again_returns_the_first_unchanged():
    uid = uuid.uuid4()
    first = post(subject_uid=uid)
    second = post(subject_uid=uid, to="ben@runner.example", planned_at=NOW + MINUTE)
    assert (second.pk, second.to, second.planned_at) == (first.pk, "ana@runner.example", NOW)


@pytest.mark.parametrize("other", [{"sequence": 1}, {"kind": "other"}, {"channel": "sms", "to": "+19075550118"}])
def test_post_of_another_sequence_kind_or_channel_is_another_message(other):
    uid = uuid.uuid4()
    assert post(subject_uid=uid).pk != post(subject_uid=uid, **other).pk


@pytest.mark.first_case
@pytest.mark.parametrize(
    ("channel", "to"),
    [
        ("email", ""),
        ("email", "ana"),
        ("email", "ana@runner.example, ben@runner.example"),
        ("email", "ana@runner.example\nBcc: all@runner.example"),
        ("email", "ana@runner.example\x00"),
        ("email", "Ana <ana@runner.example>"),
        ("sms", "907-555-0118"),
        ("sms", "+1907555011x"),
        ("sms", "+19075550118\n"),
        ("sms", "911"),
    ],
)
def test_post_to_an_address_that_is_none_is_refused(channel, to):
    with pytest.raises(recipients.BadRecipient):
        post(channel=channel, to=to)


def test_post_by_an_unknown_channel_is_refused():
    with pytest.raises(ValueError, match="no channel"):
        post(channel="fax")


def test_post_is_undone_with_the_callers_transaction():
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert Message.objects.count() == 0


def test_drop_takes_back_what_is_planned_of_the_kinds_named():
    uid = uuid.uuid4()
    reminder, confirmation = post(subject_uid=uid, kind="reminder"), post(subject_uid=uid, kind="test")
    sent = make_message(subject_uid=uid, kind="reminder", sequence=9, state="sent")
    assert outbox.drop(subject_uid=uid, kinds=["reminder"], now=NOW) == 1
    states = [Message.objects.get(pk=row.pk).state for row in (reminder, confirmation, sent)]
    assert states == ["dropped", "planned", "sent"]


def test_drop_without_kinds_takes_back_all_that_is_planned():
    uid = uuid.uuid4()
    post(subject_uid=uid)
    post(subject_uid=uid, kind="other")
    post()
    assert outbox.drop(subject_uid=uid, now=NOW) == 2


def test_replan_gives_planned_messages_another_time():
    uid = uuid.uuid4()
    message, sent = post(subject_uid=uid), make_message(subject_uid=uid, sequence=1, state="sent")
    later = NOW + timedelta(days=1)
    assert outbox.replan(subject_uid=uid, kind="test", planned_at=later, not_after=later + MINUTE) == 1
    assert outbox.replan(subject_uid=uid, kind="test", sequence=1, planned_at=later) == 0
    message.refresh_from_db()
    sent.refresh_from_db()
    assert (message.planned_at, message.not_after, sent.planned_at) == (later, later + MINUTE, NOW)


# ---------------------------------------------------------------- the nudge


def test_post_nudges_after_the_commit_only(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        post(planned_at=timezone.now())
    assert callbacks == [outbox.nudge]


def test_post_for_later_does_not_nudge(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        post(planned_at=NOW + timedelta(days=3650))
    assert callbacks == []


@pytest.fixture
def queue():
    """The queue of tasks, with nothing in it from tests before, and no nudge of theirs on its way."""
    from clinic.celery import app

    settle_nudges()
    with app.connection_for_read() as broker, broker.SimpleQueue("celery") as queue:
        queue.clear()
        yield queue


def test_nudge_puts_the_task_into_the_queue(queue):
    outbox.nudge()
    settle_nudges()
    assert queue.get(block=False).headers["task"] == "clinic.tasks.deliver"


def test_nudges_in_one_second_put_one_task_into_the_queue(queue, monkeypatch):
    waits, over = [], threading.Event()

    def wait(seconds: float) -> None:
        """Stand in for the sleep of the thread that nudges: it lasts until the test says so."""
        waits.append(seconds)
        assert not seconds or over.wait(60)

    monkeypatch.setattr(nudging, "time", SimpleNamespace(monotonic=time.monotonic, sleep=wait))
    monkeypatch.setattr(outbox.nudge, "every", 3600.0)
    monkeypatch.setattr(outbox.nudge, "_sent_at", -3600.0)
    outbox.nudge()
    settle_nudges()
    first = queue.get(block=False)
    for _ in range(5):
        outbox.nudge()
    with pytest.raises(queue.Empty):
        queue.get(block=False)
    over.set()
    settle_nudges()
    assert waits[0] == 0 < waits[1] <= 3600
    assert queue.get(block=False).headers["id"] != first.headers["id"]
    with pytest.raises(queue.Empty):
        queue.get(block=False)


NUDGE = """
import django, time
django.setup()
from django.conf import settings
from clinic import outbox, recipients
settings.CELERY_BROKER_TRANSPORT_OPTIONS.update(socket_timeout=30, socket_connect_timeout=30)
started = time.monotonic()
outbox.nudge()
outbox.nudge()
print(time.monotonic() - started)
"""


@pytest.mark.parametrize("broker", ["refusing", "silent"])
def test_nudge_of_a_dead_broker_neither_fails_nor_waits(broker, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1] if broker == "silent" else 1
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "STRIDEWELL_VAR": str(tmp_path),
        }
        ran = subprocess.run(
            [sys.executable, "-c", NUDGE], env=environment, capture_output=True, text=True, timeout=240, check=False
        )
    assert ran.returncode == 0, ran.stderr
    assert float(ran.stdout) < 20  # to wait for a silent broker would take two minutes


# ---------------------------------------------------------------- delivery


def test_deliver_due_sends_what_is_due():
    message, later = make_message(), make_message(planned_at=NOW + MINUTE)
    assert outbox.deliver_due(now=NOW) == 1
    message.refresh_from_db()
    later.refresh_from_db()
    assert (message.state, message.title, message.text, message.html) == ("sent", "Your visit", "Hi.", "<p>Hi.</p>")
    assert (message.sent_at is not None, message.attempts, message.error) == (True, 1, "")
    assert later.state == "planned"
    assert [email.to for email in django_mail.outbox] == [["ana@runner.example"]]


def test_deliver_due_stops_at_its_limit_with_the_longest_due_first():
    newer, older = make_message(), make_message(planned_at=NOW - MINUTE)
    assert outbox.deliver_due(now=NOW, limit=1) == 1
    assert [Message.objects.get(pk=row.pk).state for row in (older, newer)] == ["sent", "planned"]


def test_deliver_due_twice_sends_once():
    make_message()
    outbox.deliver_due(now=NOW)
    assert outbox.deliver_due(now=NOW) == 0
    assert len(django_mail.outbox) == 1


def test_deliver_drops_what_makes_no_sense_any_more(monkeypatch):
    renders(monkeypatch, lambda message, now: None)
    message = make_message()
    outbox.deliver_due(now=NOW)
    message.refresh_from_db()
    assert (message.state, message.text, django_mail.outbox) == ("dropped", "", [])


def test_deliver_drops_what_is_too_late():
    message = make_message(not_after=NOW - MINUTE)
    outbox.deliver_due(now=NOW)
    message.refresh_from_db()
    assert (message.state, django_mail.outbox) == ("dropped", [])


def test_letter_has_the_headers_that_machines_look_for():
    message = make_message()
    outbox.deliver_due(now=NOW)
    sent = django_mail.outbox[0]
    headers = sent.message()
    assert headers["Message-ID"] == f"<{message.uid}@testserver>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Reply-To"] == "desk@sidehill.example"
    assert headers["From"] == "Sidehill <visits@example.org>"
    assert Message.objects.get(pk=message.pk).message_id == headers["Message-ID"]


def test_letter_has_the_same_message_id_at_each_try(server):
    server.errors.append(smtplib.SMTPServerDisconnected("gone"))
    message = make_message()
    outbox.deliver_due(now=NOW)
    first = Message.objects.get(pk=message.pk).message_id
    outbox.deliver_due(now=NOW + 2 * MINUTE)
    again = Message.objects.get(pk=message.pk)
    assert (again.message_id, again.state, again.attempts) == (first, "sent", 2)


def test_letter_cannot_carry_a_header_in_its_subject(monkeypatch):
    renders(monkeypatch, lambda message, now: Letter("Your visit\r\nBcc: all@runner.example\x00", "Hi."))
    make_message()
    outbox.deliver_due(now=NOW)
    sent = django_mail.outbox[0].message()
    assert (sent["Subject"], sent["Bcc"]) == ("Your visit Bcc: all@runner.example", None)


def test_letter_carries_its_attachments(monkeypatch):
    file = Attachment("visit.ics", "text/calendar; charset=utf-8; method=REQUEST", b"BEGIN:VCALENDAR")
    renders(monkeypatch, lambda message, now: Letter("Your visit", "Hi.", "", (file,)))
    make_message()
    outbox.deliver_due(now=NOW)
    (part,) = [part for part in django_mail.outbox[0].message().walk() if part.get_filename()]
    assert (part.get_filename(), part.get_content_type(), part.get_param("method")) == (
        "visit.ics",
        "text/calendar",
        "REQUEST",
    )


def test_letter_without_a_mail_server_becomes_a_file_that_mail_programs_open(texts, settings, monkeypatch):
    settings.EMAIL_BACKEND = "clinic.mail.FileBackend"
    settings.MESSAGE_FOLDER = str(texts / "new")
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    message, _other = make_message(), make_message()
    outbox.deliver_due(now=NOW)
    assert len(list((texts / "new").iterdir())) == 2
    file = texts / "new" / f"{NOW:%Y%m%d-%H%M%S}-{message.uid}.eml"
    letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert (letter["To"], letter["Subject"]) == ("ana@runner.example", "Your visit")
    assert letter.get_body(("plain",)).get_content() == "Hi."
    assert not letter.defects
    assert Message.objects.get(pk=message.pk).state == "sent"


def test_deliver_renders_in_the_messages_language(monkeypatch, settings):
    from django.utils import translation

    renders(monkeypatch, lambda message, now: Letter("a", translation.get_language()))
    message = make_message(language="de")
    outbox.deliver_due(now=NOW)
    assert Message.objects.get(pk=message.pk).text == "de"


def test_text_message_without_a_gateway_becomes_a_file_in_the_demo(texts):
    message = make_message(channel="sms", to="+19075550118")
    outbox.deliver_due(now=NOW)
    assert (texts / f"{message.uid}.sms.txt").read_text() == "To: +19075550118\n\nHi.\n"
    assert Message.objects.get(pk=message.pk).state == "sent"


def test_text_message_without_a_gateway_becomes_a_call_at_once_outside_the_demo(texts, settings):
    settings.DEMO = settings.DEBUG = False
    message = make_message(channel="sms", to="+19075550118")
    outbox.deliver_due(now=NOW)
    message.refresh_from_db()
    assert (message.state, message.error) == ("failed", "NoGateway")
    assert Call.objects.get().reason == "message"


# ---------------------------------------------------------------- failures


def test_failures_are_tried_again_later_and_later_and_then_become_a_call(server):
    make_location()
    patient = make_patient(phone="+19075550118")
    message = make_message(patient=patient)
    server.errors.extend(smtplib.SMTPServerDisconnected("mail.example said no to ana@runner.example") for _ in range(6))
    at, waits = NOW, []
    for _ in range(5):
        outbox.deliver_due(now=at)
        message.refresh_from_db()
        assert (message.state, message.error) == ("planned", "SMTPServerDisconnected")
        waits.append(message.planned_at - at)
        at = message.planned_at
    assert [round(wait / MINUTE) for wait in waits] == [1, 5, 30, 120, 360]
    assert not Call.objects.exists()
    outbox.deliver_due(now=at)
    message.refresh_from_db()
    call = Call.objects.get()
    assert (message.state, message.attempts) == ("failed", 6)
    assert (call.reason, call.subject_uid, call.patient, call.phone) == (
        "message",
        message.subject_uid,
        patient,
        "+19075550118",
    )


def test_failure_never_tells_the_address(server, caplog):
    server.errors.append(smtplib.SMTPDataError(451, b"ana@runner.example is busy"))
    message = make_message()
    outbox.deliver_due(now=NOW)
    message.refresh_from_db()
    assert message.error == "SMTPDataError 451"
    assert "ana@" not in caplog.text


def test_an_address_that_is_refused_for_good_becomes_a_call_at_once(server):
    server.errors.append(smtplib.SMTPRecipientsRefused({"ana@runner.example": (550, b"no such user")}))
    message = make_message()
    outbox.deliver_due(now=NOW)
    message.refresh_from_db()
    call = Call.objects.get()
    assert (message.state, message.error, call.reason, call.name) == (
        "failed",
        "Refused 550",
        "message",
        "ana@runner.example",
    )


def test_an_address_that_is_busy_is_tried_again(server):
    server.errors.append(smtplib.SMTPRecipientsRefused({"ana@runner.example": (450, b"greylisted")}))
    message = make_message()
    outbox.deliver_due(now=NOW)
    message.refresh_from_db()
    assert (message.state, Call.objects.count()) == ("planned", 0)


def test_a_failure_with_no_time_for_another_try_becomes_a_call(server):
    server.errors.append(OSError("unreachable"))
    message = make_message(not_after=NOW + MINUTE / 2)
    outbox.deliver_due(now=NOW)
    message.refresh_from_db()
    assert (message.state, Call.objects.count()) == ("failed", 1)


def test_a_failed_alert_to_staff_opens_no_call_about_the_call(server, monkeypatch):
    call = make_call(reason="urgent")
    server.errors.append(smtplib.SMTPRecipientsRefused({"x": (550, b"")}))
    monkeypatch.setitem(registry.letters, outbox.ALERT, lambda message, now: Letter("A call", "."))
    make_message(kind=outbox.ALERT, subject_uid=call.uid)
    outbox.deliver_due(now=NOW)
    assert [row.pk for row in Call.objects.all()] == [call.pk]


def test_a_renderer_with_a_bug_does_not_stop_the_others(monkeypatch, caplog):
    monkeypatch.setitem(registry.letters, "broken", lambda message, now: {}[message.to])
    broken, fine = make_message(kind="broken", planned_at=NOW - MINUTE), make_message()
    outbox.deliver_due(now=NOW)
    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.state, broken.error, fine.state) == ("planned", "KeyError", "sent")
    assert "ana@" not in caplog.text


def test_a_kind_nobody_renders_is_tried_again():
    message = make_message(kind="unheard_of")
    outbox.deliver_due(now=NOW)
    message.refresh_from_db()
    assert (message.state, message.error) == ("planned", "KeyError")


# ---------------------------------------------------------------- the rescue


def test_rescue_plans_again_what_a_dead_worker_had_claimed():
    message = make_message()
    assert outbox.claim(message.pk, now=NOW)  # and here the worker is killed
    assert outbox.deliver_due(now=NOW + 9 * MINUTE) == 0
    assert outbox.requeue_stuck(now=NOW + 9 * MINUTE) == 0
    assert outbox.requeue_stuck(now=NOW + 11 * MINUTE) == 1
    assert outbox.deliver_due(now=NOW + 11 * MINUTE) == 1
    assert [email.to for email in django_mail.outbox] == [["ana@runner.example"]]


def test_rescue_does_not_undo_what_a_slow_worker_finishes():
    message = outbox.claim(make_message().pk, now=NOW)
    outbox.requeue_stuck(now=NOW + 11 * MINUTE)
    outbox.deliver(message, now=NOW + 12 * MINUTE)
    assert outbox.deliver_due(now=NOW + 12 * MINUTE) == 0
    assert len(django_mail.outbox) == 1


def test_a_worker_whose_row_was_claimed_by_another_sends_nothing():
    message = make_message()
    slow = outbox.claim(message.pk, now=NOW)
    outbox.requeue_stuck(now=NOW + 11 * MINUTE)
    outbox.deliver_due(now=NOW + 11 * MINUTE)
    outbox.deliver(slow, now=NOW + 12 * MINUTE)
    assert len(django_mail.outbox) == 1


def test_rescue_gives_up_on_what_kills_every_worker():
    message = make_message(state="sending", claimed_at=NOW, claim=Message.new_claim(), attempts=6)
    assert outbox.requeue_stuck(now=NOW + 11 * MINUTE) == 0
    message.refresh_from_db()
    assert (message.state, message.error, Call.objects.get().reason) == ("failed", "worker lost", "message")


# ---------------------------------------------------------------- many workers


class Counting(BaseEmailBackend):
    """A mail server that counts what it gets, slowly enough for others to come in between."""

    got: Counter[str] = Counter()
    lock = threading.Lock()
    transactions: list[bool] = []

    def send_messages(self, email_messages):
        with self.lock:
            self.transactions.append(connection.in_atomic_block)
            self.got.update(email.to[0] for email in email_messages)
        time.sleep(0.001)
        return len(email_messages)


def deliver_by_looking_first(number: int) -> None:
    """The way that must not be taken: look what is planned, send it, then write that it was sent."""
    rows = list(Message.objects.filter(state="planned"))
    run_at_once.meet()
    for message in rows:
        Counting().send_messages([django_mail.EmailMessage(to=[message.to])])
        Message.objects.filter(pk=message.pk).update(state="sent")


@pytest.mark.django_db(transaction=True)
def test_delivery_by_looking_first_sends_twice(monkeypatch):
    monkeypatch.setattr(Counting, "got", Counter())
    for number in range(5):
        make_message(to=f"p{number}@runner.example")
    run_at_once(deliver_by_looking_first, 4)
    assert max(Counting.got.values()) == 4


@pytest.mark.django_db(transaction=True)
def test_eight_workers_send_each_of_two_hundred_messages_once(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Counting"
    monkeypatch.setattr(Counting, "got", Counter())
    monkeypatch.setattr(Counting, "transactions", [])
    Message.objects.bulk_create(
        Message(kind="test", channel="email", subject_uid=uuid.uuid4(), to=f"p{number}@runner.example", planned_at=NOW)
        for number in range(200)
    )
    handled = run_at_once(lambda _number: outbox.deliver_due(now=NOW, limit=200), 8)
    assert sum(handled) == 200
    assert Counting.got == Counter({f"p{number}@runner.example": 1 for number in range(200)})
    assert Message.objects.filter(state="sent", attempts=1).count() == 200
    assert set(Counting.transactions) == {False}


@pytest.mark.django_db(transaction=True)
def test_post_by_eight_at_once_is_one_message():
    uid = uuid.uuid4()
    posted = run_at_once(lambda _number: post(subject_uid=uid).pk, 8)
    assert len(set(posted)) == 1
    settle_nudges()


# ---------------------------------------------------------------- all sending on hold


def test_nothing_leaves_while_sending_is_on_hold_and_all_of_it_afterwards():
    make_clinic(sending_on_hold=True)
    message = post()
    assert outbox.deliver_due(now=NOW) == 0
    make_clinic(sending_on_hold=False)
    assert outbox.deliver_due(now=NOW + MINUTE) == 1
    message.refresh_from_db()
    assert message.state == "sent"


def test_what_came_too_late_by_the_hold_is_dropped():
    make_clinic(sending_on_hold=True)
    message = post(not_after=NOW + MINUTE)
    make_clinic(sending_on_hold=False)
    outbox.deliver_due(now=NOW + 2 * MINUTE)
    message.refresh_from_db()
    assert message.state == "dropped"


def test_staff_are_alerted_while_sending_is_on_hold(monkeypatch):
    make_clinic(sending_on_hold=True)
    monkeypatch.setitem(registry.letters, outbox.ALERT, lambda message, now: Letter("A call", "Now.", ""))
    post(kind=outbox.ALERT)
    assert outbox.deliver_due(now=NOW) == 1


def test_alert_to_staff_goes_before_what_has_waited_longer(monkeypatch):
    make_clinic()
    monkeypatch.setitem(registry.letters, outbox.ALERT, lambda message, now: Letter("A call", "Now.", ""))
    waited, alert = post(), post(kind=outbox.ALERT, planned_at=NOW + MINUTE)
    assert outbox.deliver_due(now=NOW + MINUTE, limit=1) == 1
    assert [Message.objects.get(pk=row.pk).state for row in (waited, alert)] == ["planned", "sent"]


@pytest.mark.parametrize("on_hold", [True, False])
def test_every_page_of_the_desk_says_that_sending_is_on_hold(client, on_hold):
    make_clinic(sending_on_hold=on_hold)
    client.force_login(make_user(groups=["desk"]))
    page = client.get("/desk/calls/").content.decode()
    assert ("All sending is on hold" in page) is on_hold
