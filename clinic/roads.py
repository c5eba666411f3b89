"""The minutes between travel zones, as a manager types them in: all of them, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from clinic.models import Location, TravelZone, ZoneMinutes

Pair = tuple[int, int]


@dataclass(frozen=True)
class RoadTable:
    """The zones where home visits are made or a location lies, in order, and the minutes typed in by pairs of their keys."""

    zones: Sequence[TravelZone]
    minutes: Mapping[Pair, int]

    def back(self, pair: Pair) -> int | None:
        """Return the minutes of the way back, which hold for a way that has none of its own."""
        return self.minutes.get((pair[1], pair[0]))

    @property
    def missing(self) -> list[tuple[TravelZone, TravelZone]]:
        """Return the pairs without minutes either way, a zone with itself among them."""
        return [
            (start, end)
            for number, start in enumerate(self.zones)
            for end in self.zones[number:]
            if (start.pk, end.pk) not in self.minutes and (end.pk, start.pk) not in self.minutes
        ]


def load() -> RoadTable:
    """Load the roads of all zones in use."""
    used = TravelZone.objects.filter(Q(active=True) | Q(locations__isnull=False))
    zones = list(used.distinct().order_by("name"))
    return RoadTable(
        zones, {(row.from_zone_id, row.to_zone_id): row.minutes for row in ZoneMinutes.objects.order_by("pk")}
    )


def without_zone() -> list[Location]:
    """Return the locations of which nobody has said in which zone they lie."""
    return list(Location.objects.filter(active=True, zone=None))


def save(*, minutes: Mapping[Pair, int | None]) -> int:
    """Keep the minutes of some pairs, or forget them where they are None; return how many have changed.

    Raises IntegrityError for a zone that is gone and for minutes that cannot be.
    """
    with transaction.atomic():
        there = load().minutes
        changed = {pair: value for pair, value in minutes.items() if there.get(pair) != value}
        for start, end in (pair for pair, value in changed.items() if value is None):
            ZoneMinutes.objects.filter(from_zone=start, to_zone=end).delete()
        ZoneMinutes.objects.bulk_create(
            [
                ZoneMinutes(from_zone_id=start, to_zone_id=end, minutes=value)
                for (start, end), value in changed.items()
                if value is not None
            ],
            update_conflicts=True,
            unique_fields=["from_zone", "to_zone"],
            update_fields=["minutes"],
        )
    return len(changed)
