"""Somebody runs late: those who are still to come that day are told, each once, as far as it reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from booking.diary.locks import act, lock_appointment
from booking.diary.records import LATE, VISIT_LATE, record
from booking.errors import WrongState
from booking.lateness import CHOICES, MINUTE, delays
from booking.models import Appointment, Block
from clinic import calls, outbox, recipients
from clinic.models import Call, Practitioner, User
from clinic.spans import Span


@dataclass(frozen=True)
class Told:
    """Who was told by message, who has to be called, and who knew already."""

    written: tuple[Appointment, ...]
    to_call: tuple[Appointment, ...]
    known: tuple[Appointment, ...]


def affected(*, practitioner: Practitioner, day: Span, minutes: int, now: datetime) -> list[tuple[Appointment, int]]:
    """Return the visits of a day that start late, each with its minutes: still to come, nobody there yet, in order.

    A patient with two of them counts once, with the first. Left out are visits on hold, which may not
    take place, and patients who are not to be contacted.
    """
    visits = list(
        Appointment.objects.filter(
            block__practitioner=practitioner,
            block__state=Block.State.BOOKED,
            block__starts_at__gt=now,
            block__starts_at__gte=day.start,
            block__starts_at__lt=day.end,
            hold="",
        )
        .select_related("block", "patient")
        .order_by("block__starts_at", "pk")
    )
    late = delays([visit.block.busy for visit in visits], minutes)
    firsts: dict[int, tuple[Appointment, int]] = {}
    for visit, left in zip(visits, late, strict=True):
        if left and not visit.patient.no_contact:
            firsts.setdefault(visit.patient_id, (visit, left))
    return list(firsts.values())


def run_late(*, practitioner: Practitioner, day: Span, minutes: int, by: User, now: datetime) -> Told:
    """Tell the patients of a day that a practitioner runs late, and return who was told.

    Each is told once of the same lateness, by every way in which they may be written to; whoever cannot be is a call,
    due at the start of the visit. Raises WrongState for minutes that are not among CHOICES.
    """
    if minutes not in CHOICES:
        raise WrongState
    with act():
        reached = affected(practitioner=practitioner, day=day, minutes=minutes, now=now)
        _lock(visit for visit, _late in reached)
        written, to_call, known = [], [], []
        # Asked again under the locks: somebody may have arrived, moved or cancelled since.
        for visit, late in affected(practitioner=practitioner, day=day, minutes=minutes, now=now):
            if minutes_told(visit) == late:
                known.append(visit)
            elif _tell(visit, late, by=by, now=now):
                written.append(visit)
            else:
                to_call.append(visit)
        return Told(tuple(written), tuple(to_call), tuple(known))


def minutes_told(visit: Appointment) -> int:
    """Return of how many minutes a patient was told last for the visit's present time; 0 for none."""
    last = visit.events.filter(act=LATE).order_by("-pk").first()
    if last is None or last.details.get("of") != visit.block.starts_at.isoformat():
        return 0
    return int(last.details["minutes"])


def _lock(visits: Iterable[Appointment]) -> None:
    for pk in sorted(visit.pk for visit in visits):
        lock_appointment(pk)


def _tell(visit: Appointment, late: int, *, by: User, now: datetime) -> bool:
    patient, block = visit.patient, visit.block
    ways = recipients.ways_to_write(patient)
    number = visit.events.filter(act=LATE).count() + 1
    for channel, to in ways:
        outbox.post(
            kind=VISIT_LATE,
            channel=channel,
            subject_uid=visit.uid,
            sequence=number,
            to=to,
            language=patient.language,
            patient=patient,
            planned_at=now,
            not_after=block.starts_at + late * MINUTE,
            context={"minutes": late, "start": block.starts_at.isoformat()},
        )
    # Not "start": that is of events which put a visit at a time.
    details = {"minutes": late, "of": block.starts_at.isoformat(), "ways": len(ways)}
    record(visit, LATE, by=by, details=details, now=now)
    if not ways:
        calls.open_call(
            reason=Call.Reason.MESSAGE,
            subject_uid=visit.uid,
            due_at=block.starts_at,
            name=patient.name,
            phone=patient.phone,
            patient=patient,
            note=f"We run about {late} minutes late: tell them before they set out.",
            now=now,
        )
    return bool(ways)
