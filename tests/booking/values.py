"""Makers of the engine's values with boring defaults."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from booking.availability import Calendar, Person, Place, RoomUse, Rules, Shift
from clinic.spans import Span

EVERY_MODE = frozenset({"in_clinic", "mobile", "telehealth"})
MIDTOWN, HILLSIDE = 1, 2
DANA, JUN = 10, 11
# A Tuesday in Anchorage; the tests' "now" is the day before at noon there.
TUESDAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 23, 21, tzinfo=UTC)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def make_rules(**values: Any) -> Rules:
    defaults: dict[str, Any] = {
        "mode": "telehealth",
        "duration": minutes(60),
        "before": minutes(0),
        "after": minutes(0),
        "notice": minutes(120),
        "horizon_days": 60,
        "grid": minutes(30),
    }
    return Rules(**{**defaults, **values})


def make_shift(weekday: int = 1, starts: time = time(8), ends: time = time(12), **values: Any) -> Shift:
    return Shift(**{"place_id": MIDTOWN, "modes": EVERY_MODE, **values}, weekday=weekday, starts=starts, ends=ends)


def make_person(pk: int = DANA, **values: Any) -> Person:
    return Person(pk, **{"shifts": (make_shift(),), "licensed_until": {"AK": None}, **values})


def make_calendar(*people: Person, zone: str = "America/Anchorage", **values: Any) -> Calendar:
    rules = {name: values.pop(name) for name in list(values) if name in Rules.__dataclass_fields__}
    closures, walk_in = values.pop("closures", ()), values.pop("walk_in", ())
    defaults: dict[str, Any] = {
        "rules": make_rules(**rules),
        "people": people or (make_person(),),
        "places": {MIDTOWN: Place(MIDTOWN, zone, closures, walk_in), HILLSIDE: Place(HILLSIDE, zone)},
        "state": "AK",
    }
    return Calendar(**{**defaults, **values})


def make_room(pk: int, *taken: Span, place_id: int = MIDTOWN) -> RoomUse:
    return RoomUse(pk, place_id, taken)


def at(wall: str, day: date = TUESDAY, zone: str = "America/Anchorage", fold: int = 0) -> datetime:
    return datetime.combine(day, time.fromisoformat(wall), ZoneInfo(zone)).replace(fold=fold).astimezone(UTC)


def span(start: str, end: str, day: date = TUESDAY, zone: str = "America/Anchorage") -> Span:
    return Span(at(start, day, zone), at(end, day, zone))
