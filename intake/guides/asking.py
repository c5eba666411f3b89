"""Asking for a guide: once by e-mail, with consent to news kept apart; and that it was opened."""

import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from clinic import audit, outbox, patients, recipients
from clinic.models import Consent, Message
from intake.models import Guide, GuideRequest

# Asked again within this time, the first letter is on its way: one is enough, also for who plays with our form.
SAME_WITHIN = timedelta(hours=1)
MARKETING_VERSION = "news-1"


def ask_for(
    *, guide: Guide, submission: uuid.UUID, email: str, marketing: bool, language: str, now: datetime
) -> GuideRequest:
    """Send the guide's link to an address, and keep the consent to news if it was given; return the row.

    The same submission, or the same guide for the same address within an hour, gives the first row back.
    """
    try:
        with transaction.atomic():
            row = _before(guide, submission, email, now) or _write(guide, submission, email, language, now=now)
            if marketing:
                agreed = {Consent.Kind.MARKETING.value: MARKETING_VERSION}
                patients.record_consents(subject_uid=row.uid, texts=agreed, language=language, now=now)
            return row
    except IntegrityError:
        # Two equal submissions at the same moment: the other one was first.
        first = GuideRequest.objects.filter(submission=submission).first()
        if first is None:
            raise
        return first


def note_opened(*, request: GuideRequest, now: datetime) -> None:
    """Keep when the guide was first opened by its link; later times change nothing.

    A figure for the manager, and no more: a mail scanner that follows links counts as a reader, so nothing may hang on it.
    """
    GuideRequest.objects.filter(pk=request.pk, opened_at=None).update(opened_at=now)


def _before(guide: Guide, submission: uuid.UUID, email: str, now: datetime) -> GuideRequest | None:
    same = GuideRequest.objects.filter(submission=submission).first()
    if same:
        return same
    # The address is encrypted, so the rows of the last hour are read.
    lately = GuideRequest.objects.filter(guide=guide, created_at__gt=now - SAME_WITHIN)
    box = recipients.mailbox(email)
    return next((row for row in lately.iterator() if recipients.mailbox(row.email) == box), None)


def _write(guide: Guide, submission: uuid.UUID, email: str, language: str, *, now: datetime) -> GuideRequest:
    row = GuideRequest.objects.create(
        guide=guide, submission=submission, email=email, language=language, created_at=now
    )
    outbox.post(
        kind="guide",
        channel=Message.Channel.EMAIL,
        subject_uid=row.uid,
        to=email,
        language=language,
        planned_at=now,
    )
    audit.record(act="guide.asked", subject_uid=row.uid, details={"guide": guide.slug}, now=now)
    return row
