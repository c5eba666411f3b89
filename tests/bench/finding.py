"""The free times of four weeks, beside one query by index for the same blocks and a loop; and how many queries it takes."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import schedule
from booking.models import LIVE, LONGEST, Block
from clinic.set_up import look
from tests.bench.crowd import PEOPLE, WEEKS, ZONE, Crowd, filled
from tests.bench.measure import Clock, Figure, Scale, compare

BENCH = "times"
A_ROUND = 2


def figures(scale: Scale) -> Iterator[Figure]:
    """Measure it with few and with many appointments; those of the four weeks are the same, the others lie behind."""
    for size in scale.sizes:
        here = filled(size)
        rows, _minutes = taken(here)
        # The goal is for the first. A page or a booking does the second, unless the set-up has changed since the last.
        for work, words in ((find, ""), (find_again, ", set-up kept")):
            work(here)
            with CaptureQueriesContext(connection) as queries:
                found = work(here)
            yield compare(
                BENCH,
                f"{WEEKS} weeks, {PEOPLE} people, {here.size:,} appointments{words}",
                repeated(work, here),
                limit=f"read {rows} blocks, loop",
                bare=repeated(taken, here),
                note=f"{found} times, {len(queries)} queries",
                scale=scale,
            )


def find(here: Crowd) -> int:
    """How many times are free, by the function that pages, bookings and the desk ask; nothing was kept."""
    today = here.now.astimezone(ZONE).date()
    return len(
        schedule.find(
            service=here.service, mode="in_clinic", first_day=today, days=WEEKS * 7, now=here.now, new_patient=True
        )
    )


def find_again(here: Crowd) -> int:
    """The same as a page asks it, with what was set up as an earlier page has found it."""
    with look():
        return find(here)


def taken(here: Crowd) -> tuple[int, dict[tuple[int, date], timedelta]]:
    """The least that anybody must do: read the blocks of these weeks by an index, and add up each person's days."""
    first, last = here.now - timedelta(days=2), here.now + timedelta(days=WEEKS * 7 + 2)
    rows: list[tuple[int, datetime, datetime]] = list(
        Block.objects.filter(
            practitioner__in=[person.pk for person in here.people],
            state__in=LIVE,
            busy_from__gt=first - LONGEST,
            busy_from__lt=last,
            busy_until__gt=first,
        ).values_list("practitioner_id", "busy_from", "busy_until")
    )
    minutes: dict[tuple[int, date], timedelta] = defaultdict(timedelta)
    for person, start, end in rows:
        minutes[person, start.date()] += end - start
    return len(rows), minutes


def repeated(work: Callable[[Crowd], object], here: Crowd) -> Callable[[Clock], int]:
    """Do it a few times on the clock."""

    def work_of_a_round(clock: Clock) -> int:
        with clock.running():
            for _ in range(A_ROUND):
                work(here)
        return A_ROUND

    return work_of_a_round
