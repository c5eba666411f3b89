"""Rows that an act has left, to be inserted once more with nothing in between."""

import copy
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models.base import ModelState

from booking.models import Appointment, AppointmentEvent, Block
from clinic.models import AuditEvent, Call, CallNote, Consent, Message


def left_by_booking(pk: int) -> list[models.Model]:
    """What one booking has left, in the order in which rows point to each other."""
    visit = Appointment.objects.get(pk=pk)
    uid = visit.uid
    left: list[models.Model] = [Block.objects.get(pk=visit.block_id), visit]
    left += AppointmentEvent.objects.filter(appointment=visit)
    for model in (Consent, Message, AuditEvent, Call):
        left += model._default_manager.filter(subject_uid=uid)
    left += CallNote.objects.filter(call__subject_uid=uid)
    return left


def copies(rows: Sequence[models.Model]) -> list[models.Model]:
    """New rows with the same values, that point to each other as the old ones do."""
    made: dict[tuple[Any, Any], models.Model] = {}
    for row in rows:
        new = copy.copy(row)
        new.pk, new._state = None, ModelState()
        for field in row._meta.concrete_fields:
            if isinstance(field, models.UUIDField):
                setattr(new, field.attname, uuid.uuid4())
            elif field.is_relation and (target := made.get((field.related_model, getattr(row, field.attname)))):
                setattr(new, field.name, target)
        made[type(row), row.pk] = new
    return list(made.values())


def as_saved(block: Block, start: datetime, person: int, room: int) -> None:
    """Give a block the same lengths from another start on, with somebody else in another room."""
    later = start - block.starts_at
    for name in ("starts_at", "ends_at", "busy_from", "busy_until", "room_from", "room_until"):
        setattr(block, name, getattr(block, name) + later)
    block.practitioner_id, block.room_id = person, room
