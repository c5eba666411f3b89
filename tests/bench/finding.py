"""The free times of four weeks, beside one query by index for the same blocks; and how many queries it takes."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import schedule
from booking.models import LIVE, LONGEST, Block
from clinic.models import Practitioner, Room, Service
from tests import factories
from tests.bench.measure import Clock, Figure, compare

BENCH = "times"
SIZES = (1_000, 20_000)
PEOPLE = 10
WEEKS = 4
A_ROUND = 2
NOW = factories.NOW
# Nine in the morning at the clinic, on the last day that is looked at: from there the visits go back in time.
LAST = datetime(2026, 12, 21, 18, tzinfo=UTC)
HOURS = (timedelta(0), timedelta(hours=1), timedelta(hours=4))


def figures() -> Iterator[Figure]:
    """Measure it with few and with many blocks; those of the four weeks are the same, the others lie in the past."""
    people, rooms, service = build()
    try:
        filled = 0
        for size in SIZES:
            Block.objects.bulk_create((visit(n, people, rooms) for n in range(filled, size)), batch_size=2_000)
            filled = size
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            with CaptureQueriesContext(
                connection,
            ) as queries:
                found = find(service)
            yield compare(
                BENCH,
                f"{WEEKS} weeks, {PEOPLE} people, {size:,} blocks",
                lambda clock: repeat(clock, lambda: find(service)),
                limit=f"read the {len(taken(people))} blocks",
                bare=lambda clock: repeat(clock, lambda: taken(people)),
                note=f"{found} times, {len(queries)} queries",
            )
    finally:
        Block.objects.all().delete()


def build() -> tuple[list[Practitioner], list[Room], Service]:
    """A clinic in which ten people do the same."""
    factories.make_clinic()
    location = factories.make_location()
    people = [factories.make_practitioner() for _ in range(PEOPLE)]
    rooms = [factories.make_room(location) for _ in range(PEOPLE)]
    for person in people:
        for starts, ends in ((time(8), time(12)), (time(13), time(16, 30))):
            factories.make_working_hours(person, location, starts=starts, ends=ends)
    service = factories.make_service(modes=())
    factories.make_service_mode(
        service=service, practitioners=tuple(people), room_kind="treatment", buffer_after_minutes=10
    )
    return people, rooms, service


def visit(number: int, people: list[Practitioner], rooms: list[Room]) -> Block:
    """The visit of a number: three a day for each practitioner, on every day, from the last day back."""
    turn, who = divmod(number, PEOPLE)
    day, part = divmod(turn, len(HOURS))
    start = LAST - timedelta(days=day) + HOURS[part]
    end, until = start + timedelta(minutes=50), start + timedelta(minutes=60)
    return Block(
        kind=Block.Kind.VISIT,
        state=Block.State.BOOKED,
        practitioner=people[who],
        room=rooms[who],
        starts_at=start,
        ends_at=end,
        busy_from=start,
        busy_until=until,
        room_from=start,
        room_until=end,
    )


def find(service: Service) -> int:
    """How many times are free."""
    return len(
        schedule.find(service=service, mode="in_clinic", first_day=NOW.date(), days=WEEKS * 7, now=NOW, staff=True)
    )


def taken(people: list[Practitioner]) -> list[tuple[int, datetime, datetime]]:
    """The blocks of these weeks, by one query that an index answers."""
    first, last = NOW - timedelta(days=3), NOW + timedelta(days=WEEKS * 7 + 2)
    return list(
        Block.objects.filter(
            practitioner__in=people, state__in=LIVE, busy_from__gt=first - LONGEST, busy_from__lt=last
        ).values_list("practitioner_id", "busy_from", "busy_until")
    )


def repeat(clock: Clock, work: object) -> int:
    """Do it a few times."""
    with clock.running():
        for _ in range(A_ROUND):
            work()  # type: ignore[operator]
    return A_ROUND
