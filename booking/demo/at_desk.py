"""What only the desk does: takes in who walks in, and lets two visits share a time with a reason."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from booking import diary, schedule
from booking.availability import Reason
from booking.demo.house import House
from booking.models import Appointment, Block
from clinic.models import Mode
from intake.models import Screening

ZONE = ZoneInfo("America/Anchorage")
# Long enough to be read on the board side by side.
LONG = timedelta(minutes=40)


def work(made: House, screenings: Iterable[Screening], *, now: datetime) -> None:
    """Take somebody in on the last morning that was worked, and have two come together on a day to come."""
    people = list(screenings)
    _walk_in(made, people, now=now)
    _together(made, people, now=now)


def _walk_in(made: House, people: list[Screening], *, now: datetime) -> None:
    """Take in the first patient for whom somebody has time."""
    jo = made.users["jo"]
    for at, slug, screening in product(_moments(now), ("dana", "jun", "ingrid"), people[:3]):
        with suppress(diary.DiaryError):
            visit = diary.walk_in(
                submission=uuid.uuid5(screening.uid, f"demo:walk-in:{at:%j%H%M}"),
                patient=screening.patient,
                service=made.services["consultation"],
                start=at,
                practitioner=made.practitioners[slug],
                location=made.midtown,
                screening=screening,
                by=jo,
                now=at,
            )
            if visit.block.ends_at <= now:
                diary.seen(appointment=visit, by=jo, now=visit.block.ends_at)
            return


def _moments(now: datetime) -> Iterator[datetime]:
    """Give moments at which somebody may have walked in: today from eight on, then on the days before."""
    for days in range(5):
        morning = now.astimezone(ZONE).replace(hour=8, minute=7, second=0, microsecond=0) - timedelta(days=days)
        moments = (morning + timedelta(minutes=15 * quarters) for quarters in range(32))
        yield from (at for at in moments if at < now - timedelta(minutes=5))


def _together(made: House, people: list[Screening], *, now: datetime) -> None:
    """Book a second patient into a visit at the clinic on the next day with one, as the desk does on purpose."""
    tomorrow = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    coming = Appointment.objects.filter(
        mode=Mode.IN_CLINIC, hold="", block__state=Block.State.BOOKED, block__starts_at__gte=tomorrow
    ).select_related("block__practitioner", "service", "location")
    for visit in coming.order_by("block__starts_at"):
        if not _has_a_room_left(visit, now=now):
            continue
        for screening in people:
            if screening.patient_id == visit.patient_id:
                continue
            with suppress(diary.DiaryError):
                diary.book(
                    submission=uuid.uuid5(screening.uid, "demo:together"),
                    patient=screening.patient,
                    service=visit.service,
                    mode=Mode.IN_CLINIC,
                    start=visit.block.starts_at,
                    practitioner=visit.block.practitioner,
                    location=visit.location,
                    screening=screening,
                    source=Appointment.Source.DESK,
                    by=made.users["jo"],
                    overlap_reason="Training partners, one drives the other",
                    now=now - timedelta(hours=1),
                )
                return


def _has_a_room_left(visit: Appointment, *, now: datetime) -> bool:
    """Say whether a second patient would share the practitioner and nothing else, for long enough."""
    block = visit.block
    reasons = schedule.why_not(
        service=visit.service,
        mode=visit.mode,
        start=block.starts_at,
        practitioner=block.practitioner,
        location=visit.location,
        now=now,
    )
    return reasons == [Reason.TAKEN] and block.ends_at - block.starts_at >= LONG
