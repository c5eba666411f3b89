"""How an e-mail leaves: one letter, one recipient, by Django's e-mail backend."""

import smtplib
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from clinic.letters import Letter, one_line
from clinic.models import Clinic, Message

FILES = "django.core.mail.backends.filebased.EmailBackend"


class Refused(Exception):
    """The mail server will never take a letter to this address (an answer in the 500s)."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def has_route() -> bool:
    """Say whether e-mail leaves this machine, rather than being written to files."""
    return str(settings.EMAIL_BACKEND) != FILES


def message_id(message: Message) -> str:
    """Return the Message-ID of a message, the same at each try, so that mailboxes can tell a second copy."""
    return f"<{message.uid}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"


def send(*, to: str, letter: Letter, message_id: str) -> None:
    """Send a letter now; raise Refused, or whatever the backend raises when a later try may help.

    Headers cannot be injected: the subject is one line, and Django refuses line breaks in the others.
    """
    clinic = Clinic.get()
    email = EmailMultiAlternatives(
        subject=one_line(letter.subject),
        body=letter.text,
        from_email=formataddr((one_line(clinic.short_name), parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[to],
        reply_to=[clinic.email] if clinic.email else None,
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    if letter.html:
        email.attach_alternative(letter.html, "text/html")
    for file in letter.attachments:
        email.attach(file.name, file.content, file.content_type)
    try:
        email.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        if codes and all(500 <= code < 600 for code in codes):
            raise Refused(codes[0]) from None
        raise
