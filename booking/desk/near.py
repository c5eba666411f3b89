"""The nearest free times before and after one that somebody asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from booking import schedule
from booking.availability import nearest
from booking.desk.slots import slot_text
from booking.errors import OutsideArea
from booking.models import Block
from clinic.models import Location, Practitioner, Service

BEFORE, SEARCHED = timedelta(days=7), 21


def near(
    *,
    service: Service,
    mode: str,
    start: datetime,
    practitioner: Practitioner | None = None,
    asked_of: Practitioner | None = None,
    location: Location | None = None,
    state: str = "",
    postal_code: str = "",
    new_patient: bool,
    except_block: Block | None = None,
    now: datetime,
) -> list[dict[str, Any]]:
    """Return the three free times before a start and the three after it, as rows of a list; none outside the area.

    Where the start was asked of one person (`asked_of`), the same start with somebody else is the first of those after it.
    """
    day = timezone.localdate(start)
    try:
        slots = schedule.find(
            service=service,
            mode=mode,
            practitioner=practitioner,
            location=location,
            state=state,
            postal_code=postal_code,
            first_day=max(day - BEFORE, timezone.localdate(now)),
            days=SEARCHED,
            now=now,
            new_patient=new_patient,
            staff=True,
            except_block=except_block,
        )
    except OutsideArea:
        return []
    if except_block is not None:  # where it is already is no other time
        slots = [
            slot
            for slot in slots
            if (slot.start, slot.practitioner_id) != (except_block.starts_at, except_block.practitioner_id)
        ]
    others = [
        slot for slot in slots if slot.start != start or (asked_of is not None and slot.practitioner_id != asked_of.pk)
    ]
    found = nearest(others, start=start)
    people = {row.pk: row for row in Practitioner.objects.filter(pk__in={slot.practitioner_id for slot in found})}
    places = {row.pk: row for row in Location.objects.filter(pk__in={slot.location_id for slot in found})}
    return [
        {
            "at": slot.start,
            "who": people[slot.practitioner_id or 0].name,
            "where": places.get(slot.location_id or 0, ""),
            "slot": slot_text(slot, people[slot.practitioner_id or 0], places.get(slot.location_id or 0)),
        }
        for slot in found
    ]
