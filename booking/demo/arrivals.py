"""How often people came to the site: four weeks of it, more on weekdays."""

import random
from datetime import date, timedelta

from clinic.models import Arrival

SEED = 60


def arrive(today: date) -> None:
    """Write the arrivals of the days before today."""
    chance = random.Random(SEED)  # noqa: S311  (a demo needs no secrets)
    Arrival.objects.bulk_create(
        Arrival(day=day, origin=origin, number=chance.randrange(most // 2, most) // (2 if day.weekday() > 4 else 1))
        for day in (today - timedelta(days=offset) for offset in range(1, 29))
        for origin, most in (("direct", 24), ("search", 32), ("social", 8), ("site", 10))
    )
