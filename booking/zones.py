"""Time zones of patients: which to choose from, the usual one of each state, and times that a clock shows twice. Pure."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import available_timezones

# The zones of the United States, from west to east; another may be typed into the address, or the patient calls.
CHOICES = (
    "Pacific/Guam",
    "Pacific/Pago_Pago",
    "Pacific/Honolulu",
    "America/Adak",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/Puerto_Rico",
)
# The zone that most people of a state live in. Some states have two: their patients may choose the other.
_STATES = {
    "Pacific/Guam": "GU MP",
    "Pacific/Pago_Pago": "AS",
    "Pacific/Honolulu": "HI",
    "America/Anchorage": "AK",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Phoenix": "AZ",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Puerto_Rico": "PR VI",
}
_USUAL = {state: zone for zone, states in _STATES.items() for state in states.split()}


def usual(state: str) -> str:
    """Return the zone of most people in a state or territory, by its two letters; "" for what is none."""
    return _USUAL.get(state, "")


def is_zone(name: str) -> bool:
    """Say whether the time-zone data knows a zone by this name."""
    return name in _known()


def told_apart(at: datetime) -> str:
    """Return "EDT", or "UTC+1030" where a zone has no letters, if the clock of `at` shows its time twice; else ""."""
    other = at.replace(fold=1 - at.fold)
    if other.utcoffset() == at.utcoffset() or _is_skipped(other):
        return ""
    name = f"{at:%Z}"
    return name if name.isalpha() else f"UTC{at:%z}"


def _is_skipped(at: datetime) -> bool:
    """Say whether the clock never shows this time."""
    return at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) != at.replace(tzinfo=None)


@cache
def _known() -> frozenset[str]:
    # Looking them up opens hundreds of files. "Factory" is there for machines that nobody has set up.
    return frozenset(available_timezones() - {"Factory", "localtime"})
