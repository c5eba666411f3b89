"""What the public pages show of the clinic: services with their prices, ways to meet, places, people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from clinic import wording
from clinic.hours import Stretch
from clinic.models import (
    Closure,
    Location,
    Mode,
    OpeningHours,
    Payer,
    Practitioner,
    Service,
    ServiceMode,
    TravelZone,
)

# Days that the home page looks ahead for closures.
CLOSURES_AHEAD = timedelta(days=21)


@dataclass(frozen=True)
class Way:
    """One way to have a service: where, how long, for how much."""

    mode: str
    where: str
    minutes: int
    price: Decimal


@dataclass(frozen=True)
class Offer:
    """A service as it is offered, in one way or several; `ask` when its price is settled case by case."""

    name: str
    ways: tuple[Way, ...]
    ask: bool

    @property
    def lowest(self) -> Decimal:
        """Return the lowest price among the ways."""
        return min(way.price for way in self.ways)

    @property
    def highest(self) -> Decimal:
        """Return the highest price among the ways."""
        return max(way.price for way in self.ways)

    @property
    def title(self) -> str:
        """Return name and length: "First visit, 45 to 60 min"; a name that says its minutes stands alone."""
        shortest, longest = min(way.minutes for way in self.ways), max(way.minutes for way in self.ways)
        if f"{longest} min" in self.name:
            return self.name
        length = wording.minutes(longest)
        if shortest != longest:
            length = _("%(start)s to %(end)s") % {"start": shortest, "end": length}
        return f"{self.name}, {length}"


@dataclass(frozen=True)
class Line:
    """A line of services: what it is for, and its offers."""

    category: str
    name: str
    about: tuple[str, ...]
    offers: tuple[Offer, ...]


@dataclass(frozen=True)
class Place:
    """A location with its hours in words."""

    name: str
    address: str
    directions: str
    hours: list[tuple[str, str]]
    walk_in: str


def lines() -> list[Line]:
    """Return the lines of services that are offered now, in the managers' order. Two queries."""
    offered = Prefetch("modes", queryset=ServiceMode.objects.filter(active=True).order_by("mode"))
    found: dict[str, tuple[list[str], list[Offer]]] = {}
    for service in Service.objects.filter(active=True).prefetch_related(offered):
        ways = tuple(
            Way(row.mode, row.get_mode_display(), row.duration_minutes, row.price) for row in service.modes.all()
        )
        if not ways:
            continue
        about, offers = found.setdefault(service.category, ([], []))
        # The first words stand for the line; the free consultation is the one service whose price is nothing.
        if service.description and not about:
            about.append(service.description)
        free = service.category == Service.Category.CONSULTATION
        offers.append(Offer(service.name, ways, ask=not free and not any(way.price for way in ways)))
    return [
        Line(category, str(Service.Category(category).label), tuple(about), tuple(offers))
        for category, (about, offers) in found.items()
    ]


def modes(offered: Iterable[Line]) -> set[str]:
    """Return the modes in which anything of the lines can be had."""
    return {way.mode for line in offered for offer in line.offers for way in offer.ways}


def places() -> list[Place]:
    """Return the locations with their hours in words. Two queries."""
    hours = Prefetch("opening_hours", queryset=OpeningHours.objects.order_by("weekday", "opens"))
    return [
        Place(
            location.name,
            location.address,
            location.directions,
            wording.weekly(stretches(location.opening_hours.all())),
            walk_in(location.opening_hours.all()),
        )
        for location in Location.objects.filter(active=True).prefetch_related(hours)
    ]


def stretches(rows: Iterable[OpeningHours]) -> list[Stretch]:
    """Return rows of opening hours as plain stretches of the week."""
    return [Stretch(row.weekday, row.opens, row.closes) for row in rows]


def walk_in(rows: Iterable[OpeningHours]) -> str:
    """Return in words when people may walk in without a time."""
    listed = list(rows)
    open_to_all = [row for row in listed if row.walk_in]
    if not open_to_all:
        return _("No. Please book a time.")
    said = [_("Any time we are open")] if len(open_to_all) == len(listed) else _weekly(open_to_all)
    if only := _weekly(row for row in open_to_all if row.walk_in_only):
        said.append(_("Only walk-ins and no booked visits: %(times)s") % {"times": "; ".join(only)})
    return ". ".join(said)


def _weekly(rows: Iterable[OpeningHours]) -> list[str]:
    return [f"{days}, {times}" for days, times in wording.weekly(stretches(rows))]


def closed_days(local_now: datetime) -> QuerySet[Closure]:
    """Return the closures of the next weeks, today included, by the clinic's calendar."""
    today = local_now.date()
    return (
        Closure.objects.filter(last_day__gte=today, first_day__lte=today + CLOSURES_AHEAD)
        .select_related("location")
        .order_by("first_day")
    )


def people() -> QuerySet[Practitioner]:
    """Return the practitioners who see patients, in the managers' order."""
    return Practitioner.objects.filter(active=True)


def meets() -> dict[int, str]:
    """Return, by practitioner's pk, in words how each meets patients: "At the clinic, by video". One query."""
    rows = ServiceMode.objects.filter(active=True, service__active=True, practitioners__active=True)
    found: dict[int, set[str]] = {}
    for pk, mode in rows.values_list("practitioners", "mode").distinct():
        found.setdefault(pk, set()).add(mode)
    return {pk: _in_words(mode for mode in Mode if mode in held) for pk, held in found.items()}


def plans() -> list[str]:
    """Return the names of the payers accepted, without self-pay."""
    return list(Payer.objects.filter(active=True).exclude(kind=Payer.Kind.SELF).values_list("name", flat=True))


def zones() -> QuerySet[TravelZone]:
    """Return the areas of home visits."""
    return TravelZone.objects.filter(active=True)


def _in_words(held: Iterable[Mode]) -> str:
    words = [str(mode.label) for mode in held]
    return ", ".join([words[0], *(word[:1].lower() + word[1:] for word in words[1:])])
