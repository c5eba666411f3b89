"""Letting messages that have not left say more, when what there is to say is known only after they were written."""

import uuid
from collections.abc import Mapping
from typing import Any

from clinic.models import Message


def say_more(*, subject_uid: uuid.UUID, kind: str, context: Mapping[str, Any]) -> int:
    """Let the messages of a kind that were not begun yet say more; return how many there were.

    `context` is put to what they have, for the renderer of the kind.
    """
    planned = Message.objects.filter(subject_uid=subject_uid, kind=kind, state=Message.State.PLANNED)
    return sum(planned.filter(pk=row.pk).update(context={**row.context, **context}) for row in planned)
