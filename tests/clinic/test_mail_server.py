"""A real mail server at the other end: it takes, refuses, stalls or hangs up in the middle."""

import asyncio
import smtplib
import uuid

import pytest
from aiosmtpd.controller import Controller

from clinic import mail, outbox, registry
from clinic.letters import Letter
from clinic.models import Call
from tests.factories import NOW, make_clinic, make_location, make_message, make_patient
from tests.ports import free_port

pytestmark = pytest.mark.django_db


class Mailbox:
    """What the server does with a letter; it keeps those that it has taken."""

    def __init__(self) -> None:
        self.took: list[bytes] = []
        self.of_recipient = ""
        self.of_letter = "250 OK"
        self.hangs_up = False

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  (aiosmtpd's name)
        if self.of_recipient:
            return self.of_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.hangs_up:
            server.transport.abort()
            await asyncio.sleep(0)
            return "421 gone"
        if self.of_letter.startswith("250"):
            self.took.append(envelope.content)
        return self.of_letter


@pytest.fixture
def server(settings, monkeypatch):
    make_location()
    make_clinic()
    mailbox = Mailbox()
    port = free_port()  # aiosmtpd looks for none itself
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 5
    monkeypatch.setitem(registry.letters, "test", lambda message, now: Letter("Your visit", "Hi.", "<p>Hi.</p>"))
    yield mailbox
    controller.stop()


def deliver():
    message = make_message(kind="test", to="ana@runner.example", patient=make_patient(email="ana@runner.example"))
    outbox.deliver_due(now=NOW)
    message.refresh_from_db()
    return message


def test_server_takes_a_letter_with_our_message_id(server):
    message = deliver()
    assert message.state == "sent"
    (taken,) = server.took
    assert f"Message-ID: {message.message_id}".encode() in taken


def test_refused_recipient_is_a_call_at_once(server):
    server.of_recipient = "550 5.1.1 no such mailbox"
    message = deliver()
    assert (message.state, message.error) == ("failed", "Refused 550")
    assert Call.objects.get().reason == "message"


@pytest.mark.parametrize(("told", "code"), [("451 try later", 451), ("554 looks like spam", 554)])
def test_letter_that_is_not_taken_is_tried_again(server, told, code):
    server.of_letter = told
    message = deliver()
    assert (message.state, message.error) == ("planned", f"SMTPDataError {code}")
    server.of_letter = "250 OK"
    outbox.deliver_due(now=message.planned_at)
    assert len(server.took) == 1


def test_full_mailbox_is_tried_again(server):
    server.of_recipient = "452 mailbox full"
    assert deliver().state == "planned"


def test_server_that_hangs_up_in_the_middle_is_tried_again(server):
    server.hangs_up = True
    message = deliver()
    assert (message.state, message.error) == ("planned", "SMTPServerDisconnected")
    server.hangs_up = False
    outbox.deliver_due(now=message.planned_at)
    assert len(server.took) == 1


def test_server_that_is_not_there_raises_for_another_try(server, settings):
    settings.EMAIL_PORT = 1
    with pytest.raises((OSError, smtplib.SMTPException)):
        mail.send(to="a@b.example", letter=Letter("x", "y"), message_id="<1@a.example>", uid=uuid.uuid4())
