"""What a patient has chosen so far on the way to a booking, as it stands in the address of the page."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from booking import schedule, zones
from booking.errors import OutsideArea
from clinic.models import ANYBODY, Clinic, Licence, Location, Mode, Practitioner, Service, TravelZone
from clinic.set_up import kept
from intake.models import Screening

# The state of somebody who will be where we hold no license.
ELSEWHERE = "other"
# Dates outside these years are mischief, and arithmetic fails at the ends of the calendar.
_FIRST_YEAR, _LAST_YEAR = 2020, 2120
_LONGEST_SLUG = 50
# No state is further behind UTC than this.
WESTMOST = timedelta(hours=11)


@dataclass(frozen=True)
class Choice:
    """Service and mode, and what each mode needs to know before times can be listed."""

    service: Service
    modes: tuple[str, ...]
    mode: str
    clinic_zone: str
    location: Location | None = None
    practitioner: Practitioner | None = None
    # They take anybody; `practitioner` is then who was picked for them, once somebody was.
    anybody: bool = False
    postal_code: str = ""
    area: TravelZone | None = None
    state: str = ""
    zone: str = ""
    first_day: date | None = None
    # The modes in which new patients may book; the others are for people who have been here.
    open_modes: tuple[str, ...] = ()

    @property
    def new_patients(self) -> bool:
        """Say whether new patients may book it in the mode."""
        return self.mode in self.open_modes

    @property
    def complete(self) -> bool:
        """Say whether times can be listed."""
        if self.mode == Mode.MOBILE:
            return self.area is not None
        if self.mode == Mode.TELEHEALTH:
            return self.state not in ("", ELSEWHERE)
        return True

    @property
    def told_in(self) -> str:
        """Return the zone in which times are told: the patient's for visits by video, else the place's."""
        if self.mode == Mode.TELEHEALTH:
            return self.zone
        return self.location.time_zone if self.location else self.clinic_zone

    @cached_property
    def people(self) -> list[Practitioner]:
        """Return who gives the service in the mode, in the order in which they are shown."""
        offer = schedule.offer_of(self.service, self.mode)
        return who_give(offer=offer.pk) if offer else []

    @cached_property
    def places(self) -> list[Location]:
        """Return the active locations for a visit at the clinic, in the order in which they are shown."""
        return active_places() if self.mode == Mode.IN_CLINIC else []

    def query(self, **changes: str) -> str:
        """Return the choice as the query of an address, with changes ("" takes a part out)."""
        parts = {
            "mode": self.mode,
            "place": self.location.slug if self.location else "",
            "with": self.practitioner.slug if self.practitioner else ANYBODY * self.anybody,
            "any": "1" if self.practitioner and self.anybody else "",
            "zip": self.postal_code,
            "state": self.state,
            "zone": self.zone if self.mode == Mode.TELEHEALTH else "",
            "from": self.first_day.isoformat() if self.first_day else "",
        }
        return urlencode({name: value for name, value in (parts | changes).items() if value})

    @property
    def path(self) -> str:
        """Return the address of the service's free times, without a query."""
        return _path(self.service.slug)

    def times_url(self, **changes: str) -> str:
        """Return the address of the free times."""
        return f"{self.path}?{self.query(**changes)}"

    def check_url(self, **more: str) -> str:
        """Return the address of the last page."""
        return f"{reverse('booking:check', args=[self.service.slug])}?{self.query(**{'from': ''}, **more)}"

    def at(self, location: Location | None, practitioner: Practitioner | None, *, anybody: bool = False) -> "Choice":
        """Return the choice with a place and a person; `anybody` says that another person would do."""
        return replace(self, location=location, practitioner=practitioner, anybody=anybody)

    def anywhere(self, around: datetime | None = None) -> "Choice":
        """Return the choice with no one person or place, from the day of a time on if one is given."""
        day = around.astimezone(ZoneInfo(self.told_in)).date() if around else self.first_day
        return replace(self, location=None, practitioner=None, first_day=day)


@lru_cache(maxsize=512)
def _path(slug: str) -> str:
    return reverse("booking:times", args=[slug])


@kept
def who_give(*, offer: int) -> QuerySet[Practitioner]:
    """Return the active practitioners who give an offer."""
    return Practitioner.objects.filter(service_modes=offer, active=True)


@kept
def active_places() -> QuerySet[Location]:
    """Return the active locations."""
    return Location.objects.filter(active=True)


def online() -> QuerySet[Service]:
    """Return the services that can be booked online in some mode."""
    return Service.objects.filter(active=True, online=True, modes__active=True).distinct()


def read(service: Service, sent: QueryDict, *, screening: Screening | None = None, now: datetime) -> Choice:
    """Read a choice from an address. What makes no sense is left out, so that the page asks again.

    Where no mode is asked for it is the first that new patients may book.
    """
    offered = {offer.mode: offer.new_patients for offer in service.modes.all() if offer.active}
    modes = tuple(str(mode) for mode in Mode.values if mode in offered)
    open_modes = tuple(mode for mode in modes if offered[mode])
    mode = sent.get("mode", "")
    choice = Choice(
        service=service,
        modes=modes,
        mode=mode if mode in modes else next(iter((*open_modes, *modes)), str(Mode.IN_CLINIC)),
        open_modes=open_modes,
        clinic_zone=Clinic.get().time_zone,
        practitioner=person_named(sent.get("with", "")),
        anybody=sent.get("with") == ANYBODY or sent.get("any") == "1",
        first_day=read_day(sent.get("from", "")),
    )
    if choice.mode == Mode.IN_CLINIC:
        return replace(choice, location=place_named(sent.get("place", "")))
    if choice.mode == Mode.MOBILE:
        code = read_postal_code(sent.get("zip", ""))
        return replace(choice, postal_code=code, area=area_of(code))
    state = sent.get("state", "")
    state = state if state and state in {*licensed_states(now), ELSEWHERE} else ""
    return replace(choice, state=state, zone=_zone(sent.get("zone", ""), state, screening) or choice.clinic_zone)


def person_named(slug: str) -> Practitioner | None:
    """Return the active practitioner with a slug from outside."""
    asked = is_slug(slug) and slug != ANYBODY
    return next(iter(_people(slug=slug)), None) if asked else None


def place_named(slug: str) -> Location | None:
    """Return the active location with a slug from outside."""
    return next(iter(_places(slug=slug)), None) if is_slug(slug) else None


@kept
def _people(*, slug: str) -> QuerySet[Practitioner]:
    return Practitioner.objects.filter(slug=slug, active=True)


@kept
def _places(*, slug: str) -> QuerySet[Location]:
    return Location.objects.filter(slug=slug, active=True)


def is_slug(text: str) -> bool:
    """Say whether a text from outside is worth asking the database for; PostgreSQL refuses a NUL."""
    return 0 < len(text) <= _LONGEST_SLUG and "\x00" not in text


def read_postal_code(text: str) -> str:
    """Return a postal code without blanks, or "" for what is none."""
    code = "".join(text.split()).upper()
    good = code.isascii() and code.replace("-", "").isalnum()
    return code if good and 3 <= len(code) <= 10 else ""


def area_of(postal_code: str) -> TravelZone | None:
    """Return the travel zone of a postal code; None where we do not go, and for ""."""
    try:
        return schedule.zone_of(postal_code) if postal_code else None
    except OutsideArea:
        return None


def licensed_states(now: datetime) -> list[str]:
    """Return the states in which a patient may be during a visit by video."""
    # Its last day ends later in the west than in UTC; the engine is exact about it.
    return sorted(set(_licensed_on(day=(now - WESTMOST).date())))


@kept
def _licensed_on(*, day: date) -> QuerySet[Licence, str]:
    rows = Licence.objects.filter(Licence.valid_on(day), practitioner__active=True)
    return rows.order_by().values_list("state", flat=True)


def _zone(asked: str, state: str, screening: Screening | None) -> str:
    """Return the zone asked for; else the one of the check if it is about the same state; else the state's usual one."""
    if zones.is_zone(asked):
        return asked
    if screening and screening.time_zone and state in ("", ELSEWHERE, screening.place_state):
        return screening.time_zone
    return zones.usual(state)


def read_day(text: str) -> date | None:
    """Return the date that an address names, or None."""
    try:
        day = date.fromisoformat(text[:20])
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None
