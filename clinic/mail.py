"""How an e-mail leaves: one letter, one recipient, by Django's e-mail backend."""

import smtplib
import uuid
from collections.abc import Sequence
from email.utils import formataddr, parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from anymail.exceptions import AnymailRecipientsRefused
from anymail.message import AnymailMessage
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from clinic.letters import Letter, one_line
from clinic.models import Clinic, Message

FILES = "clinic.mail.FileBackend"


class Refused(Exception):
    """The mail server will never take a letter to this address (an answer in the 500s)."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class FileBackend(BaseEmailBackend):
    """Writes each letter to a file of its own in MESSAGE_FOLDER, named for the time, that a mail program opens."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write them; a letter that is sent again replaces its file of the same second."""
        folder = Path(settings.MESSAGE_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        for email in email_messages:
            letter = email.message()
            name = str(letter["Message-ID"]).strip("<>").partition("@")[0]
            (folder / f"{timezone.now():%Y%m%d-%H%M%S}-{name}.eml").write_bytes(letter.as_bytes())
        return len(email_messages)


def has_route() -> bool:
    """Say whether e-mail leaves this machine, rather than being written to files."""
    return str(settings.EMAIL_BACKEND) != FILES


def message_id(message: Message) -> str:
    """Return the Message-ID of a message, the same at each try, so that mailboxes can tell a second copy."""
    return f"<{message.uid}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"


def send(*, to: str, letter: Letter, message_id: str, uid: uuid.UUID) -> None:
    """Send a letter now; `uid` comes back with what the provider tells of it. Raise Refused, or whatever the backend raises when a later try may help.

    Headers cannot be injected: the subject is one line, and Django refuses line breaks in the others.
    """
    clinic = Clinic.get()
    # Its extras are the providers'; a mail server knows nothing of them.
    email = AnymailMessage(
        subject=one_line(letter.subject),
        body=letter.text,
        from_email=formataddr((one_line(clinic.short_name), parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[to],
        reply_to=[clinic.email] if clinic.email else None,
        metadata={"uid": str(uid)},
        track_opens=False,
        track_clicks=False,
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    if letter.html:
        email.attach_alternative(letter.html, "text/html")
    for file in letter.attachments:
        email.attach(file.name, file.content, file.content_type)
    try:
        email.send()
    except AnymailRecipientsRefused:
        raise Refused(550) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        if codes and all(500 <= code < 600 for code in codes):
            raise Refused(codes[0]) from None
        raise
