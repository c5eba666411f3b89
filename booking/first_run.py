"""What the diary needs before the first patient comes: pure but for `gather`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from booking import video
from booking.models import WorkingHours
from clinic import roads
from clinic.first_run import Item, item, look
from clinic.models import Licence, Mode, Practitioner, Room, ServiceMode, ZonePostalCode


@dataclass(frozen=True)
class Facts:
    """What is known of people, rooms and ways to meet; names are of what is missing."""

    bookable: bool
    people: int
    without_hours: tuple[str, ...] = ()
    without_license: tuple[str, ...] = ()
    rooms_lacking: tuple[str, ...] = ()
    mobile: bool = False
    postal_codes: bool = False
    roads_missing: int = 0
    by_video: bool = False
    has_room: bool = False
    ticked: frozenset[str] = frozenset()


def items(facts: Facts) -> list[Item]:
    """List it in words."""
    people, services = "clinic_practitioner_changelist", "clinic_service_changelist"
    rows = [
        item(
            "people", bool(facts.people), _("Somebody who sees patients"), _("There is no active practitioner."), people
        ),
        item(
            "working_hours",
            not facts.without_hours,
            _("Working hours of each of them"),
            _("No hours: %(names)s.") % {"names": ", ".join(facts.without_hours)},
            people,
        ),
        item(
            "licenses",
            not facts.without_license,
            _("A license of each of them, not run out"),
            _("None that holds today: %(names)s.") % {"names": ", ".join(facts.without_license)},
            people,
        ),
        item(
            "bookable",
            facts.bookable,
            _("A service that can be booked online"),
            _("None is active and online, with somebody who gives it."),
            services,
        ),
        item(
            "rooms",
            not facts.rooms_lacking,
            _("Rooms for what needs one"),
            _("No active room for: %(names)s.") % {"names": ", ".join(facts.rooms_lacking)},
            "clinic_room_changelist",
        ),
    ]
    if facts.mobile:
        rows.append(
            item(
                "zones",
                facts.postal_codes and not facts.roads_missing,
                _("Where you go for home visits, and how long it takes"),
                _("Zones, their postal codes, or minutes of roads are missing."),
                "roads",
            )
        )
    if facts.by_video and not facts.has_room:
        words = _(
            "No room is set (TELEHEALTH_ROOM_URL): staff call each patient and say how to join. Tick this if you want it so."
        )
        rows.append(look("video", facts.ticked, _("Visits by video"), words))
    return rows


def gather(*, ticked: Collection[str], now: datetime) -> Facts:
    """Look it up."""
    today = timezone.localdate(now)
    people = list(Practitioner.objects.filter(active=True))
    modes = list(ServiceMode.objects.filter(active=True, service__active=True).select_related("service"))
    hours = set(
        WorkingHours.objects.filter(Q(valid_until=None) | Q(valid_until__gte=today))
        .filter(Q(on_date=None) | Q(on_date__gte=today))
        .values_list("practitioner_id", flat=True)
    )
    licensed = set(
        Licence.objects.filter(Q(expires_on=None) | Q(expires_on__gte=today)).values_list("practitioner_id", flat=True)
    )
    kinds = set(Room.objects.filter(active=True, location__active=True).values_list("kind", flat=True))
    offered = {mode.mode for mode in modes}
    online = ServiceMode.objects.filter(active=True, service__active=True, service__online=True)
    return Facts(
        bookable=online.filter(practitioners__active=True).exists(),
        people=len(people),
        without_hours=tuple(person.name for person in people if person.pk not in hours),
        without_license=tuple(person.name for person in people if person.pk not in licensed),
        rooms_lacking=tuple(
            dict.fromkeys(mode.service.name for mode in modes if mode.room_kind and mode.room_kind not in kinds)
        ),
        mobile=Mode.MOBILE in offered,
        postal_codes=ZonePostalCode.objects.filter(zone__active=True).exists(),
        roads_missing=len(roads.load().missing) if Mode.MOBILE in offered else 0,
        by_video=Mode.TELEHEALTH in offered,
        has_room=video.has_rooms(),
        ticked=frozenset(ticked),
    )


def part(ticked: Collection[str], now: datetime) -> list[Item]:
    """Return this package's part of the list."""
    return items(gather(ticked=ticked, now=now))
