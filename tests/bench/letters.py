"""Letters: written to the outbox and delivered to a backend that drops them, beside the bare insert of the row."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from booking.diary.records import BOOKED
from booking.models import Appointment, Block
from clinic import outbox, registry
from clinic.letters import Letter
from clinic.models import Message
from tests import factories
from tests.bench.measure import Clock, Figure, Scale, compare

BENCH = "letters"
A_ROUND = 20
PLAIN = "bench"
NOW = factories.NOW


def figures(scale: Scale) -> Iterator[Figure]:
    """Measure posting, and delivering a line of text and the letter about a visit."""
    factories.make_clinic()
    registry.letters[PLAIN] = lambda _message, _now: Letter("A word", "One line.\n")
    visits = make_visits()
    limit = "insert the row"
    yield compare(BENCH, "post", post, limit=limit, bare=insert, scale=scale)
    yield compare(
        BENCH,
        "deliver, a line",
        lambda clock: deliver(clock, PLAIN, [uuid.uuid4() for _ in visits]),
        limit=limit,
        bare=insert,
        scale=scale,
    )
    yield compare(
        BENCH,
        "deliver, a visit's letter",
        lambda clock: deliver(clock, BOOKED, [visit.uid for visit in visits]),
        limit=limit,
        bare=insert,
        note="HTML and calendar file",
        scale=scale,
    )
    Message.objects.all().delete()


def post(clock: Clock) -> int:
    """Post letters, each in a transaction of its own."""
    with clock.running():
        for _ in range(A_ROUND):
            with transaction.atomic():
                outbox.post(**values(PLAIN, uuid.uuid4()))
    Message.objects.all().delete()
    return A_ROUND


def insert(clock: Clock) -> int:
    """Insert the same rows."""
    with clock.running():
        for _ in range(A_ROUND):
            with transaction.atomic():
                Message.objects.create(**values(PLAIN, uuid.uuid4()))
    Message.objects.all().delete()
    return A_ROUND


def deliver(clock: Clock, kind: str, subjects: list[uuid.UUID]) -> int:
    """Deliver letters that wait; posting them is not on the clock."""
    Message.objects.bulk_create(Message(**values(kind, subject)) for subject in subjects)
    with clock.running():
        handled = outbox.deliver_due(now=NOW, limit=len(subjects))
    sent = Message.objects.filter(state=Message.State.SENT).count()
    if (handled, sent) != (len(subjects), len(subjects)):
        raise AssertionError(f"{sent} of {len(subjects)} were sent")
    Message.objects.all().delete()
    return len(subjects)


def values(kind: str, subject: uuid.UUID) -> dict[str, Any]:
    """What a letter says of itself."""
    return {"kind": kind, "channel": "email", "subject_uid": subject, "to": "ana@runner.example", "planned_at": NOW}


def make_visits() -> list[Appointment]:
    """Booked visits of the coming weeks, one a day."""
    location, person, patient = factories.make_location(), factories.make_practitioner(), factories.make_patient()
    service = factories.make_service()
    return [
        Appointment.objects.create(
            submission=uuid.uuid4(),
            block=block,
            patient=patient,
            service=service,
            mode="in_clinic",
            location=location,
            time_zone="America/Anchorage",
            wall_time="",
            price=Decimal(190),
            currency="USD",
            created_at=NOW,
        )
        for block in (make_block(person, NOW + timedelta(days=day)) for day in range(1, A_ROUND + 1))
    ]


def make_block(person: Any, start: datetime) -> Block:
    """An hour of a practitioner."""
    end = start + timedelta(hours=1)
    return Block.objects.create(
        kind=Block.Kind.VISIT,
        state=Block.State.BOOKED,
        practitioner=person,
        starts_at=start,
        ends_at=end,
        busy_from=start,
        busy_until=end,
    )
