"""What a mail provider tells us became of an e-mail. Anymail has checked that it is the provider who says so."""

import uuid
from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.utils import timezone

from clinic import outbox


def told(event: AnymailTrackingEvent, **_more: Any) -> None:
    """Take down delivered, bounced and the like; an event of a letter that is not ours changes nothing."""
    try:
        uid = uuid.UUID(str((event.metadata or {}).get("uid", "")))
    except ValueError:
        return
    outbox.report(uid=uid, status=str(event.event_type), now=timezone.now())


tracking.connect(told, dispatch_uid="stridewell.mail_hooks")
