"""What a patient has chosen so far on the way to a booking, as it stands in the address of the page."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

from django.http import QueryDict

from booking.availability import Slot
from clinic.models import Clinic, Licence, Location, Mode, Practitioner, Service
from intake.models import Screening

ELSEWHERE = "other"
# Zones of the United States; a patient in another may type its name into the address, or call.
ZONES = (
    "America/Anchorage",
    "America/Adak",
    "Pacific/Honolulu",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/Puerto_Rico",
    "Pacific/Guam",
)
_FARTHEST = timedelta(days=800)


@dataclass(frozen=True)
class Choice:
    """Service and mode, and what each mode needs to know before times can be listed."""

    service: Service
    mode: str
    location: Location | None = None
    practitioner: Practitioner | None = None
    postal_code: str = ""
    state: str = ""
    zone: str = ""
    first_day: date | None = None

    @property
    def complete(self) -> bool:
        """Say whether times can be listed."""
        if self.mode == Mode.MOBILE:
            return bool(self.postal_code)
        if self.mode == Mode.TELEHEALTH:
            return bool(self.state) and self.state != ELSEWHERE
        return True

    def query(self, **changes: str) -> str:
        """Return the choice as the query of an address, with changes ("" takes a part out)."""
        parts = {
            "mode": self.mode,
            "place": self.location.slug if self.location else "",
            "with": self.practitioner.slug if self.practitioner else "",
            "zip": self.postal_code,
            "state": self.state,
            "zone": self.zone if self.mode == Mode.TELEHEALTH else "",
            "from": self.first_day.isoformat() if self.first_day else "",
        }
        return urlencode({name: value for name, value in (parts | changes).items() if value})

    def slot(self, start: datetime) -> Slot:
        """Return the slot of the chosen practitioner and place at a time."""
        return Slot(
            start,
            self.practitioner.pk if self.practitioner else None,
            self.location.pk if self.location and self.mode == Mode.IN_CLINIC else None,
            self.mode,
        )

    def at(self, location: Location | None, practitioner: Practitioner | None) -> "Choice":
        """Return the choice with a place and a person."""
        return replace(self, location=location, practitioner=practitioner)


def read(service: Service, sent: QueryDict, *, screening: Screening | None = None) -> Choice:
    """Read a choice from an address. What makes no sense is left out, so that the page asks again."""
    modes = list(service.modes.filter(active=True).values_list("mode", flat=True))
    ordered = [str(mode) for mode in Mode.values if mode in modes]
    mode = sent.get("mode", "")
    if mode not in ordered:
        mode = ordered[0] if ordered else Mode.IN_CLINIC
    zone = sent.get("zone", "")
    if zone not in available_timezones():
        zone = (screening.time_zone if screening else "") or Clinic.get().time_zone
    state = sent.get("state", "")[:5]
    return Choice(
        service=service,
        mode=mode,
        location=Location.objects.filter(slug=_slug(sent, "place"), active=True).first(),
        practitioner=Practitioner.objects.filter(slug=_slug(sent, "with"), active=True).first(),
        postal_code=_postal_code(sent.get("zip", "")) if mode == Mode.MOBILE else "",
        state=state if mode == Mode.TELEHEALTH and state in {*licensed_states(), ELSEWHERE} else "",
        zone=zone,
        first_day=_day(sent.get("from", "")),
    )


def read_start(text: str) -> datetime | None:
    """Read the start of a slot as an address or a button carries it: "2026-11-24T18:40Z"."""
    try:
        start = datetime.strptime(text[:17], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return start if len(text) == len("2026-11-24T18:40Z") else None


def write_start(start: datetime) -> str:
    """Write the start of a slot for an address or a button."""
    return start.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def licensed_states() -> list[str]:
    """Return the states in which a patient may be during a visit by video."""
    return sorted(
        set(Licence.objects.filter(practitioner__active=True).values_list("state", flat=True)),
    )


def local_day(at: datetime, zone: str) -> date:
    """Return the date of a moment in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def _slug(sent: QueryDict, name: str) -> str:
    value = sent.get(name, "")
    return value if len(value) <= 50 and "\x00" not in value else ""


def _postal_code(text: str) -> str:
    """Return a postal code without blanks, or "" for what is none."""
    code = "".join(text.split())[:10].upper()
    return code if code and all(letter.isalnum() or letter == "-" for letter in code) and code.isascii() else ""


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if date(2020, 1, 1) <= day <= date(2020, 1, 1) + _FARTHEST * 20 else None
