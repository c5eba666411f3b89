"""Stretches of whole local days that reports are about. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from clinic.hours import from_wall

DAY = timedelta(days=1)
# Nobody means an earlier or a later day; and at the ends of the calendar a day has no next one.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """The local days of a zone from `first` to `last`, both included. Raises ValueError if `last` is before `first`."""

    first: date
    last: date
    zone: str

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period ends on or after its first day, not {self.first} to {self.last}")

    @property
    def start(self) -> datetime:
        """Return the moment at which the first day begins, in UTC."""
        return from_wall(self.zone, self.first, time())

    @property
    def end(self) -> datetime:
        """Return the moment at which the last day is over, in UTC."""
        return from_wall(self.zone, self.last + DAY, time())

    @property
    def days(self) -> int:
        """Return how many days there are."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """Return the equally long period right before this one."""
        return Period(self.first - DAY * self.days, self.first - DAY, self.zone)

    @property
    def code(self) -> str:
        """Return it for names of files: "2026-10-01_2026-10-31"."""
        return f"{self.first.isoformat()}_{self.last.isoformat()}"


def last_days(today: date, number: int, zone: str) -> Period:
    """Return the `number` days before today, which is not over yet."""
    return Period(today - DAY * number, today - DAY, zone)


def last_month(today: date, zone: str) -> Period:
    """Return the whole calendar month before this one."""
    last = today.replace(day=1) - DAY
    return Period(last.replace(day=1), last, zone)


def last_quarter(today: date, zone: str) -> Period:
    """Return the whole quarter of the year before this one."""
    last = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1) - DAY
    return Period(last.replace(month=last.month - 2, day=1), last, zone)
