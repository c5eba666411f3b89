"""When a patient is reminded of a visit: some days before, the day before, and shortly before a visit by video. Pure.

A reminder leaves at the hour of the visit, by the clock on the patient's wall. One that would wake somebody leaves in
the evening before; one that would come on the heels of the booking does not leave at all.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.hours import from_wall
from clinic.quiet import Night, evening_before

EARLY, DAY, SOON = "remind_early", "remind_day", "remind_soon"
KINDS = (EARLY, DAY, SOON)
# So long after the booking, or a move, its own letter does.
_AFTER_BOOKING = {EARLY: timedelta(hours=24), DAY: timedelta(hours=4), SOON: timedelta(minutes=45)}
# What could not leave in time is no use so shortly before the visit.
_NOT_AFTER = {EARLY: timedelta(hours=30), DAY: timedelta(hours=1), SOON: timedelta()}
# What would leave at night leaves so long before the night begins.
BEFORE_NIGHT = timedelta(minutes=30)


@dataclass(frozen=True)
class Rules:
    """How many hours before a visit each reminder leaves, 0 for never, and from when until when nobody is written to.

    `soon` is for visits by video only. Equal ends of the night mean that there is none.
    """

    early: int
    day: int
    soon: int
    night_from: time
    night_until: time


@dataclass(frozen=True)
class Reminder:
    """One reminder: its kind, when it leaves, and until when it makes sense (UTC)."""

    kind: str
    at: datetime
    not_after: datetime


def reminders(*, starts_at: datetime, zone: str, by_video: bool, rules: Rules, now: datetime) -> list[Reminder]:
    """List the reminders of a visit that was booked or moved now, the first to leave first.

    `zone` is the patient's: the one in which they were told the time.
    """
    hours = {EARLY: rules.early, DAY: rules.day, SOON: rules.soon if by_video else 0}
    night, found = Night(rules.night_from, rules.night_until), list[Reminder]()
    for kind in KINDS:
        if not hours[kind]:
            continue
        at = evening_before(before(starts_at, hours[kind], zone), zone, night, early=BEFORE_NIGHT)
        not_after = starts_at - _NOT_AFTER[kind]
        # Two that the night has pushed together are one.
        pushed = any(abs(at - other.at) < timedelta(hours=1) for other in found)
        if at - now >= _AFTER_BOOKING[kind] and at < not_after and not pushed:
            found.append(Reminder(kind, at, not_after))
    return sorted(found, key=lambda reminder: reminder.at)


def before(starts_at: datetime, hours: int, zone: str) -> datetime:
    """Give the moment some hours before: of whole days the same hour on the wall, whatever the clocks did between."""
    if hours % 24:
        return starts_at - timedelta(hours=hours)
    wall = starts_at.astimezone(ZoneInfo(zone))
    return from_wall(zone, wall.date() - timedelta(days=hours // 24), wall.time().replace(tzinfo=None, fold=0))
