"""The reminders of a visit, planned when it is booked and again when it moves. The ledger is the outbox itself.

One row for each visit, sequence, kind and channel; `diary.records.tell` drops what is planned whenever a visit changes,
and then plans anew. What is sent stays sent.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from booking.models import Appointment, Block
from booking.reminder_times import KINDS, Rules, reminders
from clinic import outbox, recipients
from clinic.models import Clinic, Message, Mode

# How far ahead the hourly look goes for visits without reminders: from before an upgrade, or after a change of rules.
_LOOK_AHEAD = timedelta(days=15)


def rules(clinic: Clinic) -> Rules:
    """Return what the manager has set."""
    return Rules(
        early=clinic.remind_early_hours,
        day=clinic.remind_day_hours,
        soon=clinic.remind_soon_hours,
        night_from=clinic.night_from,
        night_until=clinic.night_until,
    )


def remind(visit: Appointment, *, ways: Sequence[tuple[str, str]] | None = None, now: datetime) -> int:
    """Plan what is still to be reminded of, in the caller's transaction; return how many messages that are."""
    rows = to_plan(visit, ways=ways, now=now)
    # A visit that was on hold and goes on as it was has the rows that were dropped then.
    outbox.plan(rows)
    return len(rows)


def to_plan(
    visit: Appointment, *, ways: Sequence[tuple[str, str]] | None = None, clinic: Clinic | None = None, now: datetime
) -> list[Message]:
    """Return what is still to be reminded of, not saved yet.

    By every way in which the patient may be written to (`ways`, if the caller knows them). A visit that is not simply
    to come has none.
    """
    if visit.block.state != Block.State.BOOKED or visit.hold:
        return []
    wanted = reminders(
        starts_at=visit.block.starts_at,
        zone=visit.time_zone,
        by_video=visit.mode == Mode.TELEHEALTH,
        rules=rules(clinic or Clinic.get()),
        now=now,
    )
    if wanted and ways is None:
        ways = recipients.ways_to_write(visit.patient)
    return [
        Message(
            kind=reminder.kind,
            channel=channel,
            subject_uid=visit.uid,
            sequence=visit.sequence,
            to=to,
            language=visit.patient.language,
            patient=visit.patient,
            planned_at=reminder.at,
            not_after=reminder.not_after,
        )
        for reminder in wanted
        for channel, to in ways or ()
    ]


def plan_missing(*, now: datetime) -> int:
    """Plan the reminders of visits that have none at all; return how many were planned."""
    has_any = Message.objects.filter(subject_uid=OuterRef("uid"), sequence=OuterRef("sequence"), kind__in=KINDS)
    visits = Appointment.objects.filter(
        block__state=Block.State.BOOKED,
        block__starts_at__gt=now,
        block__starts_at__lt=now + _LOOK_AHEAD,
        hold="",
    ).exclude(Exists(has_any))
    return sum(remind(visit, now=now) for visit in visits.select_related("block", "patient"))
