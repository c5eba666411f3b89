"""The hours of the night, in which nobody is written to unasked, by the clock on the patient's wall. Pure.

The same time twice means that there is no such time.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.hours import from_wall


@dataclass(frozen=True)
class Night:
    """From when until when nobody is written to."""

    start: time
    end: time

    def holds(self, clock: time) -> bool:
        """Say whether a time on the wall lies in the night."""
        if self.start < self.end:
            return self.start <= clock < self.end
        return self.start != self.end and (clock >= self.start or clock < self.end)


def evening_before(at: datetime, zone: str, night: Night, *, early: timedelta) -> datetime:
    """Give the moment itself, or so much before the night begins if it lies in one."""
    wall = at.astimezone(ZoneInfo(zone))
    clock = _clock(wall)
    if not night.holds(clock):
        return at
    evening = wall.date() if clock >= night.start else wall.date() - timedelta(days=1)
    return from_wall(zone, evening, night.start) - early


def morning_after(at: datetime, zone: str, night: Night) -> datetime:
    """Give the moment itself, or the end of the night if it lies in one."""
    wall = at.astimezone(ZoneInfo(zone))
    clock = _clock(wall)
    if not night.holds(clock):
        return at
    morning = wall.date() if clock < night.end else wall.date() + timedelta(days=1)
    return from_wall(zone, morning, night.end)


def _clock(wall: datetime) -> time:
    return wall.time().replace(tzinfo=None, fold=0)
