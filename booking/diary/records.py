"""What every act on a visit leaves behind: its event, the audit event, and the messages to the patient."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from booking import reminders
from booking.models import Appointment, AppointmentEvent
from clinic import audit, calls, opening, outbox, recipients, registry
from clinic.inserting import insert
from clinic.models import Call, Clinic, Message, User

BOOKED, MOVED, MODE_CHANGED, CANCELLED, UNDONE = "booked", "moved", "mode_changed", "cancelled", "visit_again"
ON_HOLD, CONFIRMED = "visit_on_hold", "visit_confirmed"
JOIN = "visit_join"
# The act, as events have it, and the kind of message.
LATE, VISIT_LATE = "late", "visit_late"
# Who changes one visit more often than this within an hour plays with it, or with somebody whose address they gave: the
# patient is told once that has come to rest.
RESTLESS, RESTLESS_WITHIN, REST = 6, timedelta(hours=1), timedelta(minutes=20)
# After these a visit is to come, and is reminded of.
TAKES_PLACE = frozenset({MOVED, MODE_CHANGED, UNDONE, CONFIRMED})


def record(
    appointment: Appointment, act: str, *, by: User | None, now: datetime, details: Mapping[str, Any] | None = None
) -> None:
    """Write what was done with a visit; `details` are codes, uids and times, and a `why` that only the event keeps.

    The `why` is somebody's own words, and kept encrypted.
    """
    kept = dict(details or {})
    why = str(kept.pop("why", ""))
    insert(
        AppointmentEvent(
            appointment=appointment,
            at=now,
            act=act,
            by=by,
            by_label="staff" if by else "patient",
            sequence=appointment.sequence,
            details=kept,
            why=why,
        )
    )
    audit.record(act=f"visit.{act}", subject_uid=appointment.uid, actor=by, details=kept, now=now)


def tell_booked(appointment: Appointment, *, clinic: Clinic, now: datetime) -> None:
    """Write the first messages about a visit that was just made: that it is booked, and its reminders."""
    ways = recipients.ways_to_write(appointment.patient)
    patient = appointment.patient
    letters = [
        Message(
            kind=BOOKED,
            channel=channel,
            subject_uid=appointment.uid,
            sequence=appointment.sequence,
            to=to,
            language=patient.language,
            patient=patient,
            planned_at=now,
            not_after=_not_after(appointment, now),
        )
        for channel, to in ways
    ]
    outbox.post_first([*letters, *reminders.to_plan(appointment, ways=ways, clinic=clinic, now=now)])


def tell(appointment: Appointment, kind: str, *, after: timedelta = timedelta(), now: datetime) -> None:
    """Write the messages of a kind to the patient, to leave `after` a while: by e-mail, and by text where that is fine.

    Whatever was still to be sent about the visit would now say the wrong thing and is dropped; of a visit that the
    patient changes again and again only the end is told. Should neither way reach
    the patient, the desk calls; only who books without an e-mail address is at the desk or on the phone. About somebody
    whom nobody may contact it decides what to do when a visit does not take place as they believe.
    """
    outbox.drop(subject_uid=appointment.uid, now=now)
    patient = appointment.patient
    ways = recipients.ways_to_write(patient)
    after = max(after, REST) if _is_restless(appointment, now) else after
    for channel, to in ways:
        outbox.post(
            kind=kind,
            channel=channel,
            subject_uid=appointment.uid,
            sequence=appointment.sequence,
            to=to,
            language=patient.language,
            patient=patient,
            planned_at=now + after,
            not_after=_not_after(appointment, now),
        )
    if kind in TAKES_PLACE:
        reminders.remind(appointment, ways=ways, now=now)
    if not ways and (not patient.no_contact or kind in registry.must_reach_letters):
        calls.open_call(
            reason=Call.Reason.MESSAGE,
            subject_uid=appointment.uid,
            due_at=opening.due_after(minutes=outbox.CALL_MINUTES, now=now),
            name=patient.name,
            phone=patient.phone,
            patient=patient,
            now=now,
        )


def _is_restless(appointment: Appointment, now: datetime) -> bool:
    changes = AppointmentEvent.objects.filter(appointment=appointment, by=None, at__gt=now - RESTLESS_WITHIN)
    return changes.count() > RESTLESS


def _not_after(appointment: Appointment, now: datetime) -> datetime:
    """Say until when a message about a visit makes sense."""
    return max(appointment.block.ends_at, now + timedelta(hours=1))


def wall_time(start: datetime, zone: str) -> str:
    """Give a start as the clock on the wall of a zone shows it: "2026-11-24 09:40"."""
    return f"{start.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
