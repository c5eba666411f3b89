"""When a recurring event takes place, within limits: a rule that asks for too much is not followed. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import prod
from typing import Any

from dateutil.rrule import rrule, rrulestr

# Days of the calendar that are looked at for one rule, and for all rules of a file: a daily one since 1900 fits in.
MOST_DAYS = 60_000
MOST_DAYS_IN_ALL = 2_000_000
MOST_TIMES_A_DAY = 100
# Times that all rules of a file give, those long past included: some seconds of work. Days alone would allow hours of it.
MOST_TIMES_IN_ALL = 1_000_000
_TIMES = ("BYHOUR=", "BYMINUTE=", "BYSECOND=")


class TooMuch(Exception):
    """A rule, or a whole file, asks for more than any calendar of a person does."""


class Budget:
    """What may still be looked at, by all rules of a file."""

    def __init__(self, days: int = MOST_DAYS_IN_ALL, times: int = MOST_TIMES_IN_ALL) -> None:
        self.days, self.times = days, times

    @property
    def is_spent(self) -> bool:
        """Say whether nothing more of the file is looked at."""
        return self.days < 0 or self.times < 0


class _Counted(tuple[Any, ...]):  # noqa: SLOT001  (it counts)
    """The months of a rule. A rule asks for them once a day, also where it never finds one: so here days are counted.

    Without this a rule such as "the 30th of February" is followed to the year 9999, and one by seconds for hours.
    """

    left: int
    budget: Budget

    def __bool__(self) -> bool:
        self.left -= 1
        self.budget.days -= 1
        if self.left < 0 or self.budget.days < 0:
            raise TooMuch
        return len(self) > 0


def starts(rule: str, first: datetime, *, after: datetime, before: datetime, budget: Budget) -> Iterator[datetime]:
    """Give the starts of a rule between two moments, in order. All are times on one wall, without a zone.

    `rule` is the text behind "RRULE:", its UNTIL on the same wall. Raises TooMuch, and ValueError for what is no rule.
    """
    if prod(rule.split(name)[1].partition(";")[0].count(",") + 1 for name in _TIMES if name in rule) > MOST_TIMES_A_DAY:
        raise TooMuch  # or each day is laid out second by second
    made = rrulestr(rule, dtstart=first)
    if not isinstance(made, rrule):
        raise ValueError("not one rule")  # noqa: TRY004  (of the same kind as the library's)
    counted = _Counted(made._bymonth or ())
    counted.left, counted.budget = MOST_DAYS, budget
    made._bymonth = counted
    for number, start in enumerate(made):
        if start >= before:
            return
        budget.times -= 1
        if number > MOST_DAYS or budget.times < 0:
            raise TooMuch
        if start > after:
            yield start


def wall_of(value: date) -> datetime:
    """Give a date as the midnight that begins it, a time as it is."""
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def end_of(until: date, zone: Any, *, whole_days: bool) -> datetime:
    """Give the UNTIL of a rule on the wall of its event: a date means the whole of that day."""
    if not isinstance(until, datetime):
        return wall_of(until) + (timedelta() if whole_days else timedelta(days=1, seconds=-1))
    if until.tzinfo is not None:
        until = until.astimezone(zone).replace(tzinfo=None)
    return datetime.combine(until.date(), time()) if whole_days else until
